//! Reads the times, zones and ages that users type.

use anyhow::{Result, anyhow, bail};
use chrono::{DateTime, TimeZone};
use chrono_tz::Tz;

use crate::model::time::parse::parse;
use crate::model::time::period::{self, Period, calendar_age, parse_dated_period, parse_period};
use crate::model::time::{SECONDS_PER_DAY, Timestamp};
use crate::text::suggest;

/// Reads a bound that a user typed: what [`parse_fixed`] reads, the begin of a named period such as `yesterday`, or an
/// age such as `7d` or `6mo` before `now`. Times outside of the years 0000 to 9999 in UTC become the first or last of
/// those years.
pub fn parse_bound(text: &str, zone: Tz, now: Timestamp) -> Result<Timestamp> {
    let before =
        parse_age(text).map(|age| Timestamp { seconds: now.seconds.saturating_sub(age), nanos: now.nanos });
    if let Some(bound) = before.or_else(|| calendar_age(text, zone, now)) {
        return Ok(bound.clamp(Timestamp::FIRST, Timestamp::LAST));
    }
    match parse_period(text, zone, now)? {
        Some(period) => Ok(period.begin),
        None => moment(text, zone)?.ok_or_else(|| anyhow!("invalid time `{text}`; give {FIXED}, {RELATIVE}")),
    }
}

/// Reads a time that does not depend on the present: RFC 3339, a date and time in `zone`, seconds or milliseconds since
/// 1970, or the begin of a day, month, quarter or year in `zone`. `None` if it is something else, an error if there is
/// no such time in the calendar or the zone.
pub fn parse_fixed(text: &str, zone: Tz) -> Result<Option<Timestamp>> {
    match parse_dated_period(text, zone)? {
        Some(period) => Ok(Some(period.begin)),
        None => moment(text, zone),
    }
}

/// Reads a period that a user typed: its begin and its end.
pub fn parse_on(text: &str, zone: Tz, now: Timestamp) -> Result<Period> {
    parse_period(text, zone, now)?.ok_or_else(|| {
        anyhow!("`{text}` is not a period; give {PERIODS}, today, yesterday, last-week, this-month, …")
    })
}

/// Whether a text is an age or the name of a period, which is another time every day.
pub fn is_relative(text: &str) -> bool {
    parse_age(text).is_some() || period::is_relative(text)
}

const PERIODS: &str = "a day (2025-01-15), a month (2025-01), a quarter (2025-Q1), a year (2025)";
/// What [`parse_fixed`] reads, for messages.
pub const FIXED: &str = "RFC 3339 (2025-01-15T10:30:00Z), a date and time (2025-01-15T10:30), a day (2025-01-15), a \
     month (2025-01), a quarter (2025-Q1), a year (2025), seconds or milliseconds since 1970 (1736937000)";
const RELATIVE: &str =
    "today, yesterday, this- or last-week, -month, -quarter or -year, or an age (30m, 12h, 7d, 2w, 6mo, 1y)";

/// Reads a point in time; `None` if the text is something else.
fn moment(text: &str, zone: Tz) -> Result<Option<Timestamp>> {
    if let Some(time) = epoch(text) {
        return Ok(Some(time));
    }
    let with_seconds = if text.len() == 16 { format!("{text}:00") } else { text.to_owned() };
    let time = match parse(&with_seconds) {
        None => return Ok(None),
        Some(parsed) if !parsed.naive => return Ok(Some(parsed.timestamp)),
        Some(parsed) => parsed.timestamp,
    };
    let local = DateTime::from_timestamp(time.seconds, time.nanos).map(|time| time.naive_utc());
    match local.and_then(|local| zone.from_local_datetime(&local).earliest()) {
        Some(time) => Ok(Some(Timestamp::from(time).clamp(Timestamp::FIRST, Timestamp::LAST))),
        None => bail!("`{text}` does not exist in {zone}: clocks were put forward"),
    }
}

