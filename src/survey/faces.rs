//! Who appeared under which texts: id, name and e-mail address looked up together, as they nearly
//! always come together.
//!
//! Looking one up costs what it touches in memory. So combinations are told by a hash of 64 bits, with
//! a key of the process: that two of a million have the same happens once in 37 million logs.

use std::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;
use hashbrown::HashTable;

use crate::names::{Counter, Id, NONE, Names, Renumbered, Seen};
use crate::text::piece;
use crate::time::Timestamp;

/// Combinations of `N` texts, numbered from 0.
#[derive(Default)]
pub struct Faces<const N: usize> {
    hasher: RandomState,
    table: HashTable<Face>,
    looks: Vec<Look<N>>,
    text: String,
    /// The latest time so far. Logs are mostly in order, and then nothing is earlier than what is known.
    latest: Option<Timestamp>,
}

/// What is touched whenever a combination appears: as little as can be.
struct Face {
    hash: u64,
    count: u64,
    last_seconds: i64,
    last_nanos: u32,
    id: Id,
}

/// What seldom is: its texts, which are together from `start` and of which each ends so far after it.
struct Look<const N: usize> {
    first: Timestamp,
    start: usize,
    ends: [u32; N],
}

impl Face {
    fn last(&self) -> Timestamp {
        Timestamp { seconds: self.last_seconds, nanos: self.last_nanos }
    }

    fn set_last(&mut self, time: Timestamp) {
        (self.last_seconds, self.last_nanos) = (time.seconds, time.nanos);
    }
}

impl<const N: usize> Look<N> {
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

impl<const N: usize> Faces<N> {
    /// The number of the combination, which appeared at a time and may be to be counted; [`NONE`] if all
    /// of it is empty. What is not to be counted has a number of its own.
    #[inline]
    pub fn id(&mut self, texts: [&[u8]; N], time: Timestamp, is_counted: bool) -> Id {
        if texts.iter().all(|text| text.is_empty()) {
            return NONE;
        }
        let mut hasher = self.hasher.build_hasher();
        texts.iter().for_each(|text| hasher.write(text));
        hasher.write_u8(u8::from(is_counted));
        let hash = hasher.finish();
        let Some(face) = self.table.find_mut(hash, |face| face.hash == hash) else {
            return self.add(hash, texts, time, is_counted);
        };
        face.count += u64::from(is_counted);
        if Some(time) >= self.latest {
            self.latest = Some(time);
            face.set_last(time);
        } else {
            face.set_last(time.max(face.last()));
            let first = &mut self.looks[face.id as usize].first;
            *first = time.min(*first);
        }
        face.id
    }

    #[inline(never)]
    fn add(&mut self, hash: u64, texts: [&[u8]; N], time: Timestamp, is_counted: bool) -> Id {
        let Self { table, looks, text, latest, .. } = self;
        let id = Id::try_from(looks.len()).expect("fewer than four billion texts fit into memory");
        let start = text.len();
        let ends = texts.map(|part| {
            text.push_str(&String::from_utf8_lossy(part));
            u32::try_from(text.len() - start).expect("a line is shorter than 4 GB")
        });
        looks.push(Look { first: time, start, ends });
        *latest = Some(time).max(*latest);
        let (last_seconds, last_nanos, count) = (time.seconds, time.nanos, u64::from(is_counted));
        table.insert_unique(hash, Face { hash, count, last_seconds, last_nanos, id }, |face| face.hash);
        id
    }

    /// Every combination by number: its texts, how often and when it was counted, and when it appeared
    /// last.
    pub fn told(&self) -> impl Iterator<Item = ([&str; N], Seen, Timestamp)> {
        let mut counts = vec![(0, Timestamp::MIN); self.looks.len()];
        for face in &self.table {
            counts[face.id as usize] = (face.count, face.last());
        }
        self.looks.iter().zip(counts).map(|(look, (count, last))| {
            let seen = if count > 0 { Seen { count, first: look.first, last } } else { Seen::NEVER };
            (look.texts(&self.text), seen, last)
        })
    }

    /// Names every one by its first text, and returns the new numbers.
    pub fn name(&self, names: &mut Names) -> Renumbered {
        Renumbered(self.looks.iter().map(|look| names.id(look.texts(&self.text)[0])).collect())
    }

    /// Counts every combination by what `key` finds in it, if anything, and hands it over with its
    /// number there and when it appeared last. Returns the new numbers.
    pub fn settle<'a>(
        &'a self,
        counter: &mut Counter,
        key: impl Fn([&'a str; N]) -> Option<&'a str>,
        mut each: impl FnMut(Id, Timestamp, [&'a str; N]),
    ) -> Renumbered {
        let numbers = self.told().map(|(texts, seen, latest)| {
            let Some(key) = key(texts) else {
                return NONE;
            };
            let id = counter.names.id(key);
            if seen.count > 0 {
                counter.merge_at(id, seen);
            }
            each(id, latest, texts);
            id
        });
        Renumbered(numbers.collect())
    }
}
