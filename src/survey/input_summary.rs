//! What is known of an input: counts of its lines, the times of its events, and what was wrong.

use crate::model::diagnostic::Diagnostic;
use crate::scan::Counts;
use crate::survey::emptiness::without_event;
use crate::survey::file_times::Times;

/// A summary of an input.
#[derive(Clone, Debug, Default)]
pub struct InputSummary {
    /// Its displayed name.
    pub name: String,
    /// Its index in the order given on the command line.
    pub index: usize,
    /// The counts of its lines.
    pub counts: Counts,
    /// When its events happened.
    pub times: Times,
    /// Why it was not read to its end, if it was not.
    pub error: Option<String>,
    /// The first error in its lines.
    pub first_error: Option<Diagnostic>,
    /// What is known of its bytes, if a history has its events.
    pub stored: Option<StoredDigest>,
}

/// What is known of the bytes of an input that was collected into a history.
#[derive(Clone, Debug)]
pub struct StoredDigest {
    /// How many there were.
    pub bytes: u64,
    /// SHA-256 of them in hexadecimal.
    pub sha256: String,
}

impl InputSummary {
    /// Adds a block, before which so many lines come.
    pub fn add(&mut self, (counts, times): (Counts, Times), first_error: Option<Diagnostic>, line_base: u64) {
        self.counts.merge(counts);
        self.times.append(times);
        if self.first_error.is_none() {
            let from_input = |error: Diagnostic| Diagnostic { line: error.line + line_base, ..error };
            self.first_error = first_error.map(from_input);
        }
    }

    /// Why it is useless as a log: it was not read to its end, or no line of it is an event.
    pub fn problem(&self) -> Option<String> {
        let Counts { lines, blank, valid, .. } = self.counts;
        self.error.clone().or_else(|| without_event(lines - blank, valid))
    }
}
