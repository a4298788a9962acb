//! Interned texts: a text that repeats in a log is stored once, and compared and counted by its id.
//!
//! Ids depend on the order in which texts were added, so no output may be ordered by them.

use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::model::event::Space;
use crate::parallel;
use crate::survey::ids::Id;
use crate::text::cut::piece;

/// Up to this many texts, comparing all of them is cheaper than a lookup.
const FEW: usize = 8;

/// A list of texts in one piece of memory, as the cost of reading one is that of the memory it touches.
pub struct StringTable<I> {
    all: String,
    /// Where each text ends in its span.
    ends: Vec<u32>,
    /// For each span, the first text that ends beyond it.
    beyond: Vec<I>,
}

impl<I> Default for StringTable<I> {
    fn default() -> Self {
        Self { all: String::new(), ends: Vec::new(), beyond: Vec::new() }
    }
}

/// The size of a span as a power of two, so that an end takes four bytes.
const SPAN_BITS: u32 = if cfg!(test) { 5 } else { u32::BITS };

/// Where a text ends in its span, if it is the last one and there are so many bytes up to its end.
fn end_of<I: Id>(id: I, bytes: usize, beyond: &mut Vec<I>) -> u32 {
    let end = bytes as u64;
    while (beyond.len() as u64) < end >> SPAN_BITS {
        beyond.push(id);
    }
    (end & ((1 << SPAN_BITS) - 1)) as u32
}

impl<I: Id> StringTable<I> {
    /// Adds a text, even if it is in the table already, and returns its id.
    pub fn push(&mut self, text: &str) -> I {
        let id = I::new(self.ends.len());
        self.all.push_str(text);
        self.ends.push(end_of(id, self.all.len(), &mut self.beyond));
        id
    }

    fn end(&self, at: usize) -> usize {
        let beyond = self.beyond.partition_point(|first| first.index() <= at);
        ((beyond as u64) << SPAN_BITS) as usize | self.ends[at] as usize
    }

    /// The text of an id, if there is one.
    pub fn get(&self, id: impl Into<Option<I>>) -> Option<&str> {
        id.into().filter(|id| id.index() < self.ends.len()).map(|id| self.text_at(id))
    }

    /// The text of an id, or an empty one.
    pub fn text(&self, id: impl Into<Option<I>>) -> &str {
        self.get(id).unwrap_or_default()
    }

    #[inline]
    fn text_at(&self, id: I) -> &str {
        let at = id.index();
        let start = if at == 0 { 0 } else { self.end(at - 1) };
        piece(&self.all, start, self.end(at))
    }

    /// All texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.spans().map(|span| piece(&self.all, span.start, span.end))
    }

    /// Keeps some of the texts, by index, and gives the memory of others back.
    pub fn retain(&mut self, is_wanted: impl Fn(usize) -> bool) {
        let mut bytes = std::mem::take(&mut self.all).into_bytes();
        let mut beyond = Vec::new();
        let (mut count, mut length, mut start) = (0, 0, 0);
        for at in 0..self.ends.len() {
            let end = self.end(at);
            if is_wanted(at) {
                bytes.copy_within(start..end, length);
                length += end - start;
                self.ends[count] = end_of(I::new(count), length, &mut beyond);
                count += 1;
            }
            start = end;
        }
        bytes.truncate(length);
        bytes.shrink_to_fit();
        self.ends.truncate(count);
        self.ends.shrink_to_fit();
        self.all = String::from_utf8(bytes).expect("whole texts are kept");
        self.beyond = beyond;
    }

    /// Where in [`Self::all`] each text is.
    pub fn spans(&self) -> impl Iterator<Item = Range<usize>> {
        let mut start = 0;
        (0..self.len()).map(move |at| {
            let end = self.end(at);
            std::mem::replace(&mut start, end)..end
        })
    }

    /// All texts, one after the other.
    pub fn all(&self) -> &str {
        &self.all
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }
}

/// The tables of all workers, read as one: the rows of each come after those of the tables before it.
pub struct StringTables<I> {
    tables: Vec<StringTable<I>>,
    /// How many rows there are up to the end of each table.
    ends: Vec<usize>,
}

impl<I> Default for StringTables<I> {
    fn default() -> Self {
        Self { tables: Vec::new(), ends: Vec::new() }
    }
}

impl<I: Id> StringTables<I> {
    /// Adds a table, and returns how many rows were there before.
    pub fn add(&mut self, table: StringTable<I>) -> usize {
        let before = self.len();
        self.ends.push(before + table.len());
        self.tables.push(table);
        before
    }

    /// The text of an id, if there is one.
    pub fn get(&self, id: impl Into<Option<I>>) -> Option<&str> {
        let at = id.into()?.index();
        let table = self.ends.partition_point(|end| *end <= at);
        let before = table.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.tables.get(table)?.get(I::new(at - before))
    }

    /// The text of an id, or an empty one.
    pub fn text(&self, id: impl Into<Option<I>>) -> &str {
        self.get(id).unwrap_or_default()
    }

    /// All texts.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().flat_map(StringTable::iter)
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.last().copied().unwrap_or_default()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds a text, even if it is there already, and returns its id.
    #[cfg(test)]
    pub fn push(&mut self, text: &str) -> I {
        let mut table = StringTable::default();
        table.push(text);
        I::new(self.add(table))
    }
}