/// Reads seconds or milliseconds since 1970, which their digits tell apart. Fewer digits are times near 1970, which no log
/// is about, and may be meant as dates.
fn epoch(text: &str) -> Option<Timestamp> {
    let per_second = match text.len() {
        9..=10 => 1,
        12..=13 => 1000,
        _ => return None,
    };
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    Timestamp::from_epoch(text.parse().ok().filter(|_| is_number)?, per_second)
}

/// Reads an IANA zone name, naming the nearest one when there is no such zone.
pub fn parse_zone(name: &str) -> Result<Tz> {
    if let Ok(zone) = name.parse() {
        return Ok(zone);
    }
    let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    bail!(suggest::unknown_or("time zone", name, known, "give an IANA name such as Europe/Berlin"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_bounds() {
        let now = parse("2025-01-15T12:00:00Z").unwrap().timestamp;
        let bound = |text, zone| parse_bound(text, zone, now).map(|time: Timestamp| time.rfc3339(Tz::UTC));
        for (text, zone, expected) in [
            ("7d", Tz::UTC, "2025-01-08T12:00:00Z"),
            ("90m", Tz::UTC, "2025-01-15T10:30:00Z"),
            ("2025-01-15", Tz::UTC, "2025-01-15T00:00:00Z"),
            ("2025-01-15", Tz::Europe__Berlin, "2025-01-14T23:00:00Z"),
            ("2025-01-15 08:30", Tz::Europe__Berlin, "2025-01-15T07:30:00Z"),
            ("2025-04-25", Tz::Africa__Cairo, "2025-04-24T22:00:00Z"),
            ("9999-12-31T23:30", Tz::America__New_York, "9999-12-31T23:59:59.999999999Z"),
            ("0000-01-01", Tz::Asia__Kolkata, "0000-01-01T00:00:00Z"),
            ("3660000d", Tz::UTC, "0000-01-01T00:00:00Z"),
            ("99999999y", Tz::UTC, "0000-01-01T00:00:00Z"),
            ("1736937000", Tz::Europe__Berlin, "2025-01-15T10:30:00Z"),
            ("1736937000123", Tz::UTC, "2025-01-15T10:30:00.123Z"),
            ("999999999", Tz::UTC, "2001-09-09T01:46:39Z"),
            ("999999999999", Tz::UTC, "2001-09-09T01:46:39.999Z"),
        ] {
            assert_eq!(bound(text, zone).unwrap(), expected, "{text} {zone}");
        }
        for (text, zone) in [
            ("2025-03-30T02:30:00", Tz::Europe__Berlin),
            ("2025-04-25T00:00", Tz::Africa__Cairo),
            // A day that there never was.
            ("2011-12-30", Tz::Pacific__Apia),
        ] {
            let error = bound(text, zone).unwrap_err().to_string();
            assert!(error.contains("does not exist in"), "{error}");
        }
        for text in
            ["soon", "d", "-7d", "99999999999999999999d", "20250115", "17369370000", "mo", "1.5y", "-1y"]
        {
            let error = bound(text, Tz::UTC).unwrap_err().to_string();
            assert!(
                error.contains("2025-Q1") && error.contains("6mo") && error.contains("yesterday"),
                "{error}"
            );
        }
        assert!(parse_zone("Europe/Berln").unwrap_err().to_string().contains("`Europe/Berlin`"));
    }

    #[test]
    fn only_what_depends_on_the_present_is_relative() {
        for text in ["7d", "6mo", "1y", "today", "Last-Week"] {
            assert!(is_relative(text) && parse_fixed(text, Tz::UTC).unwrap().is_none(), "{text}");
        }
        for text in ["2025", "2025-q1", "2025-01", "2025-01-15", "1736937000", "2025-01-15T10:30:00Z"] {
            assert!(!is_relative(text) && parse_fixed(text, Tz::UTC).unwrap().is_some(), "{text}");
        }
    }
}
