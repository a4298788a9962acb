//! The calendar of a time zone: hours, days, weeks, months and years in which events are counted.

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Timelike, Weekday,
};
use chrono_tz::Tz;

use crate::model::time::Timestamp;

/// A unit of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Unit {
    /// An hour, from minute 0.
    Hour,
    /// A day, from midnight.
    Day,
    /// A week, from Monday.
    Week,
    /// A month, from its first day.
    Month,
    /// A year, from January 1.
    Year,
}

const HOUR_SECONDS: u64 = 3600;
const DAY_SECONDS: u64 = 24 * HOUR_SECONDS;

impl Unit {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Hour => "hour",
            Self::Day => "day",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The local time at which the unit begins that a time is in.
    pub fn begin_of(self, time: Timestamp, zone: Tz) -> NaiveDateTime {
        self.begin(local(time, zone))
    }

    /// The unit that divides a span of time into some tens of parts.
    pub fn fitting(first: Timestamp, last: Timestamp) -> Self {
        match last.seconds_since(first) {
            seconds if seconds <= 3 * DAY_SECONDS => Self::Hour,
            seconds if seconds <= 92 * DAY_SECONDS => Self::Day,
            seconds if seconds <= 730 * DAY_SECONDS => Self::Week,
            _ => Self::Month,
        }
    }

    /// The unit to try if this one makes too many buckets.
    fn coarser(self) -> Option<Self> {
        match self {
            Self::Hour => Some(Self::Week),
            Self::Day | Self::Week => Some(Self::Month),
            Self::Month => Some(Self::Year),
            Self::Year => None,
        }
    }

    fn begin(self, local: NaiveDateTime) -> NaiveDateTime {
        let date = match self {
            Self::Hour => return local.date().and_hms_opt(local.hour(), 0, 0).unwrap_or(local),
            Self::Day => local.date(),
            Self::Week => local.date().week(Weekday::Mon).first_day(),
            Self::Month => local.date().with_day(1).unwrap_or(local.date()),
            Self::Year => local.date().with_ordinal(1).unwrap_or(local.date()),
        };
        midnight(date)
    }

    fn next(self, begin: NaiveDateTime) -> NaiveDateTime {
        let next = match self {
            Self::Hour => begin.checked_add_signed(TimeDelta::hours(1)),
            Self::Day => begin.checked_add_days(Days::new(1)),
            Self::Week => begin.checked_add_days(Days::new(7)),
            Self::Month => begin.checked_add_months(Months::new(1)),
            Self::Year => begin.checked_add_months(Months::new(12)),
        };
        next.unwrap_or(NaiveDateTime::MAX)
    }

    /// The label of the unit that begins then.
    pub fn label(self, begin: NaiveDateTime) -> String {
        let format = match self {
            Self::Hour => "%Y-%m-%d %H:%M",
            Self::Day | Self::Week => "%Y-%m-%d",
            Self::Month => "%Y-%m",
            Self::Year => "%Y",
        };
        begin.format(format).to_string()
    }
}

fn midnight(date: NaiveDate) -> NaiveDateTime {
    date.and_hms_opt(0, 0, 0).unwrap_or_default()
}

/// Nobody looks at more buckets than this, and a single wrong date makes many.
const MAX_BUCKETS: usize = 20_000;

/// The events of a unit of time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// When the unit begins.
    pub begin: Timestamp,
    /// Its label.
    pub label: String,
    /// How many events it has.
    pub count: u64,
}

/// Sums up `counts`, whose times may be in any order, by unit. There is no gap between the first and the last
/// bucket. If there would be too many buckets, a coarser unit is used.
pub fn buckets(unit: Unit, zone: Tz, counts: impl Iterator<Item = (Timestamp, u64)>) -> (Unit, Vec<Bucket>) {
    let mut sums = std::collections::BTreeMap::new();
    let counts: Vec<_> = counts.collect();
    for (time, count) in &counts {
        *sums.entry(unit.begin(local(*time, zone))).or_insert(0_u64) += count;
    }
    let mut buckets = Vec::new();
    let (Some((first, _)), Some((last, _))) = (sums.first_key_value(), sums.last_key_value()) else {
        return (unit, buckets);
    };
    let (mut begin, last) = (*first, *last);
    while begin <= last {
        if buckets.len() == MAX_BUCKETS
            && let Some(coarser) = unit.coarser()
        {
            return self::buckets(coarser, zone, counts.into_iter());
        }
        let count = sums.get(&begin).copied().unwrap_or(0);
        buckets.push(Bucket { begin: instant(begin, zone), label: unit.label(begin), count });
        begin = unit.next(begin);
    }
    (unit, buckets)
}

/// The local date and time in a zone.
pub fn local(time: Timestamp, zone: Tz) -> NaiveDateTime {
    DateTime::from_timestamp(time.seconds, time.nanos).unwrap_or_default().with_timezone(&zone).naive_local()
}

/// The weekday, where 0 is Monday, and the hour.
pub fn weekday_and_hour(local: NaiveDateTime) -> (usize, usize) {
    (local.weekday().num_days_from_monday() as usize, local.hour() as usize)
}

/// The instant of a local time. One that clocks skip is the first instant after it.
fn instant(local: NaiveDateTime, zone: Tz) -> Timestamp {
    let skipped = || zone.from_local_datetime(&local.checked_add_signed(TimeDelta::hours(1))?).earliest();
    zone.from_local_datetime(&local)
        .earliest()
        .or_else(skipped)
        .map_or_else(|| local.and_utc().into(), Timestamp::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time;

    fn at(text: &str) -> Timestamp {
        time::parse(text).unwrap().timestamp
    }

    #[test]
    fn buckets_follow_the_zone_and_leave_no_gap() {
        let counts = [
            (at("2025-03-29T22:30:00Z"), 2),
            (at("2025-03-31T22:30:00Z"), 1),
            (at("2025-03-29T21:00:00Z"), 1),
        ];
        let (unit, days) = buckets(Unit::Day, Tz::Europe__Berlin, counts.into_iter());
        assert_eq!(unit, Unit::Day);
        let days: Vec<_> = days.iter().map(|day| (day.label.as_str(), day.count)).collect();
        assert_eq!(days, [("2025-03-29", 3), ("2025-03-30", 0), ("2025-03-31", 0), ("2025-04-01", 1)]);
    }

    #[test]
    fn weeks_begin_on_monday() {
        let (_, weeks) = buckets(Unit::Week, Tz::UTC, [(at("2025-01-01T00:00:00Z"), 1)].into_iter());
        assert_eq!(weeks[0].label, "2024-12-30");
    }

    #[test]
    fn a_wrong_date_does_not_make_millions_of_buckets() {
        let counts = [(at("0001-01-01T00:00:00Z"), 1), (at("9999-01-01T00:00:00Z"), 1)];
        let (unit, buckets) = buckets(Unit::Hour, Tz::UTC, counts.into_iter());
        assert_eq!((unit, buckets.len()), (Unit::Year, 9999));
        assert_eq!((buckets[0].label.as_str(), buckets[9998].label.as_str()), ("0001", "9999"));
        assert_eq!(buckets.iter().map(|bucket| bucket.count).sum::<u64>(), 2);
    }
}
