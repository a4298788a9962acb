//! From events to printed rows: rendered by many threads, then put out in order, sorted or cut.

use anstyle::{AnsiColor, Style};
use anyhow::Result;
use chrono_tz::Tz;

use crate::formats::rows::{RowFormat, View};
use crate::formats::table;
use crate::formats::table::grid::{GridColumn, GridRow};
use crate::model::event::Event;
use crate::model::operation::Emphasis;
use crate::model::operation::Operation;
use crate::model::redact::Redactor;
use crate::model::time::Timestamp;
use crate::output::Output;
use crate::text::display::escape_log;
use crate::text::width::Cut;

/// How to print rows.
pub struct Plan {
    /// What to show.
    pub view: View,
    /// A format of rows, or a table when there is none.
    pub format: Option<&'static RowFormat>,
    /// How tables look.
    pub style: table::Style,
    /// Order of the rows; that of the input when there is none.
    pub sort: Option<Sort>,
    /// Print at most so many rows.
    pub limit: Option<usize>,
    /// Who gives pseudonyms for what is personal, if that is not to be shown.
    pub redactor: Option<Redactor>,
}

/// An order by time; events of the same time stay in the order of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The earliest first.
    Earliest,
    /// The latest first.
    Latest,
}

/// A rendered row.
pub struct Row {
    /// Line in its block, for telling what came before it.
    pub line: u64,
    time: Timestamp,
    content: Content,
}

enum Content {
    Bytes(Box<[u8]>),
    Cells(GridRow),
}

/// Rows of a block: in one piece where nobody has to take them apart.
#[derive(Default)]
pub struct Rows {
    joined: Vec<u8>,
    count: usize,
    rows: Vec<Row>,
}

impl Rows {
    /// Renders an event.
    pub fn push(&mut self, plan: &Plan, raw: &[u8], line: u64, event: &Event<'_>) {
        self.count += 1;
        match plan.format {
            Some(format) if plan.sort.is_none() && plan.limit.is_none() => {
                if !self.joined.is_empty() {
                    self.joined.extend_from_slice(format.frame.between.as_bytes());
                }
                (format.row)(&plan.view, raw, event, &mut self.joined);
            }
            Some(format) => {
                let mut bytes = Vec::new();
                (format.row)(&plan.view, raw, event, &mut bytes);
                self.rows.push(Row { line, time: event.time, content: Content::Bytes(bytes.into()) });
            }
            None => {
                let forms = |form: String| escape_log(&form, plan.style.ascii);
                let cells = plan
                    .view
                    .columns
                    .iter()
                    .map(|column| column.forms(event, plan.view.zone).into_iter().map(forms).collect());
                let cells = GridRow { cells: cells.collect(), style: color(event.operation) };
                self.rows.push(Row { line, time: event.time, content: Content::Cells(cells) });
            }
        }
    }

    /// About how many bytes of memory they hold.
    pub fn weight(&self) -> usize {
        let rows = self.rows.iter().map(|row| match &row.content {
            Content::Bytes(bytes) => size_of::<Row>() + bytes.len(),
            Content::Cells(cells) => size_of::<Row>() + cells.weight(),
        });
        self.joined.len() + rows.sum::<usize>()
    }

    /// Rows in it.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// Changes stand out by their colour; looking is no change.
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

/// Puts rows out.
pub struct Printer<'p> {
    plan: &'p Plan,
    output: Output,
    columns: Vec<GridColumn>,
    held: Vec<Row>,
    printed: usize,
    wrote_head: bool,
    hidden: Vec<String>,
}

/// Rows of a table that share column widths; later ones begin a page of their own, so that a
/// table of any length streams.
const PAGE_ROWS: usize = 1000;

impl<'p> Printer<'p> {
    /// Prints to `output`.
    pub fn new(plan: &'p Plan, output: Output) -> Self {
        let columns =
            plan.view.columns.iter().map(|column| grid_column(column.name, plan.view.zone)).collect();
        Self { plan, output, columns, held: Vec::new(), printed: 0, wrote_head: false, hidden: Vec::new() }
    }

