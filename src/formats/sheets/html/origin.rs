//! Where a page comes from, as its header says it.

use chrono_tz::Tz;

use crate::formats::sheets::html::values::{self, Moment};
use crate::reports::provenance::{InputFacts, OtherSource, Provenance};

/// Where a page comes from.
pub struct Origin<'a> {
    /// The first and the last event of the inputs.
    pub period: Option<[Moment; 2]>,
    /// The inputs.
    pub inputs: Vec<Source<'a>>,
    /// What else it depends on, each with what that is.
    pub others: Vec<(&'static str, Source<'a>)>,
    /// The flags that selected events, or changed how lines were read.
    pub flags: Vec<&'a str>,
    /// Whether texts are pseudonyms.
    pub is_redacted: bool,
    /// The time taken as the present.
    pub made: Moment,
}

/// A file, or what stands for it.
pub struct Source<'a> {
    /// Its name.
    pub name: &'a str,
    /// SHA-256 of its bytes, if that is known.
    pub sha256: Option<&'a str>,
    /// What was read of it.
    pub read: String,
}

impl<'a> Origin<'a> {
    /// The origin with times in a zone.
    pub fn of(provenance: &'a Provenance, zone: Tz) -> Self {
        let Provenance { made, inputs, selection, reading, others, is_redacted } = provenance;
        let period =
            provenance.period().map(|(first, last)| [first, last].map(|it| values::moment(it, zone)));
        Self {
            period,
            inputs: inputs.iter().map(input).collect(),
            others: others.iter().map(|(what, source)| (*what, other(source))).collect(),
            flags: selection.iter().chain(reading).map(String::as_str).collect(),
            is_redacted: *is_redacted,
            made: values::moment(*made, zone),
        }
    }

    /// Whether the inputs are so many that they have a box of their own to scroll in.
    pub fn has_many_inputs(&self) -> bool {
        const FEW: usize = 5;
        self.inputs.len() > FEW
    }
}

fn input(input: &InputFacts) -> Source<'_> {
    let InputFacts { name, error, sha256, valid, invalid, .. } = input;
    let mut read = values::count(*valid, "event");
    if *invalid > 0 {
        read = format!("{read}, {}", values::count(*invalid, "invalid line"));
    }
    if let Some(error) = error {
        read = format!("{read}, not read to its end: {error}");
    }
    Source { name, sha256: sha256.as_deref(), read }
}

fn other(source: &OtherSource) -> Source<'_> {
    let (name, sha256) = match source {
        OtherSource::File(file) => (file.path.as_str(), Some(file.sha256.as_str())),
        OtherSource::Defaults => ("none found, so the defaults of every rule", None),
    };
    Source { name, sha256, read: String::new() }
}