/// The first bytes of a text as numbers that compare as the texts do. Sorting by these first seldom has to
/// look at the texts themselves.
pub fn head(text: &str) -> [u64; 3] {
    let mut bytes = [0; 24];
    let length = text.len().min(bytes.len());
    bytes[..length].copy_from_slice(&text.as_bytes()[..length]);
    std::array::from_fn(|at| bytes[8 * at..].first_chunk().map_or(0, |chunk| u64::from_be_bytes(*chunk)))
}

/// A set of texts with ids. The same text in two id spaces has two ids.
pub struct Interner<I> {
    hasher: RandomState,
    table: HashTable<I>,
    texts: StringTable<I>,
    spaces: Vec<Space>,
}

impl<I> Default for Interner<I> {
    fn default() -> Self {
        Self {
            hasher: RandomState::default(),
            table: HashTable::default(),
            texts: StringTable::default(),
            spaces: Vec::new(),
        }
    }
}

impl<I: Id> Interner<I> {
    /// The id of a text, which is added if it is new.
    #[inline]
    pub fn id(&mut self, text: &str) -> I {
        self.id_in(0, text)
    }

    /// The id of a text in an id space, which is added if it is new.
    #[inline]
    pub fn id_in(&mut self, space: Space, text: &str) -> I {
        self.find_in(space, text).unwrap_or_else(|| self.add(space, text))
    }

    #[inline(never)]
    fn add(&mut self, space: Space, text: &str) -> I {
        let Self { hasher, table, texts, spaces } = self;
        let id = texts.push(text);
        spaces.push(space);
        let hash = |id: &I| hasher.hash_one((spaces[id.index()], texts.text_at(*id)));
        table.insert_unique(hash(&id), id, hash);
        id
    }

    /// The id of a text, if it is known.
    #[inline]
    pub fn find(&self, text: &str) -> Option<I> {
        self.find_in(0, text)
    }

    /// The id of a text in an id space, if it is known.
    #[inline]
    pub fn find_in(&self, space: Space, text: &str) -> Option<I> {
        let Self { hasher, table, texts, spaces } = self;
        let is_it = |id: &I| texts.text_at(*id) == text && spaces[id.index()] == space;
        if texts.len() <= FEW {
            return I::first(texts.len()).find(is_it);
        }
        table.find(hasher.hash_one((space, text)), is_it).copied()
    }

    /// A copy with each text replaced. The new texts may be equal, so they cannot be found by [`Self::find`].
    pub fn map(&self, replace: impl Fn(I, &str) -> String) -> Self {
        let mut names = Self { spaces: self.spaces.clone(), ..Self::default() };
        I::first(self.len()).for_each(|id| {
            names.texts.push(&replace(id, self.text(id)));
        });
        names
    }

    /// The id space of a text.
    pub fn space(&self, id: I) -> Space {
        self.spaces.get(id.index()).copied().unwrap_or_default()
    }

    /// All ids.
    pub fn ids(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator {
        I::first(self.len())
    }

    /// The text of an id, if there is one.
    pub fn get(&self, id: impl Into<Option<I>>) -> Option<&str> {
        self.texts.get(id)
    }

    /// The text of an id, or an empty one.
    pub fn text(&self, id: impl Into<Option<I>>) -> &str {
        self.texts.text(id)
    }

    /// For each id, the rank of its text in sorted order.
    pub fn ranks(&self) -> Vec<u32> {
        let mut sorted: Vec<_> = I::first(self.len()).map(|id| (head(self.text(id)), id)).collect();
        let key = |id: I| (self.text(id), self.space(id));
        parallel::sort_by(&mut sorted, |a, b| a.0.cmp(&b.0).then_with(|| key(a.1).cmp(&key(b.1))));
        let mut ranks = vec![0; sorted.len()];
        for (rank, (_, id)) in (0..).zip(sorted) {
            ranks[id.index()] = rank;
        }
        ranks
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
    }

    /// Adds the texts of another interner, and returns the ids they have here.
    pub fn merge(&mut self, other: Self) -> IdMap<I> {
        IdMap(other.ids().map(|id| Some(self.id_in(other.space(id), other.text(id)))).collect())
    }
}

/// Translates ids of one table to those of another.
pub struct IdMap<I>(pub Vec<Option<I>>);

impl<I: Id> IdMap<I> {
    /// The new number.
    pub fn of(&self, id: impl Into<Option<I>>) -> Option<I> {
        self.0.get(id.into()?.index()).copied().flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::survey::ids::EventId;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_table_of_many_spans_has_every_text(texts in prop::collection::vec("[a-zé]{0,90}", 0..20), kept: u32) {
            let mut table: StringTable<EventId> = StringTable::default();
            for (index, text) in texts.iter().enumerate() {
                prop_assert_eq!(table.push(text).index(), index);
            }
            prop_assert!(table.iter().eq(&texts));
            let of = |index: usize| table.get(EventId::new(index));
            prop_assert_eq!((of(0), of(texts.len())), (texts.first().map(String::as_str), None));
            let is_kept = |index: usize| kept >> index & 1 == 1;
            table.retain(is_kept);
            let rest: Vec<_> = (0..).zip(&texts).filter(|(index, _)| is_kept(*index)).map(|(_, text)| text).collect();
            prop_assert!(table.iter().eq(rest.iter().copied()));
            let texts = (0..rest.len()).map(|index| table.text(EventId::new(index)));
            prop_assert!(texts.eq(rest.iter().copied()));
        }
    }
}
