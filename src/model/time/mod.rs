//! Points in time: parsing what vendors write, ordering in nanoseconds, printing in a zone.
//!
//! The parser is written by hand because it runs on every line, and so is what prints UTC (`utc`), of
//! which reports have millions; property tests hold both to chrono's answer. Bounds a user types
//! (`--since 7d`) are read here as well.

mod format;
mod of_day;

use std::fmt::Write;

use anyhow::{Result, anyhow, bail};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, Offset, SecondsFormat, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use wide::u8x16;

pub use of_day::{MINUTES_PER_DAY, parse_time_of_day};

use crate::text::cut::truncate;
use crate::text::suggest::nearest;

const NANOS_PER_SECOND: u32 = 1_000_000_000;
const SECONDS_PER_DAY: i64 = 86_400;

/// A point in time with nanosecond resolution, ordered as time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

    /// RFC 3339 in `zone`, with as many fractional digits as the value needs.
    pub fn rfc3339(self, zone: Tz) -> String {
        if zone == Tz::UTC && (Self::FIRST..=Self::LAST).contains(&self) {
            return format::rfc3339(self);
        }
        self.in_zone(zone).to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }

    /// Date and time to the second in `zone`, followed by its offset where it is not UTC.
    pub fn to_the_second(self, zone: Tz) -> String {
        if zone == Tz::UTC && (Self::FIRST..=Self::LAST).contains(&self) {
            let mut text = format::rfc3339(self);
            truncate(&mut text, "2025-01-15T10:30:00".len());
            return text.replace('T', " ");
        }
        self.with_offset("%Y-%m-%d %H:%M:%S", zone)
    }

    /// Date and time to the minute in `zone`, followed by its offset where it is not UTC.
    pub fn to_the_minute(self, zone: Tz) -> String {
        self.with_offset("%Y-%m-%d %H:%M", zone)
    }

    /// Month, day and time to the minute in `zone`, followed by its offset where it is not UTC.
    pub fn without_year(self, zone: Tz) -> String {
        self.with_offset("%m-%d %H:%M", zone)
    }

    /// The year in `zone`.
    pub fn year(self, zone: Tz) -> i32 {
        self.in_zone(zone).year()
    }

    fn with_offset(self, format: &str, zone: Tz) -> String {
        let offset = if zone == Tz::UTC { "" } else { "%:z" };
        self.in_zone(zone).format(&format!("{format}{offset}")).to_string()
    }

    /// The moment of the call.
    pub fn now() -> Self {
        Utc::now().into()
    }

    /// UTC where RFC 3339 cannot say it in the zone: years need four digits, and offsets minutes, which
    /// those of before about 1900 are not.
    fn in_zone(self, zone: Tz) -> DateTime<Tz> {
        let utc = DateTime::from_timestamp(self.seconds, self.nanos)
            .expect("four-digit years are within chrono's range");
        let local = utc.with_timezone(&zone);
        let is_said = (0..=9999).contains(&local.year()) && local.offset().fix().local_minus_utc() % 60 == 0;
        if is_said { local } else { utc.with_timezone(&Tz::UTC) }
    }
}

impl<Z: TimeZone> From<DateTime<Z>> for Timestamp {
    fn from(time: DateTime<Z>) -> Self {
        Self { seconds: time.timestamp(), nanos: time.timestamp_subsec_nanos() % NANOS_PER_SECOND }
    }
}

/// A vendor's time, and whether it lacked a zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The point in time; a time without a zone is read as UTC.
    pub timestamp: Timestamp,
    /// The text names no zone.
    pub naive: bool,
}

