//! The lines of a block, read one after another and folded into one value.
//!
//! Here the fast path is tried first; a line it declines goes the slow way and teaches its shape.

use std::ops::Range;

use crate::input::{
    Block, Form, Limit, Misplaced, OpenObject, Span, first_line, line_content, objects, trim_start,
};
use crate::model::diagnostic::Diagnostic;
use crate::model::diagnostics::Position;
use crate::model::event::Event;
use crate::reader;
use crate::reader::shape::Shapes;
use crate::reader::{Reading, Scratch};

/// What a block's lines are folded into.
pub trait Fold: Default + Send + 'static {
    /// About how many bytes of memory it holds.
    fn weight(&self) -> usize;
}

/// A line with what became of it.
pub struct Record<'a> {
    /// The line as it stands in the file, with its line end if it has one.
    pub raw: &'a [u8],
    /// 1-based line in its block; see `ScanItem::Block`.
    pub line: u64,
    /// The event, if the line is valid.
    pub event: Option<Event<'a>>,
    /// What was found; lines are relative to the block as well.
    pub findings: Vec<Diagnostic>,
}

/// Lines by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines, or events where they may span lines.
    pub lines: u64,
    /// Lines that are an event.
    pub valid: u64,
    /// Lines with an error.
    pub invalid: u64,
    /// Lines of nothing but white space.
    pub blank: u64,
}

impl Counts {
    /// Adds another count to this one.
    pub fn merge(&mut self, other: Self) {
        self.lines += other.lines;
        self.valid += other.valid;
        self.invalid += other.invalid;
        self.blank += other.blank;
    }
}

/// What became of a block.
pub struct Folded<T> {
    /// What the lines were folded into.
    pub value: T,
    /// How many lines of which kind there were.
    pub counts: Counts,
    /// Lines of the file that the block covers; 0 where places are absolute already.
    pub line_count: u64,
}

/// What a worker keeps from block to block.
#[derive(Default)]
pub struct LineReader {
    scratch: Scratch,
    shapes: Shapes,
    hits: u64,
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
        apart_until: 0,
        broken_until: 0,
    };
    match &block.form {
        Form::Lines => folder.lines(block.bytes()),
        Form::LongLine(bytes) => {
            folder.folded.line_count = 1;
            folder.too_long(*bytes, Position { line: 1, column: 1 });
        }
        Form::Records(records) => {
            for record in records {
                match (record.too_long, record.misplaced) {
                    (Some(bytes), _) => folder.too_long(bytes, record.origin),
                    (None, Some(misplaced)) => {
                        let Misplaced { found, expected } = misplaced;
                        folder.refused(reader::misplaced(found, expected, record.origin), record.origin);
                    }
                    (None, None) => {
                        let raw = &block.bytes()[record.start..record.end];
                        folder.read_slow(raw, raw, record.origin, Unless::Never);
                    }
                }
            }
        }
    }
    folder.folded
}

/// Fits the first cache of a processor, with room for the shapes.
const CACHEFUL_BYTES: usize = 1 << 14;

/// When a line is left to be read otherwise.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Unless {
    Never,
    /// It may be several objects, or the beginning of one.
    NotJson,
}

struct Folder<'b, T, F> {
    folded: Folded<T>,
    reading: Reading,
    each: F,
    reader: &'b mut LineReader,
    /// Up to here in the block no object spans lines.
    apart_until: usize,
    /// Up to here an object is broken that was thought to span lines.
    broken_until: usize,
}

