//! Who appeared under which texts: id, name and e-mail address looked up together, as they nearly
//! always come together.
//!
//! Looking one up costs what it touches in memory. So combinations are told by a hash of 64 bits, with
//! a key of the process: that two of a million have the same happens once in 37 million logs.

use std::borrow::Cow;

use hashbrown::HashTable;

use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::event::Space;
use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::counter::{Counter, Seen};
use crate::survey::ids::Id;
use crate::survey::interner::{IdMap, Interner};
use crate::text::cut::piece;
use crate::text::keyed_hash::KEYS;

/// Combinations of `N` texts, numbered from 0.
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

/// What is touched whenever a combination appears: as little as can be.
struct HotEntry<I> {
    hash: u64,
    count: u64,
    last_seconds: i64,
    last_nanos: u32,
    id: I,
}

/// What seldom is: its texts, which are together from `start` and of which each ends so far after it.
struct ColdEntry<const N: usize> {
    first: Timestamp,
    /// Where it appeared first.
    place: LineRef,
    variant: Variant,
    start: usize,
    ends: [u32; N],
}

/// Where and when a combination appears.
#[derive(Clone, Copy)]
pub struct Appearance {
    /// When.
    pub time: Timestamp,
    /// In which block, and on which 1-based line there.
    pub place: LineRef,
    /// It is later than all that came before. Logs are mostly in order.
    pub is_latest: bool,
    /// What keeps it apart from the same texts.
    pub variant: Variant,
}

/// What keeps combinations of the same texts apart: each variant has numbers of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Variant {
    /// It is to be counted.
    pub is_counted: bool,
    /// An event of an SSO action says it, not later than the present: only those are believed where names decide.
    pub is_sso: bool,
    /// The id space of its first text.
    pub space: Space,
}

impl Variant {
    fn number(self) -> u64 {
        u64::from(self.space) << 2 | u64::from(self.is_sso) << 1 | u64::from(self.is_counted)
    }
}

/// What is known of a combination.
pub struct TupleEntry<'a, const N: usize> {
    /// Its texts.
    pub texts: [&'a str; N],
    /// How often and when it was counted.
    pub seen: Seen,
    /// When and where it appeared first, counted or not.
    pub first: (Timestamp, LineRef),
    /// When it appeared last.
    pub last: Timestamp,
    /// What keeps it apart from the same texts.
    pub variant: Variant,
}

impl<I> HotEntry<I> {
    fn last(&self) -> Timestamp {
        Timestamp { seconds: self.last_seconds, nanos: self.last_nanos }
    }

    fn set_last(&mut self, time: Timestamp) {
        (self.last_seconds, self.last_nanos) = (time.seconds, time.nanos);
    }
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

impl<I: Id, const N: usize> TupleInterner<I, N> {
    /// The number of an event's combination, with the hashes of all that the event says.
    #[inline(always)]
    pub fn of(
        &mut self,
        (event, hashes): (&Event<'_>, &[u64]),
        attributes: [Attribute; N],
        appearance: &Appearance,
    ) -> Option<I> {
        let Some(texts) = event.raw_bytes(attributes) else {
            let texts = attributes.map(|attribute| event.best(attribute).unwrap_or_default());
            return self.id(texts.each_ref().map(|text| text.as_bytes()), appearance);
        };
        match event.fields.hash(attributes, hashes) {
            Some(hash) if texts.iter().any(|text| !text.is_empty()) => {
                Some(self.id_of(hash, texts, appearance))
            }
            _ => self.id(texts, appearance),
        }
    }

    /// The number of the combination, unless all of it is empty.
    #[inline]
    pub fn id(&mut self, texts: [&[u8]; N], appearance: &Appearance) -> Option<I> {
        if texts.iter().all(|text| text.is_empty()) {
            return None;
        }
        let keys = &*KEYS;
        let hashes = (0..).zip(texts).map(|(at, text)| keys.text(keys.at(at), text));
        Some(self.id_of(hashes.fold(0, u64::wrapping_add), texts, appearance))
    }

    /// The number of the combination, of which one text at least is not empty, by a hash of its texts.
    #[inline]
    pub fn id_of(&mut self, hash: u64, texts: [&[u8]; N], appearance: &Appearance) -> I {
        let Appearance { time, place, is_latest, variant } = *appearance;
        let hash = hash.wrapping_add(KEYS.at(N as u64 + variant.number()));
        let Some(hot) = self.table.find_mut(hash, |hot| hot.hash == hash) else {
            return self.add(hash, texts, appearance);
        };
        hot.count += u64::from(variant.is_counted);
        if is_latest {
            hot.set_last(time);
        } else {
            // At one time, the first place counts.
            hot.set_last(time.max(hot.last()));
            let cold = &mut self.cold[hot.id.index()];
            (cold.first, cold.place) = (cold.first, cold.place).min((time, place));
        }
        hot.id
    }

    #[inline(never)]
    fn add(&mut self, hash: u64, texts: [&[u8]; N], appearance: &Appearance) -> I {
        let Appearance { time, place, variant, .. } = *appearance;
        let Self { table, cold, text, .. } = self;
        let id = I::new(cold.len());
        let start = text.len();
        let ends = texts.map(|part| {
            text.push_str(&String::from_utf8_lossy(part));
            u32::try_from(text.len() - start).expect("a line is shorter than 4 GB")
        });
        cold.push(ColdEntry { first: time, place, variant, start, ends });
        let (last_seconds, last_nanos, count) = (time.seconds, time.nanos, u64::from(variant.is_counted));
        table.insert_unique(hash, HotEntry { hash, count, last_seconds, last_nanos, id }, |hot| hot.hash);
        id
    }

    /// Every combination by number.
    pub fn entries(&self) -> impl Iterator<Item = TupleEntry<'_, N>> {
        let mut counts = vec![(0, Timestamp::MIN); self.cold.len()];
        for hot in &self.table {
            counts[hot.id.index()] = (hot.count, hot.last());
        }
        self.cold.iter().zip(counts).map(|(cold, (count, last))| TupleEntry {
            texts: cold.texts(&self.text),
            seen: if count > 0 { Seen { count, first: cold.first, last } } else { Seen::NEVER },
            first: (cold.first, cold.place),
            last,
            variant: cold.variant,
        })
    }

    /// Names every one by its first text, and returns the new numbers.
    pub fn intern_into(&self, names: &mut Interner<I>) -> IdMap<I> {
        IdMap(self.cold.iter().map(|cold| Some(names.id(cold.texts(&self.text)[0]))).collect())
    }

    /// Counts every combination by what `key` finds in it, if anything, and hands it over with its
    /// number there. Returns the new numbers.
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
