//! Tables as aligned text, coloured by row.

use std::borrow::Cow;

use crate::formats::RenderOptions;
use crate::formats::table::grid::{self, FittedColumn, GAP, GridColumn, GridRow};
use crate::text::cut::truncate;
use crate::text::display::to_charset;
use crate::text::width::{self, Cut};

/// A rendered table.
pub struct Rendered {
    /// The lines of the table.
    pub text: String,
    /// The titles of columns hidden for lack of room.
    pub hidden: Vec<String>,
}

/// The number of rows that share column widths. Further rows begin a new page, so that tables of any length stream.
pub const PAGE_ROWS: usize = 1000;

/// Splits rows into pages.
pub fn pages<T>(mut rows: impl Iterator<Item = T>) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || {
        let page: Vec<_> = rows.by_ref().take(PAGE_ROWS).collect();
        (!page.is_empty()).then_some(page)
    })
}

/// Renders rows as a table, one line each. Their cells are already escaped.
pub fn render(columns: &[GridColumn], rows: &[GridRow], options: &RenderOptions) -> Rendered {
    let fitted = grid::fit(columns, rows, options.width);
    let is_hidden = |index: &usize| fitted.iter().all(|column| column.index != *index);
    let hidden = (0..columns.len()).filter(is_hidden).map(|index| columns[index].title.clone()).collect();
    let header = options.header.then(|| header(columns, &fitted));
    // One row after another.
    let texts: Vec<_> = rows.iter().flat_map(|row| cells(columns, row, &fitted)).collect();
    let mut widths = vec![1; fitted.len()];
    for row in header.iter().map(Vec::as_slice).chain(texts.chunks(fitted.len().max(1))) {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = cell.width.max(*widest);
        }
    }
    let to_right: Vec<_> = fitted.iter().map(|column| columns[column.index].to_right).collect();
    let mut text = String::new();
    if let Some(header) = &header {
        align(header, (&widths, &to_right), &mut text);
        let rule = "─".repeat(widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1));
        text.push_str(&format!("\n{rule}\n"));
    }
    for (row, cells) in rows.iter().zip(texts.chunks(fitted.len().max(1))) {
        if options.colors {
            text.push_str(&row.style.render().to_string());
        }
        align(cells, (&widths, &to_right), &mut text);
        if options.colors {
            text.push_str(&row.style.render_reset().to_string());
        }
        text.push('\n');
    }
    Rendered { text: to_charset(text, options.charset), hidden }
}

/// A cell that fits its column.
struct FittedCell<'t> {
    text: Cow<'t, str>,
    width: usize,
}

/// Appends cells as a line, without spaces at its end.
fn align(cells: &[FittedCell<'_>], (widths, to_right): (&[usize], &[bool]), line: &mut String) {
    let (start, mut gap) = (line.len(), 0);
    for ((cell, width), to_right) in cells.iter().zip(widths).zip(to_right) {
        let padding = width - cell.width;
        let (before, after) = if *to_right { (padding, 0) } else { (0, padding) };
        line.extend(std::iter::repeat_n(' ', gap + before));
        line.push_str(&cell.text);
        gap = GAP + after;
    }
    let length = line.get(start..).map_or(0, |added| added.trim_end().len());
    truncate(line, start + length);
}

fn header<'c>(columns: &'c [GridColumn], fitted: &[FittedColumn]) -> Vec<FittedCell<'c>> {
    fitted.iter().map(|column| fitted_cell(&columns[column.index].title, column.width, Cut::End)).collect()
}

fn cells<'r>(
    columns: &[GridColumn],
    row: &'r GridRow,
    fitted: &[FittedColumn],
) -> impl Iterator<Item = FittedCell<'r>> {
    fitted.iter().map(|column| {
        let text = row.cells[column.index].get(column.form);
        fitted_cell(text, column.width, columns[column.index].cut)
    })
}

fn fitted_cell(text: &str, width: usize, cut: Cut) -> FittedCell<'_> {
    let text = width::cut(text, width, cut);
    FittedCell { width: width::width(&text), text }
}
