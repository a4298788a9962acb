//! Formats in which every row stands alone, so that many threads can render rows.

pub mod columns;
pub mod event_json;
pub mod event_schema;
pub mod printer;

use chrono_tz::Tz;

use crate::formats::json_objects;
use crate::formats::rows::columns::Column;
use crate::model::attribute::{Attribute, Value};
use crate::model::event::Event;
use crate::text::escape;

/// A format of independent rows.
pub struct RowFormat {
    /// Name on the command line.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// What stands before the first row, between rows, after the last, and instead of all when
    /// there is none.
    pub frame: Frame,
    /// Writes the header.
    pub header: fn(&View, &mut Vec<u8>),
    /// Writes a row.
    pub row: fn(&View, &[u8], &Event<'_>, &mut Vec<u8>),
    /// Without named columns, rows show all attributes instead of the usual ones.
    pub is_wide: bool,
}

/// What stands around rows.
pub struct Frame {
    /// Before the first row.
    pub open: &'static str,
    /// Between rows.
    pub between: &'static str,
    /// After the last row.
    pub close: &'static str,
    /// When there is no row.
    pub empty: &'static str,
}

/// What to show of each event.
pub struct View {
    /// Columns, for formats that have some.
    pub columns: Vec<Column>,
    /// What JSON formats print.
    pub body: Body,
    /// Zone of printed times.
    pub zone: Tz,
    /// Print times in `zone` where a format would keep the vendor's text.
    pub converts_time: bool,
}

/// What JSON formats print of an event.
pub enum Body {
    /// The line it was read from.
    Original,
    /// The whole normalized event.
    Normalized,
    /// These attributes of it.
    Some(Vec<Attribute>),
}

const BARE: Frame = Frame { open: "", between: "", close: "", empty: "" };

/// Every format of rows.
pub static ROW_FORMATS: &[RowFormat] = &[
    RowFormat {
        name: "ndjson",
        about: "one JSON object a line: the original lines, byte for byte",
        frame: BARE,
        header: no_header,
        row: ndjson,
        is_wide: true,
    },
    RowFormat {
        name: "json",
        about: "one JSON array of the same objects, escaped to be harmless",
        frame: Frame { open: "[\n", between: ",\n", close: "\n]\n", empty: "[]\n" },
        header: no_header,
        row: json,
        is_wide: true,
    },
    RowFormat {
        name: "csv",
        about: "comma-separated values (RFC 4180) with every column",
        frame: BARE,
        header: |view, out| separated_header(view, b',', out),
        row: |view, _, event, out| separated(view, event, b',', out),
        is_wide: true,
    },
    RowFormat {
        name: "tsv",
        about: "tab-separated values with every column",
        frame: BARE,
        header: |view, out| separated_header(view, b'\t', out),
        row: |view, _, event, out| separated(view, event, b'\t', out),
        is_wide: true,
    },
    RowFormat {
        name: "markdown",
        about: "a Markdown table",
        frame: BARE,
        header: markdown_header,
        row: markdown,
        is_wide: false,
    },
];

fn no_header(_: &View, _: &mut Vec<u8>) {}

fn ndjson(view: &View, raw: &[u8], event: &Event<'_>, out: &mut Vec<u8>) {
    body(view, raw.strip_suffix(b"\n").unwrap_or(raw), event, out);
    out.push(b'\n');
}

/// The array is JSON that we make, so original lines are harmless in it as well.
fn json(view: &View, raw: &[u8], event: &Event<'_>, out: &mut Vec<u8>) {
    if !matches!(view.body, Body::Original) {
        return body(view, raw, event, out);
    }
    let (mut line, mut dense) = (raw.trim_ascii_end(), Vec::new());
    if json_objects::is_plain_json(line) {
        return out.extend_from_slice(line);
    }
    if line.iter().any(u8::is_ascii_control) {
        compact(line, &mut dense);
        line = &dense;
    }
    out.extend_from_slice(escape::json(&String::from_utf8_lossy(line)).as_bytes());
}

fn body(view: &View, raw: &[u8], event: &Event<'_>, out: &mut Vec<u8>) {
    match &view.body {
        Body::Normalized => event_json::whole(event, out),
        Body::Some(attributes) => event_json::some(event, attributes, out),
        Body::Original if memchr::memchr(b'\n', raw).is_some() => compact(raw, out),
        Body::Original => out.extend_from_slice(raw),
    }
}

/// Drops the white space between the tokens of valid JSON, so that it fits on a line.
fn compact(raw: &[u8], out: &mut Vec<u8>) {
    let (mut in_string, mut escaped) = (false, false);
    for byte in raw {
        if in_string {
            in_string = *byte != b'"' || escaped;
            escaped = *byte == b'\\' && !escaped;
        } else if byte.is_ascii_whitespace() {
            continue;
        } else {
            in_string = *byte == b'"';
        }
        out.push(*byte);
    }
}

fn separated_header(view: &View, delimiter: u8, out: &mut Vec<u8>) {
    record(view.columns.iter().map(|column| column.name), delimiter, out);
}

fn separated(view: &View, event: &Event<'_>, delimiter: u8, out: &mut Vec<u8>) {
    let cells = view.columns.iter().map(|column| match column.value(event) {
        Some(_) if view.converts_time && column.best == [Attribute::Time] => event.time.rfc3339(view.zone),
        Some(Value::Text(text)) => escape::escape_formula(&text).into_owned(),
        Some(value) => columns::text(&value),
        None => String::new(),
    });
    record(cells, delimiter, out);
}

fn record(cells: impl Iterator<Item = impl AsRef<[u8]>>, delimiter: u8, out: &mut Vec<u8>) {
    let mut writer = csv::WriterBuilder::new().delimiter(delimiter).buffer_capacity(256).from_writer(out);
    writer
        .write_record(cells)
        .and_then(|()| writer.flush().map_err(csv::Error::from))
        .expect("memory takes all");
}

fn markdown_header(view: &View, out: &mut Vec<u8>) {
    markdown_row(view.columns.iter().map(|column| escape::markdown(column.name)), out);
    markdown_row(view.columns.iter().map(|_| "---".to_owned()), out);
}

fn markdown(view: &View, _: &[u8], event: &Event<'_>, out: &mut Vec<u8>) {
    let cells = view.columns.iter().map(|column| {
        let longest = column.forms(event, view.zone).swap_remove(0);
        escape::markdown(&longest)
    });
    markdown_row(cells, out);
}

fn markdown_row(cells: impl Iterator<Item = String>, out: &mut Vec<u8>) {
    for cell in cells {
        out.extend_from_slice(b"| ");
        out.extend_from_slice(cell.as_bytes());
        out.push(b' ');
    }
    out.extend_from_slice(b"|\n");
}
