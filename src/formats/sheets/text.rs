//! A sheet for people at a terminal: title, notes, and all sections under their titles. Every line fits the width:
//! sentences and facts are wrapped, cells are cut, and charts shrink.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::formats::sheets::{charts, style};
use crate::formats::table::grid::{GAP, GridColumn, GridRow};
use crate::formats::table::text::{PAGE_ROWS, Rendered, render as render_table};
use crate::formats::{RenderOptions, cells};
use crate::parallel;
use crate::reports::columns::IP;
use crate::reports::sheet::{Body, Cell, Chart, Column, Fact, Kind, Sheet, Table};
use crate::text::display::{escape_own, padded, to_charset, wrapped};
use crate::text::width::Cut;

/// Prints every section.
pub fn render(sheet: &Sheet<'_>, options: &RenderOptions, to: &mut dyn Write) -> io::Result<()> {
    let mut out = String::new();
    heading(&sheet.title, options, &mut out);
    for note in sheet.notes.iter().map(String::as_str).chain(zone_note(sheet, options).as_deref()) {
        sentence(note, options, &mut out);
    }
    // The format that has all columns of the table: CSV prints only the first table.
    let mut complete = "csv";
    for section in &sheet.sections {
        out.push('\n');
        heading(section.title, options, &mut out);
        match &section.body {
            Body::Facts(facts) => self::facts(facts, options, &mut out),
            Body::Table(table) => {
                let hidden = self::table(table, options, &mut out, to)?;
                if !hidden.is_empty() {
                    let hidden = hidden.join(", ");
                    let note = format!("Hidden columns: {hidden}; see --width or --format {complete}.");
                    sentence(&note, options, &mut out);
                }
                complete = "ndjson";
            }
            Body::Chart(chart) => {
                for line in charts::draw(chart, options) {
                    out.push_str(&line);
                    out.push('\n');
                }
            }
        }
    }
    flush(&mut out, options, to)
}

fn flush(out: &mut String, options: &RenderOptions, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(to_charset(std::mem::take(out), options.charset).as_bytes())
}

/// Names the time zone, if the sheet has times.
pub fn zone_note(sheet: &Sheet<'_>, options: &RenderOptions) -> Option<String> {
    let has_times = sheet.sections.iter().any(|section| match &section.body {
        Body::Facts(facts) => facts.iter().any(|fact| matches!(fact.value, Cell::Time(_))),
        Body::Table(table) => {
            !table.rows.is_empty() && table.columns.iter().any(|column| column.kind == Kind::Time)
        }
        Body::Chart(chart) => matches!(chart, Chart::Stretches { .. }),
    });
    has_times.then(|| format!("Times are in {}.", options.zone.name()))
}

/// Says how many rows were left out.
pub fn left_out(rows: u64) -> String {
    format!("… and {rows} more; --top all shows them")
}

fn heading(title: &str, options: &RenderOptions, out: &mut String) {
    let bold = if options.colors { Style::new().bold() } else { Style::new() };
    for line in wrapped(&escape_own(title, options.charset), room(options)) {
        out.push_str(&format!("{bold}{line}{bold:#}\n"));
    }
}

fn sentence(text: &str, options: &RenderOptions, out: &mut String) {
    for line in wrapped(&escape_own(text, options.charset), room(options)) {
        out.push_str(&line);
        out.push('\n');
    }
}

fn room(options: &RenderOptions) -> usize {
    options.width.unwrap_or(usize::MAX).max(1)
}

/// Prints values beside their labels, or below them if labels take more than half of the width and not all values fit
/// into the rest.
fn facts(facts: &[Fact<'_>], options: &RenderOptions, out: &mut String) {
    let label = |fact: &Fact<'_>| escape_own(fact.label, options.charset);
    let widest = facts.iter().map(|fact| label(fact).width()).max().unwrap_or(0);
    let values: Vec<_> = facts.iter().map(|fact| cells::longest(&fact.value, options)).collect();
    let longest = values.iter().map(|value| value.width()).max().unwrap_or(0);
    let is_beside = widest + GAP <= (room(options) / 2).max(room(options).saturating_sub(longest));
    let indent = if is_beside { widest + GAP } else { GAP };
    for (fact, value) in facts.iter().zip(&values) {
        let value = wrapped(value, room(options).saturating_sub(indent).max(1));
        if !is_beside {
            sentence(fact.label, options, out);
        }
        for (at, line) in value.iter().enumerate() {
            let before = if at == 0 && is_beside { label(fact) } else { String::new() };
            let line = format!("{}{line}", padded(&before, indent));
            if is_beside || !line.trim_end().is_empty() {
                out.push_str(line.trim_end());
                out.push('\n');
            }
        }
    }
}

/// Prints a table and returns the titles of columns hidden for lack of room.
fn table(
    table: &Table<'_>,
    options: &RenderOptions,
    out: &mut String,
    to: &mut dyn Write,
) -> io::Result<Vec<String>> {
    if table.rows.is_empty() {
        sentence(table.empty, options, out);
        return Ok(Vec::new());
    }
    let columns: Vec<_> = table.columns.iter().map(|column| grid_column(column, options)).collect();
    let starts: Vec<_> = (0..table.rows.len()).step_by(PAGE_ROWS).collect();
    let mut hidden = Vec::new();
    for some in starts.chunks(PAGES_AT_ONCE) {
        let pages = parallel::map_each(some, |start| page(table, *start, &columns, options));
        for page in pages {
            out.push_str(&page.text);
            hidden = page.hidden;
            flush(out, options, to)?;
        }
    }
    if table.left_out > 0 {
        sentence(&left_out(table.left_out), options, out);
    }
    Ok(hidden)
}

/// So many pages are made at once, on all threads.
const PAGES_AT_ONCE: usize = 16;

/// Renders the page of rows that begins at `start`.
fn page(table: &Table<'_>, start: usize, columns: &[GridColumn], options: &RenderOptions) -> Rendered {
    let grid_row = |at: usize| {
        let row = table.rows.get(at);
        let cell =
            |column: usize| cells::table_forms(row.cells.get(column).unwrap_or(&Cell::Nothing), options);
        GridRow { cells: (0..columns.len()).map(cell).collect(), style: style(row.tone) }
    };
    let rows: Vec<_> = (start..table.rows.len().min(start + PAGE_ROWS)).map(grid_row).collect();
    render_table(columns, &rows, options)
}

/// Columns of few short words, which are not cut.
const WHOLE: &[&str] = &["operation", "verdict", "state", "certainty", "difference"];

fn grid_column(column: &Column, options: &RenderOptions) -> GridColumn {
    let (cut, min) = match column.kind {
        // Part of an address says nothing, nor does part of an answer.
        _ if column.key == IP.key => (Cut::Middle, 15),
        _ if WHOLE.contains(&column.key) => (Cut::End, usize::MAX),
        Kind::Id => (Cut::Middle, 10),
        Kind::Text | Kind::List => (Cut::End, 10),
        // A number cut short would be a wrong number.
        Kind::Number | Kind::Integer | Kind::Share | Kind::Time | Kind::Duration | Kind::Flag => {
            (Cut::End, usize::MAX)
        }
    };
    GridColumn {
        title: escape_own(column.title, options.charset),
        cut,
        min,
        rank: column.rank,
        to_right: cells::is_amount(column.kind),
    }
}
