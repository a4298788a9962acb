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
    let others = |action| context.reach.others_logging(action, Operation::Deleted).collect();
    let classes = context.classes();
    let others: Vec<Vec<_>> = classes.map(|class| others(class.traits.action));
    let mut result = RuleResult::default();
    for index in context.covered(|class| class.traits.did(Operation::Deleted)) {
        let decision = match &*others[classes.number(index)] {
            _ if confirmations.partner(index).is_some() => Decision::Fine,
            [] => Decision::NotApplicable,
            others => unconfirmed(context, &context.survey.changes.at(index), others),
        };
        result.add(Subject::Change(index), decision);
    }
    result
}

/// Decides about a deletion that none of the other sources confirms which log deletions.
fn unconfirmed(
    context: &RuleContext<'_>,
    change: &Change,
    others: &[(&'static Source, Span)],
) -> Decision<'static> {
    let within = context.age("within");
    let covers =
        |(begin, end): Span| begin.later_by(within) <= change.time && change.time.later_by(within) <= end;
    let covering = others.iter().filter(|(_, span)| covers(*span));
    let titles: Vec<_> = covering.map(|(source, _)| source.title).collect();
    if change.connection.is_none() || titles.is_empty() || !covers(context.reach.span(change.action)) {
        return Decision::NotApplicable;
    }
    let within = context.policy_duration("within");
    Decision::violates(format!(
        ", and the log of {} shows no deletion of it within {within}",
        titles.join(" or ")
    ))
}
