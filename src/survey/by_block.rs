//! Things in the order in which their lines stand in the input, block by block.

use std::collections::HashSet;
use std::ops::{Index, Range};

use crate::deliveries::Item;
use crate::scan::BlockId;
use crate::time::Timestamp;

/// Many things that are added one by one. They stay where they are: a [`Vec`] copies all of them whenever it grows.
pub struct Pile<T> {
    /// Each has room for twice as many as the one before.
    full: Vec<Vec<T>>,
    last: Vec<T>,
    /// How many the last one is to hold.
    room: usize,
    /// How many are in those that are full.
    before: u32,
}

/// So many things are in the first one.
const FIRST: u32 = 1 << 10;

impl<T> Default for Pile<T> {
    fn default() -> Self {
        Self { full: Vec::new(), last: Vec::new(), room: 0, before: 0 }
    }
}

impl<T> Pile<T> {
    /// How many there are.
    pub fn len(&self) -> u32 {
        self.before + self.last.len() as u32
    }

    /// Adds a thing and returns its index.
    #[inline]
    pub fn push(&mut self, thing: T) -> u32 {
        if self.last.len() == self.room {
            self.make_room();
        }
        self.last.push(thing);
        self.len() - 1
    }

    #[cold]
    fn make_room(&mut self) {
        let full = std::mem::take(&mut self.last);
        self.before += full.len() as u32;
        self.full.extend((!full.is_empty()).then_some(full));
        self.room = (FIRST as usize) << self.full.len();
        self.last.reserve_exact(self.room);
    }

    /// Which piece has the thing of an index, and its index there.
    fn place(index: u32) -> (usize, usize) {
        let piece = (index / FIRST).saturating_add(1).ilog2();
        (piece as usize, (index - FIRST * ((1 << piece) - 1)) as usize)
    }

    /// The thing of that index.
    pub fn get(&self, index: u32) -> Option<&T> {
        let (piece, at) = Self::place(index);
        if piece == self.full.len() { self.last.get(at) } else { self.full.get(piece)?.get(at) }
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        let (piece, at) = Self::place(index);
        if piece == self.full.len() { self.last.get_mut(at) } else { self.full.get_mut(piece)?.get_mut(at) }
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.full.iter().flatten().chain(&self.last)
    }
}

impl<T> Index<u32> for Pile<T> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        self.get(index).expect("indexes are those that were returned")
    }
}

/// What a reader has of some sort.
pub struct ByBlock<T> {
    /// All of it.
    pub all: Pile<T>,
    blocks: Vec<Run>,
}

/// What comes from one block.
#[derive(Clone, Copy)]
struct Run {
    block: BlockId,
    /// Index of the first thing.
    begin: u32,
    /// When the first one happened, and the earliest and the latest.
    times: [Timestamp; 3],
    /// Each is later than the one before.
    is_in_order: bool,
}

impl<T> Default for ByBlock<T> {
    fn default() -> Self {
        Self { all: Pile::default(), blocks: Vec::new() }
    }
}

impl<T> ByBlock<T> {
    /// Adds a thing of that time and returns its index.
    #[inline]
    pub fn push(&mut self, block: BlockId, time: Timestamp, thing: T) -> u32 {
        let begin = self.all.push(thing);
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

/// What all readers have but for some things, the earliest block first, and the parts of it that are not in the order
/// of time: logs mostly are, and then there is next to none.
pub fn in_blocks<'a, T: 'a>(
    readers: impl Iterator<Item = &'a ByBlock<T>>,
    without: &HashSet<Item>,
) -> (Vec<Item>, Vec<Range<usize>>) {
    let mut runs = Vec::new();
    for (at, reader) in (0..).zip(readers) {
        let ends = reader.blocks.iter().skip(1).map(|run| run.begin).chain([reader.all.len()]);
        runs.extend(reader.blocks.iter().zip(ends).map(|(run, end)| (*run, at, run.begin..end)));
    }
    runs.sort_by_key(|(run, ..)| (run.times[0], run.block));
    // By run the earliest time of those that follow.
    let mut follows = vec![Timestamp::MAX; runs.len()];
    for at in (1..runs.len()).rev() {
        follows[at - 1] = follows[at].min(runs[at].0.times[1]);
    }
    let (mut items, mut parts) = (Vec::new(), Vec::new());
    let (mut begin, mut latest, mut is_in_order) = (0, Timestamp::MIN, true);
    for ((run, reader, indexes), follows) in runs.into_iter().zip(follows) {
        let its = indexes.map(|index| (reader, index));
        items.extend(its.filter(|item| without.is_empty() || !without.contains(item)));
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
        fn what_is_in_order_need_not_be_sorted(
            blocks in prop::collection::vec((0..3_usize, prop::collection::vec(0..9_i64, 0..5)), 0..8),
            without in prop::collection::hash_set((0..3_u32, 0..9_u32), 0..4),
        ) {
            let mut readers = [const { Vec::new() }; 3].map(|all: Vec<Timestamp>| (all, ByBlock::default()));
            for (number, (reader, times)) in (0..).zip(&blocks) {
                for seconds in times {
                    // Later blocks mostly are later.
                    let time = Timestamp { seconds: seconds + 6 * i64::from(number), nanos: 0 };
                    readers[*reader].0.push(time);
                    readers[*reader].1.push(BlockId { input: 0, number }, time, time);
                }
            }
            let time = |item: &Item| readers[item.0 as usize].0[item.1 as usize];
            let (mut items, parts) = in_blocks(readers.iter().map(|reader| &reader.1), &without);
            let mut expected = items.clone();
            expected.sort_by_key(time);
            parts.into_iter().for_each(|part| items[part].sort_by_key(time));
            prop_assert_eq!(&items, &expected);
            let all = readers.iter().map(|reader| reader.0.len()).sum::<usize>();
            let gone = without.iter().filter(|item| (item.1 as usize) < readers[item.0 as usize].0.len()).count();
            prop_assert_eq!(items.len(), all - gone);
        }

        #[test]
        fn a_pile_is_a_list(count in 0..20 * FIRST) {
            let mut pile = Pile::default();
            for number in 0..count {
                prop_assert_eq!(pile.push(number), number);
            }
            prop_assert_eq!(pile.len(), count);
            prop_assert!(pile.iter().copied().eq(0..count));
            for index in [0, count / 2, count.saturating_sub(1), count, FIRST, 3 * FIRST - 1, 3 * FIRST, u32::MAX] {
                let expected = Some(index).filter(|index| *index < count);
                prop_assert_eq!((pile.get(index).copied(), pile.get_mut(index).copied()), (expected, expected));
            }
        }
    }
}
