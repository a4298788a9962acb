//! One text read twice: each line the slow way, and the whole as a scan does it. Shared with the
//! fuzz target.

use ssoaudit::formats::rows::event_json;
use ssoaudit::input::{Blocks, Sizes};
use ssoaudit::model::diagnostic::Level;
use ssoaudit::model::diagnostics::Position;
use ssoaudit::reader;
use ssoaudit::reader::{Digests, Line, Parts, Reading, Scratch};
use ssoaudit::scan::{LineReader, Record, fold};
use ssoaudit::survey::duplicates::{ContentHashes, EventKey, content};
use ssoaudit::text::hex::hex;

/// How lines are read.
pub const READING: Reading = Reading {
    source: None,
    least: Level::Warning,
    max_line_bytes: 4000,
    parts: Parts::NONE,
    digests: Digests::Wanted,
    mappings: &[],
};

/// The same for those who do not want warnings.
pub const ERRORS_ONLY: Reading = Reading { least: Level::Error, ..READING };

/// Everything that can be told about a line: its event in full, and its findings.
fn told(line: u64, read: &Line<'_>) -> String {
    let mut event = Vec::new();
    if let Some(read) = &read.event {
        event_json::all(read, &[], &mut event);
        event.extend(format!(" at {:?}", read.time).into_bytes());
        for attribute in ssoaudit::model::attribute::ATTRIBUTES {
            let texts: Vec<_> = read.all(attribute.attribute).collect();
            event.extend(format!(" {texts:?}").into_bytes());
        }
        let says = content(read);
        event.extend(
            format!(" {says:x} {:?}", EventKey::of(read, &mut ContentHashes::default())).into_bytes(),
        );
        let mut form = String::new();
        let digest = read.digest(&mut form).map(|digest| hex(&digest));
        event.extend(format!(" {} {form}", digest.unwrap()).into_bytes());
    }
    format!("{line}: {} {:?}", String::from_utf8_lossy(&event), read.diagnostics)
}

/// Reads each line on its own, the slow way.
pub fn slowly(text: &[u8]) -> Vec<String> {
    slowly_as(READING, text)
}

/// The same with that reading.
pub fn slowly_as(reading: Reading, text: &[u8]) -> Vec<String> {
    let mut scratch = Scratch::default();
    let lines = text.split_inclusive(|byte| *byte == b'\n').zip(1..);
    let lines = lines.filter_map(|(raw, number)| {
        let line = raw.strip_suffix(b"\n").unwrap_or(raw);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let is_blank = line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r'));
        let origin = Position { line: number, column: 1 };
        (!is_blank).then(|| told(number, &reader::read(line, origin, &reading, &mut scratch)))
    });
    lines.collect()
}

/// Reads a block as a scan does, with the shapes the bench knows by now.
pub fn quickly(text: &[u8], bench: &mut LineReader) -> Vec<String> {
    quickly_as(READING, text, bench)
}

/// The same with that reading.
pub fn quickly_as(reading: Reading, text: &[u8], bench: &mut LineReader) -> Vec<String> {
    // One block, so that its line numbers are those of the text.
    let sizes = Sizes { block: text.len() + 1, max_line: reading.max_line_bytes };
    let mut blocks = Blocks::new(text, sizes);
    let mut lines = Vec::new();
    let mut buffer = Vec::new();
    while let Some(block) = blocks.next(&mut buffer).unwrap() {
        let each = |lines: &mut Vec<(u64, String)>, record: &mut Record<'_>| {
            let read = Line {
                event: record.event,
                diagnostics: std::mem::take(&mut record.diagnostics),
                is_json: true,
                listed: Vec::new(),
            };
            lines.push((record.line, told(record.line, &read)));
        };
        let folded = fold(&block, reading, each, bench);
        lines.extend(folded.value.into_iter().map(|(_, text)| text));
        buffer = block.into_buffer();
    }
    lines
}
