//! Whether a file holds one event a line, or documents in which line ends mean nothing.

use std::ops::Range;

use super::grammar::{Grammar, Step, is_space, trim_start};

/// The kind of a file is decided by at most so many bytes.
pub const DECIDING: usize = 1 << 16;

/// How much of a file is at hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// All of it.
    Whole,
    /// Its beginning.
    Beginning,
}

/// Whether a file that begins like this holds documents rather than lines, by its first value: it spans
/// lines, or shares its line with the next one. `None` if more bytes are needed to decide that. Bytes after those
/// that decide change nothing.
pub fn is_documents(bytes: &[u8], extent: Extent) -> Option<bool> {
    let is_cut = bytes.len() >= DECIDING;
    let bytes = trim_start(&bytes[..bytes.len().min(DECIDING)]);
    // More than that is never looked at.
    let extent = if is_cut { Extent::Whole } else { extent };
    let is_final = extent == Extent::Whole;
    match bytes.first() {
        Some(b'{') => {}
        Some(first) => return Some(*first == b'['),
        None => return is_final.then_some(false),
    }
    let mut grammar = Grammar::default();
    let mut has_line_end = false;
    for (at, byte) in bytes.iter().enumerate() {
        match grammar.step(*byte) {
            Step::Fine => has_line_end |= *byte == b'\n',
            Step::Complete if has_line_end => return Some(true),
            Step::Complete => {
                let next = bytes[at + 1..].iter().find(|byte| **byte == b'\n' || !is_space(**byte));
                return next.map(|next| *next == b'{').or(is_final.then_some(false));
            }
            Step::Fault | Step::BrokenEnd => return is_broken_document(bytes, extent),
        }
    }
    match extent {
        _ if is_cut => Some(has_line_end),
        Extent::Whole => is_broken_document(bytes, extent),
        Extent::Beginning => None,
    }
}

/// The same if the first value is broken: these are documents if its first line stops inside of it, unless the next
/// line begins a new one.
fn is_broken_document(bytes: &[u8], extent: Extent) -> Option<bool> {
    let is_final = extent == Extent::Whole;
    let is_blank = |line: &&[u8]| trim_start(line).is_empty();
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !is_blank(line));
    let mut next = || lines.next().filter(|line| line.ends_with(b"\n") || is_final);
    let mut grammar = Grammar::default();
    let (first, second) = (next(), next());
    let first = first.or(is_final.then_some(b""))?;
    for byte in first.strip_suffix(b"\n").unwrap_or(first) {
        grammar.step(*byte);
    }
    if grammar.depth() == 0 || grammar.in_string() {
        return Some(false);
    }
    let second = second.or(is_final.then_some(b"{}"))?;
    let begins_anew = second.first() == Some(&b'{') && (!grammar.takes_value() || objects(second).is_some());
    Some(!begins_anew)
}

/// Where the objects of a line are, if it has nothing else.
pub fn objects(line: &[u8]) -> Option<Vec<Range<usize>>> {
    let mut objects = Vec::new();
    let mut start = 0;
    loop {
        start = line.len() - trim_start(&line[start..]).len();
        match line.get(start) {
            Some(b'{') => {}
            Some(_) => return None,
            None => return Some(objects),
        }
        let mut grammar = Grammar::default();
        let mut steps = line[start..].iter().map(|byte| grammar.step(*byte));
        let (length, step) = (1..).zip(&mut steps).find(|(_, step)| *step != Step::Fine)?;
        if step != Step::Complete {
            return None;
        }
        objects.push(start..start + length);
        start += length;
    }
}
