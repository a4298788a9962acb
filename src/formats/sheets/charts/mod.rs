//! Charts as text, one file each. They take at least `MIN_WIDTH` columns, as nothing can be drawn in fewer, and
//! `USUAL_WIDTH` if no width is given.

mod heat;
mod stretches;
mod timeline;

use unicode_width::UnicodeWidthStr;

use crate::formats::RenderOptions;
use crate::formats::sheets::style;
use crate::reports::sheet::{Chart, Tone};
use crate::text::display;

const MIN_WIDTH: usize = 16;
const USUAL_WIDTH: usize = 80;

/// The lines of a chart.
pub fn draw(chart: &Chart, options: &RenderOptions) -> Vec<String> {
    let lines = match chart {
        Chart::Timeline { unit, buckets } => timeline::draw(unit, buckets, options),
        Chart::Heat(grids) => heat::draw(grids, options),
        Chart::Stretches { span, rows } => {
            span.map_or_else(Vec::new, |span| stretches::draw(span, rows, options))
        }
    };
    if lines.is_empty() { vec!["nothing to draw".to_owned()] } else { lines }
}

fn width(options: &RenderOptions) -> usize {
    options.width.unwrap_or(USUAL_WIDTH).max(MIN_WIDTH)
}

/// The width of the column of names: what they need, but at most a third of the chart.
fn name_width<'a>(names: impl Iterator<Item = &'a str>, options: &RenderOptions) -> usize {
    let widest = names.map(|name| display::escape_log(name, options.charset).width()).max().unwrap_or(0);
    widest.min(width(options) / 3)
}

fn painted(text: &str, tone: Tone, options: &RenderOptions) -> String {
    if !options.colors || tone == Tone::Plain || text.is_empty() {
        return text.to_owned();
    }
    format!("{}{text}{}", style(tone).render(), style(tone).render_reset())
}

/// The position of a chart's axis.
struct Axis {
    /// The number of columns before it.
    indent: usize,
    /// The number of columns it takes.
    width: usize,
}

/// The labels of both ends of an axis, on one line if there is room.
fn end_labels(first: &str, last: &str, axis: &Axis, options: &RenderOptions) -> Vec<String> {
    let gap = axis.width.saturating_sub(first.width() + last.width());
    if first == last {
        display::wrapped(first, width(options))
    } else if gap > 0 {
        vec![format!("{}{first}{}{last}", " ".repeat(axis.indent), " ".repeat(gap))]
    } else {
        display::wrapped(&format!("{first} to {last}"), width(options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::calendar::Bucket;
    use crate::model::time;
    use crate::model::time::Timestamp;
    use crate::reports::sheet::Stretch;
    use crate::text::display::Charset;
    use chrono_tz::Tz;

    fn options(width: usize) -> RenderOptions {
        RenderOptions {
            zone: Tz::UTC,
            width: Some(width),
            colors: false,
            charset: Charset::Unicode,
            header: true,
        }
    }

    fn day(day: u64) -> Timestamp {
        let first = time::parse("2025-01-01T00:00:00Z").unwrap().timestamp;
        Timestamp { seconds: first.seconds + day as i64 * 86_400, nanos: 0 }
    }

    fn timeline(days: u64) -> Chart {
        let bucket = |at| Bucket { begin: day(at), label: format!("day {at}"), count: at };
        Chart::Timeline { unit: "day", buckets: (0..days).map(bucket).collect() }
    }

    #[test]
    fn a_timeline_is_a_histogram() {
        let lines = draw(&timeline(9), &options(20));
        assert_eq!(lines[..6].iter().filter(|line| line.ends_with('█')).count(), 6);
        assert_eq!(
            lines[5..],
            [
                "  ▆▆██████████████",
                "──────────────────",
                "day 0        day 8",
                "1 bar = 1 day; the",
                "highest is 8"
            ]
        );
    }

    #[test]
    fn neighbours_share_a_bar_when_there_are_many() {
        let lines = draw(&timeline(100), &options(40)).join("\n");
        assert!(lines.contains("1 bar = 3 days; the highest is 291"), "{lines}");
        assert_eq!(draw(&timeline(0), &options(40)), ["nothing to draw"]);
    }

    #[test]
    fn stretches_lie_in_time() {
        let stretch = |from, to, is_open| Stretch {
            from: day(from),
            to: day(to),
            is_open,
            is_presumed: false,
            tone: Tone::Warn,
        };
        let rows = vec![
            ("acme".to_owned(), vec![stretch(0, 10, false), stretch(20, 40, true)]),
            ("brief".to_owned(), vec![stretch(39, 39, false)]),
        ];
        let chart = Chart::Stretches { span: Some((day(0), day(40))), rows };
        let lines = draw(&chart, &options(47));
        assert_eq!(lines[0], format!("acme   {}{}{}▶", "━".repeat(10), " ".repeat(10), "━".repeat(19)));
        assert_eq!(lines[1], format!("brief  {}━", " ".repeat(39)));
        assert_eq!(lines[2], "       2025-01-01 00:00        2025-02-10 00:00");
        let presumed = Stretch { is_presumed: true, ..stretch(0, 20, true) };
        let chart = Chart::Stretches {
            span: Some((day(0), day(40))),
            rows: vec![("acme".to_owned(), vec![presumed])],
        };
        let lines = draw(&chart, &options(46));
        assert_eq!(lines[0], format!("acme  {}▶", "┅".repeat(19)));
        assert_eq!(lines[2], "dashed: presumed");
    }

    #[test]
    fn heat_has_a_row_for_every_weekday() {
        let mut counts = [[0; 24]; 7];
        (counts[0][0], counts[1][23], counts[6][12]) = (1, 100, 60);
        let chart = Chart::Heat(vec![("removals".to_owned(), counts)]);
        for (width, header, monday) in [
            (80, "    0           6           12          18", "Mon ░░"),
            (40, "    0     6     12    18", "Mon ░"),
            (20, "    0  6  12 18", "Mon ░"),
        ] {
            let lines = draw(&chart, &options(width));
            assert_eq!(lines[..3], ["removals", header, monday]);
            assert_eq!(lines.iter().filter(|line| line.ends_with('█')).count(), 1);
        }
    }
}
