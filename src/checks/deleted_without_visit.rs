//! `deleted-without-visit`: a deletion by somebody who did not look at the settings before.

use super::bursts::is_longer;
use super::{Answer, Case, Check, Controls, Explain, Judgement, Param, Severity, Value};
use crate::event::Operation;
use crate::names::NONE;

/// The rule.
pub static CHECK: Check = Check {
    id: "deleted-without-visit",
    about: "a connection was deleted by somebody who had not visited the SSO settings shortly before",
    severity: Severity::Medium,
    default: super::Default::On,
    scopes: super::SCOPES,
    covered_by: super::Plans::WithActor,
    params: &[Param {
        key: "window",
        default: Value::Age(3600),
        about: "how long before the deletion its actor must have viewed the settings or opened the portal",
    }],
    explain: Explain {
        means: "A connection was deleted, and its actor neither viewed SSO settings nor created a portal \
                URL within the window before. A deletion less than the window after the begin of its \
                source's log is not judged.",
        why: "The button to delete is on the settings page. A request without a visit was made by a \
              script, or with a session or token that was taken from somebody.",
        example: "A connection is deleted in the name of an administrator who was last seen a week ago.",
        fix: "Ask the actor. If they did not do it, end their sessions, revoke their tokens and set the \
              connection up again.",
    },
    controls: Controls {
        soc2: &["CC6.1", "CC7.2"],
        iso27001: &["A.8.5", "A.8.16"],
        nist: &["AU-6", "SC-23", "SI-4"],
    },
    judge,
};

fn judge(case: &Case<'_>) -> Judgement {
    let survey = case.survey;
    let is_visit = |operation| matches!(operation, Operation::Viewed | Operation::PortalOpened);
    let is_visit = case.actions_of(is_visit);
    let logging = case.logging(&[Operation::Viewed, Operation::PortalOpened]);
    let window = case.age("window");
    let visits = survey.sightings.iter();
    let mut visits = visits.filter(|seen| seen.actor != NONE && is_visit[seen.action as usize]).peekable();
    let mut last = vec![None; survey.actors.names.len()];
    Judgement::of(case.changes_that(Operation::Deleted), |_, change| {
        if change.actor == NONE || !logging[change.action as usize] {
            return Answer::NotApplicable;
        }
        while let Some(visit) = visits.next_if(|visit| visit.time <= change.time) {
            last[visit.actor as usize] = Some(visit.time);
        }
        let is_fresh = last[change.actor as usize].is_some_and(|last| !is_longer(last, change.time, window));
        // Before the log began there may have been a visit.
        let (begin, _) = case.reach.span(change.action);
        if !is_fresh && change.time.seconds_since(begin) < window {
            return Answer::NotApplicable;
        }
        Answer::bad_if(!is_fresh, || {
            let window = case.written("window");
            format!(", who had not visited the settings within {window} before")
        })
    })
}
