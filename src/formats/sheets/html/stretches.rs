//! Stretches of time as bars, a lane for each name; what has not ended has an arrow.

use chrono_tz::Tz;

use crate::formats::sheets::html::span;
use crate::formats::sheets::html::span::LANE;
use crate::formats::sheets::html::span::{Tick, percent};
use crate::formats::sheets::html::values;
use crate::formats::sheets::html::values::{Mark, Moment};
use crate::model::time::Timestamp;
use crate::reports::sheet::Stretch;

/// Stretches of time for each name.
pub struct Lanes<'a> {
    /// Where the picture begins.
    pub from: Moment,
    /// Where it ends.
    pub to: Moment,
    /// Labels below.
    pub ticks: Vec<Tick>,
    /// Whether a stretch has not ended.
    pub has_open: bool,
    /// Whether a stretch is only presumed.
    pub has_presumed: bool,
    /// The names.
    pub lanes: Vec<Lane<'a>>,
}

/// Stretches of a name.
pub struct Lane<'a> {
    /// The name.
    pub name: &'a str,
    /// Where it is from above.
    pub y: usize,
    /// What all stretches last.
    pub total: String,
    /// Whether one has not ended.
    pub is_open: bool,
    /// Whether one is only presumed.
    pub is_presumed: bool,
    /// The worst of the stretches.
    pub mark: Mark,
    /// The stretches.
    pub spans: Vec<Span>,
}

/// A stretch of time.
pub struct Span {
    /// Its left edge in percent.
    pub x: f64,
    /// Its right edge in percent.
    pub end: f64,
    /// Its width in percent.
    pub width: f64,
    /// When it begins.
    pub from: Moment,
    /// When it ends.
    pub to: Moment,
    /// What it lasts.
    pub lasts: String,
    /// Whether it has not ended.
    pub is_open: bool,
    /// Whether it is only presumed.
    pub is_presumed: bool,
    /// How it is to be taken.
    pub mark: Mark,
}

/// The lanes of `rows`; nothing if there are none.
pub fn stretches<'a>(
    from: Timestamp,
    to: Timestamp,
    rows: &'a [(String, Vec<Stretch>)],
    zone: Tz,
) -> Option<Lanes<'a>> {
    if rows.is_empty() {
        return None;
    }
    let lanes = rows.iter().enumerate().map(|(at, (name, stretches))| {
        let total = stretches.iter().map(seconds).sum();
        let worst = stretches.iter().map(|stretch| stretch.tone).max();
        Lane {
            name,
            y: at * LANE,
            total: values::duration(total),
            is_open: stretches.iter().any(|stretch| stretch.is_open),
            is_presumed: stretches.iter().any(|stretch| stretch.is_presumed),
            mark: values::mark(worst.unwrap_or_default()),
            spans: stretches.iter().map(|stretch| span_of(stretch, from, to, zone)).collect(),
        }
    });
    let lanes: Vec<_> = lanes.collect();
    Some(Lanes {
        from: values::moment(from, zone),
        to: values::moment(to, zone),
        ticks: span::ticks(from, to, zone),
        has_open: lanes.iter().any(|lane| lane.is_open),
        has_presumed: lanes.iter().any(|lane| lane.is_presumed),
        lanes,
    })
}

fn span_of(stretch: &Stretch, from: Timestamp, to: Timestamp, zone: Tz) -> Span {
    let (x, end) = (span::place(stretch.from, from, to), span::place(stretch.to, from, to));
    Span {
        x,
        end,
        width: percent(end - x, 100.0),
        from: values::moment(stretch.from, zone),
        to: values::moment(stretch.to, zone),
        lasts: values::duration(seconds(stretch)),
        is_open: stretch.is_open,
        is_presumed: stretch.is_presumed,
        mark: values::mark(stretch.tone),
    }
}

fn seconds(stretch: &Stretch) -> u64 {
    stretch.to.seconds.saturating_sub(stretch.from.seconds).try_into().unwrap_or(0)
}
