//! A sheet for people at a terminal: title, notes, and every section under its title.
//! Every line fits the width: sentences and facts are wrapped, cells are cut, charts shrink.

use std::io::{self, Write};

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::formats::sheets::{RenderOptions, charts, style, values};
use crate::formats::table as grid_table;
use crate::formats::table::grid::{GAP, GridColumn, GridRow};
use crate::reports::sheet::{Body, Cell, Chart, Column, Fact, Kind, Row, Sheet, Table};
use crate::text::display::{escape_own, padded, to_ascii, wrapped};
use crate::text::width::Cut;

/// Prints every section.
pub fn render(sheet: &Sheet<'_>, look: &RenderOptions, to: &mut dyn Write) -> io::Result<()> {
    let mut out = String::new();
    heading(&sheet.title, look, &mut out);
    for note in sheet.notes.iter().map(String::as_str).chain(zone_note(sheet, look).as_deref()) {
        sentence(note, look, &mut out);
    }
    // CSV prints the first table only.
    let mut others = "csv";
    for section in &sheet.sections {
        out.push('\n');
        heading(section.title, look, &mut out);
        match &section.body {
            Body::Facts(facts) => self::facts(facts, look, &mut out),
            Body::Table(table) => {
                self::table(table, others, look, &mut out, to)?;
                others = "ndjson";
            }
            Body::Chart(chart) => {
                for line in charts::draw(chart, look) {
                    out.push_str(&line);
                    out.push('\n');
                }
            }
        }
    }
    flush(&mut out, look, to)
}

fn flush(out: &mut String, look: &RenderOptions, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(to_ascii(std::mem::take(out), look.ascii).as_bytes())
}

/// The zone of printed times, if there are some.
pub fn zone_note(sheet: &Sheet<'_>, look: &RenderOptions) -> Option<String> {
    let has_times = sheet.sections.iter().any(|section| match &section.body {
        Body::Facts(facts) => facts.iter().any(|fact| matches!(fact.value, Cell::Time(_))),
        Body::Table(table) => {
            !table.rows.is_empty() && table.columns.iter().any(|column| column.kind == Kind::Time)
        }
        Body::Chart(chart) => matches!(chart, Chart::Stretches { .. }),
    });
    has_times.then(|| format!("Times are in {}.", look.zone.name()))
}

/// What to say of rows that were left out.
pub fn left_out(rows: u64) -> String {
    format!("… and {rows} more; --top shows more")
}

fn heading(title: &str, look: &RenderOptions, out: &mut String) {
    let bold = if look.colors { Style::new().bold() } else { Style::new() };
    for line in wrapped(&escape_own(title, look.ascii), room(look)) {
        out.push_str(&format!("{bold}{line}{bold:#}\n"));
    }
}

fn sentence(text: &str, look: &RenderOptions, out: &mut String) {
    for line in wrapped(&escape_own(text, look.ascii), room(look)) {
        out.push_str(&line);
        out.push('\n');
    }
}

fn room(look: &RenderOptions) -> usize {
    look.width.unwrap_or(usize::MAX).max(1)
}

/// Values stand beside their labels, or below them when labels take more than half of the room.
fn facts(facts: &[Fact<'_>], look: &RenderOptions, out: &mut String) {
    let label = |fact: &Fact<'_>| escape_own(fact.label, look.ascii);
    let widest = facts.iter().map(|fact| label(fact).width()).max().unwrap_or(0);
    let is_beside = widest + GAP <= room(look) / 2;
    let indent = if is_beside { widest + GAP } else { GAP };
    for fact in facts {
        let value = wrapped(&values::longest(&fact.value, look), room(look).saturating_sub(indent).max(1));
        if !is_beside {
            sentence(fact.label, look, out);
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

/// Rows that are fitted together, so that a table of any length fits into memory.
const PAGE_ROWS: usize = 1000;

fn table(
    table: &Table<'_>,
    others: &str,
    look: &RenderOptions,
    out: &mut String,
    to: &mut dyn Write,
) -> io::Result<()> {
    if table.rows.is_empty() {
        sentence(table.empty, look, out);
        return Ok(());
    }
    let mut hidden = Vec::new();
    let mut rows = table.rows.iter();
    loop {
        let page: Vec<_> = rows.by_ref().take(PAGE_ROWS).collect();
        if page.is_empty() {
            break;
        }
        flush(out, look, to)?;
        hidden = self::page(&table.columns, &page, look, out);
    }
    if table.left_out > 0 {
        sentence(&left_out(table.left_out), look, out);
    }
    if !hidden.is_empty() {
        let hidden = hidden.join(", ");
        sentence(&format!("Hidden columns: {hidden}; see --width or --format {others}."), look, out);
    }
    Ok(())
}

/// Prints some rows and returns the titles of columns that found no room.
fn page(columns: &[Column], page: &[Row<'_>], look: &RenderOptions, out: &mut String) -> Vec<String> {
    let grid_row =
        |row: &Row<'_>| GridRow { cells: Vec::with_capacity(columns.len()), style: style(row.tone) };
    let mut rows: Vec<_> = page.iter().map(grid_row).collect();
    for at in 0..columns.len() {
        let cells = page.iter().map(|row| row.cells.get(at).unwrap_or(&Cell::Nothing));
        for (row, forms) in rows.iter_mut().zip(values::column_forms(cells, look)) {
            row.cells.push(forms);
        }
    }
    let columns: Vec<_> = columns.iter().map(|column| grid_column(column, look)).collect();
    let style =
        grid_table::Style { width: look.width, colors: look.colors, header: look.header, ascii: look.ascii };
    let rendered = grid_table::render(&columns, &rows, style);
    out.push_str(&rendered.text);
    rendered.hidden
}

fn grid_column(column: &Column, look: &RenderOptions) -> GridColumn {
    let (cut, min) = match column.kind {
        Kind::Id => (Cut::Middle, 10),
        Kind::Text | Kind::List => (Cut::End, 10),
        // Half a number is a wrong number.
        Kind::Number | Kind::Share | Kind::Time | Kind::Duration | Kind::Flag => (Cut::End, usize::MAX),
    };
    GridColumn {
        title: escape_own(column.title, look.ascii),
        cut,
        min,
        rank: column.rank,
        to_right: values::is_amount(column.kind),
    }
}
