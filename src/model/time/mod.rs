//! Points in time: ordered to the nanosecond, and printed in a zone.

mod bound;
mod format;
mod of_day;
mod parse;
mod period;

use chrono::{DateTime, Datelike, Offset, SecondsFormat, TimeZone, Utc};
use chrono_tz::Tz;

pub use bound::{FIXED, is_relative, parse_age, parse_bound, parse_fixed, parse_on, parse_zone};
pub use format::{duration, duration_in_units};
pub use parse::{Parsed, Recent, parse};
pub use period::Period;

pub use of_day::{MINUTES_PER_DAY, parse_time_of_day};

use crate::text::cut::truncate;

const NANOS_PER_SECOND: u32 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A point in time with nanosecond resolution, ordered as time is.
///
/// It has no padding: a survey holds millions of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(Rust, packed(4))]
pub struct Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z; negative before.
    pub seconds: i64,
    /// Nanoseconds after `seconds`, below 1,000,000,000.
    pub nanos: u32,
}

impl Timestamp {
    /// Before every other.
    pub const MIN: Self = Self { seconds: i64::MIN, nanos: 0 };
    /// After every other.
    pub const MAX: Self = Self { seconds: i64::MAX, nanos: NANOS_PER_SECOND - 1 };
    /// The first that has a year of four digits, which is all that RFC 3339 can write.
    const FIRST: Self = Self { seconds: -62_167_219_200, nanos: 0 };
    /// The last of them.
    const LAST: Self = Self { seconds: 253_402_300_799, nanos: NANOS_PER_SECOND - 1 };

    /// The point that is so many units after 1970-01-01T00:00:00Z, of which a second has `per_second`; `None` where
    /// the year has not four digits.
    pub fn from_epoch(units: i64, per_second: u32) -> Option<Self> {
        let unit = i64::from(per_second);
        let nanos = u32::try_from(units.rem_euclid(unit)).ok()? * (NANOS_PER_SECOND / per_second);
        let time = Self { seconds: units.div_euclid(unit), nanos };
        time.is_usual().then_some(time)
    }

    /// The point so many seconds later.
    pub fn later_by(self, seconds: u64) -> Self {
        Self { seconds: self.seconds.saturating_add_unsigned(seconds), ..self }
    }

    /// Nanoseconds since an earlier point, 0 when that one is later.
    pub fn nanos_since(self, earlier: Self) -> u128 {
        let nanos =
            |time: Self| i128::from(time.seconds) * i128::from(NANOS_PER_SECOND) + i128::from(time.nanos);
        u128::try_from(nanos(self) - nanos(earlier)).unwrap_or(0)
    }

    /// Whole seconds since an earlier point, 0 when that one is later.
    pub fn seconds_since(self, earlier: Self) -> u64 {
        let is_short = i64::from(self.nanos < earlier.nanos);
        let seconds = self.seconds.saturating_sub(earlier.seconds).saturating_sub(is_short);
        u64::try_from(seconds).unwrap_or(0)
    }

    /// Milliseconds since 1970, rounded towards the past.
    pub fn epoch_ms(self) -> i64 {
        self.seconds * 1000 + i64::from(self.nanos / 1_000_000)
    }

    /// Whether its year has four digits, as in every time that can be read.
    pub fn is_usual(self) -> bool {
        (Self::FIRST..=Self::LAST).contains(&self)
    }

    /// Microseconds since 1970, rounded towards the past.
    pub fn epoch_micros(self) -> i64 {
        self.seconds.saturating_mul(1_000_000).saturating_add(i64::from(self.nanos / 1000))
    }

