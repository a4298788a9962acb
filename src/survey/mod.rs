//! What one pass over the input collects: counts, changes, visits, observations and anomalies.
//!
//! Every worker thread collects on its own, and [`Survey::new`] merges what they have into one survey. The
//! result does not depend on the number of threads or the order of the files. Memory grows with the number of
//! distinct values, by eight bytes for each event that is only counted (`arrivals.rs`), and by some more for each change,
//! visit (for sessions) and observation (for rules), which are kept one by one.

mod anomalies;
mod arrivals;
mod bloom;
mod certificates;
mod change;
mod change_blocks;
mod changes;
pub mod collect;
mod connection_ids;
mod connection_kinds;
mod connection_names;
pub mod counter;
pub mod duplicates;
pub mod emptiness;
mod event_ids;
pub mod file_times;
pub mod groups;
mod histories;
mod identities;
pub mod ids;
mod impersonation;
pub mod input_facts;
mod input_order;
pub mod input_summary;
pub mod interner;
mod labels;
pub mod line_numbers;
mod matches;
mod merge;
mod moments;
mod observations;
mod origins;
mod packed;
mod parties;
pub mod pile;
mod redaction;
mod remap;
mod repeats;
mod runs;
mod short_time;
mod silences;
mod sort;
mod source_ranges;
mod text_tuples;
mod traits;
mod worker;
mod worker_anomalies;
mod worker_matches;
mod worker_silences;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::redact::Redactor;
use crate::model::scopes::Condition;
use crate::model::selection::Selection;
use crate::model::time::Timestamp;
use crate::scan::histories::Extent;
use crate::survey::counter::{Counter, Seen};
use crate::survey::ids::{
    ActionId, ActorId, AgentId, CertificateTypeId, ConnectionId, EventId, Id, ImpersonatorId, IpId, LabelId,
    OrganizationId, PageId, ReasonId,
};
use crate::survey::interner::{Interner, StringTables};

pub use anomalies::{Anomalies, Anomaly, AnomalyKind};
pub use arrivals::{Arrivals, Arrived};
pub use bloom::BloomFilter;
pub use certificates::CertificateNotice;
pub use change::Change;
pub use changes::Changes;
pub use connection_kinds::{ConnectionKinds, Kind};
pub use connection_names::ConnectionNames;
pub use event_ids::EventIds;
pub use labels::{Labels, MAX_LABELS, Use};
pub use matches::{Correlated, Detected, EventMatcher, Match, MatchRange, Matches};
pub use observations::{Observation, ObservationClass, Observations};
pub use parties::{Moment, Party};
pub use silences::{Part, Silence, SilenceLimits};
pub use source_ranges::{Ranges, Span};
pub use traits::Traits;
pub use worker::{EventLine, InvalidLine, WorkerSurvey};
pub use worker_anomalies::line_hash;

/// What to collect.
#[derive(Default)]
pub struct Plan {
    /// Which events are shown. Changes are kept in any case, because states follow from all of them.
    pub select: Selection,
    /// Which parts of the survey are wanted.
    pub wants: Wants,
    /// The present: no event should be later. Without it, no event is too late.
    pub now: Option<Timestamp>,
    /// How many workers have a number so far.
    pub workers: AtomicU32,
    /// The names of the inputs, by their numbers.
    pub inputs: Vec<String>,
    /// Replaces personal values in the messages of anomalies, which are final when they are made. Names are
    /// replaced last, see [`Survey::redacted_names`].
    pub redactor: Option<Arc<Redactor>>,
    /// The conditions of rules.
    pub conditions: Arc<[Condition]>,
    /// Finds the events that custom rules are about, if there are any.
    pub matcher: Option<Arc<dyn EventMatcher>>,
}

/// The parts of a survey that cost time or memory.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wants {
    /// Counts by name and by time.
    pub counts: bool,
    /// Changes, portal links and certificates.
    pub changes: bool,
    /// Which changes share their id with other events, whatever these are.
    pub conflicts: bool,
    /// The names of connections that have a certificate.
    pub connection_names: bool,
    /// Events with an actor or an address, one by one.
    pub visits: bool,
    /// What rules need besides changes: event ids, observations and anomalies. An event later than this time is
    /// an anomaly.
    pub anomalies: Option<Timestamp>,
    /// Times without an event that are longer than these limits, which have to be nested.
    pub silences: Option<SilenceLimits>,
}

impl Wants {
    /// What costs least.
    pub const NOTHING: Self = Self {
        counts: false,
        changes: false,
        conflicts: false,
        connection_names: false,
        visits: false,
        anomalies: None,
        silences: None,
    };

    /// What either of two wants.
    pub fn and(self, other: Self) -> Self {
        Self {
            counts: self.counts || other.counts,
            changes: self.changes || other.changes,
            conflicts: self.conflicts || other.conflicts,
            connection_names: self.connection_names || other.connection_names,
            visits: self.visits || other.visits,
            anomalies: self.anomalies.or(other.anomalies),
            silences: self.silences.or(other.silences),
        }
    }

    /// Which events of histories it takes.
    pub fn extent(&self) -> Extent {
        let Self { counts, changes: _, conflicts, connection_names: _, visits, anomalies, silences } = *self;
        let is_all = counts || conflicts || visits || anomalies.is_some() || silences.is_some();
        if is_all { Extent::All } else { Extent::Changes }
    }
}

