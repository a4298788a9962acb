//! Times in UTC and lengths of time as text.
//!
//! Written by hand because reports have millions of times; a property test compares it with chrono.

use std::fmt::Write;

use crate::model::time::{SECONDS_PER_DAY, Timestamp};

/// RFC 3339 with as many fractional digits as the value needs; the year has to have four digits.
pub fn rfc3339(time: Timestamp) -> String {
    let of_day = time.seconds.rem_euclid(SECONDS_PER_DAY) as u32;
    let (year, month, day) = date_of(time.seconds.div_euclid(SECONDS_PER_DAY));
    let mut text = *b"0000-00-00T00:00:00.000000000Z";
    put(&mut text[0..4], year);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], of_day / 3600);
    put(&mut text[14..16], of_day / 60 % 60);
    put(&mut text[17..19], of_day % 60);
    let (digits, fraction) = match time.nanos {
        0 => (0, 0),
        nanos if nanos % 1_000_000 == 0 => (3, nanos / 1_000_000),
        nanos if nanos % 1000 == 0 => (6, nanos / 1000),
        nanos => (9, nanos),
    };
    put(&mut text[20..20 + digits], fraction);
    let end = if digits == 0 { 19 } else { 20 + digits };
    text[end] = b'Z';
    str::from_utf8(&text[..=end]).expect("digits and signs are ASCII").to_owned()
}

/// A length of time in so many of its greatest units: `3d 4h`.
pub fn duration(seconds: u64, units: usize) -> String {
    let mut text = String::with_capacity(16);
    for (number, unit) in duration_in_units(seconds, units) {
        let space = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{space}{number}{unit}");
    }
    text
}

/// The same as numbers of each unit, without those that are nothing.
pub fn duration_in_units(seconds: u64, units: usize) -> impl Iterator<Item = (u64, &'static str)> {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3600, "h"), (60, "m"), (1, "s")];
    let first = UNITS.iter().position(|(size, _)| seconds >= *size).unwrap_or(UNITS.len() - 1);
    let mut rest = seconds;
    let numbers = UNITS.iter().skip(first).take(units).map(move |(size, unit)| {
        let number = rest / size;
        rest %= size;
        (number, *unit)
    });
    numbers.filter(move |(number, _)| *number > 0 || seconds == 0)
}

/// Year, month and day of a day since 1970-01-01; the other way round from `days_since_1970`.
fn date_of(days: i64) -> (u32, u32, u32) {
    let days = u32::try_from(days + 719_468 + 146_097).unwrap_or_default();
    let (cycle, of_cycle) = (days / 146_097, days % 146_097);
    let of_cycle_years = (of_cycle - of_cycle / 1460 + of_cycle / 36_524 - of_cycle / 146_096) / 365;
    let of_year = of_cycle - (365 * of_cycle_years + of_cycle_years / 4 - of_cycle_years / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let year = cycle * 400 + of_cycle_years;
    if month < 10 { (year - 400, month + 3, day) } else { (year - 399, month - 9, day) }
}

/// Writes a number, as many digits as there is room for.
#[inline]
fn put(digits: &mut [u8], number: u32) {
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
    }
}
