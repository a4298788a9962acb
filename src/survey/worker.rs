//! What one worker collects, line by line. This is the hot path of a survey.
//!
//! Connections and deliveries are only recorded: there are nearly as many as changes, and equal ones are
//! found at the end.

use std::collections::HashMap;
use std::sync::atomic::Ordering;

use foldhash::fast::RandomState;

use crate::model::attribute::{Attribute, is_ip};
use crate::model::diagnostic::Diagnostic;
use crate::model::event::Event;
use crate::model::operation::{OPERATIONS, Operation};
use crate::model::scopes::Scopes;
use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::Change;
use crate::survey::arrivals::{Arrived, Counted};
use crate::survey::certificates::WorkerCertificates;
use crate::survey::connection_ids::WorkerConnections;
use crate::survey::connection_names::WorkerConnectionNames;
use crate::survey::counter::{Counter, Seen};
use crate::survey::duplicates::{ContentHashes, EventKey};
use crate::survey::event_ids::{Counting, EventIds, LatestAction, ShapeAction};
use crate::survey::identities::{Delivery, Identities, Stored};
use crate::survey::ids::{
    ActionId, ActorId, AgentId, EventId, Id, ImpersonatorId, IpId, KindId, OrganizationId, PageId, ReasonId,
    SeenId,
};
use crate::survey::impersonation::is_explained;
use crate::survey::interner::StringTable;
use crate::survey::observations::WorkerObservations;
use crate::survey::origins::Origins;
use crate::survey::packed::WorkerChanges;
use crate::survey::pile::Pile;
use crate::survey::source_ranges::Ranges;
use crate::survey::text_tuples::TupleInterner;
use crate::survey::worker_silences::WorkerSilences;
use crate::survey::{
    Anomalies, AnomalyKind, Matches, Observation, Plan, QUARTER_SECONDS, SKEW_SECONDS, Visit,
};

/// A line that is an event.
#[derive(Clone, Copy)]
pub struct EventLine<'e> {
    /// The event.
    pub event: &'e Event<'e>,
    /// The diagnostics of the line.
    pub diagnostics: &'e [Diagnostic],
    /// Where the line is in the input.
    pub place: LineRef,
    /// The scopes that the event is in.
    pub scopes: Scopes,
}

/// A line that is not an event.
#[derive(Clone, Copy)]
pub struct InvalidLine<'e> {
    /// The line, or nothing if it was too long to be kept.
    pub raw: &'e [u8],
    /// Why it is not an event.
    pub error: Option<&'e Diagnostic>,
    /// Where the line is in the input.
    pub place: LineRef,
}

