//! What is wrong with a file that the user keeps, every problem with its place.

use std::cell::RefCell;
use std::fmt;
use std::iter;

use crate::text::suggest::nearest;

/// A file was refused: each problem as `file:line:column: message`, in the order of the file.
#[derive(Debug)]
pub struct InvalidFile(pub Vec<String>);

impl fmt::Display for InvalidFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for InvalidFile {}

/// Problems of a file so far.
pub(super) struct Problems<'t> {
    /// Name of the file.
    name: &'t str,
    text: &'t str,
    /// Bytes at which lines begin: every entry of a long list asks for its line.
    starts: Vec<usize>,
    /// By byte.
    found: RefCell<Vec<(usize, String)>>,
    /// What is no reason to refuse the file, by line.
    doubts: RefCell<Vec<(usize, String)>>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(name: &'t str, text: &'t str) -> Self {
        let line_count = memchr::memchr_iter(b'\n', text.as_bytes());
        let starts = iter::once(0).chain(line_count.map(|at| at + 1)).collect();
        Self { name, text, starts, found: RefCell::default(), doubts: RefCell::default() }
    }

    /// Adds a problem at a byte.
    pub(super) fn add(&self, at: usize, message: impl Into<String>) {
        self.found.borrow_mut().push((at, message.into()));
    }

    /// Adds at a byte what may be a mistake, and may be not.
    pub(super) fn doubt(&self, at: usize, message: String) {
        self.doubts.borrow_mut().push((self.line(at), message));
    }

    /// What may be mistakes, by 1-based line.
    pub(super) fn doubts(&self) -> Vec<(usize, String)> {
        self.doubts.take()
    }

    /// 1-based line of a byte.
    pub(super) fn line(&self, at: usize) -> usize {
        self.starts.partition_point(|start| *start <= at.min(self.text.len()))
    }

    /// Refuses the file if there is any.
    pub(super) fn settle(self) -> Result<(), InvalidFile> {
        let mut found = self.found.take();
        if found.is_empty() {
            return Ok(());
        }
        found.sort();
        found.dedup();
        // Worked out from the place before, as a line may have many.
        let (mut before, mut column) = (0, 1);
        let shown = found.into_iter().map(|(at, message)| {
            let (line, at) = (self.line(at), at.min(self.text.len()));
            let start = self.starts[line - 1];
            if before < start {
                (before, column) = (start, 1);
            }
            column += characters(&self.text.as_bytes()[before..at]);
            before = at;
            format!("{}:{line}:{column}: {message}", self.name)
        });
        Err(InvalidFile(shown.collect()))
    }
}

/// 1-based line of a byte, and 1-based column in characters.
pub(super) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let lines = memchr::memchr_iter(b'\n', before).count();
    (lines + 1, characters(&before[start..]) + 1)
}

fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count()
}

/// Says that a value is unknown, and what may have been meant.
pub(super) fn unknown<'k>(
    what: &str,
    value: &str,
    known: impl IntoIterator<Item = &'k str> + Clone,
) -> String {
    match nearest(value, known.clone()) {
        Some(near) => format!("no {what} `{value}`; did you mean `{near}`?"),
        None => {
            let known: Vec<_> = known.into_iter().collect();
            format!("no {what} `{value}`; there are {}", known.join(", "))
        }
    }
}
