//! Diagnostics as text for people, as JSON, as CSV and as a grid.

use anstyle::{AnsiColor, Style};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::formats::table;
use crate::formats::table::grid::{GridColumn, GridRow};
use crate::model::diagnostic::{Level, Placed};
use crate::text::display::escape_own;
use crate::text::escape::escape_formula;
use crate::text::width::Cut;

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
    fn from(Placed { file, diagnostic: finding }: Placed<'a>) -> Self {
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
fn level_style(level: Level) -> Style {
    let color = match level {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Notice => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

/// A finding the way compilers print theirs, followed by a blank line.
pub fn text(placed: Placed<'_>, style: table::Style) -> String {
    let (finding, colors) = (placed.diagnostic, style.colors);
    let shown = |text: &str| escape_own(text, style.ascii);
    let paint = |style: Style, text: &str| {
        if colors { format!("{style}{text}{style:#}") } else { text.to_owned() }
    };
    let level = level_style(finding.code.level);
    let faint = Style::new().fg_color(Some(AnsiColor::Blue.into())).bold();
    let head = paint(level, &format!("{}[{}]", finding.code.level.name(), finding.code.name));
    let mut text = format!("{head}: {}\n", shown(&finding.message));
    let place = format!("{}:{}:{}", shown(placed.file), finding.line, finding.column);
    text.push_str(&format!("  {} {place}\n", paint(faint, "-->")));
    let excerpt = &finding.excerpt;
    // Escaped together: what is harmless in each may be a command in all of them.
    let upto_mark = [excerpt.before.as_str(), &excerpt.marked].concat();
    let line = [upto_mark.as_str(), &excerpt.after].concat();
    if !line.is_empty() {
        let (from, to) = (shown(&excerpt.before).width(), shown(&upto_mark).width());
        let (indent, carets) = (" ".repeat(from), "^".repeat(to.saturating_sub(from).max(1)));
        let bar = paint(faint, "|");
        text.push_str(&format!("   {bar} {}\n   {bar} {indent}{}\n", shown(&line), paint(level, &carets)));
    }
    if let Some(expected) = &finding.expected {
        text.push_str(&format!("   {} expected {}\n", paint(faint, "="), shown(expected)));
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
    csv_record(cells(placed).into_iter().map(|cell| escape_formula(&cell).into_owned()))
}

fn csv_record(cells: impl Iterator<Item = String>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells).expect("memory takes all");
    writer.into_inner().expect("memory takes all")
}

fn cells(Placed { file, diagnostic: finding }: Placed<'_>) -> Vec<String> {
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
pub fn grid_row(placed: Placed<'_>, ascii: bool) -> GridRow {
    let finding = placed.diagnostic;
    let place = format!("{}:{}:{}", placed.file, finding.line, finding.column);
    let nearest = finding.nearest.map_or(String::new(), |nearest| format!("; did you mean `{nearest}`?"));
    let message = format!("{}{nearest}", finding.message);
    let texts = [finding.code.name, &place, &finding.path, &message];
    let cells = texts.iter().map(|text| vec![escape_own(text, ascii)]).collect();
    GridRow { cells, style: level_style(finding.code.level) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diagnostic::{Diagnostic, Excerpt, NOT_JSON};

    #[test]
    fn an_excerpt_is_harmless_as_a_whole() {
        let [before, marked, after] = ["株#", "#[x]", "#"].map(str::to_owned);
        let finding = Diagnostic {
            code: &NOT_JSON,
            line: 1,
            column: 3,
            path: String::new(),
            message: "m".to_owned(),
            found: None,
            expected: None,
            nearest: None,
            excerpt: Excerpt { before, marked, after },
        };
        let style = table::Style { width: None, colors: false, header: true, ascii: false };
        let text = text(Placed { file: "f", diagnostic: &finding }, style);
        assert!(text.contains("   | 株#\\u{23}[x]#\n   |    ^^^^^^^^^\n"), "{text}");
    }
}