/// Reads an RFC 3339 date-time, also with a space for the `T` and without a zone.
///
/// Digits of a second beyond the ninth are dropped. A leap second is the second after it. What is not
/// in the years 0000 to 9999 of UTC is none.
pub fn parse(text: &str) -> Option<Parsed> {
    let (head, rest) = text.as_bytes().split_first_chunk::<16>()?;
    let ([b':', s1, s2], rest) = rest.split_first_chunk::<3>()? else {
        return None;
    };
    let [y1, y2, y3, y4, _, o1, o2, _, d1, d2, _, h1, h2, _, m1, m2] = digits(*head)?;
    let (year, month, day) = (100 * pair(y1, y2) + pair(y3, y4), pair(o1, o2), pair(d1, d2));
    let (hour, minute, second) = (pair(h1, h2), pair(m1, m2), two(*s1, *s2)?);
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let (nanos, zone) = fraction(rest)?;
    let (offset, naive) = match *zone {
        [] => (0, true),
        [b'Z' | b'z'] => (0, false),
        [sign @ (b'+' | b'-'), h1, h2, b':', m1, m2] | [sign @ (b'+' | b'-'), h1, h2, m1, m2] => {
            let (hours, minutes) = (two(h1, h2)?, two(m1, m2)?);
            if hours > 23 || minutes > 59 {
                return None;
            }
            let offset = hours * 3600 + minutes * 60;
            (if sign == b'-' { -offset } else { offset }, false)
        }
        _ => return None,
    };
    let of_day = hour * 3600 + minute * 60 + second - offset;
    let seconds = days_since_1970(year, month, day) * SECONDS_PER_DAY + i64::from(of_day);
    let timestamp = Timestamp { seconds, nanos };
    (Timestamp::FIRST..=Timestamp::LAST).contains(&timestamp).then_some(Parsed { timestamp, naive })
}

/// Reads times that are mostly in the hour of the one before, as those of a log are.
#[derive(Default)]
pub struct Recent {
    /// `YYYY-MM-DDTHH:` of the latest one, and the second it begins with.
    hour: [u8; HOUR],
    seconds: i64,
}

const HOUR: usize = 14;

impl Recent {
    /// The same as [`parse`].
    #[inline]
    pub fn parse(&mut self, text: &str) -> Option<Parsed> {
        self.in_hour(text.as_bytes()).or_else(|| self.anew(text))
    }

    #[inline]
    fn in_hour(&self, text: &[u8]) -> Option<Parsed> {
        let (hour, rest) = text.split_first_chunk()?;
        let ([m1, m2, b':', s1, s2], rest) = rest.split_first_chunk()? else {
            return None;
        };
        let (minute, second) = (two(*m1, *m2)?, two(*s1, *s2)?);
        let (nanos, zone) = fraction(rest)?;
        let is_plain = *hour == self.hour && minute < 60 && second < 60 && zone == b"Z";
        let seconds = self.seconds + i64::from(minute * 60 + second);
        is_plain.then_some(Parsed { timestamp: Timestamp { seconds, nanos }, naive: false })
    }

    #[inline(never)]
    fn anew(&mut self, text: &str) -> Option<Parsed> {
        let parsed = parse(text)?;
        if let Some((hour, [m1, m2, _, s1, s2, .., b'Z'])) = text.as_bytes().split_first_chunk() {
            self.hour = *hour;
            self.seconds = parsed.timestamp.seconds - i64::from(two(*m1, *m2)? * 60 + two(*s1, *s2)?);
        }
        Some(parsed)
    }
}

/// Reads a bound a user typed: RFC 3339, a date, a date and time in `zone`, or `7d` before `now`. What
/// is beyond the years 0000 to 9999 of UTC is their begin or end.
pub fn parse_bound(text: &str, zone: Tz, now: Timestamp) -> Result<Timestamp> {
    bound(text, zone, now).map(|time| time.clamp(Timestamp::FIRST, Timestamp::LAST))
}

