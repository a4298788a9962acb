//! The table formats, one file each, listed here. They print the rows of `filter`, the tables of reports and verdicts,
//! and the diagnostics of `validate`.
//!
//! Two other outputs of rows have interfaces of their own. Aligned text ([`text`]) fits a page of rows together. JSON
//! ([`crate::formats::json_objects`]) escapes its keys once for many rows; a row of `filter` is not an object of cells
//! there, but the original line or a nested event.

pub mod grid;
pub mod markdown;
pub mod separated;
pub mod text;

use crate::formats::RenderOptions;
use crate::reports::sheet::{Cell, Column};

/// A table format. Rows are independent, so that many threads can render them and no table is held in memory. Bytes are
/// appended and cells are borrowed, as there may be millions of rows.
pub struct TableFormat {
    /// Name on the command line.
    pub name: &'static str,
    /// Who reads it.
    pub audience: Audience,
    /// Writes what precedes the rows.
    pub open: fn(&[Column], &RenderOptions, &mut Vec<u8>),
    /// Writes a row.
    pub row: fn(&[Cell<'_>], &RenderOptions, &mut Vec<u8>),
}

/// Who reads a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// People, who want what matters in easily readable form.
    People,
    /// Programs, which get everything unchanged from the log.
    Programs,
}

/// All table formats. Every command that prints tables offers all of them.
pub static TABLE_FORMATS: &[TableFormat] = &[separated::CSV, separated::TSV, markdown::MARKDOWN];
