//! The rows of a history as events, without making lines of them. What a value costs is paid once for every different
//! value of a row group.
//!
//! A row is plain if all that it says is in its columns of attributes and its line would be read without a diagnostic.
//! Others are declined, and read as lines, so that both ways agree.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;

use crate::columnar::{NULL, TextColumn, Values};
use crate::input::history::Rows;
use crate::input::history::columns::IN_COLUMNS;
use crate::json::Span;
use crate::model::attribute::{ATTRIBUTES, Attribute, is_ip};
use crate::model::event::{Event, Retained, RetainedRow, Space};
use crate::model::fields::{Binding, Fields, Index};
use crate::model::neutral::{ActorKind, Direction, Outcome};
use crate::model::operation::Operation;
use crate::model::reported::attribute_hash;
use crate::model::time::Timestamp;
use crate::sources::normalized::{
    actor_kind_named, direction_named, operation_named, outcome_named, protocol_named, provider_named,
    source_named,
};

/// How many attributes there are.
const COUNT: usize = ATTRIBUTES.len();

/// A set of attributes.
type AttributeSet = u64;

const _: () = assert!(COUNT <= AttributeSet::BITS as usize, "every attribute has a bit");

const fn set(attributes: &[Attribute]) -> AttributeSet {
    let (mut set, mut at) = (0, 0);
    while at < attributes.len() {
        set |= 1 << attributes[at] as usize;
        at += 1;
    }
    set
}

/// Every event has these.
const REQUIRED: AttributeSet = set(&[Attribute::Source, Attribute::Action, Attribute::Operation]);

/// These are told by the table of the event's source, and are no values of its line.
const TOLD: AttributeSet = set(&[
    Attribute::Source,
    Attribute::Operation,
    Attribute::Outcome,
    Attribute::ActorKind,
    Attribute::ConnectionProtocol,
    Attribute::ConnectionProvider,
    Attribute::ConnectionDirection,
]);

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
}

struct AttributeColumn<'r> {
    attribute: Attribute,
    codes: Cow<'r, [u32]>,
    values: Vec<AttributeValue>,
}

/// A value of a column.
struct AttributeValue {
    span: Span,
    hash: u64,
    /// Whether rows with it may be plain.
    is_plain: bool,
}

/// What the values of columns stand for, by the codes of their rows.
#[derive(Default)]
struct ToldColumns {
    sources: Vec<Option<(&'static str, Space)>>,
    operations: Vec<Option<Operation>>,
    outcomes: Vec<Option<Outcome>>,
    actor_kinds: Vec<Option<ActorKind>>,
    directions: Vec<Option<Direction>>,
    protocols: Vec<Option<&'static str>>,
    providers: Vec<Option<&'static str>>,
}

impl<'r> RowReader<'r> {
    /// A reader of these rows, whose lines may have so many bytes.
    pub fn new(rows: &'r Rows, max_line_bytes: usize) -> Self {
        let mut reader =
            Self { rows, text: String::new(), columns: Vec::new(), told: ToldColumns::default() };
        let mut longest = LINE_BYTES;
        for (info, values) in IN_COLUMNS.iter().zip(&rows.attributes) {
            let column = reader.column(info.attribute, values);
            let lengths = column.values.iter().map(|it| (it.span.end - it.span.start) as usize);
            longest += ESCAPED_BYTES * lengths.max().unwrap_or(0);
            reader.columns.extend((!column.values.is_empty()).then_some(column));
        }
        if longest > max_line_bytes {
            // Some line may be too long. Which one, reading lines finds out.
            let values = reader.columns.iter_mut().flat_map(|column| &mut column.values);
            values.for_each(|value| value.is_plain = false);
        }
        reader
    }

