//! Puts the results of blocks back in the order of the inputs, and numbers their lines.

use std::collections::{BTreeMap, VecDeque};

use crate::scan::record::Fold;
use crate::scan::record::{Counts, Folded};

/// What the calling thread is handed, in the order of the input.
pub enum ScanItem<T> {
    /// The result of a block.
    Block {
        /// Index of the input it belongs to.
        input: usize,
        /// To be added to every line number of the block.
        line_base: u64,
        /// Its lines.
        counts: Counts,
        /// What the workers made of them.
        value: T,
    },
    /// An input ended, in an error perhaps.
    End {
        /// Index of the input.
        input: usize,
        /// Why it ended early.
        error: Option<String>,
    },
}

/// Results on their way back.
pub struct ReorderBuffer<T> {
    inputs: BTreeMap<usize, Queue<T>>,
    current: usize,
    line_base: u64,
    waiting: usize,
}

struct Queue<T> {
    /// Blocks in order; a gap is a block that is still being worked at.
    blocks: VecDeque<Option<Folded<T>>>,
    taken: u64,
    /// How many blocks there are in all, and why there are no more.
    end: Option<(u64, Option<String>)>,
}

impl<T> Default for ReorderBuffer<T> {
    fn default() -> Self {
        Self { inputs: BTreeMap::new(), current: 0, line_base: 0, waiting: 0 }
    }
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { blocks: VecDeque::new(), taken: 0, end: None }
    }
}

impl<T: Fold> ReorderBuffer<T> {
    /// The input whose turn it is.
    pub fn current(&self) -> usize {
        self.current
    }

    /// Bytes of results that wait for their turn.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Blocks of that input that were taken.
    pub fn taken(&self) -> u64 {
        self.inputs.get(&self.current).map_or(0, |queue| queue.taken)
    }

    /// Takes in the result of a block, counted from 0 in its input.
    pub fn insert(&mut self, input: usize, number: u64, folded: Folded<T>) {
        self.waiting += folded.value.weight();
        let queue = self.inputs.entry(input).or_default();
        let at = usize::try_from(number - queue.taken).expect("results wait in memory");
        if queue.blocks.len() <= at {
            queue.blocks.resize_with(at + 1, || None);
        }
        queue.blocks[at] = Some(folded);
    }

    /// Takes in how many blocks an input has in all, and why it has no more.
    pub fn end(&mut self, input: usize, blocks: u64, error: Option<String>) {
        self.inputs.entry(input).or_default().end = Some((blocks, error));
    }

    /// The next result whose turn it is, if it has arrived.
    pub fn pop_next(&mut self) -> Option<ScanItem<T>> {
        let input = self.current;
        let queue = self.inputs.get_mut(&input)?;
        if let Some(folded) = queue.blocks.front_mut().and_then(Option::take) {
            queue.blocks.pop_front();
            queue.taken += 1;
            self.waiting -= folded.value.weight();
            let line_base = self.line_base;
            self.line_base += folded.line_count;
            return Some(ScanItem::Block { input, line_base, counts: folded.counts, value: folded.value });
        }
        let (_, error) = queue.end.take_if(|(blocks, _)| *blocks == queue.taken)?;
        self.inputs.remove(&input);
        self.current += 1;
        self.line_base = 0;
        Some(ScanItem::End { input, error })
    }
}
