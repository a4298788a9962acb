//! Cells and tones as the page prints them, with grouped digits, percentages and durations.

use std::borrow::Cow;

use chrono_tz::Tz;

use crate::model::time::{self, Timestamp};
use crate::reports::sheet::{Cell, Kind, Tone};
use crate::text::plural::plural;
use crate::text::width::width;

/// A cell as templates print it.
pub enum DisplayValue<'a> {
    /// No value, as the log has none.
    Nothing,
    /// A text.
    Text(Cow<'a, str>),
    /// An id.
    Id(Cow<'a, str>),
    /// A number with its unit.
    Figure(String),
    /// A point in time.
    Time(Moment),
    /// Several texts.
    List(Vec<Cow<'a, str>>),
}

impl DisplayValue<'_> {
    /// The columns that its longest line takes.
    pub fn width(&self) -> usize {
        match self {
            Self::Nothing => 1,
            Self::Text(text) | Self::Id(text) => width(text),
            Self::Figure(text) => width(text),
            Self::Time(time) => width(&time.text),
            Self::List(texts) => texts.iter().map(|text| width(text)).max().unwrap_or_default(),
        }
    }

    /// The columns of the longest word in it, which a browser does not break.
    pub fn word_width(&self) -> usize {
        match self {
            Self::Text(text) => longest_word(text),
            Self::List(texts) => texts.iter().map(|text| longest_word(text)).max().unwrap_or_default(),
            _ => self.width(),
        }
    }
}

/// The columns of the longest word of a text.
fn longest_word(text: &str) -> usize {
    let words = text.split_inclusive(|c: char| c.is_whitespace() || c == '-');
    words.map(|word| width(word.trim_end())).max().unwrap_or_default()
}

/// The number by which a cell is sorted; `None` if that is its text. It never has a text of the log.
pub fn sort_key(cell: &Cell<'_>) -> Option<String> {
    match cell {
        Cell::Number(value) | Cell::Duration(value) => Some(value.to_string()),
        Cell::Integer(value) => Some(value.to_string()),
        Cell::Share(value) => value.is_finite().then(|| value.to_string()),
        Cell::Time(time) => Some(time.epoch_micros().to_string()),
        Cell::Nothing | Cell::Text(_) | Cell::Flag(_) | Cell::List(_) => None,
    }
}

/// A point in time, for machines and for people.
pub struct Moment {
    /// RFC 3339.
    pub machine: String,
    /// To the second.
    pub text: String,
}

/// A tone as a CSS class, and as a word with a sign. All are empty for the plain tone.
#[derive(Clone, Copy)]
pub struct Mark {
    /// The CSS class.
    pub class: &'static str,
    /// The sign before the word.
    pub sign: &'static str,
    /// The word.
    pub word: &'static str,
    /// By which it is sorted, from the plain one to the worst.
    pub rank: u8,
}

/// Converts a cell of a column of `kind` for templates.
pub fn display_value(cell: Cell<'_>, kind: Kind, zone: Tz) -> DisplayValue<'_> {
    match cell {
        Cell::Nothing => DisplayValue::Nothing,
        Cell::Text(text) if text.is_empty() => DisplayValue::Nothing,
        Cell::Text(text) if kind == Kind::Id => DisplayValue::Id(text),
        Cell::Text(text) => DisplayValue::Text(text),
        Cell::Number(value) => DisplayValue::Figure(number(value)),
        Cell::Integer(value) => DisplayValue::Figure(value.to_string()),
        Cell::Share(value) if value.is_finite() => DisplayValue::Figure(share(value)),
        Cell::Share(_) => DisplayValue::Nothing,
        Cell::Time(time) => DisplayValue::Time(moment(time, zone)),
        Cell::Duration(seconds) => DisplayValue::Figure(duration(seconds)),
        Cell::Flag(flag) => DisplayValue::Text(if flag { "yes" } else { "no" }.into()),
        Cell::List(texts) if texts.is_empty() => DisplayValue::Nothing,
        Cell::List(texts) => DisplayValue::List(texts),
    }
}

/// The CSS class for cells of a kind.
pub fn kind_class(kind: Kind) -> &'static str {
    match kind {
        Kind::Number | Kind::Integer | Kind::Share | Kind::Duration => "figure",
        Kind::Time => "time",
        Kind::Id => "id",
        Kind::Text | Kind::Flag | Kind::List => "text",
    }
}

/// A time to the second.
pub fn moment(time: Timestamp, zone: Tz) -> Moment {
    Moment { machine: time.rfc3339(zone), text: time.to_the_second(zone) }
}

/// The mark of a tone.
pub fn mark(tone: Tone) -> Mark {
    let (class, sign, word) = match tone {
        Tone::Plain => ("plain", "", ""),
        Tone::Good => ("good", "✓", "OK"),
        Tone::Warn => ("warn", "▲", "Review"),
        Tone::Bad => ("bad", "■", "Action"),
    };
    Mark { class, sign, word, rank: tone as u8 }
}

/// Digits in groups of three.
pub fn number(value: u64) -> String {
    let digits = value.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A count with its noun: `1 row`, `2,000 rows`.
pub fn count(value: u64, thing: &str) -> String {
    format!("{} {}", number(value), plural(value, thing))
}

/// A short form of a number, for an axis.
pub fn short(value: u64) -> String {
    let (unit, sign) = match value {
        0..10_000 => return number(value),
        10_000..1_000_000 => (1e3, "k"),
        1_000_000..1_000_000_000 => (1e6, "M"),
        _ => (1e9, "G"),
    };
    let tenths = (value as f64 / unit * 10.0).round() / 10.0;
    format!("{tenths}{sign}")
}

/// A duration in its two largest units, omitting zeros: `3d 4h`, `4h`, `5m 10s`.
pub fn duration(seconds: u64) -> String {
    let units = time::duration_in_units(seconds, 2);
    units.map(|(value, unit)| format!("{}{unit}", number(value))).collect::<Vec<_>>().join("\u{a0}")
}

fn share(value: f64) -> String {
    format!("{:.1}\u{a0}%", value * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(number), ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([9999, 12_500, 3_000_000].map(short), ["9,999", "12.5k", "3M"]);
        assert_eq!([1, 2000].map(|value| count(value, "row")), ["1 row", "2,000 rows"]);
        assert_eq!(share(0.1234), "12.3\u{a0}%");
    }

    #[test]
    fn durations_have_two_units() {
        let durations = [0, 59, 310, 14_400, 273_601, 86_400 + 61].map(duration);
        assert_eq!(durations, ["0s", "59s", "5m\u{a0}10s", "4h", "3d\u{a0}4h", "1d"]);
    }
}
