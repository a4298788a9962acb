//! What one reader gathers, line by line: all that a line costs is here.
//!
//! Connections and deliveries are only written down: there are nearly as many as changes, and what
//! is the same among them is found at the end.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::by_block::ByBlock;
use super::faces::Faces;
use super::ranges::Ranges;
use super::{Clock, Notes, Plan, QUARTER_SECONDS, Sighting, Visit, What};
use crate::characters::is_ignorable;
use crate::deliveries::Identity;
use crate::event::{Attribute, Event, OPERATIONS, Operation, is_ip};
use crate::finding::Finding;
use crate::history::Change;
use crate::names::{Counter, Id, NONE, Texts};
use crate::scan::BlockId;
use crate::time::Timestamp;

/// What a reader has; numbers are of its own names. See [`Survey`](super::Survey) for what is not said
/// here.
#[derive(Default)]
pub struct Gathered {
    pub(super) actions: Counter,
    pub(super) action_facts: Vec<(&'static str, Operation)>,
    /// By operation the action that came last: mostly it comes again.
    latest_actions: [Id; OPERATIONS.len()],
    /// Id and name.
    pub(super) organizations: Faces<2>,
    /// Id, name and e-mail address.
    pub(super) actors: Faces<3>,
    /// Vendor's type, protocol and provider.
    pub(super) kinds: Faces<3>,
    /// By kind its protocol and provider.
    pub(super) kind_words: Vec<[Option<&'static str>; 2]>,
    /// What stands where the address should, be it one or not.
    pub(super) ips: Faces<1>,
    pub(super) agents: Faces<1>,
    pub(super) impersonators: Faces<1>,
    pub(super) words: Faces<1>,
    /// Ids of connections as they came, and their hashes.
    pub(super) connections: Texts,
    pub(super) connection_hashes: Vec<u64>,
    pub(super) quarters: HashMap<i64, u64, RandomState>,
    /// The quarter at hand with its events: they mostly come in order.
    quarter: (i64, u64),
    pub(super) changes: ByBlock<Change>,
    /// Events with an identity that are no changes, as if they were: to be taken back if they came
    /// again.
    pub(super) others: Vec<Change>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) visits: Vec<Visit>,
    pub(super) sightings: ByBlock<Sighting>,
    pub(super) notes: Notes,
    pub(super) clock: Clock,
    pub(super) ids: Texts,
    pub(super) ranges: Ranges,
    pub(super) other: u64,
    pub(super) selected: u64,
    pub(super) impersonated: u64,
}

/// An event with an identity, and what was kept of it.
pub(super) struct Delivery {
    pub identity: Identity,
    pub kept: Kept,
    /// Index of its visit, or [`NONE`].
    pub visit: u32,
    /// Index of its sighting, or [`NONE`].
    pub sighting: u32,
}

/// Where an event is kept.
#[derive(Clone, Copy)]
pub(super) enum Kept {
    /// Index among the changes.
    Change(u32),
    /// Index among the others.
    Other(u32),
    /// Nowhere.
    Not,
}

impl Gathered {
    /// Takes in an event from a 1-based line of a block.
    pub fn add(&mut self, event: &Event<'_>, place: (BlockId, u32), plan: &Plan) {
        let time = event.time;
        self.ranges.add(event.source, time);
        self.other += u64::from(event.operation == Operation::Other);
        if plan.wants.notes.is_some() {
            self.clock.add(time);
        }
        let identity = plan.identities.of(event);
        let is_selected = plan.select.keeps(event);
        if plan.wants.notes.is_some_and(|latest| is_selected && time > latest) {
            self.note_event(What::Future, event, None, place, plan);
        }
        let is_change = plan.wants.changes && is_kept(event);
        let is_visit = plan.wants.visits && is_selected;
        let is_sighting = plan.wants.notes.is_some();
        let mut delivery =
            identity.map(|identity| Delivery { identity, kept: Kept::Not, visit: NONE, sighting: NONE });
        if is_selected || is_change || is_visit || is_sighting {
            let ids = self.ids_of(event, is_selected && plan.wants.counts);
            if is_selected {
                self.select(event, place, plan);
            }
            let [action, organization, actor, _, ip] = ids;
            let is_somebody = || actor != NONE || event.best(Attribute::Ip).is_some_and(|text| is_ip(&text));
            let (mut visit, mut sighting) = (NONE, NONE);
            if (is_visit || is_sighting) && is_somebody() {
                if is_visit {
                    visit = self.visits.len() as u32;
                    self.visit(event, [organization, actor, ip]);
                }
                if is_sighting {
                    let seen = Sighting { time, is_selected, action, actor, organization, ip };
                    sighting = self.sightings.push(place.0, seen);
                }
            }
            if let Some(delivery) = &mut delivery {
                (delivery.visit, delivery.sighting) = (visit, sighting);
                let change = self.change(event, (delivery.identity.key, place, is_selected), ids, plan);
                delivery.kept = self.keep(change, is_change);
            }
        }
        self.deliveries.extend(delivery);
    }

