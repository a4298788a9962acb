//! How often texts were seen, and from when to when.

use std::cmp::Reverse;

use crate::model::time::Timestamp;
use crate::survey::ids::Id;
use crate::survey::interner::{IdMap, Interner};

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

impl Default for Seen {
    fn default() -> Self {
        Self::NEVER
    }
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
pub struct Counter<I> {
    /// The texts, also some that are only known.
    pub names: Interner<I>,
    seen: Vec<Seen>,
}

impl<I> Default for Counter<I> {
    fn default() -> Self {
        Self { names: Interner::default(), seen: Vec::new() }
    }
}

impl<I: Id> Counter<I> {
    /// Counts the text of that number.
    #[inline]
    pub fn count(&mut self, id: I, time: Timestamp) {
        match self.seen.get_mut(id.index()) {
            Some(seen) => seen.merge(Seen::once(time)),
            None => self.merge_at(id, Seen::once(time)),
        }
    }

    /// Takes in what was seen of the text of that number.
    pub fn merge_at(&mut self, id: I, seen: Seen) {
        let at = id.index();
        if at >= self.seen.len() {
            self.seen.resize(self.names.len().max(at + 1), Seen::NEVER);
        }
        self.seen[at].merge(seen);
    }

    /// Takes back one of what was seen, which came at the time of another that stays.
    pub fn uncount(&mut self, id: Option<I>) {
        if let Some(seen) = id.and_then(|id| self.seen.get_mut(id.index())) {
            seen.count -= 1;
        }
    }

    /// What was seen of the text of that number.
    pub fn seen(&self, id: I) -> Option<Seen> {
        self.seen.get(id.index()).copied().filter(|seen| seen.count > 0)
    }

    /// What was seen: the most frequent first, equals by name, and how many are left out as more than
    /// were asked for.
    pub fn ranking(&self, most: usize) -> (Vec<(I, Seen)>, usize) {
        let mut ranking: Vec<_> = self.counted().collect();
        let left_out = ranking.len().saturating_sub(most);
        let place =
            |(id, seen): &(I, Seen)| (Reverse(seen.count), self.names.text(*id), self.names.space(*id));
        if left_out > 0 {
            ranking.select_nth_unstable_by(most, |a, b| place(a).cmp(&place(b)));
            ranking.truncate(most);
        }
        ranking.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
        (ranking, left_out)
    }

    /// Adds those of another and returns what the numbers of that one are here.
    pub fn merge(&mut self, mut other: Self) -> IdMap<I> {
        let map = self.names.merge(std::mem::take(&mut other.names));
        for (old, seen) in other.counted() {
            if let Some(id) = map.of(old) {
                self.merge_at(id, seen);
            }
        }
        map
    }

    /// What was seen, by number.
    fn counted(&self) -> impl Iterator<Item = (I, Seen)> {
        I::first(self.seen.len()).zip(self.seen.iter().copied()).filter(|(_, seen)| seen.count > 0)
    }
}
