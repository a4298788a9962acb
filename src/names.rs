//! Texts by number: what repeats in a log is kept once, and compared and counted by its number.
//!
//! Numbers depend on who came first, so they order nothing that is printed.

use foldhash::fast::RandomState;
use indexmap::IndexSet;

use crate::time::Timestamp;

/// Number of a text among its [`Names`].
pub type Id = u32;
/// Stands for no text at all.
pub const NONE: Id = Id::MAX;

/// Comparing so few texts is cheaper than looking one up.
const FEW: usize = 8;

/// Texts, numbered from 0.
#[derive(Debug, Default)]
pub struct Names(IndexSet<Box<str>, RandomState>);

impl Names {
    /// The number of the text, a new one if it was not known.
    #[inline]
    pub fn id(&mut self, text: &str) -> Id {
        self.find(text).unwrap_or_else(|| {
            let at = self.0.insert_full(text.into()).0;
            Id::try_from(at).expect("fewer than four billion different texts fit into memory")
        })
    }

    /// The number of the text, if it is known.
    #[inline]
    pub fn find(&self, text: &str) -> Option<Id> {
        let at = if self.0.len() <= FEW {
            self.0.iter().position(|known| **known == *text)
        } else {
            self.0.get_index_of(text)
        };
        at.map(|at| at as Id)
    }

    /// The text of that number; nothing for [`NONE`].
    pub fn get(&self, id: Id) -> Option<&str> {
        self.0.get_index(id as usize).map(|text| &**text)
    }

    /// The text of that number, empty for [`NONE`].
    pub fn text(&self, id: Id) -> &str {
        self.get(id).unwrap_or_default()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds those of another and returns what the numbers of that one are here.
    pub fn merge(&mut self, other: Self) -> Renumbered {
        let add = |text: Box<str>| match self.0.get_index_of(&*text) {
            Some(at) => at as Id,
            None => self.0.insert_full(text).0 as Id,
        };
        Renumbered(other.0.into_iter().map(add).collect())
    }
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
#[derive(Debug, Default)]
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
