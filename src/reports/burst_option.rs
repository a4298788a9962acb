//! The definition of a burst (`--burst`).

use anyhow::{Result, anyhow};

use crate::model::time;

/// How many events, within how much time, are a burst.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// The minimum number of events.
    pub events: usize,
    /// The maximum time from the first to the last event.
    pub seconds: u64,
}

impl Default for Burst {
    fn default() -> Self {
        Self { events: 5, seconds: 600 }
    }
}

impl Burst {
    /// Parses `5/10m`.
    pub fn parse(text: &str) -> Result<Self> {
        let parts = text.split_once('/').and_then(|(events, time)| {
            let is_number = events.bytes().all(|byte| byte.is_ascii_digit());
            Some((events.parse().ok().filter(|_| is_number)?, time::parse_age(time)?.cast_unsigned()))
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
}

impl std::fmt::Display for Burst {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        const UNITS: [(u64, &str); 4] = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
        let (length, unit) =
            UNITS.into_iter().find(|(length, _)| self.seconds.is_multiple_of(*length)).unwrap_or(UNITS[3]);
        let count = self.seconds / length;
        write!(out, "{} events within {count} {unit}{}", self.events, if count == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_are_read() {
        for (text, displayed) in [
            ("5/10m", "5 events within 10 minutes"),
            ("2/90s", "2 events within 90 seconds"),
            ("100/1d", "100 events within 1 day"),
        ] {
            assert_eq!(Burst::parse(text).unwrap().to_string(), displayed);
        }
        for bad in
            ["", "5", "5/", "/10m", "1/10m", "0/10m", "5/0m", "5/10", "-5/10m", "+5/10m", "5/10y", "5 / 10m"]
        {
            assert!(Burst::parse(bad).unwrap_err().to_string().contains("invalid burst"), "{bad}");
        }
    }
}
