//! Tables as CSV (RFC 4180) and TSV. Texts that could be formulas are defused; others are unchanged.

use std::borrow::Cow;

use crate::formats::table::{Audience, Layout, TableFormat};
use crate::formats::{RenderOptions, cells};
use crate::reports::sheet::{Cell, Column};
use crate::text::escape::escape_formula;
use crate::text::plain::has_any;

/// Comma-separated values.
pub const CSV: TableFormat = TableFormat {
    name: "csv",
    audience: Audience::Programs,
    layout: Layout::Text(|columns, options, out| header(columns, options, b',', out)),
    row: |cells, options, out| row(cells, options, b',', out),
};

/// Tab-separated values.
pub const TSV: TableFormat = TableFormat {
    name: "tsv",
    audience: Audience::Programs,
    layout: Layout::Text(|columns, options, out| header(columns, options, b'\t', out)),
    row: |cells, options, out| row(cells, options, b'\t', out),
};

fn header(columns: &[Column], options: &RenderOptions, delimiter: u8, out: &mut Vec<u8>) {
    if options.header {
        record(columns.iter().map(|column| Cow::Borrowed(column.key)), delimiter, out);
    }
}

fn row(cells: &[Cell<'_>], options: &RenderOptions, delimiter: u8, out: &mut Vec<u8>) {
    record(cells.iter().map(|cell| field(cell, options)), delimiter, out);
}

fn field<'a>(cell: &'a Cell<'_>, options: &RenderOptions) -> Cow<'a, str> {
    match cell {
        Cell::Text(text) => escape_formula(text),
        Cell::Nothing => Cow::Borrowed(""),
        Cell::List(texts) if texts.is_empty() => Cow::Borrowed(""),
        Cell::List(texts) => escape_formula(&texts.join("; ")).into_owned().into(),
        _ => cells::raw(cell, options.zone).into(),
    }
}

/// Writes a record, quoting fields as the `csv` crate does. Its writer would allocate a buffer for every row.
fn record<'a>(fields: impl Iterator<Item = Cow<'a, str>>, delimiter: u8, out: &mut Vec<u8>) {
    let start = out.len();
    for (index, field) in fields.enumerate() {
        if index > 0 {
            out.push(delimiter);
        }
        if has_any(field.as_bytes(), [delimiter, b'"', b'\r', b'\n']) {
            out.extend_from_slice(format!("\"{}\"", field.replace('"', "\"\"")).as_bytes());
        } else {
            out.extend_from_slice(field.as_bytes());
        }
    }
    // A single empty field is quoted, as readers skip empty lines.
    if out.len() == start {
        out.extend_from_slice(b"\"\"");
    }
    out.push(b'\n');
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn fields_are_quoted_as_by_the_csv_crate(
            fields in prop::collection::vec("[a\",;\t\r\n é#']{0,4}", 1..4),
            delimiter in prop::sample::select(vec![b',', b'\t']),
        ) {
            let mut ours = Vec::new();
            record(fields.iter().map(|field| field.as_str().into()), delimiter, &mut ours);
            let mut theirs = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
            theirs.write_record(&fields).unwrap();
            prop_assert_eq!(ours, theirs.into_inner().unwrap());
        }
    }
}
