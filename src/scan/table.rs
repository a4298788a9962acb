//! Reads the rows of a table: each becomes the JSON of an event, which is read as a line is.

use crate::input::table::{Row, Table};
use crate::reader;
use crate::reader::table::{RowContent, RowRenderer, RowText, bad_row};
use crate::scan::block::{Folder, LineReader};
use crate::scan::record::{Folded, Record};

impl<T, F: FnMut(&mut T, &mut Record<'_>)> Folder<'_, T, F> {
    /// Reads the rows of a table.
    pub(super) fn table(&mut self, bytes: &[u8], table: &Table) {
        let mut renderer = RowRenderer::new(&table.layout, self.reading);
        let valid_before = self.folded.counts.valid;
        for row in &table.rows {
            let raw = &bytes[row.start..row.end];
            match bad_row(row, raw, table.layout.columns.len(), &self.reading) {
                Some(diagnostic) => {
                    let record =
                        Record { raw, line: row.origin.line, event: None, diagnostics: vec![diagnostic] };
                    add(&mut self.folded, &mut self.each, record);
                }
                None => self.row_of_table(row, raw, &mut renderer),
            }
        }
        let counts = &mut self.folded.counts;
        if !table.layout.has_impersonators {
            counts.without_impersonators += counts.valid - valid_before;
        }
    }

    fn row_of_table(&mut self, row: &Row, raw: &[u8], renderer: &mut RowRenderer<'_>) {
        let rendered = std::str::from_utf8(raw).map(|text| {
            let row = RowText { row, text };
            (row, renderer.render(row))
        });
        let refused = match rendered {
            Ok((row, Ok(RowContent::Event))) => return self.event_of_row(row, renderer),
            Ok((_, Ok(RowContent::Nothing))) => {
                self.folded.counts.lines += 1;
                self.folded.counts.blank += 1;
                return;
            }
            Ok((_, Err(diagnostic))) => vec![*diagnostic],
            Err(_) => reader::read(raw, row.origin, &self.reading, &mut self.reader.scratch).diagnostics,
        };
        let record = Record { raw, line: row.origin.line, event: None, diagnostics: refused };
        add(&mut self.folded, &mut self.each, record);
    }

    /// Reads the JSON that a row became. That is what is printed of the event; of a row that is no event, its own text
    /// is.
    fn event_of_row(&mut self, row: RowText<'_>, renderer: &RowRenderer<'_>) {
        let json = renderer.json();
        let line = row.row.origin.line;
        let Self { folded, each, .. } = self;
        let LineReader { scratch, shapes, hits, .. } = &mut *self.reader;
        let hit = shapes.read(json, 0, (renderer.reading.max_line_bytes, renderer.reading.least));
        if let Some(hit) = hit.filter(|hit| hit.end == json.len()) {
            *hits += 1;
            let event = Some(hit.event);
            return add(folded, each, Record { raw: json.as_bytes(), line, event, diagnostics: Vec::new() });
        }
        scratch.cells = Some(renderer.cells(row));
        let read = reader::read(json.as_bytes(), row.row.origin, &renderer.reading, scratch);
        let is_clean = read.diagnostics.is_empty();
        let raw = if read.event.is_some() { json.as_bytes() } else { row.text.as_bytes() };
        add(folded, each, Record { raw, line, event: read.event, diagnostics: read.diagnostics });
        if is_clean && let Some(parsed) = scratch.parsed_line(json.as_bytes()) {
            shapes.learn(&parsed);
        }
        scratch.cells = None;
    }
}

/// Counts a record and folds it into what comes of the block.
fn add<T>(folded: &mut Folded<T>, each: &mut impl FnMut(&mut T, &mut Record<'_>), mut record: Record<'_>) {
    folded.counts.lines += 1;
    match record.event {
        Some(_) => folded.counts.valid += 1,
        None => folded.counts.invalid += 1,
    }
    each(&mut folded.value, &mut record);
}
