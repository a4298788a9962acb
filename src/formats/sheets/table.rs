//! Prints the tables of a sheet in a table format.

use std::io::{self, Write};

use crate::formats::RenderOptions;
use crate::formats::table::TableFormat;
use crate::parallel;
use crate::reports::sheet::{Body, Column, Fact, Kind, Sheet, Table};

/// Prints a table; all threads render rows.
pub fn write(
    format: &TableFormat,
    table: &Table<'_>,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut head = Vec::new();
    (format.open)(&table.columns, options, &mut head);
    out.write_all(&head)?;
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
    out: &mut dyn Write,
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
    match table {
        Some(table) => write(format, table, options, out),
        None => write_facts(format, facts.map_or(&[], Vec::as_slice), options, out),
    }
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
    (format.open)(&COLUMNS, options, &mut bytes);
    for fact in facts {
        (format.row)(&[fact.key.into(), fact.value.clone()], options, &mut bytes);
    }
    out.write_all(&bytes)
}
