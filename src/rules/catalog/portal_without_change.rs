//! `portal-without-change`: a portal URL that led to nothing.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::rules::bursts::is_longer;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::survey::ids::OrganizationId;

pub static RULE: Rule = Rule::new("portal-without-change", Severity::Low, judge)
    .about("no change in the organization follows a portal URL")
    .off()
    .about_links()
    .params(&[Param::age("window", 24 * 3600, "how long after the portal URL a change must follow")])
    .looks_for(&[Operation::PortalOpened])
    .means(
        "A portal URL was created, and no connection of the organization was created, enabled, disabled or \
         deleted within the window, in the portal or elsewhere, nor was anything else changed in the portal. \
         The rule judges only where creations would be seen: where the source logs them, or another source \
         that shares its ids and knows the organization does. Where that log ends within the window and no \
         change followed up to then, it does not judge.",
    )
    .why(
        "A URL that nobody used may still be around and work: whoever finds it in a mail or a chat can set \
         up SSO for the organization.",
    )
    .example("An administrator sends a portal URL to a colleague who never opens it.")
    .fix(
        "Make sure that the URL has expired, and ask who has it. Create portal URLs when they are needed, \
         not in advance.",
    )
    .soc2(&["CC6.1", "CC6.2"])
    .iso27001(&["A.5.17", "A.8.2"])
    .nist(&["AC-2", "IA-5"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let survey = context.survey;
    let mut next: HashMap<OrganizationId, Timestamp, RandomState> = HashMap::default();
    // For each portal URL, the time of the next change of its organization.
    let mut next_change: HashMap<usize, Timestamp, RandomState> = HashMap::default();
    let happened = survey.changes.iter().enumerate().filter(|(_, change)| change.time <= context.now);
    for (index, change) in happened.rev() {
        let Some(organization) = change.organization else {
            continue;
        };
        if change.state().is_some() || (change.is_in_portal && !change.has_failed) {
            next.insert(organization, change.time);
        } else if let Some(time) = next.get(&organization) {
            next_change.insert(index, *time);
        }
    }
    let window = context.age("window");
    let within = context.policy_duration("window");
    let message = format!(", and no change in the organization followed within {within}");
    RuleResult::of(context.changes_that(Operation::PortalOpened), |index, change| {
        let Some(log_end) =
            context.reach.watched(change.organization, &[Operation::Created, Operation::Enabled])
        else {
            return Decision::NotApplicable;
        };
        let follows = next_change.get(&index).is_some_and(|time| !is_longer(change.time, *time, window));
        // A change may still have followed after the end of the log.
        if !follows && !is_longer(change.time, log_end, window) {
            return Decision::NotApplicable;
        }
        Decision::of((!follows).then_some(&message))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::reach::Reach;
    use crate::rules::testing::{at, change};
    use crate::sources::ALL;
    use crate::survey::{Change, Ranges, Survey};

    /// Evaluates the rule on events of one source, each an operation, a time in hours and an organization. The log
    /// ends at the hour `end`.
    fn found(events: &[(Operation, i64, &str)], end: i64) -> (u64, u64, Vec<usize>) {
        // A source that logs all of these operations.
        let source =
            ALL.iter().find(|source| source.actions.iter().any(|it| it.operation == Operation::Created));
        let source = source.unwrap().name;
        let mut survey = Survey::default();
        let mut ranges = Ranges::default();
        for (operation, hour, organization) in events {
            let organization = Some(survey.organizations.names.id(organization));
            let time = at(hour * 3600);
            ranges.add(source, time);
            let change = Change { time, organization, ..change(&mut survey, source, *operation) };
            survey.changes.push(change);
        }
        ranges.add(source, at(end * 3600));
        survey.ranges = ranges;
        let result = crate::rules::testing::judge(&RULE, &survey, &Reach::of(&survey, at(1 << 40)));
        let indices = result.violations.iter().filter_map(|violation| violation.subject.change());
        (result.judged, result.not_applicable, indices.collect())
    }

    #[test]
    fn an_attempt_that_failed_follows_nothing() {
        let source =
            ALL.iter().find(|source| source.actions.iter().any(|it| it.operation == Operation::Enabled));
        let mut survey = Survey::default();
        let organization = Some(survey.organizations.names.id("a"));
        for (hour, operation, has_failed) in [
            (0, Operation::Disabled, false),
            (1, Operation::PortalOpened, false),
            (2, Operation::Enabled, true),
        ] {
            let time = at(hour * 3600);
            let change = change(&mut survey, source.unwrap().name, operation);
            survey.changes.push(Change { time, organization, has_failed, ..change });
            survey.ranges.add(source.unwrap().name, time);
        }
        survey.ranges.add(source.unwrap().name, at(48 * 3600));
        let result = crate::rules::testing::judge(&RULE, &survey, &Reach::of(&survey, at(1 << 40)));
        assert_eq!((result.judged, result.violations.len()), (1, 1));
    }

    #[test]
    fn a_link_that_leads_to_nothing_is_found() {
        use Operation::{Created, Deleted, PortalOpened};
        for (events, end, expected) in [
            (&[(PortalOpened, 0, "a")][..], 25, (1, 0, vec![0])),
            // The log must extend beyond the window.
            (&[(PortalOpened, 0, "a")], 24, (0, 1, vec![])),
            (&[(PortalOpened, 0, "a"), (Created, 24, "a")], 30, (1, 0, vec![])),
            (&[(PortalOpened, 0, "a"), (Created, 25, "a")], 30, (1, 0, vec![0])),
            (&[(PortalOpened, 0, "a"), (Deleted, 1, "a")], 30, (1, 0, vec![])),
            (&[(PortalOpened, 0, "a"), (Created, 1, "b")], 30, (1, 0, vec![0])),
            (&[(Created, 0, "a"), (PortalOpened, 1, "a"), (PortalOpened, 2, "b")], 30, (2, 0, vec![1, 2])),
        ] {
            assert_eq!(found(events, end), expected, "{events:?} {end}");
        }
    }
}