fn bound(text: &str, zone: Tz, now: Timestamp) -> Result<Timestamp> {
    if let Some(age) = parse_age(text) {
        return Ok(Timestamp { seconds: now.seconds.saturating_sub(age), nanos: now.nanos });
    }
    if let Some(parsed) = parse(text)
        && !parsed.naive
    {
        return Ok(parsed.timestamp);
    }
    let local = local_date_time(text).ok_or_else(|| {
        anyhow!(
            "invalid time `{text}`; give RFC 3339 (2025-01-15T10:30:00Z), a date (2025-01-15) \
             or an age (30m, 12h, 7d, 2w)"
        )
    })?;
    // A day whose midnight the clocks leave out begins with the first minute that it has.
    let is_date = text.len() == "2025-01-15".len();
    let minutes = if is_date { 24 * 60 } else { 1 };
    let mut moments = (0..minutes).filter_map(|minute| local.checked_add_signed(TimeDelta::minutes(minute)));
    moments
        .find_map(|moment| zone.from_local_datetime(&moment).earliest())
        .map(Timestamp::from)
        .ok_or_else(|| anyhow!("`{text}` does not exist in {zone}: clocks were put forward"))
}

/// Reads an IANA zone name, naming the nearest one when there is no such zone.
pub fn parse_zone(name: &str) -> Result<Tz> {
    if let Ok(zone) = name.parse() {
        return Ok(zone);
    }
    match nearest(name, chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name())) {
        Some(near) => bail!("no time zone `{name}`; did you mean `{near}`?"),
        None => bail!("no time zone `{name}`; give an IANA name such as Europe/Berlin"),
    }
}

/// Reads a length of time such as `30m`, `12h`, `7d` or `2w`, in seconds.
pub fn parse_age(text: &str) -> Option<i64> {
    let unit = match text.as_bytes().last()? {
        b's' => 1,
        b'm' => 60,
        b'h' => 3600,
        b'd' => SECONDS_PER_DAY,
        b'w' => 7 * SECONDS_PER_DAY,
        _ => return None,
    };
    let digits = text.strip_suffix(|unit: char| unit.is_ascii_alphabetic())?;
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let age = digits.parse::<i64>().ok()?.checked_mul(unit)?;
    (age <= 10_000 * 366 * SECONDS_PER_DAY).then_some(age)
}

/// A length of time in so many of its greatest units: `3d 4h`.
pub fn duration(seconds: u64, units: usize) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let first = UNITS.iter().position(|(size, _)| seconds >= *size).unwrap_or(UNITS.len() - 1);
    let (mut text, mut rest) = (String::with_capacity(16), seconds);
    for (size, name) in UNITS.iter().skip(first).take(units) {
        if rest >= *size || text.is_empty() {
            let space = if text.is_empty() { "" } else { " " };
            let _ = write!(text, "{space}{}{name}", rest / size);
        }
        rest %= size;
    }
    text
}

fn local_date_time(text: &str) -> Option<NaiveDateTime> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return (text.len() == 10).then(|| date.and_hms_opt(0, 0, 0))?;
    }
    let with_seconds = if text.len() == 16 { format!("{text}:00") } else { text.to_owned() };
    let Timestamp { seconds, nanos } = parse(&with_seconds)?.timestamp;
    DateTime::from_timestamp(seconds, nanos).map(|time| time.naive_utc())
}

/// The digits of `YYYY-MM-DDTHH:MM`, all checked at once; what stands between them is 0.
#[inline]
fn digits(mut text: [u8; 16]) -> Option<[u8; 16]> {
    const ZERO: [u8; 16] = *b"0000-00-00T00:00";
    const MOST: [u8; 16] = [9, 9, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9];
    if matches!(text[10], b't' | b' ') {
        text[10] = b'T';
    }
    let digits = u8x16::new(text) - u8x16::new(ZERO);
    let is_digit = digits.min(u8x16::new(MOST)).simd_eq(digits);
    (is_digit.to_bitmask() == 0xFFFF).then(|| digits.to_array())
}

fn pair(tens: u8, ones: u8) -> i32 {
    i32::from(tens) * 10 + i32::from(ones)
}

#[inline]
fn two(tens: u8, ones: u8) -> Option<i32> {
    let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
    (tens <= 9 && ones <= 9).then(|| pair(tens, ones))
}

