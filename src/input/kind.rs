//! Whether a file holds one event a line, or documents to which line ends mean nothing.

use std::ops::Range;

use super::grammar::{Grammar, Step, is_space, trim_start};

/// What kind of file it is shows in so many bytes.
pub const DECIDING: usize = 1 << 16;

/// Whether a file that begins like this holds documents rather than lines, by its first value: it spans
/// lines, or shares its line with the next one. `None` if that takes more bytes than these; `is_all` says
/// that there are no more. Bytes after those that decide change nothing.
pub fn is_documents(bytes: &[u8], is_all: bool) -> Option<bool> {
    let is_cut = bytes.len() >= DECIDING;
    let bytes = trim_start(&bytes[..bytes.len().min(DECIDING)]);
    let is_over = is_cut || is_all;
    match bytes.first() {
        Some(b'{') => {}
        Some(first) => return Some(*first == b'['),
        None => return is_over.then_some(false),
    }
    let mut grammar = Grammar::default();
    let mut has_line_end = false;
    for (at, byte) in bytes.iter().enumerate() {
        match grammar.step(*byte) {
            Step::Fine => has_line_end |= *byte == b'\n',
            Step::Complete if has_line_end => return Some(true),
            Step::Complete => {
                let next = bytes[at + 1..].iter().find(|byte| **byte == b'\n' || !is_space(**byte));
                return next.map(|next| *next == b'{').or(is_over.then_some(false));
            }
            Step::Fault | Step::BrokenEnd => return is_broken_document(bytes, is_over),
        }
    }
    match (is_cut, is_all) {
        (true, _) => Some(has_line_end),
        (false, true) => is_broken_document(bytes, true),
        (false, false) => None,
    }
}

/// The same if the first value is broken: documents, if its first line stops inside of it, unless the next
/// line begins a new one.
fn is_broken_document(bytes: &[u8], is_over: bool) -> Option<bool> {
    let is_blank = |line: &&[u8]| trim_start(line).is_empty();
    let mut lines = bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| !is_blank(line));
    let mut next = || lines.next().filter(|line| line.ends_with(b"\n") || is_over);
    let mut grammar = Grammar::default();
    let (first, second) = (next(), next());
    let first = first.or(is_over.then_some(b""))?;
    for byte in first.strip_suffix(b"\n").unwrap_or(first) {
        grammar.step(*byte);
    }
    if grammar.depth() == 0 || grammar.in_string() {
        return Some(false);
    }
    let second = second.or(is_over.then_some(b"{}"))?;
    let begins_anew = second.first() == Some(&b'{') && (!grammar.takes_value() || objects(second).is_some());
    Some(!begins_anew)
}

/// Where the objects of a line are that has nothing but objects.
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