    /// Numbers of action, organization, actor, kind and address.
    fn ids_of(&mut self, event: &Event<'_>, is_counted: bool) -> [Id; 5] {
        let action = self.action_of(event);
        let organization = face(
            &mut self.organizations,
            event,
            [Attribute::OrganizationId, Attribute::OrganizationName],
            is_counted,
        );
        let actor = face(
            &mut self.actors,
            event,
            [Attribute::ActorId, Attribute::ActorName, Attribute::ActorEmail],
            is_counted,
        );
        let kind = self.kind_of(event, is_counted);
        let ip = face(&mut self.ips, event, [Attribute::Ip], is_counted);
        if is_counted {
            self.actions.count(action, event.time);
            self.count_quarter(quarter_of(event.time));
        }
        [action, organization, actor, kind, ip]
    }

    /// A blank reason is none.
    fn reason(&mut self, event: &Event<'_>) -> Id {
        match event.best(Attribute::ImpersonatorReason) {
            Some(reason) if is_reason(&reason) => self.words.id([reason.as_bytes()], event.time, false),
            _ => NONE,
        }
    }

    /// Takes in that the selection keeps an event.
    fn select(&mut self, event: &Event<'_>, place: (BlockId, u32), plan: &Plan) {
        self.selected += 1;
        let has_impersonator = event.best(Attribute::ImpersonatorEmail).is_some();
        let is_explained = event.best(Attribute::ImpersonatorReason).is_some_and(|reason| is_reason(&reason));
        self.impersonated += u64::from(has_impersonator || is_explained);
        if has_impersonator && !is_explained && !(plan.wants.changes && is_kept(event)) {
            self.note_event(What::Unexplained, event, None, place, plan);
        }
    }

    /// Hands over what is to be found again among that of other readers: deliveries, and hashes of
    /// connections.
    pub(super) fn take_hashed(&mut self) -> (Vec<Delivery>, Vec<u64>) {
        (std::mem::take(&mut self.deliveries), std::mem::take(&mut self.connection_hashes))
    }

    /// The change that is kept there.
    pub(super) fn kept(&self, kept: Kept) -> Option<&Change> {
        match kept {
            Kept::Change(index) => self.changes.all.get(index as usize),
            Kept::Other(index) => self.others.get(index as usize),
            Kept::Not => None,
        }
    }

    fn keep(&mut self, change: Change, is_change: bool) -> Kept {
        if !is_change {
            self.others.push(change);
            return Kept::Other(self.others.len() as u32 - 1);
        }
        Kept::Change(self.changes.push(change.place.0, change))
    }

    fn change(
        &mut self,
        event: &Event<'_>,
        (key, place, is_selected): (u64, (BlockId, u32), bool),
        [action, organization, actor, kind, ip]: [Id; 5],
        plan: &Plan,
    ) -> Change {
        let impersonator = self.impersonator(event);
        let reason = self.reason(event);
        let id = event.best(Attribute::Id).filter(|_| plan.wants.notes.is_some());
        // A portal link is about the organization, whatever it names besides.
        let names_connection = event.operation != Operation::PortalOpened;
        Change {
            time: event.time,
            operation: event.operation,
            is_selected,
            is_conflicting: false,
            redeliveries: 0,
            event: id.map_or(NONE, |id| self.ids.push(&id)),
            action,
            connection: if names_connection { self.connection_of(event, plan) } else { NONE },
            organization,
            kind,
            actor,
            ip,
            impersonator,
            reason,
            key,
            place,
        }
    }

    fn impersonator(&mut self, event: &Event<'_>) -> Id {
        face(&mut self.impersonators, event, [Attribute::ImpersonatorEmail], false)
    }

    fn connection_of(&mut self, event: &Event<'_>, plan: &Plan) -> Id {
        event.best(Attribute::ConnectionId).map_or(NONE, |id| {
            self.connection_hashes.push(plan.identities.hash(&id));
            self.connections.push(&id)
        })
    }

    fn kind_of(&mut self, event: &Event<'_>, is_counted: bool) -> Id {
        let words = [event.protocol, event.provider];
        let [protocol, provider] = words.map(|word| word.unwrap_or_default().as_bytes());
        let name = event.best(Attribute::ConnectionType).unwrap_or_default();
        let kind = self.kinds.id([name.as_bytes(), protocol, provider], event.time, is_counted);
        if kind as usize == self.kind_words.len() {
            self.kind_words.push(words);
        }
        kind
    }

