//! `invalid-event`: a line of the log is no valid event.

use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::survey::AnomalyKind;

pub static RULE: Rule = Rule::new("invalid-event", Severity::High, judge)
    .about("a line is not a valid event")
    // A line that cannot be read belongs to no organization, so any scope would hide it.
    .unscoped()
    .unplannable()
    .means(
        "A line could not be read as an event: it is cut off, altered, or not what its source documents. No \
         other rule sees it.",
    )
    .why(
        "What it said is missing from the evidence, and a broken line is also what tampering or a failing \
         export looks like.",
    )
    .example("The last line of an export stops in the middle of a deletion.")
    .fix(
        "Export the log again from its source; `ssoaudit validate` shows the place and what was expected \
         there.",
    )
    .soc2(&["CC2.1", "CC7.2"])
    .iso27001(&["A.5.33", "A.8.15"])
    .nist(&["AU-3", "AU-5", "SI-7"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let mut result = RuleResult::of_anomalies(context, AnomalyKind::Invalid, |anomaly| {
        format!("{}: {}", anomaly.code, anomaly.message)
    });
    let overflow = context.survey.anomalies.overflow[AnomalyKind::Invalid as usize];
    result.judged += result.violations.len() as u64 + overflow.saturating_sub(1);
    result
}
