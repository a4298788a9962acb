//! Tables for people: a grid as aligned text, coloured by row.

pub mod grid;

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, TableStyle};

use crate::formats::table::grid::{FittedGrid, GAP, GridColumn, GridRow};
use crate::text::display::to_ascii;
use crate::text::width::{Cut, cut};

/// How to print a table.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    /// Terminal columns; when there is none, a limit for each column alone.
    pub width: Option<usize>,
    /// Colour the rows.
    pub colors: bool,
    /// Print a header.
    pub header: bool,
    /// Print nothing but ASCII; cells are escaped already.
    pub ascii: bool,
}

/// A rendered table.
pub struct Rendered {
    /// Its lines.
    pub text: String,
    /// Titles of the columns that found no room.
    pub hidden: Vec<String>,
}

/// Renders rows as a table; every row is one line.
pub fn render(columns: &[GridColumn], rows: &[GridRow], style: Style) -> Rendered {
    let fitted = grid::fit(columns, rows, style.width);
    let hidden = (0..columns.len()).filter(|index| !fitted.shown.contains(index));
    let hidden = hidden.map(|index| columns[index].title.clone()).collect();
    let mut table = Table::new();
    table.load_style(TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_content_arrangement(ContentArrangement::Disabled);
    if style.header {
        table.set_header(header(columns, &fitted));
    }
    for row in rows {
        table.add_row(cells(columns, row, &fitted));
    }
    for (column, index) in table.column_iter_mut().zip(&fitted.shown) {
        if columns[*index].to_right {
            column.set_cell_alignment(CellAlignment::Right);
        }
        // The style's empty junction stands between two columns already.
        column.set_padding((0, u16::try_from(GAP - 1).unwrap_or(1)));
    }
    let mut text = String::new();
    let header_lines = if style.header { 2 } else { 0 };
    for (at, line) in table.lines().enumerate() {
        let line = line.trim_end();
        let line = if at == 1 && style.header { rule(line) } else { line };
        match rows.get(at.wrapping_sub(header_lines)) {
            Some(row) if style.colors => {
                text.push_str(&format!("{}{line}{}", row.style.render(), row.style.render_reset()));
            }
            _ => text.push_str(line),
        }
        text.push('\n');
    }
    Rendered { text: to_ascii(text, style.ascii), hidden }
}

/// The rule below the header, without the gap after the last column.
fn rule(line: &str) -> &str {
    line.get(..line.len().saturating_sub((GAP - 1) * '─'.len_utf8())).unwrap_or(line)
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
