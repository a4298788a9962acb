//! Reads the times that vendors write.
//!
//! Written by hand because it runs on every line; property tests compare it with chrono.

use crate::model::time::{SECONDS_PER_DAY, Timestamp};
use crate::text::digits::eight_digits;

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
/// Digits of a second beyond the ninth are dropped. A leap second is read as the second after it. Times outside of
/// the years 0000 to 9999 in UTC are refused.
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

/// Reads times quickly that are in the same hour as the one before, as most times of a log are.
#[derive(Default)]
pub struct Recent {
    /// `YYYY-MM-DDTHH:` of the latest time.
    hour: [u8; HOUR_CHARS],
    /// Its first second, since 1970.
    seconds: i64,
}

const HOUR_CHARS: usize = 14;

impl Recent {
    /// The same as [`parse`].
    #[inline]
    pub fn parse(&mut self, text: &str) -> Option<Parsed> {
        self.in_hour(text.as_bytes()).or_else(|| self.in_other_hour(text))
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
    fn in_other_hour(&mut self, text: &str) -> Option<Parsed> {
        let parsed = parse(text)?;
        if let Some((hour, [m1, m2, _, s1, s2, .., b'Z'])) = text.as_bytes().split_first_chunk() {
            self.hour = *hour;
            self.seconds = parsed.timestamp.seconds - i64::from(two(*m1, *m2)? * 60 + two(*s1, *s2)?);
        }
        Some(parsed)
    }
}

/// The digits of `YYYY-MM-DDTHH:MM`, all checked at once; the signs between them become 0.
#[inline]
fn digits(mut text: [u8; 16]) -> Option<[u8; 16]> {
    const ZERO: [u8; 16] = *b"0000-00-00T00:00";
    const MAX: [u8; 16] = [9, 9, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9, 0, 9, 9];
    if matches!(text[10], b't' | b' ') {
        text[10] = b'T';
    }
    let digits: [u8; 16] = std::array::from_fn(|at| text[at].wrapping_sub(ZERO[at]));
    digits.iter().zip(MAX).fold(true, |all, (digit, max)| all & (*digit <= max)).then_some(digits)
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
    // Nanoseconds are what the others write.
    if let Some((eight, rest)) = b.split_first_chunk()
        && let [ninth @ b'0'..=b'9', b'Z'] = rest
        && let Some(eight) = eight_digits(*eight)
    {
        return Some((eight * 10 + u32::from(ninth - b'0'), &rest[1..]));
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
    use chrono::DateTime;
    use chrono_tz::Tz;
    use proptest::prelude::*;

    use super::*;
    use crate::model::time::NANOS_PER_SECOND;

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
