//! When changes are allowed, and when they are not.

use chrono::{Datelike, NaiveDateTime, Timelike};

use crate::model::time::Timestamp;

/// A weekly period in which changes are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// The days on which it opens, Monday first.
    pub days: [bool; 7],
    /// Minutes after midnight at which it opens.
    pub from: u32,
    /// Minutes after midnight at which it closes; on the next day if that is not later than `from`.
    pub to: u32,
}

/// A period in which no change is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// Why no change is allowed.
    pub reason: String,
    /// When it begins.
    pub from: Timestamp,
    /// When it ends, exclusive.
    pub to: Timestamp,
}

impl Window {
    /// Whether it is open at a local time. A window that closes on the next day is also open in the first hours of that
    /// day.
    pub fn is_open(&self, local: NaiveDateTime) -> bool {
        let minute = local.num_seconds_from_midnight() / 60;
        let today = local.weekday().num_days_from_monday() as usize;
        let yesterday = (today + 6) % 7;
        if self.from < self.to {
            return self.days[today] && (self.from..self.to).contains(&minute);
        }
        (self.days[today] && minute >= self.from) || (self.days[yesterday] && minute < self.to)
    }
}

impl Freeze {
    /// Whether it forbids changes at that time.
    pub fn holds(&self, time: Timestamp) -> bool {
        (self.from..self.to).contains(&time)
    }
}
