//! Writes histories: every event of the inputs once, as columns that other programs read as well, with what is needed to
//! judge it later as if its input were at hand.

mod groups;
mod merge;
mod names;
mod rows;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Seek, Write};
use std::ops::ControlFlow;

use anyhow::{Context, Result};
use chrono_tz::Tz;
use sha2::Digest;

use crate::columnar::Writer;
use crate::history::groups::{Groups, RowKind, Scratch};
use crate::history::rows::{NewRow, Rows};
use crate::input::Meter;
use crate::input::history::History;
use crate::input::history::columns::SCHEMA;
use crate::input::history::metadata::{CollectedError, CollectedInput, KEY, Metadata, VERSION};
use crate::model::diagnostic::{Diagnostic, Level};
use crate::model::event::Event;
use crate::model::operation::Operation;
use crate::scan::order::ScanItem;
use crate::scan::record::Fold;
use crate::scan::{Counts, Record, ScanJob, scan};
use crate::survey::file_times::Times;
use crate::survey::input_summary::InputSummary;
use crate::survey::line_hash;
use crate::text::hex::hex;

/// What a history was made of.
pub struct Collection {
    /// The inputs that were read, in the order given.
    pub inputs: Vec<InputSummary>,
    /// How many different events the history has.
    pub events: u64,
    /// The inputs that it has the events of; none if it is not complete.
    pub collected: Vec<CollectedInput>,
}

/// The rows of a block.
#[derive(Default)]
struct BlockRows {
    kinds: [Rows; 2],
    times: Times,
    errors: Vec<CollectedError>,
    first_error: Option<Diagnostic>,
    /// The canonical form of the content of the event at hand.
    form: String,
}

impl Fold for BlockRows {
    fn weight(&self) -> usize {
        const ROW_BYTES: usize = 400;
        (self.kinds[0].len() + self.kinds[1].len()) * ROW_BYTES
    }
}

/// An input as far as it is read.
#[derive(Default)]
struct Progress {
    summary: InputSummary,
    errors: Vec<CollectedError>,
}

/// Reads the inputs and writes a history of their events to `out`; nothing is complete if an input is not read to its end.
/// `scratch` is an empty file for what is written while more may come, and `progress` is told of every block.
///
/// The settings of the job have to ask for digests, and its meter for hashes.
pub fn write<W: Write + Send>(
    job: &ScanJob<'_>,
    scratch: File,
    out: W,
    mut progress: impl FnMut(),
) -> Result<Collection> {
    let mut inputs: Vec<Progress> = job.inputs.iter().map(|_| Progress::default()).collect();
    let mut groups =
        Groups::new(Writer::new(BufWriter::new(scratch), SCHEMA.clone()).context("beginning a history")?);
    scan(job, add_record, |item| {
        match item {
            ScanItem::Block { input, line_base, counts, value } => {
                progress();
                for (kind, rows) in [RowKind::Changes, RowKind::Others].into_iter().zip(&value.kinds) {
                    groups.add(kind, rows, (&job.inputs[input].name, line_base))?;
                }
                inputs[input].add(counts, value, line_base);
            }
            ScanItem::End { input, error } => inputs[input].summary.error = error,
        }
        Ok(ControlFlow::Continue(()))
    })?;
    let events = groups.events();
    let is_whole = inputs.iter().all(|input| input.summary.error.is_none());
    let mut collected = Vec::new();
    if is_whole {
        let metadata = metadata(job, &inputs)?;
        let described = |changes| {
            let metadata = Metadata { changes: Some(changes), ..metadata.clone() };
            Ok((KEY.to_owned(), serde_json::to_string(&metadata).context("describing the history")?))
        };
        complete(groups.finish(described)?, out)?;
        collected = metadata.inputs;
    }
    Ok(Collection { inputs: inputs.into_iter().map(|input| input.summary).collect(), events, collected })
}

/// Takes over what is written, with the places that came later.
fn complete<W: Write + Send>(
    Scratch { out: scratch, late }: Scratch<BufWriter<File>>,
    mut out: W,
) -> Result<()> {
    let mut scratch =
        scratch.into_inner().map_err(io::IntoInnerError::into_error).context("writing a history")?;
    scratch.rewind().context("reading what was written")?;
    if late.is_empty() {
        io::copy(&mut scratch, &mut out).context("writing a history")?;
        return Ok(());
    }
    merge::with_places(scratch, &late, out)
}

fn add_record(block: &mut BlockRows, record: &mut Record<'_>) {
    let Some(event) = &record.event else {
        let mut errors = record.diagnostics.iter().filter(|it| it.code.level == Level::Error);
        if let Some(error) = errors.next() {
            block.errors.push(CollectedError {
                line: record.line,
                code: error.code.name.to_owned(),
                message: error.message.clone(),
                hash: line_hash(record.raw),
            });
            block.first_error.get_or_insert_with(|| error.clone());
        }
        return;
    };
    block.times.add(event.time);
    let digest = event.digest(&mut block.form).expect("the job asks for digests");
    let is_change = is_change(event);
    let kind = if is_change { RowKind::Changes } else { RowKind::Others };
    block.kinds[kind as usize].push(&NewRow {
        event,
        diagnostics: &record.diagnostics,
        digest,
        line: record.line,
        is_change,
    });
}

/// Whether reports about changes need an event.
fn is_change(event: &Event<'_>) -> bool {
    event.operation.is_change_or_link()
        || matches!(event.operation, Operation::KeyExpiring | Operation::Impersonated)
}

impl Progress {
    /// Adds a block, before which so many lines come.
    fn add(&mut self, counts: Counts, block: BlockRows, line_base: u64) {
        let in_input = |error: CollectedError| CollectedError { line: error.line + line_base, ..error };
        self.errors.extend(block.errors.into_iter().map(in_input));
        self.summary.add((counts, block.times), block.first_error, line_base);
    }
}

/// What the history says of itself: of its own inputs, and of those of histories among them.
fn metadata(job: &ScanJob<'_>, inputs: &[Progress]) -> Result<Metadata> {
    let mut collected = BTreeMap::new();
    for (index, (input, progress)) in job.inputs.iter().zip(inputs).enumerate() {
        let of_input = match History::of(input).with_context(|| format!("reading {}", input.name))? {
            Some(history) => history.metadata.inputs,
            None => vec![collected_input(&input.name, job.meter, index, progress)],
        };
        collected
            .extend(of_input.into_iter().map(|input| ((input.name.clone(), input.sha256.clone()), input)));
    }
    let tool = format!("{} {}", env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    Ok(Metadata { version: VERSION, tool, inputs: collected.into_values().collect(), changes: None })
}

fn collected_input(name: &str, meter: &Meter, index: usize, progress: &Progress) -> CollectedInput {
    let digest = meter.digest(index).unwrap_or_default();
    let Counts { lines, valid, invalid, blank, without_impersonators } = progress.summary.counts;
    let text = |time: crate::model::time::Timestamp| time.rfc3339(Tz::UTC);
    CollectedInput {
        name: name.to_owned(),
        sha256: hex(&digest.sha256.unwrap_or_default().finalize()),
        bytes: digest.bytes,
        lines,
        valid,
        invalid,
        blank,
        without_impersonators,
        out_of_order: progress.summary.times.out_of_order,
        range: progress.summary.times.range.map(|(first, last)| (text(first), text(last))),
        invalid_lines: progress.errors.clone(),
    }
}
