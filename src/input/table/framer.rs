//! Finds the rows of a table, block by block. The rules are those of RFC 4180, which the crate `csv-core` knows.
//!
//! A row may span lines, so a quote that is not closed could take all later rows with it. Whenever a row that spans lines
//! turns out to be wrong, only its beginning is refused, up to the end of the line on which its fault begins, and the
//! next line begins a row again.

use std::ops::Range;

use csv_core::{ReadFieldResult, Reader, ReaderBuilder};

use super::Head;
use super::open_row::{OpenRow, has_more_after_quote};
use crate::input::kind::Extent;
use crate::text::position::{Position, PositionCursor};

/// A row of a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// First byte in the block.
    pub start: usize,
    /// One past the last byte, without its line end.
    pub end: usize,
    /// Where it begins in the file.
    pub origin: Position,
    /// Where its cells end, counted from its start; the next one begins behind the delimiter.
    pub ends: Vec<u32>,
    /// What is wrong with it, and where, counted from its start.
    pub fault: Option<(Fault, usize)>,
}

/// Why a row is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It has so many cells, which are more or fewer than the header has.
    Cells(usize),
    /// The quote that begins a cell is not closed.
    Unclosed,
    /// Something follows the quote that closes a cell.
    AfterQuote,
    /// It is too long, by its bytes on one line; `end` is `start` then.
    TooLong(u64),
    /// It is too long over several lines.
    TooLongOverLines,
}

impl Row {
    /// Where its cells are, counted from its start.
    pub fn cells(&self) -> impl Iterator<Item = Range<usize>> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|end| *end as usize + 1));
        starts.zip(&self.ends).map(|(start, end)| start..*end as usize)
    }
}

/// Finds rows.
pub struct Framer {
    parser: Reader,
    delimiter: u8,
    /// Cells of the header.
    columns: usize,
    max_row: usize,
    /// Where the open row begins in the bytes at hand, and in the file.
    start: usize,
    here: Position,
    /// Up to here in the bytes the parser has come.
    scanned: usize,
    open: OpenRow,
    /// What is wrong with the open row, while the line on which it is has not ended.
    broken: Option<Fault>,
    /// Bytes of a row that is too long and was dropped, and whether the last one is a carriage return.
    dropped: Option<(u64, bool)>,
    rows: Vec<Row>,
}

/// A parser between two rows.
fn parser(delimiter: u8) -> Reader {
    let mut parser = ReaderBuilder::new().delimiter(delimiter).build();
    // A byte order mark in front of a row that is not the first is a part of it.
    parser.read_field(b"\n", &mut [0]);
    parser
}

impl Framer {
    /// For the rows behind the header that the bytes at hand begin with. Rows above `max_row` bytes are not kept.
    pub fn behind(head: &Head, bytes: &[u8], max_row: usize) -> Self {
        Self {
            parser: parser(head.delimiter),
            delimiter: head.delimiter,
            columns: head.names.len(),
            max_row,
            start: head.end,
            here: PositionCursor::new(Position::START).move_to(bytes, head.end),
            scanned: head.end,
            open: OpenRow::default(),
            broken: None,
            dropped: None,
            rows: Vec::new(),
        }
    }

    /// How many bytes are done with, and the rows that end in them; the caller puts the rest before the next bytes.
    pub fn frame(&mut self, bytes: &[u8]) -> (usize, Vec<Row>) {
        while self.row(bytes, Extent::Beginning) {}
        let rows = std::mem::take(&mut self.rows);
        // Without a row that ends here, the caller keeps a row that has begun where it is.
        let is_open = self.start < bytes.len();
        let done = if rows.is_empty() && is_open { 0 } else { self.start };
        self.start -= done;
        self.scanned -= done;
        (done, rows)
    }

    /// The rows in the last bytes.
    pub fn finish(&mut self, bytes: &[u8]) -> Vec<Row> {
        while self.row(bytes, Extent::Whole) {}
        (self.start, self.scanned) = (0, 0);
        std::mem::take(&mut self.rows)
    }

