//! Files that are one JSON array, or pretty-printed objects one after another.
//!
//! Braces are balanced to find where an event ends, with two brakes so that one missing brace
//! does not swallow the rest: an event that begins a line no deeper than the one before it did
//! ends that one, and an event above the line limit is not kept.

use crate::sink::Origin;

/// An event in a block.
#[derive(Debug, PartialEq, Eq)]
pub struct Record {
    /// First byte in the block.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Where it begins in the file.
    pub origin: Origin,
    /// Its length in bytes, if it was too long to keep; `start` equals `end` then.
    pub too_long: Option<u64>,
    /// What the array has there instead of an event; `start` equals `end` then.
    pub misplaced: Option<Misplaced>,
}

/// A comma or bracket that is not where an array has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// What is there.
    pub found: &'static str,
    /// What should be.
    pub expected: &'static str,
}

/// How far an array of events is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Array {
    /// There is none, or it has ended.
    Outside,
    Begun,
    /// An event was the last thing in it.
    Event,
    Comma,
}

/// Whether a file that begins like this holds documents rather than lines.
pub fn is_documents(bytes: &[u8]) -> bool {
    let mut lines =
        bytes.split(|byte| *byte == b'\n').map(|line| line.trim_ascii_end()).filter(|line| !line.is_empty());
    let Some(first) = lines.next() else {
        return false;
    };
    match first.trim_ascii_start().first() {
        Some(b'[') => true,
        // A line that stops inside an object: pretty-printed, unless the next line begins a new one.
        Some(b'{') => is_open(first) && lines.next().is_some_and(|second| second.first() != Some(&b'{')),
        _ => false,
    }
}

/// Whether more bytes are needed to tell what kind of file begins like this.
pub fn is_undecided(bytes: &[u8]) -> bool {
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    match lines.next() {
        Some(first) => !first.ends_with(b"\n") || (is_open(first) && lines.next().is_none()),
        None => true,
    }
}

fn is_open(line: &[u8]) -> bool {
    let mut nesting = Nesting::default();
    for byte in line {
        nesting.step(*byte);
    }
    nesting.depth > 0 && !nesting.in_string
}

