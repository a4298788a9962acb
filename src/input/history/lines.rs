//! The rows of a history as lines: normalized events in JSON.

use crate::columnar::{FixedColumn, NULL, TextColumn, Values};
use crate::input::history::columns::{EPOCH_NS, Further, IN_COLUMNS, TIME, TIME_TEXT, attribute_index};
use crate::model::event::SCHEMA;
use crate::model::time::Timestamp;
use crate::text::escape::write_json;
use crate::text::hex::hex;

/// The rows of a row group, of which the next one is to be rendered.
pub struct Lines {
    rows: usize,
    times: Times,
    attributes: Vec<AttributeColumn>,
    /// JSON as it is.
    texts: TextColumn,
    diagnostics: TextColumn,
    content: FixedColumn,
    inputs: Snippets,
    lines: Vec<Option<i64>>,
    origins: TextColumn,
    row: usize,
    line: Vec<u8>,
}

/// When events happened.
struct Times {
    micros: Vec<Option<i64>>,
    nanos: Vec<Option<i64>>,
    texts: TextColumn,
}

/// A column with the keys that lead to its values in the JSON of an event.
struct AttributeColumn {
    /// `{"actor":{"id":` has two.
    keys: Vec<&'static str>,
    values: Snippets,
}

/// A column whose values are rendered as JSON, each different value once.
struct Snippets {
    json: Vec<Box<[u8]>>,
    /// Index of the value of each row.
    codes: Vec<u32>,
}

impl Lines {
    /// The lines of a row group with all of its columns; `None` if they are not those of a history.
    pub fn new(columns: Vec<Values>) -> Option<Self> {
        let rows = columns.first()?.rows();
        let mut columns: Vec<_> = columns.into_iter().map(Some).collect();
        let mut take = |index: usize| columns.get_mut(index)?.take();
        let times = Times {
            micros: numbers(take(TIME)?)?,
            nanos: numbers(take(EPOCH_NS)?)?,
            texts: texts(take(TIME_TEXT)?)?,
        };
        let attributes = IN_COLUMNS.iter().enumerate().map(|(at, info)| {
            let values = Snippets::of(take(attribute_index(at))?)?;
            Some(AttributeColumn { keys: info.name.split('.').collect(), values })
        });
        let attributes = attributes.collect::<Option<_>>()?;
        Some(Self {
            rows,
            times,
            attributes,
            texts: texts(take(Further::AllTexts.index())?)?,
            diagnostics: texts(take(Further::Diagnostics.index())?)?,
            content: fixed(take(Further::Content.index())?)?,
            inputs: Snippets::of(take(Further::Input.index())?)?,
            lines: numbers(take(Further::Line.index())?)?,
            origins: texts(take(Further::Origins.index())?)?,
            row: 0,
            line: Vec::new(),
        })
    }

    /// Renders lines until there are so many bytes, a row for every place where its event was read. `Some(false)` when
    /// there are no more, `None` if a row is not one of a history.
    pub fn render(&mut self, bytes: usize, out: &mut Vec<u8>) -> Option<bool> {
        while out.len() < bytes {
            if self.row == self.rows {
                return Some(false);
            }
            self.render_event()?;
            let line = (*self.lines.get(self.row)?)?;
            self.render_place(self.inputs.get(self.row)?, (line, 0), out);
            if let Some(origins) = self.origins.get(self.row) {
                for (input, line, copy) in serde_json::from_str::<Vec<(String, i64, u32)>>(origins).ok()? {
                    let mut json = Vec::new();
                    string(&input, &mut json);
                    self.render_place(&json, (line, copy), out);
                }
            }
            self.row += 1;
        }
        Some(true)
    }

    /// Renders the event at hand with a place where it was read: the line, and which of several events there it is.
    fn render_place(&self, input: &[u8], (line, copy): (i64, u32), out: &mut Vec<u8>) {
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

    /// Renders the event at hand without the place where it was read.
    fn render_event(&mut self) -> Option<()> {
        let (row, line) = (self.row, &mut self.line);
        line.clear();
        line.extend_from_slice(b"{\"schema\":");
        string(SCHEMA, line);
        line.extend_from_slice(b",\"time\":");
        string(&self.times.text(row)?, line);
        render_attributes(&self.attributes, row, line);
        for (key, column) in [(&b",\"texts\":"[..], &self.texts), (b",\"diagnostics\":", &self.diagnostics)] {
            if let Some(json) = column.get(row) {
                line.extend_from_slice(key);
                line.extend_from_slice(json.as_bytes());
            }
        }
        line.extend_from_slice(b",\"content\":\"");
        line.extend_from_slice(hex(self.content.get(row)?).as_bytes());
        line.push(b'"');
        Some(())
    }
}

impl Times {
    /// The time of a row as the vendor wrote it.
    fn text(&self, row: usize) -> Option<String> {
        if let Some(text) = self.texts.get(row) {
            return Some(text.to_owned());
        }
        const MICROS: i64 = 1_000_000;
        let micros = (*self.micros.get(row)?)?;
        let nanos = (*self.nanos.get(row)?).map_or(0, |nanos| nanos.rem_euclid(1000));
        let nanos = micros.rem_euclid(MICROS) * 1000 + nanos;
        let time = Timestamp { seconds: micros.div_euclid(MICROS), nanos: u32::try_from(nanos).ok()? };
        Some(time.rfc3339(chrono_tz::Tz::UTC))
    }
}

impl Snippets {
    fn of(values: Values) -> Option<Self> {
        match values {
            Values::Text(column) => {
                let json = |text: &str| {
                    let mut json = Vec::with_capacity(text.len() + 2);
                    string(text, &mut json);
                    json.into()
                };
                Some(Self {
                    json: column.values().iter().map(json).collect(),
                    codes: column.codes().to_vec(),
                })
            }
            Values::Boolean(flags) => Some(Self {
                json: [&b"false"[..], b"true"].map(Into::into).into(),
                codes: flags.into_iter().map(|flag| flag.map_or(NULL, u32::from)).collect(),
            }),
            _ => None,
        }
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

fn texts(values: Values) -> Option<TextColumn> {
    if let Values::Text(column) = values { Some(column) } else { None }
}

fn fixed(values: Values) -> Option<FixedColumn> {
    if let Values::Fixed(column) = values { Some(column) } else { None }
}

fn numbers(values: Values) -> Option<Vec<Option<i64>>> {
    if let Values::Integer(numbers) | Values::Time(numbers) = values { Some(numbers) } else { None }
}
