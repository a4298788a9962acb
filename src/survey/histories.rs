//! What histories among the inputs say of the inputs that they were collected from.

use std::collections::BTreeMap;
use std::io::Read;

use crate::input::history::History;
use crate::input::history::metadata::{CollectedError, CollectedInput};
use crate::input::{Input, Meter};
use crate::model::diagnostic::CODES;
use crate::model::event::SCHEMA;
use crate::model::time;
use crate::reader::{Digests, Reading};
use crate::scan::{Counts, ScanJob, Settings};
use crate::survey::Plan;
use crate::survey::collect::{InputSummary, StoredDigest};
use crate::survey::file_times::Times;
use crate::survey::worker::WorkerSurvey;
use crate::survey::worker_anomalies::InvalidFacts;

/// The inputs that histories were collected from.
#[derive(Default)]
pub struct Histories {
    /// For each input, whether it is a history.
    is_history: Vec<bool>,
    /// An input that is in several histories is here once.
    collected: BTreeMap<(String, String), CollectedInput>,
}

impl Histories {
    /// Looks for histories among the inputs. One that cannot be read is no history here: reading it says why.
    pub fn among(inputs: &[Input]) -> Self {
        let mut histories = Self::default();
        for input in inputs {
            let history = History::of(input).ok().flatten();
            histories.is_history.push(history.is_some());
            for collected in history.into_iter().flat_map(|history| history.metadata.inputs) {
                let key = (collected.name.clone(), collected.sha256.clone());
                histories.collected.insert(key, collected);
            }
        }
        histories
    }

    /// How to read the inputs: digests are needed where some events are known by their digest only.
    pub fn settings(&self, job: &ScanJob<'_>) -> Settings {
        let is_known =
            self.is_history.contains(&true) || job.inputs.len() > 1 && job.inputs.iter().any(is_normalized);
        let digests = if is_known { Digests::Wanted } else { job.settings.reading.digests };
        Settings { reading: Reading { digests, ..job.settings.reading }, ..job.settings }
    }

    /// The inputs with those that were collected in the place of histories that were read to their end.
    pub fn expand(&self, inputs: Vec<InputSummary>) -> Vec<InputSummary> {
        let is_read = |input: &InputSummary| self.is_history[input.index] && input.error.is_none();
        let collected = if inputs.iter().any(is_read) {
            self.collected.values().map(summary).collect()
        } else {
            Vec::new()
        };
        inputs.into_iter().filter(|input| !is_read(input)).chain(collected).collect()
    }

    /// Adds the invalid lines of inputs that were collected.
    pub fn add_invalid_lines(&self, worker: &mut WorkerSurvey, plan: &Plan) {
        if plan.wants.anomalies.is_none() {
            return;
        }
        for input in self.collected.values() {
            for CollectedError { line, code, message, hash, .. } in &input.invalid_lines {
                let place = worker.origins.place(&input.name, *line);
                let code = CODES.iter().find(|it| it.name == code).map_or("", |it| it.name);
                worker.add_invalid(InvalidFacts { message, code, key: hash.clone(), place }, plan);
            }
        }
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

fn summary(input: &CollectedInput) -> InputSummary {
    let CollectedInput { lines, valid, invalid, blank, out_of_order, .. } = *input;
    let time = |text: &str| time::parse(text).map(|parsed| parsed.timestamp);
    let range = input.range.as_ref().and_then(|(first, last)| time(first).zip(time(last)));
    InputSummary {
        name: input.name.clone(),
        index: usize::MAX,
        counts: Counts { lines, valid, invalid, blank },
        times: Times::known(range, out_of_order),
        stored: Some(StoredDigest { bytes: input.bytes, sha256: input.sha256.clone() }),
        ..InputSummary::default()
    }
}
