//! Under what circumstances rules were evaluated: policy, inputs, selection.

use std::path::PathBuf;

use crate::model::hashed_file::HashedFile;
use crate::model::time::Timestamp;
use crate::policy::Policy;
use crate::rules::Severity;
use crate::survey::collect::InputSummary;

/// Under what circumstances rules were judged.
#[derive(Clone, Debug)]
pub struct Run {
    /// The policy.
    pub policy: PolicyInfo,
    /// The least severity that fails the check.
    pub fail_on: Severity,
    /// What was taken for the present.
    pub now: Timestamp,
    /// The baseline that findings were compared with.
    pub baseline: Option<HashedFile>,
    /// What was read, in the order it was given.
    pub inputs: Vec<InputFacts>,
    /// Flags of the selection; nothing else was judged.
    pub selection: Vec<String>,
    /// Events that it keeps.
    pub selected: u64,
    /// Those among them whose action no document names, so that no rule but `unknown-action` sees what they did.
    pub unknown_actions: u64,
    /// Flags that say how lines were read, if not as usual.
    pub reading: Vec<String>,
    /// Pseudonyms are shown for what is personal.
    pub is_redacted: bool,
    /// An invalid line violates the policy, whatever rules say.
    pub is_strict: bool,
    /// There has to be an event.
    pub needs_event: bool,
    /// The working directory: to those who look at findings beside its files, these are relative to it.
    pub folder: Option<PathBuf>,
    /// What a reader has to know, a sentence each: entries that expired, limits.
    pub warnings: Vec<String>,
}

/// Which policy was applied.
#[derive(Clone, Debug)]
pub struct PolicyInfo {
    /// Where it was read from; nothing for the defaults.
    pub path: Option<String>,
    /// SHA-256 of the file in hexadecimal; of no bytes for the defaults.
    pub sha256: String,
    /// Its roster.
    pub roster: Option<HashedFile>,
}

/// An input that was read.
#[derive(Clone, Debug)]
pub struct InputFacts {
    /// Its name as in places.
    pub name: String,
    /// Why it was not read to its end.
    pub error: Option<String>,
    /// Its size as it was read, compressed or not.
    pub bytes: u64,
    /// SHA-256 of those bytes in hexadecimal, if it was asked for and there was something to read.
    pub sha256: Option<String>,
    /// Lines, without blank ones.
    pub lines: u64,
    /// Lines that are valid events.
    pub valid: u64,
    /// Lines that are not.
    pub invalid: u64,
    /// The earliest event.
    pub first: Option<Timestamp>,
    /// The latest event.
    pub last: Option<Timestamp>,
}

impl PolicyInfo {
    /// Which policy it is.
    pub fn of(policy: &Policy) -> Self {
        Self { path: policy.path.clone(), sha256: policy.sha256.clone(), roster: policy.roster_file.clone() }
    }
}

impl InputFacts {
    /// What a pass knows of an input, which are not its bytes.
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
            first,
            last,
        }
    }
}
