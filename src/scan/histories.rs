//! What histories among the inputs say of the inputs that they were collected from.

use std::collections::BTreeMap;
use std::io::Read;

pub use crate::input::history::Extent;
pub use crate::input::history::metadata::{CollectedError, CollectedInput};

use crate::input::history::History;
use crate::input::{Input, Meter};
use crate::model::event::SCHEMA;
use crate::reader::{Digests, Reading};
use crate::scan::{Counts, HistoryForm, ScanJob, Settings};

/// The inputs that histories were collected from.
#[derive(Default)]
pub struct Histories {
    /// For each input, how many lines of its inputs were invalid if it is a history.
    invalid: Vec<Option<u64>>,
    /// An input that is in several histories is here once.
    collected: BTreeMap<(String, String), CollectedInput>,
}

impl Histories {
    /// Looks for histories among the inputs. One that cannot be read is no history here: reading it says why.
    pub fn among(inputs: &[Input]) -> Self {
        let mut histories = Self::default();
        for input in inputs {
            let history = History::of(input).ok().flatten();
            let invalid = |history: &History| history.metadata.inputs.iter().map(|input| input.invalid).sum();
            histories.invalid.push(history.as_ref().map(invalid));
            for collected in history.into_iter().flat_map(|history| history.metadata.inputs) {
                let key = (collected.name.clone(), collected.sha256.clone());
                histories.collected.insert(key, collected);
            }
        }
        histories
    }

    /// Whether there are some.
    pub fn is_empty(&self) -> bool {
        self.collected.is_empty()
    }

    /// How to read the inputs, with the events of histories limited to an extent. Asks for digests if some events are
    /// known by their digest only.
    pub fn settings(&self, job: &ScanJob<'_>, extent: Extent) -> Settings {
        let is_known = self.invalid.iter().any(Option::is_some)
            || job.inputs.len() > 1 && job.inputs.iter().any(is_normalized);
        let digests = if is_known { Digests::Wanted } else { job.settings.reading.digests };
        let reading = Reading { digests, ..job.settings.reading };
        Settings { reading, histories: HistoryForm::Rows(extent), ..job.settings }
    }

    /// Whether the input of that index is a history.
    pub fn is_history(&self, input: usize) -> bool {
        self.invalid.get(input).is_some_and(Option::is_some)
    }

    /// The invalid lines that were found when the input of that index was collected, as counts.
    pub fn invalid_lines(&self, input: usize) -> Counts {
        let invalid = self.invalid.get(input).copied().flatten().unwrap_or_default();
        Counts { lines: invalid, invalid, ..Counts::default() }
    }

    /// The inputs that histories were collected from, each once.
    pub fn collected(&self) -> impl Iterator<Item = &CollectedInput> {
        self.collected.values()
    }
}

/// Whether the first bytes of a file are those of a normalized event.
fn is_normalized(input: &Input) -> bool {
    const HEAD_BYTES: u64 = 64;
    let mut head = Vec::new();
    let is_read = !input.is_live()
        && input
            .open(&Meter::default())
            .is_ok_and(|reader| reader.take(HEAD_BYTES).read_to_end(&mut head).is_ok());
    let head: Vec<_> = head.into_iter().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let begins = format!("{{\"schema\":\"{SCHEMA}\"");
    is_read
        && (head.starts_with(begins.as_bytes())
            || head.strip_prefix(b"[").is_some_and(|head| head.starts_with(begins.as_bytes())))
}
