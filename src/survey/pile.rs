//! Lists that grow without moving their items.

use std::ops::Index;

/// A list of many items that are added one by one. They never move, whereas a [`Vec`] copies all of them
/// whenever it grows.
pub struct Pile<T> {
    chunks: Vec<Vec<T>>,
}

/// The number of items in each chunk but the last, as a power of two.
const CHUNK_BITS: u32 = 10;
const CHUNK: usize = 1 << CHUNK_BITS;

impl<T> Default for Pile<T> {
    fn default() -> Self {
        Self { chunks: Vec::new() }
    }
}

impl<T> Pile<T> {
    /// How many items there are, if none were appended.
    #[inline]
    pub fn len(&self) -> u32 {
        let last = self.chunks.last().map_or(CHUNK, Vec::len);
        (self.chunks.len() * CHUNK + last - CHUNK) as u32
    }

    /// Whether there is no item.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// Adds an item and returns its index.
    #[inline]
    pub fn push(&mut self, item: T) -> u32 {
        let index = self.len();
        match self.chunks.last_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(chunk) => chunk.push(item),
            None => self.push_to_new_chunk(item),
        }
        index
    }

    #[cold]
    fn push_to_new_chunk(&mut self, item: T) {
        let mut chunk = Vec::with_capacity(CHUNK);
        chunk.push(item);
        self.chunks.push(chunk);
    }

    /// The item of an index.
    #[inline]
    pub fn get(&self, index: u32) -> Option<&T> {
        self.chunks.get((index >> CHUNK_BITS) as usize)?.get(index as usize % CHUNK)
    }

    /// The item of an index, mutably.
    pub fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        self.chunks.get_mut((index >> CHUNK_BITS) as usize)?.get_mut(index as usize % CHUNK)
    }

    /// All items, mutably.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.chunks.iter_mut().flatten()
    }

    /// All items.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.chunks.iter().flatten()
    }

    /// Adds the items of another pile. There may be indexes before the first of them that are of no item.
    pub fn append(&mut self, other: Self) {
        self.chunks.extend(other.chunks);
    }

    /// The index that the first item of each pile has when they are appended to one another.
    pub fn firsts<'a>(piles: impl Iterator<Item = &'a Self>) -> Vec<u32>
    where
        T: 'a,
    {
        let mut chunks = 0;
        let first = |pile: &Self| {
            let first = u32::try_from(chunks * CHUNK).expect("fewer than four billion items fit into memory");
            chunks += pile.chunks.len();
            first
        };
        piles.map(first).collect()
    }

    /// All items in chunks, each with the index of its first item.
    pub fn chunks_mut(&mut self) -> impl Iterator<Item = (u32, &mut [T])> {
        (0..).step_by(CHUNK).zip(self.chunks.iter_mut().map(Vec::as_mut_slice))
    }
}

impl<T> Index<u32> for Pile<T> {
    type Output = T;

    fn index(&self, index: u32) -> &T {
        self.get(index).expect("indexes are those that were returned")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(count: u32) -> Pile<u32> {
        let mut pile = Pile::default();
        assert!((0..count).all(|number| pile.push(number) == number));
        pile
    }

    proptest! {
        #[test]
        fn a_pile_is_a_list(count in 0..20 * CHUNK as u32) {
            let mut pile = numbers(count);
            prop_assert_eq!(pile.len(), count);
            prop_assert!(pile.iter().copied().eq(0..count));
            let chunks = pile.chunks_mut().all(|(first, chunk)| chunk.iter().copied().eq(first..first + chunk.len() as u32));
            prop_assert!(chunks);
            let chunk = CHUNK as u32;
            for index in [0, count / 2, count.saturating_sub(1), count, chunk, 3 * chunk - 1, 3 * chunk, u32::MAX] {
                let expected = Some(index).filter(|index| *index < count);
                prop_assert_eq!((pile.get(index).copied(), pile.get_mut(index).copied()), (expected, expected));
            }
        }

        #[test]
        fn appended_items_follow_each_other(one in 0..3 * CHUNK as u32, other in 0..3 * CHUNK as u32) {
            let mut both = numbers(one);
            let other_numbers = numbers(other);
            let first = Pile::firsts([&both, &other_numbers].into_iter())[1];
            both.append(other_numbers);
            prop_assert!((0..one).all(|number| both[number] == number));
            prop_assert!((0..other).all(|number| both[first + number] == number));
            prop_assert!(both.iter().copied().eq((0..one).chain(0..other)));
        }
    }
}
