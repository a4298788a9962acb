//! The rows of a history as lines: normalized events in JSON.

use std::sync::Arc;

use chrono_tz::Tz;

use crate::columnar::{NULL, TextColumn, Values};
use crate::input::history::columns::IN_COLUMNS;
use crate::input::history::rows::Rows;
use crate::model::event::SCHEMA;
use crate::text::escape::write_json;
use crate::text::hex::hex;

/// Renders the rows of a row group.
pub struct Lines {
    rows: Arc<Rows>,
    attributes: Vec<AttributeColumn>,
    /// The names of inputs.
    inputs: Snippets,
    line: Vec<u8>,
}

/// A column with the keys that lead to its values in the JSON of an event.
struct AttributeColumn {
    /// `{"actor":{"id":` has two.
    keys: Vec<&'static str>,
    values: Snippets,
}

/// The values of a column as JSON, each different value once.
struct Snippets {
    json: Vec<Box<[u8]>>,
    /// Index of the value of each row.
    codes: Vec<u32>,
}

impl Lines {
    /// The lines of these rows; `None` if they are not those of a history.
    pub fn new(rows: Arc<Rows>) -> Option<Self> {
        let attributes = IN_COLUMNS.iter().zip(&rows.attributes).map(|(info, values)| {
            Some(AttributeColumn { keys: info.name.split('.').collect(), values: Snippets::of(values)? })
        });
        let attributes = attributes.collect::<Option<_>>()?;
        let inputs = Snippets::of_texts(&rows.inputs);
        Some(Self { rows, attributes, inputs, line: Vec::new() })
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        self.rows.len()
    }

    /// Renders a row: a line for every place where its event was read.
    pub fn render(&mut self, row: usize, out: &mut Vec<u8>) {
        self.render_event(row);
        let (_, line) = self.rows.first_place(row);
        self.render_place(self.inputs.get(row).unwrap_or_default(), (line, 0), out);
        for (input, line, copy) in self.rows.further_places(row) {
            let mut json = Vec::new();
            string(input, &mut json);
            self.render_place(&json, (*line, *copy), out);
        }
    }

    /// Renders the event at hand with a place where it was read: the line, and which of several events there it is.
    fn render_place(&self, input: &[u8], (line, copy): (u64, u32), out: &mut Vec<u8>) {
        out.extend_from_slice(&self.line);
        out.extend_from_slice(b",\"origin\":{\"input\":");
        out.extend_from_slice(input);
        out.extend_from_slice(b",\"line\":");
        out.extend_from_slice(line.to_string().as_bytes());
        if copy > 0 {
            out.extend_from_slice(b",\"copy\":");
            out.extend_from_slice(copy.to_string().as_bytes());
        }
        out.extend_from_slice(b"}}\n");
    }

    /// Renders the event of a row without the place where it was read.
    fn render_event(&mut self, row: usize) {
        let Self { rows, attributes, line, .. } = self;
        line.clear();
        line.extend_from_slice(b"{\"schema\":");
        string(SCHEMA, line);
        line.extend_from_slice(b",\"time\":");
        match rows.time_text(row) {
            Some(text) => string(text, line),
            None => string(&rows.time(row).rfc3339(Tz::UTC), line),
        }
        render_attributes(attributes, row, line);
        for (key, column) in
            [(&b",\"texts\":"[..], &rows.all_texts), (b",\"diagnostics\":", &rows.diagnostics)]
        {
            if let Some(json) = column.get(row) {
                line.extend_from_slice(key);
                line.extend_from_slice(json.as_bytes());
            }
        }
        line.extend_from_slice(b",\"content\":\"");
        line.extend_from_slice(hex(rows.digests.get(row).unwrap_or_default()).as_bytes());
        line.push(b'"');
    }
}

impl Snippets {
    fn of(values: &Values) -> Option<Self> {
        match values {
            Values::Text(column) => Some(Self::of_texts(column)),
            Values::Boolean(flags) => Some(Self {
                json: [&b"false"[..], b"true"].map(Into::into).into(),
                codes: flags.iter().map(|flag| flag.map_or(NULL, u32::from)).collect(),
            }),
            _ => None,
        }
    }

    fn of_texts(column: &TextColumn) -> Self {
        let json = |text: &str| {
            let mut json = Vec::with_capacity(text.len() + 2);
            string(text, &mut json);
            json.into()
        };
        Self { json: column.values().iter().map(json).collect(), codes: column.codes().to_vec() }
    }

    /// The JSON of a row's value, if it has one.
    fn get(&self, row: usize) -> Option<&[u8]> {
        self.json.get(*self.codes.get(row)? as usize).map(|json| &**json)
    }
}

/// Renders the attributes of a row that have a value, each with a comma before it.
fn render_attributes(attributes: &[AttributeColumn], row: usize, line: &mut Vec<u8>) {
    let mut open: &[&str] = &[];
    for AttributeColumn { keys, values } in attributes {
        let (Some(json), Some((key, objects))) = (values.get(row), keys.split_last()) else {
            continue;
        };
        let common = open.iter().zip(objects).take_while(|(one, other)| one == other).count();
        line.extend(std::iter::repeat_n(b'}', open.len() - common));
        line.push(b',');
        for object in &objects[common..] {
            member(object, line);
            line.push(b'{');
        }
        member(key, line);
        line.extend_from_slice(json);
        open = objects;
    }
    line.extend(std::iter::repeat_n(b'}', open.len()));
}

/// Writes the key of a member.
fn member(key: &str, line: &mut Vec<u8>) {
    line.push(b'"');
    line.extend_from_slice(key.as_bytes());
    line.extend_from_slice(b"\":");
}

fn string(text: &str, out: &mut Vec<u8>) {
    write_json(text, out).expect("memory takes all");
}