    /// Looks for the next row, and returns whether to go on after it.
    fn row(&mut self, bytes: &[u8], extent: Extent) -> bool {
        if self.dropped.is_some() {
            return self.drop_line(bytes, extent);
        }
        if self.scanned == self.start {
            let line_ends = bytes[self.start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
            self.go_to(bytes, self.start + line_ends.count());
        }
        if let Some(fault) = self.broken.take() {
            return self.refuse(bytes, extent, fault);
        }
        if let Some(end) = self.simple_row(bytes) {
            return self.end_cells(bytes, end);
        }
        while self.start < bytes.len() {
            let limit = self.limit(bytes);
            let is_over = self.scanned == limit;
            if is_over && self.is_beyond(bytes) {
                let is_quoted = bytes.get(self.start + self.open.cell) == Some(&b'"');
                return match is_quoted {
                    true => self.refuse(bytes, extent, Fault::Unclosed),
                    false => self.too_long(bytes),
                };
            }
            if is_over && extent == Extent::Beginning {
                return false;
            }
            // At the end, another line end tells an open quote from the end of a row.
            let input = if is_over { b"\n" } else { &bytes[self.scanned..limit] };
            let (result, read, _) = self.parser.read_field(input, &mut [0; 256]);
            self.scanned += if is_over { 0 } else { read };
            match result {
                ReadFieldResult::Field { record_end } => {
                    let end = self.scanned - usize::from(!is_over);
                    if let Some(fault) = self.add_cell(bytes, end) {
                        return self.refuse(bytes, extent, fault);
                    }
                    // A quote that is not closed may go on and on, over any number of cells.
                    if record_end || self.open.spans_lines && self.open.cells > self.columns {
                        return self.end_cells(bytes, end);
                    }
                }
                ReadFieldResult::InputEmpty if is_over => {
                    return self.refuse(bytes, extent, Fault::Unclosed);
                }
                _ => {}
            }
        }
        false
    }

    /// Takes in the cells of the next row and returns where it ends, if it is on one line that ends in the bytes and
    /// nothing is wrong with it. That is so of nearly all rows, whose bytes need not be looked at one by one then.
    fn simple_row(&mut self, bytes: &[u8]) -> Option<usize> {
        if self.scanned != self.start {
            return None;
        }
        let rest = &bytes[self.start..self.limit(bytes)];
        let line = &rest[..memchr::memchr(b'\n', rest)?];
        let row = line.strip_suffix(b"\r").unwrap_or(line);
        if memchr::memchr(b'\r', row).is_some() {
            return None;
        }
        self.open = OpenRow::of_line(row, self.delimiter, self.columns)?;
        let end = self.start + row.len();
        self.scanned = end + 1;
        Some(end)
    }

    /// Takes in the cell that ends at `end`, unless it is wrong.
    fn add_cell(&mut self, bytes: &[u8], end: usize) -> Option<Fault> {
        let cell = &bytes[self.start + self.open.cell..end];
        let spans_lines = memchr::memchr(b'\n', cell).is_some();
        if has_more_after_quote(cell) {
            // What closes it on a later line opens another cell.
            return Some(if spans_lines { Fault::Unclosed } else { Fault::AfterQuote });
        }
        self.open.spans_lines |= spans_lines;
        self.open.add(end - self.start, self.columns);
        None
    }

    /// Ends the row with the cell that ends at `end`.
    fn end_cells(&mut self, bytes: &[u8], end: usize) -> bool {
        let OpenRow { cells, spans_lines, .. } = self.open;
        let row = &bytes[self.start..end];
        let is_blank = cells == 1 && row.trim_ascii().is_empty();
        let fault = match spans_lines {
            true if row.len() > self.max_row => Some(Fault::TooLongOverLines),
            false if row.len() > self.max_row => Some(Fault::TooLong(row.len() as u64)),
            _ if cells != self.columns && !is_blank => Some(Fault::Cells(cells)),
            _ => None,
        };
        match fault {
            Some(fault) if spans_lines => {
                self.open = OpenRow::default();
                self.refuse(bytes, Extent::Whole, fault)
            }
            Some(Fault::TooLong(_)) => self.end(bytes, self.start, fault),
            _ => self.end(bytes, end, fault),
        }
    }

    /// Refuses the open row up to the end of the line on which the open cell begins. `false` if that line does not end in
    /// the bytes.
    fn refuse(&mut self, bytes: &[u8], extent: Extent, fault: Fault) -> bool {
        let (at, limit) = (self.start + self.open.cell, self.limit(bytes));
        let line_end = memchr::memchr(b'\n', &bytes[at.min(limit)..limit]).map(|length| at + length);
        let Some(line_end) =
            line_end.or((extent == Extent::Whole && !self.is_beyond(bytes)).then_some(limit))
        else {
            if !self.is_beyond(bytes) {
                self.broken = Some(fault);
                return false;
            }
            return self.too_long(bytes);
        };
        self.parser = parser(self.delimiter);
        self.scanned = line_end;
        let content = bytes[self.start..line_end].trim_ascii_end().len().max(self.open.cell);
        self.end(bytes, self.start + content, Some(fault))
    }

    /// Up to where the bytes may be a part of the open row.
    fn limit(&self, bytes: &[u8]) -> usize {
        bytes.len().min(self.start + self.max_row + 2)
    }

    /// Whether the open row has more bytes than a row may have. Bytes beyond do not change what is said of it.
    fn is_beyond(&self, bytes: &[u8]) -> bool {
        self.limit(bytes) == self.start + self.max_row + 2
    }

    /// Refuses a row that is too long: its first line, and all of it if it has no other.
    fn too_long(&mut self, bytes: &[u8]) -> bool {
        let first_line = memchr::memchr(b'\n', &bytes[self.start..self.limit(bytes)]);
        self.open = OpenRow::default();
        if first_line.is_some() {
            return self.refuse(bytes, Extent::Whole, Fault::TooLongOverLines);
        }
        self.dropped = Some((0, false));
        self.scanned = self.start;
        true
    }

    /// Ends the open row, whose text ends at `end`. The fault is where the open cell begins, unless it is one of the row.
    fn end(&mut self, bytes: &[u8], end: usize, fault: Option<Fault>) -> bool {
        let OpenRow { ends, cell, .. } = std::mem::take(&mut self.open);
        let fault = fault.map(|fault| match fault {
            Fault::Unclosed | Fault::AfterQuote => (fault, cell),
            _ => (fault, 0),
        });
        self.rows.push(Row { start: self.start, end, origin: self.here, ends, fault });
        self.go_to(bytes, self.scanned);
        true
    }

    /// Drops the rest of a line that is too long.
    fn drop_line(&mut self, bytes: &[u8], extent: Extent) -> bool {
        let (dropped, after_return) = self.dropped.unwrap_or_default();
        let rest = &bytes[self.start..];
        let line_end = memchr::memchr(b'\n', rest).or((extent == Extent::Whole).then_some(rest.len()));
        let line = &rest[..line_end.unwrap_or(rest.len())];
        let ends_in_return = line.last().map_or(after_return, |last| *last == b'\r');
        let length = dropped + line.len() as u64;
        self.scanned = self.start + line.len();
        if line_end.is_none() {
            self.dropped = Some((length, ends_in_return));
            self.start = self.scanned;
            return false;
        }
        self.dropped = None;
        self.parser = parser(self.delimiter);
        self.end(bytes, self.start, Some(Fault::TooLong(length - u64::from(ends_in_return))))
    }

    /// Goes to where the next row begins.
    fn go_to(&mut self, bytes: &[u8], at: usize) {
        self.here = PositionCursor::new(self.here).move_to(&bytes[self.start..], at - self.start);
        (self.start, self.scanned) = (at, at);
    }
}
