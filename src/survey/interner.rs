//! Texts by number: what repeats in a log is kept once, and compared and counted by its number.
//!
//! Numbers depend on who came first, so they order nothing that is printed.

use std::cmp::Reverse;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::model::event::Space;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::text::cut::piece;

/// Number of a text among its [`Interner`].
pub type Id = u32;
/// Stands for no text at all.
pub const NONE: Id = Id::MAX;

/// Comparing so few texts is cheaper than looking one up.
const FEW: usize = 8;

/// Texts, numbered from 0: one after another in one piece of memory, as looking one up costs what it
/// touches.
#[derive(Default)]
pub struct StringTable {
    all: String,
    /// Where each text ends.
    ends: Vec<usize>,
}

impl StringTable {
    /// Adds a text, known or not, and returns its number.
    pub fn push(&mut self, text: &str) -> Id {
        let id = Id::try_from(self.ends.len()).expect("fewer than four billion texts fit into memory");
        self.all.push_str(text);
        self.ends.push(self.all.len());
        id
    }

    /// The text of that number; nothing for [`NONE`].
    pub fn get(&self, id: Id) -> Option<&str> {
        ((id as usize) < self.ends.len()).then(|| self.known(id))
    }

    /// The text of that number, empty for [`NONE`].
    pub fn text(&self, id: Id) -> &str {
        self.get(id).unwrap_or_default()
    }

    #[inline]
    fn known(&self, id: Id) -> &str {
        let at = id as usize;
        let start = if at == 0 { 0 } else { self.ends[at - 1] };
        piece(&self.all, start, self.ends[at])
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds those of another after these, and returns the number of its first one here.
    pub fn append(&mut self, other: Self) -> Id {
        if self.is_empty() {
            *self = other;
            return 0;
        }
        let (first, before) = (self.ends.len() as Id, self.all.len());
        self.all.push_str(&other.all);
        self.ends.extend(other.ends.iter().map(|end| end + before));
        first
    }
}

/// The first bytes of a text as numbers that compare as texts do: sorting by these first seldom has to
/// look at the texts.
pub fn head(text: &str) -> [u64; 3] {
    let mut bytes = [0; 24];
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    std::array::from_fn(|at| bytes[8 * at..].first_chunk().map_or(0, |chunk| u64::from_be_bytes(*chunk)))
}

/// Different texts, numbered from 0; texts of two id spaces are different.
#[derive(Default)]
pub struct Interner {
    hasher: RandomState,
    table: HashTable<Id>,
    texts: StringTable,
    spaces: Vec<Space>,
}

impl Interner {
    /// The number of the text, a new one if it was not known.
    #[inline]
    pub fn id(&mut self, text: &str) -> Id {
        self.id_in(0, text)
    }

    /// The number of the text in an id space, a new one if it was not known.
    #[inline]
    pub fn id_in(&mut self, space: Space, text: &str) -> Id {
        self.find_in(space, text).unwrap_or_else(|| self.add(space, text))
    }

    #[inline(never)]
    fn add(&mut self, space: Space, text: &str) -> Id {
        let Self { hasher, table, texts, spaces } = self;
        let id = texts.push(text);
        spaces.push(space);
        let hash = |id: &Id| hasher.hash_one((spaces[*id as usize], texts.known(*id)));
        table.insert_unique(hash(&id), id, hash);
        id
    }

    /// The number of the text, if it is known.
    #[inline]
    pub fn find(&self, text: &str) -> Option<Id> {
        self.find_in(0, text)
    }

    /// The number of the text in an id space, if it is known.
    #[inline]
    pub fn find_in(&self, space: Space, text: &str) -> Option<Id> {
        let Self { hasher, table, texts, spaces } = self;
        let is_it = |id: &Id| texts.known(*id) == text && spaces[*id as usize] == space;
        if texts.len() <= FEW {
            return (0..texts.len() as Id).find(is_it);
        }
        table.find(hasher.hash_one((space, text)), is_it).copied()
    }