impl<T, F: FnMut(&mut T, &mut Record<'_>)> Folder<'_, T, F> {
    /// Goes over the lines a cacheful at a time: reading finds it where the check of UTF-8
    /// left it.
    fn lines(&mut self, bytes: &[u8]) {
        let mut start = 0;
        while start < bytes.len() {
            let rest = &bytes[start..];
            let window = &rest[..rest.len().min(CACHEFUL_BYTES)];
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
        let hit = shapes.read(text, start, self.reading.max_line_bytes)?;
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
            Record { raw, line: folded.line_count, event: Some(hit.event), findings: Vec::new() };
        (self.each)(&mut folded.value, &mut record);
        Some(next)
    }

    /// Reads the line that begins at `start`, or the object that begins there and spans lines, and returns
    /// where the next line begins.
    fn line(&mut self, bytes: &[u8], start: usize) -> usize {
        self.folded.line_count += 1;
        let rest = &bytes[start..];
        let raw = first_line(rest);
        let line = line_content(raw);
        let mut end = start + raw.len();
        if trim_start(line).is_empty() {
            self.folded.counts.lines += 1;
            self.folded.counts.blank += 1;
            return end;
        }
        let origin = Position { line: self.folded.line_count, column: 1 };
        if self.read_slow(raw, line, origin, Unless::NotJson) {
            return end;
        }
        if let Some(objects) = objects(line) {
            self.each_of(line, &objects, origin);
        } else if let Some(length) = self.object_over_lines(bytes, start) {
            let raw = &rest[..length];
            end = start + length;
            self.folded.line_count += memchr::memchr_iter(b'\n', raw.trim_ascii_end()).count() as u64;
            self.read_slow(raw, line_content(raw), origin, Unless::Never);
        } else {
            self.read_slow(raw, line, origin, Unless::Never);
        }
        end
    }

    /// How long the object is that begins here and ends in a later line.
    fn object_over_lines(&mut self, bytes: &[u8], start: usize) -> Option<usize> {
        let max_bytes = self.reading.max_line_bytes;
        if start < self.apart_until {
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
        self.apart_until = start + length;
        None
    }

    /// Whether one of the lines holds an event without the others: no object may take it along.
    fn has_event_line(&mut self, lines: &[u8]) -> bool {
        let mut lines = lines.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
        let scratch = &mut self.reader.scratch;
        lines.any(|line| reader::has_event(line.strip_suffix(b",").unwrap_or(line), scratch))
    }

    /// Reads a line, and returns whether it did.
    fn read_slow(&mut self, raw: &[u8], line: &[u8], origin: Position, unless: Unless) -> bool {
        let LineReader { scratch, shapes, .. } = &mut *self.reader;
        let read = reader::read(line, origin, &self.reading, scratch);
        if unless == Unless::NotJson && !read.is_json && line.len() <= self.reading.max_line_bytes {
            return false;
        }
        let counts = &mut self.folded.counts;
        counts.lines += 1;
        if read.event.is_some() {
            counts.valid += 1;
        } else {
            counts.invalid += 1;
        }
        let is_clean = read.diagnostics.is_empty();
        let mut record = Record { raw, line: origin.line, event: read.event, findings: read.diagnostics };
        (self.each)(&mut self.folded.value, &mut record);
        if is_clean && let Some(parsed) = scratch.parsed_line(line) {
            shapes.learn(&parsed);
        }
        true
    }

    /// Reads a line of several objects, as appending without a line end leaves one.
    fn each_of(&mut self, line: &[u8], objects: &[Range<usize>], origin: Position) {
        let mut column = origin.column;
        let mut counted = 0;
        for object in objects {
            let passed = &line[counted..object.start];
            column += passed.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64;
            counted = object.start;
            let object = &line[object.clone()];
            self.read_slow(object, object, Position { column, ..origin }, Unless::Never);
        }
    }

    fn too_long(&mut self, bytes: u64, origin: Position) {
        self.refused(reader::too_long(bytes, origin, &self.reading), origin);
    }

    fn refused(&mut self, finding: Diagnostic, origin: Position) {
        self.folded.counts.lines += 1;
        self.folded.counts.invalid += 1;
        let mut record = Record { raw: &[], line: origin.line, event: None, findings: vec![finding] };
        (self.each)(&mut self.folded.value, &mut record);
    }
}
