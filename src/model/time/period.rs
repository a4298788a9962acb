//! Days, weeks, months, quarters and years as users name them: `2025-01-15`, `2025-Q1`, `yesterday`, `last-month`.

use anyhow::{Result, bail};
use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Weekday,
};
use chrono_tz::Tz;

use crate::model::time::Timestamp;

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Day,
    /// From Monday.
    Week,
    Month,
    Quarter,
    Year,
}

const MONTHS_PER_QUARTER: u32 = 3;

/// Names of periods that are others at another time: the unit, and how many of them ago.
const NAMES: &[(&str, Unit, u32)] = &[
    ("today", Unit::Day, 0),
    ("yesterday", Unit::Day, 1),
    ("this-week", Unit::Week, 0),
    ("last-week", Unit::Week, 1),
    ("this-month", Unit::Month, 0),
    ("last-month", Unit::Month, 1),
    ("this-quarter", Unit::Quarter, 0),
    ("last-quarter", Unit::Quarter, 1),
    ("this-year", Unit::Year, 0),
    ("last-year", Unit::Year, 1),
];

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    /// What there is of it, for messages.
    fn range(self) -> &'static str {
        match self {
            Self::Month => "; months are 01 to 12",
            Self::Quarter => "; quarters are Q1 to Q4",
            _ => "",
        }
    }

    /// The first day of the unit that a day is in.
    fn first_day(self, day: NaiveDate) -> Option<NaiveDate> {
        match self {
            Self::Day => Some(day),
            Self::Week => Some(day.week(Weekday::Mon).first_day()),
            Self::Month => day.with_day(1),
            Self::Quarter => {
                day.with_day(1)?.with_month0(day.month0() / MONTHS_PER_QUARTER * MONTHS_PER_QUARTER)
            }
            Self::Year => day.with_ordinal(1),
        }
    }

    /// So many units later.
    fn later(self, day: NaiveDate, count: u32) -> Option<NaiveDate> {
        match self.length(count) {
            Length::Days(days) => day.checked_add_days(days),
            Length::Months(months) => day.checked_add_months(months),
        }
    }

    /// So many units earlier; a month that lacks the day has its last day instead.
    fn earlier(self, day: NaiveDate, count: u32) -> Option<NaiveDate> {
        match self.length(count) {
            Length::Days(days) => day.checked_sub_days(days),
            Length::Months(months) => day.checked_sub_months(months),
        }
    }

    fn length(self, count: u32) -> Length {
        let months = |months| Length::Months(Months::new(count.saturating_mul(months)));
        match self {
            Self::Day => Length::Days(Days::new(count.into())),
            Self::Week => Length::Days(Days::new(7 * u64::from(count))),
            Self::Month => months(1),
            Self::Quarter => months(MONTHS_PER_QUARTER),
            Self::Year => months(12),
        }
    }
}

enum Length {
    Days(Days),
    Months(Months),
}

/// A span of time that begins and ends with days of a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Period {
    /// Its first moment.
    pub begin: Timestamp,
    /// The first moment after it.
    pub end: Timestamp,
}

/// Reads a period: a date, a month, a quarter or a year as in `2025-01-15`, `2025-01`, `2025-Q1` and `2025`, or a name
/// such as `yesterday` or `last-week`. `None` where the text is something else; an error where there is no such period
/// in the calendar or the zone. Times outside of the years 0000 to 9999 in UTC become the first or last of those years.
pub fn parse_period(text: &str, zone: Tz, now: Timestamp) -> Result<Option<Period>> {
    let named = named(text).and_then(|(unit, back)| {
        let today = DateTime::from_timestamp(now.seconds, 0)?.with_timezone(&zone).date_naive();
        Some((unit, unit.earlier(unit.first_day(today)?, back)?))
    });
    match named {
        Some((unit, first)) => period(unit, first, zone).map(Some),
        None => parse_dated_period(text, zone),
    }
}

/// The same without the names that depend on the present.
pub(super) fn parse_dated_period(text: &str, zone: Tz) -> Result<Option<Period>> {
    let Some((unit, [year, month, day])) = dated(text) else {
        return Ok(None);
    };
    match NaiveDate::from_ymd_opt(year.cast_signed(), month, day) {
        Some(first) => period(unit, first, zone).map(Some),
        None => bail!("there is no {} `{text}`{}", unit.name(), unit.range()),
    }
}

fn named(text: &str) -> Option<(Unit, u32)> {
    let found = NAMES.iter().find(|(name, ..)| name.eq_ignore_ascii_case(text));
    found.map(|(_, unit, back)| (*unit, *back))
}

