//! Prints rows of events: workers render them, and the printer writes them in order, sorted or limited.

use anyhow::Result;

use crate::formats::rows::aligned::{AlignedTable, Flush, grid_row};
use crate::formats::rows::{Match, RowFormat, View, event_json};
use crate::formats::table::grid::GridRow;
use crate::formats::table::output::RowOutput;
use crate::formats::table::text::{PAGE_ROWS, pages};
use crate::model::redact::Redactor;
use crate::model::time::Timestamp;
use crate::output::Output;

/// How to print rows.
pub struct Plan {
    /// What to print of each event.
    pub view: View,
    /// The format of the rows.
    pub format: RowFormat,
    /// The order of the rows; `None` keeps that of the input.
    pub sort: Option<Sort>,
    /// The maximum number of rows.
    pub limit: Option<usize>,
    /// When rows of aligned text are written.
    pub flush: Flush,
    /// Replaces personal values by pseudonyms, if requested.
    pub redactor: Option<Redactor>,
}

/// An order by time. Events with the same time stay in the order of the input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// The earliest first.
    Earliest,
    /// The latest first.
    Latest,
}

/// A rendered row.
pub struct Row {
    /// Its line number within its block.
    pub line: u64,
    time: Timestamp,
    content: Content,
}

enum Content {
    Bytes(Box<[u8]>),
    Cells(GridRow),
}

/// The rows of a block. They are joined unless they must be sorted, limited or aligned.
#[derive(Default)]
pub struct Rows {
    joined: Vec<u8>,
    count: usize,
    rows: Vec<Row>,
    origins: Vec<OriginPlace>,
}

/// Where the origin of an event belongs in its row. It is written in the end, as a block does not know how many lines
/// come before it.
struct OriginPlace {
    /// Offset in the joined rows, or in its row.
    offset: usize,
    /// Index of its row, unless rows are joined.
    row: usize,
    /// Line number of the event within its block.
    line: u64,
}

/// Where a block is.
#[derive(Clone, Copy)]
pub struct BlockPlace<'a> {
    /// Name of the input.
    pub input: &'a str,
    /// How many lines of the input come before it.
    pub line_base: u64,
}

impl Rows {
    /// Renders a line that matched.
    pub fn push(&mut self, plan: &Plan, row: &Match<'_>) {
        self.count += 1;
        let content = match plan.format {
            RowFormat::Aligned => Content::Cells(grid_row(&plan.view, row.event)),
            format if plan.sort.is_none() && plan.limit.is_none() => {
                if !self.joined.is_empty() {
                    self.joined.extend_from_slice(format.between().as_bytes());
                }
                let origin = format.row(&plan.view, row, &mut self.joined);
                return self.add_origin(origin, row.line);
            }
            format => {
                let mut bytes = Vec::new();
                let origin = format.row(&plan.view, row, &mut bytes);
                self.add_origin(origin, row.line);
                Content::Bytes(bytes.into())
            }
        };
        self.rows.push(Row { line: row.line, time: row.event.time, content });
    }

    fn add_origin(&mut self, offset: Option<usize>, line: u64) {
        let row = self.rows.len();
        self.origins.extend(offset.map(|offset| OriginPlace { offset, row, line }));
    }

    /// Writes the origins of events into their rows.
    fn write_origins(&mut self, place: BlockPlace<'_>) {
        let origins = std::mem::take(&mut self.origins);
        if self.joined.is_empty() {
            for origin in &origins {
                if let Some(Row { content: Content::Bytes(bytes), .. }) = self.rows.get_mut(origin.row) {
                    *bytes = with_origins(bytes, std::slice::from_ref(origin), place).into();
                }
            }
        } else if !origins.is_empty() {
            self.joined = with_origins(&self.joined, &origins, place);
        }
    }

    /// Estimates their memory in bytes.
    pub fn weight(&self) -> usize {
        let rows = self.rows.iter().map(|row| match &row.content {
            Content::Bytes(bytes) => size_of::<Row>() + bytes.len(),
            Content::Cells(cells) => size_of::<Row>() + cells.weight(),
        });
        self.joined.len() + rows.sum::<usize>()
    }

    /// The number of rows.
    pub fn count(&self) -> usize {
        self.count
    }
}

