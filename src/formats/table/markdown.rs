//! Tables as Markdown. No text of the log can break out of its cell.

use std::borrow::Cow;

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
    let mut write = |part: &str| out.extend_from_slice(part.as_bytes());
    for cell in cells {
        write("| ");
        match cells::longest(cell, options) {
            // Nothing of it had to be escaped, so that need not be asked again.
            Cow::Borrowed(text) => escape::write_markdown_signs(text, &mut write),
            Cow::Owned(text) => escape::write_markdown(&text, &mut write),
        }
        write(" ");
    }
    write("|\n");
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
