//! Stretches of time for each name as bars over one axis. A stretch that goes on ends in an arrow, and one that is
//! only presumed is dashed. Where several take the same cell, the last one is drawn.

use super::{Axis, end_labels, name_width, painted, width};
use crate::formats::RenderOptions;
use crate::formats::table::grid::GAP;
use crate::model::time::Timestamp;
use crate::reports::sheet::{Stretch, Tone};
use crate::text::display;

/// A line for each name, and the ends of the axis.
pub fn draw(
    span: (Timestamp, Timestamp),
    rows: &[(String, Vec<Stretch>)],
    options: &RenderOptions,
) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let names = name_width(rows.iter().map(|row| row.0.as_str()), options);
    let axis = width(options) - names - GAP;
    let line = |(name, stretches): &(String, Vec<Stretch>)| {
        let name = display::padded(&display::escape_log(name, options.charset), names + GAP);
        format!("{name}{}", painted_runs(&cells(stretches, span, axis), options)).trim_end().to_owned()
    };
    let mut lines: Vec<_> = rows.iter().map(line).collect();
    let label = |time: Timestamp| time.to_the_minute(options.zone);
    let axis = Axis { indent: names + GAP, width: axis };
    lines.extend(end_labels(&label(span.0), &label(span.1), &axis, options));
    if rows.iter().flat_map(|row| &row.1).any(|stretch| stretch.is_presumed) {
        lines.extend(display::wrapped("dashed: presumed", width(options)));
    }
    lines
}

/// The axis of one name; every stretch has a cell at least.
fn cells(stretches: &[Stretch], span: (Timestamp, Timestamp), axis: usize) -> Vec<(char, Tone)> {
    let mut cells = vec![(' ', Tone::Plain); axis];
    for stretch in stretches {
        let from = place(stretch.from, span, axis).min(axis - 1);
        let to = place(stretch.to, span, axis).clamp(from + 1, axis);
        let line = if stretch.is_presumed { '┅' } else { '━' };
        cells[from..to].fill((line, stretch.tone));
        if stretch.is_open {
            cells[to - 1].0 = '▶';
        }
    }
    cells
}

fn place(time: Timestamp, (from, to): (Timestamp, Timestamp), axis: usize) -> usize {
    let length = i128::from(to.seconds) - i128::from(from.seconds);
    let after = i128::from(time.seconds) - i128::from(from.seconds);
    let place = (after * axis as i128 / length.max(1)).clamp(0, axis as i128);
    usize::try_from(place).unwrap_or(0)
}

fn painted_runs(cells: &[(char, Tone)], options: &RenderOptions) -> String {
    let runs = cells.chunk_by(|left, right| left.1 == right.1);
    runs.map(|run| painted(&run.iter().map(|cell| cell.0).collect::<String>(), run[0].1, options)).collect()
}