/// What a worker collected. Ids refer to its own tables. Fields without a comment are those of
/// [`Survey`](crate::survey::Survey).
#[derive(Default)]
pub struct WorkerSurvey {
    pub(super) actions: Counter<ActionId>,
    pub(super) action_facts: Vec<(&'static str, Operation)>,
    /// For each operation, its latest action.
    pub(super) latest_actions: [Vec<LatestAction>; OPERATIONS.len()],
    /// Whether an action looks like that of a change, once somebody asks.
    pub(super) lookalikes: Vec<Option<bool>>,
    /// By number of the shape.
    pub(super) shape_actions: Vec<ShapeAction>,
    /// By id and name.
    pub(super) organizations: TupleInterner<OrganizationId, 2>,
    /// By id, name and e-mail address.
    pub(super) actors: TupleInterner<ActorId, 3>,
    /// By vendor's type, protocol and provider.
    pub(super) kinds: TupleInterner<KindId, 3>,
    /// The protocol and the provider of each kind.
    pub(super) kind_facts: Vec<[Option<&'static str>; 2]>,
    /// The texts given as addresses, valid or not.
    pub(super) ips: TupleInterner<IpId, 1>,
    pub(super) agents: TupleInterner<AgentId, 1>,
    pub(super) impersonators: TupleInterner<ImpersonatorId, 1>,
    pub(super) reasons: TupleInterner<ReasonId, 1>,
    pub(super) pages: TupleInterner<PageId, 1>,
    pub(super) connections: WorkerConnections,
    pub(super) certificates: WorkerCertificates,
    pub(super) connection_names: WorkerConnectionNames,
    pub(super) quarters: HashMap<i64, u64, RandomState>,
    /// The current quarter and how many events it has so far. Events mostly come in order.
    quarter: (i64, u64),
    pub(super) changes: WorkerChanges,
    /// Events with an id that are not changes, recorded as if they were, so that repeated ones can be
    /// uncounted.
    pub(super) others: Vec<Change>,
    pub(super) identities: Identities,
    /// The number of this worker, once it is needed.
    pub(super) number: Option<u32>,
    pub(super) visits: Pile<Visit>,
    pub(super) observations: WorkerObservations,
    pub(super) anomalies: Anomalies,
    pub(super) matches: Matches,
    pub(super) silences: WorkerSilences,
    pub(super) ids: StringTable<EventId>,
    pub(super) ranges: Ranges,
    pub(super) other: u64,
    pub(super) selected: u64,
    pub(super) impersonated: u64,
    pub(super) ahead: Seen,
    /// The hashes of the current event's content.
    pub(super) content: ContentHashes,
    /// Whether it met events whose digest is not known, and whether it met events whose digest is.
    pub(super) has_known: [bool; 2],
    /// The inputs in which events were read first.
    pub(super) origins: Origins,
}

impl WorkerSurvey {
    /// Adds an event. If it is only counted, it goes to `arrived`, which has to be passed to the
    /// [`Arrivals`](crate::survey::Arrivals) in the order of the input.
    pub fn add(&mut self, line: &EventLine<'_>, arrived: &mut Arrived, plan: &Plan) {
        let EventLine { event, diagnostics, scopes, .. } = *line;
        let is_selected = scopes.is_selected();
        self.add_time(event, plan);
        let identity = EventKey::of(event, &mut self.content);
        self.has_known[usize::from(identity.has_digest)] = true;
        if plan.wants.anomalies.is_some_and(|latest| is_selected && event.time > latest) {
            self.add_anomaly(AnomalyKind::Future.into(), line, plan);
        }
        // Names come from all events, selected or not.
        let counting = if is_selected && plan.wants.counts { Counting::Counted } else { Counting::Uncounted };
        let ids = self.ids_of(line, counting, plan);
        self.add_to_runs(line, ids.organization, plan);
        let is_impersonated = is_selected && self.select(line, plan);
        if is_selected && let Some(matcher) = plan.matcher.as_deref() {
            self.add_matches(matcher, (line, ids), plan);
        }
        let seen = self.see(line, &ids, plan);
        if matches!(event.operation, Operation::KeyChanged | Operation::KeyExpiring) && plan.wants.changes {
            self.add_certificate(line, (&ids, identity), plan);
        }
        if plan.wants.connection_names {
            self.add_connection_name(line, plan);
        }
        if identity.is_only_counted {
            let is_other = event.operation == Operation::Other;
            let counted = Counted { time: event.time, is_other, is_selected, is_impersonated, ids, seen };
            arrived.push(identity.content, counted, self.number(plan));
        } else {
            let EventKey { key, content, .. } = identity;
            let is_change = plan.wants.changes && event.operation.is_change_or_link();
            let kept = if is_selected || is_change || plan.wants.anomalies.is_some() {
                let change = self.change(line, ids, plan);
                if is_change {
                    Stored::in_changes(self.changes.push(&change))
                } else {
                    self.keep_other(change)
                }
            } else if event.operation == Operation::Other {
                Stored::NOWHERE_OTHER
            } else {
                Stored::NOWHERE
            };
            self.identities.push(Delivery { key, content: content as u32, kept, seen });
        }
        if !diagnostics.is_empty() && plan.wants.anomalies.is_some() {
            self.add_diagnosed_anomalies(line, plan);
        }
    }

    /// Records when an event happened, selected or not.
    fn add_time(&mut self, event: &Event<'_>, plan: &Plan) {
        let time = event.time;
        match plan.now {
            Some(now) if time > now => self.ranges.add_ahead(time),
            _ => self.ranges.add(event.source, time),
        }
        self.other += u64::from(event.operation == Operation::Other);
    }

    /// Keeps a visit or an observation if they are wanted, and returns its id.
    #[inline]
    fn see(&mut self, line: &EventLine<'_>, ids: &EventIds, plan: &Plan) -> Option<SeenId> {
        let EventLine { event, place, scopes, .. } = *line;
        let is_observed = plan.wants.anomalies.is_some();
        let is_wanted = is_observed || (plan.wants.visits && scopes.is_selected());
        if plan.wants.visits && !scopes.is_selected() {
            // Who acted in the session of another is known, whether it is shown or not.
            self.impersonator(line, plan);
        }
        let is_somebody =
            || ids.actor.is_some() || event.best(Attribute::Ip).is_some_and(|text| is_ip(&text));
        if !is_wanted || !is_somebody() {
            return None;
        }
        if is_observed {
            let EventIds { action, actor, organization, ip, .. } = *ids;
            let seen = Observation { time: event.time, scopes, action, actor, organization, ip };
            let index = self.observations.push(place.block, &seen);
            if plan.wants.visits {
                // Selected or not, so that a visit has the index of its observation.
                let visit = self.visit(line, ids, plan);
                self.visits.push(visit);
            }
            return Some(SeenId::new(index as usize));
        }
        let visit = self.visit(line, ids, plan);
        Some(SeenId::new(self.visits.push(visit) as usize))
    }

    /// Whether the visit of an index is selected. Where observations are wanted as well, others are kept, too.
    pub(super) fn is_selected_visit(&self, index: u32) -> bool {
        self.observations.is_selected(index).unwrap_or(true)
    }

    /// The number of this worker, which it gets when it first asks.
    #[inline]
    fn number(&mut self, plan: &Plan) -> u32 {
        *self.number.get_or_insert_with(|| plan.workers.fetch_add(1, Ordering::Relaxed))
    }

    /// Counts a selected event, and returns whether it is impersonated.
    fn select(&mut self, line: &EventLine<'_>, plan: &Plan) -> bool {
        let event = line.event;
        self.selected += 1;
        if plan.now.is_some_and(|now| event.time > now.later_by(SKEW_SECONDS)) {
            self.ahead.merge(Seen::once(event.time));
        }
        let has_impersonator = event.best(Attribute::ImpersonatorEmail).is_some();
        let is_explained = is_explained(event);
        let is_impersonated = has_impersonator || is_explained;
        self.impersonated += u64::from(is_impersonated);
        if has_impersonator && !is_explained && !(plan.wants.changes && event.operation.is_change_or_link()) {
            self.add_anomaly(AnomalyKind::Unexplained.into(), line, plan);
        }
        if event.operation == Operation::Impersonated && !event.has_failed() {
            self.add_anomaly(AnomalyKind::Impersonated.into(), line, plan);
        }
        is_impersonated
    }

    /// The stored change or other event.
    pub(super) fn kept(&self, kept: Stored) -> Option<Change> {
        match kept.change() {
            Some(index) => self.changes.get(index),
            None => self.others.get(kept.other()? as usize).copied(),
        }
    }

    fn keep_other(&mut self, change: Change) -> Stored {
        self.others.push(change);
        Stored::in_others(self.others.len() as u32 - 1)
    }

    pub(super) fn count_quarter(&mut self, time: Timestamp) {
        let quarter = quarter_of(time);
        if quarter != self.quarter.0 {
            self.end_quarter();
            self.quarter.0 = quarter;
        }
        self.quarter.1 += 1;
    }

    /// Adds the current quarter to the others.
    pub(super) fn end_quarter(&mut self) {
        let (quarter, count) = std::mem::take(&mut self.quarter);
        if count > 0 {
            *self.quarters.entry(quarter).or_default() += count;
        }
    }
}

/// The quarter of an hour since 1970.
pub(super) fn quarter_of(time: Timestamp) -> i64 {
    time.seconds.div_euclid(QUARTER_SECONDS)
}