#[derive(Default)]
struct Nesting {
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Nesting {
    fn step(&mut self, byte: u8) {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            // No string goes on over a line end, so a lost quote costs one line only.
            if byte == b'\n' {
                (self.in_string, self.escaped) = (false, false);
            }
        } else {
            match byte {
                b'"' => self.in_string = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }
}

/// Finds events, block by block.
pub struct Framer {
    max_line: usize,
    nesting: Nesting,
    array: Array,
    /// Where the event begun last begins in the block; 0 when it began in an earlier one.
    start: Option<usize>,
    origin: Origin,
    /// Bytes of that event that were dropped with earlier blocks.
    dropped: u64,
    scanned: usize,
    line: u64,
    column: u64,
    only_space: bool,
}

impl Framer {
    /// Events above `max_line` bytes are not kept.
    pub fn new(max_line: usize) -> Self {
        Self {
            max_line,
            nesting: Nesting::default(),
            array: Array::Outside,
            start: None,
            origin: Origin { line: 1, column: 1 },
            dropped: 0,
            scanned: 0,
            line: 1,
            column: 1,
            only_space: true,
        }
    }

    /// How many bytes are done with, and the events that end in them; the caller puts the rest
    /// before the next bytes.
    pub fn frame(&mut self, bytes: &[u8], is_last: bool) -> (usize, Vec<Record>) {
        let mut records = Vec::new();
        for (at, byte) in bytes.iter().enumerate().skip(self.scanned) {
            if let Some(until) = self.step(*byte, at, &mut records) {
                let end = bytes[..until].trim_ascii_end().len().max(self.start.unwrap_or(until));
                records.push(self.finish(end, until));
                // The byte that ends an event from outside is looked at again on its own.
                if until <= at {
                    self.step(*byte, at, &mut records);
                }
            }
            self.advance(*byte);
        }
        if is_last {
            if self.start.is_some() {
                records.push(self.finish(bytes.len(), bytes.len()));
            }
            if self.array != Array::Outside {
                records.push(self.misplaced(
                    bytes.len(),
                    "the end of the file",
                    "`]` at the end of the array",
                ));
                self.array = Array::Outside;
            }
            return (bytes.len(), records);
        }
        let rest = self.start.unwrap_or(bytes.len());
        if self.dropped > 0 || bytes.len() - rest > self.max_line {
            self.dropped += (bytes.len() - rest) as u64;
            (self.start, self.scanned) = (Some(0), 0);
            return (bytes.len(), records);
        }
        // Without an event that ends here, the caller keeps an event begun where it is.
        let done = if records.is_empty() && self.start.is_some() { 0 } else { rest };
        self.start = self.start.map(|start| start - done);
        self.scanned = bytes.len() - done;
        (done, records)
    }

    /// Looks at a byte and returns where the event begun last ends, if this byte shows it.
    fn step(&mut self, byte: u8, at: usize, records: &mut Vec<Record>) -> Option<usize> {
        if self.start.is_none() {
            match (byte, self.array) {
                (b' ' | b'\t' | b'\r' | b'\n', _) => {}
                (b'[', Array::Outside) => self.array = Array::Begun,
                (b']', Array::Begun | Array::Event) => self.array = Array::Outside,
                (b']', Array::Comma) => {
                    records.push(self.misplaced(at, "`]`", "an event after the comma"));
                    self.array = Array::Outside;
                }
                (b',', Array::Event) => self.array = Array::Comma,
                (b',', Array::Begun | Array::Comma) => {
                    records.push(self.misplaced(at, "`,`", "an event before the comma"));
                    self.array = Array::Comma;
                }
                (_, array) => {
                    // Anything else is refused for itself.
                    if array == Array::Event && matches!(byte, b'{' | b'[') {
                        records.push(self.misplaced(at, "another event", "`,` between two events"));
                    }
                    self.begin(at);
                    self.nesting.step(byte);
                }
            }
            return None;
        }
        if !self.nesting.in_string {
            let begins_anew = byte == b'{'
                && self.only_space
                && self.line > self.origin.line
                && self.column <= self.origin.column;
            let is_scalar = self.nesting.depth == 0;
            // The comma before it, if there is one, went with the event that was not closed.
            if begins_anew && self.array == Array::Event {
                self.array = Array::Comma;
            }
            if begins_anew || (is_scalar && matches!(byte, b',' | b']' | b'\n')) {
                return Some(at);
            }
        }
        self.nesting.step(byte);
        let closes = matches!(byte, b'}' | b']') && self.nesting.depth == 0 && !self.nesting.in_string;
        closes.then_some(at + 1)
    }

    fn begin(&mut self, at: usize) {
        self.start = Some(at);
        self.origin = Origin { line: self.line, column: self.column };
        self.nesting = Nesting::default();
        if self.array != Array::Outside {
            self.array = Array::Event;
        }
    }

    fn misplaced(&self, at: usize, found: &'static str, expected: &'static str) -> Record {
        Record {
            start: at,
            end: at,
            origin: Origin { line: self.line, column: self.column },
            too_long: None,
            misplaced: Some(Misplaced { found, expected }),
        }
    }

    /// The event up to `end`. Space up to `until` counts for its length, since of what was dropped
    /// nobody knows any more whether it was space.
    fn finish(&mut self, end: usize, until: usize) -> Record {
        let start = self.start.take().unwrap_or(end);
        let length = self.dropped + (until - start) as u64;
        let too_long = (length > self.max_line as u64).then_some(length);
        self.dropped = 0;
        Record {
            start: if too_long.is_some() { end } else { start },
            end,
            origin: self.origin,
            too_long,
            misplaced: None,
        }
    }

    fn advance(&mut self, byte: u8) {
        if byte == b'\n' {
            (self.line, self.column, self.only_space) = (self.line + 1, 1, true);
        } else {
            self.column += u64::from(byte & 0xC0 != 0x80);
            self.only_space &= matches!(byte, b' ' | b'\t' | b'\r');
        }
    }
}
