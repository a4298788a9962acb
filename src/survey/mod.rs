//! What one pass over the input collects: counts, changes, visits.
//!
//! Every reader has a survey of its own, and they are merged in any grouping: the result is the same
//! for every number of threads and every order of files. Memory grows with what is different and
//! with changes, not with lines; only visits, which sessions need, are kept one by one.

mod clock;
mod kinds;
mod labels;
mod merge;
mod noted;

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::deliveries::{Arrival, Deliveries, Identity};
use crate::event::{Attribute, Event, Operation, is_ip};
use crate::history::Change;
use crate::names::{Counter, Id, NONE, Names};
use crate::redact::Redactor;
use crate::scan::BlockId;
use crate::select::Select;
use crate::time::Timestamp;

pub use clock::Clock;
pub use kinds::{Kind, Kinds};
pub use labels::Labels;
pub use noted::{Noted, What, hex};

/// What to collect, and what for.
#[derive(Default)]
pub struct Plan {
    /// Which events are shown; changes are kept anyway, as states follow from all of them.
    pub select: Select,
    /// Which parts are wanted.
    pub wants: Wants,
    /// What arrived so far, of all readers.
    pub deliveries: Deliveries,
    /// Who gives pseudonyms for what is personal, if that is not to be shown.
    pub redactor: Option<Redactor>,
}

/// Parts of a survey that cost something.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wants {
    /// Counts by name and over time.
    pub counts: bool,
    /// Changes, and with them portal links.
    pub changes: bool,
    /// Events with an actor or an address, one by one.
    pub visits: bool,
    /// What rules look at besides: event ids of changes, visits that the selection does not keep, when
    /// there were events at all, and what is noted; later than this an event cannot be.
    pub notes: Option<Timestamp>,
}

/// What was collected.
#[derive(Default)]
pub struct Survey {
    /// Actions, with what they stand for.
    pub actions: Counter,
    /// By action.
    pub action_facts: Vec<(&'static str, Operation)>,
    /// Organizations by id, or by name where there is none.
    pub organizations: Counter,
    /// Their names.
    pub organization_labels: Labels<1>,
    /// Actors by id, or by e-mail address or name where there is none.
    pub actors: Counter,
    /// Their names and e-mail addresses.
    pub actor_labels: Labels<2>,
    /// Connection types, with what they stand for.
    pub kinds: Kinds,
    /// Addresses.
    pub ips: Counter,
    /// User agents.
    pub agents: Names,
    /// Pages, impersonators and their reasons.
    pub words: Names,
    /// Connections by id.
    pub connections: Names,
    /// Events by quarter of an hour since 1970.
    pub quarters: HashMap<i64, u64, RandomState>,
    /// The quarter at hand with its events: they mostly come in order.
    quarter: (i64, u64),
    /// Changes and portal links, in no order.
    pub changes: Vec<Change>,
    /// Deliveries of changes that came again.
    pub again: Vec<(Identity, (BlockId, u32))>,
    /// Identities whose id came with something else before.
    pub conflicting: Vec<Identity>,
    /// Events with an actor or an address, in no order; without [`Wants::notes`] only those that the
    /// selection keeps.
    pub visits: Vec<Visit>,
    /// Lines and events of interest by themselves, in no order; see [`Wants::notes`].
    pub noted: Vec<Noted>,
    /// How many there were beyond what is kept, by what they are.
    pub unkept: [u64; What::ALL.len()],
    /// When there were events; see [`Wants::notes`].
    pub clock: Clock,
    /// Event ids of changes.
    pub ids: Names,
    /// Earliest and latest event, selected or not.
    pub range: Option<(Timestamp, Timestamp)>,
    /// Events that came again, selected or not.
    pub redeliveries: u64,
    /// Events with the operation `other`.
    pub other: u64,
    /// Events that the selection keeps.
    pub selected: u64,
    /// Impersonated events among them.
    pub impersonated: u64,
}

/// An event with an actor or an address; the numbers are of the survey's names.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// When it happened.
    pub time: Timestamp,
    /// What happened.
    pub operation: Operation,
    /// Whether the selection keeps it.
    pub is_selected: bool,
    /// The vendor's action.
    pub action: Id,
    /// Who did it.
    pub actor: Id,
    /// The organization concerned.
    pub organization: Id,
    /// From which address.
    pub ip: Id,
    /// With what.
    pub agent: Id,
    /// On which page.
    pub page: Id,
    /// Who acted in the actor's session.
    pub impersonator: Id,
    /// Why they did.
    pub reason: Id,
}

