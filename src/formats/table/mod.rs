//! Tables, and their formats: one file each, listed here. The rows of `filter`, the tables of reports and verdicts
//! and the diagnostics of `validate` are printed by the same ones.
//!
//! Two kinds of output have an interface of their own. Aligned text ([`text`]) fits a page of rows together. JSON
//! ([`crate::formats::json_objects`]) escapes its keys once for many rows, and a row of `filter` is not an object of
//! cells there but the original line or a nested event.

pub mod grid;
pub mod markdown;
pub mod separated;
pub mod text;

use crate::formats::RenderOptions;
use crate::reports::sheet::{Cell, Column};

/// A format of tables. Every row stands alone, so that many threads can render rows and nobody has to hold a table;
/// bytes are appended, and cells are borrowed, as there may be millions of rows.
pub struct TableFormat {
    /// Name on the command line.
    pub name: &'static str,
    /// Who reads it.
    pub audience: Audience,
    /// Writes what comes before the rows.
    pub open: fn(&[Column], &RenderOptions, &mut Vec<u8>),
    /// Writes a row.
    pub row: fn(&[Cell<'_>], &RenderOptions, &mut Vec<u8>),
}

/// Who reads a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// People want what matters, and texts that are easy to read.
    People,
    /// Programs are given everything, as the log has it.
    Programs,
}

/// Every format of tables. Each command that prints tables offers all of them.
pub static TABLE_FORMATS: &[TableFormat] = &[separated::CSV, separated::TSV, markdown::MARKDOWN];
