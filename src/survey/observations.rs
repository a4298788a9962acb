//! Observations: events with an actor or an address, of which rules need little. There can be as many as events, so what many
//! of them have in common is kept once.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use indexmap::IndexSet;

use crate::model::scopes::Scopes;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::scan::BlockId;
use crate::survey::duplicates::Item;
use crate::survey::ids::{ActionId, ActorId, IpId, OrganizationId};
use crate::survey::input_order::{ByBlock, in_blocks};
use crate::survey::pile::Pile;
use crate::survey::remap::IdMaps;
use crate::survey::short_time::ShortTime;

/// The part of an event with an actor or an address that rules need. Its ids refer to the tables of the
/// survey.
#[derive(Clone, Copy, Debug)]
pub struct Observation {
    /// When it happened.
    pub time: Timestamp,
    /// The scopes that it is in.
    pub scopes: Scopes,
    /// The vendor's action.
    pub action: ActionId,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// The organization concerned.
    pub organization: Option<OrganizationId>,
    /// The address it came from.
    pub ip: Option<IpId>,
}

/// What many observations have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ObservationClass {
    /// The vendor's action.
    pub action: ActionId,
    /// The scopes that they are in.
    pub scopes: Scopes,
    /// Whether they have an actor.
    pub has_actor: bool,
}

/// An observation as it is kept.
#[derive(Clone, Copy)]
struct PackedObservation {
    time: ShortTime,
    /// The index of its class.
    class: u32,
    actor: Option<ActorId>,
    organization: Option<OrganizationId>,
    ip: Option<IpId>,
}

/// The observations of one worker.
#[derive(Default)]
pub struct WorkerObservations {
    packed: ByBlock<PackedObservation>,
    classes: IndexSet<ObservationClass, RandomState>,
    /// By index of the observation, the times that have no short form.
    times: HashMap<u32, Timestamp, RandomState>,
}

/// Observations in time order; the order of simultaneous ones is arbitrary. They stay where the workers have put them.
#[derive(Default)]
pub struct Observations {
    /// In the order in which they were read, those of one worker after those of another.
    all: Pile<PackedObservation>,
    /// Equal classes may be there more than once.
    classes: Vec<ObservationClass>,
    /// By index of the observation, the times that have no short form.
    times: HashMap<u32, Timestamp, RandomState>,
    /// Their indexes in time order.
    order: Vec<u32>,
}

/// So many parts are counted at once. There may be as many classes as observations, and each part has a count of each.
const PARTS: usize = 8;

impl WorkerObservations {
    /// Adds an observation and returns its index.
    #[inline]
    pub fn push(&mut self, block: BlockId, seen: &Observation) -> u32 {
        let Observation { scopes, action, actor, organization, ip, .. } = *seen;
        let class = ObservationClass { action, scopes, has_actor: actor.is_some() };
        let (class, _) = self.classes.insert_full(class);
        let time = ShortTime::of(seen.time);
        let packed = PackedObservation { time, class: class as u32, actor, organization, ip };
        let index = self.packed.push(block, seen.time, packed);
        if time.get().is_none() {
            self.times.insert(index, seen.time);
        }
        index
    }

    /// Whether the observation of an index is selected, if there is one.
    pub fn is_selected(&self, index: u32) -> Option<bool> {
        let packed = self.packed.all.get(index)?;
        Some(self.classes[packed.class as usize].scopes.is_selected())
    }
}

