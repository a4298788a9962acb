//! `portal-without-change`: a portal URL that led to nothing.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::bursts::is_longer;
use super::{Answer, Case, Check, Controls, Explain, Judgement, Param, Severity, Value};
use crate::event::Operation;
use crate::history::State;
use crate::names::{Id, NONE};
use crate::time::Timestamp;

/// The rule.
pub static CHECK: Check = Check {
    id: "portal-without-change",
    about: "no change of the organization follows a portal URL",
    severity: Severity::Low,
    default: super::Default::Off,
    scopes: super::SCOPES_OF_LINKS,
    covered_by: super::Plans::All,
    params: &[Param {
        key: "window",
        default: Value::Age(24 * 3600),
        about: "how long after the portal URL a change must follow",
    }],
    explain: Explain {
        means: "A portal URL was created, and no connection of the organization was created, enabled, \
                disabled or deleted within the window. It is judged only where creations would be seen: \
                where the source logs them, or another one does that knows the organization. Where that log \
                ends within the window and none followed up to then, it is not judged.",
        why: "A URL that nobody used may still be around and work: whoever finds it in a mail or a chat \
              can set up SSO for the organization.",
        example: "An administrator sends a portal URL to a colleague who never opens it.",
        fix: "Make sure that the URL has expired, and ask who has it. Create portal URLs when they are \
              needed, not in advance.",
    },
    controls: Controls { soc2: &["CC6.1", "CC6.2"], iso27001: &["A.5.17", "A.8.2"], nist: &["AC-2", "IA-5"] },
    judge,
};

fn judge(case: &Case<'_>) -> Judgement {
    let survey = case.survey;
    let mut next: HashMap<Id, Timestamp, RandomState> = HashMap::default();
    // By portal URL the next change of its organization.
    let mut followed: HashMap<usize, Timestamp, RandomState> = HashMap::default();
    for (index, change) in survey.changes.iter().enumerate().rev().filter(|(_, it)| it.organization != NONE) {
        if State::after(change.operation).is_some() {
            next.insert(change.organization, change.time);
        } else if let Some(time) = next.get(&change.organization) {
            followed.insert(index, *time);
        }
    }
    let window = case.age("window");
    Judgement::of(case.changes_that(Operation::PortalOpened), |index, change| {
        let Some(log_end) = case.reach.watched(change.organization, &[Operation::Created]) else {
            return Answer::NotApplicable;
        };
        let follows = followed.get(&index).is_some_and(|time| !is_longer(change.time, *time, window));
        // After the log's end there may have been a change.
        if !follows && !is_longer(change.time, log_end, window) {
            return Answer::NotApplicable;
        }
        Answer::bad_if(!follows, || {
            let window = case.written("window");
            format!(", and no change of the organization followed within {window}")
        })
    })
}
