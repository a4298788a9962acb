//! Interned combinations of texts: an id, a name and an e-mail address are looked up together, as they nearly
//! always come together.
//!
//! The cost of a lookup is that of the memory it touches, so combinations are identified by a 64-bit hash
//! with a key of the process. That two combinations in a million share a hash happens in one of 37 million
//! logs.

use std::borrow::Cow;
use std::cmp::Ordering;

use hashbrown::HashTable;

use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::event::Space;
use crate::model::fields::TextsHash;
use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::counter::{Counter, Seen};
use crate::survey::ids::Id;
use crate::survey::interner::{IdMap, Interner};
use crate::survey::origins::PlaceOrder;
use crate::text::cut::piece;
use crate::text::keyed_hash::KEYS;

/// A set of combinations of `N` texts, with ids.
pub struct TupleInterner<I, const N: usize> {
    table: HashTable<HotEntry<I>>,
    cold: Vec<ColdEntry<N>>,
    text: String,
}

impl<I, const N: usize> Default for TupleInterner<I, N> {
    fn default() -> Self {
        Self { table: HashTable::default(), cold: Vec::new(), text: String::new() }
    }
}

/// The part of an entry that is touched whenever its combination appears, kept as small as possible.
struct HotEntry<I> {
    hash: u64,
    count: u64,
    last: Timestamp,
    id: I,
}

/// The part of an entry that is seldom touched. Its texts are next to each other from `start`; `ends` are
/// relative to it.
struct ColdEntry<const N: usize> {
    first: Timestamp,
    /// Where it first appeared.
    place: LineRef,
    variant: Variant,
    start: usize,
    ends: [u32; N],
}

/// When and where a combination appears.
#[derive(Clone, Copy)]
pub struct Appearance<'o> {
    /// The time of the event.
    pub time: Timestamp,
    /// The line of the event.
    pub place: LineRef,
    /// The variant of the combination.
    pub variant: Variant,
    /// Which of several lines is the first.
    pub places: PlaceOrder<'o>,
}

/// Distinguishes combinations of the same texts: each variant has an id of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// Whether it is counted.
    pub is_counted: bool,
    /// Whether it is in an event of an SSO action that is not later than the present. Only those are believed
    /// where names decide.
    pub is_sso: bool,
    /// The id space of the first text.
    pub space: Space,
}

impl Variant {
    fn number(self) -> u64 {
        u64::from(self.space) << 2 | u64::from(self.is_sso) << 1 | u64::from(self.is_counted)
    }
}

/// A combination with how often and when it appeared.
pub struct TupleEntry<'a, const N: usize> {
    /// The texts.
    pub texts: [&'a str; N],
    /// How often and when it was counted.
    pub seen: Seen,
    /// When and where it first appeared, counted or not.
    pub first: (Timestamp, LineRef),
    /// When it last appeared.
    pub last: Timestamp,
    /// The variant of the combination.
    pub variant: Variant,
}

impl<const N: usize> ColdEntry<N> {
    fn texts<'a>(&self, all: &'a str) -> [&'a str; N] {
        let mut begin = self.start;
        self.ends.map(|end| {
            let end = self.start + end as usize;
            let text = piece(all, begin, end);
            begin = end;
            text
        })
    }
}

/// Where the combination of an event is. All that an event needs are sought before any of them is counted, so that the
/// processor waits for the memory of all of them at once.
#[derive(Clone, Copy)]
pub enum Sought {
    /// All of its texts are empty.
    NoText,
    /// In this bucket of the table.
    Found(usize),
    /// Nowhere yet; its hash.
    Missing(u64),
    /// The texts have to be looked at.
    Unknown,
}

