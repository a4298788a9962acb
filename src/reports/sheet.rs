//! Sheets, the format-independent content of reports: facts, tables and charts of typed cells.
//!
//! Reports fill sheets and know no format; formats print sheets and know no report. The keys of sections, columns and
//! facts appear in the report's JSON, so they are part of its versioned schema.

use std::borrow::Cow;

use crate::analysis::calendar::Bucket;
use crate::model::time::Timestamp;
use crate::reports::provenance::Provenance;

/// A finished report; its texts may be borrowed from the survey.
pub struct Sheet<'a> {
    /// Name of the report: `removals`.
    pub name: &'static str,
    /// Name and version of its JSON: `ssoaudit.report.removals.v2`.
    pub schema: &'static str,
    /// Heading for people.
    pub title: String,
    /// What was found, in up to three sentences made from the figures; only formats for people print them.
    pub statements: Vec<String>,
    /// What it comes from, if that is known; for pages, which outlive the run that made them.
    pub provenance: Option<Provenance>,
    /// Notes for the reader, a sentence each: what was selected, and what limits the report.
    pub notes: Vec<String>,
    /// The sections, the most important first. Formats that can hold only one table print the first table.
    pub sections: Vec<Section<'a>>,
}

/// A part of a sheet. A report has the same sections with the same columns and facts for every input, so that its
/// schema can be derived from the sheet of an empty log.
pub struct Section<'a> {
    /// Key in JSON, in snake_case.
    pub key: &'static str,
    /// Heading for people.
    pub title: &'static str,
    /// Its content.
    pub body: Body<'a>,
}

/// The content of a section.
pub enum Body<'a> {
    /// Single values, which are an object in JSON.
    Facts(Vec<Fact<'a>>),
    /// A table, which is an array of objects in JSON.
    Table(Table<'a>),
    /// A chart, which is its numbers in JSON.
    Chart(Chart),
}

/// A single value.
#[derive(Clone, Debug)]
pub struct Fact<'a> {
    /// Key in JSON.
    pub key: &'static str,
    /// Label for people.
    pub label: &'static str,
    /// The kind of the value, unless it is empty.
    pub kind: Kind,
    /// The value.
    pub value: Cell<'a>,
}

/// A table: rows with the same columns.
pub struct Table<'a> {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows in the order to print.
    pub rows: Rows<'a>,
    /// The sentence printed if there are no rows.
    pub empty: &'static str,
    /// How many rows were left out, for example by `--top`.
    pub left_out: u64,
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Key in JSON and header in CSV, in snake_case; seconds end in `_seconds`.
    pub key: &'static str,
    /// Header for people.
    pub title: &'static str,
    /// The kind of its cells, unless they are empty.
    pub kind: Kind,
    /// A one-line description, for the schema and for HTML.
    pub about: &'static str,
    /// The order in which a narrow terminal hides columns: the highest rank first, rank 0 last.
    pub rank: u8,
}

/// The kind of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text of the log or of the report.
    Text,
    /// An id, whose end matters as much as its beginning.
    Id,
    /// A count.
    Number,
    /// An integer that may be negative.
    Integer,
    /// A share between 0 and 1; in percent for people.
    Share,
    /// A point in time; RFC 3339 in JSON.
    Time,
    /// Whole seconds; in days, hours and minutes for people.
    Duration,
    /// `true` or `false`; yes or no for people.
    Flag,
    /// Several texts.
    List,
}

/// Rows that are made on demand when they are printed, as there may be as many as events.
pub struct Rows<'a> {
    count: usize,
    make: Box<dyn Fn(usize) -> Row<'a> + Send + Sync + 'a>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// A cell for every column.
    pub cells: Vec<Cell<'a>>,
    /// Its tone.
    pub tone: Tone,
}

