//! Texts by number: what repeats in a log is kept once, and compared and counted by its number.
//!
//! Numbers depend on who came first, so they order nothing that is printed.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::time::Timestamp;

/// Number of a text among its [`Names`].
pub type Id = u32;
/// Stands for no text at all.
pub const NONE: Id = Id::MAX;

/// Comparing so few texts is cheaper than looking one up.
const FEW: usize = 8;

/// Texts, numbered from 0: one after another in one piece of memory, as looking one up costs what it
/// touches.
#[derive(Default)]
pub struct Names {
    hasher: RandomState,
    table: HashTable<Id>,
    text: String,
    /// Where each text ends.
    ends: Vec<usize>,
}

impl Names {
    /// The number of the text, a new one if it was not known.
    #[inline]
    pub fn id(&mut self, text: &str) -> Id {
        self.find(text).unwrap_or_else(|| self.add(text))
    }

    #[inline(never)]
    fn add(&mut self, text: &str) -> Id {
        let Self { hasher, table, text: all, ends } = self;
        let id = Id::try_from(ends.len()).expect("fewer than four billion different texts fit into memory");
        all.push_str(text);
        ends.push(all.len());
        table.insert_unique(hasher.hash_one(text), id, |id| hasher.hash_one(slice(all, ends, *id)));
        id
    }

    /// The number of the text, if it is known.
    #[inline]
    pub fn find(&self, text: &str) -> Option<Id> {
        let Self { hasher, table, text: all, ends } = self;
        if ends.len() <= FEW {
            return (0..ends.len() as Id).find(|id| slice(all, ends, *id) == text);
        }
        table.find(hasher.hash_one(text), |id| slice(all, ends, *id) == text).copied()
    }

    /// The text of that number; nothing for [`NONE`].
    pub fn get(&self, id: Id) -> Option<&str> {
        ((id as usize) < self.ends.len()).then(|| slice(&self.text, &self.ends, id))
    }

    /// The text of that number, empty for [`NONE`].
    pub fn text(&self, id: Id) -> &str {
        self.get(id).unwrap_or_default()
    }

    /// By number the place of the text when all are sorted.
    pub fn ranks(&self) -> Vec<u32> {
        let mut sorted: Vec<_> = (0..self.len() as Id).collect();
        sorted.sort_by_key(|id| self.text(*id));
        let mut ranks = vec![0; sorted.len()];
        for (rank, id) in (0..).zip(sorted) {
            ranks[id as usize] = rank;
        }
        ranks
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds those of another and returns what the numbers of that one are here.
    pub fn merge(&mut self, other: Self) -> Renumbered {
        Renumbered((0..other.len() as Id).map(|id| self.id(other.text(id))).collect())
    }
}

/// The text of a number that is known.
#[inline]
fn slice<'a>(all: &'a str, ends: &[usize], id: Id) -> &'a str {
    let at = id as usize;
    let start = if at == 0 { 0 } else { ends[at - 1] };
    &all[start..ends[at]]
}

/// What numbers became when their names were merged into others.
pub struct Renumbered(Vec<Id>);

impl Renumbered {
    /// The new number.
    pub fn of(&self, id: Id) -> Id {
        self.0.get(id as usize).copied().unwrap_or(NONE)
    }
}

/// How often something was seen, and from when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How often.
    pub count: u64,
    /// First time.
    pub first: Timestamp,
    /// Last time.
    pub last: Timestamp,
}

impl Seen {
    /// Never.
    pub const NEVER: Self = Self { count: 0, first: Timestamp::MAX, last: Timestamp::MIN };

    /// Once.
    pub fn once(time: Timestamp) -> Self {
        Self { count: 1, first: time, last: time }
    }

    /// Takes in what another one saw.
    #[inline]
    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Counts texts.
#[derive(Default)]
pub struct Counter {
    /// The texts, also some that are only known.
    pub names: Names,
    seen: Vec<Seen>,
}

impl Counter {
    /// Counts the text of that number, unless it is [`NONE`].
    #[inline]
    pub fn count(&mut self, id: Id, time: Timestamp) {
        match self.seen.get_mut(id as usize) {
            Some(seen) => seen.merge(Seen::once(time)),
            None if id == NONE => {}
            None => self.merge_at(id, Seen::once(time)),
        }
    }

    fn merge_at(&mut self, id: Id, seen: Seen) {
        let at = id as usize;
        if at >= self.seen.len() {
            self.seen.resize(self.names.len().max(at + 1), Seen::NEVER);
        }
        self.seen[at].merge(seen);
    }

    /// What was seen of the text of that number.
    pub fn seen(&self, id: Id) -> Option<Seen> {
        self.seen.get(id as usize).copied().filter(|seen| seen.count > 0)
    }

    /// Everything that was seen: the most frequent first, equals by name.
    pub fn ranking(&self) -> Vec<(Id, Seen)> {
        let all = (0..).zip(&self.seen).filter(|(_, seen)| seen.count > 0);
        let mut ranking: Vec<_> = all.map(|(id, seen)| (id, *seen)).collect();
        ranking.sort_by_key(|(id, seen)| (std::cmp::Reverse(seen.count), self.names.text(*id)));
        ranking
    }

    /// Adds those of another and returns what the numbers of that one are here.
    pub fn merge(&mut self, other: Self) -> Renumbered {
        let renumbered = self.names.merge(other.names);
        for (id, seen) in (0..).zip(other.seen).filter(|(_, seen)| seen.count > 0) {
            self.merge_at(renumbered.of(id), seen);
        }
        renumbered
    }
}