    fn column(&mut self, attribute: Attribute, values: &'r Values) -> AttributeColumn<'r> {
        let (codes, texts): (Cow<'r, [u32]>, Vec<&str>) = match values {
            Values::Text(column) => (column.codes().into(), column.values().iter().collect()),
            Values::Boolean(flags) => {
                let code = |flag: &Option<bool>| flag.map_or(NULL, u32::from);
                (flags.iter().map(code).collect(), vec!["false", "true"])
            }
            _ => (Cow::default(), Vec::new()),
        };
        self.told.add(attribute, &texts);
        let values = texts.into_iter().map(|text| {
            let start = self.text.len() as u32;
            self.text.push_str(text);
            AttributeValue {
                span: Span { start, end: self.text.len() as u32, escaped: false },
                hash: attribute_hash(attribute, text),
                is_plain: is_plain(attribute, text),
            }
        });
        AttributeColumn { attribute, codes, values: values.collect() }
    }

    /// Reads a row, and hands its event to `each` for every place where it was read; `false` if it is declined.
    pub fn read(&self, row: usize, indexes: &mut RowIndexes, mut each: impl FnMut(Event<'_>)) -> bool {
        let Some(values) = self.values(row).filter(|_| !self.says_more(row)) else {
            return false;
        };
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

    /// Whether a row has something besides attributes, or a time that is not written as others are.
    fn says_more(&self, row: usize) -> bool {
        let Rows { time_texts, all_texts, diagnostics, .. } = self.rows;
        let has_text = |column: &TextColumn| column.codes().get(row).is_some_and(|code| *code != NULL);
        [time_texts, all_texts, diagnostics].into_iter().any(has_text) || !self.rows.time(row).is_usual()
    }

    /// The values of a row, if it may be plain.
    #[inline]
    fn values(&self, row: usize) -> Option<RowValues> {
        let nowhere = Span { start: 0, end: 0, escaped: false };
        let mut values =
            RowValues { spans: [nowhere; COUNT], hashes: [0; COUNT], codes: [NULL; COUNT], present: 0 };
        for AttributeColumn { attribute, codes, values: different } in &self.columns {
            let code = codes[row];
            let Some(value) = different.get(code as usize) else {
                continue;
            };
            let attribute = *attribute as usize;
            values.spans[attribute] = value.span;
            values.hashes[attribute] = value.hash;
            values.codes[attribute] = code;
            values.present |= 1 << attribute;
            if !value.is_plain {
                return None;
            }
        }
        let has = |attributes: AttributeSet| values.present & attributes != 0;
        let is_whole = values.present & REQUIRED == REQUIRED && (!has(CONNECTION) || has(DIRECTION));
        is_whole.then_some(values)
    }
}

/// The values of a row, by attribute.
struct RowValues {
    spans: [Span; COUNT],
    hashes: [u64; COUNT],
    codes: [u32; COUNT],
    present: AttributeSet,
}

impl ToldColumns {
    /// Takes the values of a column.
    fn add(&mut self, attribute: Attribute, texts: &[&str]) {
        match attribute {
            Attribute::Source => {
                let space = |text: &&str| source_named(text).map(|source| (source.name, source.id_space()));
                self.sources = texts.iter().map(space).collect();
            }
            Attribute::Operation => self.operations = all(texts, operation_named),
            Attribute::Outcome => self.outcomes = all(texts, outcome_named),
            Attribute::ActorKind => self.actor_kinds = all(texts, actor_kind_named),
            Attribute::ConnectionDirection => self.directions = all(texts, direction_named),
            Attribute::ConnectionProtocol => self.protocols = all(texts, protocol_named),
            Attribute::ConnectionProvider => self.providers = all(texts, provider_named),
            _ => {}
        }
    }

    /// The event of a row; `None` if a name in it is not known.
    #[inline]
    fn event<'e>(&self, time: Timestamp, codes: &[u32; COUNT], fields: Fields<'e>) -> Option<Event<'e>> {
        let code = |attribute: Attribute| codes[attribute as usize];
        let (source, ids) = told(&self.sources, code(Attribute::Source))??;
        Some(Event {
            time,
            operation: told(&self.operations, code(Attribute::Operation))??,
            outcome: told(&self.outcomes, code(Attribute::Outcome))?,
            protocol: told(&self.protocols, code(Attribute::ConnectionProtocol))?,
            provider: told(&self.providers, code(Attribute::ConnectionProvider))?,
            actor_kind: told(&self.actor_kinds, code(Attribute::ActorKind))?,
            direction: told(&self.directions, code(Attribute::ConnectionDirection))?,
            source,
            action: None,
            ids,
            fields,
            retained: None,
            redactor: None,
        })
    }
}

fn all<T>(texts: &[&str], named: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
    texts.iter().map(|text| named(text)).collect()
}

/// What the value of that code stands for, which is nothing if there is no value; `None` if it is not known.
fn told<T: Copy>(column: &[Option<T>], code: u32) -> Option<Option<T>> {
    match column.get(code as usize) {
        Some(known) => known.map(Some),
        None => Some(None),
    }
}

/// Whether rows with this value may be plain.
fn is_plain(attribute: Attribute, text: &str) -> bool {
    !text.is_empty() && (attribute != Attribute::Ip || is_ip(text))
}

/// The value of every attribute that is one of its line.
static BINDINGS: LazyLock<[Binding; COUNT]> = LazyLock::new(|| {
    std::array::from_fn(|slot| Binding { field: 0, element: 0, slot: slot as u32, is_primary: true })
});

/// The indexes of rows, by the attributes that they have.
#[derive(Default)]
pub struct RowIndexes(HashMap<AttributeSet, Index, RandomState>);

/// Nobody has so many kinds of rows who does not want to fill the memory.
const MAX_INDEXES: usize = 1 << 10;

impl RowIndexes {
    fn of(&mut self, present: AttributeSet) -> &Index {
        if self.0.len() == MAX_INDEXES && !self.0.contains_key(&present) {
            self.0.clear();
        }
        self.0.entry(present).or_insert_with(|| index(present & !TOLD))
    }
}

/// The index of a row with these attributes.
fn index(present: AttributeSet) -> Index {
    const NONE: [u32; COUNT] = [u32::MAX; COUNT];
    let mut index = Index { best: NONE, best_content: NONE, ..Index::default() };
    for info in ATTRIBUTES {
        let at = info.attribute as usize;
        if present & 1 << at != 0 {
            index.attributes.push((info.attribute, at as u32));
            (index.best[at], index.best_content[at]) = (at as u32, at as u32);
        }
        index.starts[at + 1] = index.attributes.len() as u32;
    }
    index
}
