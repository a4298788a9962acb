//! What is wrong with an expression, and where.

use std::fmt;
use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use crate::text::cut::piece;
use crate::text::display::{Charset, escape_own};
use crate::text::position::{Position, PositionCursor};

/// Why an expression was not understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The bytes of the expression that are meant.
    pub at: Range<usize>,
    /// What is wrong, and what to do.
    pub message: String,
}

impl Mistake {
    /// A mistake in these bytes.
    pub fn new(at: &Range<usize>, message: impl Into<String>) -> Self {
        Self { at: at.clone(), message: message.into() }
    }
}

/// An expression that was not understood, as an error.
#[derive(Debug)]
pub struct InvalidExpression {
    /// The expression.
    pub source: String,
    /// What is wrong with it.
    pub mistake: Mistake,
}

impl InvalidExpression {
    /// The line of the expression that is meant, with carets below what is wrong.
    pub fn excerpt(&self, charset: Charset) -> String {
        let Self { source, mistake: Mistake { at, .. } } = self;
        let before = piece(source, 0, at.start);
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let rest = piece(source, at.start, source.len());
        let end = rest.find('\n').map_or(source.len(), |length| at.start + length);
        let displayed = |from: usize, to: usize| escape_own(piece(source, from, to.max(from)), charset);
        let (indent, marked) =
            (displayed(start, at.start).width(), displayed(at.start, at.end.min(end)).width());
        let (line, indent, carets) = (displayed(start, end), " ".repeat(indent), "^".repeat(marked.max(1)));
        format!("   | {line}\n   | {indent}{carets}\n")
    }
}

impl fmt::Display for InvalidExpression {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut cursor = PositionCursor::new(Position::START);
        let Position { line, column } = cursor.move_to(self.source.as_bytes(), self.mistake.at.start);
        let line = if self.source.contains('\n') { format!("line {line}, ") } else { String::new() };
        write!(out, "{line}column {column}: {}", self.mistake.message)
    }
}

impl std::error::Error for InvalidExpression {}
