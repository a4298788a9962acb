//! Maps a span of time to the width of a chart: the positions of times, and the labels of the axis.

use chrono::{DateTime, NaiveTime};
use chrono_tz::Tz;

use crate::model::time::Timestamp;

/// The height of a row: a name with its bar.
pub const LANE: usize = 42;

const SECONDS_PER_DAY: i64 = 86_400;

/// A label of an axis.
pub struct Tick {
    /// Its position in percent of the width.
    pub x: f64,
    /// Which part of the text is at `x`: `start`, `middle` or `end`.
    pub anchor: &'static str,
    /// Its text.
    pub text: String,
    /// Whether it is omitted if there is little room.
    pub is_minor: bool,
}

/// A percentage with as many digits as are visible.
pub fn percent(part: f64, total: f64) -> f64 {
    let share = if total > 0.0 { part / total } else { 0.0 };
    (share.clamp(0.0, 1.0) * 100_000.0).round() / 1000.0
}

/// The position of `time` between `from` and `to`, in percent.
pub fn position(time: Timestamp, from: Timestamp, to: Timestamp) -> f64 {
    percent(seconds_between(from, time), seconds_between(from, to))
}

/// Labels for the ends of a span and some points between them; days begin at midnight in `zone`.
pub fn ticks(from: Timestamp, to: Timestamp, zone: Tz) -> Vec<Tick> {
    let seconds = to.seconds.saturating_sub(from.seconds);
    let are_days = seconds >= 8 * SECONDS_PER_DAY;
    let parts = if are_days { 4 } else { 2 };
    let tick = |part| {
        let time = match part {
            0 => from,
            _ if part == parts => to,
            _ => {
                let between = Timestamp { seconds: from.seconds + seconds / parts * part, nanos: 0 };
                if are_days { midnight_before(between, zone) } else { between }
            }
        };
        let text = if are_days { day(time, zone) } else { time.to_the_minute(zone) };
        let anchor = anchor(part as usize, parts as usize);
        Tick { x: position(time, from, to), anchor, text, is_minor: part % 2 == 1 }
    };
    (0..=parts).map(tick).collect()
}

/// The anchor of label `at`, out of labels 0 to `last`, which keeps all labels inside the chart.
pub fn anchor(at: usize, last: usize) -> &'static str {
    match at {
        0 => "start",
        _ if at == last => "end",
        _ => "middle",
    }
}

fn seconds_between(from: Timestamp, to: Timestamp) -> f64 {
    let nanos = f64::from(to.nanos) - f64::from(from.nanos);
    to.seconds.saturating_sub(from.seconds) as f64 + nanos / 1e9
}

fn local(time: Timestamp, zone: Tz) -> Option<DateTime<Tz>> {
    Some(DateTime::from_timestamp(time.seconds, time.nanos)?.with_timezone(&zone))
}

fn day(time: Timestamp, zone: Tz) -> String {
    local(time, zone).map(|time| time.format("%Y-%m-%d").to_string()).unwrap_or_default()
}

fn midnight_before(time: Timestamp, zone: Tz) -> Timestamp {
    // If clocks go forward at midnight, that day has no midnight.
    let midnight = local(time, zone).and_then(|time| time.with_time(NaiveTime::MIN).earliest());
    midnight.map_or(time, Timestamp::from)
}
