//! Which line of which input a line of a block is.

use crate::scan::LineRef;

/// Translates lines of blocks to lines of inputs.
#[derive(Debug, Default)]
pub struct LineNumbers {
    names: Vec<String>,
    /// For each input and block, how many lines of the input come before the block.
    bases: Vec<Vec<u64>>,
}

impl LineNumbers {
    /// For these inputs, before any block.
    pub fn new(names: Vec<String>) -> Self {
        let bases = vec![Vec::new(); names.len()];
        Self { names, bases }
    }

    /// Adds the next block of an input, which comes after so many of its lines.
    pub fn add_block(&mut self, input: usize, line_base: u64) {
        self.bases[input].push(line_base);
    }

    /// The names of the inputs, by their numbers.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The name of the input and the 1-based line in it.
    pub fn locate(&self, LineRef { block, line }: LineRef) -> (&str, u64) {
        let input = block.input as usize;
        let base = self.bases.get(input).and_then(|bases| bases.get(block.number as usize));
        (self.names.get(input).map_or("", String::as_str), base.unwrap_or(&0) + u64::from(line))
    }
}
