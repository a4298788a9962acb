//! `same-person`: who opened the portal also deleted the connection.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::rules::bursts::is_longer;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::wording::human_duration;

pub static RULE: Rule = Rule::new("same-person", Severity::Medium, judge)
    .about("the actor who opened the portal also deleted a connection of the organization (two-person rule)")
    .off()
    .planned_with_actor()
    .params(&[Param::age("window", 7 * 86_400, "how long before the deletion a portal URL counts")])
    .looks_for(&[Operation::Deleted])
    .means(
        "The actor who deleted a connection had created a portal URL for the same organization within the \
         window before.",
    )
    .why(
        "Where two people are required to replace a connection, one who can do both can put an identity \
         provider of their own in place of the old one.",
    )
    .example("An administrator sets up a new connection in the portal and deletes the old one themselves.")
    .fix(
        "Have a second administrator confirm the new connection, and divide the two steps between people \
         from now on.",
    )
    .soc2(&["CC5.1", "CC6.3", "CC8.1"])
    .iso27001(&["A.5.3", "A.8.32"])
    .nist(&["AC-5", "CM-3", "CM-5"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let mut opened = HashMap::<_, _, RandomState>::default();
    // For each deletion, the last portal URL by the same actor for the same organization.
    let mut last: HashMap<usize, usize, RandomState> = HashMap::default();
    context.survey.changes.iter().enumerate().for_each(|(index, change)| {
        let key = (change.actor, change.organization);
        if change.actor.is_none() || change.organization.is_none() || change.has_failed {
            return;
        }
        if change.operation == Operation::PortalOpened {
            opened.insert(key, index);
        } else if let (Operation::Deleted, Some(portal)) = (change.operation, opened.get(&key)) {
            last.insert(index, *portal);
        }
    });
    RuleResult::of(context.changes_that(Operation::Deleted), |index, change| {
        if change.actor.is_none() || change.organization.is_none() {
            return Decision::NotApplicable;
        }
        let portal = last.get(&index).map(|at| context.survey.changes.at(*at).time);
        let portal = portal.filter(|time| !is_longer(*time, change.time, context.age("window")));
        portal.map_or(Decision::Fine, |time| {
            let ago = human_duration(change.time.seconds_since(time));
            let window = context.policy_duration("window");
            Decision::violates(format!(", who had opened the portal {ago} before (within {window})"))
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::reach::Reach;
    use crate::rules::testing::{at, change, found, judge};
    use crate::sources::ALL;
    use crate::survey::{Change, Survey};

    #[test]
    fn who_failed_to_open_the_portal_did_not_open_it() {
        for (has_failed, expected) in [(false, 1), (true, 0)] {
            let mut survey = Survey::default();
            let organization = Some(survey.organizations.names.id("org_1"));
            let actor = Some(survey.actors.names.id("user_1"));
            for (hour, operation) in [(0, Operation::PortalOpened), (1, Operation::Deleted)] {
                let change = change(&mut survey, ALL[0].name, operation);
                let has_failed = has_failed && operation == Operation::PortalOpened;
                let change = Change { time: at(hour * 3600), organization, actor, has_failed, ..change };
                survey.changes.push(change);
            }
            let result = judge(&RULE, &survey, &Reach::of(&survey, at(1 << 40)));
            assert_eq!(found(&result, &survey).len(), expected, "{has_failed}");
        }
    }
}