impl Observations {
    /// The observations of the workers without those in `again`. They are translated to the ids of the survey.
    pub(super) fn in_order(
        mut workers: Vec<WorkerObservations>,
        maps: &[IdMaps<'_>],
        again: &HashSet<Item>,
    ) -> Self {
        let firsts = Pile::firsts(workers.iter().map(|worker| &worker.packed.all));
        let at = |(worker, index): Item| firsts[worker as usize] + index;
        let (mut order, parts) = in_blocks(workers.iter().map(|worker| &worker.packed), again, at);
        let mut all = Self::default();
        let mut chunks = Vec::new();
        for (worker, map) in workers.iter_mut().zip(maps) {
            let before = all.classes.len() as u32;
            all.classes.extend(worker.classes.iter().map(|class| map.observation_class(class)));
            chunks.extend(worker.packed.all.chunks_mut().map(|(_, chunk)| (chunk, before, map)));
        }
        parallel::change(&mut chunks, |(chunk, before, map)| {
            chunk.iter_mut().for_each(|packed| packed.translate(*before, map));
        });
        for (worker, first) in workers.into_iter().zip(firsts) {
            all.all.append(worker.packed.all);
            all.times.extend(worker.times.into_iter().map(|(index, time)| (first + index, time)));
        }
        for part in parts {
            parallel::sort_stably_by(&mut order[part], |a, b| all.time(*a).cmp(&all.time(*b)));
        }
        Self { order, ..all }
    }

    /// The observations of some classes, in time order.
    pub fn of_classes(
        &self,
        is_wanted: impl Fn(&ObservationClass) -> bool,
    ) -> impl Iterator<Item = Observation> {
        let is_wanted: Vec<_> = self.classes.iter().map(is_wanted).collect();
        let wanted = self.order.iter().filter(move |at| is_wanted[self.all[**at].class as usize]);
        wanted.map(|at| self.unpack(*at))
    }

    /// How many observations of each class `is_such` accepts, which is given their class and their organization.
    pub fn counts(
        &self,
        is_such: impl Fn(&ObservationClass, Option<OrganizationId>) -> bool + Sync,
    ) -> Vec<(ObservationClass, u64)> {
        let parts: Vec<_> = self.order.chunks(self.order.len().div_ceil(PARTS).max(1)).collect();
        let of_parts = parallel::map(&parts, |part| {
            let mut counts = vec![0; self.classes.len()];
            for at in *part {
                let PackedObservation { class, organization, .. } = self.all[*at];
                counts[class as usize] += u64::from(is_such(&self.classes[class as usize], organization));
            }
            counts
        });
        let mut classes: Vec<_> = self.classes.iter().map(|class| (*class, 0)).collect();
        for counts in of_parts {
            classes.iter_mut().zip(counts).for_each(|((_, sum), count)| *sum += count);
        }
        classes
    }

    #[inline(always)]
    fn unpack(&self, at: u32) -> Observation {
        let PackedObservation { class, actor, organization, ip, .. } = self.all[at];
        let ObservationClass { action, scopes, .. } = self.classes[class as usize];
        Observation { time: self.time(at), scopes, action, actor, organization, ip }
    }

    #[inline(always)]
    fn time(&self, at: u32) -> Timestamp {
        self.all[at].time.get().unwrap_or_else(|| self.times.get(&at).copied().unwrap_or(Timestamp::MIN))
    }
}

impl PackedObservation {
    /// Refers to the classes of all workers, and to the ids of the survey.
    fn translate(&mut self, classes_before: u32, map: &IdMaps<'_>) {
        self.class += classes_before;
        self.actor = map.actors.ids.of(self.actor);
        self.organization = map.organizations.ids.of(self.organization);
        self.ip = map.ips.of(self.ip);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::ids::Id;
    use proptest::prelude::*;

    #[test]
    fn observations_are_small() {
        assert_eq!(size_of::<PackedObservation>(), 24);
    }

    fn observation([time, common, own]: [u32; 3]) -> Observation {
        Observation {
            time: Timestamp { seconds: i64::from(time) - 3, nanos: own },
            scopes: if common & 1 == 0 { Scopes::SELECTED } else { Scopes::NONE },
            action: ActionId::new(common as usize / 4),
            actor: (common & 2 == 0).then(|| ActorId::new(own as usize)),
            organization: (own % 3 > 0).then(|| OrganizationId::new(own as usize)),
            ip: (own % 5 > 0).then(|| IpId::new(own as usize)),
        }
    }

    proptest! {
        #[test]
        fn packed_observations_say_what_they_said(numbers in prop::collection::vec([0..9_u32, 0..16_u32, 0..500_u32], 0..40)) {
            let seen: Vec<_> = numbers.into_iter().map(observation).collect();
            let mut worker = WorkerObservations::default();
            for (index, seen) in (0..).zip(&seen) {
                prop_assert_eq!(worker.push(BlockId { input: 0, number: 0 }, seen), index);
                prop_assert_eq!(worker.is_selected(index), Some(seen.scopes.is_selected()));
            }
            prop_assert_eq!(worker.is_selected(seen.len() as u32), None);
            let WorkerObservations { packed, classes, times } = worker;
            let classes = classes.into_iter().collect();
            let all = Observations { all: packed.all, classes, times, order: (0..seen.len() as u32).collect() };
            let text = |seen: &[Observation]| format!("{seen:?}");
            let of_classes: Vec<_> = all.of_classes(|class| class.has_actor).collect();
            let with_actor: Vec<_> = seen.iter().filter(|seen| seen.actor.is_some()).copied().collect();
            prop_assert_eq!(text(&of_classes), text(&with_actor));
            for (class, count) in all.counts(|_, organization| organization.is_some()) {
                let is_of = |seen: &&Observation| {
                    let Observation { action, scopes, actor, organization, .. } = **seen;
                    let its = ObservationClass { action, scopes, has_actor: actor.is_some() };
                    its == class && organization.is_some()
                };
                prop_assert_eq!(count, seen.iter().filter(is_of).count() as u64);
            }
        }
    }
}
