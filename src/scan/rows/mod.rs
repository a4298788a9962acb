//! The rows of a history as events, without making lines of them. What a value costs is paid once for every different
//! value of a row group.
//!
//! A row is plain if all that it says is in its columns of attributes and its line would be read without a diagnostic.
//! Others are declined, and read as lines, so that both ways agree.

mod attribute_set;
mod indexes;
mod told;

use std::borrow::Cow;
use std::collections::HashSet;
use std::iter;
use std::sync::LazyLock;

use crate::columnar::{NULL, StringArray, TextColumn, Values};
use crate::input::history::Rows;
use crate::input::history::columns::IN_COLUMNS;
use crate::json::Span;
use crate::model::attribute::{Attribute, is_ip};
use crate::model::event::{Event, Retained, RetainedRow};
use crate::model::fields::Fields;
use crate::model::reported::attribute_hash;
use crate::model::time::{self, Parsed};
use crate::scan::rows::attribute_set::{AttributeSet, COUNT, set};
use crate::scan::rows::indexes::BINDINGS;
use crate::scan::rows::told::ToldColumns;

pub use crate::scan::rows::indexes::RowIndexes;

/// The texts of flags, by code.
static FLAGS: LazyLock<StringArray> = LazyLock::new(|| {
    let mut texts = StringArray::default();
    ["false", "true"].into_iter().for_each(|text| {
        texts.push(text);
    });
    texts
});

/// Nowhere in a text.
const NOWHERE: Span = Span { start: 0, end: 0, escaped: false };

/// Every event has these.
const REQUIRED: AttributeSet = set(&[Attribute::Source, Attribute::Action, Attribute::Operation]);

/// An event that has one of the former has the latter.
const CONNECTION: AttributeSet =
    set(&[Attribute::ConnectionId, Attribute::ConnectionName, Attribute::ConnectionType]);
const DIRECTION: AttributeSet = set(&[Attribute::ConnectionDirection]);

/// The line of an event has at most so many bytes besides those of its values, and each of these takes at most so many.
const LINE_BYTES: usize = 1 << 12;
const ESCAPED_BYTES: usize = 6;

/// Reads the rows of a row group.
pub struct RowReader<'r> {
    rows: &'r Rows,
    /// The texts of all columns.
    text: String,
    /// Those in which some row has a value.
    columns: Vec<AttributeColumn<'r>>,
    told: ToldColumns,
    /// Whether no line can be too long.
    is_short: bool,
    /// The values of the row at hand.
    values: RowValues,
}

struct AttributeColumn<'r> {
    attribute: Attribute,
    codes: Cow<'r, [u32]>,
    /// By code, after [`AttributeValue::NONE`]: to take that for a row without a value needs no branch.
    values: Vec<AttributeValue>,
    /// The codes of values with which a row is not plain; mostly there are none.
    odd: HashSet<u32>,
}

/// A value of a column: where it is, and its hash.
#[derive(Clone, Copy)]
struct AttributeValue {
    start: u32,
    end: u32,
    hash: u64,
}

impl AttributeValue {
    const NONE: Self = Self { start: 0, end: 0, hash: 0 };
}

impl<'r> RowReader<'r> {
    /// A reader of these rows, whose lines may have so many bytes.
    pub fn new(rows: &'r Rows, max_line_bytes: usize) -> Self {
        let bytes =
            |values: &Values| if let Values::Text(column) = values { column.values().bytes() } else { 0 };
        let bytes: usize = rows.attributes.iter().map(bytes).sum();
        let mut reader = Self {
            rows,
            text: String::with_capacity(bytes + FLAGS.bytes()),
            columns: Vec::new(),
            told: ToldColumns::default(),
            is_short: true,
            values: RowValues::NONE,
        };
        let mut longest = LINE_BYTES;
        let attributes = IN_COLUMNS.iter().map(|info| info.attribute).zip(&rows.attributes);
        for (attribute, values) in attributes.chain([(Attribute::Time, &rows.time_texts)]) {
            let column = reader.column(attribute, values);
            let lengths = column.values.iter().map(|value| (value.end - value.start) as usize);
            longest += ESCAPED_BYTES * lengths.max().unwrap_or(0);
            reader.columns.extend((column.values.len() > 1).then_some(column));
        }
        // Some line may be too long. Which one, reading lines finds out.
        reader.is_short = longest <= max_line_bytes;
        reader
    }

