//! `connection-deleted`: an SSO connection was removed.

use crate::model::operation::Operation;
use crate::model::state::State;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;

pub static RULE: Rule = Rule::new("connection-deleted", Severity::Medium, judge)
    .about("an SSO connection was deleted")
    .looks_for(&[Operation::Deleted])
    .means(
        "A connection that existed was deleted. A second deletion of the same connection is for \
         `duplicate-deletion`; this rule also finds it if the connection was enabled or disabled in between, \
         so that it is unknown whether the connection existed.",
    )
    .why(
        "A deletion takes a way to log in away from every user of the organization and cannot be undone; it \
         belongs to a change that somebody approved.",
    )
    .example("An administrator deletes a SAML connection in the settings.")
    .fix(
        "Match the deletion with its change request. Announce it in the policy when it is planned; otherwise \
         ask the actor and set the connection up again.",
    )
    .soc2(&["CC6.1", "CC8.1"])
    .iso27001(&["A.8.9", "A.8.32"])
    .nist(&["CM-3", "CM-6", "AU-12"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    RuleResult::of_operations(
        context,
        |traits| traits.state().is_some(),
        RULE.looks_for,
        |index| {
            let was_there = context.steps[index]
                .is_none_or(|step| step.before != Some(State::Deleted) || step.confirms());
            Decision::of(was_there.then_some(""))
        },
    )
}