/// Nanoseconds of a fraction such as `.093`, and what comes after it.
#[inline]
fn fraction(b: &[u8]) -> Option<(u32, &[u8])> {
    const SCALE: [u32; 10] =
        [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1000, 100, 10, 1];
    let Some((b'.', b)) = b.split_first() else {
        return Some((0, b));
    };
    // Milliseconds are what most vendors write.
    if let [tenths @ b'0'..=b'9', hundredths @ b'0'..=b'9', thousandths @ b'0'..=b'9', b'Z'] = b {
        let [tenths, hundredths, thousandths] =
            [tenths, hundredths, thousandths].map(|digit| u32::from(digit - b'0'));
        return Some(((tenths * 100 + hundredths * 10 + thousandths) * SCALE[3], &b[3..]));
    }
    let (mut value, mut digits) = (0, 0);
    while let Some(digit @ b'0'..=b'9') = b.get(digits) {
        if digits < SCALE.len() - 1 {
            value = value * 10 + u32::from(digit - b'0');
        }
        digits += 1;
    }
    (digits > 0).then(|| (value * SCALE[digits.min(SCALE.len() - 1)], &b[digits..]))
}

fn days_in_month(year: i32, month: i32) -> i32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the proleptic Gregorian calendar, counting years from March so that
/// the leap day comes last. `year` is not negative.
fn days_since_1970(year: i32, month: i32, day: i32) -> i64 {
    // One cycle of 400 years is 146,097 days; adding it keeps everything positive.
    let (year, month) = if month <= 2 { (year + 399, month + 9) } else { (year + 400, month - 3) };
    let (year, month) = (year as u32, month as u32);
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (month * 153 + 2) / 5;
    i64::from(days) + i64::from(day) - 1 - 719_468 - 146_097
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn utc(text: &str) -> Option<String> {
        parse(text).map(|parsed| parsed.timestamp.rfc3339(Tz::UTC))
    }

    #[test]
    fn reads_what_vendors_write() {
        for (text, expected) in [
            ("2025-01-15T10:30:00.000Z", "2025-01-15T10:30:00Z"),
            ("2025-12-09T09:25:02.02Z", "2025-12-09T09:25:02.020Z"),
            ("2025-10-14T09:27:18.488720586Z", "2025-10-14T09:27:18.488720586Z"),
            ("2023-04-28 20:05:31.093", "2023-04-28T20:05:31.093Z"),
            ("2020-05-06T04:21:48+02:00", "2020-05-06T02:21:48Z"),
            ("2020-05-06T04:21:48-0130", "2020-05-06T05:51:48Z"),
            ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"),
            ("2024-02-29T00:00:00.1234567899Z", "2024-02-29T00:00:00.123456789Z"),
            ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
        ] {
            assert_eq!(utc(text).as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "yesterday",
            "2025-01-15",
            "2025-02-29T00:00:00Z",
            "2025-01-15T24:00:00Z",
            "2025-01-15T10:60:00Z",
            "2025-01-15T10:30:00.Z",
            "2025-01-15T10:30:00 Z",
            "2025-01-15T10:30:00+1:00",
            "2025-01-15T10:30:00+24:00",
            "2025-1-15T10:30:00Z",
            "+025-01-15T10:30:00Z",
            "9999-12-31T23:30:00-01:00",
            "9999-12-31T23:59:60Z",
            "0000-01-01T00:30:00+01:00",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn every_form_in_another_zone_shows_its_offset() {
        let time = parse("2025-01-15T23:30:05Z").unwrap().timestamp;
        assert_eq!(time.to_the_second(Tz::UTC), "2025-01-15 23:30:05");
        assert_eq!(time.to_the_minute(Tz::UTC), "2025-01-15 23:30");
        assert_eq!(time.without_year(Tz::UTC), "01-15 23:30");
        assert_eq!(time.without_year(Tz::Asia__Kolkata), "01-16 05:00+05:30");
        assert_eq!(time.to_the_second(Tz::Asia__Kolkata), "2025-01-16 05:00:05+05:30");
        assert_eq!(time.to_the_minute(Tz::Asia__Kolkata), "2025-01-16 05:00+05:30");
        let last = parse("9999-12-31T23:59:59Z").unwrap().timestamp;
        assert_eq!(last.rfc3339(Tz::America__New_York), "9999-12-31T18:59:59-05:00");
        assert_eq!(last.rfc3339(Tz::Asia__Kolkata), "9999-12-31T23:59:59Z");
        assert_eq!(last.to_the_minute(Tz::Asia__Kolkata), "9999-12-31 23:59+00:00");
        let old = parse("1890-01-01T00:00:00Z").unwrap().timestamp;
        assert_eq!(old.rfc3339(Tz::Europe__Berlin), "1890-01-01T00:00:00Z");
    }

    #[test]
    fn reads_bounds() {
        let now = parse("2025-01-15T12:00:00Z").unwrap().timestamp;
        let bound = |text, zone| parse_bound(text, zone, now).map(|time: Timestamp| time.rfc3339(Tz::UTC));
        assert_eq!(bound("7d", Tz::UTC).unwrap(), "2025-01-08T12:00:00Z");
        assert_eq!(bound("90m", Tz::UTC).unwrap(), "2025-01-15T10:30:00Z");
        assert_eq!(bound("2025-01-15", Tz::UTC).unwrap(), "2025-01-15T00:00:00Z");
        assert_eq!(bound("2025-01-15", Tz::Europe__Berlin).unwrap(), "2025-01-14T23:00:00Z");
        assert_eq!(bound("2025-01-15 08:30", Tz::Europe__Berlin).unwrap(), "2025-01-15T07:30:00Z");
        assert!(bound("2025-03-30T02:30:00", Tz::Europe__Berlin).is_err());
        assert_eq!(bound("2025-04-25", Tz::Africa__Cairo).unwrap(), "2025-04-24T22:00:00Z");
        assert!(bound("2025-04-25T00:00", Tz::Africa__Cairo).is_err());
        // A day that there never was.
        assert!(bound("2011-12-30", Tz::Pacific__Apia).is_err());
        assert_eq!(
            bound("9999-12-31T23:30", Tz::America__New_York).unwrap(),
            "9999-12-31T23:59:59.999999999Z"
        );
        assert_eq!(bound("0000-01-01", Tz::Asia__Kolkata).unwrap(), "0000-01-01T00:00:00Z");
        assert_eq!(bound("3660000d", Tz::UTC).unwrap(), "0000-01-01T00:00:00Z");
        for text in ["soon", "d", "-7d", "99999999999999999999d", "2025-13-01"] {
            assert!(bound(text, Tz::UTC).is_err(), "{text}");
        }
        assert!(parse_zone("Europe/Berln").unwrap_err().to_string().contains("`Europe/Berlin`"));
    }

    proptest! {
        #[test]
        fn agrees_with_chrono(seconds in -62_167_219_200_i64..253_402_300_800, nanos in 0..NANOS_PER_SECOND, offset in -1439..1440_i32) {
            let zone = chrono::FixedOffset::east_opt(offset * 60).unwrap();
            let text = DateTime::from_timestamp(seconds, nanos).unwrap().with_timezone(&zone).to_rfc3339();
            prop_assume!(text.starts_with(|c: char| c.is_ascii_digit()));
            let parsed = parse(&text).unwrap();
            prop_assert_eq!(parsed.timestamp, Timestamp { seconds, nanos });
            prop_assert!(!parsed.naive);
        }

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

        #[test]
        fn a_recent_hour_changes_nothing(texts in prop::collection::vec("20(24-02-29|16-12-31|25-01-15)[T ](23|10):[0-6][0-9]:[0-6][0-9](\\.[0-9]{1,10})?(Z|z|[+]01:00|)", 1..8)) {
            let mut recent = Recent::default();
            for text in &texts {
                prop_assert_eq!(recent.parse(text), parse(text), "{:?}", texts);
            }
        }

        #[test]
        fn accepts_no_more_than_chrono(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z") {
            prop_assert_eq!(parse(&text).is_some(), DateTime::parse_from_rfc3339(&text).is_ok());
        }
    }
}
