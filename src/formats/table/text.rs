//! Tables as aligned text, coloured by row.

use unicode_width::UnicodeWidthStr;

use crate::formats::RenderOptions;
use crate::formats::table::grid::{self, FittedGrid, GAP, GridColumn, GridRow};
use crate::text::display::to_charset;
use crate::text::width::{Cut, cut};

/// A rendered table.
pub struct Rendered {
    /// Its lines.
    pub text: String,
    /// Titles of the columns that found no room.
    pub hidden: Vec<String>,
}

/// Rows that share column widths. Later ones begin a page of their own, so that a table of any length streams.
pub const PAGE_ROWS: usize = 1000;

/// The rows in pages.
pub fn pages<T>(mut rows: impl Iterator<Item = T>) -> impl Iterator<Item = Vec<T>> {
    std::iter::from_fn(move || {
        let page: Vec<_> = rows.by_ref().take(PAGE_ROWS).collect();
        (!page.is_empty()).then_some(page)
    })
}

/// Renders rows, whose cells are escaped already, as a table; every row is one line.
pub fn render(columns: &[GridColumn], rows: &[GridRow], options: &RenderOptions) -> Rendered {
    let fitted = grid::fit(columns, rows, options.width);
    let hidden = (0..columns.len()).filter(|index| !fitted.shown.contains(index));
    let hidden = hidden.map(|index| columns[index].title.clone()).collect();
    let header = options.header.then(|| header(columns, &fitted));
    let rows: Vec<_> = rows.iter().map(|row| (row.style, cells(columns, row, &fitted))).collect();
    let all = || header.iter().chain(rows.iter().map(|(_, cells)| cells));
    let widths: Vec<_> =
        (0..fitted.shown.len()).map(|at| all().map(|cells| cells[at].width()).fold(1, usize::max)).collect();
    let to_right: Vec<_> = fitted.shown.iter().map(|index| columns[*index].to_right).collect();
    let line = |cells: &[String]| aligned(cells, &widths, &to_right);
    let mut text = String::new();
    if let Some(header) = &header {
        let rule = "─".repeat(widths.iter().sum::<usize>() + GAP * widths.len().saturating_sub(1));
        text.push_str(&format!("{}\n{rule}\n", line(header)));
    }
    for (style, cells) in &rows {
        let line = line(cells);
        match options.colors {
            true => text.push_str(&format!("{}{line}{}\n", style.render(), style.render_reset())),
            false => text.extend([&line, "\n"]),
        }
    }
    Rendered { text: to_charset(text, options.charset), hidden }
}

/// Cells as a line.
fn aligned(cells: &[String], widths: &[usize], to_right: &[bool]) -> String {
    let mut line = String::new();
    let mut gap = 0;
    for ((cell, width), to_right) in cells.iter().zip(widths).zip(to_right) {
        let padding = width - cell.width();
        let (before, after) = if *to_right { (padding, 0) } else { (0, padding) };
        line.extend(std::iter::repeat_n(' ', gap + before));
        line.push_str(cell);
        gap = GAP + after;
    }
    line.trim_end().to_owned()
}

fn header(columns: &[GridColumn], fitted: &FittedGrid) -> Vec<String> {
    let shown = fitted.shown.iter().zip(&fitted.forms);
    shown.map(|(index, (_, width))| cut(&columns[*index].title, *width, Cut::End)).collect()
}

fn cells(columns: &[GridColumn], row: &GridRow, fitted: &FittedGrid) -> Vec<String> {
    let shown = fitted.shown.iter().zip(&fitted.forms);
    shown
        .map(|(index, (form, width))| {
            let text = grid::form_of(&row.cells[*index], *form);
            cut(text, *width, columns[*index].cut)
        })
        .collect()
}