    /// RFC 3339 in `zone`, with as many fractional digits as the value needs.
    pub fn rfc3339(self, zone: Tz) -> String {
        if zone == Tz::UTC && self.is_usual() {
            return format::rfc3339(self);
        }
        self.in_zone(zone).to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// Date and time to the second in `zone`, followed by its offset where it is not UTC.
    pub fn to_the_second(self, zone: Tz) -> String {
        self.cut_to("2025-01-15 10:30:00", zone)
            .unwrap_or_else(|| self.with_offset("%Y-%m-%d %H:%M:%S", zone))
    }

    /// Date and time to the minute in `zone`, followed by its offset where it is not UTC.
    pub fn to_the_minute(self, zone: Tz) -> String {
        self.cut_to("2025-01-15 10:30", zone).unwrap_or_else(|| self.with_offset("%Y-%m-%d %H:%M", zone))
    }

    /// Date and time as long as an example in UTC; `None` in other zones.
    fn cut_to(self, example: &str, zone: Tz) -> Option<String> {
        (zone == Tz::UTC && self.is_usual()).then(|| {
            let mut text = format::rfc3339(self);
            truncate(&mut text, example.len());
            text.replace('T', " ")
        })
    }

    fn with_offset(self, format: &str, zone: Tz) -> String {
        let offset = if zone == Tz::UTC { "" } else { "%:z" };
        self.in_zone(zone).format(&format!("{format}{offset}")).to_string()
    }

    /// The moment of the call.
    pub fn now() -> Self {
        Utc::now().into()
    }

    /// The time in the zone, or in UTC where RFC 3339 cannot write that: years need four digits and offsets whole
    /// minutes, which those before about 1900 often are not.
    fn in_zone(self, zone: Tz) -> DateTime<Tz> {
        let utc = DateTime::from_timestamp(self.seconds, self.nanos)
            .expect("four-digit years are within chrono's range");
        let local = utc.with_timezone(&zone);
        let is_writable =
            (0..=9999).contains(&local.year()) && local.offset().fix().local_minus_utc() % 60 == 0;
        if is_writable { local } else { utc.with_timezone(&Tz::UTC) }
    }
}

impl<Z: TimeZone> From<DateTime<Z>> for Timestamp {
    fn from(time: DateTime<Z>) -> Self {
        Self { seconds: time.timestamp(), nanos: time.timestamp_subsec_nanos() % NANOS_PER_SECOND }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn every_form_in_another_zone_shows_its_offset() {
        let time = parse("2025-01-15T23:30:05Z").unwrap().timestamp;
        assert_eq!(time.to_the_second(Tz::UTC), "2025-01-15 23:30:05");
        assert_eq!(time.to_the_minute(Tz::UTC), "2025-01-15 23:30");
        assert_eq!(time.to_the_second(Tz::Asia__Kolkata), "2025-01-16 05:00:05+05:30");
        assert_eq!(time.to_the_minute(Tz::Asia__Kolkata), "2025-01-16 05:00+05:30");
        let last = parse("9999-12-31T23:59:59Z").unwrap().timestamp;
        assert_eq!(last.rfc3339(Tz::America__New_York), "9999-12-31T18:59:59-05:00");
        assert_eq!(last.rfc3339(Tz::Asia__Kolkata), "9999-12-31T23:59:59Z");
        assert_eq!(last.to_the_minute(Tz::Asia__Kolkata), "9999-12-31 23:59+00:00");
        let old = parse("1890-01-01T00:00:00Z").unwrap().timestamp;
        assert_eq!(old.rfc3339(Tz::Europe__Berlin), "1890-01-01T00:00:00Z");
    }

    proptest! {
        #[test]
        fn prints_as_chrono_does(seconds in -62_167_219_200_i64..253_402_300_800, nanos in 0..NANOS_PER_SECOND, unit in prop::sample::select(vec![1, 1000, 1_000_000, NANOS_PER_SECOND])) {
            let time = Timestamp { seconds, nanos: nanos / unit * unit };
            let expected = time.in_zone(Tz::UTC).to_rfc3339_opts(SecondsFormat::AutoSi, true);
            prop_assert_eq!(time.rfc3339(Tz::UTC), expected);
            prop_assert_eq!(time.to_the_second(Tz::UTC), time.in_zone(Tz::UTC).format("%Y-%m-%d %H:%M:%S").to_string());
        }

        #[test]
        fn seconds_are_whole(a in (-5_i64..5, 0..3_u32), b in (-5_i64..5, 0..3_u32)) {
            let [a, b] = [a, b].map(|(seconds, nanos)| Timestamp { seconds, nanos });
            prop_assert_eq!(u128::from(a.seconds_since(b)), a.nanos_since(b) / u128::from(NANOS_PER_SECOND));
        }

    }
}
