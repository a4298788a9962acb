//! Where a report comes from: what was read, what was selected, and what it was judged by.

use crate::model::hashed_file::HashedFile;
use crate::model::time::Timestamp;
use crate::survey::Span;

pub use crate::survey::input_facts::InputFacts;

/// What a reader needs in order to make the same report again.
#[derive(Clone, Debug)]
pub struct Provenance {
    /// The time that was taken as the present.
    pub made: Timestamp,
    /// The inputs, with their digests if these were wanted.
    pub inputs: Vec<InputFacts>,
    /// The flags that selected events.
    pub selection: Vec<String>,
    /// The flags that changed how lines were read.
    pub reading: Vec<String>,
    /// What else was read, each with what it is, such as a policy.
    pub others: Vec<(&'static str, OtherSource)>,
    /// Whether personal values are replaced by pseudonyms.
    pub is_redacted: bool,
}

/// Something that a report depends on besides its inputs.
#[derive(Clone, Debug)]
pub enum OtherSource {
    /// A file.
    File(HashedFile),
    /// What ssoaudit has built in, where no file was given.
    Defaults,
}

impl Provenance {
    /// The times of the first and the last event of the inputs.
    pub fn period(&self) -> Option<Span> {
        let first = self.inputs.iter().filter_map(|input| input.first).min()?;
        Some((first, self.inputs.iter().filter_map(|input| input.last).max()?))
    }
}
