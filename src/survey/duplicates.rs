//! Which events came before: a webhook is sent again when nobody answers, and exports overlap.
//!
//! What an event says is its content: its time and every value it has, documented or not, whatever their
//! order, the white space, how the time and documented keys are spelt, and what comes with the way of
//! delivery, such as a wrapper. Workers only write down what arrived; what arrived twice is found at the end, as
//! the same event may come in two files, and looking one up at once would cost a miss of every cache.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::event::Space;
use crate::model::fields::{ContentValue, Fields};
use crate::parallel;
use crate::text::keyed_hash::KEYS;

/// What makes an event the one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// Of the event id, or of all that the event says where it has none.
    pub key: u64,
    /// Of all that it says.
    pub content: u64,
    /// It is only counted: it has no id, and is neither a change nor a portal link.
    pub is_only_counted: bool,
}

/// Tells identities; all workers share one, as they must agree.
#[derive(Default)]
pub struct EventHasher {
    ids: RandomState,
}

impl EventHasher {
    /// What makes the event the one it is. `hashes` gets those of all that it says.
    pub fn of(&self, event: &Event<'_>, hashes: &mut Vec<u64>) -> EventKey {
        let id = event.fields.all(Attribute::Id).next();
        let is_only_counted = id.is_none() && !event.operation.is_change_or_link();
        hashes.clear();
        hashes.reserve(event.fields.index.content.len());
        let mut content = start(event);
        for said in &event.fields.index.content {
            let hash = value(event.fields, said);
            content = content.wrapping_add(hash);
            hashes.push(hash);
        }
        let key = id.map_or(content, |id| self.ids.hash_one((event.source, &*id)));
        EventKey { key, content, is_only_counted }
    }

    /// Of a text in an id space that is to be found again among those of other workers.
    pub fn hash(&self, space: Space, text: &str) -> u64 {
        self.ids.hash_one((space, text))
    }
}

/// The place of the time in the hash; no value has it.
const TIME: u64 = u64::MAX;

/// Hash of all that the event says. Values are in an order of their own, so that the line's does not matter.
pub fn content(event: &Event<'_>) -> u64 {
    said(event.fields).fold(start(event), u64::wrapping_add)
}

#[inline(always)]
fn start(event: &Event<'_>) -> u64 {
    let time = KEYS.numbers(TIME, [event.time.seconds.cast_unsigned(), event.time.nanos.into()]);
    event.fields.index.fixed_hash.wrapping_add(time)
}

/// Hashes of all that an event says, value by value.
#[inline(always)]
fn said(fields: Fields<'_>) -> impl Iterator<Item = u64> {
    fields.index.content.iter().map(move |said| value(fields, said))
}

#[inline(always)]
fn value(Fields { text, spans, .. }: Fields<'_>, said: &ContentValue) -> u64 {
    let span = spans[said.slot as usize];
    if span.escaped {
        KEYS.text(said.key, span.decode(text).as_bytes())
    } else {
        KEYS.text(said.key, &text.as_bytes()[span.start as usize..span.end as usize])
    }
}

/// Something that a worker has: which worker's it is, and its index there.
pub type Item = (u32, u32);

/// Items with a key that may be in more than one, sorted by it.
pub struct Repeated(Vec<(u64, Item)>);

impl Repeated {
    /// The items with the same key, sorted, for every key that is in more than one; with the key.
    pub fn groups(&self) -> impl Iterator<Item = &[(u64, Item)]> {
        self.0.chunk_by(|a, b| a.0 == b.0).filter(|group| group.len() > 1)
    }
}

/// The items that share a key; `workers` is what each of them has.
pub fn repeated<T>(workers: &[Vec<T>], key: impl Fn(&T) -> u64) -> Repeated {
    let suspects =
        RepeatFilter::among(workers.iter().flatten().map(&key), workers.iter().map(Vec::len).sum());
    let mut all: Vec<(u64, Item)> = Vec::new();
    for (worker, items) in (0..).zip(workers) {
        let keys = (0..).zip(items).map(|(index, item)| (key(item), (worker, index)));
        all.extend(keys.filter(|(key, _)| suspects.have(*key)));
    }
    parallel::sort_by(&mut all, Ord::cmp);
    Repeated(all)
}

/// Keys that may have come more than once, told by some of their bits: most are not among them, and
/// need not be sorted.
struct RepeatFilter {
    /// By two bits: one came, and another one came. They are together as looking them up is what costs.
    came: Vec<u64>,
}

/// So many keys could be told apart for each one that there is.
const ROOM: usize = 8;

impl RepeatFilter {
    fn among(keys: impl Iterator<Item = u64>, count: usize) -> Self {
        let mut came = vec![0; (count * ROOM / 32).next_power_of_two()];
        for key in keys {
            let (at, once) = place(key, came.len());
            came[at] |= once | (came[at] & once) << 1;
        }
        Self { came }
    }

    fn have(&self, key: u64) -> bool {
        let (at, once) = place(key, self.came.len());
        self.came[at] & once << 1 != 0
    }
}

/// The word, of which there is a power of two, and the first of two bits in it.
fn place(key: u64, words: usize) -> (usize, u64) {
    ((key >> 5) as usize & (words - 1), 1 << (2 * (key & 31)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn what_is_repeated_is_found(
            workers in prop::collection::vec(prop::collection::vec((0..40_u64, 0..3_u64), 0..60), 0..4),
        ) {
            // Some keys share the bits that are looked at first.
            let key = |(low, high): &(u64, u64)| low | high << 40;
            let mut expected: BTreeMap<u64, Vec<Item>> = BTreeMap::new();
            for (worker, items) in (0..).zip(&workers) {
                for (index, item) in (0..).zip(items) {
                    expected.entry(key(item)).or_default().push((worker, index));
                }
            }
            expected.retain(|_, items| items.len() > 1);
            let repeated = repeated(&workers, key);
            let items = |group: &[(u64, Item)]| group.iter().map(|(_, item)| *item).collect();
            let groups: Vec<Vec<Item>> = repeated.groups().map(items).collect();
            prop_assert_eq!(groups, expected.into_values().collect::<Vec<_>>());
        }
    }
}