/// Every zone's clock differs from UTC by a multiple of this, so that days can be told from it.
pub const QUARTER_SECONDS: i64 = 900;
const ACTOR: [Attribute; 3] = [Attribute::ActorId, Attribute::ActorEmail, Attribute::ActorName];

impl Survey {
    /// Takes in an event from a 1-based line of a block.
    pub fn add(&mut self, event: &Event<'_>, place: (BlockId, u32), plan: &Plan) {
        let time = event.time;
        let (first, last) = self.range.unwrap_or((time, time));
        self.range = Some((first.min(time), last.max(time)));
        self.other += u64::from(event.operation == Operation::Other);
        if let Some(latest) = plan.wants.notes {
            self.clock.add(time);
            // Also when it came before, so that it does not matter which one comes first.
            if time > latest {
                self.note_event(What::Future, event, None, place, plan);
            }
        }
        let identity = plan.deliveries.identity(event);
        match identity.map(|identity| plan.deliveries.arrive(identity)) {
            Some(Arrival::Again) => {
                self.redeliveries += 1;
                self.again.extend(identity.filter(|_| is_kept(event)).map(|identity| (identity, place)));
                return;
            }
            Some(Arrival::Conflicting) => self.conflicting.extend(identity),
            Some(Arrival::New) | None => {}
        }
        let is_selected = plan.select.keeps(event);
        let is_change = plan.wants.changes && is_kept(event);
        let is_visit = plan.wants.visits && (is_selected || plan.wants.notes.is_some());
        if !is_selected && !is_change && !is_visit {
            return;
        }
        let organization = self.organization_of(event);
        let actor = self.actor_of(event);
        let kind = self.kinds.id(event, event.best(Attribute::ConnectionType));
        let ip = self.ip_of(event);
        let action = self.action_of(event);
        if is_selected {
            self.selected += 1;
            let impersonation = [Attribute::ImpersonatorEmail, Attribute::ImpersonatorReason];
            let is_impersonated = impersonation.iter().any(|attribute| event.best(*attribute).is_some());
            self.impersonated += u64::from(is_impersonated);
            if plan.wants.counts {
                self.count(time, [action, organization, actor, kind, ip]);
            }
            if is_impersonated && !is_change && event.best(Attribute::ImpersonatorReason).is_none() {
                self.note_event(What::Unexplained, event, None, place, plan);
            }
        }
        if is_visit && (actor != NONE || ip != NONE) {
            self.visit(event, is_selected, [action, organization, actor, ip]);
        }
        if is_change && let Some(identity) = identity {
            let keeps_id = plan.wants.notes.is_some();
            let ids = [action, organization, kind, actor, ip];
            let change = self.change(event, (identity, place, is_selected), ids, keeps_id);
            self.changes.push(change);
        }
    }

    fn change(
        &mut self,
        event: &Event<'_>,
        (identity, place, is_selected): (Identity, (BlockId, u32), bool),
        [action, organization, kind, actor, ip]: [Id; 5],
        keeps_id: bool,
    ) -> Change {
        let mut word = |attribute| event.best(attribute).map_or(NONE, |text| self.words.id(&text));
        let [impersonator, reason] =
            [Attribute::ImpersonatorEmail, Attribute::ImpersonatorReason].map(&mut word);
        let id = event.best(Attribute::Id).filter(|_| keeps_id);
        let connection = event.best(Attribute::ConnectionId);
        // A portal link is about the organization, whatever it names besides.
        let connection = connection.filter(|_| event.operation != Operation::PortalOpened);
        Change {
            time: event.time,
            operation: event.operation,
            is_selected,
            is_conflicting: false,
            redeliveries: 0,
            event: id.map_or(NONE, |id| self.ids.id(&id)),
            action,
            connection: connection.map_or(NONE, |id| self.connections.id(&id)),
            organization,
            kind,
            actor,
            ip,
            impersonator,
            reason,
            identity,
            place,
        }
    }

    fn organization_of(&mut self, event: &Event<'_>) -> Id {
        let name = event.best(Attribute::OrganizationName);
        let Some(key) = event.best(Attribute::OrganizationId).or_else(|| name.clone()) else {
            return NONE;
        };
        let id = self.organizations.names.id(&key);
        if let Some(name) = name {
            self.organization_labels.offer(id, event.time, [Some(&*name)]);
        }
        id
    }

    fn actor_of(&mut self, event: &Event<'_>) -> Id {
        let [id, email, name] = ACTOR.map(|attribute| event.best(attribute));
        let Some(key) = id.as_deref().or(email.as_deref()).or(name.as_deref()) else {
            return NONE;
        };
        let actor = self.actors.names.id(key);
        self.actor_labels.offer(actor, event.time, [name.as_deref(), email.as_deref()]);
        actor
    }

