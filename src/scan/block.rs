//! Reads the lines of a block one after another and folds them into one value.
//!
//! The fast path is tried first; a line that it declines is read the slow way, and its shape is learned.

use std::ops::Range;
use std::sync::Arc;

use crate::input::history::{Lines, Rows};
use crate::input::{
    self, Block, Form, Limit, Misplaced, OpenObject, Span, first_line, line_content, objects, trim_start,
};
use crate::model::diagnostic::Diagnostic;
use crate::model::diagnostics::{Position, join};
use crate::model::event::Event;
use crate::reader;
use crate::reader::shape::Shapes;
use crate::reader::{Listed, Reading, Scratch};
use crate::scan::record::{Counts, Folded, Record};
use crate::scan::rows::{RowIndexes, RowReader};
use crate::text::position::PositionCursor;

/// What a worker keeps from block to block.
#[derive(Default)]
pub struct LineReader {
    pub(super) scratch: Scratch,
    pub(super) shapes: Shapes,
    indexes: RowIndexes,
    pub(super) hits: u64,
}

impl LineReader {
    /// Lines that went the fast way so far.
    pub fn hits(&self) -> u64 {
        self.hits
    }
}

/// Reads every line of the block and hands it to `each`.
pub fn fold<T: Default>(
    block: &Block,
    reading: Reading,
    each: impl FnMut(&mut T, &mut Record<'_>),
    reader: &mut LineReader,
) -> Folded<T> {
    let mut folder = Folder {
        folded: Folded { value: T::default(), counts: Counts::default(), line_count: 0 },
        reading,
        each,
        reader,
        alone_until: 0,
        broken_until: 0,
    };
    match &block.form {
        Form::Lines => folder.lines(block.bytes()),
        Form::LongLine(bytes) => {
            folder.folded.line_count = 1;
            folder.too_long(*bytes, Position { line: 1, column: 1 });
        }
        Form::Records(records) => records.iter().for_each(|record| folder.record(block.bytes(), record)),
        Form::Table(table) => folder.table(block.bytes(), table),
        Form::Rows(rows) => folder.rows(rows),
    }
    folder.folded
}

/// Fits the L1 cache of a processor, with room for the shapes.
const CHUNK_BYTES: usize = 1 << 14;

/// What to do with a line that is not JSON.
#[derive(Clone, Copy, PartialEq, Eq)]
enum IfNotJson {
    Refuse,
    /// It may be several objects, or the beginning of one.
    Decline,
}

/// A line, or an object in or over several lines, before reading.
#[derive(Clone, Copy)]
struct RawLine<'a> {
    /// As it stands in the file, with its line end if it has one.
    raw: &'a [u8],
    /// Without its line end.
    content: &'a [u8],
    /// Where it begins.
    origin: Position,
}

pub(super) struct Folder<'b, T, F> {
    pub(super) folded: Folded<T>,
    pub(super) reading: Reading,
    pub(super) each: F,
    pub(super) reader: &'b mut LineReader,
    /// Up to here in the block every line stands alone: no object spans lines.
    alone_until: usize,
    /// Up to here an object is broken that seemed to span lines.
    broken_until: usize,
}

