//! `unconfirmed-change`: a deletion that only one of two logs shows.

use crate::analysis::confirmations::{Confirmations, WINDOW_SECONDS};
use crate::model::operation::Operation;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::sources::Source;
use crate::survey::{Change, Span};

pub static RULE: Rule = Rule::new("unconfirmed-change", Severity::Medium, judge)
    .about("only one of two sources that share their ids logs a deletion")
    .params(&[Param::age("within", WINDOW_SECONDS, "how far apart the events of the two sources may be")])
    .means(
        "According to the log of one source, a connection was deleted, but the log of another source that \
         shares its ids and logs deletions has no deletion of it within the time that the setting gives, \
         before or after. The rule judges only where both logs cover that time: where each has events at \
         least that long before and after the deletion. An event that names another organization confirms \
         nothing.",
    )
    .why(
        "A deletion goes through both logs. One that only the identity service shows was made past the \
         application, in a dashboard or with an API key. One that only the application shows was not carried \
         out, or an event was lost.",
    )
    .example(
        "A connection is deleted in the dashboard at night, and the application's log knows nothing of it.",
    )
    .fix(
        "Find out who deleted it and where. If it was asked for and the log lacks an event, fetch the events \
         of that time again; if the connection still exists, decide whether it should.",
    )
    .soc2(&["CC7.2", "CC8.1"])
    .iso27001(&["A.8.15", "A.8.32"])
    .nist(&["AU-6", "AU-10", "CM-3"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let within = context.age("within");
    let confirmations = Confirmations::of(context.survey, within);
    let mut result = RuleResult::default();
    for index in context.classes().indices(|class| class.traits.did(Operation::Deleted)) {
        let change = context.survey.changes.at(index);
        if context.covers(&change) {
            let is_confirmed = confirmations.partner(index).is_some();
            let decision = if is_confirmed { Decision::Fine } else { unconfirmed(context, &change, within) };
            result.add(Subject::Change(index), decision);
        }
    }
    result
}

/// Decides about a deletion that no other source confirms.
fn unconfirmed(context: &RuleContext<'_>, change: &Change, within: u64) -> Decision<'static> {
    let covers =
        |(begin, end): Span| begin.later_by(within) <= change.time && change.time.later_by(within) <= end;
    let others = context.reach.others_logging(change.action, Operation::Deleted);
    let others: Vec<&Source> = others.filter(|(_, span)| covers(*span)).map(|(source, _)| source).collect();
    if change.connection.is_none() || others.is_empty() || !covers(context.reach.span(change.action)) {
        return Decision::NotApplicable;
    }
    let titles: Vec<_> = others.iter().map(|source| source.title).collect();
    let within = context.policy_duration("within");
    Decision::violates(format!(
        ", and the log of {} shows no deletion of it within {within}",
        titles.join(" or ")
    ))
}
