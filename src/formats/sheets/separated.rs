//! The first table of a sheet as CSV or TSV; of a sheet without a table, its first facts.
//! Texts are kept from being formulas; nothing else of them is changed.

use std::io::{self, Write};

use super::{Look, cells};
use crate::formats::escape::defused;
use crate::sheet::{Body, Cell, Sheet};

/// Prints with the delimiter between cells.
pub fn render(sheet: &Sheet<'_>, look: &Look, delimiter: u8, out: &mut dyn Write) -> io::Result<()> {
    write(sheet, look, delimiter, out).map_err(|error| match error.into_kind() {
        // As it is, so that a closed pipe is known for one.
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    })
}

fn write(sheet: &Sheet<'_>, look: &Look, delimiter: u8, out: &mut dyn Write) -> csv::Result<()> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(out);
    let tables = sheet.sections.iter().filter_map(|section| match &section.body {
        Body::Table(table) => Some(table),
        _ => None,
    });
    let facts = sheet.sections.iter().filter_map(|section| match &section.body {
        Body::Facts(facts) => Some(facts),
        _ => None,
    });
    if let Some(table) = tables.into_iter().next() {
        if look.header {
            writer.write_record(table.columns.iter().map(|column| column.key))?;
        }
        for row in table.rows.iter() {
            writer.write_record(row.cells.iter().map(|cell| safe(cell, look)))?;
        }
    } else {
        if look.header {
            writer.write_record(["fact", "value"])?;
        }
        for fact in facts.into_iter().next().into_iter().flatten() {
            writer.write_record([fact.key, &safe(&fact.value, look)])?;
        }
    }
    Ok(writer.flush()?)
}

fn safe(cell: &Cell<'_>, look: &Look) -> String {
    let text = cells::raw(cell, look.zone);
    match cell {
        Cell::Text(_) | Cell::List(_) => defused(&text).into_owned(),
        _ => text,
    }
}