    /// Takes rows that come after those taken before. With a limit and no order it returns the
    /// line of the row that reached it.
    pub fn take(&mut self, rows: Rows) -> Result<Option<u64>> {
        if !rows.joined.is_empty() {
            self.bytes(&[&rows.joined])?;
        }
        let mut rows = rows.rows;
        let mut last_line = None;
        if let (Some(limit), None) = (self.plan.limit, self.plan.sort) {
            let room = limit - self.printed - self.held.len();
            if rows.len() >= room {
                rows.truncate(room);
                last_line = Some(rows.last().map_or(0, |row| row.line));
            }
        }
        self.held.extend(rows);
        if self.plan.sort.is_some() {
            self.forget_what_is_cut();
        } else {
            self.release(false)?;
        }
        Ok(last_line)
    }

    /// Prints what is still held, and what comes after the last row. Returns the columns of a
    /// table that found no room.
    pub fn finish(mut self) -> Result<Vec<String>> {
        self.sort();
        self.release(true)?;
        if let Some(format) = self.plan.format {
            if self.wrote_head {
                self.output.write(format.frame.close.as_bytes())?;
            } else if !format.frame.empty.is_empty() {
                self.output.write(format.frame.empty.as_bytes())?;
            } else {
                self.head(format)?;
            }
        }
        self.output.finish()?;
        Ok(self.hidden)
    }

    /// Prints a text instead of rows.
    pub fn finish_with(mut self, text: &str) -> Result<()> {
        self.output.write(text.as_bytes())?;
        self.output.finish()
    }

    fn sort(&mut self) {
        match self.plan.sort {
            None => return,
            Some(Sort::Earliest) => self.held.sort_by_key(|row| row.time),
            Some(Sort::Latest) => self.held.sort_by_key(|row| std::cmp::Reverse(row.time)),
        }
        if let Some(limit) = self.plan.limit {
            self.held.truncate(limit);
        }
    }

    /// With an order and a limit, memory grows with the limit only.
    fn forget_what_is_cut(&mut self) {
        if self.plan.limit.is_some_and(|limit| self.held.len() > 2 * limit + PAGE_ROWS) {
            self.sort();
        }
    }

    fn release(&mut self, is_last: bool) -> Result<()> {
        if self.plan.format.is_some() {
            let held = std::mem::take(&mut self.held);
            let rows: Vec<&[u8]> = held
                .iter()
                .filter_map(|row| match &row.content {
                    Content::Bytes(bytes) => Some(&**bytes),
                    Content::Cells(_) => None,
                })
                .collect();
            return if rows.is_empty() { Ok(()) } else { self.bytes(&rows) };
        }
        while self.held.len() >= PAGE_ROWS || (is_last && !self.held.is_empty()) {
            let page = self.held.drain(..self.held.len().min(PAGE_ROWS));
            let page: Vec<_> = page
                .filter_map(|row| match row.content {
                    Content::Cells(cells) => Some(cells),
                    Content::Bytes(_) => None,
                })
                .collect();
            self.printed += page.len();
            let rendered = table::render(&self.columns, &page, self.plan.style);
            self.hidden = rendered.hidden;
            self.output.write(rendered.text.as_bytes())?;
        }
        Ok(())
    }

    fn bytes(&mut self, rows: &[&[u8]]) -> Result<()> {
        let Some(format) = self.plan.format else {
            return Ok(());
        };
        let separator = if self.wrote_head { format.frame.between } else { "" };
        self.head(format)?;
        self.printed += rows.len();
        self.output.write(separator.as_bytes())?;
        match rows {
            // All of a block, and long.
            [joined] => self.output.write(joined),
            _ => self.output.write(&rows.join(format.frame.between.as_bytes())),
        }
    }

    fn head(&mut self, format: &RowFormat) -> Result<()> {
        if self.wrote_head {
            return Ok(());
        }
        self.wrote_head = true;
        let mut head = format.frame.open.as_bytes().to_vec();
        if self.plan.style.header {
            (format.header)(&self.plan.view, &mut head);
        }
        self.output.write(&head)
    }
}

/// How a column of events behaves in a narrow terminal.
fn grid_column(name: &str, zone: Tz) -> GridColumn {
    let (cut, min) = match name {
        name if name.ends_with("id") => (Cut::Middle, 10),
        "organization" => (Cut::Middle, 9),
        "connection" => (Cut::Middle, 10),
        "ip" => (Cut::Middle, 15),
        "page" | "connection.name" => (Cut::Middle, 12),
        "type" | "connection.type" => (Cut::End, 10),
        "actor" => (Cut::End, 8),
        _ => (Cut::End, 10),
    };
    // Times in other zones show their offset.
    let title = if name == "time" && zone == Tz::UTC { "time (UTC)" } else { name };
    GridColumn { title: title.to_owned(), cut, min, rank: 0, to_right: false }
}
