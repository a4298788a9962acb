//! What histories among the inputs add to a survey: the inputs that they were collected from, and invalid lines of these.

use crate::model::diagnostic::CODES;
use crate::model::time::{self, Timestamp};
use crate::scan::Counts;
use crate::scan::histories::{CollectedError, CollectedInput, Histories};
use crate::survey::Plan;
use crate::survey::file_times::Times;
use crate::survey::input_summary::{InputSummary, StoredDigest};
use crate::survey::worker::WorkerSurvey;
use crate::survey::worker_anomalies::InvalidFacts;

/// The inputs with those that were collected in the place of histories that were read to their end.
pub fn expand(histories: &Histories, inputs: Vec<InputSummary>) -> Vec<InputSummary> {
    let is_read = |input: &InputSummary| histories.is_history(input.index) && input.error.is_none();
    let collected =
        if inputs.iter().any(is_read) { histories.collected().map(summary).collect() } else { Vec::new() };
    inputs.into_iter().filter(|input| !is_read(input)).chain(collected).collect()
}

/// Adds the invalid lines of inputs that were collected.
pub fn add_invalid_lines(histories: &Histories, worker: &mut WorkerSurvey, plan: &Plan) {
    if plan.wants.anomalies.is_none() {
        return;
    }
    for input in histories.collected() {
        for CollectedError { line, code, message, hash, .. } in &input.invalid_lines {
            let place = worker.origins.place(&input.name, *line);
            let code = CODES.iter().find(|it| it.name == code).map_or("", |it| it.name);
            worker.add_invalid(InvalidFacts { message, code, key: hash.clone(), place }, plan);
        }
    }
}

/// The time of the latest event of an input; without events, it is before every other.
pub fn latest(input: &CollectedInput) -> Timestamp {
    range(input).map_or(Timestamp::MIN, |(_, last)| last)
}

fn range(input: &CollectedInput) -> Option<(Timestamp, Timestamp)> {
    let time = |text: &str| time::parse(text).map(|parsed| parsed.timestamp);
    let (first, last) = input.range.as_ref()?;
    time(first).zip(time(last))
}

fn summary(input: &CollectedInput) -> InputSummary {
    let CollectedInput { lines, valid, invalid, blank, without_impersonators, out_of_order, .. } = *input;
    InputSummary {
        name: input.name.clone(),
        index: usize::MAX,
        counts: Counts { lines, valid, invalid, blank, without_impersonators },
        times: Times::known(range(input), out_of_order),
        stored: Some(StoredDigest { bytes: input.bytes, sha256: input.sha256.clone() }),
        ..InputSummary::default()
    }
}
