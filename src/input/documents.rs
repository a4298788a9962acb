//! Files that are JSON arrays, or objects one after another, however they are laid out.
//!
//! What is JSON is read by its grammar, and white space means nothing. Only where the grammar shows a fault
//! does indentation say where the next event begins: so that one missing brace does not swallow the rest,
//! an event that begins a line no deeper than the one before it did ends that one.

use super::grammar::{Grammar, Step, is_space};
use crate::model::diagnostics::Position;

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
    /// There is none.
    Outside,
    /// The last one has ended.
    Ended,
    Begun,
    /// An event was the last thing in it.
    Event,
    Comma,
}

/// Finds events, block by block.
pub struct Framer {
    max_line: usize,
    array: Array,
    /// Where the event begun last begins in the block; 0 when it began in an earlier one.
    start: Option<usize>,
    event: Begun,
    /// Bytes of that event that were dropped with earlier blocks.
    dropped: u64,
    scanned: usize,
    here: Cursor,
    /// Up to here in the block a fault was found, and indentation counts.
    faulty_until: usize,
    /// An event of this file had an object within it that began a line as an event does: indentation says
    /// nothing.
    is_loose: bool,
}

/// An event that was begun.
struct Begun {
    grammar: Grammar,
    origin: Position,
    /// It is no JSON.
    is_broken: bool,
    /// Within it, where it may, an object began a line as an event does.
    has_passed: bool,
}

/// A place in the file and what stands before it on its line.
#[derive(Clone, Copy)]
struct Cursor {
    line: u64,
    column: u64,
    /// The column of what stands first on the line.
    indent: Option<u64>,
    /// Nothing but the ends of other things was on the line.
    only_ends: bool,
}

/// What to do after a look at a byte.
enum Next {
    On,
    /// The event ends before this place, which may be before the byte.
    Ends(usize),
    /// The byte is a fault: look again from the beginning of the event.
    Again,
}

impl Framer {
    /// Events above `max_line` bytes are not kept.
    pub fn new(max_line: usize) -> Self {
        Self {
            max_line,
            array: Array::Outside,
            start: None,
            event: Begun::at(Position { line: 1, column: 1 }),
            dropped: 0,
            scanned: 0,
            here: Cursor { line: 1, column: 1, indent: None, only_ends: true },
            faulty_until: 0,
            is_loose: false,
        }
    }

    /// How many bytes are done with, and the events that end in them; the caller puts the rest
    /// before the next bytes.
    pub fn frame(&mut self, bytes: &[u8], is_last: bool) -> (usize, Vec<Record>) {
        let mut records = Vec::new();
        let mut at = self.scanned;
        loop {
            at += self.pass(bytes, at);
            let byte = bytes.get(at).copied();
            let next = match byte {
                Some(byte) => self.step(byte, bytes, at, &mut records),
                // An event that is not ended is no JSON either.
                None if is_last && self.may_look_again() => Next::Again,
                None => break,
            };
            match next {
                Next::Again => at = self.look_again(bytes, at),
                // The byte that ends an event from outside is looked at again on its own.
                Next::Ends(until) if until <= at => self.end(bytes, until, &mut records),
                Next::On | Next::Ends(_) => {
                    if let Next::Ends(until) = next {
                        self.end(bytes, until, &mut records);
                    }
                    self.here.advance(byte.unwrap_or_default());
                    at += 1;
                }
            }
        }
        if is_last {
            self.finish(bytes, &mut records);
            return (bytes.len(), records);
        }
        let rest = self.start.unwrap_or(bytes.len());
        if self.dropped > 0 || bytes.len() - rest > self.max_line {
            self.dropped += (bytes.len() - rest) as u64;
            (self.start, self.scanned, self.faulty_until) = (Some(0), 0, 0);
            return (bytes.len(), records);
        }
        // Without an event that ends here, the caller keeps an event begun where it is.
        let done = if records.is_empty() && self.start.is_some() { 0 } else { rest };
        self.start = self.start.map(|start| start - done);
        self.scanned = bytes.len() - done;
        self.faulty_until = self.faulty_until.saturating_sub(done);
        (done, records)
    }

