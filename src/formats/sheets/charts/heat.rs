//! Draws events by weekday and hour as shaded cells, with two hours per cell if the width is too narrow. Shades are
//! relative to the darkest cell of the same grid.

use super::width;
use crate::formats::RenderOptions;
use crate::text::display;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const SHADES: [&str; 5] = [" ", "░", "▒", "▓", "█"];
const LABEL: usize = 4;

/// A grid for each name.
pub fn draw(grids: &[(String, [[u64; 24]; 7])], options: &RenderOptions) -> Vec<String> {
    let (hours, columns) = match width(options) - LABEL {
        48.. => (1, 2),
        24.. => (1, 1),
        _ => (2, 1),
    };
    let mut lines = Vec::new();
    for (at, (name, counts)) in grids.iter().enumerate() {
        if at > 0 {
            lines.push(String::new());
        }
        lines.extend(display::wrapped(&display::escape_log(name, options.charset), width(options)));
        lines.push(hour_labels(6 / hours * columns));
        let cells = counts.map(|day| day.chunks(hours).map(|hours| hours.iter().sum()).collect::<Vec<u64>>());
        let most = cells.iter().flatten().copied().max().unwrap_or(0);
        for (day, cells) in DAYS.iter().zip(&cells) {
            let cells: String = cells.iter().map(|count| shade(*count, most).repeat(columns)).collect();
            lines.push(format!("{day} {cells}").trim_end().to_owned());
        }
        let cell = if hours == 1 { "1 hour" } else { "2 hours" };
        lines.extend(display::wrapped(&format!("1 cell = {cell}; the darkest is {most}"), width(options)));
    }
    lines
}

fn hour_labels(distance: usize) -> String {
    let labels: String = [0, 6, 12, 18].iter().map(|hour| format!("{hour:<distance$}")).collect();
    format!("{}{}", " ".repeat(LABEL), labels.trim_end())
}

fn shade(count: u64, most: u64) -> &'static str {
    SHADES[(u128::from(count) * 4).div_ceil(u128::from(most.max(1))) as usize]
}
