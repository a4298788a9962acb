//! Findings as text for people, as JSON, as CSV and as a grid.

use anstyle::{AnsiColor, Style};
use serde::Serialize;

use super::escape::{defused, visible};
use super::grid::{Cut, GridColumn, GridRow};
use crate::finding::{Level, Placed};

/// Name and version of a finding's JSON.
pub const SCHEMA: &str = "ssoaudit.finding.v1";

/// A finding as JSON; kept apart from the model so that the model may change.
#[derive(Serialize)]
pub struct FindingJson<'a> {
    schema: &'static str,
    file: &'a str,
    line: u64,
    column: u64,
    level: &'static str,
    code: &'static str,
    path: Option<&'a str>,
    message: &'a str,
    found: Option<&'a str>,
    expected: Option<&'a str>,
    nearest: Option<&'static str>,
}

impl<'a> From<Placed<'a>> for FindingJson<'a> {
    fn from(Placed { file, finding }: Placed<'a>) -> Self {
        Self {
            schema: SCHEMA,
            file,
            line: finding.line,
            column: finding.column,
            level: finding.code.level.name(),
            code: finding.code.name,
            path: Some(finding.path.as_str()).filter(|path| !path.is_empty()),
            message: &finding.message,
            found: finding.found.as_deref(),
            expected: finding.expected.as_deref(),
            nearest: finding.nearest,
        }
    }
}

/// Colour of a level.
pub fn style(level: Level) -> Style {
    let color = match level {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Notice => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

/// A finding the way compilers print theirs, followed by a blank line.
pub fn text(placed: Placed<'_>, colors: bool) -> String {
    let finding = placed.finding;
    let paint = |style: Style, text: &str| {
        if colors { format!("{style}{text}{style:#}") } else { text.to_owned() }
    };
    let level = style(finding.code.level);
    let faint = Style::new().fg_color(Some(AnsiColor::Blue.into())).bold();
    let head = paint(level, &format!("{}[{}]", finding.code.level.name(), finding.code.name));
    let mut text = format!("{head}: {}\n", visible(&finding.message));
    let place = format!("{}:{}:{}", visible(placed.file), finding.line, finding.column);
    text.push_str(&format!("  {} {place}\n", paint(faint, "-->")));
    let excerpt = &finding.excerpt;
    let (before, marked, after) =
        (visible(&excerpt.before), visible(&excerpt.marked), visible(&excerpt.after));
    if !(before.is_empty() && marked.is_empty() && after.is_empty()) {
        let indent = " ".repeat(unicode_width::UnicodeWidthStr::width(&*before));
        let carets = "^".repeat(unicode_width::UnicodeWidthStr::width(&*marked).max(1));
        let bar = paint(faint, "|");
        text.push_str(&format!(
            "   {bar} {before}{marked}{after}\n   {bar} {indent}{}\n",
            paint(level, &carets)
        ));
    }
    if let Some(expected) = &finding.expected {
        text.push_str(&format!("   {} expected {}\n", paint(faint, "="), visible(expected)));
    }
    if let Some(nearest) = finding.nearest {
        text.push_str(&format!("   {} did you mean `{nearest}`?\n", paint(faint, "=")));
    }
    text.push('\n');
    text
}

/// Columns of findings in a grid and in CSV.
const COLUMNS: &[&str] = &["level", "code", "file", "line", "column", "path", "message", "nearest"];

/// The header of findings as CSV.
pub fn csv_header() -> Vec<u8> {
    csv_record(COLUMNS.iter().map(|name| (*name).to_owned()))
}

/// A finding as a line of CSV.
pub fn csv(placed: Placed<'_>) -> Vec<u8> {
    csv_record(cells(placed).into_iter().map(|cell| defused(&cell).into_owned()))
}

fn csv_record(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).expect("memory takes all");
    writer.into_inner().expect("memory takes all")
}

fn cells(Placed { file, finding }: Placed<'_>) -> Vec<String> {
    vec![
        finding.code.level.name().to_owned(),
        finding.code.name.to_owned(),
        file.to_owned(),
        finding.line.to_string(),
        finding.column.to_string(),
        finding.path.clone(),
        finding.message.clone(),
        finding.nearest.unwrap_or_default().to_owned(),
    ]
}

/// The columns of a grid of findings.
pub fn grid_columns() -> Vec<GridColumn> {
    let column =
        |title: &str, cut, min| GridColumn { title: title.to_owned(), cut, min, rank: 0, to_right: false };
    vec![
        column("code", Cut::End, 16),
        column("place", Cut::Middle, 12),
        column("path", Cut::Middle, 10),
        column("message", Cut::End, 60),
    ]
}

/// A finding as a row of that grid.
pub fn grid_row(placed: Placed<'_>) -> GridRow {
    let finding = placed.finding;
    let place = format!("{}:{}:{}", placed.file, finding.line, finding.column);
    let nearest = finding.nearest.map_or(String::new(), |nearest| format!("; did you mean `{nearest}`?"));
    let message = format!("{}{nearest}", finding.message);
    let texts = [finding.code.name, &place, &finding.path, &message];
    let cells = texts.iter().map(|text| vec![visible(text).into_owned()]).collect();
    GridRow { cells, style: style(finding.code.level) }
}
