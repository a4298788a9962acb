//! What becomes of a line and of a block: records, counts, folded values.

use crate::model::diagnostic::Diagnostic;
use crate::model::event::Event;

/// What a block's lines are folded into.
pub trait Fold: Default + Send + 'static {
    /// About how many bytes of memory it holds.
    fn weight(&self) -> usize;
}

/// A line that was read.
pub struct Record<'a> {
    /// The line as it stands in the file, with its line end if it has one.
    pub raw: &'a [u8],
    /// 1-based line in its block; see `ScanItem::Block`.
    pub line: u64,
    /// The event, if the line is valid.
    pub event: Option<Event<'a>>,
    /// What is wrong with it; line numbers are relative to the block as well.
    pub diagnostics: Vec<Diagnostic>,
}

/// How many lines there are, valid and not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines, or events where they may span lines.
    pub lines: u64,
    /// Lines that are an event.
    pub valid: u64,
    /// Lines with an error.
    pub invalid: u64,
    /// Lines of nothing but white space.
    pub blank: u64,
    /// Events of tables that have no column for impersonators, so that nobody knows whether there were any.
    pub without_impersonators: u64,
}

impl Counts {
    /// Adds another count to this one.
    pub fn merge(&mut self, other: Self) {
        self.lines += other.lines;
        self.valid += other.valid;
        self.invalid += other.invalid;
        self.blank += other.blank;
        self.without_impersonators += other.without_impersonators;
    }
}

/// A block after reading.
pub struct Folded<T> {
    /// What the lines were folded into.
    pub value: T,
    /// How many lines of which kind there were.
    pub counts: Counts,
    /// Lines of the file that the block covers; 0 if the lines of records are those of the file already.
    pub line_count: u64,
}
