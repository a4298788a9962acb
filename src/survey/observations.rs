//! The observations of all workers in time order.

use std::collections::HashSet;

use crate::parallel;
use crate::survey::Observation;
use crate::survey::duplicates::Item;
use crate::survey::input_order::{ByBlock, in_blocks};
use crate::survey::pile::Pile;
use crate::survey::remap::IdMaps;

/// Observations in time order; the order of simultaneous ones is arbitrary. They stay where the workers have put them, as
/// there can be as many as events.
#[derive(Default)]
pub struct Observations {
    /// In the order in which they were read, those of one worker after those of another.
    all: Pile<Observation>,
    /// Their indexes in time order.
    order: Vec<u32>,
}

impl Observations {
    /// The observations of the workers without those in `again`. They are translated to the ids of the survey.
    pub(super) fn in_order(
        mut workers: Vec<ByBlock<Observation>>,
        maps: &[IdMaps<'_>],
        again: &HashSet<Item>,
    ) -> Self {
        let firsts = Pile::firsts(workers.iter().map(|worker| &worker.all));
        let at = |(worker, index): Item| firsts[worker as usize] + index;
        let (mut order, parts) = in_blocks(workers.iter(), again, at);
        let chunks = workers.iter_mut().zip(maps);
        let chunks =
            chunks.flat_map(|(worker, map)| worker.all.chunks_mut().map(move |(_, chunk)| (chunk, map)));
        parallel::change(&mut chunks.collect::<Vec<_>>(), |(chunk, map)| {
            chunk.iter_mut().for_each(|seen| *seen = map.observation(seen));
        });
        let mut all = Pile::default();
        workers.into_iter().for_each(|worker| all.append(worker.all));
        for part in parts {
            parallel::sort_stably_by(&mut order[part], |a, b| all[*a].time.cmp(&all[*b].time));
        }
        Self { all, order }
    }

    /// All observations.
    pub fn iter(&self) -> impl Iterator<Item = &Observation> {
        self.order.iter().map(|at| &self.all[*at])
    }
}
