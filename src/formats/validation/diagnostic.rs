//! A diagnostic as a message for people, as JSON, and as a row.

use anstyle::{AnsiColor, Color, Style};
use serde::Serialize;
use unicode_width::UnicodeWidthStr;

use crate::formats::RenderOptions;
use crate::formats::table::grid::{GridColumn, GridRow};
use crate::model::diagnostic::{Code, Diagnostic, Level, Placed};
use crate::reports::sheet::{Cell, Column, Kind};
use crate::text::display::escape_own;
use crate::text::width::Cut;

/// Name and version of the JSON of a diagnostic.
pub const SCHEMA: &str = "ssoaudit.diagnostic.v1";

/// A diagnostic as JSON. It is separate from the model, so that the model may change.
#[derive(Serialize)]
pub struct DiagnosticJson<'a> {
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

impl<'a> From<Placed<'a>> for DiagnosticJson<'a> {
    fn from(Placed { file, diagnostic }: Placed<'a>) -> Self {
        Self {
            schema: SCHEMA,
            file,
            line: diagnostic.line,
            column: diagnostic.column,
            level: diagnostic.code.level.name(),
            code: diagnostic.code.name,
            path: Some(diagnostic.path.as_str()).filter(|path| !path.is_empty()),
            message: &diagnostic.message,
            found: diagnostic.found.as_deref(),
            expected: diagnostic.expected.as_deref(),
            nearest: diagnostic.nearest,
        }
    }
}

/// The style of a level.
fn level_style(level: Level) -> Style {
    let color = match level {
        Level::Error => AnsiColor::Red,
        Level::Warning => AnsiColor::Yellow,
        Level::Notice => AnsiColor::Cyan,
    };
    color.on_default().bold()
}

/// Renders a diagnostic as compilers do, followed by a blank line.
pub fn message(Placed { file, diagnostic }: Placed<'_>, options: &RenderOptions) -> String {
    let escaped = |text: &str| escape_own(text, options.charset);
    let level = level_style(diagnostic.code.level);
    let [arrow, equals] = ["-->", "="].map(|mark| painted(MARKS, mark, options));
    let head =
        painted(level, &format!("{}[{}]", diagnostic.code.level.name(), diagnostic.code.name), options);
    let position = format!("{}:{}:{}", escaped(file), diagnostic.line, diagnostic.column);
    let mut text = format!("{head}: {}\n  {arrow} {position}\n", escaped(&diagnostic.message));
    text.push_str(&excerpt(diagnostic, options));
    if let Some(expected) = &diagnostic.expected {
        text.push_str(&format!("   {equals} expected {}\n", escaped(expected)));
    }
    if let Some(nearest) = diagnostic.nearest {
        text.push_str(&format!("   {equals} did you mean `{nearest}`?\n"));
    }
    text.push('\n');
    text
}

/// The style of arrows and bars.
const MARKS: Style = Style::new().fg_color(Some(Color::Ansi(AnsiColor::Blue))).bold();

fn painted(style: Style, text: &str, options: &RenderOptions) -> String {
    if options.colors { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

/// Renders the line with carets below the fault.
fn excerpt(diagnostic: &Diagnostic, options: &RenderOptions) -> String {
    let escaped = |text: &str| escape_own(text, options.charset);
    let excerpt = &diagnostic.excerpt;
    // Escaped as one text: parts that are harmless alone may form a control sequence together.
    let to_mark = [excerpt.before.as_str(), &excerpt.marked].concat();
    let line = [to_mark.as_str(), &excerpt.after].concat();
    if line.is_empty() {
        return String::new();
    }
    let (from, to) = (escaped(&excerpt.before).width(), escaped(&to_mark).width());
    let carets = "^".repeat(to.saturating_sub(from).max(1));
    let carets = painted(level_style(diagnostic.code.level), &carets, options);
    let (bar, indent) = (painted(MARKS, "|", options), " ".repeat(from));
    format!("   {bar} {}\n   {bar} {indent}{carets}\n", escaped(&line))
}

/// The columns of diagnostics in table formats.
pub static COLUMNS: [Column; 8] = [
    Column::new("level", "level", Kind::Text, "how bad it is"),
    Column::new("code", "code", Kind::Text, "what kind of problem it is"),
    Column::new("file", "file", Kind::Text, "name of the input"),
    Column::new("line", "line", Kind::Number, "its 1-based line there"),
    Column::new("column", "column", Kind::Number, "its 1-based column there"),
    Column::new("path", "path", Kind::Text, "the field"),
    Column::new("message", "message", Kind::Text, "what was found, and what was expected"),
    Column::new("nearest", "nearest", Kind::Text, "the known value that may have been meant"),
];

/// A diagnostic as a row of [`COLUMNS`].
pub fn cells(Placed { file, diagnostic }: Placed<'_>) -> [Cell<'_>; COLUMNS.len()] {
    [
        diagnostic.code.level.name().into(),
        diagnostic.code.name.into(),
        file.into(),
        diagnostic.line.into(),
        diagnostic.column.into(),
        diagnostic.path.as_str().into(),
        diagnostic.message.as_str().into(),
        diagnostic.nearest.into(),
    ]
}

/// The columns of diagnostics in aligned text.
pub fn grid_columns() -> Vec<GridColumn> {
    let column = |title: &str, (cut, min), rank| GridColumn {
        title: title.to_owned(),
        cut,
        min,
        rank,
        to_right: false,
    };
    vec![
        column("level", (Cut::End, 7), 0),
        column("code", (Cut::End, 16), 1),
        column("place", (Cut::Middle, 12), 0),
        column("path", (Cut::Middle, 10), 2),
        column("message", (Cut::End, 30), 0),
    ]
}

/// A diagnostic as a row of [`grid_columns`].
pub fn grid_row(placed: Placed<'_>, options: &RenderOptions) -> GridRow {
    let diagnostic = placed.diagnostic;
    let position = format!("{}:{}:{}", placed.file, diagnostic.line, diagnostic.column);
    let nearest = diagnostic.nearest.map_or(String::new(), |nearest| format!("; did you mean `{nearest}`?"));
    let message = format!("{}{nearest}", diagnostic.message);
    let Code { name, level, .. } = *diagnostic.code;
    let texts = [level.name(), name, &position, &diagnostic.path, &message];
    let cells = texts.iter().map(|text| escape_own(text, options.charset).into()).collect();
    GridRow { cells, style: level_style(level) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::diagnostic::{Excerpt, NOT_JSON};
    use crate::text::display::Charset;
    use chrono_tz::Tz;

    #[test]
    fn an_excerpt_is_harmless_as_a_whole() {
        let [before, marked, after] = ["株#", "#[x]", "#"].map(str::to_owned);
        let diagnostic = Diagnostic {
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
        let options = RenderOptions {
            zone: Tz::UTC,
            width: None,
            colors: false,
            charset: Charset::Unicode,
            header: true,
        };
        let text = message(Placed { file: "f", diagnostic: &diagnostic }, &options);
        assert!(text.contains("   | 株#\\u{23}[x]#\n   |    ^^^^^^^^^\n"), "{text}");
    }
}
