//! Lists that grow without moving their items.

use std::ops::Index;

/// A list of many items that are added one by one. They never move, whereas a [`Vec`] copies all of them
/// whenever it grows.
pub struct Pile<T> {
    /// Each chunk has room for twice as many items as the one before.
    full: Vec<Vec<T>>,
    last: Vec<T>,
    /// The capacity of the last chunk.
    room: usize,
    /// How many items are in the full chunks.
    before: u32,
}

/// The capacity of the first chunk.
const FIRST: u32 = 1 << 10;

impl<T> Default for Pile<T> {
    fn default() -> Self {
        Self { full: Vec::new(), last: Vec::new(), room: 0, before: 0 }
    }
}

impl<T> Pile<T> {
    /// How many items there are.
    pub fn len(&self) -> u32 {
        self.before + self.last.len() as u32
    }

    /// Adds an item and returns its index.
    #[inline]
    pub fn push(&mut self, item: T) -> u32 {
        if self.last.len() == self.room {
            self.make_room();
        }
        self.last.push(item);
        self.len() - 1
    }

    #[cold]
    fn make_room(&mut self) {
        let full = std::mem::take(&mut self.last);
        self.before += full.len() as u32;
        self.full.extend((!full.is_empty()).then_some(full));
        self.room = (FIRST as usize) << self.full.len();
        self.last.reserve_exact(self.room);
    }

    /// The chunk of an item, and the item's index in it.
    fn position(index: u32) -> (usize, usize) {
        let chunk = (index / FIRST).saturating_add(1).ilog2();
        (chunk as usize, (index - FIRST * ((1 << chunk) - 1)) as usize)
    }

    /// The item of an index.
    pub fn get(&self, index: u32) -> Option<&T> {
        let (chunk, at) = Self::position(index);
        if chunk == self.full.len() { self.last.get(at) } else { self.full.get(chunk)?.get(at) }
    }

    /// The item of an index, mutably.
    pub fn get_mut(&mut self, index: u32) -> Option<&mut T> {
        let (chunk, at) = Self::position(index);
        if chunk == self.full.len() { self.last.get_mut(at) } else { self.full.get_mut(chunk)?.get_mut(at) }
    }

    /// All items, mutably.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.full.iter_mut().flatten().chain(&mut self.last)
    }

    /// All items.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.full.iter().flatten().chain(&self.last)
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

    proptest! {
        #[test]
        fn a_pile_is_a_list(count in 0..20 * FIRST) {
            let mut pile = Pile::default();
            for number in 0..count {
                prop_assert_eq!(pile.push(number), number);
            }
            prop_assert_eq!(pile.len(), count);
            prop_assert!(pile.iter().copied().eq(0..count));
            for index in [0, count / 2, count.saturating_sub(1), count, FIRST, 3 * FIRST - 1, 3 * FIRST, u32::MAX] {
                let expected = Some(index).filter(|index| *index < count);
                prop_assert_eq!((pile.get(index).copied(), pile.get_mut(index).copied()), (expected, expected));
            }
        }
    }
}
