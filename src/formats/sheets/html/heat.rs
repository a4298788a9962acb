//! Events by weekday and hour as coloured cells. All grids of a chart share one scale.

use crate::formats::sheets::html::span::percent;
use crate::formats::sheets::html::values;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// The number of colours of a heat map, besides the one for no events.
const LEVELS: u64 = 5;

/// Events by weekday and hour.
pub struct Heat<'a> {
    /// The level of each colour, and the range of counts it stands for.
    pub scale: Vec<(u64, String)>,
    /// The labelled hours, with the middle of their column in percent.
    pub hours: Vec<(usize, f64)>,
    /// A grid for each name.
    pub grids: Vec<HeatGrid<'a>>,
}

/// A grid of a heat map.
pub struct HeatGrid<'a> {
    /// The name.
    pub name: &'a str,
    /// The most events in a cell.
    pub most: String,
    /// A row for each weekday.
    pub days: Vec<HeatDay>,
}

/// A weekday.
pub struct HeatDay {
    /// Its name.
    pub name: &'static str,
    /// Its row.
    pub row: usize,
    /// The cells of its hours.
    pub cells: Vec<HeatCell>,
}

/// An hour of a weekday.
pub struct HeatCell {
    /// The hour.
    pub hour: usize,
    /// Its left edge in percent.
    pub x: f64,
    /// The level of its colour.
    pub level: u64,
    /// Its number of events.
    pub count: String,
}

/// The heat map of `grids`; `None` if there are none.
pub fn heat(grids: &[(String, [[u64; 24]; 7])]) -> Option<Heat<'_>> {
    if grids.is_empty() {
        return None;
    }
    let most_of = |grid: &[[u64; 24]; 7]| grid.as_flattened().iter().copied().max().unwrap_or(0);
    // All grids share one scale, so that they can be compared.
    let most = grids.iter().map(|(_, grid)| most_of(grid)).max().unwrap_or(0);
    let levels = LEVELS.min(most);
    let greatest =
        |level: u64| (u128::from(most) * u128::from(level)).div_ceil(u128::from(levels.max(1))) as u64;
    let level = |count: u64| (0..=levels).find(|level| count <= greatest(*level)).unwrap_or(levels);
    let range = |level: u64| match level {
        0 => "0".to_owned(),
        _ => range(greatest(level - 1) + 1, greatest(level)),
    };
    let grids = grids.iter().map(|(name, grid)| {
        let day = |(row, hours): (usize, &[u64; 24])| {
            let cells = hours.iter().enumerate().map(|(hour, count)| HeatCell {
                hour,
                x: percent(hour as f64, 24.0),
                level: color(level(*count), levels),
                count: values::number(*count),
            });
            HeatDay { name: WEEKDAYS[row], row, cells: cells.collect() }
        };
        let days = grid.iter().enumerate().map(day).collect();
        HeatGrid { name, most: values::count(most_of(grid), "event"), days }
    });
    Some(Heat {
        grids: grids.collect(),
        hours: (0..24).step_by(3).map(|hour| (hour, percent(hour as f64 + 0.5, 24.0))).collect(),
        scale: (0..=levels).map(|level| (color(level, levels), range(level))).collect(),
    })
}

/// The colour of a level. The highest level always has the strongest colour, even if there are few levels.
fn color(level: u64, levels: u64) -> u64 {
    if level == 0 { 0 } else { level + LEVELS - levels }
}

fn range(from: u64, to: u64) -> String {
    if from == to { values::number(to) } else { format!("{}–{}", values::number(from), values::number(to)) }
}
