//! Where the marks of a chart are. Widths are percent of the picture, so that it fits any screen
//! while its text keeps its size; heights are pixels.

use chrono_tz::Tz;

use crate::formats::sheets::html::heat::{Heat, heat};
use crate::formats::sheets::html::span::LANE;
use crate::formats::sheets::html::span::percent;
use crate::formats::sheets::html::stretches::{Lanes, stretches};
use crate::formats::sheets::html::timeline::{Timeline, timeline};
use crate::formats::sheets::html::values;
use crate::formats::sheets::html::values::Mark;
use crate::reports::sheet::{Chart, Tone};

/// A chart as a template prints it.
pub enum Picture<'a> {
    /// There is nothing to draw.
    Empty,
    /// Events over time.
    Timeline(Timeline<'a>),
    /// Events by weekday and hour.
    Heat(Heat<'a>),
    /// A number for each name.
    Bars(Vec<Bar<'a>>),
    /// Stretches of time for each name.
    Stretches(Lanes<'a>),
}

/// A number of a name.
pub struct Bar<'a> {
    /// The name.
    pub name: &'a str,
    /// Where it is from above.
    pub y: usize,
    /// Length in percent.
    pub width: f64,
    /// The number.
    pub count: String,
    /// How it is to be taken.
    pub mark: Mark,
}

/// Height of a picture of names, an axis of `below` pixels included.
pub fn height(names: usize, below: usize) -> usize {
    names * LANE + below
}

/// What to draw of a chart.
pub fn picture(chart: &Chart, zone: Tz) -> Picture<'_> {
    let picture = match chart {
        Chart::Timeline { unit, buckets } => timeline(unit, buckets, zone).map(Picture::Timeline),
        Chart::Heat(grids) => heat(grids).map(Picture::Heat),
        Chart::Bars(bars) => bars_of(bars).map(Picture::Bars),
        Chart::Stretches { span, rows } => {
            span.and_then(|(from, to)| stretches(from, to, rows, zone)).map(Picture::Stretches)
        }
    };
    picture.unwrap_or(Picture::Empty)
}

fn bars_of<'a>(bars: &'a [(String, u64, Tone)]) -> Option<Vec<Bar<'a>>> {
    let most = bars.iter().map(|(_, count, _)| *count).max()?;
    let bar = |(at, (name, count, tone)): (usize, &'a (String, u64, Tone))| Bar {
        name,
        y: at * LANE,
        width: percent(*count as f64, most as f64),
        count: values::number(*count),
        mark: values::mark(*tone),
    };
    Some(bars.iter().enumerate().map(bar).collect())
}
