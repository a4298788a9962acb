//! `new-address`: somebody with a history acts from an address they never used.

use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::of_classes::OfClass;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::survey::Observation;
use crate::survey::ids::{ActorId, Id, IpId};
use crate::text::plural::counted;

pub static RULE: Rule = Rule::new("new-address", Severity::Low, judge)
    .about("a change or portal URL comes from an address that its actor never used before")
    .planned_with_actor()
    .params(&[Param::count(
        "history",
        5,
        "how many earlier events with an address must be known of an actor before an address can be new",
    )])
    .means(
        "An actor with some history created a portal URL or changed a connection from an IP address from \
         which none of their earlier events came. Events without an address do not count as history, and an \
         address is the same however it is spelt.",
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
    let survey = context.survey;
    let placed = |seen: Observation| Some((seen.time, seen.actor?, seen.ip?));
    let observations = survey.observations.of_classes(|class| class.has_actor);
    let mut observations = observations.filter_map(placed).peekable();
    let mut pasts = vec![Past { events: 0, ip: None }; survey.actors.names.len()];
    // Addresses before the latest one. Most actors have a single address and need no entry here.
    let mut earlier: HashSet<(ActorId, IpId), RandomState> = HashSet::default();
    let of_class = |class: &Class| match class.traits.has_failed {
        true => OfClass::Excluded,
        false if is_placed(class) => OfClass::Each,
        false => OfClass::NotApplicable,
    };
    RuleResult::of_classes(context, of_class, |index| {
        let change = survey.changes.at(index);
        let (Some(actor), Some(ip)) = (change.actor, change.ip) else {
            return Decision::NotApplicable;
        };
        while let Some((_, actor, ip)) = observations.next_if(|(time, ..)| *time < change.time) {
            let past = &mut pasts[actor.index()];
            past.events += 1;
            if past.ip != Some(ip) {
                earlier.extend(past.ip.replace(ip).map(|before| (actor, before)));
            }
        }
        let past = pasts[actor.index()];
        let is_new = past.ip != Some(ip) && !earlier.contains(&(actor, ip));
        let events = u64::from(past.events);
        Decision::of((is_new && events >= context.count("history")).then(|| {
            let ip = context.displayed.ips.names.text(change.ip);
            let events = counted(events, "earlier event");
            format!(" from {ip}, where none of their {events} came from")
        }))
    })
}

/// Whether changes of a class may have an actor and an address.
fn is_placed(Class { traits, .. }: &Class) -> bool {
    traits.has_actor && traits.may_have_ip
}

/// The earlier events of an actor that have an address.
#[derive(Clone, Copy)]
struct Past {
    events: u32,
    /// The latest address.
    ip: Option<IpId>,
}
