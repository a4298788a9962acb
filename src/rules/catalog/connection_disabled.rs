//! `connection-disabled`: an SSO connection was switched off.

use crate::analysis::lifecycle::State;
use crate::model::operation::Operation;
use crate::rules::context::Case;
use crate::rules::outcome::{Answer, Judgement};
use crate::rules::rule::{Check, Controls, Explain};
use crate::rules::severity::Severity;

/// The rule.
pub static CHECK: Check = Check {
    id: "connection-disabled",
    about: "an SSO connection was disabled",
    severity: Severity::Low,
    default: crate::rules::rule::Default::On,
    scopes: crate::rules::params::SCOPES,
    covered_by: crate::rules::rule::Plans::All,
    params: &[],
    explain: Explain {
        means: "A connection was disabled that was neither disabled nor deleted already. It still exists \
                and can be enabled again. One whose state is unknown, as it was enabled or disabled after a \
                deletion, is neither.",
        why: "While it is off nobody logs in through it, and users may be let in some other way that is \
              less well guarded.",
        example: "A connection is disabled on Friday evening for maintenance of the identity provider.",
        fix: "Make sure that the disabling was intended and that the connection is enabled again, or \
              deleted, when the work is done.",
    },
    controls: Controls { soc2: &["CC6.1", "CC8.1"], iso27001: &["A.8.9", "A.8.32"], nist: &["CM-3", "CM-6"] },
    judge,
};

fn judge(case: &Case<'_>) -> Judgement {
    let judgement = Judgement::of(case.changes_that(Operation::Disabled), |index, _| {
        let is_off = |state| matches!(state, Some(State::Disabled | State::Deleted));
        let was_on = case.steps[index].is_none_or(|step| !is_off(step.before));
        Answer::bad_if(was_on, String::new)
    });
    Judgement { judged: case.count_state_changes(), ..judgement }
}
