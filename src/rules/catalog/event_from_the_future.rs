//! `event-from-the-future`: an event is dated in the future.

use crate::model::time::Timestamp;
use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::wording::human_duration;
use crate::survey::{AnomalyKind, SKEW_SECONDS};

pub static RULE: Rule = Rule::new("event-from-the-future", Severity::Medium, judge)
    .about("an event is dated in the future")
    .unplannable()
    .params(&[Param::age(
        "skew",
        SKEW_SECONDS,
        "how far clocks may differ: events later than the present by more than this are reported",
    )])
    .means("An event claims a time that lies in the future by more than clocks usually differ.")
    .why(
        "Time orders the evidence. A wrong clock or a forged time moves events out of the windows in which \
         anybody looks for them, and shifts the end of the log.",
    )
    .example("A deletion is dated in the year 2052.")
    .fix(
        "Check the clock of the system that wrote the event and the export that carried it; fetch the event \
         from its source again.",
    )
    .soc2(&["CC2.1", "CC7.2"])
    .iso27001(&["A.8.15", "A.8.17"])
    .nist(&["AU-8", "SC-45"]);

/// Events later than the present plus the allowed skew are already anomalies of the survey.
fn judge(context: &RuleContext<'_>) -> RuleResult {
    let mut result = RuleResult::of_anomalies(context, AnomalyKind::Future, |anomaly| {
        let ahead = anomaly.time.unwrap_or(Timestamp::MIN).seconds_since(context.now);
        format!(
            "{} is {} in the future (at most {})",
            context.describe_anomaly(anomaly),
            human_duration(ahead),
            context.policy_duration("skew")
        )
    });
    result.sort(context.survey);
    result
}