    fn column(&mut self, attribute: Attribute, values: &'r Values) -> AttributeColumn<'r> {
        let (codes, texts) = match values {
            Values::Text(column) => (column.codes().into(), column.values()),
            other => (flag_codes(other), &*FLAGS),
        };
        self.told.add(attribute, texts);
        let mut end = self.text.len() as u32;
        self.text.push_str(texts.text());
        let values = texts.iter().map(|text| {
            let start = end;
            end += text.len() as u32;
            // How the time is written does not matter.
            let hash = if attribute == Attribute::Time { 0 } else { attribute_hash(attribute, text) };
            AttributeValue { start, end, hash }
        });
        let values = iter::once(AttributeValue::NONE).chain(values).collect();
        let odd = (0..).zip(texts.iter()).filter(|(_, text)| !is_plain(attribute, text));
        AttributeColumn { attribute, codes, values, odd: odd.map(|(code, _)| code).collect() }
    }

    /// Reads a row, and hands its event to `each` for every place where it was read; `false` if it is declined.
    pub fn read(&mut self, row: usize, indexes: &mut RowIndexes, mut each: impl FnMut(Event<'_>)) -> bool {
        if !self.is_short || !self.values.take(&self.columns, row) || self.says_more(row) {
            return false;
        }
        let values = &self.values;
        let fields = Fields {
            text: &self.text,
            spans: &values.spans,
            bindings: &*BINDINGS,
            index: indexes.of(values.present),
        };
        let Some(event) = self.told.event(self.rows.time(row), &values.codes, fields) else {
            return false;
        };
        let (input, line) = self.rows.first_place(row);
        let digest = self.rows.digests.get(row).and_then(|digest| digest.try_into().ok());
        let hashes = &values.hashes;
        let first = RetainedRow { input, line, copy: 0, digest: digest.unwrap_or_default(), hashes };
        each(Event { retained: Some(Retained::Row(&first)), ..event });
        for (input, line, copy) in self.rows.further_places(row) {
            let other = RetainedRow { input, line: *line, copy: *copy, ..first };
            each(Event { retained: Some(Retained::Row(&other)), ..event });
        }
        true
    }

    /// Whether a row has something besides attributes, or a time that is written as another one.
    fn says_more(&self, row: usize) -> bool {
        let Rows { all_texts, diagnostics, .. } = self.rows;
        let has_text = |column: &TextColumn| column.codes().get(row).is_some_and(|code| *code != NULL);
        let time = Some(Parsed { timestamp: self.rows.time(row), naive: false });
        let is_other = |text: &str| time::parse(text) != time;
        has_text(all_texts) || has_text(diagnostics) || self.rows.time_text(row).is_some_and(is_other)
    }
}

/// The values of a row, by attribute.
struct RowValues {
    spans: [Span; COUNT],
    hashes: [u64; COUNT],
    codes: [u32; COUNT],
    present: AttributeSet,
}

impl RowValues {
    const NONE: Self = Self { spans: [NOWHERE; COUNT], hashes: [0; COUNT], codes: [NULL; COUNT], present: 0 };

    /// Takes the values of a row, and returns whether it may be plain. Attributes without a column stay without a value.
    #[inline]
    fn take(&mut self, columns: &[AttributeColumn<'_>], row: usize) -> bool {
        let (mut present, mut is_plain) = (0, true);
        for AttributeColumn { attribute, codes, values, odd } in columns {
            let (attribute, code) = (*attribute as usize, codes[row]);
            let AttributeValue { start, end, hash } = values[code.wrapping_sub(NULL) as usize];
            self.codes[attribute] = code;
            self.spans[attribute] = Span { start, end, escaped: false };
            self.hashes[attribute] = hash;
            is_plain &= odd.is_empty() || !odd.contains(&code);
            present |= AttributeSet::from(code != NULL) << attribute;
        }
        self.present = present;
        let has = |attributes: AttributeSet| present & attributes != 0;
        is_plain && present & REQUIRED == REQUIRED && (!has(CONNECTION) || has(DIRECTION))
    }
}

/// Whether rows with this value may be plain.
fn is_plain(attribute: Attribute, text: &str) -> bool {
    !text.is_empty() && (attribute != Attribute::Ip || is_ip(text))
}

/// The codes of flags; none if they are something else.
fn flag_codes(values: &Values) -> Cow<'static, [u32]> {
    let flags = if let Values::Boolean(flags) = values { flags.as_slice() } else { &[] };
    flags.iter().map(|flag| flag.map_or(NULL, u32::from)).collect()
}
