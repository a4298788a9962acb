//! Events over time as columns, with a scale of round numbers.

use chrono_tz::Tz;

use crate::analysis::calendar;
use crate::formats::sheets::html::span;
use crate::formats::sheets::html::span::{Tick, percent};
use crate::formats::sheets::html::values;

/// The height of the plot area, whose lower edge is the baseline.
const PLOT: f64 = 160.0;
const FLOOR: f64 = 170.0;
/// How many characters of labels fit below a timeline on a screen.
const AXIS_CHARACTERS: usize = 90;

/// Events over time.
pub struct Timeline<'a> {
    /// The unit of a bucket.
    pub unit: &'a str,
    /// The first label.
    pub from: &'a str,
    /// The last label.
    pub to: &'a str,
    /// The most events in a bucket.
    pub most: String,
    /// The height and the number of each line of the scale.
    pub scale: Vec<(f64, String)>,
    /// The labels of the axis.
    pub ticks: Vec<Tick>,
    /// A column for every bucket.
    pub columns: Vec<Bucket<'a>>,
}

/// A column of a timeline.
pub struct Bucket<'a> {
    /// Its left edge in percent.
    pub x: f64,
    /// Its width in percent.
    pub width: f64,
    /// Its upper edge.
    pub y: f64,
    /// Its height.
    pub height: f64,
    /// When it begins.
    pub begins: String,
    /// Its label.
    pub label: &'a str,
    /// Its number of events.
    pub count: String,
}

/// The timeline of `buckets`; `None` if there are none.
pub fn timeline<'a>(unit: &'a str, buckets: &'a [calendar::Bucket], zone: Tz) -> Option<Timeline<'a>> {
    let (first, last) = (buckets.first()?, buckets.last()?);
    let most = buckets.iter().map(|bucket| bucket.count).max().unwrap_or(0);
    let step = step(most);
    let steps = most.div_ceil(step).max(1);
    let top = step.saturating_mul(steps) as f64;
    let height = |value: f64| (value / top * PLOT * 10.0).round() / 10.0;
    let slot = 100.0 / buckets.len() as f64;
    let columns = buckets.iter().enumerate().map(|(at, calendar::Bucket { begin, label, count })| {
        // A bucket with an event has a visible column, however few events it has.
        let height = if *count == 0 { 0.0 } else { height(*count as f64).max(1.0) };
        Bucket {
            x: percent(at as f64 * slot + slot * 0.1, 100.0),
            width: percent(slot * 0.8, 100.0),
            y: FLOOR - height,
            height,
            begins: begin.rfc3339(zone),
            label,
            count: values::number(*count),
        }
    });
    let scale = (0..=steps).map(|at| {
        let value = step.saturating_mul(at);
        (FLOOR - height(value as f64), values::short(value))
    });
    Some(Timeline {
        unit,
        from: &first.label,
        to: &last.label,
        most: values::count(most, "event"),
        scale: scale.collect(),
        ticks: bucket_ticks(buckets),
        columns: columns.collect(),
    })
}

/// The smallest of 1, 2, 5, 10, 20, ... with which four steps reach `most`.
fn step(most: u64) -> u64 {
    let mut tens = 1_u64;
    loop {
        for step in [1, 2, 5].map(|digit| tens.saturating_mul(digit)) {
            if step.saturating_mul(4) >= most {
                return step;
            }
        }
        tens = tens.saturating_mul(10);
    }
}

fn bucket_ticks(buckets: &[calendar::Bucket]) -> Vec<Tick> {
    let longest = buckets.iter().map(|bucket| bucket.label.chars().count()).max().unwrap_or(1);
    let last = buckets.len() - 1;
    // An even number of gaps, so that every other label can be omitted.
    let gaps = (AXIS_CHARACTERS / (longest + 2) / 2 * 2).clamp(2, 8).min(last);
    let tick = |gap: usize| {
        let at = gap * last / gaps.max(1);
        let anchor = span::anchor(gap, gaps);
        let within = match anchor {
            "start" => 0.1,
            "middle" => 0.5,
            _ => 0.9,
        };
        let is_minor = gap % 2 == 1 && gaps.is_multiple_of(2);
        let x = percent(at as f64 + within, buckets.len() as f64);
        Tick { x, anchor, text: buckets[at].label.clone(), is_minor }
    };
    (0..=gaps).map(tick).collect()
}
