//! Which events came before: a webhook is sent again when nobody answers, and exports overlap.
//!
//! What an event says is its content: its time and every value it has, documented or not, whatever their
//! order, the white space, how the time and documented keys are spelt, and what comes with the way of
//! delivery, such as a wrapper. Readers only write down what arrived; what arrived twice is found at the end, as
//! the same event may come in two files, and looking one up at once would cost a miss of every cache.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use crate::digest::KEYS;
use crate::event::{Attribute, Event, Operation};
use crate::fields::Fields;
use crate::names::Space;
use crate::threads;

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
    ids: RandomState,
}

impl Identities {
    /// What makes the event the one it is.
    pub fn of(&self, event: &Event<'_>) -> Identity {
        let id = event.fields.all(Attribute::Id).next();
        let is_only_counted = id.is_none() && matches!(event.operation, Operation::Viewed | Operation::Other);
        let content = content(event);
        let key = id.map_or(content, |id| self.ids.hash_one((event.source, &*id)));
        Identity { key, content, is_only_counted }
    }

    /// Of a text in an id space that is to be found again among those of other readers.
    pub fn hash(&self, space: Space, text: &str) -> u64 {
        self.ids.hash_one((space, text))
    }
}

/// The place of the time in the hash; no value has it.
const TIME: u64 = u64::MAX;

/// Hash of all that the event says. Values are in an order of their own, so that the line's does not matter.
pub fn content(event: &Event<'_>) -> u64 {
    let Fields { text, spans, index, .. } = event.fields;
    let keys = &*KEYS;
    let time = keys.numbers(TIME, [event.time.seconds.cast_unsigned(), event.time.nanos.into()]);
    index.said.iter().fold(index.fixed.wrapping_add(time), |sum, (place, slot)| {
        let span = spans[*slot as usize];
        let value = if span.escaped {
            keys.text((*place).into(), span.decode(text).as_bytes())
        } else {
            keys.text((*place).into(), &text.as_bytes()[span.start as usize..span.end as usize])
        };
        sum.wrapping_add(value)
    })
}

/// Something that a reader has: which reader's it is, and its index there.
pub type Item = (u32, u32);

/// Items with a key that may be in more than one, sorted by it.
pub struct Repeated(Vec<(u64, Item)>);

impl Repeated {
    /// The items with the same key, sorted, for every key that is in more than one; with the key.
    pub fn groups(&self) -> impl Iterator<Item = &[(u64, Item)]> {
        self.0.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1)
    }
}

/// The items that share a key; `readers` is what each of them has.
pub fn repeated<T>(readers: &[Vec<T>], key: impl Fn(&T) -> u64) -> Repeated {
    let suspects = Suspects::among(readers.iter().flatten().map(&key), readers.iter().map(Vec::len).sum());
    let mut all: Vec<(u64, Item)> = Vec::new();
    for (reader, items) in (0..).zip(readers) {
        let keys = (0..).zip(items).map(|(index, item)| (key(item), (reader, index)));
        all.extend(keys.filter(|(key, _)| suspects.have(*key)));
    }
    threads::sort_by(&mut all, Ord::cmp);
    Repeated(all)
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
            let repeated = repeated(&readers, key);
            let items = |group: &[(u64, Item)]| group.iter().map(|(_, item)| *item).collect();
            let groups: Vec<Vec<Item>> = repeated.groups().map(items).collect();
            prop_assert_eq!(groups, expected.into_values().collect::<Vec<_>>());
        }
    }
}
