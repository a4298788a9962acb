//! What is kept of events that are only counted until repeated deliveries are known; of others, `identities.rs` keeps
//! more.
//!
//! Most events are only counted, such as views. For each of them a hash of its content is kept. What was
//! counted is kept only if an equal event may have come before. As the time belongs to the content, none has if all
//! events before were earlier, which is so in most logs; if many events are not later than all before, a Bloom filter
//! tells. A single thread goes over them, in the order of the input: bits that several threads write to would move
//! between processor caches all the time.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::survey::bloom::BloomFilter;
use crate::survey::ids::SeenId;
use crate::survey::{Change, EventIds};

/// What was counted of an event, so that the counts can be reverted. Its ids refer to the tables of a worker.
#[derive(Clone, Copy)]
pub struct Counted {
    /// When it happened.
    pub time: Timestamp,
    /// Whether its operation is `other`.
    pub is_other: bool,
    /// Whether it is selected.
    pub is_selected: bool,
    /// Whether it is impersonated.
    pub is_impersonated: bool,
    /// Its organization, actor and so on.
    pub ids: EventIds,
    /// Its visit, or its observation if observations are wanted.
    pub(super) seen: Option<SeenId>,
}

impl Counted {
    /// What was counted of a stored event.
    pub(super) fn of(change: &Change) -> Self {
        Self {
            time: change.time,
            is_other: change.operation == Operation::Other,
            is_selected: change.scopes.is_selected(),
            is_impersonated: change.is_impersonated(),
            ids: change.ids(),
            seen: None,
        }
    }
}

/// A block with more than [`FEW`] such events mostly has about as many as this.
const USUAL: usize = 1 << 10;
const FEW: usize = 1 << 6;

/// The only-counted events of one block.
#[derive(Default)]
pub struct Arrived {
    /// Kept apart from `counted`, which is mostly not read again.
    contents: Vec<u64>,
    counted: Vec<Counted>,
    /// The number of the worker.
    worker: u32,
    extremes: Extremes,
    /// Whether each event was earlier or later than all before.
    are_distinct: bool,
}

/// The earliest and the latest time of some events.
#[derive(Clone, Copy)]
struct Extremes {
    earliest: Timestamp,
    latest: Timestamp,
}

impl Default for Extremes {
    fn default() -> Self {
        Self { earliest: Timestamp::MAX, latest: Timestamp::MIN }
    }
}

impl Extremes {
    /// Adds a time, and returns whether it is earlier or later than all before.
    #[inline]
    fn add(&mut self, time: Timestamp) -> bool {
        let (is_earlier, is_later) = (time < self.earliest, time > self.latest);
        if is_earlier {
            self.earliest = time;
        }
        if is_later {
            self.latest = time;
        }
        is_earlier || is_later
    }
}

impl Arrived {
    #[inline]
    pub(super) fn push(&mut self, content: u64, counted: Counted, worker: u32) {
        if self.contents.len() == FEW {
            self.contents.reserve(USUAL);
            self.counted.reserve(USUAL);
        }
        self.are_distinct =
            self.extremes.add(counted.time) && (self.are_distinct || self.contents.is_empty());
        self.contents.push(content);
        self.counted.push(counted);
        self.worker = worker;
    }

    /// How many bytes are allocated.
    pub fn weight(&self) -> usize {
        self.contents.capacity() * size_of::<u64>() + self.counted.capacity() * size_of::<Counted>()
    }
}

/// All only-counted events, in the order of the input.
#[derive(Default)]
pub struct Arrivals {
    /// In one piece, which is given back as a whole.
    contents: Vec<u64>,
    extremes: Extremes,
    /// A filter of the contents; `None` as long as few events are suspected without it.
    filter: Option<BloomFilter>,
    /// Events that may have come before, with the number of their worker.
    suspected: Vec<(u64, u32, Counted)>,
}

/// A filter has room for at least so many contents.
const MIN_ROOM: usize = 1 << 13;
/// If more events than this and than this part of all are suspected, there is a filter.
const MANY: usize = 1 << 10;
const PART: usize = 1 << 7;

