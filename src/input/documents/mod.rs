//! Files that are JSON arrays, or objects one after another, however they are laid out.
//!
//! JSON is read by its grammar, and white space means nothing. Only where the grammar shows a fault does
//! indentation say where the next event begins, so that one missing brace does not take all later events with it.

mod array;
mod cursor;
mod recovery;

use self::array::{Array, Between};
use self::cursor::Cursor;
use super::grammar::{Grammar, Step, is_space};
use crate::model::diagnostics::Position;

pub use array::Misplaced;

/// An event in a block.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// First byte in the block.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Where it begins in the file.
    pub origin: Position,
    /// Its length in bytes, if it was too long to keep; `start` equals `end` then.
    pub too_long: Option<u64>,
    /// What the array has there instead of an event; `start` equals `end` then.
    pub misplaced: Option<Misplaced>,
}

/// Finds events, block by block.
pub struct Framer {
    max_line: usize,
    /// Those found in the block so far.
    records: Vec<Record>,
    array: Array,
    /// Where the open event begins in the block; 0 if it began in an earlier one.
    start: Option<usize>,
    event: OpenEvent,
    /// Bytes of that event that were dropped with earlier blocks.
    dropped: u64,
    scanned: usize,
    here: Cursor,
    /// Up to here in the block the open event is broken, and indentation counts.
    faulty_until: usize,
    /// A valid event of this file had an object that began a line as an event does.
    ignores_indentation: bool,
}

/// An event that has begun.
struct OpenEvent {
    grammar: Grammar,
    origin: Position,
    /// It is not JSON.
    is_broken: bool,
    /// Within it, where one may stand, an object began a line as an event does.
    has_object_at_margin: bool,
}

/// What to do after a byte was looked at.
enum Next {
    Continue,
    /// The event ends before this place, which may be before the byte.
    Ends(usize),
    /// The byte is a fault: begin again with the event.
    Rescan,
}

impl Framer {
    /// Events above `max_line` bytes are not kept.
    pub fn new(max_line: usize) -> Self {
        Self {
            max_line,
            records: Vec::new(),
            array: Array::Outside,
            start: None,
            event: OpenEvent::at(Position { line: 1, column: 1 }),
            dropped: 0,
            scanned: 0,
            here: Cursor::at_line(1),
            faulty_until: 0,
            ignores_indentation: false,
        }
    }

    /// How many bytes are done with, and the events that end in them; the caller puts the rest before the next
    /// bytes.
    pub fn frame(&mut self, bytes: &[u8]) -> (usize, Vec<Record>) {
        self.scan(bytes, self.scanned);
        let records = std::mem::take(&mut self.records);
        let rest = self.start.unwrap_or(bytes.len());
        if self.dropped > 0 || bytes.len() - rest > self.max_line {
            self.dropped += (bytes.len() - rest) as u64;
            (self.start, self.scanned, self.faulty_until) = (Some(0), 0, 0);
            return (bytes.len(), records);
        }
        // Without an event that ends here, the caller keeps an event that has begun where it is.
        let done = if records.is_empty() && self.start.is_some() { 0 } else { rest };
        self.start = self.start.map(|start| start - done);
        self.scanned = bytes.len() - done;
        self.faulty_until = self.faulty_until.saturating_sub(done);
        (done, records)
    }

    /// The events in the last bytes.
    pub fn finish(&mut self, bytes: &[u8]) -> Vec<Record> {
        self.scan(bytes, self.scanned);
        // An event that is not closed is not JSON either.
        while self.may_rescan() {
            let start = self.rescan(bytes, bytes.len());
            self.scan(bytes, start);
        }
        if self.start.is_some() {
            let record = self.record(bytes.len(), bytes.len());
            self.records.push(record);
        }
        if let Some(misplaced) = self.array.finish() {
            self.add_misplaced(bytes.len(), misplaced);
        }
        std::mem::take(&mut self.records)
    }

    /// Goes over the bytes from `at` on.
    fn scan(&mut self, bytes: &[u8], mut at: usize) {
        loop {
            at += self.pass(bytes, at);
            let Some(byte) = bytes.get(at).copied() else {
                return;
            };
            match self.step(byte, bytes, at) {
                Next::Rescan => at = self.rescan(bytes, at),
                // The byte that ends an event from outside is looked at again on its own.
                Next::Ends(until) if until <= at => self.end(bytes, until),
                next => {
                    if let Next::Ends(until) = next {
                        self.end(bytes, until);
                    }
                    self.here.advance(byte);
                    at += 1;
                }
            }
        }
    }