    /// As many with other texts, which may be the same; they cannot be found by them.
    pub fn map(&self, of: impl Fn(Id, &str) -> String) -> Self {
        let mut names = Self { spaces: self.spaces.clone(), ..Self::default() };
        (0..self.len() as Id).for_each(|id| {
            names.texts.push(&of(id, self.text(id)));
        });
        names
    }

    /// The id space of the text of that number.
    pub fn space(&self, id: Id) -> Space {
        self.spaces.get(id as usize).copied().unwrap_or_default()
    }

    /// The text of that number; nothing for [`NONE`].
    pub fn get(&self, id: Id) -> Option<&str> {
        self.texts.get(id)
    }

    /// The text of that number, empty for [`NONE`].
    pub fn text(&self, id: Id) -> &str {
        self.texts.text(id)
    }

    /// By number the place of the text when all are sorted.
    pub fn ranks(&self) -> Vec<u32> {
        let mut sorted: Vec<_> = (0..self.len() as Id).map(|id| (head(self.text(id)), id)).collect();
        let whole = |id: Id| (self.text(id), self.space(id));
        parallel::sort_by(&mut sorted, |a, b| a.0.cmp(&b.0).then_with(|| whole(a.1).cmp(&whole(b.1))));
        let mut ranks = vec![0; sorted.len()];
        for (rank, (_, id)) in (0..).zip(sorted) {
            ranks[id as usize] = rank;
        }
        ranks
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Adds those of another and returns what the numbers of that one are here.
    pub fn merge(&mut self, other: Self) -> IdMap {
        IdMap((0..other.len() as Id).map(|id| self.id_in(other.space(id), other.text(id))).collect())
    }
}

/// What numbers became when their names were merged into others.
pub struct IdMap(pub Vec<Id>);

impl IdMap {
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
#[derive(Default)]
pub struct Counter {
    /// The texts, also some that are only known.
    pub names: Interner,
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

    /// Takes in what was seen of the text of that number.
    pub fn merge_at(&mut self, id: Id, seen: Seen) {
        let at = id as usize;
        if at >= self.seen.len() {
            self.seen.resize(self.names.len().max(at + 1), Seen::NEVER);
        }
        self.seen[at].merge(seen);
    }

    /// Takes back one of what was seen, which came at the time of another that stays.
    pub fn uncount(&mut self, id: Id) {
        if let Some(seen) = self.seen.get_mut(id as usize) {
            seen.count -= 1;
        }
    }

    /// What was seen of the text of that number.
    pub fn seen(&self, id: Id) -> Option<Seen> {
        self.seen.get(id as usize).copied().filter(|seen| seen.count > 0)
    }

    /// What was seen: the most frequent first, equals by name, and how many are left out as more than
    /// were asked for.
    pub fn ranking(&self, most: usize) -> (Vec<(Id, Seen)>, usize) {
        let all = (0..).zip(&self.seen).filter(|(_, seen)| seen.count > 0);
        let mut ranking: Vec<_> = all.map(|(id, seen)| (id, *seen)).collect();
        let left_out = ranking.len().saturating_sub(most);
        let place =
            |(id, seen): &(Id, Seen)| (Reverse(seen.count), self.names.text(*id), self.names.space(*id));
        if left_out > 0 {
            ranking.select_nth_unstable_by(most, |a, b| place(a).cmp(&place(b)));
            ranking.truncate(most);
        }
        ranking.sort_unstable_by(|a, b| place(a).cmp(&place(b)));
        (ranking, left_out)
    }

    /// Adds those of another and returns what the numbers of that one are here.
    pub fn merge(&mut self, other: Self) -> IdMap {
        let renumbered = self.names.merge(other.names);
        for (id, seen) in (0..).zip(other.seen).filter(|(_, seen)| seen.count > 0) {
            self.merge_at(renumbered.of(id), seen);
        }
        renumbered
    }
}
