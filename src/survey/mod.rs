//! What one pass over the input collects: counts, changes, visits, sightings.
//!
//! Every reader gathers for itself, and a survey is made of what all of them have: it is the same for
//! every number of threads and every order of files. Memory grows with what is different and with
//! changes, not with lines; only visits, which sessions need, and sightings, which rules need, are kept one
//! by one.

mod activity;
mod anomalies;
mod arrivals;
mod change;
pub mod collect;
mod connection_kinds;
pub mod counter;
pub mod duplicates;
pub mod emptiness;
mod event_ids;
pub mod file_times;
pub mod groups;
pub mod ids;
mod impersonation;
mod input_order;
pub mod interner;
mod labels;
mod merge;
mod parties;
mod pile;
mod redaction;
mod remap;
mod repeats;
mod sort;
mod source_ranges;
mod text_tuples;
mod worker;
mod worker_anomalies;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::redact::Redactor;
use crate::model::selection::Selection;
use crate::model::time::Timestamp;
use crate::survey::counter::{Counter, Seen};
use crate::survey::duplicates::EventHasher;
use crate::survey::ids::{
    ActionId, ActorId, AgentId, ConnectionId, EventId, ImpersonatorId, IpId, LabelId, OrganizationId, PageId,
    ReasonId,
};
use crate::survey::interner::{Interner, StringTable};

pub use activity::{ActivityIndex, Span};
pub use anomalies::{Anomalies, Anomaly, AnomalyKind};
pub use arrivals::{Arrivals, Arrived};
pub use change::Change;
pub use connection_kinds::{ConnectionKinds, Kind};
pub use event_ids::EventIds;
pub use labels::{Labels, MAX_LABELS, Use};
pub use parties::{Moment, Party};
pub use source_ranges::Ranges;
pub use worker::{EventLine, InvalidLine, WorkerSurvey};

/// What to collect, and what for.
#[derive(Default)]
pub struct Plan {
    /// Which events are shown; changes are kept anyway, as states follow from all of them.
    pub select: Selection,
    /// Which parts are wanted.
    pub wants: Wants,
    /// What is taken for the present: no log goes beyond it. Without one nothing is too late.
    pub now: Option<Timestamp>,
    /// Tells which events are the same.
    pub identities: EventHasher,
    /// How many readers have a number.
    pub readers: AtomicU32,
    /// Who gives pseudonyms for what is only told, as notes are; names get them last, see
    /// [`Survey::redacted`].
    pub redactor: Option<Arc<Redactor>>,
}

/// Parts of a survey that cost something.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wants {
    /// Counts by name and over time.
    pub counts: bool,
    /// Changes, and with them portal links.
    pub changes: bool,
    /// Events with an actor or an address, one by one; not together with notes.
    pub visits: bool,
    /// What rules look at besides changes: event ids of these, sightings, when there were events at all, and
    /// what is noted; later than this an event cannot be.
    pub anomalies: Option<Timestamp>,
}