    /// Goes over bytes on which nothing depends, in strings and before what is indented, and returns how many there
    /// are; not beyond where an event gets too long.
    fn pass(&mut self, bytes: &[u8], at: usize) -> usize {
        let Some(start) = self.start else {
            return 0;
        };
        let limit =
            if self.may_rescan() { (start + self.max_line).clamp(at, bytes.len()) } else { bytes.len() };
        let rest = &bytes[at..limit];
        let length = if self.event.grammar.is_in_plain_text() {
            memchr::memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len())
        } else if self.here.indent.is_none() {
            rest.iter().take_while(|byte| **byte == b' ').count()
        } else {
            return 0;
        };
        self.here.pass(&rest[..length]);
        length
    }

    /// Looks at a byte.
    fn step(&mut self, byte: u8, bytes: &[u8], at: usize) -> Next {
        let Some(start) = self.start else {
            self.step_between(byte, at);
            return Next::Continue;
        };
        if self.event.grammar.depth() == 0 {
            return self.step_scalar(byte, &bytes[start..at], at);
        }
        // What is longer cannot be kept until its end shows whether it is JSON.
        if at - start >= self.max_line && self.may_rescan() {
            return Next::Rescan;
        }
        if byte == b'{'
            && !self.event.grammar.in_string()
            && let Some(next) = self.begins_event(start, at)
        {
            return next;
        }
        match self.event.grammar.step(byte) {
            Step::Fine => Next::Continue,
            Step::Complete => {
                self.ignores_indentation |= self.event.has_object_at_margin && !self.event.is_broken;
                Next::Ends(at + 1)
            }
            Step::Fault | Step::BrokenEnd if self.may_rescan() => Next::Rescan,
            Step::BrokenEnd => Next::Ends(at + 1),
            Step::Fault => {
                self.event.is_broken = true;
                Next::Continue
            }
        }
    }

    /// Looks at a byte between events.
    fn step_between(&mut self, byte: u8, at: usize) {
        match self.array.step(byte) {
            Between::Structure => {}
            Between::Misplaced(misplaced) => self.add_misplaced(at, misplaced),
            Between::Event(missing) => {
                if let Some(missing) = missing {
                    self.add_misplaced(at, missing);
                }
                self.start = Some(at);
                self.event = OpenEvent::at(self.here.position);
                self.event.grammar.step(byte);
                // An array is not an event, whatever is in it.
                self.event.is_broken = byte == b'[';
            }
        }
    }

    /// Looks at a byte after the beginning, `text`, of what is neither an object nor an array.
    fn step_scalar(&mut self, byte: u8, text: &[u8], at: usize) -> Next {
        let OpenEvent { grammar, is_broken, .. } = &mut self.event;
        let ends = match byte {
            b'\n' => true,
            _ if grammar.in_string() => false,
            b',' | b']' => true,
            b'{' | b'[' => {
                let is_kept = text.len() <= self.max_line && self.dropped == 0;
                let ends = is_kept && ends_before_object(text);
                *is_broken = !ends;
                ends
            }
            _ => false,
        };
        if ends {
            return Next::Ends(at);
        }
        grammar.step(byte);
        if byte == b'}' && !grammar.in_string() { Next::Ends(at + 1) } else { Next::Continue }
    }

    /// The event ends, and space before `until` is not part of it.
    fn end(&mut self, bytes: &[u8], until: usize) {
        let end = bytes[..until].trim_ascii_end().len().max(self.start.unwrap_or(until));
        let record = self.record(end, until);
        self.records.push(record);
    }

    fn add_misplaced(&mut self, at: usize, misplaced: Misplaced) {
        let (origin, misplaced) = (self.here.position, Some(misplaced));
        self.records.push(Record { start: at, end: at, origin, too_long: None, misplaced });
    }

    /// The event up to `end`. Space up to `until` counts for its length, as nobody knows whether what was dropped was
    /// space.
    fn record(&mut self, end: usize, until: usize) -> Record {
        let start = self.start.take().unwrap_or(end);
        let length = self.dropped + (until - start) as u64;
        let too_long = (length > self.max_line as u64).then_some(length);
        self.dropped = 0;
        Record {
            start: if too_long.is_some() { end } else { start },
            end,
            origin: self.event.origin,
            too_long,
            misplaced: None,
        }
    }
}

/// Whether what is neither an object nor an array is complete in itself, or the end of something lost.
fn ends_before_object(text: &[u8]) -> bool {
    let is_end = |byte: &u8| matches!(byte, b'}' | b']' | b',') || is_space(*byte);
    text.iter().all(is_end) || serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
}

impl OpenEvent {
    fn at(origin: Position) -> Self {
        Self { grammar: Grammar::default(), origin, is_broken: false, has_object_at_margin: false }
    }
}