/// Rows with the origins of their events.
fn with_origins(rows: &[u8], origins: &[OriginPlace], place: BlockPlace<'_>) -> Vec<u8> {
    let BlockPlace { input, line_base } = place;
    let mut written = Vec::with_capacity(rows.len() + origins.len() * (input.len() + ORIGIN_BYTES));
    let mut from = 0;
    for OriginPlace { offset, line, .. } in origins {
        written.extend_from_slice(&rows[from..*offset]);
        event_json::origin(input, line_base + line, &mut written);
        from = *offset;
    }
    written.extend_from_slice(&rows[from..]);
    written
}

/// About how long an origin is, without the name of the input.
const ORIGIN_BYTES: usize = 40;

/// Writes rows.
pub struct Printer<'p> {
    plan: &'p Plan,
    output: RowOutput,
    table: AlignedTable,
    held: Vec<Row>,
    printed: usize,
    wrote_head: bool,
}

impl<'p> Printer<'p> {
    /// Prints to `output`. It refuses columns that the format cannot have.
    pub fn new(plan: &'p Plan, output: Output) -> Result<Self> {
        Ok(Self {
            plan,
            output: plan.format.output(&plan.view, output)?,
            table: AlignedTable::new(&plan.view),
            held: Vec::new(),
            printed: 0,
            wrote_head: false,
        })
    }

    /// Takes the rows of the next block. If rows are limited and not sorted, returns the line of the row that reached
    /// the limit.
    pub fn take(&mut self, mut rows: Rows, place: BlockPlace<'_>) -> Result<Option<u64>> {
        rows.write_origins(place);
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
            self.drop_beyond_limit();
        } else {
            // A page that is not full may still grow.
            let ready = match self.plan.format {
                RowFormat::Aligned if self.plan.flush == Flush::Pages => {
                    self.held.len() / PAGE_ROWS * PAGE_ROWS
                }
                _ => self.held.len(),
            };
            self.release(ready)?;
        }
        Ok(last_line)
    }

    /// Writes the remaining rows and the end of the output. Returns the titles of columns hidden for lack of room.
    pub fn finish(mut self) -> Result<Vec<String>> {
        self.sort();
        self.release(self.held.len())?;
        let mut end = Vec::new();
        if self.wrote_head {
            end.extend_from_slice(self.plan.format.close().as_bytes());
        } else {
            self.plan.format.empty(&self.plan.view, &mut end);
        }
        self.output.write(&end)?;
        self.output.finish()?;
        Ok(self.table.hidden)
    }

    /// Writes a text instead of rows.
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

    /// Drops rows that the limit excludes, so that sorting needs memory for the limit only.
    fn drop_beyond_limit(&mut self) {
        if self.plan.limit.is_some_and(|limit| self.held.len() > 2 * limit + PAGE_ROWS) {
            self.sort();
        }
    }

    /// Writes the first `count` of the held rows.
    fn release(&mut self, count: usize) -> Result<()> {
        let later = self.held.split_off(count);
        for page in pages(std::mem::replace(&mut self.held, later).into_iter()) {
            self.print(page)?;
        }
        Ok(())
    }

    fn print(&mut self, page: Vec<Row>) -> Result<()> {
        let (mut rendered, mut grid) = (Vec::new(), Vec::new());
        for row in page {
            match row.content {
                Content::Bytes(bytes) => rendered.push(bytes),
                Content::Cells(cells) => grid.push(cells),
            }
        }
        if !rendered.is_empty() {
            let rows: Vec<_> = rendered.iter().map(|bytes| &**bytes).collect();
            self.bytes(&rows)?;
        }
        if !grid.is_empty() {
            self.printed += grid.len();
            let page = self.table.page(&grid, &self.plan.view, self.plan.flush);
            self.output.write(page.as_bytes())?;
        }
        Ok(())
    }

    fn bytes(&mut self, rows: &[&[u8]]) -> Result<()> {
        let format = self.plan.format;
        let mut before = Vec::new();
        if self.wrote_head {
            before.extend_from_slice(format.between().as_bytes());
        } else {
            format.open(&self.plan.view, &mut before);
        }
        self.wrote_head = true;
        self.printed += rows.len();
        self.output.write(&before)?;
        match rows {
            // Joined rows of a block are long, so they are written without a copy.
            [joined] => self.output.write(joined),
            _ => self.output.write(&rows.join(format.between().as_bytes())),
        }
    }
}
