//! The table formats, one file each, listed here. They print the rows of `filter`, the tables of reports and verdicts,
//! and the diagnostics of `validate`.
//!
//! Two other outputs of rows have interfaces of their own. Aligned text ([`text`]) fits a page of rows together. JSON
//! ([`crate::formats::json_objects`]) escapes its keys once for many rows; a row of `filter` is not an object of cells
//! there, but the original line or a nested event.

pub mod columnar;
pub mod grid;
pub mod markdown;
pub mod output;
pub mod packed;
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
    /// What rendered rows become.
    pub layout: Layout,
    /// Renders a row.
    pub row: fn(&[Cell<'_>], &RenderOptions, &mut Vec<u8>),
}

/// What rendered rows become.
#[derive(Clone, Copy)]
pub enum Layout {
    /// A text, which begins with what this writes.
    Text(fn(&[Column], &RenderOptions, &mut Vec<u8>)),
    /// Columns of values in a file that is not text.
    Columns,
}

impl TableFormat {
    /// Writes what precedes the rows.
    pub fn open(&self, columns: &[Column], options: &RenderOptions, out: &mut Vec<u8>) {
        if let Layout::Text(open) = self.layout {
            open(columns, options, out);
        }
    }
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
pub static TABLE_FORMATS: &[TableFormat] =
    &[separated::CSV, separated::TSV, markdown::MARKDOWN, columnar::PARQUET];

/// Whether the format of this name is not text, so that it means nothing on a terminal.
pub fn is_binary(name: &str) -> bool {
    let is_meant = |format: &&TableFormat| format.name == name;
    TABLE_FORMATS.iter().find(is_meant).is_some_and(|format| matches!(format.layout, Layout::Columns))
}