/// What was collected.
#[derive(Default)]
pub struct Survey {
    /// Actions by source, see [`Self::action`].
    pub actions: Counter<ActionId>,
    /// By action its source, and what it stands for.
    pub action_facts: Vec<(&'static str, Operation)>,
    /// Organizations by id, or by name where there is none.
    pub organizations: Counter<OrganizationId>,
    /// Their names.
    pub organization_labels: Labels<OrganizationId, 1>,
    /// Actors by id, or by e-mail address or name where there is none.
    pub actors: Counter<ActorId>,
    /// Their names and e-mail addresses.
    pub actor_labels: Labels<ActorId, 2>,
    /// Connection types, with what they stand for.
    pub kinds: ConnectionKinds,
    /// Addresses.
    pub ips: Counter<IpId>,
    /// User agents.
    pub agents: Interner<AgentId>,
    /// Impersonators.
    pub impersonators: Interner<ImpersonatorId>,
    /// Reasons of impersonations.
    pub reasons: Interner<ReasonId>,
    /// Pages.
    pub pages: Interner<PageId>,
    /// Connections by id. Several numbers may have the same text; only one of them is ever used.
    pub connections: StringTable<ConnectionId>,
    /// Events by quarter of an hour since 1970.
    pub quarters: HashMap<i64, u64, RandomState>,
    /// Changes and portal links, in time order.
    pub changes: Vec<Change>,
    /// By index of a change whose organization or actor has several names in the log, what it says itself.
    names_in_changes: HashMap<usize, NamesInEvent, RandomState>,
    /// Events whose id stands for another event as well, beyond the first of each.
    pub conflicts: u64,
    /// Events besides changes whose id stands for another event as well, in time order.
    pub conflicting: Vec<Change>,
    /// What each of those calls organization and actor itself.
    names_in_conflicting: Vec<NamesInEvent>,
    /// Events with an actor or an address that the selection keeps, those of each actor together and in
    /// time order, the actors by id and nobody last.
    pub visits: Vec<Visit>,
    /// Events with an actor or an address, in time order, and at one time in any; see [`Wants::anomalies`].
    pub observations: Vec<Observation>,
    /// Lines and events of interest by themselves; see [`Wants::anomalies`].
    pub anomalies: Anomalies,
    /// Times between events, in order; any that is longer than a quarter of an hour is one of them. See
    /// [`Wants::anomalies`].
    pub silences: Vec<Span>,
    activity: ActivityIndex,
    /// Event ids of changes; see [`Wants::anomalies`].
    pub ids: StringTable<EventId>,
    /// Earliest and latest event, selected or not.
    pub range: Option<Span>,
    /// The same by source, as far as the present.
    pub ranges: Ranges,
    /// Events that came again, selected or not.
    pub redeliveries: u64,
    /// Events with the operation `other`.
    pub other: u64,
    /// Events that the selection keeps.
    pub selected: u64,
    /// Impersonated events among them.
    pub impersonated: u64,
    /// Those among them that are later than the present by more than clocks differ.
    pub ahead: Seen,
}

impl Survey {
    /// The action of that number, as its source writes it.
    pub fn action(&self, id: impl Into<Option<ActionId>>) -> Option<&str> {
        self.actions.names.get(id).and_then(event_ids::action_in)
    }

    /// The number of a source's action, a new one if it was not known.
    pub fn action_id(&mut self, action: &str, source: &str) -> ActionId {
        self.actions.names.id(&event_ids::action_of_source(action, source))
    }
}

/// What an event itself calls its organization and its actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamesInEvent {
    /// The organization's name.
    pub organization_name: Option<LabelId>,
    /// The actor's e-mail address.
    pub email: Option<LabelId>,
}

impl NamesInEvent {
    /// It gives no name.
    pub const NONE: Self = Self { organization_name: None, email: None };
}

/// An event with an actor or an address; the numbers are of the survey's names.
#[derive(Clone, Copy, Debug)]
pub struct Visit {
    /// When it happened.
    pub time: Timestamp,
    /// What happened.
    pub operation: Operation,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// The organization concerned.
    pub organization: Option<OrganizationId>,
    /// From which address.
    pub ip: Option<IpId>,
    /// With what.
    pub agent: Option<AgentId>,
    /// On which page.
    pub page: Option<PageId>,
    /// Who acted in the actor's session.
    pub impersonator: Option<ImpersonatorId>,
    /// Why they did.
    pub reason: Option<ReasonId>,
}

/// As much of an event with an actor or an address as rules look at; the numbers are of the survey's names.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// When it happened, in two parts: there are as many as events, and a [`Timestamp`] would need more room.
    pub seconds: i64,
    /// The other part.
    pub nanos: u32,
    /// Whether the selection keeps it.
    pub is_selected: bool,
    /// The vendor's action.
    pub action: ActionId,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// The organization concerned.
    pub organization: Option<OrganizationId>,
    /// From which address.
    pub ip: Option<IpId>,
}

impl Observation {
    /// When it happened.
    pub fn time(&self) -> Timestamp {
        Timestamp { seconds: self.seconds, nanos: self.nanos }
    }
}

/// How much later than the present an event may be: clocks differ.
pub const SKEW_SECONDS: u64 = 300;

/// Every zone's offset from UTC is a multiple of this, so days of any zone are made of whole quarters.
pub const QUARTER_SECONDS: i64 = 900;
