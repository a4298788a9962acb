//! What is wrong with a file that the user keeps, every problem with its place.

use std::cell::RefCell;
use std::fmt;

use crate::nearest::nearest;

/// A file was refused: each problem as `file:line:column: message`, in the order of the file.
#[derive(Debug)]
pub struct Refused(pub Vec<String>);

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for Refused {}

/// Problems of a file so far.
pub(super) struct Problems<'t> {
    /// Name of the file.
    name: &'t str,
    text: &'t str,
    /// By byte.
    found: RefCell<Vec<(usize, String)>>,
    /// What is no reason to refuse the file, by line.
    doubts: RefCell<Vec<(usize, String)>>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(name: &'t str, text: &'t str) -> Self {
        Self { name, text, found: RefCell::default(), doubts: RefCell::default() }
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
        place(self.text, at).0
    }

    /// Refuses the file if there is any.
    pub(super) fn settle(self) -> Result<(), Refused> {
        let mut found = self.found.into_inner();
        if found.is_empty() {
            return Ok(());
        }
        found.sort();
        found.dedup();
        let shown = found.into_iter().map(|(at, message)| {
            let (line, column) = place(self.text, at);
            format!("{}:{line}:{column}: {message}", self.name)
        });
        Err(Refused(shown.collect()))
    }
}

/// 1-based line of a byte, and 1-based column in characters.
pub(super) fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let start = memchr::memrchr(b'\n', before).map_or(0, |end| end + 1);
    let lines = memchr::memchr_iter(b'\n', before).count();
    let is_first_byte = |byte: &&u8| **byte & 0xC0 != 0x80;
    (lines + 1, before[start..].iter().filter(is_first_byte).count() + 1)
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
