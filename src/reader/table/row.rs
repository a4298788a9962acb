//! A row, from its bytes to the JSON of an event.

use std::borrow::Cow;
use std::cell::OnceCell;

use crate::input::table::{BrokenCell, Layout, Rendered, Row};
use crate::json::Span;
use crate::model::attribute::Attribute;
use crate::model::cells::Cells;
use crate::model::diagnostic::{Diagnostic, UNKNOWN_SOURCE};
use crate::model::diagnostics::Diagnostics;
use crate::reader::table::told::{TOLD, UnknownSource, told};
use crate::reader::{Parts, Reading, add_fault};
use crate::sources::{self, Source, normalized};
use crate::text::cut::piece;
use crate::text::escape::unescape_formula;

/// Turns rows of a table into JSON.
pub struct RowRenderer<'t> {
    layout: &'t Layout,
    /// The source of rows that name none, if the user says it.
    source: Option<&'static Source>,
    /// How their JSON is read.
    pub reading: Reading,
    rendered: Rendered,
}

/// A row with its text.
#[derive(Clone, Copy)]
pub struct RowText<'r> {
    /// The row.
    pub row: &'r Row,
    /// Its text.
    pub text: &'r str,
}

/// What a row holds.
pub enum RowContent {
    /// The JSON of an event.
    Event,
    /// Nothing: all cells are empty.
    Nothing,
}

impl<'t> RowRenderer<'t> {
    /// For rows of that layout.
    pub fn new(layout: &'t Layout, reading: Reading) -> Self {
        let source = sources::ALL.iter().copied().find(|source| source.name == layout.source);
        let named = reading.source.filter(|source| source.name != normalized::SOURCE.name);
        // The row itself is not too long, and nothing addresses more of its JSON.
        let reading = Reading { source, parts: Parts::NONE, max_line_bytes: u32::MAX as usize, ..reading };
        Self { layout, source: named, reading, rendered: Rendered::default() }
    }

    /// The JSON of the row that was rendered last.
    pub fn json(&self) -> &str {
        &self.rendered.json
    }

    /// Renders a row; a cell that cannot be read is a diagnostic.
    pub fn render(&mut self, row: RowText<'_>) -> Result<RowContent, Box<Diagnostic>> {
        // Enough for what is told of a row, too.
        let mut values = Vec::with_capacity(self.layout.columns.len() + TOLD.len() + 1);
        values.extend(row.row.cells().map(|cell| self.value(piece(row.text, cell.start, cell.end))));
        if values.iter().all(|value| value.trim().is_empty()) {
            return Ok(RowContent::Nothing);
        }
        if !self.layout.attributes.is_empty() {
            let told = told(self.layout, &values, self.source);
            values.extend(told.map_err(|problem| self.unknown_source(&problem, row))?);
        }
        let rendered = self.layout.render(&values, &mut self.rendered);
        rendered.map(|()| RowContent::Event).map_err(|broken| self.broken_cell(&broken, row))
    }

    /// The text of a cell.
    fn value<'r>(&self, cell: &'r str) -> Cow<'r, str> {
        let quoted = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"'));
        let value = match quoted {
            Some(text) if text.contains('"') => Cow::Owned(text.replace("\"\"", "\"")),
            Some(text) => Cow::Borrowed(text),
            None => Cow::Borrowed(cell),
        };
        match value {
            value if !self.layout.has_escaped_formulas => value,
            Cow::Borrowed(text) => Cow::Borrowed(unescape_formula(text)),
            Cow::Owned(text) => Cow::Owned(unescape_formula(&text).to_owned()),
        }
    }

    /// The places of the values of the row that was rendered last.
    pub fn cells(&self, RowText { row, text }: RowText<'_>) -> Cells {
        Cells {
            row: text.as_bytes().to_vec(),
            columns: self.layout.columns.clone(),
            raw: row.cells().collect(),
            json: self.rendered.places.iter().take(self.layout.columns.len()).cloned().collect(),
            quotes: OnceCell::new(),
        }
    }

    /// The diagnostic of a cell whose JSON is broken.
    fn broken_cell(&self, BrokenCell { column, fault }: &BrokenCell, row: RowText<'_>) -> Box<Diagnostic> {
        let cell = row.row.cells().nth(*column).unwrap_or_default();
        let value = self.value(piece(row.text, cell.start, cell.end));
        self.of_cell((*column, value.len()), row, |diagnostics| add_fault(fault, &value, diagnostics))
    }

    /// The diagnostic of a row of which nobody can tell which source logged it.
    fn unknown_source(&self, problem: &UnknownSource, row: RowText<'_>) -> Box<Diagnostic> {
        let action = self.layout.attributes.iter().find(|(attribute, _)| *attribute == Attribute::Action);
        let column = action.map_or(0, |(_, slot)| *slot);
        self.of_cell((column, 0), row, |diagnostics| {
            diagnostics.add(&UNKNOWN_SOURCE, Span { start: 0, end: 1, escaped: false }, |diagnostic| {
                let quoted = diagnostic.quoted();
                diagnostic.message = match problem {
                    UnknownSource::None => format!("no source documents the action {quoted}"),
                    UnknownSource::Several(names) => {
                        format!("the action {quoted} may be one of {}", names.join(" or "))
                    }
                };
                diagnostic.expected = Some("an action of one source, or --source".to_owned());
            });
        })
    }

    /// The diagnostic of a cell by itself, whose text has so many bytes.
    fn of_cell(
        &self,
        (column, length): (usize, usize),
        row: RowText<'_>,
        add: impl FnOnce(&mut Diagnostics<'_>),
    ) -> Box<Diagnostic> {
        let mut cells = self.cells(row);
        cells.json = vec![None; cells.columns.len()];
        // What is missing at its end is in it as well.
        cells.json[column] = Some(0..length + 1);
        let mut diagnostics = Diagnostics::new(&cells.row, row.row.origin);
        diagnostics.cells = Some(&cells);
        add(&mut diagnostics);
        let path = self.layout.columns[column].name.clone();
        Box::new(Diagnostic { path, ..diagnostics.finish().remove(0) })
    }
}
