//! `new-address`: somebody with a history acts from an address they never used.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::visits::Visits;
use super::words::counted;
use super::{Answer, Case, Check, Controls, Explain, Judgement, Param, Severity, Value};
use crate::names::{Id, NONE};
use crate::time::Timestamp;

/// The rule.
pub static CHECK: Check = Check {
    id: "new-address",
    about: "a change or portal URL comes from an address that its actor never used before",
    severity: Severity::Low,
    default: super::Default::On,
    params: &[Param {
        key: "history",
        default: Value::Count(5),
        about: "how many earlier events of an actor must be known before an address can be new",
    }],
    explain: Explain {
        means: "An actor with some history created a portal URL or changed a connection from an IP address \
                from which none of their earlier events came.",
        why: "People travel, so this alone proves nothing; but a first appearance that goes straight to \
              the SSO settings is what the use of a stolen session looks like.",
        example: "An administrator who always worked from the office deletes a connection from an address \
                  in another country.",
        fix: "Look up where the address belongs and ask the actor. Suppress the addresses of a known \
              gateway in the policy.",
    },
    controls: Controls {
        soc2: &["CC6.1", "CC7.2"],
        iso27001: &["A.8.5", "A.8.16"],
        nist: &["AC-2", "AU-6", "SI-4"],
    },
    judge,
};

fn judge(case: &Case<'_>) -> Judgement {
    let survey = case.survey;
    let visits = Visits::of(survey);
    let mut first: HashMap<(Id, Id), Timestamp, RandomState> = HashMap::default();
    for visit in survey.visits.iter().filter(|visit| visit.ip != NONE) {
        let time = first.entry((visit.actor, visit.ip)).or_insert(visit.time);
        *time = visit.time.min(*time);
    }
    Judgement::of(case.changes(), |_, change| {
        if change.actor == NONE || change.ip == NONE {
            return Answer::NotApplicable;
        }
        let visits = visits.by(change.actor);
        let earlier = visits.partition_point(|visit| visit.time < change.time) as u64;
        let is_known = first.get(&(change.actor, change.ip)).is_some_and(|time| *time < change.time);
        Answer::bad_if(earlier >= case.count("history") && !is_known, || {
            let ip = survey.ips.names.text(change.ip);
            let earlier = counted(earlier, "earlier event");
            format!(" from {ip}, where none of their {earlier} came from")
        })
    })
}
