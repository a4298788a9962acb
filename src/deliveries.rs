//! Which events came before: a webhook is sent again when nobody answers, and exports overlap.
//!
//! What an event says is its content: its time and every value it has, documented or not, whatever their
//! order, the white space, how the time and documented keys are spelt, and what comes with the way of
//! delivery, such as a wrapper. Readers only write down what arrived; what arrived twice is found at the end, as
//! the same event may come in two files, and looking one up at once would cost a miss of every cache. Of events
//! that are only counted, what is to be taken back is written down where they may have come before.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::event::{Attribute, Event, Operation};
use crate::names::Space;
use crate::threads;
use foldhash::{fast, quality};

/// What makes an event the one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Of the event id, or of all that the event says where it has none.
    pub key: u64,
    /// Of all that it says.
    pub content: u64,
    /// It is only counted: it has no id, and is neither a change nor a portal link.
    pub is_only_counted: bool,
}

/// Tells identities; all readers share one, as they must agree.
#[derive(Default)]
pub struct Identities {
    ids: quality::RandomState,
    values: fast::RandomState,
}

impl Identities {
    /// What makes the event the one it is.
    pub fn of(&self, event: &Event<'_>) -> Identity {
        let id = event.fields.all(Attribute::Id).next();
        let is_only_counted = id.is_none() && matches!(event.operation, Operation::Viewed | Operation::Other);
        let content = self.content(event);
        let key = id.map_or(content, |id| self.ids.hash_one((event.source, &*id)));
        Identity { key, content, is_only_counted }
    }

    /// Of all that the event says. Values are in an order of their own, so that the line's does not matter.
    pub fn content(&self, event: &Event<'_>) -> u64 {
        let fields = &event.fields;
        let mut hasher = self.values.build_hasher();
        hasher.write(event.source.as_bytes());
        hasher.write_i64(event.time.seconds);
        hasher.write_u32(event.time.nanos);
        hasher.write(&fields.index.skeleton);
        for (at, slot) in (0_u64..).zip(&fields.index.sorted) {
            let span = fields.spans[*slot as usize];
            if span.escaped {
                let text = span.decode(fields.text);
                // A NUL, which only an escape can give, may hash as nothing does: so it tells where it is.
                if text.contains('\0') {
                    hasher.write_u64(at << 32 | text.len() as u64);
                }
                hasher.write(text.as_bytes());
            } else {
                hasher.write(&fields.text.as_bytes()[span.start as usize..span.end as usize]);
            }
        }
        hasher.finish()
    }

    /// Of a text in an id space that is to be found again among those of other readers.
    pub fn hash(&self, space: Space, text: &str) -> u64 {
        self.ids.hash_one((space, text))
    }
}

/// Which events that are only counted may have come before, told by some bits of their contents. All readers
/// share it: which of equal events is taken for the first does not matter, as they say the same.
pub struct Contents {
    bits: Box<[AtomicU64]>,
}

impl Default for Contents {
    fn default() -> Self {
        Self::of(0)
    }
}

impl Contents {
    /// For inputs of so many bytes. Where there are more events than that, more of them are suspected for
    /// nothing.
    pub fn of(bytes: u64) -> Self {
        const FEWEST_WORDS: u64 = 1 << 12;
        const MOST_WORDS: u64 = 1 << 22;
        // A line has some hundreds of bytes: that makes about ten bits for each.
        let words = (bytes >> 12).clamp(FEWEST_WORDS, MOST_WORDS).next_power_of_two();
        Self { bits: (0..words).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Takes in the content of an event; `false` if none like it came before.
    #[inline]
    pub fn may_have(&self, content: u64) -> bool {
        let (at, bit) = place(content, self.bits.len() - 1);
        self.bits[at].fetch_or(bit, Ordering::Relaxed) & bit != 0
    }
}

/// Of the contents that [`Contents`] suspected, each as often as it did: how often each came that came more
/// than once, beyond the first time. `all` has all contents.
pub fn came_again<'c>(
    suspected: impl Iterator<Item = u64>,
    all: impl Iterator<Item = &'c Vec<u64>>,
) -> HashMap<u64, u64, fast::RandomState> {
    let mut counts: HashMap<u64, u64, fast::RandomState> = suspected.map(|content| (content, 0)).collect();
    if counts.is_empty() {
        return counts;
    }
    // Most contents are not among them, and are told by some bits.
    let words = (counts.len() * BITS / 64).next_power_of_two();
    let mut bits = vec![0; words];
    for content in counts.keys() {
        let (at, bit) = place(*content, words - 1);
        bits[at] |= bit;
    }
    let is_there = |content: &&u64| {
        let (at, bit) = place(**content, words - 1);
        bits[at] & bit != 0
    };
    for content in all.flatten().filter(is_there) {
        if let Some(count) = counts.get_mut(content) {
            *count += 1;
        }
    }
    counts.retain(|_, count| *count > 1);
    counts.values_mut().for_each(|count| *count -= 1);
    counts
}

/// Something that a reader has: which reader's it is, and its index there.
pub type Item = (u32, u32);

/// The items with the same key, sorted, for every key that is in more than one. `readers` is what
/// each of them has.
pub fn repeated<T>(readers: &[Vec<T>], key: impl Fn(&T) -> u64) -> Vec<Vec<Item>> {
    let suspects = Suspects::among(readers.iter().flatten().map(&key), readers.iter().map(Vec::len).sum());
    let mut all: Vec<(u64, Item)> = Vec::new();
    for (reader, items) in (0..).zip(readers) {
        let keys = (0..).zip(items).map(|(index, item)| (key(item), (reader, index)));
        all.extend(keys.filter(|(key, _)| suspects.have(*key)));
    }
    threads::sort_by(&mut all, Ord::cmp);
    let groups = all.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1);
    groups.map(|group| group.iter().map(|(_, item)| *item).collect()).collect()
}

/// Keys that may have come more than once, told by some of their bits: most are not among them, and
/// need not be sorted.
struct Suspects {
    again: Vec<u64>,
    mask: usize,
}

/// So many bits there are for each key.
const BITS: usize = 16;

impl Suspects {
    fn among(keys: impl Iterator<Item = u64>, count: usize) -> Self {
        let words = (count * BITS / 64).next_power_of_two();
        let (mut once, mut again) = (vec![0; words], vec![0; words]);
        let mask = words - 1;
        for key in keys {
            let (at, bit) = place(key, mask);
            again[at] |= once[at] & bit;
            once[at] |= bit;
        }
        Self { again, mask }
    }

    fn have(&self, key: u64) -> bool {
        let (at, bit) = place(key, self.mask);
        self.again[at] & bit != 0
    }
}

/// The word, and the bit in it.
fn place(key: u64, mask: usize) -> (usize, u64) {
    ((key >> 6) as usize & mask, 1 << (key & 63))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn what_is_repeated_is_found(
            readers in prop::collection::vec(prop::collection::vec((0..40_u64, 0..3_u64), 0..60), 0..4),
        ) {
            // Some keys share the bits that are looked at first.
            let key = |(low, high): &(u64, u64)| low | high << 40;
            let mut expected: BTreeMap<u64, Vec<Item>> = BTreeMap::new();
            for (reader, items) in (0..).zip(&readers) {
                for (index, item) in (0..).zip(items) {
                    expected.entry(key(item)).or_default().push((reader, index));
                }
            }
            expected.retain(|_, items| items.len() > 1);
            prop_assert_eq!(repeated(&readers, key), expected.into_values().collect::<Vec<_>>());
        }
    }
}
