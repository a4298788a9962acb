//! `log-gap`: nothing was logged for a long time, in the whole log or in a part of it.

use crate::rules::bursts::is_longer;
use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::params::{Param, Settings, Value};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::rules::wording::{human_duration, policy_duration};
use crate::survey::{Part, Silence, SilenceLimits};

const LOG: &str = "max";
const SOURCE: &str = "source";
const ORGANIZATION: &str = "organization";

pub static RULE: Rule = Rule::new("log-gap", Severity::Medium, judge)
    .about("there is no event for a long time, in the log or in a part of it that the policy limits")
    .off()
    // A silence concerns the log, whatever is selected.
    .unscoped()
    .unplannable()
    .silences(limits)
    .params(&[
        Param::age(LOG, 24 * 3600, "how long the log may be silent"),
        Param::optional_age(SOURCE, 2 * 86_400, "how long each source may be silent while others go on"),
        Param::optional_age(
            ORGANIZATION,
            30 * 86_400,
            "how long each organization may be silent in each source while others go on in it",
        ),
    ])
    .means(
        "More time than allowed lies between two consecutive events, with no event of any organization or \
         source between them. If the policy limits sources, the same holds for the events of each source, \
         and if it limits organizations, for those of each organization in each source; there, a silence \
         that lasts until the last event of the others counts too. A limit for a part also holds for what \
         contains it, and the time in which that was silent does not count against the part: a silence that \
         all share is found once. A finding has the place of the last event before the silence and, as \
         `next`, that of the first event after it. Where a time is selected, silences that reach into it \
         count; where anything else is selected, those of the whole log and of each part that has a selected \
         event count.",
    )
    .why(
        "Silence where there is always some activity means that the collection failed, that a file is \
         missing, or that lines were removed. Of several sources, one may have stopped, such as a webhook \
         that was switched off, and of several exports, that of one organization may be missing. The log \
         proves that there is no event, but not why: somebody who has little to do is silent too.",
    )
    .example(
        "The log has events every hour, but none from Tuesday noon to Thursday morning; or one of five sources \
         has no event after Tuesday.",
    )
    .fix(
        "Export the missing time again from the source and find out what stopped the collection. Set each \
         limit above the quietest time of a normal week, and suppress an organization that is seldom heard \
         from.",
    )
    .soc2(&["CC4.1", "CC7.2"])
    .iso27001(&["A.8.15", "A.8.16"])
    .nist(&["AU-5", "AU-12", "SI-4"]);

/// The limits that a policy sets.
fn limits(settings: &Settings) -> SilenceLimits {
    let age = |key| match settings.get(key) {
        Some(Value::Age(seconds)) => Some(*seconds),
        _ => None,
    };
    let log = age(LOG).unwrap_or(u64::MAX);
    SilenceLimits { log, source: age(SOURCE), organization: age(ORGANIZATION) }.nested()
}

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let mut result = RuleResult { judged: context.survey.selected, ..RuleResult::default() };
    let limits = limits(context.params);
    let (begin, end) = context.period;
    for (index, silence) in context.survey.silences.iter().enumerate() {
        let Silence { part, from: (from, _), until, .. } = *silence;
        let Some(limit) = limits.of(part) else {
            continue;
        };
        if until > begin && from < end && is_longer(from, until, limit) {
            result.find(Subject::Silence(index), &message(context, silence, limit));
        }
    }
    result
}

fn message(context: &RuleContext<'_>, silence: &Silence, limit: u64) -> String {
    let Silence { part, from: (from, _), until, next } = *silence;
    let [of, others, end] = match part {
        Part::Log => [String::new(), String::new(), String::new()],
        Part::Source(source) => [
            format!(" of {source}"),
            ", while other sources had some".to_owned(),
            ", the last event of any source".to_owned(),
        ],
        Part::Organization(source, id) => [
            format!(" of {} in {source}", context.organization(Some(id))),
            ", while others had some there".to_owned(),
            format!(", the last event of {source}"),
        ],
    };
    format!(
        "no event{of} for {} from {} to {}{} (at most {}){others}",
        human_duration(until.seconds_since(from)),
        from.rfc3339(context.zone),
        until.rfc3339(context.zone),
        if next.is_none() { &end } else { "" },
        policy_duration(limit),
    )
}
