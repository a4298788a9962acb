//! `new-address`: somebody with a history acts from an address they never used.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::survey::Observation;
use crate::survey::interner::{Id, NONE};
use crate::text::plural::plural;

pub static RULE: Rule = Rule::new("new-address", Severity::Low, judge)
    .about("a change or portal URL comes from an address that its actor never used before")
    .planned_with_actor()
    .params(&[Param::count(
        "history",
        5,
        "how many earlier events of an actor with an address must be known before one can be new",
    )])
    .means(
        "An actor with some history created a portal URL or changed a connection from an IP address from \
         which none of their earlier events came. Events without an address are no history, and an address \
         is the same however it is spelt.",
    )
    .why(
        "People travel, so this alone proves nothing; but a first appearance that goes straight to the SSO \
         settings is what the use of a stolen session looks like.",
    )
    .example(
        "An administrator who always worked from the office deletes a connection from an address in another \
         country.",
    )
    .fix(
        "Look up where the address belongs and ask the actor. Where addresses change often, as behind a \
         gateway, suppress the rule for that actor or single findings by their fingerprint, or raise \
         `history`.",
    )
    .soc2(&["CC6.1", "CC7.2"])
    .iso27001(&["A.8.5", "A.8.16"])
    .nist(&["AC-2", "AU-6", "SI-4"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let new = new(context);
    RuleResult::of(context.changes(), |index, change| {
        if change.actor == NONE || change.ip == NONE {
            return Decision::NotApplicable;
        }
        let Ok(at) = new.binary_search_by_key(&index, |(change, _)| *change) else {
            return Decision::Fine;
        };
        let earlier = new[at].1;
        Decision::of((earlier >= context.count("history")).then(|| {
            let ip = context.displayed.ips.names.text(change.ip);
            let earlier = plural(earlier, "earlier event");
            format!(" from {ip}, where none of their {earlier} came from")
        }))
    })
}

/// The earlier events of an actor that have an address.
#[derive(Clone, Copy)]
struct Past {
    events: u32,
    /// The address of the last one.
    ip: Id,
}

/// The changes from an address that their actor never used before, by index, with the number of the actor's earlier
/// events.
fn new(context: &RuleContext<'_>) -> Vec<(usize, u64)> {
    let survey = context.survey;
    let has_both = |seen: &&Observation| seen.actor != NONE && seen.ip != NONE;
    let mut observations = survey.observations.iter().filter(has_both).peekable();
    let mut pasts = vec![Past { events: 0, ip: NONE }; survey.actors.names.len()];
    // Earlier addresses of actors, without the latest one: most actors have one address and are not here.
    let mut earlier: HashSet<(Id, Id), RandomState> = HashSet::default();
    let mut new = Vec::new();
    for (index, change) in survey.changes.iter().enumerate() {
        if change.actor == NONE || change.ip == NONE {
            continue;
        }
        while let Some(seen) = observations.next_if(|seen| seen.time() < change.time) {
            let (past, ip) = (&mut pasts[seen.actor as usize], seen.ip);
            past.events += 1;
            if past.ip != ip {
                let before = std::mem::replace(&mut past.ip, ip);
                earlier.extend((before != NONE).then_some((seen.actor, before)));
            }
        }
        let (past, ip) = (pasts[change.actor as usize], change.ip);
        if past.ip != ip && !earlier.contains(&(change.actor, ip)) {
            new.push((index, u64::from(past.events)));
        }
    }
    new
}
