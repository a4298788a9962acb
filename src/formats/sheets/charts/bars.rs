//! A bar for each name, its number at its end.
//! The longest bar takes the room there is; the others are in proportion to an eighth of a cell.

use super::{name_width, painted, width};
use crate::formats::sheets::RenderOptions;
use crate::formats::table::grid::GAP;
use crate::reports::sheet::Tone;
use crate::text::display;
use crate::text::width::{Cut, cut};

/// The last part of a bar, in eighths.
const PARTS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
/// Longer bars are hard to compare with names.
const LONGEST: usize = 48;

/// A line for each bar.
pub fn draw(bars: &[(String, u64, Tone)], look: &RenderOptions) -> Vec<String> {
    let names = name_width(bars.iter().map(|bar| bar.0.as_str()), look);
    let most = bars.iter().map(|bar| bar.1).max().unwrap_or(0);
    let taken = names + GAP + 1 + most.to_string().len();
    let room = width(look).saturating_sub(taken).clamp(1, LONGEST);
    let line = |(name, count, tone): &(String, u64, Tone)| {
        let name = display::padded(&display::escape_log(name, look.ascii), names);
        let line = format!("{name}  {} {count}", bar(*count, most, room));
        painted(&cut(&line, width(look), Cut::End), *tone, look)
    };
    bars.iter().map(line).collect()
}

fn bar(count: u64, most: u64, room: usize) -> String {
    let eighths = (u128::from(count) * room as u128 * 8).div_ceil(u128::from(most.max(1))) as usize;
    format!("{}{}", "█".repeat(eighths / 8), PARTS[eighths % 8])
}
