//! `connection-disabled`: an SSO connection was switched off.

use crate::model::operation::Operation;
use crate::model::state::State;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;

pub static RULE: Rule = Rule::new("connection-disabled", Severity::Low, judge)
    .about("an SSO connection was disabled")
    .looks_for(&[Operation::Disabled])
    .means(
        "A connection was disabled that was not already disabled or deleted. It still exists and can be \
         enabled again. One whose state is unknown, as it was enabled or disabled after a deletion, counts \
         as neither.",
    )
    .why(
        "While it is off, nobody logs in through it, and users may be let in some other way that is less \
         well guarded.",
    )
    .example("A connection is disabled on Friday evening for maintenance of the identity provider.")
    .fix(
        "Make sure that the disabling was intended and that the connection is enabled again, or deleted, \
         when the work is done.",
    )
    .soc2(&["CC6.1", "CC8.1"])
    .iso27001(&["A.8.9", "A.8.32"])
    .nist(&["CM-3", "CM-6"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    RuleResult::of_operations(
        context,
        |traits| traits.state().is_some(),
        RULE.looks_for,
        |index| {
            let is_off = |state| matches!(state, Some(State::Disabled | State::Deleted));
            let was_on = context.steps[index].is_none_or(|step| !is_off(step.before));
            Decision::of(was_on.then_some(""))
        },
    )
}
