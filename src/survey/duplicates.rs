//! Recognizes repeated events: a webhook is sent again when nobody answers, and exports overlap.
//!
//! The content of an event is its time and all of its values, documented or not. Their order, white space,
//! the spelling of the time and of documented keys, and what depends on the delivery, such as a wrapper, do
//! not matter. Workers only record the keys of what arrives; repetitions are found at the end, because the
//! same event may be in two files, and a lookup per event would miss every cache.

use std::ops::Range;

use hashbrown::HashTable;
use hashbrown::hash_table::Entry;

use crate::model::attribute::Attribute;
use crate::model::event::{Event, Retained};
use crate::model::fields::{ContentValue, Fields};
use crate::model::reported::{reported_hash, time_hash};
use crate::parallel;
use crate::text::keyed_hash::{KEYS, Keys};

/// Hashes that identify an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventKey {
    /// The hash of the event id, or of the content if there is no id.
    pub key: u64,
    /// The hash of the content.
    pub content: u64,
    /// Whether it is only counted: it has no id, and is neither a change nor a portal link.
    pub is_only_counted: bool,
    /// Whether the content is that of a digest.
    pub has_digest: bool,
}

/// What becomes of the content of an event.
#[derive(Default)]
pub struct ContentHashes {
    /// The hash of each value of its content.
    pub hashes: Vec<u64>,
    /// Its canonical form.
    form: String,
}

/// The place of an event id among the texts that are hashed. None of the places of texts of an event is as high.
const EVENT_ID: u64 = 1 << 32;
/// The place of the id of a connection in the first id space.
pub const CONNECTION_ID: u64 = 2 << 32;

impl EventKey {
    /// The key of an event. `hashes` receives the hash of each value of its content.
    pub fn of(event: &Event<'_>, ContentHashes { hashes, form }: &mut ContentHashes) -> Self {
        let id = event.fields.all(Attribute::Id).next();
        let is_only_counted = id.is_none() && !event.operation.is_change_or_link();
        hashes.clear();
        if let Some(Retained::Row(row)) = event.retained {
            hashes.extend_from_slice(row.hashes);
        }
        let before = hashes.len();
        hashes.extend(value_hashes(event.fields));
        let mut content = hashes[before..].iter().copied().fold(start(event), u64::wrapping_add);
        let digest = event.digest(form);
        if let Some(digest) = digest {
            content = reported_hash(event, digest);
        }
        let of_source = || KEYS.text(KEYS.at(EVENT_ID), event.source.as_bytes());
        let key = id.map_or(content, |id| KEYS.text(of_source(), id.as_bytes()));
        Self { key, content, is_only_counted, has_digest: digest.is_some() }
    }
}

/// The hash of an event's content. It does not depend on the order of values in the line.
pub fn content(event: &Event<'_>) -> u64 {
    match event.digest(&mut String::new()) {
        Some(digest) => reported_hash(event, digest),
        None => value_hashes(event.fields).fold(start(event), u64::wrapping_add),
    }
}

#[inline(always)]
fn start(event: &Event<'_>) -> u64 {
    event.fields.index.fixed_hash.wrapping_add(time_hash(event.time))
}

/// The hash of each value of an event's content.
#[inline(always)]
fn value_hashes(fields: Fields<'_>) -> impl Iterator<Item = u64> {
    let keys = &*KEYS;
    fields.index.content.iter().map(move |value| value_hash(keys, fields, value))
}

#[inline(always)]
fn value_hash(keys: &Keys, Fields { text, spans, .. }: Fields<'_>, value: &ContentValue) -> u64 {
    let span = spans[value.slot as usize];
    if span.escaped {
        keys.text(value.key, span.decode(text).as_bytes())
    } else {
        keys.part(value.key, text.as_bytes(), span.start as usize..span.end as usize)
    }
}

/// The number of a worker, and the index of one of its items.
pub type Item = (u32, u32);

/// Finds the items whose key an item before them has, among those of all workers, and passes each of them to `each` after
/// the first item with its key. `counts` says how many items each worker has, `keys` gives their keys in order.
pub fn for_each_repeated<K: Iterator<Item = u64>>(
    counts: &[u32],
    keys: impl Fn(u32) -> K + Sync,
    mut each: impl FnMut(Item, Item),
) {
    let count = counts.iter().map(|count| *count as usize).sum::<usize>();
    let bits = (count / PART).next_power_of_two().trailing_zeros();
    let workers: Vec<_> = (0..).zip(counts).collect();
    let all = 1_usize << bits;
    // To look at a quarter of the parts at a time takes a quarter of the memory. To look at fewer and fewer would not take
    // linear time.
    let at_once = if count < MANY { all } else { all / 4 };
    for begin in (0..all).step_by(at_once) {
        let wanted = begin..begin + at_once;
        let scattered = parallel::map(&workers, |(worker, count)| {
            scattered(keys(*worker), **count as usize >> bits, (bits, &wanted))
        });
        let mut parts: Vec<Vec<Vec<Keyed>>> = wanted.map(|_| Vec::new()).collect();
        for of_worker in scattered {
            parts.iter_mut().zip(of_worker).for_each(|(part, entries)| part.push(entries));
        }
        let repeated = parallel::map_mut(&mut parts, |part| repeated_in(std::mem::take(part)));
        repeated.into_iter().flatten().for_each(|(first, again)| each(first, again));
    }
}