impl Arrivals {
    /// Adds the events of the next block.
    pub fn take(&mut self, arrived: Arrived) {
        let Arrived { contents: new, counted, worker, extremes, are_distinct } = arrived;
        self.make_room(new.len());
        if are_distinct && self.filter.is_none() && extremes.earliest > self.extremes.latest {
            self.extremes.add(extremes.earliest);
            self.extremes.add(extremes.latest);
            self.contents.extend_from_slice(&new);
            return;
        }
        for (content, counted) in new.into_iter().zip(counted) {
            self.contents.push(content);
            let may_be_known = !self.extremes.add(counted.time);
            let is_suspected = match &mut self.filter {
                Some(filter) => filter.insert(content),
                None => may_be_known,
            };
            if is_suspected {
                self.suspected.push((content, worker, counted));
            }
        }
    }

    /// Makes the filter as large as it has to be for so many more events, if it is worth having one.
    fn make_room(&mut self, count: usize) {
        let Self { contents, filter, suspected, .. } = self;
        let needed = contents.len() + count;
        let is_wanted = match filter {
            Some(filter) => !filter.has_room(needed),
            None => suspected.len() > MANY + contents.len() / PART,
        };
        if is_wanted {
            let mut wider = BloomFilter::with_room(needed.max(MIN_ROOM));
            contents.iter().for_each(|content| {
                wider.insert(*content);
            });
            *filter = Some(wider);
        }
    }

    /// What was counted of repeated events, with the number of their worker.
    pub(super) fn again(self) -> Vec<(u32, Counted)> {
        let Self { contents, suspected, .. } = self;
        if suspected.is_empty() {
            return Vec::new();
        }
        let mut left: HashMap<u64, u64, RandomState> =
            suspected.iter().map(|(content, ..)| (*content, 0)).collect();
        // Most contents are not suspected, and a filter of those that are skips them.
        let filter = BloomFilter::of(left.keys().copied());
        for content in contents.iter().filter(|content| filter.may_have(**content)) {
            if let Some(count) = left.get_mut(content) {
                *count += 1;
            }
        }
        let mut again = Vec::new();
        // The first event of each content stays. It may be among the suspected ones itself.
        for (content, worker, counted) in suspected.into_iter().rev() {
            if let Some(left) = left.get_mut(&content).filter(|left| **left > 1) {
                *left -= 1;
                again.push((worker, counted));
            }
        }
        again
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::ids::{ActionId, Id};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn all_but_the_first_are_repeated(
            parts in prop::collection::vec(prop::collection::vec((0..9000_u64, 0..3_u64), 0..2000), 0..5),
            is_sorted: bool,
            seconds in 1..20_000_u64,
        ) {
            let event = Counted {
                time: Timestamp::MIN, is_other: false, is_selected: true, is_impersonated: false,
                ids: EventIds { action: ActionId::new(0), organization: None, actor: None, kind: None, ip: None }, seen: None,
            };
            let mut arrivals = Arrivals::default();
            let mut expected: BTreeMap<u64, u64> = BTreeMap::new();
            for part in parts {
                // Some contents share their bits.
                let mut part: Vec<_> = part.into_iter().map(|(low, high)| low << 4 | high << 50).collect();
                if is_sorted {
                    part.sort_unstable();
                }
                part.iter().for_each(|content| *expected.entry(*content).or_default() += 1);
                // Each content has a number of its own.
                let number = |content: u64| SeenId::new((content as u32 | (content >> 32) as u32) as usize);
                let mut arrived = Arrived::default();
                for content in part {
                    let time = Timestamp { seconds: (content % seconds) as i64, nanos: 0 };
                    arrived.push(content, Counted { time, seen: Some(number(content)), ..event }, 0);
                }
                arrivals.take(arrived);
            }
            let mut repeated: Vec<_> = arrivals.again().iter().filter_map(|(_, counted)| counted.seen).collect();
            repeated.sort_unstable();
            let mut expected: Vec<_> = expected
                .into_iter()
                .flat_map(|(content, count)| {
                    let seen = SeenId::new((content as u32 | (content >> 32) as u32) as usize);
                    std::iter::repeat_n(seen, count as usize - 1)
                })
                .collect();
            expected.sort_unstable();
            prop_assert_eq!(repeated, expected);
        }
    }
}
