//! The first table of a sheet as CSV or TSV; of a sheet without a table, its first facts.
//! Texts are kept from being formulas; nothing else of them is changed.

use super::{Look, cells};
use crate::formats::escape::defused;
use crate::sheet::{Body, Cell, Sheet, Table};

/// Prints with the delimiter between cells.
pub fn render(sheet: &Sheet, look: &Look, delimiter: u8) -> Vec<u8> {
    let mut out = Vec::new();
    for record in records(sheet, look) {
        let mut writer =
            csv::WriterBuilder::new().delimiter(delimiter).buffer_capacity(256).from_writer(&mut out);
        writer
            .write_record(record)
            .and_then(|()| writer.flush().map_err(csv::Error::from))
            .expect("memory takes all");
    }
    out
}

fn records(sheet: &Sheet, look: &Look) -> Vec<Vec<String>> {
    let mut tables = sheet.sections.iter().filter_map(|section| match &section.body {
        Body::Table(table) => Some(table),
        _ => None,
    });
    tables.next().map_or_else(|| facts(sheet, look), |table| rows(table, look))
}

fn rows(table: &Table, look: &Look) -> Vec<Vec<String>> {
    let header = look.header.then(|| table.columns.iter().map(|column| column.key.to_owned()).collect());
    let rows = table.rows.iter().map(|row| row.cells.iter().map(|cell| safe(cell, look)).collect());
    header.into_iter().chain(rows).collect()
}

fn facts(sheet: &Sheet, look: &Look) -> Vec<Vec<String>> {
    let mut facts = sheet.sections.iter().filter_map(|section| match &section.body {
        Body::Facts(facts) => Some(facts),
        _ => None,
    });
    let header = look.header.then(|| vec!["fact".to_owned(), "value".to_owned()]);
    let rows = facts.next().into_iter().flatten();
    let rows = rows.map(|fact| vec![fact.key.to_owned(), safe(&fact.value, look)]);
    header.into_iter().chain(rows).collect()
}

fn safe(cell: &Cell, look: &Look) -> String {
    let text = cells::raw(cell, look.zone);
    match cell {
        Cell::Text(_) | Cell::List(_) => defused(&text).into_owned(),
        _ => text,
    }
}
