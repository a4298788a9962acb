//! Draws events over time as a histogram of block characters. If the width is too narrow, neighbours share a bar. A
//! single event is enough to make a bar visible.

use super::{Axis, end_labels, width};
use crate::analysis::calendar::Bucket;
use crate::formats::RenderOptions;
use crate::text::display;
use crate::text::plural::counted;

const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ROWS: usize = 6;
/// The maximum width of a bar, for short timelines.
const MAX_BAR_WIDTH: usize = 4;

/// Draws the bars, the labels of both ends and the legend.
pub fn draw(unit: &str, buckets: &[Bucket], options: &RenderOptions) -> Vec<String> {
    let Some((first, last)) = buckets.first().zip(buckets.last()) else {
        return Vec::new();
    };
    let together = buckets.len().div_ceil(width(options));
    let bars: Vec<u64> =
        buckets.chunks(together).map(|buckets| buckets.iter().map(|bucket| bucket.count).sum()).collect();
    let most = bars.iter().copied().max().unwrap_or(0);
    let columns = (width(options) / bars.len()).clamp(1, MAX_BAR_WIDTH);
    let mut lines: Vec<_> = (0..ROWS)
        .rev()
        .map(|row| {
            let cells = bars.iter().map(|bar| block(*bar, most, row).to_string().repeat(columns));
            cells.collect::<String>().trim_end().to_owned()
        })
        .collect();
    lines.push("─".repeat(bars.len() * columns));
    let label = |text: &str| display::escape_own(text, options.charset);
    let axis = Axis { indent: 0, width: bars.len() * columns };
    lines.extend(end_labels(&label(&first.label), &label(&last.label), &axis, options));
    let meaning = format!("1 bar = {}; the highest is {most}", counted(together as u64, unit));
    lines.extend(display::wrapped(&meaning, width(options)));
    lines
}

/// The part of a bar in a row of the chart. A bar with an event is always visible in the lowest row.
fn block(bar: u64, most: u64, row: usize) -> char {
    let eighths = (ROWS * 8) as u128;
    let level = (u128::from(bar) * eighths).div_ceil(u128::from(most.max(1))) as usize;
    BLOCKS[level.saturating_sub(row * 8).min(8)]
}