/// So many keys are a part, so that what is asked of them stays in the cache of a processor.
const PART: usize = 1 << 13;

/// From so many keys on, memory counts.
const MANY: usize = if cfg!(test) { 1 << 15 } else { 1 << 20 };

/// The key of an item, and its index. It has no padding, as there are millions of them.
#[derive(Clone, Copy)]
#[repr(Rust, packed(4))]
struct Keyed {
    key: u64,
    index: u32,
}

/// The items of a worker in the wanted parts, by the first bits of their keys. `usual` is how many a part has.
fn scattered(
    keys: impl Iterator<Item = u64>,
    usual: usize,
    (bits, wanted): (u32, &Range<usize>),
) -> Vec<Vec<Keyed>> {
    let mut parts: Vec<_> = wanted.clone().map(|_| Vec::with_capacity(usual + usual / 8)).collect();
    for (index, key) in (0..).zip(keys) {
        let part = key.checked_shr(u64::BITS - bits).unwrap_or(0) as usize;
        if let Some(part) = parts.get_mut(part.wrapping_sub(wanted.start)) {
            part.push(Keyed { key, index });
        }
    }
    parts
}

/// The items of a part that repeat a key, each after the first item with its key.
fn repeated_in(mut workers: Vec<Vec<Keyed>>) -> Vec<(Item, Item)> {
    let suspects = RepeatFilter::among(&workers);
    workers.iter_mut().for_each(|entries| entries.retain(|entry| suspects.have(entry.key)));
    // A key can be that of any number of items.
    let usual = workers.iter().map(Vec::len).sum::<usize>().min(PART);
    let mut firsts: HashTable<(u64, Item)> = HashTable::with_capacity(usual);
    // The first bits of all keys of a part are the same.
    let hash = |key: u64| key.rotate_left(u32::BITS);
    let mut repeated = Vec::new();
    for (worker, entries) in (0..).zip(workers) {
        for Keyed { key, index } in entries {
            let item = (worker, index);
            match firsts.entry(hash(key), |first| first.0 == key, |first| hash(first.0)) {
                Entry::Occupied(first) => repeated.push((first.get().1, item)),
                Entry::Vacant(vacant) => {
                    vacant.insert((key, item));
                }
            }
        }
    }
    repeated
}

/// A filter for keys that may be repeated. Most are not, and need not be looked up.
struct RepeatFilter {
    /// Two bits for each group of keys: whether one came, and whether another one did. They are next to each
    /// other because the cost is that of the memory access.
    came: Vec<u64>,
}

/// How many groups of keys there are for each key.
const ROOM: usize = 8;

impl RepeatFilter {
    fn among(workers: &[Vec<Keyed>]) -> Self {
        let count = workers.iter().map(Vec::len).sum::<usize>();
        let mut came = vec![0; (count * ROOM / 32).next_power_of_two()];
        for entry in workers.iter().flatten() {
            let (word, once) = slot(entry.key, came.len());
            came[word] |= once | (came[word] & once) << 1;
        }
        Self { came }
    }

    fn have(&self, key: u64) -> bool {
        let (word, once) = slot(key, self.came.len());
        self.came[word] & once << 1 != 0
    }
}

/// The index of a key's word in the filter, whose length is a power of two, and the first of its two bits.
fn slot(key: u64, words: usize) -> (usize, u64) {
    ((key >> 5) as usize & (words - 1), 1 << (2 * (key & 31)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    proptest! {
        #[test]
        fn repeated_items_are_found(
            workers in prop::collection::vec(prop::collection::vec((0..4000_u64, 0..3_u64), 0..9000), 0..4),
        ) {
            // Some keys share their bits in the filter, their part, or all of the bits that are looked at first.
            let key = |(low, high): &(u64, u64)| high | low << 20 | low << 60;
            let mut expected: BTreeMap<u64, Vec<Item>> = BTreeMap::new();
            for (worker, items) in (0..).zip(&workers) {
                for (index, item) in (0..).zip(items) {
                    expected.entry(key(item)).or_default().push((worker, index));
                }
            }
            expected.retain(|_, items| items.len() > 1);
            let counts: Vec<_> = workers.iter().map(|items| items.len() as u32).collect();
            let keys = |worker: u32| workers[worker as usize].iter().map(key);
            let mut groups: BTreeMap<Item, Vec<Item>> = BTreeMap::new();
            for_each_repeated(&counts, keys, |first, again| {
                groups.entry(first).or_insert_with(|| vec![first]).push(again);
            });
            let mut expected: Vec<_> = expected.into_values().collect();
            expected.sort();
            prop_assert_eq!(groups.into_values().collect::<Vec<_>>(), expected);
        }
    }
}