    /// Goes over what nothing depends on, in strings and before what is indented, and returns how much there
    /// is; not beyond where an event gets too long.
    fn pass(&mut self, bytes: &[u8], at: usize) -> usize {
        let Some(start) = self.start else {
            return 0;
        };
        let limit =
            if self.may_look_again() { (start + self.max_line).clamp(at, bytes.len()) } else { bytes.len() };
        let rest = &bytes[at..limit];
        let length = if self.event.grammar.is_in_plain_text() {
            memchr::memchr3(b'"', b'\\', b'\n', rest).unwrap_or(rest.len())
        } else if self.here.indent.is_none() {
            rest.iter().take_while(|byte| **byte == b' ').count()
        } else {
            return 0;
        };
        let passed = &rest[..length];
        self.here.column += passed.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64;
        length
    }

    /// Looks at a byte.
    fn step(&mut self, byte: u8, bytes: &[u8], at: usize, records: &mut Vec<Record>) -> Next {
        let Some(start) = self.start else {
            self.outside(byte, at, records);
            return Next::On;
        };
        if self.event.grammar.depth() == 0 {
            return self.scalar(byte, bytes, start, at);
        }
        // What is longer cannot be kept until its end shows whether it is JSON.
        if at - start >= self.max_line && self.may_look_again() {
            return Next::Again;
        }
        if byte == b'{'
            && !self.event.grammar.in_string()
            && let Some(next) = self.object(start, at)
        {
            return next;
        }
        match self.event.grammar.step(byte) {
            Step::Fine => Next::On,
            Step::Complete => {
                self.is_loose |= self.event.has_passed && !self.event.is_broken;
                Next::Ends(at + 1)
            }
            Step::Fault | Step::BrokenEnd if self.may_look_again() => Next::Again,
            Step::BrokenEnd => Next::Ends(at + 1),
            Step::Fault => {
                self.event.is_broken = true;
                Next::On
            }
        }
    }

    /// Looks at a byte between events.
    fn outside(&mut self, byte: u8, at: usize, records: &mut Vec<Record>) {
        match (byte, self.array) {
            (b' ' | b'\t' | b'\r' | b'\n', _) => {}
            (b'[', Array::Outside | Array::Ended) => self.array = Array::Begun,
            (b']', Array::Begun | Array::Event) => self.array = Array::Ended,
            (b']', Array::Comma) => {
                records.push(self.misplaced(at, "`]`", "an event after the comma"));
                self.array = Array::Ended;
            }
            // A bracket that is not its end looked like it.
            (b',', Array::Ended) => {
                records.push(self.misplaced(at, "`,`", "nothing after the array"));
                self.array = Array::Comma;
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
                self.start = Some(at);
                self.event = Begun::at(Position { line: self.here.line, column: self.here.column });
                self.event.grammar.step(byte);
                // An array is no event, whatever is in it.
                self.event.is_broken = byte == b'[';
                self.array = match array {
                    Array::Outside | Array::Ended => Array::Outside,
                    _ => Array::Event,
                };
            }
        }
    }

    /// Looks at a byte after the beginning of what is neither an object nor an array.
    fn scalar(&mut self, byte: u8, bytes: &[u8], start: usize, at: usize) -> Next {
        let Begun { grammar, is_broken, .. } = &mut self.event;
        let ends = match byte {
            b'\n' => true,
            _ if grammar.in_string() => false,
            b',' | b']' => true,
            b'{' | b'[' => {
                let is_kept = at - start <= self.max_line && self.dropped == 0;
                let ends = is_kept && ends_before_object(&bytes[start..at]);
                *is_broken = !ends;
                ends
            }
            _ => false,
        };
        if ends {
            return Next::Ends(at);
        }
        grammar.step(byte);
        if byte == b'}' && !grammar.in_string() { Next::Ends(at + 1) } else { Next::On }
    }