    fn action_of(&mut self, event: &Event<'_>) -> Id {
        let text = event.best(Attribute::Action).unwrap_or_default();
        let latest = &mut self.latest_actions[event.operation as usize];
        let is_of_source =
            self.action_facts.get(*latest as usize).is_some_and(|facts| facts.0 == event.source);
        let rest = self.actions.names.get(*latest).and_then(|name| name.strip_prefix(&*text));
        if is_of_source && rest.is_some_and(|rest| rest.len() == event.source.len() + 1) {
            return *latest;
        }
        let id = self.actions.names.id(&action_of_source(&text, event.source));
        *latest = id;
        if id as usize == self.action_facts.len() {
            self.action_facts.push((event.source, event.operation));
        }
        id
    }

    fn count_quarter(&mut self, quarter: i64) {
        if quarter != self.quarter.0 {
            self.end_quarter();
            self.quarter.0 = quarter;
        }
        self.quarter.1 += 1;
    }

    /// Takes in for good the quarter at hand.
    pub(super) fn end_quarter(&mut self) {
        let (quarter, count) = std::mem::take(&mut self.quarter);
        if count > 0 {
            *self.quarters.entry(quarter).or_default() += count;
        }
    }

    fn visit(&mut self, event: &Event<'_>, [organization, actor, ip]: [Id; 3]) {
        let agent = face(&mut self.agents, event, [Attribute::UserAgent], false);
        let words = [Attribute::Page, Attribute::ImpersonatorReason];
        let [page, reason] = words.map(|attribute| face(&mut self.words, event, [attribute], false));
        let impersonator = self.impersonator(event);
        self.visits.push(Visit {
            time: event.time,
            operation: event.operation,
            actor,
            organization,
            ip,
            agent,
            page,
            impersonator,
            reason,
        });
    }

    /// Notes a line that is no event.
    pub fn note_line(&mut self, raw: &[u8], findings: &[Finding], place: (BlockId, u32), plan: &Plan) {
        if plan.wants.notes.is_some() {
            self.notes.line(raw, findings.first(), place, plan.redactor.is_some());
        }
    }

    /// Notes an event, with the finding that it is about if there is one.
    pub fn note_event(
        &mut self,
        what: What,
        event: &Event<'_>,
        finding: Option<&Finding>,
        place: (BlockId, u32),
        plan: &Plan,
    ) {
        if plan.wants.notes.is_some() {
            let [action, organization, actor, kind, _] = self.ids_of(event, false);
            let connection = self.connection_of(event, plan);
            let ids = [action, organization, connection, kind, actor];
            let shown = Event { redactor: plan.redactor.as_deref(), ..*event };
            self.notes.event(what, (event, plan.identities.content(event)), (&shown, finding), place, ids);
        }
    }
}

/// The number of an event's combination of texts.
#[inline(always)]
fn face<const N: usize>(
    faces: &mut Faces<N>,
    event: &Event<'_>,
    attributes: [Attribute; N],
    is_counted: bool,
) -> Id {
    match event.plain(attributes) {
        Some(texts) => faces.id(texts, event.time, is_counted),
        None => {
            let texts = attributes.map(|attribute| event.best(attribute).unwrap_or_default());
            faces.id(texts.each_ref().map(|text| text.as_bytes()), event.time, is_counted)
        }
    }
}

/// The name of an action among those of all sources: two may use one word for different things.
pub(super) fn action_of_source(action: &str, source: &str) -> String {
    format!("{action}\0{source}")
}

/// The action in such a name.
pub(super) fn action_in(name: &str) -> Option<&str> {
    name.rsplit_once('\0').map(|(action, _)| action)
}

/// The quarter of an hour since 1970.
pub(super) fn quarter_of(time: Timestamp) -> i64 {
    time.seconds.div_euclid(QUARTER_SECONDS)
}

/// Whether the text given as the reason of an impersonation says anything.
fn is_reason(text: &str) -> bool {
    // Some letters are not seen.
    text.chars().any(|c| c.is_alphanumeric() && !is_ignorable(c))
}

/// Changes and portal links are kept one by one.
fn is_kept(event: &Event<'_>) -> bool {
    !matches!(event.operation, Operation::Viewed | Operation::Other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_no_reason() {
        for text in [
            "",
            " \t\u{A0}",
            "-",
            "…",
            "\u{3164}\u{115F}\u{1160} \u{FFA0}",
            "\u{34F}\u{17B4}\u{E0161}\u{180B}",
        ] {
            assert!(!is_reason(text), "{text:?}");
        }
        for text in ["x", " 7 ", "Zoë", "障害", "\u{3164}a"] {
            assert!(is_reason(text), "{text:?}");
        }
    }
}
