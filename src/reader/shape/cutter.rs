//! Cuts a line at its values.

use crate::json::Node;
use crate::reader::shape::literal::Literal;
use crate::reader::shape::trie::{Segment, SlotKind};

/// Cuts a line into segments.
pub struct Cutter<'a> {
    text: &'a str,
    /// Where the next literal begins.
    pub from: usize,
    /// Values inside of it, as offset and length.
    fixed: Vec<(u32, u32)>,
}

impl<'a> Cutter<'a> {
    /// For a line that has not been cut yet.
    pub fn new(text: &'a str) -> Self {
        Self { text, from: 0, fixed: Vec::new() }
    }

    /// Makes a value part of the next literal.
    pub fn fix(&mut self, node: &Node) {
        let offset = node.span.start - self.from as u32;
        self.fixed.push((offset, node.span.end - node.span.start));
    }

    /// The segment of the literal up to `end`.
    pub fn segment(&mut self, end: usize, slot: SlotKind) -> Segment {
        let literal = Literal::new(&self.text.as_bytes()[self.from..end]);
        Segment { literal, fixed: std::mem::take(&mut self.fixed).into(), slot }
    }
}
