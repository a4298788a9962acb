//! What results say of an input: how much of it was read, and how to recognize it.

use crate::model::time::Timestamp;
use crate::survey::input_summary::InputSummary;

/// An input that was read.
#[derive(Clone, Debug)]
pub struct InputFacts {
    /// Its name, as in the positions of findings.
    pub name: String,
    /// Why it was not read to its end.
    pub error: Option<String>,
    /// The number of bytes read, before any decompression.
    pub bytes: u64,
    /// SHA-256 of these bytes in hexadecimal, if it was requested and the input could be opened.
    pub sha256: Option<String>,
    /// The number of lines that are not blank.
    pub lines: u64,
    /// The number of lines that are valid events.
    pub valid: u64,
    /// The number of lines that are not.
    pub invalid: u64,
    /// The number of events of tables without a column for impersonators.
    pub without_impersonators: u64,
    /// The time of the earliest event.
    pub first: Option<Timestamp>,
    /// The time of the latest event.
    pub last: Option<Timestamp>,
}

/// What cannot be found in an input that has so many events of tables without a column for impersonators.
pub fn unseen_impersonators(name: &str, events: u64) -> Option<String> {
    (events > 0).then(|| {
        format!("{name} has no column for impersonators, so impersonated sessions cannot be seen in it")
    })
}

impl InputFacts {
    /// What a scan knows of an input. The caller adds the number of bytes and the hash.
    pub fn of(input: &InputSummary) -> Self {
        let (first, last) = input.times.range.unzip();
        Self {
            name: input.name.clone(),
            error: input.error.clone(),
            bytes: 0,
            sha256: None,
            lines: input.counts.lines - input.counts.blank,
            valid: input.counts.valid,
            invalid: input.counts.invalid,
            without_impersonators: input.counts.without_impersonators,
            first,
            last,
        }
    }
}
