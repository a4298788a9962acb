//! The geometry of charts in HTML. Widths are percentages, so that a chart fits any screen while its text keeps its
//! size; heights are pixels.

use chrono_tz::Tz;

use crate::formats::sheets::html::heat::{Heat, heat};
use crate::formats::sheets::html::span::LANE;
use crate::formats::sheets::html::stretches::{Lanes, stretches};
use crate::formats::sheets::html::timeline::{Timeline, timeline};
use crate::reports::sheet::Chart;

/// A chart as templates print it.
pub enum Picture<'a> {
    /// There is nothing to draw.
    Empty,
    /// Events over time.
    Timeline(Timeline<'a>),
    /// Events by weekday and hour.
    Heat(Heat<'a>),
    /// Periods for each name.
    Stretches(Lanes<'a>),
}

/// The height of a chart of `names` rows above an axis of `below` pixels.
pub fn height(names: usize, below: usize) -> usize {
    names * LANE + below
}

/// Computes the geometry of a chart.
pub fn picture(chart: &Chart, zone: Tz) -> Picture<'_> {
    let picture = match chart {
        Chart::Timeline { unit, buckets } => timeline(unit, buckets, zone).map(Picture::Timeline),
        Chart::Heat(grids) => heat(grids).map(Picture::Heat),
        Chart::Stretches { span, rows } => {
            span.and_then(|(from, to)| stretches(from, to, rows, zone)).map(Picture::Stretches)
        }
    };
    picture.unwrap_or(Picture::Empty)
}
