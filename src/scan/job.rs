//! What to scan, and how.

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
}
