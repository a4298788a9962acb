//! The tables of a policy and their entries, read as values or reported as errors at their positions.

use chrono_tz::Tz;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::selection::Pattern;
use crate::model::time;
use crate::model::time::Timestamp;
use crate::policy::problems::Problems;
use crate::text::suggest::unknown;

/// A TOML table.
#[derive(Clone, Copy)]
pub(super) struct Section<'a> {
    table: &'a DeTable<'a>,
    /// Byte offset at which it begins.
    at: usize,
    problems: &'a Problems<'a>,
}

/// A value with its key.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    key: &'a str,
    /// Whether it is an element of the list with this key.
    is_element: bool,
    /// Byte offset at which the key, or the element of a list, begins.
    key_at: usize,
    value: &'a DeValue<'a>,
    /// Byte offset at which the value begins.
    at: usize,
    problems: &'a Problems<'a>,
}

impl<'a> Section<'a> {
    /// A table that may have only the known keys.
    pub(super) fn new(table: &'a DeTable<'a>, at: usize, known: &[&str], problems: &'a Problems<'a>) -> Self {
        for key in table.keys().filter(|key| !known.contains(&&**key.get_ref())) {
            problems.error(key.span().start, unknown("key", key.get_ref(), known.iter().copied()));
        }
        Self { table, at, problems }
    }

    /// A table with any keys.
    pub(super) fn open(table: &'a DeTable<'a>, at: usize, problems: &'a Problems<'a>) -> Self {
        Self { table, at, problems }
    }

    /// Every entry, by key.
    pub(super) fn entries(self) -> impl Iterator<Item = (&'a str, Entry<'a>)> {
        self.table.iter().map(move |(key, value)| (&**key.get_ref(), self.entry(key, value)))
    }

    /// An optional entry.
    pub(super) fn get(self, key: &str) -> Option<Entry<'a>> {
        self.table.get_key_value(key).map(|(key, value)| self.entry(key, value))
    }

    /// A required entry; its absence is an error.
    pub(super) fn required(self, key: &str) -> Option<Entry<'a>> {
        let entry = self.get(key);
        if entry.is_none() {
            self.error(format!("missing `{key}`"));
        }
        entry
    }

    /// Adds an error about the table.
    pub(super) fn error(self, message: impl Into<String>) {
        self.problems.error(self.at, message);
    }

    /// 1-based line at which it begins.
    pub(super) fn line(self) -> usize {
        self.problems.line(self.at)
    }

    /// An optional pattern.
    pub(super) fn pattern(self, key: &str) -> Option<Pattern> {
        self.get(key)?.text().map(Pattern::new)
    }

    fn entry(
        self,
        key: &'a Spanned<std::borrow::Cow<'a, str>>,
        value: &'a Spanned<DeValue<'a>>,
    ) -> Entry<'a> {
        Entry {
            key: key.get_ref(),
            is_element: false,
            key_at: key.span().start,
            value: value.get_ref(),
            at: value.span().start,
            problems: self.problems,
        }
    }
}

impl<'a> Entry<'a> {
    /// Adds an error about the value.
    pub(super) fn error(self, message: impl Into<String>) {
        self.problems.error(self.at, message);
    }

    /// Adds an error about the byte `at` of a text. One with escapes stands differently in the file; then the error is at
    /// its beginning, and the message is the one that tells the place.
    pub(super) fn error_in_text(self, at: usize, message: &str, with_place: &str) {
        let text = if let DeValue::String(text) = self.value { text } else { "" };
        match self.problems.find(self.at, text) {
            Some(start) => self.problems.error(start + at, message),
            None => self.error(with_place),
        }
    }

    /// Adds an error about the key.
    pub(super) fn key_error(self, message: impl Into<String>) {
        self.problems.error(self.key_at, message);
    }

    /// Adds a warning about the value.
    pub(super) fn warning(self, message: String) {
        self.problems.warning(self.at, message);
    }

    /// Adds an error about the value and returns `None`, so that a reader can end with it.
    pub(super) fn refuse<T>(self, message: impl Into<String>) -> Option<T> {
        self.error(message);
        None
    }

    /// Whether it is an empty list.
    pub(super) fn is_empty_list(self) -> bool {
        matches!(self.value, DeValue::Array(elements) if elements.is_empty())
    }

    /// Whether it is a list.
    pub(super) fn is_list(self) -> bool {
        matches!(self.value, DeValue::Array(_))
    }

    /// Its name in messages.
    fn name(self) -> String {
        let Self { key, is_element, .. } = self;
        if is_element { format!("an element of `{key}`") } else { format!("`{key}`") }
    }

    fn expected<T>(self, expected: &str) -> Option<T> {
        let found = match self.value {
            DeValue::String(_) => "a string",
            DeValue::Integer(_) => "a whole number",
            DeValue::Float(_) => "a fraction",
            DeValue::Boolean(_) => "a boolean",
            DeValue::Datetime(written) if written.date.is_none() => "a time of day",
            DeValue::Datetime(_) => "a date",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.refuse(format!("{} is {found}, expected {expected}", self.name()))
    }

    /// A text, which must not be blank.
    pub(super) fn text(self) -> Option<&'a str> {
        match self.value {
            DeValue::String(text) if text.trim().is_empty() => {
                self.refuse(format!("{} is empty", self.name()))
            }
            DeValue::String(text) => Some(text),
            _ => self.expected("a string"),
        }
    }

