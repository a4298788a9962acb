//! The lines of a block, read one after another and folded into one value.
//!
//! Here the fast path is tried first; a line it declines goes the slow way and teaches its shape.

use std::ops::Range;

use crate::input::{Block, Form, Misplaced, objects};
use crate::model::diagnostic::{Diagnostic, NOT_JSON};
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
                        folder.read_slow(raw, raw, record.origin, Holds::One);
                    }
                }
            }
        }
    }
    folder.folded
}

/// Fits the first cache of a processor, with room for the shapes.
const CACHEFUL_BYTES: usize = 1 << 14;

/// What a line may hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holds {
    One,
    /// Several objects, perhaps.
    Any,
}

struct Folder<'b, T, F> {
    folded: Folded<T>,
    reading: Reading,
    each: F,
    reader: &'b mut LineReader,
}

impl<T, F: FnMut(&mut T, &mut Record<'_>)> Folder<'_, T, F> {
    /// Goes over the lines a cacheful at a time: reading finds it where the check of UTF-8
    /// left it.
    fn lines(&mut self, bytes: &[u8]) {
        let mut rest = bytes;
        while !rest.is_empty() {
            let window = &rest[..rest.len().min(CACHEFUL_BYTES)];
            let end = memchr::memrchr(b'\n', window)
                .or_else(|| memchr::memchr(b'\n', rest))
                .map_or(rest.len(), |at| at + 1);
            let (cache_chunk, after) = rest.split_at(end);
            self.cache_chunk(cache_chunk);
            rest = after;
        }
    }

    /// UTF-8 is checked once for as many lines as possible; a line that is not goes alone.
    fn cache_chunk(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let valid = match simdutf8::compat::from_utf8(bytes) {
                Ok(text) => return self.text(text),
                Err(error) => error.valid_up_to(),
            };
            let start = memchr::memrchr(b'\n', &bytes[..valid]).map_or(0, |at| at + 1);
            let (good, rest) = bytes.split_at(start);
            self.text(std::str::from_utf8(good).unwrap_or_default());
            let end = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
            let (bad, after) = rest.split_at(end);
            self.line(bad);
            bytes = after;
        }
    }

    fn text(&mut self, text: &str) {
        let mut start = 0;
        while start < text.len() {
            start = self.read_fast(text, start).unwrap_or_else(|| {
                let rest = &text.as_bytes()[start..];
                let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |at| at + 1);
                self.line(&rest[..length]);
                start + length
            });
        }
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

    fn line(&mut self, raw: &[u8]) {
        self.folded.line_count += 1;
        let line = raw.strip_suffix(b"\n").unwrap_or(raw);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r')) {
            self.folded.counts.lines += 1;
            self.folded.counts.blank += 1;
        } else {
            self.read_slow(raw, line, Position { line: self.folded.line_count, column: 1 }, Holds::Any);
        }
    }

    fn read_slow(&mut self, raw: &[u8], line: &[u8], origin: Position, holds: Holds) {
        let LineReader { scratch, shapes, .. } = &mut *self.reader;
        let read = reader::read(line, origin, &self.reading, scratch);
        let is_json = read.findings.iter().all(|finding| *finding.code != NOT_JSON);
        if !is_json
            && holds == Holds::Any
            && let Some(objects) = objects(line)
        {
            drop(read);
            return self.each_of(line, &objects, origin);
        }
        let counts = &mut self.folded.counts;
        counts.lines += 1;
        if read.event.is_some() {
            counts.valid += 1;
        } else {
            counts.invalid += 1;
        }
        let is_clean = read.findings.is_empty();
        let mut record = Record { raw, line: origin.line, event: read.event, findings: read.findings };
        (self.each)(&mut self.folded.value, &mut record);
        if is_clean && let Some(lesson) = scratch.lesson(line) {
            shapes.learn(&lesson);
        }
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
            self.read_slow(object, object, Position { column, ..origin }, Holds::One);
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