    /// Where the event ends if the `{` at hand begins another one.
    fn object(&mut self, start: usize, at: usize) -> Option<Next> {
        let may_look_again = self.may_look_again();
        let Begun { grammar, origin, is_broken, has_passed } = &mut self.event;
        let Cursor { line, column, indent, only_ends } = self.here;
        let is_later = line > origin.line;
        let is_left = is_later && indent.unwrap_or(column) <= origin.column;
        let begins_anew = if grammar.takes_value() {
            if !is_left || indent.is_some() || self.is_loose {
                return None;
            }
            *has_passed |= self.dropped == 0 && at - start < self.max_line;
            *is_broken || at < self.faulty_until
        } else if may_look_again {
            return Some(Next::Again);
        } else if is_later && !self.is_loose {
            is_left && only_ends
        } else {
            // Here nothing but a comma may have been lost between two values.
            grammar.wants_key() && (is_left && only_ends || !is_later)
        };
        if !begins_anew {
            return None;
        }
        // The comma before it, if there is one, went with the event that was not closed.
        if self.array == Array::Event {
            self.array = Array::Comma;
        }
        Some(Next::Ends(at))
    }

    /// Whether the event at hand, which is no JSON, may have swallowed another one.
    fn may_look_again(&self) -> bool {
        self.start.is_some() && self.event.has_passed && !self.event.is_broken && !self.is_loose
    }

    /// Back to the beginning of the event, after which indentation counts up to the fault.
    fn look_again(&mut self, bytes: &[u8], fault: usize) -> usize {
        let start = self.start.unwrap_or(fault);
        self.faulty_until = fault;
        let origin = self.event.origin;
        self.event = Begun::at(origin);
        self.event.grammar.step(bytes[start]);
        // What stands before it on its line does not count for what is on later ones.
        self.here = Cursor { line: origin.line, column: origin.column, indent: None, only_ends: false };
        self.here.advance(bytes[start]);
        start + 1
    }

    /// The event ends, and space before `until` is not part of it.
    fn end(&mut self, bytes: &[u8], until: usize, records: &mut Vec<Record>) {
        let end = bytes[..until].trim_ascii_end().len().max(self.start.unwrap_or(until));
        records.push(self.record(end, until));
    }

    /// The file ends.
    fn finish(&mut self, bytes: &[u8], records: &mut Vec<Record>) {
        if self.start.is_some() {
            records.push(self.record(bytes.len(), bytes.len()));
        }
        if !matches!(self.array, Array::Outside | Array::Ended) {
            let expected = "`]` at the end of the array";
            records.push(self.misplaced(bytes.len(), "the end of the file", expected));
            self.array = Array::Outside;
        }
    }

    fn misplaced(&self, at: usize, found: &'static str, expected: &'static str) -> Record {
        Record {
            start: at,
            end: at,
            origin: Position { line: self.here.line, column: self.here.column },
            too_long: None,
            misplaced: Some(Misplaced { found, expected }),
        }
    }

    /// The event up to `end`. Space up to `until` counts for its length, since of what was dropped
    /// nobody knows any more whether it was space.
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

impl Begun {
    fn at(origin: Position) -> Self {
        Self { grammar: Grammar::default(), origin, is_broken: false, has_passed: false }
    }
}

impl Cursor {
    #[inline]
    fn advance(&mut self, byte: u8) {
        match byte {
            b'\n' => *self = Self { line: self.line + 1, column: 1, indent: None, only_ends: true },
            b' ' | b'\t' | b'\r' => self.column += 1,
            _ => {
                self.indent.get_or_insert(self.column);
                self.only_ends &= matches!(byte, b'}' | b']' | b',');
                self.column += u64::from(byte & 0xC0 != 0x80);
            }
        }
    }
}
