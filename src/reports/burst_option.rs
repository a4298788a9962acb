//! Bursts: many events in a short time.
//!
//! Events exactly as far apart as the time given are still within it.

use anyhow::{Result, anyhow};

use crate::model::time;
use crate::model::time::Timestamp;

/// How many events within how long a time make a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// At least so many events.
    pub events: usize,
    /// The time from the first to the last of them.
    pub seconds: i64,
}

impl Default for Burst {
    fn default() -> Self {
        Self { events: 5, seconds: 600 }
    }
}

impl Burst {
    /// Reads `5/10m`.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = text.split_once('/').and_then(|(events, time)| {
            let is_number = events.bytes().all(|byte| byte.is_ascii_digit());
            Some((events.parse().ok().filter(|_| is_number)?, time::parse_age(time)?))
        });
        parts
            .filter(|(events, seconds)| *events >= 2 && *seconds > 0)
            .map(|(events, seconds)| Self { events, seconds })
            .ok_or_else(|| {
                anyhow!(
                    "invalid burst `{text}`; give at least 2 events and a time, as in 5/10m for five in ten minutes"
                )
            })
    }

    /// The bursts among times in order, as ranges of indices: what follows each other so closely
    /// anywhere in a range is one burst, so that ranges do not overlap.
    pub fn find(self, times: &[Timestamp]) -> Vec<std::ops::Range<usize>> {
        let mut bursts: Vec<std::ops::Range<usize>> = Vec::new();
        for (begin, window) in times.windows(self.events).enumerate() {
            let (first, last) = (window[0], window[self.events - 1]);
            let limit = Timestamp { seconds: first.seconds.saturating_add(self.seconds), nanos: first.nanos };
            if last > limit {
                continue;
            }
            let end = begin + self.events;
            match bursts.last_mut().filter(|burst| begin < burst.end) {
                Some(burst) => burst.end = end,
                None => bursts.push(begin..end),
            }
        }
        bursts
    }
}

impl std::fmt::Display for Burst {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const UNITS: [(i64, &str); 4] = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
        let (length, unit) =
            UNITS.into_iter().find(|(length, _)| self.seconds % length == 0).unwrap_or(UNITS[3]);
        let count = self.seconds / length;
        write!(out, "{} events within {count} {unit}{}", self.events, if count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_are_read() {
        for (text, shown) in [
            ("5/10m", "5 events within 10 minutes"),
            ("2/90s", "2 events within 90 seconds"),
            ("100/1d", "100 events within 1 day"),
        ] {
            assert_eq!(Burst::parse(text).unwrap().to_string(), shown);
        }
        for bad in
            ["", "5", "5/", "/10m", "1/10m", "0/10m", "5/0m", "5/10", "-5/10m", "+5/10m", "5/10y", "5 / 10m"]
        {
            assert!(Burst::parse(bad).unwrap_err().to_string().contains("invalid burst"), "{bad}");
        }
    }

    #[test]
    fn bursts_are_as_long_as_they_last_and_do_not_overlap() {
        let burst = Burst { events: 3, seconds: 10 };
        for (times, expected) in [
            (&[][..], &[][..]),
            (&[0, 5], &[]),
            (&[0, 5, 10], &[(0, 3)]),
            (&[0, 5, 11], &[]),
            (&[0, 1, 9, 10, 19, 20], &[(0, 6)]),
            (&[0, 1, 2, 50, 100, 101, 102], &[(0, 3), (4, 7)]),
            (&[0, 1, 2, 12, 13, 14], &[(0, 3), (3, 6)]),
            (&[7, 7, 7, 7], &[(0, 4)]),
        ] {
            let times: Vec<_> =
                times.iter().map(|seconds| Timestamp { seconds: *seconds, nanos: 0 }).collect();
            let found: Vec<_> = burst.find(&times).iter().map(|burst| (burst.start, burst.end)).collect();
            assert_eq!(found, expected, "{times:?}");
        }
    }

    #[test]
    fn a_nanosecond_beyond_is_no_burst() {
        let at = |seconds, nanos| Timestamp { seconds, nanos };
        let burst = Burst { events: 2, seconds: 10 };
        assert_eq!(burst.find(&[at(0, 5), at(10, 5)]).len(), 1);
        assert_eq!(burst.find(&[at(0, 5), at(10, 6)]).len(), 0);
    }
}
