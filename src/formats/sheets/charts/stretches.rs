//! Draws periods for each name as bars over one axis. A period that continues ends in an arrow, and one that is only
//! presumed is dashed. If several share a cell, the last one is drawn.

use super::{Axis, end_labels, name_width, painted, width};
use crate::formats::RenderOptions;
use crate::formats::table::grid::GAP;
use crate::model::time::Timestamp;
use crate::reports::sheet::{Stretch, Tone};
use crate::text::display;

/// Draws a line for each name, and the ends of the axis.
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

/// The cells of one name; every period takes at least one.
fn cells(stretches: &[Stretch], span: (Timestamp, Timestamp), axis: usize) -> Vec<(char, Tone)> {
    let mut cells = vec![(' ', Tone::Plain); axis];
    for stretch in stretches {
        let from = position(stretch.from, span, axis).min(axis - 1);
        let to = position(stretch.to, span, axis).clamp(from + 1, axis);
        let line = if stretch.is_presumed { '┅' } else { '━' };
        cells[from..to].fill((line, stretch.tone));
        if stretch.is_open {
            cells[to - 1].0 = '▶';
        }
    }
    cells
}

/// The cell of a time on the axis.
fn position(time: Timestamp, (from, to): (Timestamp, Timestamp), axis: usize) -> usize {
    let length = i128::from(to.seconds) - i128::from(from.seconds);
    let after = i128::from(time.seconds) - i128::from(from.seconds);
    let cell = (after * axis as i128 / length.max(1)).clamp(0, axis as i128);
    usize::try_from(cell).unwrap_or(0)
}

fn painted_runs(cells: &[(char, Tone)], options: &RenderOptions) -> String {
    let runs = cells.chunk_by(|left, right| left.1 == right.1);
    runs.map(|run| painted(&run.iter().map(|cell| cell.0).collect::<String>(), run[0].1, options)).collect()
}
