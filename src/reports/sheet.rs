//! What a report says, before any format: facts, tables and charts of typed cells.
//!
//! Reports fill sheets and know no format; formats print sheets and know no report. The keys of
//! sections, columns and facts are the report's JSON, so they are part of its versioned schema.

use std::borrow::Cow;

use crate::analysis::calendar::Bucket;
use crate::model::time::Timestamp;

/// A finished report; its texts may be borrowed from the survey.
pub struct Sheet<'a> {
    /// Name of the report: `removals`.
    pub name: &'static str,
    /// Name and version of its JSON: `ssoaudit.report.removals.v2`.
    pub schema: &'static str,
    /// Heading for people.
    pub title: String,
    /// What a reader has to know, a sentence each: what was selected, where the report is limited.
    pub notes: Vec<String>,
    /// The parts, the most important first; formats that hold one table print the first table.
    pub sections: Vec<Section<'a>>,
}

/// A part of a sheet. A report has the same parts with the same columns and facts whatever the input is, so
/// that its schema can be derived from the sheet of no event at all.
pub struct Section<'a> {
    /// Key in JSON, in snake_case.
    pub key: &'static str,
    /// Heading for people.
    pub title: &'static str,
    /// What it contains.
    pub body: Body<'a>,
}

/// What a section contains.
pub enum Body<'a> {
    /// Single values; an object in JSON.
    Facts(Vec<Fact<'a>>),
    /// Rows of the same columns; an array of objects in JSON.
    Table(Table<'a>),
    /// A chart; its numbers in JSON.
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

/// Rows of the same columns.
pub struct Table<'a> {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows in the order to print.
    pub rows: Rows<'a>,
    /// The sentence for a table without rows.
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
    /// One line about it, for the schema and for HTML.
    pub about: &'static str,
    /// A narrow terminal hides columns with a greater rank first; those of rank 0 are hidden last.
    pub rank: u8,
}

/// What a value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text of the log or of the report.
    Text,
    /// An id, whose end matters as much as its beginning.
    Id,
    /// A whole number.
    Number,
    /// A share between 0 and 1, for people in percent.
    Share,
    /// A point in time; RFC 3339 in JSON.
    Time,
    /// Whole seconds; for people in days, hours and minutes.
    Duration,
    /// `true` or `false`; for people yes or no.
    Flag,
    /// Several texts.
    List,
}

/// Rows that are made when they are printed: there may be as many as there are events.
pub struct Rows<'a> {
    count: usize,
    make: Box<dyn Fn(usize) -> Row<'a> + Send + Sync + 'a>,
}

/// A row.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// A cell for every column.
    pub cells: Vec<Cell<'a>>,
    /// How good or bad it is.
    pub tone: Tone,
}

/// How good or bad something is; formats choose the colour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Neither.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// Worth a look.
    Warn,
    /// Somebody has to do something about it.
    Bad,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell<'a> {
    /// The log does not say it; `null` in JSON.
    Nothing,
    /// For [`Kind::Text`] and [`Kind::Id`], as it stands in the log: formats make it harmless.
    Text(Cow<'a, str>),
    /// For [`Kind::Number`].
    Number(u64),
    /// For numbers that may be negative.
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
    /// How many events there were over time.
    Timeline {
        /// How long a bucket is: `hour`, `day`, `week` or `month`.
        unit: &'static str,
        /// Every bucket, without a gap.
        buckets: Vec<Bucket>,
    },
    /// How many events there were by weekday (Monday first) and hour, one grid for each name.
    Heat(Vec<(String, [[u64; 24]; 7])>),
    /// Stretches of time for each name, for example when organizations were without SSO.
    Stretches {
        /// When the chart begins and ends; nothing for a log without an event.
        span: Option<(Timestamp, Timestamp)>,
        /// The stretches of each name.
        rows: Vec<(String, Vec<Stretch>)>,
    },
}

/// A stretch of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// When it begins.
    pub from: Timestamp,
    /// When it ends, as far as the log shows.
    pub to: Timestamp,
    /// It goes on beyond the end of the log.
    pub is_open: bool,
    /// How good or bad it is.
    pub tone: Tone,
    /// It is only presumed.
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
    /// Makes `count` rows, each by its index.
    pub fn new(count: usize, make: impl Fn(usize) -> Row<'a> + Send + Sync + 'a) -> Self {
        Self { count, make: Box::new(make) }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The row at an index.
    pub fn get(&self, index: usize) -> Row<'a> {
        (self.make)(index)
    }

    /// All of them.
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
    /// A cell with the text; nothing if the text is empty.
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