    /// `true` or `false`.
    pub(super) fn flag(self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.expected("true or false"),
        }
    }

    /// A non-negative integer.
    pub(super) fn count(self) -> Option<u64> {
        let DeValue::Integer(number) = self.value else {
            return self.expected("a whole number");
        };
        let count = u64::from_str_radix(number.as_str(), number.radix()).ok();
        let expected = match number.as_str().starts_with('-') {
            true => "a number from 0 on".to_owned(),
            false => format!("at most {}", u64::MAX),
        };
        let refuse = || self.refuse(format!("{} is {number}, expected {expected}", self.name()));
        count.or_else(refuse)
    }

    /// A duration in seconds.
    pub(super) fn age(self) -> Option<u64> {
        const EXPECTED: &str = "a length of time such as \"30m\", \"24h\" or \"7d\"";
        let DeValue::String(text) = self.value else {
            return self.expected(EXPECTED);
        };
        let seconds = time::parse_age(text).and_then(|seconds| u64::try_from(seconds).ok());
        seconds.or_else(|| self.refuse(format!("{} is `{text}`, expected {EXPECTED}", self.name())))
    }

    /// The elements of a list.
    pub(super) fn elements(self, expected: &str) -> Option<Vec<Self>> {
        let DeValue::Array(elements) = self.value else {
            return self.expected(expected);
        };
        let element = |element: &'a Spanned<DeValue<'a>>| {
            let at = element.span().start;
            Self { is_element: true, key_at: at, value: element.get_ref(), at, ..self }
        };
        Some(elements.iter().map(element).collect())
    }

    /// A list of texts, none of them blank, each with its entry.
    pub(super) fn texts(self) -> Option<Vec<(&'a str, Self)>> {
        let elements = self.elements("a list of strings")?;
        let texts: Vec<_> = elements.iter().map(|element| Some((element.text()?, *element))).collect();
        texts.into_iter().collect()
    }

    /// A list of patterns.
    pub(super) fn patterns(self) -> Option<Vec<Pattern>> {
        Some(self.texts()?.into_iter().map(|(text, _)| Pattern::new(text)).collect())
    }

    /// 1-based lines of the elements of a list.
    pub(super) fn lines(self) -> Vec<usize> {
        match self.value {
            DeValue::Array(elements) => {
                elements.iter().map(|element| self.problems.line(element.span().start)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// A table that may have only the known keys.
    pub(super) fn section(self, known: &[&str]) -> Option<Section<'a>> {
        match self.value {
            DeValue::Table(table) => Some(Section::new(table, self.at, known, self.problems)),
            _ => self.expected("a table"),
        }
    }

    /// A table with any keys.
    pub(super) fn open_section(self) -> Option<Section<'a>> {
        match self.value {
            DeValue::Table(table) => Some(Section::open(table, self.at, self.problems)),
            _ => self.expected("a table"),
        }
    }

    /// The value with this name, ignoring ASCII case.
    pub(super) fn one_of<T: Copy>(self, what: &str, known: &[(&str, T)]) -> Option<T> {
        let text = self.text()?;
        let found = known.iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, value)| *value);
        found.or_else(|| self.refuse(unknown(what, text, known.iter().map(|(name, _)| *name))))
    }

    /// A point in time, as a TOML value or a text; without an offset it is in `zone`.
    pub(super) fn time(self, zone: Tz) -> Option<Timestamp> {
        let text = match self.value {
            DeValue::Datetime(written) if written.date.is_some() => {
                let mut written = *written;
                if let Some(time) = &mut written.time {
                    time.second.get_or_insert(0);
                }
                written.to_string()
            }
            DeValue::String(text) => text.trim().to_owned(),
            _ => return self.expected("a point in time"),
        };
        if time::is_relative(&text) {
            return self.refuse(format!("`{text}` is a different time every day; give {}", time::FIXED));
        }
        match time::parse_fixed(&text, zone) {
            Ok(None) => self.refuse(format!("invalid time `{text}`; give {}", time::FIXED)),
            Ok(time) => time,
            Err(error) => self.refuse(error.to_string()),
        }
    }

    /// A time of day up to 24:00, in minutes after midnight.
    pub(super) fn minutes(self) -> Option<u32> {
        match self.value {
            DeValue::Datetime(written) if written.date.is_none() => {
                let time = written.time?;
                let is_even = time.second.unwrap_or(0) == 0 && time.nanosecond.unwrap_or(0) == 0;
                let minutes = u32::from(time.hour) * 60 + u32::from(time.minute);
                if is_even {
                    return Some(minutes);
                }
                self.refuse(format!("{} is {time}, expected a time of day to the minute", self.name()))
            }
            DeValue::String(text) => time::parse_time_of_day(text).or_else(|| {
                self.refuse(format!("invalid time of day `{text}`; give it as in 08:00, up to 24:00"))
            }),
            _ => self.expected("a time of day such as \"08:00\""),
        }
    }
}
