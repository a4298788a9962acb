//! Tables as Markdown. No text of the log can break out of its cell.

use crate::formats::table::{Audience, Layout, TableFormat};
use crate::formats::{RenderOptions, cells};
use crate::reports::sheet::{Cell, Column};
use crate::text::display::escape_own;
use crate::text::escape;

/// Tables in GitHub's flavour of Markdown.
pub const MARKDOWN: TableFormat =
    TableFormat { name: "markdown", audience: Audience::People, layout: Layout::Text(header), row: cell_row };

fn header(columns: &[Column], options: &RenderOptions, out: &mut Vec<u8>) {
    if !options.header {
        return;
    }
    let rule = |column: &Column| if cells::is_amount(column.kind) { "---:" } else { "---" };
    let titles = columns.iter().map(|column| escape_own(column.title, options.charset));
    out.extend_from_slice(row(titles).as_bytes());
    out.extend_from_slice(row(columns.iter().map(rule)).as_bytes());
}

fn cell_row(cells: &[Cell<'_>], options: &RenderOptions, out: &mut Vec<u8>) {
    out.extend_from_slice(row(cells.iter().map(|cell| cells::longest(cell, options))).as_bytes());
}

/// Renders a row of texts, escaped.
pub fn row(texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut row = String::new();
    for text in texts {
        row.push_str("| ");
        row.push_str(&escape::markdown(text.as_ref()));
        row.push(' ');
    }
    row + "|\n"
}
