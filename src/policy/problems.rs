//! Errors and warnings about a file that the user maintains, each with its position.

use std::cell::{Cell, RefCell};
use std::fmt;

use crate::text::cut::piece;
use crate::text::position::{Position, PositionCursor};

/// Why a file was refused: each error as `file:line:column: message`, in the order of the file.
#[derive(Debug)]
pub struct InvalidFile(pub Vec<String>);

impl fmt::Display for InvalidFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for InvalidFile {}

/// Collects the problems of a file.
pub(super) struct Problems<'t> {
    /// Name of the file.
    name: &'t str,
    text: &'t str,
    cursor: Cell<PositionCursor>,
    /// Reasons to refuse the file, with their byte offsets.
    errors: RefCell<Vec<(usize, String)>>,
    /// Possible mistakes, with their 1-based lines.
    warnings: RefCell<Vec<(usize, String)>>,
    /// Reasons to refuse files that this one names, each with its position.
    elsewhere: RefCell<Vec<String>>,
}

impl<'t> Problems<'t> {
    pub(super) fn new(name: &'t str, text: &'t str) -> Self {
        let cursor = Cell::new(PositionCursor::new(Position::START));
        Self {
            name,
            text,
            cursor,
            errors: RefCell::default(),
            warnings: RefCell::default(),
            elsewhere: RefCell::default(),
        }
    }

    /// Adds a reason to refuse the file, at a byte offset.
    pub(super) fn error(&self, offset: usize, message: impl Into<String>) {
        self.errors.borrow_mut().push((offset, message.into()));
    }

    /// Where a text stands after the quotation marks at a byte offset, if it stands there as it is.
    pub(super) fn find(&self, offset: usize, text: &str) -> Option<usize> {
        let written = piece(self.text, offset, self.text.len());
        let marks = ["\"\"\"", "\'\'\'", "\"", "'"];
        let inner = marks.iter().find_map(|marks| written.strip_prefix(marks))?;
        let inner = if text.starts_with('\n') { inner } else { inner.trim_start_matches(['\r', '\n']) };
        inner.starts_with(text).then(|| self.text.len() - inner.len())
    }

    /// Adds reasons to refuse files that this one names.
    pub(super) fn elsewhere(&self, lines: Vec<String>) {
        self.elsewhere.borrow_mut().extend(lines);
    }

    /// Adds a possible mistake, at a byte offset.
    pub(super) fn warning(&self, offset: usize, message: String) {
        self.warnings.borrow_mut().push((self.line(offset), message));
    }

    /// The possible mistakes, with their 1-based lines.
    pub(super) fn warnings(&self) -> Vec<(usize, String)> {
        self.warnings.take()
    }

    /// The 1-based line of a byte offset.
    pub(super) fn line(&self, offset: usize) -> usize {
        self.position(offset).line as usize
    }

    fn position(&self, offset: usize) -> Position {
        let mut cursor = self.cursor.get();
        let position = cursor.move_to(self.text.as_bytes(), offset);
        self.cursor.set(cursor);
        position
    }

    /// Fails if the file has any error.
    pub(super) fn finish(&self) -> Result<(), InvalidFile> {
        let mut errors = self.errors.take();
        let elsewhere = self.elsewhere.take();
        if errors.is_empty() && elsewhere.is_empty() {
            return Ok(());
        }
        errors.sort();
        errors.dedup();
        let lines = errors.into_iter().map(|(offset, message)| {
            let Position { line, column } = self.position(offset);
            format!("{}:{line}:{column}: {message}", self.name)
        });
        Err(InvalidFile(lines.chain(elsewhere).collect()))
    }
}
