//! The report of a file as text: counts of lines and diagnostics, and the times and kinds of its events.

use anstyle::Style;
use chrono_tz::Tz;

use crate::analysis::validation::{FileReport, UnknownUse};
use crate::formats::RenderOptions;
use crate::model::diagnostic::Level;
use crate::text::display::escape_own;
use crate::text::plural::counted;

/// Renders the report of a file, or of several that `file` names together, and why it could not be read to its end.
pub fn report_text(file: &str, report: &FileReport, error: Option<&str>, options: &RenderOptions) -> String {
    let escaped = |text: &str| escape_own(text, options.charset);
    let bold = if options.colors { Style::new().bold() } else { Style::new() };
    let counts = report.counts;
    let mut text = format!(
        "{bold}{}{bold:#}: {} = {} valid + {} invalid + {} blank\n",
        escaped(file),
        counted(counts.lines, "line"),
        counts.valid,
        counts.invalid,
        counts.blank
    );
    if let Some(error) = error {
        row("error", &format!("not read to its end: {}", escaped(error)), &mut text);
    }
    diagnostics(report, &mut text);
    times(report, &mut text);
    let events = report.facts.events();
    list(
        "events",
        events.map(|(source, action, count)| (count, format!("{source}  {}", escaped(action)))),
        &mut text,
    );
    let unknown = report.facts.drift.iter();
    list("unknown", unknown.map(|(unknown, count)| (*count, unknown_use(unknown, options))), &mut text);
    if report.facts.more_drift > 0 {
        row("", &format!("{:>8}  more", report.facts.more_drift), &mut text);
    }
    text.push('\n');
    text
}

fn row(name: &str, value: &str, text: &mut String) {
    text.push_str(&format!("  {name:<11} {value}\n"));
}

/// Adds a row for each thing with its count; only the first row has the name.
fn list(name: &str, things: impl Iterator<Item = (u64, String)>, text: &mut String) {
    for (index, (count, thing)) in things.enumerate() {
        row(if index == 0 { name } else { "" }, &format!("{count:>8}  {thing}"), text);
    }
}

fn diagnostics(report: &FileReport, text: &mut String) {
    let levels: Vec<_> = [Level::Error, Level::Warning, Level::Notice]
        .into_iter()
        .filter(|level| report.found(*level) > 0)
        .map(|level| counted(report.found(level), level.name()))
        .collect();
    if !levels.is_empty() {
        let hidden = match report.hidden() {
            0 => String::new(),
            hidden => format!("; {hidden} not shown (--max-diagnostics)"),
        };
        row("diagnostics", &format!("{}{hidden}", levels.join(", ")), text);
    }
    list(
        "",
        report.by_code().map(|(code, count)| (count, format!("{}[{}]", code.level.name(), code.name))),
        text,
    );
}

fn times(report: &FileReport, text: &mut String) {
    let times = &report.facts.times;
    if let Some((first, last)) = times.range {
        row("time", &format!("{} to {}", first.rfc3339(Tz::UTC), last.rfc3339(Tz::UTC)), text);
        row("order", &format!("{} out of order", counted(times.out_of_order, "event")), text);
    }
}

fn unknown_use(unknown: &UnknownUse, options: &RenderOptions) -> String {
    let path = escape_own(&unknown.path, options.charset);
    match &unknown.value {
        None => format!("{path}  (field)"),
        Some(value) => format!("{path} = {}", escape_own(value, options.charset)),
    }
}