impl<T, F: FnMut(&mut T, &mut Record<'_>)> Folder<'_, T, F> {
    /// Reads the rows of a history. One that is not plain is read as its lines are.
    fn rows(&mut self, rows: &Arc<Rows>) {
        let mut indexes = std::mem::take(&mut self.reader.indexes);
        let mut reader = RowReader::new(rows, self.reading.max_line_bytes);
        let (mut lines, mut rendered) = (None, Vec::new());
        for row in 0..rows.len() {
            let is_read = reader.read(row, &mut indexes, |event| self.row_event(event));
            if !is_read && let Some(lines) = lines.get_or_insert_with(|| Lines::new(Arc::clone(rows))) {
                rendered.clear();
                lines.render(row, &mut rendered);
                self.lines(&rendered);
            }
        }
        self.reader.indexes = indexes;
    }

    fn row_event(&mut self, event: Event<'_>) {
        let folded = &mut self.folded;
        folded.line_count += 1;
        folded.counts.lines += 1;
        folded.counts.valid += 1;
        let line = folded.line_count;
        let mut record = Record { raw: &[], line, event: Some(event), diagnostics: Vec::new() };
        (self.each)(&mut folded.value, &mut record);
    }

    /// Reads what may span lines.
    fn record(&mut self, bytes: &[u8], record: &input::Record) {
        let origin = record.origin;
        match (record.too_long, record.misplaced) {
            (Some(bytes), _) => self.too_long(bytes, origin),
            (None, Some(Misplaced { found, expected })) => {
                self.refuse(reader::misplaced(found, expected, origin), origin);
            }
            (None, None) => {
                let raw = &bytes[record.start..record.end];
                self.read_slow(RawLine { raw, content: raw, origin }, IfNotJson::Refuse);
            }
        }
    }

    /// Goes over the lines in chunks that fit the cache: reading a chunk finds it there after the check of UTF-8.
    fn lines(&mut self, bytes: &[u8]) {
        let mut start = 0;
        while start < bytes.len() {
            let rest = &bytes[start..];
            let window = &rest[..rest.len().min(CHUNK_BYTES)];
            let length = memchr::memrchr(b'\n', window)
                .or_else(|| memchr::memchr(b'\n', rest))
                .map_or(rest.len(), |at| at + 1);
            start = self.cache_chunk(bytes, start, start + length);
        }
    }

    /// UTF-8 is checked once for as many lines as possible; a line that is not goes alone. Returns where the
    /// line after the last one read begins.
    fn cache_chunk(&mut self, bytes: &[u8], mut start: usize, end: usize) -> usize {
        while start < end {
            let chunk = &bytes[start..end];
            let valid = match simdutf8::compat::from_utf8(chunk) {
                Ok(text) => return self.text(bytes, start, text),
                Err(error) => error.valid_up_to(),
            };
            let good = memchr::memrchr(b'\n', &chunk[..valid]).map_or(0, |at| at + 1);
            let bad = start + good;
            start = self.text(bytes, start, std::str::from_utf8(&chunk[..good]).unwrap_or_default());
            if start <= bad {
                start = self.line(bytes, bad);
            }
        }
        start
    }

    /// Reads the lines of a text that begins at `start` of the block.
    fn text(&mut self, bytes: &[u8], start: usize, text: &str) -> usize {
        let mut at = 0;
        while at < text.len() {
            at = match self.read_fast(text, at) {
                Some(next) => next,
                None => self.line(bytes, start + at) - start,
            };
        }
        start + at
    }

    /// Reads a line by its shape and returns where the next one begins.
    #[inline(always)]
    fn read_fast(&mut self, text: &str, start: usize) -> Option<usize> {
        let LineReader { shapes, hits, .. } = &mut *self.reader;
        let hit = shapes.read(text, start, (self.reading.max_line_bytes, self.reading.least))?;
        let line_end = match &text.as_bytes()[hit.end..] {
            [b'\r', b'\n', ..] => 2,
            rest => usize::from(!rest.is_empty()),
        };
        let next = hit.end + line_end;
        *hits += 1;
        let folded = &mut self.folded;
        folded.line_count += 1;
        folded.counts.lines += 1;
        folded.counts.valid += 1;
        let raw = &text.as_bytes()[start..next];
        let mut record =
            Record { raw, line: folded.line_count, event: Some(hit.event), diagnostics: Vec::new() };
        (self.each)(&mut folded.value, &mut record);
        Some(next)
    }

    /// Reads the line that begins at `start`, or the object that begins there and spans lines, and returns
    /// where the next line begins.
    fn line(&mut self, bytes: &[u8], start: usize) -> usize {
        self.folded.line_count += 1;
        let rest = &bytes[start..];
        let raw = first_line(rest);
        let content = line_content(raw);
        let end = start + raw.len();
        if trim_start(content).is_empty() {
            self.folded.counts.lines += 1;
            self.folded.counts.blank += 1;
            return end;
        }
        let origin = Position { line: self.folded.line_count, column: 1 };
        let line = RawLine { raw, content, origin };
        if self.read_slow(line, IfNotJson::Decline) {
            return end;
        }
        if let Some(objects) = objects(content) {
            self.read_objects(line, &objects);
        } else if let Some(length) = self.object_over_lines(bytes, start) {
            let raw = &rest[..length];
            self.folded.line_count += memchr::memchr_iter(b'\n', raw.trim_ascii_end()).count() as u64;
            self.read_slow(RawLine { raw, content: line_content(raw), origin }, IfNotJson::Refuse);
            return start + length;
        } else {
            self.read_slow(line, IfNotJson::Refuse);
        }
        end
    }

    /// How long the object is that begins here and ends in a later line.
    fn object_over_lines(&mut self, bytes: &[u8], start: usize) -> Option<usize> {
        let max_bytes = self.reading.max_line_bytes;
        if start < self.alone_until {
            return None;
        }
        let mut span = Span::Open;
        if start >= self.broken_until {
            let rest = &bytes[start..];
            span = OpenObject::default().scan(rest, Limit::WholeObject, max_bytes);
            self.broken_until = start + span.length(rest);
        }
        let rest = &bytes[start..self.broken_until];
        if !matches!(span, Span::Object(_)) {
            span = OpenObject::default().scan(rest, Limit::AnyObject, max_bytes);
        }
        let length = span.length(rest);
        if matches!(span, Span::Object(_)) && !self.has_event_line(&rest[..length]) {
            return Some(length);
        }
        self.alone_until = start + length;
        None
    }

    /// Whether one of the lines is an event by itself: no object may swallow it.
    fn has_event_line(&mut self, lines: &[u8]) -> bool {
        let mut lines = lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let scratch = &mut self.reader.scratch;
        lines.any(|line| reader::has_event(line.strip_suffix(b",").unwrap_or(line), scratch))
    }

    /// Reads a line with all its diagnostics; `false` if it declined to.
    fn read_slow(&mut self, line: RawLine<'_>, if_not_json: IfNotJson) -> bool {
        let LineReader { scratch, shapes, .. } = &mut *self.reader;
        let RawLine { raw, content, origin } = line;
        let read = reader::read(content, origin, &self.reading, scratch);
        let is_too_long = content.len() > self.reading.max_line_bytes;
        if if_not_json == IfNotJson::Decline && !read.is_json && !is_too_long {
            return false;
        }
        let listed = read.listed;
        if !listed.is_empty() {
            self.read_listed(line, listed);
            return true;
        }
        let counts = &mut self.folded.counts;
        counts.lines += 1;
        if read.event.is_some() {
            counts.valid += 1;
        } else {
            counts.invalid += 1;
        }
        let is_clean = read.diagnostics.is_empty();
        let mut record = Record { raw, line: origin.line, event: read.event, diagnostics: read.diagnostics };
        (self.each)(&mut self.folded.value, &mut record);
        if is_clean && let Some(parsed) = scratch.parsed_line(content) {
            shapes.learn(&parsed);
        }
        true
    }

    /// Reads the events that a line holds one by one.
    fn read_listed(&mut self, line: RawLine<'_>, events: Vec<Listed>) {
        let parts = self.reading.parts;
        let within = std::mem::take(&mut self.reader.scratch.within);
        let mut cursor = PositionCursor::new(line.origin);
        for event in events {
            let origin = cursor.move_to(line.content, event.bytes.start);
            self.reader.scratch.within = join(&within, &event.path());
            self.reading.parts = event.parts(parts);
            let content = match &event.text {
                Some(text) => text.as_bytes(),
                None => &line.content[event.bytes],
            };
            self.read_slow(RawLine { raw: content, content, origin }, IfNotJson::Refuse);
        }
        self.reading.parts = parts;
        self.reader.scratch.within.clear();
    }

    /// Reads a line of several objects, as appending without a line end leaves one.
    fn read_objects(&mut self, line: RawLine<'_>, objects: &[Range<usize>]) {
        let mut column = line.origin.column;
        let mut counted = 0;
        for object in objects {
            let passed = &line.content[counted..object.start];
            column += passed.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64;
            counted = object.start;
            let object = &line.content[object.clone()];
            let origin = Position { column, ..line.origin };
            self.read_slow(RawLine { raw: object, content: object, origin }, IfNotJson::Refuse);
        }
    }

    fn too_long(&mut self, bytes: u64, origin: Position) {
        self.refuse(reader::too_long(bytes, origin, &self.reading), origin);
    }

    fn refuse(&mut self, diagnostic: Diagnostic, origin: Position) {
        self.folded.counts.lines += 1;
        self.folded.counts.invalid += 1;
        let mut record = Record { raw: &[], line: origin.line, event: None, diagnostics: vec![diagnostic] };
        (self.each)(&mut self.folded.value, &mut record);
    }
}
