//! Reads the times, zones and ages that users type.

use anyhow::{Result, anyhow, bail};
use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone};
use chrono_tz::Tz;

use crate::model::time::parse::parse;
use crate::model::time::{SECONDS_PER_DAY, Timestamp};
use crate::text::suggest;

/// Reads a bound that a user typed: RFC 3339, a date, a date and time in `zone`, or an age such as `7d` before
/// `now`. Times outside of the years 0000 to 9999 in UTC become the first or last of those years.
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
    // A day without a midnight, because clocks are put forward then, begins with its first minute.
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

fn local_date_time(text: &str) -> Option<NaiveDateTime> {
    if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
        return (text.len() == 10).then(|| date.and_hms_opt(0, 0, 0))?;
    }
    let with_seconds = if text.len() == 16 { format!("{text}:00") } else { text.to_owned() };
    let Timestamp { seconds, nanos } = parse(&with_seconds)?.timestamp;
    DateTime::from_timestamp(seconds, nanos).map(|time| time.naive_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