/// How good or bad something is. Formats choose the colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Neither good nor bad.
    #[default]
    Plain,
    /// As expected.
    Good,
    /// Worth a look.
    Warn,
    /// Needs action.
    Bad,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// No value, as the log has none; `null` in JSON.
    Nothing,
    /// For [`Kind::Text`] and [`Kind::Id`], as in the log; formats escape it.
    Text(Cow<'a, str>),
    /// For [`Kind::Number`].
    Number(u64),
    /// For [`Kind::Integer`].
    Integer(i64),
    /// For [`Kind::Share`].
    Share(f64),
    /// For [`Kind::Time`].
    Time(Timestamp),
    /// For [`Kind::Duration`], in seconds.
    Duration(u64),
    /// For [`Kind::Flag`].
    Flag(bool),
    /// For [`Kind::List`].
    List(Vec<Cow<'a, str>>),
}

/// A chart.
#[derive(Clone, Debug)]
pub enum Chart {
    /// Events over time.
    Timeline {
        /// The length of a bucket: `hour`, `day`, `week`, `month` or `year`.
        unit: &'static str,
        /// All buckets, without gaps.
        buckets: Vec<Bucket>,
    },
    /// Events by weekday (Monday first) and hour, one grid for each name.
    Heat(Vec<(String, [[u64; 24]; 7])>),
    /// Periods for each name, such as those in which an organization was without SSO.
    Stretches {
        /// When the chart begins and ends; `None` for a log without events.
        span: Option<(Timestamp, Timestamp)>,
        /// The names with their periods.
        rows: Vec<(String, Vec<Stretch>)>,
    },
}

/// A period of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends, as far as the log shows.
    pub to: Timestamp,
    /// Whether it continues beyond the end of the log.
    pub is_open: bool,
    /// Its tone.
    pub tone: Tone,
    /// Whether it is only presumed.
    pub is_presumed: bool,
}

impl<'a> Section<'a> {
    /// A section of single values.
    pub fn facts(key: &'static str, title: &'static str, facts: Vec<Fact<'a>>) -> Self {
        Self { key, title, body: Body::Facts(facts) }
    }

    /// A section that is a table.
    pub fn table(key: &'static str, title: &'static str, table: Table<'a>) -> Self {
        Self { key, title, body: Body::Table(table) }
    }

    /// A section that is a chart.
    pub fn chart(key: &'static str, title: &'static str, chart: Chart) -> Self {
        Self { key, title, body: Body::Chart(chart) }
    }
}

impl<'a> Rows<'a> {
    /// Rows made by a function of their index.
    pub fn new(count: usize, make: impl Fn(usize) -> Row<'a> + Send + Sync + 'a) -> Self {
        Self { count, make: Box::new(make) }
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are no rows.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Makes the row at an index.
    pub fn get(&self, index: usize) -> Row<'a> {
        (self.make)(index)
    }

    /// Makes all rows.
    pub fn iter(&self) -> impl Iterator<Item = Row<'a>> {
        (0..self.count).map(|index| self.get(index))
    }
}

impl<'a> From<Vec<Row<'a>>> for Rows<'a> {
    fn from(rows: Vec<Row<'a>>) -> Self {
        Self::new(rows.len(), move |index| rows[index].clone())
    }
}

impl<'a> FromIterator<Row<'a>> for Rows<'a> {
    fn from_iter<I: IntoIterator<Item = Row<'a>>>(rows: I) -> Self {
        rows.into_iter().collect::<Vec<_>>().into()
    }
}

impl<'a> Fact<'a> {
    /// A fact.
    pub fn new(key: &'static str, label: &'static str, kind: Kind, value: impl Into<Cell<'a>>) -> Self {
        Self { key, label, kind, value: value.into() }
    }
}

impl Column {
    /// A column that a narrow terminal hides last.
    pub const fn new(key: &'static str, title: &'static str, kind: Kind, about: &'static str) -> Self {
        Self { key, title, kind, about, rank: 0 }
    }

    /// The same column with another rank.
    pub const fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    /// The same column under another title.
    pub const fn title(mut self, title: &'static str) -> Self {
        self.title = title;
        self
    }

    /// The same column with another description.
    pub const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }
}

impl<'a> Cell<'a> {
    /// A text cell, or [`Cell::Nothing`] if the text is empty.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        let text = text.into();
        if text.is_empty() { Self::Nothing } else { Self::Text(text) }
    }
}

impl<T: Into<Self>> From<Option<T>> for Cell<'_> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Nothing, Into::into)
    }
}

impl<'a> From<&'a str> for Cell<'a> {
    fn from(text: &'a str) -> Self {
        Self::text(text)
    }
}

impl From<String> for Cell<'_> {
    fn from(text: String) -> Self {
        Self::text(text)
    }
}

impl<'a> From<Cow<'a, str>> for Cell<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::text(text)
    }
}

impl From<u64> for Cell<'_> {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<Timestamp> for Cell<'_> {
    fn from(time: Timestamp) -> Self {
        Self::Time(time)
    }
}

impl From<bool> for Cell<'_> {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}