impl<I: Id, const N: usize> TupleInterner<I, N> {
    /// Looks an event's combination up, and changes nothing. `hashes` are those of the values of its content.
    #[inline(always)]
    pub fn seek(
        &self,
        (event, hashes): (&Event<'_>, &[u64]),
        attributes: [Attribute; N],
        variant: Variant,
    ) -> Sought {
        match event.fields.hash(attributes, hashes) {
            _ if event.redactor.is_some() => Sought::Unknown,
            TextsHash::NoText => Sought::NoText,
            TextsHash::Unknown => Sought::Unknown,
            TextsHash::Hash(hash) => {
                let hash = Self::variant_hash(hash, variant);
                match self.table.find_bucket_index(hash, |hot| hot.hash == hash) {
                    Some(bucket) => Sought::Found(bucket),
                    None => Sought::Missing(hash),
                }
            }
        }
    }

    /// The id of what [`Self::seek`] found. Nothing may have been added since then.
    #[inline(always)]
    pub fn add_sought(
        &mut self,
        sought: Sought,
        (event, attributes): (&Event<'_>, [Attribute; N]),
        appearance: &Appearance<'_>,
    ) -> Option<I> {
        let texts = || attributes.map(|attribute| event.best(attribute).unwrap_or_default());
        match sought {
            Sought::NoText => None,
            Sought::Found(bucket) => self.count_at(bucket, appearance),
            Sought::Missing(hash) => Some(self.add(hash, &texts(), appearance)),
            Sought::Unknown => self.id(texts().each_ref().map(|text| text.as_bytes()), appearance),
        }
    }

    /// The id of an event's combination. `hashes` are those of the values of its content.
    #[inline(always)]
    pub fn of(
        &mut self,
        (event, hashes): (&Event<'_>, &[u64]),
        attributes: [Attribute; N],
        appearance: &Appearance<'_>,
    ) -> Option<I> {
        let sought = self.seek((event, hashes), attributes, appearance.variant);
        self.add_sought(sought, (event, attributes), appearance)
    }

    /// The id of a combination, unless all of its texts are empty.
    #[inline]
    pub fn id(&mut self, texts: [&[u8]; N], appearance: &Appearance<'_>) -> Option<I> {
        if texts.iter().all(|text| text.is_empty()) {
            return None;
        }
        let keys = &*KEYS;
        let hashes = (0..).zip(texts).map(|(at, text)| keys.text(keys.at(at), text));
        let texts = || texts.map(String::from_utf8_lossy);
        Some(self.id_of(hashes.fold(0, u64::wrapping_add), texts, appearance))
    }

    /// The id of a combination, of which at least one text is not empty, by the hash of its texts.
    #[inline]
    pub fn id_of<'t>(
        &mut self,
        hash: u64,
        texts: impl FnOnce() -> [Cow<'t, str>; N],
        appearance: &Appearance<'_>,
    ) -> I {
        let hash = Self::variant_hash(hash, appearance.variant);
        let bucket = self.table.find_bucket_index(hash, |hot| hot.hash == hash);
        let known = bucket.and_then(|bucket| self.count_at(bucket, appearance));
        known.unwrap_or_else(|| self.add(hash, &texts(), appearance))
    }

    /// Distinguishes the variants of a combination.
    #[inline]
    fn variant_hash(hash: u64, variant: Variant) -> u64 {
        hash.wrapping_add(KEYS.at(N as u64 + variant.number()))
    }

    /// Counts the combination whose entry is in a bucket.
    #[inline]
    fn count_at(&mut self, bucket: usize, appearance: &Appearance<'_>) -> Option<I> {
        let Appearance { time, place, variant, places } = *appearance;
        let hot = self.table.get_bucket_mut(bucket)?;
        hot.count += u64::from(variant.is_counted);
        if time > hot.last {
            hot.last = time;
        } else {
            // It may be the first one. Of two lines with the same time, the earlier one is.
            let cold = &mut self.cold[hot.id.index()];
            let is_first = time < cold.first
                || (time == cold.first && places.compare(place, cold.place) == Ordering::Less);
            if is_first {
                (cold.first, cold.place) = (time, place);
            }
        }
        Some(hot.id)
    }

    #[inline(never)]
    fn add(&mut self, hash: u64, texts: &[Cow<'_, str>; N], appearance: &Appearance<'_>) -> I {
        let Appearance { time, place, variant, .. } = *appearance;
        let Self { table, cold, text, .. } = self;
        let id = I::new(cold.len());
        let start = text.len();
        let ends = texts.each_ref().map(|part| {
            text.push_str(part);
            u32::try_from(text.len() - start).expect("a line is shorter than 4 GB")
        });
        cold.push(ColdEntry { first: time, place, variant, start, ends });
        let count = u64::from(variant.is_counted);
        table.insert_unique(hash, HotEntry { hash, count, last: time, id }, |hot| hot.hash);
        id
    }

    /// Changes where combinations first appeared.
    pub fn renumber(&mut self, place: &impl Fn(LineRef) -> LineRef) {
        self.cold.iter_mut().for_each(|entry| entry.place = place(entry.place));
    }

    /// Every combination, in the order of ids.
    pub fn entries(&self) -> impl Iterator<Item = TupleEntry<'_, N>> {
        let mut counts = vec![(0, Timestamp::MIN); self.cold.len()];
        for hot in &self.table {
            counts[hot.id.index()] = (hot.count, hot.last);
        }
        self.cold.iter().zip(counts).map(|(cold, (count, last))| TupleEntry {
            texts: cold.texts(&self.text),
            seen: if count > 0 { Seen { count, first: cold.first, last } } else { Seen::NEVER },
            first: (cold.first, cold.place),
            last,
            variant: cold.variant,
        })
    }

    /// Adds the first text of each combination to `names`, and returns the ids they have there.
    pub fn intern_into(&self, names: &mut Interner<I>) -> IdMap<I> {
        IdMap(self.cold.iter().map(|cold| Some(names.id(cold.texts(&self.text)[0]))).collect())
    }

    /// Counts every combination under the text that `key` makes of it, if any, and passes it to `each` with
    /// the id of that text. Returns these ids.
    pub fn merge_into<'a>(
        &'a self,
        counter: &mut Counter<I>,
        key: impl Fn([&'a str; N]) -> Option<Cow<'a, str>>,
        mut each: impl FnMut(I, &TupleEntry<'a, N>),
    ) -> IdMap<I> {
        let numbers = self.entries().map(|entries| {
            let key = key(entries.texts)?;
            let id = counter.names.id_in(entries.variant.space, &key);
            if entries.seen.count > 0 {
                counter.merge_at(id, entries.seen);
            }
            each(id, &entries);
            Some(id)
        });
        IdMap(numbers.collect())
    }
}
