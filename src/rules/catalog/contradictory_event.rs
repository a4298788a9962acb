//! `contradictory-event`: two parts of an event say different things.

use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::survey::AnomalyKind;

pub static RULE: Rule = Rule::new("contradictory-event", Severity::Medium, judge)
    .about("an event contradicts itself, or a line is two events")
    .unplannable()
    .means(
        "An event says something twice, and not the same both times, such as its organization or whether the \
         connection is enabled, or names two connections where one is to be deleted. It counts as what its \
         action says, and for the first connection only. Or a line is an event in two ways: it is a whole \
         event that has a further one in a member `event`, or one that another source would read too. The \
         whole event counts, and what is inside it does not.",
    )
    .why(
        "One of the two statements is wrong: either the vendor has a fault that affects its records, or \
         somebody altered the line and missed a place.",
    )
    .example("An event says that a connection was enabled while its data has `\"enabled\": false`.")
    .fix(
        "Compare the event with the state in the vendor's dashboard and report the fault to the vendor; \
         compare the line with the source's own copy.",
    )
    .soc2(&["CC2.1", "CC7.2"])
    .iso27001(&["A.5.28", "A.8.15"])
    .nist(&["AU-3", "AU-9", "SI-7"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let mut result = RuleResult::of_anomalies(context, AnomalyKind::Contradiction, |anomaly| {
        format!("{}: {}", context.describe_anomaly(anomaly), anomaly.message)
    });
    result.sort(context.survey);
    result
}