    /// Addresses are few: only a text that is not known to be one is looked at as such.
    fn ip_of(&mut self, event: &Event<'_>) -> Id {
        let Some(text) = event.best(Attribute::Ip) else {
            return NONE;
        };
        match self.ips.names.find(&text) {
            Some(known) => known,
            None if is_ip(&text) => self.ips.names.id(&text),
            None => NONE,
        }
    }

    fn action_of(&mut self, event: &Event<'_>) -> Id {
        let id = self.actions.names.id(&event.best(Attribute::Action).unwrap_or_default());
        if id as usize == self.action_facts.len() {
            self.action_facts.push((event.source, event.operation));
        }
        id
    }

    fn count(&mut self, time: Timestamp, [action, organization, actor, kind, ip]: [Id; 5]) {
        self.actions.count(action, time);
        self.organizations.count(organization, time);
        self.actors.count(actor, time);
        self.ips.count(ip, time);
        self.kinds.count(kind, time);
        let quarter = time.seconds.div_euclid(QUARTER_SECONDS);
        if quarter != self.quarter.0 {
            self.end_quarter();
            self.quarter.0 = quarter;
        }
        self.quarter.1 += 1;
    }

    fn end_quarter(&mut self) {
        let (quarter, count) = std::mem::take(&mut self.quarter);
        if count > 0 {
            *self.quarters.entry(quarter).or_default() += count;
        }
    }

    fn visit(&mut self, event: &Event<'_>, is_selected: bool, [action, organization, actor, ip]: [Id; 4]) {
        let agent = event.best(Attribute::UserAgent).map_or(NONE, |text| self.agents.id(&text));
        let mut word = |attribute| event.best(attribute).map_or(NONE, |text| self.words.id(&text));
        self.visits.push(Visit {
            time: event.time,
            operation: event.operation,
            is_selected,
            action,
            actor,
            organization,
            ip,
            agent,
            page: word(Attribute::Page),
            impersonator: word(Attribute::ImpersonatorEmail),
            reason: word(Attribute::ImpersonatorReason),
        });
    }

    /// Puts changes in time order and settles what came again: the last thing before reading it.
    pub fn finish(&mut self) {
        self.end_quarter();
        self.organization_labels.finish();
        self.actor_labels.finish();
        self.clock.settle();
        self.settle_notes();
        self.drop_repeated_notes();
        self.settle_deliveries();
        let mut changes = std::mem::take(&mut self.changes);
        // Most logs are nearly in order already, which a stable sort makes use of.
        changes
            .sort_by(|a, b| (a.time, a.operation).cmp(&(b.time, b.operation)).then_with(|| self.tie(a, b)));
        self.changes = changes;
    }

    /// The order of changes at the same time: by everything that a report may show of them, so that
    /// it does not depend on which came first.
    fn tie(&self, a: &Change, b: &Change) -> std::cmp::Ordering {
        let texts = |change: &Change| {
            let who =
                (self.organizations.names.get(change.organization), self.actors.names.get(change.actor));
            let words = [change.impersonator, change.reason].map(|id| self.words.get(id));
            let other = (self.ips.names.get(change.ip), self.actions.names.get(change.action));
            (self.connections.get(change.connection), who, self.kinds.texts(change.kind), other, words)
        };
        let counts = |change: &Change| (change.is_conflicting, change.redeliveries, change.place);
        texts(a).cmp(&texts(b)).then_with(|| counts(a).cmp(&counts(b)))
    }

    fn settle_deliveries(&mut self) {
        if !self.again.is_empty() {
            let mut again: HashMap<Identity, (u32, (BlockId, u32))> = HashMap::new();
            for (identity, place) in &self.again {
                let (count, first) = again.entry(*identity).or_insert((0, *place));
                *count += 1;
                *first = (*first).min(*place);
            }
            for change in &mut self.changes {
                if let Some((count, first)) = again.get(&change.identity) {
                    change.redeliveries = *count;
                    change.place = change.place.min(*first);
                }
            }
        }
        if !self.conflicting.is_empty() {
            let keys: std::collections::HashSet<_> =
                self.conflicting.iter().map(|identity| identity.key).collect();
            for change in &mut self.changes {
                change.is_conflicting = keys.contains(&change.identity.key);
            }
        }
    }
}

/// Changes and portal links are kept one by one.
fn is_kept(event: &Event<'_>) -> bool {
    !matches!(event.operation, Operation::Viewed | Operation::Other)
}
