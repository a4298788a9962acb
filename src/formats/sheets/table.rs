//! Prints the tables of a sheet in a table format.

use std::io::{self, Write};

use crate::formats::RenderOptions;
use crate::formats::table::columnar::{self, ColumnarWriter};
use crate::formats::table::{Layout, TableFormat};
use crate::parallel;
use crate::reports::sheet::{Body, Column, Fact, Kind, Row, Sheet, Table, Tone};

/// Prints a table in a format that is text.
pub fn write(
    format: &TableFormat,
    table: &Table<'_>,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut head = Vec::new();
    format.open(&table.columns, options, &mut head);
    out.write_all(&head)?;
    write_rows(format, table, options, out)
}

/// Writes the rows of a table; all threads render them.
fn write_rows(
    format: &TableFormat,
    table: &Table<'_>,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let each = |index: usize, out: &mut Vec<u8>| {
        (format.row)(&table.rows.get(index).cells, options, out);
        Ok(())
    };
    parallel::write(table.rows.len(), each, out)
}

/// Prints the first table of a sheet; if it has none, its first facts as a table.
pub fn write_first(
    format: &TableFormat,
    sheet: &Sheet<'_>,
    options: &RenderOptions,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let bodies = || sheet.sections.iter().map(|section| &section.body);
    let table = bodies().find_map(|body| match body {
        Body::Table(table) => Some(table),
        _ => None,
    });
    let facts = bodies().find_map(|body| match body {
        Body::Facts(facts) => Some(facts),
        _ => None,
    });
    match (format.layout, table) {
        (Layout::Text(_), Some(table)) => write(format, table, options, out),
        (Layout::Text(_), None) => write_facts(format, facts.map_or(&[], Vec::as_slice), options, out),
        (Layout::Columns, Some(table)) => write_columns(format, table, options, out),
        (Layout::Columns, None) => {
            let facts = facts.ok_or_else(|| io::Error::other(NO_COLUMNS))?;
            write_columns(format, &facts_in_one_row(facts), options, out)
        }
    }
}

const NO_COLUMNS: &str = "a chart has no columns; name a section that is a table, or give --format json";

/// Writes the columns of a table.
fn write_columns(
    format: &TableFormat,
    table: &Table<'_>,
    options: &RenderOptions,
    out: &mut (dyn Write + Send),
) -> io::Result<()> {
    let schema = columnar::schema(&table.columns).map_err(io::Error::other)?;
    let mut columns = ColumnarWriter::new(schema, out)?;
    write_rows(format, table, options, &mut columns)?;
    columns.finish().map(drop)
}

/// Facts as a table where each of them has a column, of its kind.
fn facts_in_one_row<'a>(facts: &[Fact<'a>]) -> Table<'a> {
    let column = |fact: &Fact<'_>| Column::new(fact.key, fact.label, fact.kind, "");
    let cells = facts.iter().map(|fact| fact.value.clone()).collect();
    let rows = vec![Row { cells, tone: Tone::Plain }].into();
    Table { columns: facts.iter().map(column).collect(), rows, empty: "", left_out: 0 }
}

/// Prints facts as a table of keys and values.
fn write_facts(
    format: &TableFormat,
    facts: &[Fact<'_>],
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    const COLUMNS: [Column; 2] = [
        Column::new("fact", "fact", Kind::Text, "what it is"),
        Column::new("value", "value", Kind::Text, "how much or which it is"),
    ];
    let mut bytes = Vec::new();
    format.open(&COLUMNS, options, &mut bytes);
    for fact in facts {
        (format.row)(&[fact.key.into(), fact.value.clone()], options, &mut bytes);
    }
    out.write_all(&bytes)
}
