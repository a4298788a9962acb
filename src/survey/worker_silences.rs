//! What a worker collects for silences: the runs of events of the log, of each source, and of each organization in each
//! source.

use std::cmp::Ordering;

use crate::scan::LineRef;
use crate::survey::ids::{Id, OrganizationId, PartId};
use crate::survey::origins::PlaceOrder;
use crate::survey::runs::{Point, Run, Runs};
use crate::survey::silences::{Part, SilenceLimits};
use crate::survey::{EventLine, Plan, WorkerSurvey};

/// The runs of a worker's events. Ids refer to its own tables.
#[derive(Default)]
pub struct WorkerSilences {
    /// The limits by which runs are told apart; `None` if there is no run.
    pub(super) limits: Option<SilenceLimits>,
    /// The parts of the log, and whether an event of them is selected.
    parts: Vec<(Part, bool)>,
    runs: Runs,
    log: Option<PartId>,
    sources: Vec<SourceParts>,
    /// The index of the source of the latest event: events of one source mostly come together.
    latest: usize,
}

/// The parts of the log that belong to a source.
struct SourceParts {
    source: &'static str,
    id: Option<PartId>,
    /// By id of the organization.
    organizations: Vec<Option<PartId>>,
}

impl WorkerSilences {
    /// The parts of the log by their ids, and whether an event of them is selected.
    pub fn parts(&self) -> impl Iterator<Item = (Part, bool)> {
        self.parts.iter().copied()
    }

    /// The runs of these parts, in no order.
    pub fn runs(&self) -> impl Iterator<Item = (PartId, Run)> {
        self.runs.iter()
    }

    /// Changes where events are.
    pub fn renumber(&mut self, place: &impl Fn(LineRef) -> LineRef) {
        self.runs.renumber(place);
    }

    /// Adds an event of a part that has a limit, in seconds. Returns the part's mark of being selected.
    #[inline]
    fn add(
        &mut self,
        (part, limit): (Part, u64),
        event: Point,
        order: &impl Fn(LineRef, LineRef) -> Ordering,
    ) -> &mut bool {
        let id = match *self.id_of(part) {
            Some(id) => {
                self.runs.add((id, limit), event, order);
                id
            }
            None => {
                let id = self.runs.add_part(event);
                *self.id_of(part) = Some(id);
                self.parts.push((part, false));
                id
            }
        };
        &mut self.parts[id.index()].1
    }

    #[inline]
    fn id_of(&mut self, part: Part) -> &mut Option<PartId> {
        match part {
            Part::Log => &mut self.log,
            Part::Source(source) => &mut self.source(source).id,
            Part::Organization(source, organization) => {
                let (organizations, index) = (&mut self.source(source).organizations, organization.index());
                if index >= organizations.len() {
                    organizations.resize(index + 1, None);
                }
                &mut organizations[index]
            }
        }
    }

    #[inline]
    fn source(&mut self, source: &'static str) -> &mut SourceParts {
        let latest = self.sources.get(self.latest).map(|parts| parts.source);
        // The same text is at the same address, which is quicker to compare.
        if !latest.is_some_and(|latest| std::ptr::eq(latest, source)) {
            let known = self.sources.iter().position(|parts| parts.source == source);
            self.latest = known.unwrap_or(self.sources.len());
            if known.is_none() {
                self.sources.push(SourceParts { source, id: None, organizations: Vec::new() });
            }
        }
        &mut self.sources[self.latest]
    }
}

impl WorkerSurvey {
    /// Adds an event to the runs of every part of the log that it belongs to and that has a limit.
    #[inline]
    pub(super) fn add_to_runs(
        &mut self,
        line: &EventLine<'_>,
        organization: Option<OrganizationId>,
        plan: &Plan,
    ) {
        let Some(limits) = &plan.wants.silences else {
            return;
        };
        let EventLine { event, place, scopes, .. } = *line;
        let Self { silences, origins, .. } = self;
        let places = PlaceOrder { origins, inputs: &plan.inputs };
        let order = |a, b| places.compare(a, b);
        if silences.limits.is_none() {
            silences.limits = Some(*limits);
        }
        silences.add((Part::Log, limits.log), (event.time, place), &order);
        // An event that is later than the present proves nothing about its source.
        if plan.now.is_none_or(|now| event.time <= now) {
            let organization = organization.map(|id| Part::Organization(event.source, id));
            for part in [Some(Part::Source(event.source)), organization].into_iter().flatten() {
                let Some(limit) = limits.of(part) else {
                    continue;
                };
                let is_meant = || scopes.is_selected() || plan.select.matches_at_some_time(event);
                mark(silences.add((part, limit), (event.time, place), &order), is_meant);
            }
        }
        let WorkerSilences { parts, runs, .. } = silences;
        if runs.is_full() {
            runs.join(|id| limits.of(parts[id.index()].0).unwrap_or(u64::MAX), &order);
        }
    }
}

/// Marks a part as selected, if it is not marked yet and meant.
#[inline]
fn mark(is_selected: &mut bool, is_meant: impl Fn() -> bool) {
    if !*is_selected {
        *is_selected = is_meant();
    }
}
