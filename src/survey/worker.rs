//! What one reader gathers, line by line: all that a line costs is here.
//!
//! Connections and deliveries are only written down: there are nearly as many as changes, and what
//! is the same among them is found at the end.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use foldhash::fast::RandomState;

use crate::model::attribute::{Attribute, is_ip};
use crate::model::diagnostic::Diagnostic;
use crate::model::event::Event;
use crate::model::operation::{OPERATIONS, Operation};
use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::Change;
use crate::survey::arrivals::{Arrived, Counted, Delivery, Stored};
use crate::survey::duplicates::EventKey;
use crate::survey::impersonation::{is_explained, is_reason};
use crate::survey::input_order::ByBlock;
use crate::survey::interner::{Counter, Id, NONE, Seen, StringTable};
use crate::survey::pile::Pile;
use crate::survey::source_ranges::Ranges;
use crate::survey::text_tuples::{Appearance, Sort, TupleInterner};
use crate::survey::{
    ActivityIndex, Anomalies, AnomalyKind, Observation, Plan, QUARTER_SECONDS, SKEW_SECONDS, Visit,
};
use crate::text::keyed_hash::KEYS;

/// What a reader has; numbers are of its own names. See [`Survey`](crate::survey::Survey) for what is not said
/// here.
#[derive(Default)]
pub struct WorkerSurvey {
    pub(super) actions: Counter,
    pub(super) action_facts: Vec<(&'static str, Operation)>,
    /// By operation the action that came last, its source and its number: mostly it comes again. No source is
    /// without a name.
    latest_actions: [(String, &'static str, Id); OPERATIONS.len()],
    /// Id and name.
    pub(super) organizations: TupleInterner<2>,
    /// Id, name and e-mail address.
    pub(super) actors: TupleInterner<3>,
    /// Vendor's type, protocol and provider.
    pub(super) kinds: TupleInterner<3>,
    /// By kind its protocol and provider.
    pub(super) kind_words: Vec<[Option<&'static str>; 2]>,
    /// What stands where the address should, be it one or not.
    pub(super) ips: TupleInterner<1>,
    pub(super) agents: TupleInterner<1>,
    pub(super) impersonators: TupleInterner<1>,
    pub(super) words: TupleInterner<1>,
    /// Ids of connections as they came, and their hashes.
    pub(super) connections: StringTable,
    pub(super) connection_hashes: Vec<u64>,
    pub(super) quarters: HashMap<i64, u64, RandomState>,
    /// The quarter at hand with its events: they mostly come in order.
    quarter: (i64, u64),
    pub(super) changes: ByBlock<Change>,
    /// Events with an identity that are no changes, as if they were: to be taken back if they came
    /// again.
    pub(super) others: Vec<Change>,
    pub(super) deliveries: Vec<Delivery>,
    /// The latest time so far.
    latest: Option<Timestamp>,
    /// The event at hand is later than those before.
    is_latest: bool,
    /// Number of the reader, once it is needed.
    pub(super) number: Option<u32>,
    pub(super) visits: Pile<Visit>,
    pub(super) observations: ByBlock<Observation>,
    pub(super) notes: Anomalies,
    pub(super) clock: ActivityIndex,
    pub(super) ids: StringTable,
    pub(super) ranges: Ranges,
    pub(super) other: u64,
    pub(super) selected: u64,
    pub(super) impersonated: u64,
    pub(super) ahead: Seen,
    /// Hashes of all that the event at hand says.
    hashes: Vec<u64>,
}

impl WorkerSurvey {
    /// Takes in an event from a 1-based line of a block, with the findings of the line. If it is only counted, it is
    /// to be handed to the [`Arrivals`](crate::survey::Arrivals) in the order of the input.
    pub fn add(
        &mut self,
        (event, findings): (&Event<'_>, &[Diagnostic]),
        place: LineRef,
        arrived: &mut Arrived,
        plan: &Plan,
    ) {
        let time = event.time;
        self.is_latest = self.latest.as_ref().is_none_or(|latest| time > *latest);
        if self.is_latest {
            self.latest = Some(time);
        }
        match plan.now {
            Some(now) if time > now => self.ranges.add_ahead(time),
            _ => self.ranges.add(event.source, time),
        }
        self.other += u64::from(event.operation == Operation::Other);
        if plan.wants.notes.is_some() {
            self.clock.add(time);
        }
        let identity = plan.identities.of(event, &mut self.hashes);
        let is_selected = plan.select.matches(event);
        if plan.wants.notes.is_some_and(|latest| is_selected && time > latest) {
            self.note_event(AnomalyKind::Future, event, None, place, plan);
        }
        // Names follow from all events, selected or not.
        let ids = self.ids_of(event, place, is_selected && plan.wants.counts, plan);
        let is_impersonated = is_selected && self.select(event, place, plan);
        let seen = self.see(event, is_selected, (&ids, place), plan);
        if identity.is_only_counted {
            let [action, organization, actor, kind, ip] = ids;
            let is_other = event.operation == Operation::Other;
            let counted = Counted {
                time,
                is_other,
                is_selected,
                is_impersonated,
                action,
                organization,
                actor,
                kind,
                ip,
                seen,
            };
            arrived.push(identity.content, counted, self.number(plan));
        } else {
            let is_change = plan.wants.changes && is_kept(event);
            let kept = if is_selected || is_change || plan.wants.notes.is_some() {
                let change = self.change(event, (identity.key, place, is_selected), ids, plan);
                self.keep(change, is_change)
            } else if event.operation == Operation::Other {
                Stored::NOWHERE_OTHER
            } else {
                Stored::NOWHERE
            };
            let EventKey { key, content, .. } = identity;
            self.deliveries.push(Delivery { key, content, kept, seen });
        }
        if !findings.is_empty() && plan.wants.notes.is_some() {
            self.note_found(event, findings, place, plan);
        }
    }

    /// Keeps a visit or a sighting where they are wanted, and returns its index, or [`NONE`].
    #[inline]
    fn see(
        &mut self,
        event: &Event<'_>,
        is_selected: bool,
        (&[action, organization, actor, _, ip], place): (&[Id; 5], LineRef),
        plan: &Plan,
    ) -> u32 {
        let is_sighting = plan.wants.notes.is_some();
        let is_wanted = is_sighting || (plan.wants.visits && is_selected);
        let is_somebody = || actor != NONE || event.best(Attribute::Ip).is_some_and(|text| is_ip(&text));
        if !is_wanted || !is_somebody() {
            return NONE;
        }
        if is_sighting {
            let Timestamp { seconds, nanos } = event.time;
            let seen = Observation { seconds, nanos, is_selected, action, actor, organization, ip };
            return self.observations.push(place.block, event.time, seen);
        }
        self.visit(event, place, [organization, actor, ip])
    }

    /// The number of this reader, which is given to it when it first asks.
    #[inline]
    fn number(&mut self, plan: &Plan) -> u32 {
        *self.number.get_or_insert_with(|| plan.readers.fetch_add(1, Ordering::Relaxed))
    }

    /// Numbers of action, organization, actor, kind and address.
    #[inline(always)]
    pub(super) fn ids_of(
        &mut self,
        event: &Event<'_>,
        place: LineRef,
        is_counted: bool,
        plan: &Plan,
    ) -> [Id; 5] {
        let action = self.action_of(event);
        let time = event.time;
        let is_sso = event.operation != Operation::Other && plan.now.is_none_or(|now| time <= now);
        let sort = Sort { is_counted, is_sso, space: event.ids };
        let appearance = Appearance { time, place, is_latest: self.is_latest, sort };
        let organization = self.organizations.of(
            (event, &self.hashes),
            [Attribute::OrganizationId, Attribute::OrganizationName],
            &appearance,
        );
        let actor = self.actors.of(
            (event, &self.hashes),
            [Attribute::ActorId, Attribute::ActorName, Attribute::ActorEmail],
            &appearance,
        );
        let appearance = Appearance { sort: Sort { is_counted, ..Sort::default() }, ..appearance };
        let kind = self.kind_of(event, &appearance);
        let ip = self.ips.of((event, &self.hashes), [Attribute::Ip], &appearance);
        if is_counted {
            self.actions.count(action, event.time);
            self.count_quarter(quarter_of(event.time));
        }
        [action, organization, actor, kind, ip]
    }

    /// A blank reason is none.
    fn reason(&mut self, event: &Event<'_>, place: LineRef) -> Id {
        let appearance = self.named(event, place);
        match event.best(Attribute::ImpersonatorReason) {
            Some(reason) if is_reason(&reason) => self.words.id([reason.as_bytes()], &appearance),
            _ => NONE,
        }
    }

    /// Takes in that the selection keeps an event, and tells whether somebody else than the actor drove the
    /// session.
    fn select(&mut self, event: &Event<'_>, place: LineRef, plan: &Plan) -> bool {
        self.selected += 1;
        if plan.now.is_some_and(|now| event.time > now.later_by(SKEW_SECONDS)) {
            self.ahead.merge(Seen::once(event.time));
        }
        let has_impersonator = event.best(Attribute::ImpersonatorEmail).is_some();
        let is_explained = is_explained(event);
        let is_impersonated = has_impersonator || is_explained;
        self.impersonated += u64::from(is_impersonated);
        if has_impersonator && !is_explained && !(plan.wants.changes && is_kept(event)) {
            self.note_event(AnomalyKind::Unexplained, event, None, place, plan);
        }
        is_impersonated
    }

    /// Hands over what is to be found again among that of other readers: deliveries, and hashes of
    /// connections.
    pub(super) fn take_hashed(&mut self) -> (Vec<Delivery>, Vec<u64>) {
        (std::mem::take(&mut self.deliveries), std::mem::take(&mut self.connection_hashes))
    }

    /// The change that is kept there.
    pub(super) fn kept(&self, kept: Stored) -> Option<&Change> {
        match kept.change() {
            Some(index) => self.changes.all.get(index),
            None => self.others.get(kept.other()? as usize),
        }
    }

    fn keep(&mut self, change: Change, is_change: bool) -> Stored {
        if is_change {
            return Stored::in_changes(self.changes.push(change.place.block, change.time, change));
        }
        self.others.push(change);
        Stored::in_others(self.others.len() as u32 - 1)
    }

    fn change(
        &mut self,
        event: &Event<'_>,
        (key, place, is_selected): (u64, LineRef, bool),
        [action, organization, actor, kind, ip]: [Id; 5],
        plan: &Plan,
    ) -> Change {
        let impersonator = self.impersonator(event, place);
        let reason = self.reason(event, place);
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

    fn impersonator(&mut self, event: &Event<'_>, place: LineRef) -> Id {
        let appearance = self.named(event, place);
        self.impersonators.of((event, &self.hashes), [Attribute::ImpersonatorEmail], &appearance)
    }

    pub(super) fn connection_of(&mut self, event: &Event<'_>, plan: &Plan) -> Id {
        event.best(Attribute::ConnectionId).map_or(NONE, |id| {
            self.connection_hashes.push(plan.identities.hash(event.ids, &id));
            self.connections.push(&id)
        })
    }

    fn kind_of(&mut self, event: &Event<'_>, appearance: &Appearance) -> Id {
        let words = [event.protocol, event.provider];
        let [protocol, provider] = words.map(|word| word.unwrap_or_default().as_bytes());
        let name = event.best(Attribute::ConnectionType).unwrap_or_default();
        let texts = [name.as_bytes(), protocol, provider];
        let kind = match event.fields.hash([Attribute::ConnectionType], &self.hashes) {
            Some(hash) if !name.is_empty() => {
                // Where a word has two addresses, the kinds are made one as those of other readers are.
                let words = [protocol, provider].map(|word| word.as_ptr().addr() as u64);
                self.kinds.id_of(hash.wrapping_add(KEYS.numbers(0, words)), texts, appearance)
            }
            _ => self.kinds.id(texts, appearance),
        };
        if kind as usize == self.kind_words.len() {
            self.kind_words.push(words);
        }
        kind
    }

    fn action_of(&mut self, event: &Event<'_>) -> Id {
        let text = event.best(Attribute::Action).unwrap_or_default();
        let (latest, source, id) = &mut self.latest_actions[event.operation as usize];
        if *latest == text && *source == event.source {
            return *id;
        }
        *id = self.actions.names.id(&action_of_source(&text, event.source));
        (*latest, *source) = (text.into_owned(), event.source);
        let id = *id;
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

    /// Of texts that only get a number.
    fn named(&self, event: &Event<'_>, place: LineRef) -> Appearance {
        Appearance { time: event.time, place, is_latest: self.is_latest, sort: Sort::default() }
    }

    fn visit(&mut self, event: &Event<'_>, place: LineRef, [organization, actor, ip]: [Id; 3]) -> u32 {
        let appearance = self.named(event, place);
        let agent = self.agents.of((event, &self.hashes), [Attribute::UserAgent], &appearance);
        let words = [Attribute::Page, Attribute::ImpersonatorReason];
        let [page, reason] =
            words.map(|attribute| self.words.of((event, &self.hashes), [attribute], &appearance));
        let impersonator = self.impersonator(event, place);
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
        })
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

/// Changes and portal links are kept one by one.
fn is_kept(event: &Event<'_>) -> bool {
    event.operation.is_change_or_link()
}
