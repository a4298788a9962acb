//! What a worker collects for silences: the runs of events of the log, of each source, and of each organization in each
//! source.

use std::cmp::Ordering;

use crate::scan::LineRef;
use crate::survey::ids::{Id, OrganizationId, PartId};
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

    fn source(&mut self, source: &'static str) -> &mut SourceParts {
        let is_latest = self.sources.get(self.latest).is_some_and(|parts| parts.source == source);
        if !is_latest {
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
        let Some(limits) = plan.wants.silences else {
            return;
        };
        let EventLine { event, place, scopes, .. } = *line;
        let Self { silences, origins, .. } = self;
        let order = |a, b| origins.order(&plan.inputs, a, b);
        silences.limits = Some(limits);
        silences.add((Part::Log, limits.log), (event.time, place), &order);
        // An event that is later than the present proves nothing about its source.
        if plan.now.is_none_or(|now| event.time <= now) {
            let organization = organization.map(|id| Part::Organization(event.source, id));
            for part in [Some(Part::Source(event.source)), organization].into_iter().flatten() {
                let Some(limit) = limits.of(part) else {
                    continue;
                };
                let is_part_selected = silences.add((part, limit), (event.time, place), &order);
                *is_part_selected =
                    *is_part_selected || scopes.is_selected() || plan.select.matches_at_some_time(event);
            }
        }
        let WorkerSilences { parts, runs, .. } = silences;
        if runs.is_full() {
            runs.join(|id| limits.of(parts[id.index()].0).unwrap_or(u64::MAX), &order);
        }
    }
}
