//! Items in the order of their lines in the input, block by block.

use std::collections::HashSet;
use std::ops::Range;

use crate::model::time::Timestamp;
use crate::scan::BlockId;
use crate::survey::duplicates::Item;
use crate::survey::pile::Pile;

/// A worker's items of some type.
pub struct ByBlock<T> {
    /// All items.
    pub all: Pile<T>,
    blocks: Vec<Run>,
}

/// The items of one block.
#[derive(Clone, Copy)]
struct Run {
    block: BlockId,
    /// The index of the first item.
    begin: u32,
    /// The times of the first, the earliest and the latest item.
    times: [Timestamp; 3],
    /// Whether each item is later than the one before.
    is_in_order: bool,
}

impl<T> Default for ByBlock<T> {
    fn default() -> Self {
        Self { all: Pile::default(), blocks: Vec::new() }
    }
}

impl<T> ByBlock<T> {
    /// Adds an item and returns its index.
    #[inline]
    pub fn push(&mut self, block: BlockId, time: Timestamp, item: T) -> u32 {
        let begin = self.all.push(item);
        match self.blocks.last_mut().filter(|run| run.block == block) {
            Some(Run { times: [_, earliest, latest], is_in_order, .. }) => {
                if time > *latest {
                    *latest = time;
                } else {
                    *earliest = time.min(*earliest);
                    *is_in_order = false;
                }
            }
            None => self.blocks.push(Run { block, begin, times: [time; 3], is_in_order: true }),
        }
        begin
    }
}

/// The items of all workers, the earliest block first, without those in `without`, and the ranges of the
/// result that still have to be sorted by time. Logs are mostly in order, so these are few. Of each item, the result has
/// what `of` makes of it.
pub fn in_blocks<'a, T: 'a, U>(
    workers: impl Iterator<Item = &'a ByBlock<T>>,
    without: &HashSet<Item>,
    of: impl Fn(Item) -> U,
) -> (Vec<U>, Vec<Range<usize>>) {
    let mut runs = Vec::new();
    for (at, worker) in (0..).zip(workers) {
        let ends = worker.blocks.iter().skip(1).map(|run| run.begin).chain([worker.all.len()]);
        runs.extend(worker.blocks.iter().zip(ends).map(|(run, end)| (*run, at, run.begin..end)));
    }
    runs.sort_by_key(|(run, ..)| (run.times[0], run.block));
    // For each run, the earliest time in the runs after it.
    let mut follows = vec![Timestamp::MAX; runs.len()];
    for at in (1..runs.len()).rev() {
        follows[at - 1] = follows[at].min(runs[at].0.times[1]);
    }
    let count = runs.iter().map(|(_, _, indexes)| indexes.len()).sum();
    let (mut items, mut parts) = (Vec::with_capacity(count), Vec::new());
    let (mut begin, mut latest, mut is_in_order) = (0, Timestamp::MIN, true);
    for ((run, worker, indexes), follows) in runs.into_iter().zip(follows) {
        let its = indexes.map(|index| (worker, index));
        items.extend(its.filter(|item| without.is_empty() || !without.contains(item)).map(&of));
        latest = latest.max(run.times[2]);
        is_in_order &= run.is_in_order;
        if latest < follows {
            parts.extend((!is_in_order).then_some(begin..items.len()));
            (begin, is_in_order) = (items.len(), true);
        } else {
            is_in_order = false;
        }
    }
    parts.extend((begin < items.len()).then_some(begin..items.len()));
    (items, parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn only_parts_out_of_order_need_sorting(
            blocks in prop::collection::vec((0..3_usize, prop::collection::vec(0..9_i64, 0..5)), 0..8),
            without in prop::collection::hash_set((0..3_u32, 0..9_u32), 0..4),
        ) {
            let mut workers = [const { Vec::new() }; 3].map(|all: Vec<Timestamp>| (all, ByBlock::default()));
            for (number, (worker, times)) in (0..).zip(&blocks) {
                for seconds in times {
                    // Later blocks mostly have later times.
                    let time = Timestamp { seconds: seconds + 6 * i64::from(number), nanos: 0 };
                    workers[*worker].0.push(time);
                    workers[*worker].1.push(BlockId { input: 0, number }, time, time);
                }
            }
            let time = |item: &Item| workers[item.0 as usize].0[item.1 as usize];
            let (mut items, parts) = in_blocks(workers.iter().map(|worker| &worker.1), &without, |item| item);
            let mut expected = items.clone();
            expected.sort_by_key(time);
            parts.into_iter().for_each(|part| items[part].sort_by_key(time));
            prop_assert_eq!(&items, &expected);
            let all = workers.iter().map(|worker| worker.0.len()).sum::<usize>();
            let gone = without.iter().filter(|item| (item.1 as usize) < workers[item.0 as usize].0.len()).count();
            prop_assert_eq!(items.len(), all - gone);
        }
    }
}
