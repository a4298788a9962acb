//! What is kept of an event until all are read and it is known which ones came again.
//!
//! Of events that are only counted, such as views, there are far more than of others: of each there is its
//! content, a hash, and what was counted of it only if some bits say that an equal one may have come before.
//! One thread goes over them, in the order of the input: bits that several write to would be passed from
//! processor to processor all the time.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::pile::Pile;
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::survey::Change;
use crate::survey::EventIds;
use crate::survey::ids::SeenId;

/// An event that is kept until it is known which ones came again, and what was kept of it.
pub(super) struct Delivery {
    pub key: u64,
    pub content: u64,
    pub kept: Stored,
    /// Its visit or, where observations are wanted, its observation.
    pub seen: Option<SeenId>,
}

/// Where an event is kept.
#[derive(Clone, Copy)]
pub(super) struct Stored(u32);

impl Stored {
    pub const NOWHERE: Self = Self(u32::MAX);
    /// The same of an event whose operation is `other`.
    pub const NOWHERE_OTHER: Self = Self(u32::MAX - 1);
    const IS_OTHER: u32 = 1 << 31;

    /// The place of that index among the changes.
    pub fn in_changes(index: u32) -> Self {
        Self(index)
    }

    /// The place of that index among the others.
    pub fn in_others(index: u32) -> Self {
        Self(index | Self::IS_OTHER)
    }

    /// Index among the changes.
    pub fn change(self) -> Option<u32> {
        (self.0 & Self::IS_OTHER == 0).then_some(self.0)
    }

    /// Index among the others.
    pub fn other(self) -> Option<u32> {
        let is_somewhere = self.0 < Self::NOWHERE_OTHER.0;
        (is_somewhere && self.0 & Self::IS_OTHER != 0).then_some(self.0 & !Self::IS_OTHER)
    }

    /// Kept nowhere, but counted as `other`.
    pub fn is_other_nowhere(self) -> bool {
        self.0 == Self::NOWHERE_OTHER.0
    }
}

/// What is counted of an event, so that it can be taken back; the numbers are of the reader's names.
#[derive(Clone, Copy)]
pub struct Counted {
    /// When it happened.
    pub time: Timestamp,
    /// Its operation is `other`.
    pub is_other: bool,
    /// The selection keeps it.
    pub is_selected: bool,
    /// It is impersonated.
    pub is_impersonated: bool,
    /// What it says.
    pub ids: EventIds,
    /// As of a [`Delivery`].
    pub(super) seen: Option<SeenId>,
}

impl Counted {
    /// What is counted of an event that is kept.
    pub(super) fn of(change: &Change) -> Self {
        Self {
            time: change.time,
            is_other: change.operation == Operation::Other,
            is_selected: change.is_selected,
            is_impersonated: change.is_impersonated(),
            ids: change.ids(),
            seen: None,
        }
    }
}

/// A block from which more than a few come has about as many.
const USUAL: usize = 1 << 10;
const FEW: usize = 1 << 6;

/// Events that are only counted, as a reader hands them over.
#[derive(Default)]
pub struct Arrived {
    /// Apart, as what was counted is mostly not looked at again.
    contents: Vec<u64>,
    counted: Vec<Counted>,
    /// Number of the reader.
    reader: u32,
}

impl Arrived {
    #[inline]
    pub(super) fn push(&mut self, content: u64, counted: Counted, reader: u32) {
        if self.contents.len() == FEW {
            self.contents.reserve(USUAL);
            self.counted.reserve(USUAL);
        }
        self.contents.push(content);
        self.counted.push(counted);
        self.reader = reader;
    }

    /// Bytes that it holds.
    pub fn weight(&self) -> usize {
        self.contents.capacity() * size_of::<u64>() + self.counted.capacity() * size_of::<Counted>()
    }
}

/// Events that are only counted, in the order in which they came.
#[derive(Default)]
pub struct Arrivals {
    contents: Pile<u64>,
    /// Some bits of each content.
    bits: Vec<u64>,
    /// Those that may have come before, with the number of the reader.
    suspected: Vec<(u64, u32, Counted)>,
}

/// So many bits there are for each content, at least.
const BITS: usize = 8;
const FEWEST_WORDS: usize = 1 << 10;

impl Arrivals {
    /// Takes in the next ones.
    pub fn take(&mut self, arrived: Arrived) {
        let Arrived { contents: new, counted, reader } = arrived;
        let needed = (self.contents.len() as usize + new.len()) * BITS / 64;
        if needed >= self.bits.len() {
            self.bits = vec![0; (needed + 1).next_power_of_two().max(FEWEST_WORDS)];
            let Self { contents, bits, .. } = self;
            contents.iter().for_each(|content| {
                set(bits, *content);
            });
        }
        for (content, counted) in new.into_iter().zip(counted) {
            self.contents.push(content);
            if set(&mut self.bits, content) {
                self.suspected.push((content, reader, counted));
            }
        }
    }

    /// What was counted of events that came before, with the number of the reader.
    pub(super) fn again(self) -> Vec<(u32, Counted)> {
        let Self { contents, mut bits, suspected } = self;
        let mut left: HashMap<u64, u64, RandomState> =
            suspected.iter().map(|(content, ..)| (*content, 0)).collect();
        // Most contents are not among them, and are repeated by the same bits.
        bits.fill(0);
        left.keys().for_each(|content| {
            set(&mut bits, *content);
        });
        for content in contents.iter().filter(|content| has(&bits, **content)) {
            if let Some(count) = left.get_mut(content) {
                *count += 1;
            }
        }
        let mut again = Vec::new();
        // The first one stays; if it is suspected itself, that is the first of these.
        for (content, reader, counted) in suspected.into_iter().rev() {
            if let Some(left) = left.get_mut(&content).filter(|left| **left > 1) {
                *left -= 1;
                again.push((reader, counted));
            }
        }
        again
    }
}

/// Sets the bits of a content, and tells whether they were set.
fn set(bits: &mut [u64], content: u64) -> bool {
    let (at, its) = place(bits, content);
    let were_set = bits[at] & its == its;
    bits[at] |= its;
    were_set
}

fn has(bits: &[u64], content: u64) -> bool {
    let (at, its) = place(bits, content);
    bits.get(at).is_some_and(|word| word & its == its)
}

/// The word, of which there is a power of two, and two bits in it.
fn place(bits: &[u64], content: u64) -> (usize, u64) {
    ((content >> 6) as usize & (bits.len().max(1) - 1), 1 << (content & 63) | 1 << (content >> 58))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::ids::{ActionId, Id};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn all_but_the_first_are_told(
            parts in prop::collection::vec(prop::collection::vec((0..90_u64, 0..3_u64), 0..90), 0..5),
        ) {
            let event = Counted {
                time: Timestamp::MIN, is_other: false, is_selected: true, is_impersonated: false,
                ids: EventIds { action: ActionId::new(0), organization: None, actor: None, kind: None, ip: None }, seen: None,
            };
            let mut arrivals = Arrivals::default();
            let mut expected: BTreeMap<u64, u64> = BTreeMap::new();
            for part in parts {
                // Some contents share their bits.
                let part: Vec<_> = part.into_iter().map(|(low, high)| low << 4 | high << 50).collect();
                part.iter().for_each(|content| *expected.entry(*content).or_default() += 1);
                // Their number tells them apart.
                let number = |content: u64| SeenId::new((content as u32 | (content >> 32) as u32) as usize);
                let mut arrived = Arrived::default();
                for content in part {
                    arrived.push(content, Counted { seen: Some(number(content)), ..event }, 0);
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
