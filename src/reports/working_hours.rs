//! Working hours (`--hours`): the hours of the week, in local time, that count as such.
//!
//! They begin and end on the same day; holidays are not considered.

use anyhow::{Result, anyhow, bail};
use chrono::{NaiveDateTime, Timelike};

use crate::analysis::calendar;
use crate::model::time::parse_time_of_day;

/// Working hours, Monday to Friday.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hours {
    /// Minutes after midnight at which they begin.
    pub from: u32,
    /// Minutes after midnight at which they end.
    pub to: u32,
}

/// The number of working days in a week, from Monday on.
const WORKING_DAYS: usize = 5;

impl Default for Hours {
    fn default() -> Self {
        Self { from: 8 * 60, to: 18 * 60 }
    }
}

impl Hours {
    /// Parses `08:00-18:00`.
    pub fn parse(text: &str) -> Result<Self> {
        let bounds = text
            .split_once('-')
            .and_then(|(from, to)| Some((parse_time_of_day(from)?, parse_time_of_day(to)?)));
        let (from, to) = bounds
            .ok_or_else(|| anyhow!("invalid hours `{text}`; give them as in 08:00-18:00, up to 24:00"))?;
        if from >= to {
            bail!("`{text}` do not begin before they end; hours are within a day");
        }
        Ok(Self { from, to })
    }

    /// Whether a local time is within working hours; the end is exclusive.
    pub fn include(self, local: NaiveDateTime) -> bool {
        let (weekday, hour) = calendar::weekday_and_hour(local);
        let minute = hour as u32 * 60 + local.minute();
        weekday < WORKING_DAYS && (self.from..self.to).contains(&minute)
    }
}

impl std::fmt::Display for Hours {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { from, to } = self;
        write!(out, "{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::time;
    use chrono_tz::Tz;

    #[test]
    fn hours_are_read() {
        for (text, displayed) in
            [("08:00-18:00", "08:00-18:00"), ("7:30 - 16:05", "07:30-16:05"), ("00:00-24:00", "00:00-24:00")]
        {
            assert_eq!(Hours::parse(text).unwrap().to_string(), displayed);
        }
        for bad in
            ["", "8-18", "08:00", "08:00-24:01", "08:60-18:00", "+8:00-18:00", "08:0-18:00", "a:00-b:00"]
        {
            assert!(Hours::parse(bad).unwrap_err().to_string().contains("invalid hours"), "{bad}");
        }
        for bad in ["18:00-08:00", "08:00-08:00"] {
            assert!(Hours::parse(bad).unwrap_err().to_string().contains("begin before they end"), "{bad}");
        }
    }

    #[test]
    fn hours_are_those_of_the_clock_in_the_zone() {
        let all_day = Hours::parse("00:00-24:00").unwrap();
        for (hours, time, zone, expected) in [
            (Hours::default(), "2025-01-06T08:00:00Z", Tz::UTC, true),
            (Hours::default(), "2025-01-06T07:59:59.999999999Z", Tz::UTC, false),
            (Hours::default(), "2025-01-06T17:59:59.999999999Z", Tz::UTC, true),
            (Hours::default(), "2025-01-06T18:00:00Z", Tz::UTC, false),
            // Saturday in UTC; on Kiritimati it was one already on Friday, and in Honolulu it is Friday.
            (Hours::default(), "2025-01-11T12:00:00Z", Tz::UTC, false),
            (Hours::default(), "2025-01-10T20:00:00Z", Tz::Pacific__Kiritimati, false),
            (Hours::default(), "2025-01-11T03:00:00Z", Tz::Pacific__Honolulu, true),
            // Clocks in Berlin went from UTC+1 to UTC+2 on 2025-03-30.
            (Hours::default(), "2025-03-28T06:30:00Z", Tz::Europe__Berlin, false),
            (Hours::default(), "2025-03-31T06:30:00Z", Tz::Europe__Berlin, true),
            (Hours::default(), "2025-03-28T16:30:00Z", Tz::Europe__Berlin, true),
            (Hours::default(), "2025-03-31T16:30:00Z", Tz::Europe__Berlin, false),
            (all_day, "2025-01-10T23:59:59Z", Tz::UTC, true),
            (all_day, "2025-01-11T00:00:00Z", Tz::UTC, false),
        ] {
            let local = calendar::local(time::parse(time).unwrap().timestamp, zone);
            assert_eq!(hours.include(local), expected, "{hours} {time} {zone}");
        }
    }
}
