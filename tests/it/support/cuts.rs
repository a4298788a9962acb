//! One input cut into blocks in every way there is: what the blocks hold, and what a scan says about
//! them. Shared with the fuzz target.

use std::io::Read;
use std::ops::ControlFlow;

use ssoaudit::input::{Blocks, Form, Input, Meter, Sizes, Stream};
use ssoaudit::model::attribute::Attribute;
use ssoaudit::model::diagnostic::Level;
use ssoaudit::reader::{Digests, Parts, Reading};
use ssoaudit::scan::Fold;
use ssoaudit::scan::order::ScanItem;
use ssoaudit::scan::{Counts, HistoryForm, Record, ScanJob, Settings, scan};

/// Longer lines are refused.
pub const MOST_LINE_BYTES: usize = 8192;

/// Hands over a text in pieces of the given sizes, as a slow pipe would.
struct Trickle<'a> {
    rest: &'a [u8],
    sizes: Vec<usize>,
}

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let size = self.sizes.pop().unwrap_or(1 << 12).min(buffer.len()).min(self.rest.len());
        let (now, later) = self.rest.split_at(size);
        buffer[..size].copy_from_slice(now);
        self.rest = later;
        Ok(size)
    }
}

impl Stream for Trickle<'_> {}

/// The lines or events in blocks, in order; a line that was too long is its length in brackets.
pub fn pieces(text: &[u8], sizes: Sizes, arrivals: Vec<usize>, live: bool) -> Vec<Vec<u8>> {
    let reader = Trickle { rest: text, sizes: arrivals };
    let mut blocks = if live { Blocks::live(reader, sizes) } else { Blocks::new(reader, sizes) };
    let mut pieces = Vec::new();
    let mut buffer = Vec::new();
    while let Some(block) = blocks.next(&mut buffer).unwrap() {
        let too_long = |bytes: u64| format!("[{bytes}]").into_bytes();
        match &block.form {
            Form::Lines => {
                let lines = block.bytes().split_inclusive(|byte| *byte == b'\n').map(|line| {
                    let content = line.strip_suffix(b"\n").unwrap_or(line);
                    let content = content.strip_suffix(b"\r").unwrap_or(content);
                    if content.len() > sizes.max_line {
                        too_long(content.len() as u64)
                    } else {
                        line.to_vec()
                    }
                });
                pieces.extend(lines);
            }
            Form::LongLine(bytes) => pieces.push(too_long(*bytes)),
            Form::Records(records) => pieces.extend(records.iter().map(|record| match record.too_long {
                Some(bytes) => too_long(bytes),
                None if record.misplaced.is_some() => format!("{:?}", record.misplaced).into_bytes(),
                None => block.bytes()[record.start..record.end].to_vec(),
            })),
            Form::Table(_) => unreachable!("tables are not asked for"),
            Form::Rows(_) => unreachable!("bytes are no history"),
        }
        buffer = block.into_buffer();
    }
    pieces
}

/// What was said about lines. They weigh so much that readers have to wait for each other.
#[derive(Default)]
struct Rows(Vec<(u64, String)>);

impl Fold for Rows {
    fn weight(&self) -> usize {
        self.0.len() << 20
    }
}

/// Everything a scan says about an input, as text in order.
pub fn transcript(inputs: &[Input], threads: usize, block_bytes: usize) -> (Vec<String>, Counts) {
    let reading = Reading {
        source: None,
        least: Level::Notice,
        max_line_bytes: MOST_LINE_BYTES,
        parts: Parts::ALL,
        digests: Digests::Unwanted,
        mappings: &[],
    };
    let settings = Settings { threads, block_bytes, reading, histories: HistoryForm::Lines };
    let mut lines = Vec::new();
    let mut total = Counts::default();
    let each = |rows: &mut Rows, record: &mut Record<'_>| {
        let rows = &mut rows.0;
        let action =
            record.event.and_then(|event| event.text(Attribute::Action)).unwrap_or_default().into_owned();
        // A line that is too long is kept or not as blocks happen to fall.
        let raw = if record.raw.len() > MOST_LINE_BYTES { b"" } else { record.raw };
        rows.push((record.line, format!("{action} {}", String::from_utf8_lossy(raw))));
        let findings = record.diagnostics.iter();
        rows.extend(
            findings
                .map(|it| (it.line, format!("{}:{} {} {}", it.column, it.path, it.code.name, it.message))),
        );
    };
    scan(&ScanJob { inputs, settings, meter: &Meter::default() }, each, |piece| {
        match piece {
            ScanItem::Block { input, line_base, counts, value } => {
                total.merge(counts);
                lines.extend(
                    value.0.into_iter().map(|(line, text)| format!("{input}:{}:{text}", line + line_base)),
                );
            }
            ScanItem::End { input, error } => lines.push(format!("{input} ended: {error:?}")),
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    (lines, total)
}
