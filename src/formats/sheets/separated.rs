//! The first table of a sheet as CSV or TSV; of a sheet without a table, its first facts.
//! Texts are kept from being formulas; nothing else of them is changed.

use std::borrow::Cow;
use std::io::{self, Write};
use std::ops::Range;

use crate::formats::sheets::{RenderOptions, values};
use crate::parallel;
use crate::reports::sheet::{Body, Cell, Sheet};
use crate::text::escape::escape_formula;

/// Prints with the delimiter between cells.
pub fn render(sheet: &Sheet<'_>, look: &RenderOptions, delimiter: u8, out: &mut dyn Write) -> io::Result<()> {
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
            let head = table.columns.iter().map(|column| column.key.into());
            records(delimiter, std::iter::once(head), &mut *out)?;
        }
        let some = |rows: Range<usize>, out: &mut Vec<u8>| {
            let rows: Vec<_> = rows.map(|at| table.rows.get(at).cells).collect();
            records(delimiter, rows.iter().map(|cells| cells.iter().map(|cell| safe(cell, look))), out)
        };
        parallel::write_some(table.rows.len(), some, out)
    } else {
        let head = look.header.then(|| ["fact", "value"].map(Cow::Borrowed));
        let facts = facts.into_iter().next().into_iter().flatten();
        let facts = facts.map(|fact| [fact.key.into(), safe(&fact.value, look)]);
        records(delimiter, head.into_iter().chain(facts), out)
    }
}

fn records<'a, R: IntoIterator<Item = Cow<'a, str>>>(
    delimiter: u8,
    records: impl Iterator<Item = R>,
    out: impl Write,
) -> io::Result<()> {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(out);
    for record in records {
        let written = record.into_iter().try_for_each(|field| writer.write_field(&*field));
        written.and_then(|()| writer.write_record(None::<&[u8]>)).map_err(of_csv)?;
    }
    writer.flush()
}

/// As it is, so that a closed pipe is known for one.
fn of_csv(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn safe<'a>(cell: &'a Cell<'_>, look: &RenderOptions) -> Cow<'a, str> {
    match cell {
        Cell::Text(text) => escape_formula(text),
        Cell::List(texts) => escape_formula(&texts.join("; ")).into_owned().into(),
        _ => values::raw(cell, look.zone).into(),
    }
}
