//! Date-times by hand, in nanoseconds since 1970.

use chrono::NaiveDate;

/// Nanoseconds since 1970 of `2025-01-15T14:30:00.123Z` and its variants.
pub fn nanoseconds(text: &str) -> Option<i128> {
    let (date, rest) = (text.get(..10)?, text.get(10..)?);
    let rest = rest.strip_prefix(['T', 't', ' '])?;
    let (clock, rest) = (rest.get(..8)?, rest.get(8..)?);
    let (nanos, zone) = fraction(rest)?;
    let seconds = midnight(date)? + seconds_of_day(clock)? - zone_seconds(zone)?;
    Some(i128::from(seconds) * 1_000_000_000 + i128::from(nanos))
}

/// Rounded towards the past, so that the order of events is kept also before 1970.
pub fn milliseconds(nanos: i128) -> i64 {
    i64::try_from(nanos.div_euclid(1_000_000)).unwrap()
}

/// Seconds since 1970 at the start of `2025-01-15`.
pub fn midnight(date: &str) -> Option<i64> {
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
    Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp())
}

pub fn seconds_of_day(clock: &str) -> Option<i64> {
    let [hour, minute, second] = numbers(clock, ':', [2, 2, 2])?;
    // RFC 3339 knows leap seconds, which fall on the first instant of the next minute.
    (hour < 24 && minute < 60 && second <= 60).then_some(i64::from(hour * 3600 + minute * 60 + second))
}

/// The fraction in nanoseconds, and what follows it.
pub fn fraction(rest: &str) -> Option<(u32, &str)> {
    let Some(rest) = rest.strip_prefix('.') else {
        return Some((0, rest));
    };
    let length = rest.bytes().take_while(u8::is_ascii_digit).count();
    let nanos = format!("{:0<9}", &rest[..length])[..9].parse().ok()?;
    (length > 0).then_some((nanos, &rest[length..]))
}

/// Seconds that the zone is ahead of UTC; no zone is read as UTC.
pub fn zone_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(0);
    }
    let sign = if zone.starts_with('-') { -1 } else { 1 };
    let zone = zone.strip_prefix(['+', '-'])?;
    let [hours, minutes] = match zone.len() {
        4 => numbers(&format!("{}:{}", zone.get(..2)?, zone.get(2..)?), ':', [2, 2])?,
        _ => numbers(zone, ':', [2, 2])?,
    };
    (hours < 24 && minutes < 60).then_some(sign * i64::from(hours * 3600 + minutes * 60))
}

/// Whole numbers of so many digits each.
pub fn numbers<const N: usize>(text: &str, separator: char, digits: [usize; N]) -> Option<[u32; N]> {
    let parts: Vec<&str> = text.split(separator).collect();
    let well_formed = parts.len() == N
        && parts
            .iter()
            .zip(digits)
            .all(|(part, digits)| part.len() == digits && part.bytes().all(|byte| byte.is_ascii_digit()));
    let values: Vec<u32> = parts.iter().filter_map(|part| part.parse().ok()).collect();
    if well_formed { values.try_into().ok() } else { None }
}

// ---------------------------------------------------------------------------------------------
// The oracle: selecting
