//! `log-gap`: nothing was logged for a long time.

use crate::rules::bursts::is_longer;
use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::rules::wording::human_duration;
use crate::survey::Span;

pub static RULE: Rule = Rule::new("log-gap", Severity::Medium, judge)
    .about("there is no event at all for a long time")
    .off()
    // A silence concerns the whole log.
    .unscoped()
    .unplannable()
    .params(&[Param::age(
        "max",
        24 * 3600,
        "how long the log may be silent; silences shorter than 30m may go unseen",
    )])
    .means(
        "Between two events that follow each other lies more time than allowed, with no event of any \
         organization or source between them. Where a time is selected, silences that reach into it count.",
    )
    .why(
        "Silence where there is always some activity means that the collection failed, that a file is \
         missing, or that lines were removed.",
    )
    .example("The log has events every hour, but none from Tuesday noon to Thursday morning.")
    .fix(
        "Export the missing time again from the source and see what stopped the collection. Set the limit \
         above the quietest time of a normal week.",
    )
    .soc2(&["CC4.1", "CC7.2"])
    .iso27001(&["A.8.15", "A.8.16"])
    .nist(&["AU-5", "AU-12", "SI-4"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let mut result = RuleResult { judged: context.survey.selected, ..RuleResult::default() };
    let is_selected = |(from, to): Span| to > context.period.0 && from < context.period.1;
    let silences = context.survey.silences.iter().copied().enumerate();
    for (index, (from, to)) in silences.filter(|(_, pause)| is_selected(*pause)) {
        if is_longer(from, to, context.age("max")) {
            let message = format!(
                "no event for {} from {} to {} (at most {})",
                human_duration(to.seconds_since(from)),
                from.rfc3339(context.zone),
                to.rfc3339(context.zone),
                context.policy_duration("max"),
            );
            result.find(Subject::Silence(index), &message);
        }
    }
    result
}
