//! What to scan, and how.

use crate::input::history::Extent;
use crate::input::{Input, Meter};
use crate::reader::Reading;

/// A scan to be made.
#[derive(Clone, Copy)]
pub struct ScanJob<'a> {
    /// The inputs; results come in their order.
    pub inputs: &'a [Input],
    /// How to scan them.
    pub settings: Settings,
    /// Counts what is read.
    pub meter: &'a Meter,
}

/// How to scan.
#[derive(Clone, Copy)]
pub struct Settings {
    /// Threads that parse.
    pub threads: usize,
    /// Bytes a block usually has.
    pub block_bytes: usize,
    /// How lines are read.
    pub reading: Reading,
    /// How histories among the inputs are read.
    pub histories: HistoryForm,
}

impl Settings {
    /// The same without warnings, for callers that look only at events and errors.
    pub fn errors_only(self) -> Self {
        Self { reading: self.reading.errors_only(), ..self }
    }
}

/// How a history is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HistoryForm {
    /// As the lines of normalized events.
    #[default]
    Lines,
    /// Row by row, which is faster: records have no bytes, and events beyond the extent are left out.
    Rows(Extent),
}
