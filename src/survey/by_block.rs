//! Things in the order in which their lines stand in the input, block by block.

use std::collections::HashSet;

use crate::deliveries::Item;
use crate::scan::BlockId;
use crate::time::Timestamp;

/// What a reader has of some sort.
pub struct ByBlock<T> {
    /// All of it.
    pub all: Vec<T>,
    /// Where the things of each block begin.
    blocks: Vec<(BlockId, u32)>,
}

impl<T> Default for ByBlock<T> {
    fn default() -> Self {
        Self { all: Vec::new(), blocks: Vec::new() }
    }
}

impl<T> ByBlock<T> {
    /// Adds a thing and returns its index.
    pub fn push(&mut self, block: BlockId, thing: T) -> u32 {
        let at = self.all.len() as u32;
        if self.blocks.last().is_none_or(|(last, _)| *last != block) {
            self.blocks.push((block, at));
        }
        self.all.push(thing);
        at
    }
}

/// What all readers have but for some things, the earliest block first: logs are mostly in order, and
/// then these are.
pub fn in_blocks<'a, T: 'a>(
    readers: impl Iterator<Item = &'a ByBlock<T>>,
    time: impl Fn(&T) -> Timestamp,
    without: &HashSet<Item>,
) -> Vec<Item> {
    let mut blocks = Vec::new();
    for (at, reader) in (0..).zip(readers) {
        let ends = reader.blocks.iter().skip(1).map(|(_, begin)| *begin).chain([reader.all.len() as u32]);
        for ((block, begin), end) in reader.blocks.iter().zip(ends) {
            blocks.push((time(&reader.all[*begin as usize]), *block, at, *begin..end));
        }
    }
    blocks.sort_by_key(|(time, block, ..)| (*time, *block));
    let items =
        blocks.into_iter().flat_map(|(.., reader, indexes)| indexes.map(move |index| (reader, index)));
    let mut items: Vec<Item> = items.collect();
    if !without.is_empty() {
        items.retain(|item| !without.contains(item));
    }
    items
}
