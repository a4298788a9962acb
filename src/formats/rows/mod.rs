//! Prints matching events, one row each: as JSON, in a schema that others define, in a table format, or as aligned text.

pub mod aligned;
pub mod columns;
mod ecs;
pub mod event_json;
pub mod event_schema;
mod json;
pub mod mapping;
pub mod ocsf;
pub mod printer;
mod typed;

use std::sync::LazyLock;

use anyhow::Result;

use crate::formats::RenderOptions;
use crate::formats::rows::columns::EventColumn;
use crate::formats::rows::mapping::Mapping;
use crate::formats::table::output::RowOutput;
use crate::formats::table::{Audience, Layout, TABLE_FORMATS, TableFormat};
use crate::model::attribute::{Attribute, Value};
use crate::model::diagnostic::Diagnostic;
use crate::model::event::Event;
use crate::output::Output;
use crate::reports::sheet::{Cell, Column, Kind};

/// A format of rows.
#[derive(Clone, Copy)]
pub enum RowFormat {
    /// Aligned text, which fits the rows of a page together.
    Aligned,
    /// One JSON object per line.
    JsonLines,
    /// One JSON array of the same objects, escaped for display.
    JsonArray,
    /// One JSON object per line in a schema that others define.
    Mapped(&'static Mapping),
    /// A table format.
    Table(&'static TableFormat),
}

/// The schemas that others define.
static MAPPINGS: &[Mapping] = &[ocsf::OCSF, ecs::ECS];

/// Every format of rows.
pub static ROW_FORMATS: LazyLock<Vec<RowFormat>> = LazyLock::new(|| {
    let own = [RowFormat::Aligned, RowFormat::JsonLines, RowFormat::JsonArray];
    let others = MAPPINGS.iter().map(RowFormat::Mapped).chain(TABLE_FORMATS.iter().map(RowFormat::Table));
    own.into_iter().chain(others).collect()
});

/// A line that matched.
#[derive(Clone, Copy)]
pub struct Match<'a> {
    /// Its bytes.
    pub raw: &'a [u8],
    /// Its line number within its block.
    pub line: u64,
    /// The event it holds.
    pub event: &'a Event<'a>,
    /// The diagnostics of the line.
    pub diagnostics: &'a [Diagnostic],
}

/// What to print of each event, and how.
pub struct View {
    /// The columns of tables.
    pub columns: Vec<EventColumn>,
    /// What JSON formats print.
    pub body: Body,
    /// How table formats for programs print times.
    pub times: TimeStyle,
    /// How tables are rendered.
    pub options: RenderOptions,
}

/// What JSON formats print of an event.
pub enum Body {
    /// The line it was read from.
    Original,
    /// The whole normalized event.
    Normalized,
    /// Only these attributes.
    Some(Vec<Attribute>),
}

/// How times are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeStyle {
    /// As the vendor wrote them.
    AsWritten,
    /// In the requested time zone.
    InZone,
}

impl RowFormat {
    /// Name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Aligned => "table",
            Self::JsonLines => "ndjson",
            Self::JsonArray => "json",
            Self::Mapped(mapping) => mapping.name,
            Self::Table(format) => format.name,
        }
    }

    /// Who reads it.
    pub fn audience(self) -> Audience {
        match self {
            Self::Aligned => Audience::People,
            Self::JsonLines | Self::JsonArray | Self::Mapped(_) => Audience::Programs,
            Self::Table(format) => format.audience,
        }
    }

    /// What takes the rows, and writes them to an output.
    fn output(self, view: &View, output: Output) -> Result<RowOutput> {
        match self {
            Self::Table(format) => RowOutput::new(format, &typed::columns(&view.columns), output),
            _ => Ok(RowOutput::Text(output)),
        }
    }

    /// Writes what comes before the first row.
    fn open(self, view: &View, out: &mut Vec<u8>) {
        match self {
            Self::Aligned | Self::JsonLines | Self::Mapped(_) => {}
            Self::JsonArray => out.extend_from_slice(b"[\n"),
            Self::Table(format) => {
                let column = |column: &EventColumn| Column::new(column.name, column.name, Kind::Text, "");
                let columns: Vec<_> = view.columns.iter().map(column).collect();
                format.open(&columns, &view.options, out);
            }
        }
    }

    /// Writes a row. Aligned text has no rows that stand alone. Returns where the origin of the event belongs, if it
    /// does.
    fn row(self, view: &View, row: &Match<'_>, out: &mut Vec<u8>) -> Option<usize> {
        match self {
            Self::Aligned => None,
            Self::JsonLines => json::line(&view.body, row, out),
            Self::JsonArray => json::element(&view.body, row, out),
            Self::Mapped(mapping) => {
                mapping::line(mapping, row.event, out);
                None
            }
            Self::Table(format) => {
                let times = if format.audience == Audience::People { TimeStyle::InZone } else { view.times };
                let cells: Vec<_> = match format.layout {
                    Layout::Text(_) => view.columns.iter().map(|it| cell(it, row.event, times)).collect(),
                    Layout::Columns => typed::cells(&view.columns, row.event),
                };
                (format.row)(&cells, &view.options, out);
                None
            }
        }
    }

    /// The separator between two rows.
    fn between(self) -> &'static str {
        if matches!(self, Self::JsonArray) { ",\n" } else { "" }
    }

    /// What follows the last row.
    fn close(self) -> &'static str {
        if matches!(self, Self::JsonArray) { "\n]\n" } else { "" }
    }

    /// Writes the output for no rows at all.
    fn empty(self, view: &View, out: &mut Vec<u8>) {
        match self {
            Self::JsonArray => out.extend_from_slice(b"[]\n"),
            _ => self.open(view, out),
        }
    }
}

fn cell<'a>(column: &EventColumn, event: &'a Event<'a>, times: TimeStyle) -> Cell<'a> {
    match column.value(event) {
        None => Cell::Nothing,
        Some(_) if times == TimeStyle::InZone && column.candidates == [Attribute::Time] => {
            Cell::Time(event.time)
        }
        Some(Value::Text(text)) => Cell::Text(text),
        Some(Value::Integer(number)) => Cell::Integer(number),
        // Printed as in the log, not as the yes or no of our own flags.
        Some(Value::Flag(flag)) => Cell::Text(if flag { "true" } else { "false" }.into()),
    }
}
