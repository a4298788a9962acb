//! `foreign-connection`: an event gives a connection to another organization than its owner.

use crate::analysis::lifecycle;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;

pub static RULE: Rule = Rule::new("foreign-connection", Severity::High, judge)
    .about("an event names an organization other than the one the connection belongs to")
    .unplannable()
    .means(
        "A connection belongs to the organization that its events name first; a later one names another \
         one. A scope that includes either of the two covers it.",
    )
    .why(
        "Either the separation of tenants failed, so that one organization changed the connection of \
         another, or the log cannot be trusted about who was affected.",
    )
    .example(
        "An administrator of one organization deletes a connection that another organization created a month \
         before.",
    )
    .fix(
        "Check with the vendor which organization owns the connection, and whether the request was \
         authorized for it. Treat a crossed tenant boundary as an incident.",
    )
    .soc2(&["CC6.1", "CC6.3", "CC7.3"])
    .iso27001(&["A.5.15", "A.5.23", "A.8.3"])
    .nist(&["AC-3", "AC-4", "SC-4"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let of_states = context.classes().indices(|class| class.traits.state().is_some());
    let changes = of_states.map(|index| (index, context.survey.changes.at(index)));
    let changes = changes.filter(|(index, change)| {
        context.covers(change) || context.in_scope_as(context.owner_of(*index, change), change)
    });
    RuleResult::of(changes, |index, change| {
        let Some(owner) =
            context.steps[index].map(|step| step.owner).filter(|_| change.organization.is_some())
        else {
            return Decision::NotApplicable;
        };
        Decision::of(
            lifecycle::is_foreign(change.organization, owner)
                .then(|| format!(", but it belongs to {}", context.organization(owner))),
        )
    })
}
