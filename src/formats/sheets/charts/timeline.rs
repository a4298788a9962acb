//! Events over time as a histogram of block characters, neighbours together where it is too narrow.
//! A bar shows something as soon as there was one event.

use super::{ends, width};
use crate::analysis::calendar::Bucket;
use crate::formats::sheets::RenderOptions;
use crate::text::display;

const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const ROWS: usize = 6;
/// A bar of a short timeline is no wider.
const WIDEST: usize = 4;

/// The bars, their ends and what they mean.
pub fn draw(unit: &str, buckets: &[Bucket], look: &RenderOptions) -> Vec<String> {
    let Some((first, last)) = buckets.first().zip(buckets.last()) else {
        return Vec::new();
    };
    let together = buckets.len().div_ceil(width(look));
    let bars: Vec<u64> =
        buckets.chunks(together).map(|buckets| buckets.iter().map(|bucket| bucket.count).sum()).collect();
    let most = bars.iter().copied().max().unwrap_or(0);
    let columns = (width(look) / bars.len()).clamp(1, WIDEST);
    let mut lines: Vec<_> = (0..ROWS)
        .rev()
        .map(|row| {
            let cells = bars.iter().map(|bar| block(*bar, most, row).to_string().repeat(columns));
            cells.collect::<String>().trim_end().to_owned()
        })
        .collect();
    lines.push("─".repeat(bars.len() * columns));
    let label = |text: &str| display::escape_own(text, look.ascii);
    lines.extend(ends(&label(&first.label), &label(&last.label), 0, bars.len() * columns, look));
    let plural = if together == 1 { "" } else { "s" };
    let meaning = format!("1 bar = {together} {unit}{plural}; the highest is {most}");
    lines.extend(display::wrapped(&meaning, width(look)));
    lines
}

/// What a bar shows in a row; anything above nothing shows something in the lowest.
fn block(bar: u64, most: u64, row: usize) -> char {
    let eighths = (ROWS * 8) as u128;
    let level = (u128::from(bar) * eighths).div_ceil(u128::from(most.max(1))) as usize;
    BLOCKS[level.saturating_sub(row * 8).min(8)]
}
