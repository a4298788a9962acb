//! Which blocks changes are in.

use crate::scan::BlockId;

/// The block of each change. Changes of a block follow each other, so that it is enough to know where blocks begin.
#[derive(Default)]
pub struct ChangeBlocks {
    blocks: Vec<BlockId>,
    /// Of so many changes as a number has bits, each.
    groups: Vec<Group>,
}

/// What is known of the blocks of some changes that follow each other.
#[derive(Clone, Copy)]
struct Group {
    /// How many blocks begin before the first of the changes.
    before: u32,
    /// A bit for each change that is the first one of its block.
    begins: u64,
}

const SIZE: u32 = u64::BITS;

/// Stands for a block that cannot be missing. A panic in its stead would have to be kept where no place is asked for.
const NO_BLOCK: BlockId = BlockId { input: 0, number: 0 };

impl ChangeBlocks {
    /// Adds the block of the next change, whose index this is.
    #[inline]
    pub fn push(&mut self, index: u32, block: BlockId) {
        self.reach(index);
        if self.blocks.last() != Some(&block) {
            self.blocks.push(block);
            if let Some(group) = self.groups.last_mut() {
                group.begins |= 1 << (index % SIZE);
            }
        }
    }

    /// Makes sure that there is the group of an index.
    fn reach(&mut self, index: u32) {
        let (count, before) = (index as usize / SIZE as usize + 1, self.blocks.len() as u32);
        if self.groups.len() < count {
            self.groups.resize(count, Group { before, begins: 0 });
        }
    }

    /// The block of a change. It has no loop, as the compiler would keep that where nobody asks for the block.
    #[inline]
    pub fn get(&self, index: u32) -> BlockId {
        let Some(Group { before, begins }) = self.groups.get((index / SIZE) as usize) else {
            return NO_BLOCK;
        };
        let begun = before + (begins << (SIZE - 1 - index % SIZE)).count_ones();
        self.blocks.get(begun.wrapping_sub(1) as usize).copied().unwrap_or(NO_BLOCK)
    }

    /// Adds the blocks of other changes, the first of which has the index `first`, which is that of a new group.
    pub fn append(&mut self, other: Self, first: u32) {
        let before = self.blocks.len() as u32;
        if let Some(last) = first.checked_sub(1) {
            self.reach(last);
        }
        self.blocks.extend(other.blocks);
        let moved = other.groups.into_iter().map(|group| Group { before: before + group.before, ..group });
        self.groups.extend(moved);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_change_has_its_block(
            piles in prop::collection::vec(prop::collection::vec((0..3_u32, 1..150_usize), 0..9), 0..4),
        ) {
            let mut all = ChangeBlocks::default();
            let mut expected: Vec<(u32, BlockId)> = Vec::new();
            let mut first = 0;
            for (input, runs) in (0..).zip(piles) {
                let mut pile = ChangeBlocks::default();
                let blocks = runs.iter().flat_map(|(number, length)| std::iter::repeat_n(*number, *length));
                let blocks: Vec<_> = blocks.map(|number| BlockId { input, number }).collect();
                for (index, block) in (0..).zip(&blocks) {
                    pile.push(index, *block);
                    expected.push((first + index, *block));
                }
                all.append(pile, first);
                first += (blocks.len() as u32).next_multiple_of(1 << 10);
            }
            for (index, block) in expected {
                prop_assert_eq!(all.get(index), block);
            }
        }
    }
}