/// The result of a pass over the input.
#[derive(Default)]
pub struct Survey {
    /// Actions by source; see [`Self::action`].
    pub actions: Counter<ActionId>,
    /// For each action, its source and the operation it stands for.
    pub action_facts: Vec<(&'static str, Operation)>,
    /// Organizations by id, or by name if they have no id.
    pub organizations: Counter<OrganizationId>,
    /// The names of organizations.
    pub organization_labels: Labels<OrganizationId, 1>,
    /// Actors by id, or by e-mail address or name if they have no id.
    pub actors: Counter<ActorId>,
    /// The names and e-mail addresses of actors.
    pub actor_labels: Labels<ActorId, 2>,
    /// Connection types with their protocol and provider.
    pub kinds: ConnectionKinds,
    /// Addresses.
    pub ips: Counter<IpId>,
    /// User agents.
    pub agents: Interner<AgentId>,
    /// Impersonators.
    pub impersonators: Interner<ImpersonatorId>,
    /// Reasons for impersonations.
    pub reasons: Interner<ReasonId>,
    /// Pages.
    pub pages: Interner<PageId>,
    /// Connection ids. A text is there once for each id space.
    pub connections: StringTables<ConnectionId>,
    /// What events say about certificates of connections, in time order.
    pub certificates: Vec<CertificateNotice>,
    /// The vendors' types of certificates.
    pub certificate_types: Interner<CertificateTypeId>,
    /// The latest names of connections; see [`Wants::connection_names`].
    pub connection_names: ConnectionNames,
    /// Events by quarter of an hour since 1970.
    pub quarters: HashMap<i64, u64, RandomState>,
    /// Changes and portal links, in time order.
    pub changes: Changes,
    /// Names in those changes whose organization or actor has several names in the log, by index of the
    /// change.
    names_in_changes: HashMap<usize, NamesInEvent, RandomState>,
    /// How many events share their id with a different event, not counting the first event of each id.
    pub conflicts: u64,
    /// Events other than changes that share their id with a different event, in time order.
    pub conflicting: Vec<Change>,
    /// The key of each; see [`Changes::key`].
    pub conflicting_keys: Vec<u64>,
    /// The names in each of the conflicting events.
    names_in_conflicting: Vec<NamesInEvent>,
    /// Selected events with an actor or an address, grouped by actor and in time order within a group. Actors
    /// are sorted by id; events without an actor come last.
    pub visits: Vec<Visit>,
    /// Events with an actor or an address, in time order; the order of simultaneous events is arbitrary. See
    /// [`Wants::anomalies`].
    pub observations: Observations,
    /// Lines and events that need attention by themselves; see [`Wants::anomalies`].
    pub anomalies: Anomalies,
    /// Selected events that match custom rules; see [`Plan::matcher`].
    pub matches: Matches,
    /// Times without events, by their beginning; see [`Wants::silences`].
    pub silences: Vec<Silence>,
    /// Event ids of changes; see [`Wants::anomalies`].
    pub ids: StringTables<EventId>,
    /// Times of the earliest and latest event, selected or not.
    pub range: Option<Span>,
    /// The same for each source, up to the present.
    pub ranges: Ranges,
    /// How many events were delivered again, selected or not.
    pub redeliveries: u64,
    /// How many events have the operation `other`.
    pub other: u64,
    /// How many events are selected.
    pub selected: u64,
    /// How many of the selected events are impersonated.
    pub impersonated: u64,
    /// Selected events that are later than the present by more than the tolerated clock skew.
    pub ahead: Seen,
}

impl Survey {
    /// The action as its source writes it.
    pub fn action(&self, id: impl Into<Option<ActionId>>) -> Option<&str> {
        let id = id.into()?;
        let name = self.actions.names.get(id)?;
        // Every finding asks for its action, and a comparison with the end of the name is faster than a search in it.
        let cut = |(source, operation): &(&str, Operation)| {
            name.strip_suffix(operation.name())?.strip_suffix('\0')?.strip_suffix(source)?.strip_suffix('\0')
        };
        self.action_facts.get(id.index()).and_then(cut).or_else(|| event_ids::action_in(name))
    }

    /// The id of a source's action, which is added if it is new.
    pub fn action_id(&mut self, action: &str, source: &str, operation: Operation) -> ActionId {
        self.actions.names.id(&event_ids::action_name(action, source, operation))
    }
}

/// The names that an event itself carries for its organization and its actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NamesInEvent {
    /// The organization's name.
    pub organization_name: Option<LabelId>,
    /// The actor's e-mail address.
    pub email: Option<LabelId>,
}

impl NamesInEvent {
    /// An event that carries no name.
    pub const NONE: Self = Self { organization_name: None, email: None };
}

/// An event with an actor or an address. Its ids refer to the tables of the survey.
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
    /// The address it came from.
    pub ip: Option<IpId>,
    /// The user agent.
    pub agent: Option<AgentId>,
    /// The page visited.
    pub page: Option<PageId>,
    /// Who acted in the actor's session.
    pub impersonator: Option<ImpersonatorId>,
    /// Why they acted in it.
    pub reason: Option<ReasonId>,
}

/// By how much an event may be later than the present, as clocks differ.
pub const SKEW_SECONDS: u64 = 300;

/// The UTC offset of every time zone is a multiple of this, so hours and days of any zone are made of whole
/// quarters.
pub const QUARTER_SECONDS: i64 = 900;
