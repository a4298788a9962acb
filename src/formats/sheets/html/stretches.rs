//! Periods as bars, with a lane for each name. A period that has not ended has an arrow.

use chrono_tz::Tz;

use crate::formats::sheets::html::span;
use crate::formats::sheets::html::span::LANE;
use crate::formats::sheets::html::span::{Tick, percent};
use crate::formats::sheets::html::values;
use crate::formats::sheets::html::values::{Mark, Moment};
use crate::model::time::Timestamp;
use crate::reports::sheet::Stretch;

/// Periods for each name.
pub struct Lanes<'a> {
    /// The time at which the chart begins.
    pub from: Moment,
    /// The time at which it ends.
    pub to: Moment,
    /// The labels of the axis.
    pub ticks: Vec<Tick>,
    /// Whether any period has not ended.
    pub has_open: bool,
    /// Whether any period is only presumed.
    pub has_presumed: bool,
    /// A lane for each name.
    pub lanes: Vec<Lane<'a>>,
}

/// The periods of one name.
pub struct Lane<'a> {
    /// The name.
    pub name: &'a str,
    /// Its distance from the top in pixels.
    pub y: usize,
    /// The total length of its periods.
    pub total: String,
    /// Whether any of its periods has not ended.
    pub is_open: bool,
    /// Whether any of its periods is only presumed.
    pub is_presumed: bool,
    /// The mark of the worst period.
    pub mark: Mark,
    /// The periods.
    pub spans: Vec<Span>,
}

/// A period of time.
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
    /// Its length.
    pub lasts: String,
    /// Whether it has not ended.
    pub is_open: bool,
    /// Whether it is only presumed.
    pub is_presumed: bool,
    /// Its mark.
    pub mark: Mark,
}

/// The lanes of `rows`; `None` if there are none.
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
    let (x, end) = (span::position(stretch.from, from, to), span::position(stretch.to, from, to));
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
