//! Objects that span lines in a file of lines, as joining two exports leaves them.
//!
//! A line that is a whole object ends every object that began before it, so that a line that was cut off takes no
//! later event with it. Behind such a line a file can be cut without knowing what came before. An object that turns
//! out to be broken is scanned once more, and then ends where a line begins with another object.

use super::grammar::{Grammar, Step, trim_start};

/// What lines turn out to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// An object over several lines; its bytes, with the last line end.
    Object(usize),
    /// Lines that stand alone; their bytes.
    Lines(usize),
    /// An object that does not end in the lines at hand.
    Open,
}

impl Span {
    /// How many of the bytes it has.
    pub fn length(self, bytes: &[u8]) -> usize {
        match self {
            Self::Object(length) | Self::Lines(length) => length,
            Self::Open => bytes.len(),
        }
    }
}

/// The lines that end an object, besides the one with its closing brace and one with a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// A line that is a whole object.
    WholeObject,
    /// A line that begins with one.
    AnyObject,
}

/// An object that has begun.
#[derive(Default)]
pub struct OpenObject {
    grammar: Grammar,
    /// Bytes of it that were scanned, which are whole lines.
    scanned: usize,
}

impl OpenObject {
    /// Scans the lines after those scanned before; `bytes` are whole lines from its beginning.
    pub fn scan(&mut self, bytes: &[u8], limit: Limit, max_bytes: usize) -> Span {
        while self.scanned < bytes.len() {
            let start = self.scanned;
            let line = first_line(&bytes[start..]);
            self.scanned += line.len();
            let is_first = start == 0;
            let is_limit = match limit {
                _ if is_first => !trim_start(line).starts_with(b"{"),
                Limit::WholeObject => is_whole_object(line),
                Limit::AnyObject => line.starts_with(b"{"),
            };
            let alone = Span::Lines(if is_first { line.len() } else { start });
            if is_limit || start + line_content(line).len() > max_bytes {
                return alone;
            }
            let mut steps = line.iter().map(|byte| self.grammar.step(*byte)).enumerate();
            match steps.find(|(_, step)| *step != Step::Fine) {
                None => {}
                Some((last, Step::Complete)) if !is_first && trim_start(&line[last + 1..]).is_empty() => {
                    return Span::Object(self.scanned);
                }
                Some(_) => return alone,
            }
        }
        Span::Open
    }
}

/// Where the last line ends behind which no object is open; 0 if there is none. `open` is the object that begins with
/// `bytes`, and keeps its state from call to call.
pub fn last_boundary(bytes: &[u8], open: &mut OpenObject, max_bytes: usize) -> usize {
    let lines = memchr::memrchr(b'\n', bytes).map_or(0, |at| at + 1);
    let mut boundary = last_whole_object(&bytes[..lines], open.scanned);
    if boundary > 0 {
        *open = OpenObject::default();
    }
    while boundary < lines {
        match open.scan(&bytes[boundary..lines], Limit::WholeObject, max_bytes) {
            Span::Object(length) | Span::Lines(length) => boundary += length,
            Span::Open if boundary + max_bytes + 1 < bytes.len() => boundary = lines,
            Span::Open => return boundary,
        }
        *open = OpenObject::default();
    }
    boundary
}

/// Where the last line after `from` ends that is a whole object; 0 if there is none.
fn last_whole_object(lines: &[u8], from: usize) -> usize {
    let mut end = lines.len();
    while end > from {
        let start = memchr::memrchr(b'\n', &lines[..end - 1]).map_or(0, |at| at + 1);
        if is_whole_object(&lines[start..end]) {
            return end;
        }
        end = start;
    }
    0
}

/// Whether the line is an object from its first column on: an indented one may be part of another.
fn is_whole_object(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    if !(line.starts_with(b"{") && line.ends_with(b"}")) {
        return false;
    }
    let mut grammar = Grammar::default();
    let mut steps = line.iter().map(|byte| grammar.step(*byte)).enumerate();
    steps.find(|(_, step)| *step != Step::Fine) == Some((line.len() - 1, Step::Complete))
}

/// The first of the lines, with its end.
pub fn first_line(bytes: &[u8]) -> &[u8] {
    &bytes[..memchr::memchr(b'\n', bytes).map_or(bytes.len(), |at| at + 1)]
}

/// A line without its end.
pub fn line_content(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    line.strip_suffix(b"\r").unwrap_or(line)
}