/// The unit that a text has the form of, and year, month and day of its first day, which may not exist.
fn dated(text: &str) -> Option<(Unit, [u32; 3])> {
    let number = |digits: &str, length: usize| {
        let is_number = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse::<u32>().ok())?
    };
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4)?;
    match (parts.next(), parts.next(), parts.next()) {
        (None, ..) => Some((Unit::Year, [year, 1, 1])),
        (Some(part), None, _) => match part.strip_prefix(['Q', 'q']) {
            Some(quarter) => {
                // Quarter 0 has no first month, and month 0 does not exist either.
                let months = number(quarter, 1)? * MONTHS_PER_QUARTER;
                Some((Unit::Quarter, [year, months.saturating_sub(MONTHS_PER_QUARTER - 1), 1]))
            }
            None => Some((Unit::Month, [year, number(part, 2)?, 1])),
        },
        (Some(month), Some(day), None) => Some((Unit::Day, [year, number(month, 2)?, number(day, 2)?])),
        _ => None,
    }
}

fn period(unit: Unit, first: NaiveDate, zone: Tz) -> Result<Period> {
    let begin = begin_of_day(first, zone);
    let end = unit.later(first, 1).and_then(|next| begin_of_day(next, zone));
    match (begin, end) {
        (Some(begin), Some(end)) if begin < end => Ok(Period { begin, end }),
        _ => bail!("the {} {first} does not exist in {zone}: clocks were put forward", unit.name()),
    }
}

/// The first moment of a day, or of the next one if a zone has skipped it.
fn begin_of_day(day: NaiveDate, zone: Tz) -> Option<Timestamp> {
    first_moment(day.and_time(NaiveTime::MIN), zone)
}

/// The first moment at a local time, or after it where clocks were put forward; that can be a whole day. Times outside
/// of the years 0000 to 9999 in UTC become the first or last of those years.
fn first_moment(local: NaiveDateTime, zone: Tz) -> Option<Timestamp> {
    const MINUTES: i64 = 2 * 24 * 60;
    let mut moments = (0..MINUTES).map(|minutes| local.checked_add_signed(TimeDelta::minutes(minutes)));
    let first = moments.find_map(|moment| zone.from_local_datetime(&moment?).earliest())?;
    Some(Timestamp::from(first).clamp(Timestamp::FIRST, Timestamp::LAST))
}

/// The time so many months (`6mo`) or years (`1y`) before `now`, at the same time of day in `zone`.
pub(super) fn calendar_age(text: &str, zone: Tz, now: Timestamp) -> Option<Timestamp> {
    let (unit, count) = steps(text)?;
    let local = DateTime::from_timestamp(now.seconds, now.nanos)?.with_timezone(&zone).naive_local();
    match unit.earlier(local.date(), count) {
        Some(day) => first_moment(day.and_time(local.time()), zone),
        None => Some(Timestamp::FIRST),
    }
}

/// Whether a text is the name of a period that depends on the present, or an age in months or years.
pub(super) fn is_relative(text: &str) -> bool {
    named(text).is_some() || steps(text).is_some()
}

