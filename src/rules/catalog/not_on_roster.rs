//! `not-on-roster`: somebody did what the roster does not allow them.

use crate::analysis::roster::{Authorization, is_for_admins};
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::{Prerequisite, Rule};
use crate::rules::severity::Severity;

pub static RULE: Rule = Rule::new("not-on-roster", Severity::High, judge)
    .about("somebody did what only administrators may do but is not one according to the roster")
    .when(Prerequisite::Roster)
    .planned_with_actor()
    .means(
        "A portal URL was created or a connection changed by an actor who, according to the roster, has no \
         role in the organization, or one that only allows looking.",
    )
    .why(
        "Whoever configures SSO decides who can log in as anybody. If the application lets more people do \
         that than were approved, access reviews are worth little.",
    )
    .example("A former administrator who is no longer on the roster deletes a connection.")
    .fix(
        "Revoke the role in the application, or correct the roster if it is out of date; then review what \
         the actor did since.",
    )
    .soc2(&["CC6.1", "CC6.2", "CC6.3"])
    .iso27001(&["A.5.15", "A.5.18", "A.8.2"])
    .nist(&["AC-2", "AC-3", "AC-6"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let Some(roster) = context.roster else {
        return RuleResult::default();
    };
    let actions = context.changes().filter(|(_, change)| is_for_admins(change));
    RuleResult::of(actions, |index, _| match roster.verdict(context.survey, index, context.now) {
        Authorization::UnknownActor => Decision::NotApplicable,
        Authorization::NotOnTheRoster => Decision::violates(", who is not on the roster"),
        Authorization::WrongRole => Decision::violates(", who is only a member on the roster"),
        Authorization::NotTheOwner | Authorization::Impersonated | Authorization::Allowed => Decision::Fine,
    })
}
