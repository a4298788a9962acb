//! Events as rows of aligned text.

use anstyle::{AnsiColor, Style};
use chrono_tz::Tz;

use crate::formats::RenderOptions;
use crate::formats::rows::View;
use crate::formats::rows::columns::{EventColumn, text};
use crate::formats::table::grid::{Forms, GridColumn, GridRow};
use crate::formats::table::text::render;
use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::operation::{Emphasis, Operation};
use crate::text::display::escape_log;
use crate::text::width::Cut;

/// When rows of aligned text are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flush {
    /// When a page is full.
    Pages,
    /// As soon as the rows of a block have arrived.
    Blocks,
}

/// A table that is rendered page by page.
pub struct AlignedTable {
    columns: Vec<GridColumn>,
    /// The header of the latest page and the rule below it.
    head: String,
    /// The titles of columns that the latest page hides for lack of room.
    pub hidden: Vec<String>,
}

impl AlignedTable {
    /// A table without rows so far.
    pub fn new(view: &View) -> Self {
        let columns = view.columns.iter().map(|column| grid_column(column, view.options.zone)).collect();
        Self { columns, head: String::new(), hidden: Vec::new() }
    }

    /// Renders the next page. If pages are as short as what arrives at once, a header is left out that is the same as
    /// that of the page before.
    pub fn page(&mut self, rows: &[GridRow], view: &View, flush: Flush) -> String {
        let table = render(&self.columns, rows, &view.options);
        self.hidden = table.hidden;
        if flush == Flush::Pages || !view.options.header {
            return table.text;
        }
        let head: String = table.text.split_inclusive('\n').take(HEAD_LINES).collect();
        let last = std::mem::replace(&mut self.head, head);
        match table.text.strip_prefix(&last) {
            Some(rest) if !last.is_empty() => rest.to_owned(),
            _ => table.text,
        }
    }
}

/// The header and the rule below it.
const HEAD_LINES: usize = 2;

/// Renders the cells of an event.
pub fn grid_row(view: &View, event: &Event<'_>) -> GridRow {
    let RenderOptions { zone, charset, .. } = view.options;
    let cells = view.columns.iter().map(|column| match column.candidates {
        [Attribute::Time] => Forms::from([event.time.to_the_second(zone), event.time.to_the_minute(zone)]),
        _ => column.value(event).map_or_else(Forms::default, |value| escape_log(text(value), charset).into()),
    });
    GridRow { cells: cells.collect(), style: color(event.operation) }
}

/// The colour of a row; changes stand out.
fn color(operation: Operation) -> Style {
    let color = match operation.info().emphasis {
        Emphasis::Bad => AnsiColor::Red,
        Emphasis::Warning => AnsiColor::Yellow,
        Emphasis::Good => AnsiColor::Green,
        Emphasis::Notice => AnsiColor::Cyan,
        Emphasis::Plain => return Style::new(),
    };
    color.on_default()
}

/// The column of an aligned table, with its behaviour in a narrow terminal.
fn grid_column(column: &EventColumn, zone: Tz) -> GridColumn {
    let name = column.name;
    let (cut, min) = match name {
        name if name.ends_with("id") => (Cut::Middle, 10),
        "operation" => (Cut::End, usize::MAX),
        "organization" => (Cut::Middle, 9),
        "connection" => (Cut::Middle, 10),
        "ip" => (Cut::Middle, 15),
        "page" | "connection.name" | "action" => (Cut::Middle, 12),
        "type" | "connection.type" => (Cut::End, 10),
        "actor" => (Cut::End, 8),
        _ => (Cut::End, 10),
    };
    // Times in other zones show their offset.
    let title = if name == "time" && zone == Tz::UTC { "time (UTC)" } else { name };
    GridColumn { title: title.to_owned(), cut, min, rank: column.rank, to_right: false }
}