fn steps(text: &str) -> Option<(Unit, u32)> {
    let months = text.strip_suffix("mo").map(|count| (Unit::Month, count));
    let (unit, count) = months.or_else(|| text.strip_suffix('y').map(|count| (Unit::Year, count)))?;
    let is_number = !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit());
    Some((unit, count.parse().ok().filter(|_| is_number)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::time::parse;

    fn at(text: &str) -> Timestamp {
        parse(text).unwrap().timestamp
    }

    #[test]
    fn periods_begin_and_end_with_days_of_the_zone() {
        // In Berlin it is 2024 already.
        let now = at("2023-12-31T23:30:00Z");
        for (text, zone, begin, end) in [
            ("2024-02", Tz::UTC, "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("2024-02-29", Tz::UTC, "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"),
            ("2025-Q4", Tz::UTC, "2025-10-01T00:00:00Z", "2026-01-01T00:00:00Z"),
            ("2025-q1", Tz::Europe__Berlin, "2024-12-31T23:00:00Z", "2025-03-31T22:00:00Z"),
            ("2025", Tz::Europe__Berlin, "2024-12-31T23:00:00Z", "2025-12-31T23:00:00Z"),
            // Days of 23 and 25 hours, and one without a midnight.
            ("2025-03-30", Tz::Europe__Berlin, "2025-03-29T23:00:00Z", "2025-03-30T22:00:00Z"),
            ("2025-10-26", Tz::Europe__Berlin, "2025-10-25T22:00:00Z", "2025-10-26T23:00:00Z"),
            ("2025-04-25", Tz::Africa__Cairo, "2025-04-24T22:00:00Z", "2025-04-25T21:00:00Z"),
            // The next day never was.
            ("2011-12-29", Tz::Pacific__Apia, "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z"),
            ("today", Tz::UTC, "2023-12-31T00:00:00Z", "2024-01-01T00:00:00Z"),
            ("today", Tz::Europe__Berlin, "2023-12-31T23:00:00Z", "2024-01-01T23:00:00Z"),
            ("yesterday", Tz::UTC, "2023-12-30T00:00:00Z", "2023-12-31T00:00:00Z"),
            ("this-week", Tz::UTC, "2023-12-25T00:00:00Z", "2024-01-01T00:00:00Z"),
            ("last-week", Tz::Europe__Berlin, "2023-12-24T23:00:00Z", "2023-12-31T23:00:00Z"),
            ("last-month", Tz::UTC, "2023-11-01T00:00:00Z", "2023-12-01T00:00:00Z"),
            ("last-quarter", Tz::Europe__Berlin, "2023-09-30T22:00:00Z", "2023-12-31T23:00:00Z"),
            ("THIS-QUARTER", Tz::UTC, "2023-10-01T00:00:00Z", "2024-01-01T00:00:00Z"),
            ("this-year", Tz::Europe__Berlin, "2023-12-31T23:00:00Z", "2024-12-31T23:00:00Z"),
            ("last-year", Tz::UTC, "2022-01-01T00:00:00Z", "2023-01-01T00:00:00Z"),
            ("9999", Tz::UTC, "9999-01-01T00:00:00Z", "9999-12-31T23:59:59.999999999Z"),
        ] {
            let expected = Period { begin: at(begin), end: at(end) };
            assert_eq!(parse_period(text, zone, now).unwrap(), Some(expected), "{text} {zone}");
        }
        assert!(parse_period("2011-12-30", Tz::Pacific__Apia, now).is_err());
        for text in ["2025-00", "2025-13", "2025-Q0", "2025-Q5", "2025-02-29", "2100-02-29"] {
            let error = parse_period(text, Tz::UTC, now).unwrap_err().to_string();
            assert!(error.starts_with("there is no ") && error.contains(text), "{error}");
        }
        for text in [
            "",
            "20",
            "20250",
            "+025",
            "2025-1",
            "2025-Q",
            "2025-Q12",
            "2025-QQ1",
            "2025-01-1",
            "2025-01-15-",
            "next-week",
        ] {
            assert_eq!(parse_period(text, Tz::UTC, now).unwrap(), None, "{text}");
        }
    }

    #[test]
    fn months_and_years_are_steps_of_the_calendar() {
        for (now, text, zone, expected) in [
            ("2025-03-31T12:00:00.5Z", "1mo", Tz::UTC, "2025-02-28T12:00:00.5Z"),
            ("2024-02-29T12:00:00Z", "1y", Tz::UTC, "2023-02-28T12:00:00Z"),
            ("2025-01-15T12:00:00Z", "6mo", Tz::Europe__Berlin, "2024-07-15T11:00:00Z"),
            ("2025-01-15T12:00:00Z", "0mo", Tz::UTC, "2025-01-15T12:00:00Z"),
            // 02:30 did not exist on that day.
            ("2025-04-30T00:30:00Z", "1mo", Tz::Europe__Berlin, "2025-03-30T01:00:00Z"),
        ] {
            assert_eq!(calendar_age(text, zone, at(now)), Some(at(expected)), "{now} {text} {zone}");
        }
    }

    proptest! {
        /// Whatever the zone, no moment of a year is outside of its months, quarters and days, or in two of them.
        #[test]
        fn smaller_periods_fill_larger_ones(year in 1890..2100_u32, zone in prop::sample::select(chrono_tz::TZ_VARIANTS.as_slice())) {
            let period = |text: String| parse_dated_period(&text, zone).ok().flatten();
            let whole = period(format!("{year:04}")).unwrap();
            let quarters: Vec<_> = (1..=4).filter_map(|quarter| period(format!("{year:04}-Q{quarter}"))).collect();
            let months: Vec<_> = (1..=12).filter_map(|month| period(format!("{year:04}-{month:02}"))).collect();
            let days: Vec<_> = NaiveDate::from_ymd_opt(year.cast_signed(), 1, 1).unwrap().iter_days()
                .take_while(|day| day.year() == year.cast_signed())
                .filter_map(|day| period(day.to_string())).collect();
            for parts in [quarters, months, days] {
                prop_assert_eq!((parts[0].begin, parts[parts.len() - 1].end), (whole.begin, whole.end));
                prop_assert!(parts.windows(2).all(|pair| pair[0].end == pair[1].begin));
            }
        }
    }
}
