//! What a history says of itself: of which inputs it is, and what was wrong with their lines.

use serde::{Deserialize, Serialize};

/// The key under which a file has it.
pub const KEY: &str = "ssoaudit.history";

/// The version of the layout that this program writes. It reads no other.
pub const VERSION: u32 = 1;

/// What a history says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Version of the layout.
    pub version: u32,
    /// The program that wrote it, with its version.
    pub tool: String,
    /// The inputs that events were read from first, in the order of their names.
    pub inputs: Vec<CollectedInput>,
    /// The row groups that reports about changes need: of other events, these have the first and the last one of every
    /// source, and of every combination of names of an organization, an actor or a connection. `None` if that is not known.
    #[serde(default)]
    pub changes: Option<Vec<usize>>,
}

/// An input that a history holds the events of.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CollectedInput {
    /// Its name when it was read.
    pub name: String,
    /// SHA-256 of its bytes in hexadecimal.
    pub sha256: String,
    /// How many bytes it had, before any decompression.
    pub bytes: u64,
    /// How many lines, blank ones included.
    pub lines: u64,
    /// How many of them are events.
    pub valid: u64,
    /// How many of them are not.
    pub invalid: u64,
    /// How many of them are blank.
    pub blank: u64,
    /// How many events come from a table that has no column for impersonators.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub without_impersonators: u64,
    /// How many events are earlier than the one before them.
    pub out_of_order: u64,
    /// The times of the earliest and the latest event, as date-times in UTC.
    pub range: Option<(String, String)>,
    /// The lines that are no events.
    pub invalid_lines: Vec<CollectedError>,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A line that is no event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CollectedError {
    /// Its number in the input, counted from 1; of an object over several lines, that of the first one.
    pub line: u64,
    /// The code of the first error in it.
    pub code: String,
    /// What is wrong.
    pub message: String,
    /// SHA-256 of the line without white space around it, in hexadecimal; nothing if it was too long to be kept.
    pub hash: String,
}
