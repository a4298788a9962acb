//! Counts how often texts were seen, and from when to when.

use std::cmp::Reverse;

use crate::model::time::Timestamp;
use crate::survey::ids::Id;
use crate::survey::interner::{IdMap, Interner};

/// How often something was seen, and from when to when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// How often.
    pub count: u64,
    /// The first time.
    pub first: Timestamp,
    /// The last time.
    pub last: Timestamp,
}

impl Default for Seen {
    fn default() -> Self {
        Self::NEVER
    }
}

impl Seen {
    /// Something that was never seen.
    pub const NEVER: Self = Self { count: 0, first: Timestamp::MAX, last: Timestamp::MIN };

    /// Something that was seen once.
    pub fn once(time: Timestamp) -> Self {
        Self { count: 1, first: time, last: time }
    }

    /// Adds what was seen elsewhere.
    #[inline]
    pub fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.first = self.first.min(other.first);
        self.last = self.last.max(other.last);
    }
}

/// Counts texts.
pub struct Counter<I> {
    /// The texts, including some that were never counted.
    pub names: Interner<I>,
    seen: Vec<Seen>,
}

impl<I> Default for Counter<I> {
    fn default() -> Self {
        Self { names: Interner::default(), seen: Vec::new() }
    }
}

impl<I: Id> Counter<I> {
    /// Counts a text once.
    #[inline]
    pub fn count(&mut self, id: I, time: Timestamp) {
        match self.seen.get_mut(id.index()) {
            Some(seen) => seen.merge(Seen::once(time)),
            None => self.merge_at(id, Seen::once(time)),
        }
    }

    /// Adds to what was seen of a text.
    pub fn merge_at(&mut self, id: I, seen: Seen) {
        let at = id.index();
        if at >= self.seen.len() {
            self.seen.resize(self.names.len().max(at + 1), Seen::NEVER);
        }
        self.seen[at].merge(seen);
    }

    /// Takes one event back from the count. First and last time stay, as an equal event remains.
    pub fn uncount(&mut self, id: Option<I>) {
        if let Some(seen) = id.and_then(|id| self.seen.get_mut(id.index())) {
            seen.count -= 1;
        }
    }

    /// How often a text was seen, if it was.
    pub fn seen(&self, id: I) -> Option<Seen> {
        self.seen.get(id.index()).copied().filter(|seen| seen.count > 0)
    }

    /// The most frequent texts, equally frequent ones sorted by name, and how many more there are than `max`.
    pub fn ranking(&self, max: usize) -> (Vec<(I, Seen)>, usize) {
        let mut ranking: Vec<_> = self.counted().collect();
        let left_out = ranking.len().saturating_sub(max);
        let rank =
            |(id, seen): &(I, Seen)| (Reverse(seen.count), self.names.text(*id), self.names.space(*id));
        if left_out > 0 {
            ranking.select_nth_unstable_by(max, |a, b| rank(a).cmp(&rank(b)));
            ranking.truncate(max);
        }
        ranking.sort_unstable_by(|a, b| rank(a).cmp(&rank(b)));
        (ranking, left_out)
    }

    /// Adds the texts and counts of another counter, and returns the ids they have here.
    pub fn merge(&mut self, mut other: Self) -> IdMap<I> {
        let map = self.names.merge(std::mem::take(&mut other.names));
        for (old, seen) in other.counted() {
            if let Some(id) = map.of(old) {
                self.merge_at(id, seen);
            }
        }
        map
    }

    /// Every text that was seen.
    fn counted(&self) -> impl Iterator<Item = (I, Seen)> {
        I::first(self.seen.len()).zip(self.seen.iter().copied()).filter(|(_, seen)| seen.count > 0)
    }
}
