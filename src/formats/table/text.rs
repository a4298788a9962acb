//! Tables as aligned text, coloured by row.

use unicode_width::UnicodeWidthStr;

use crate::formats::RenderOptions;
use crate::formats::table::grid::{self, FittedColumn, GAP, GridColumn, GridRow};
use crate::text::display::to_charset;
use crate::text::width::{Cut, cut};

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
    let rows: Vec<_> = rows.iter().map(|row| (row.style, cells(columns, row, &fitted))).collect();
    let all = || header.iter().chain(rows.iter().map(|(_, cells)| cells));
    let width_of = |at: usize| all().map(|cells| cells[at].width()).fold(1, usize::max);
    let widths: Vec<_> = (0..fitted.len()).map(width_of).collect();
    let to_right: Vec<_> = fitted.iter().map(|column| columns[column.index].to_right).collect();
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

/// Renders cells as a line.
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

fn header(columns: &[GridColumn], fitted: &[FittedColumn]) -> Vec<String> {
    let title = |column: &FittedColumn| cut(&columns[column.index].title, column.width, Cut::End);
    fitted.iter().map(title).collect()
}

fn cells(columns: &[GridColumn], row: &GridRow, fitted: &[FittedColumn]) -> Vec<String> {
    let cell = |column: &FittedColumn| {
        let text = grid::form_of(&row.cells[column.index], column.form);
        cut(text, column.width, columns[column.index].cut)
    };
    fitted.iter().map(cell).collect()
}
