//! Puts the results of blocks back in the order of the inputs, and numbers their lines.

use std::collections::{BTreeMap, VecDeque};

use crate::fold::{Counts, Folded};
use crate::scan::Fold;

/// What the calling thread is handed, in the order of the input.
pub enum Piece<T> {
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
pub struct Order<T> {
    inputs: BTreeMap<usize, Queue<T>>,
    current: usize,
    line_base: u64,
    waiting: usize,
}

struct Queue<T> {
    /// Blocks in order; a gap is a block that is still being worked at.
    blocks: VecDeque<Option<Folded<T>>>,
    taken: u64,
    /// That no block comes any more, and why.
    end: Option<Option<String>>,
}

impl<T> Default for Order<T> {
    fn default() -> Self {
        Self { inputs: BTreeMap::new(), current: 0, line_base: 0, waiting: 0 }
    }
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { blocks: VecDeque::new(), taken: 0, end: None }
    }
}

impl<T: Fold> Order<T> {
    /// The input whose turn it is.
    pub fn current(&self) -> usize {
        self.current
    }

    /// Bytes of results that wait for their turn.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Numbers the next block of an input.
    pub fn expect(&mut self, input: usize) -> u64 {
        let queue = self.inputs.entry(input).or_default();
        queue.blocks.push_back(None);
        queue.taken + queue.blocks.len() as u64 - 1
    }

    /// Takes in the result of that block.
    pub fn arrive(&mut self, input: usize, number: u64, folded: Folded<T>) {
        self.waiting += folded.value.weight();
        let queue = self.inputs.entry(input).or_default();
        let at = usize::try_from(number - queue.taken).expect("results wait in memory");
        queue.blocks[at] = Some(folded);
    }

    /// Takes in that an input has no more blocks than those expected by now.
    pub fn end(&mut self, input: usize, error: Option<String>) {
        self.inputs.entry(input).or_default().end = Some(error);
    }

    /// The next result whose turn it is, if it has arrived.
    pub fn next(&mut self) -> Option<Piece<T>> {
        let input = self.current;
        let queue = self.inputs.get_mut(&input)?;
        if let Some(block) = queue.blocks.front_mut() {
            let folded = block.take()?;
            queue.blocks.pop_front();
            queue.taken += 1;
            self.waiting -= folded.value.weight();
            let line_base = self.line_base;
            self.line_base += folded.breaks;
            return Some(Piece::Block { input, line_base, counts: folded.counts, value: folded.value });
        }
        let error = queue.end.take()?;
        self.inputs.remove(&input);
        self.current += 1;
        self.line_base = 0;
        Some(Piece::End { input, error })
    }
}
