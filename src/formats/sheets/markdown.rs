//! A sheet as Markdown: headings, tables, and charts as code blocks of their drawing in text.
//! No text can leave its cell, its line or its code block.

use std::io::{self, Write};

use crate::formats::sheets::{RenderOptions, charts, values};
use crate::parallel;
use crate::reports::sheet::{Body, Chart, Fact, Sheet, Table};
use crate::text::display;
use crate::text::escape;

/// Prints every section.
pub fn render(sheet: &Sheet<'_>, look: &RenderOptions, to: &mut dyn Write) -> io::Result<()> {
    let report = |text: &str| escape::markdown(&display::escape_own(text, look.ascii));
    let mut out = format!("# {}\n", report(&sheet.title));
    for note in sheet.notes.iter().map(String::as_str).chain(super::text::zone_note(sheet, look).as_deref()) {
        out.push_str(&format!("\n{}\n", report(note)));
    }
    for section in &sheet.sections {
        out.push_str(&format!("\n## {}\n\n", report(section.title)));
        match &section.body {
            Body::Facts(facts) => self::facts(facts, look, &mut out),
            Body::Table(table) if table.rows.is_empty() => {
                out.push_str(&format!("{}\n", report(table.empty)));
            }
            Body::Table(table) => {
                flush(&mut out, look, to)?;
                self::table(table, look, to)?;
            }
            Body::Chart(chart) => self::chart(chart, look, &mut out),
        }
    }
    flush(&mut out, look, to)
}

fn flush(out: &mut String, look: &RenderOptions, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(display::to_ascii(std::mem::take(out), look.ascii).as_bytes())
}

fn facts(facts: &[Fact<'_>], look: &RenderOptions, out: &mut String) {
    out.push_str("| fact | value |\n| --- | --- |\n");
    for fact in facts {
        let value = values::longest(&fact.value, look);
        let label = display::escape_own(fact.label, look.ascii);
        row([label, value].iter().map(|text| escape::markdown(text)), out);
    }
}

fn table(table: &Table<'_>, look: &RenderOptions, to: &mut dyn Write) -> io::Result<()> {
    let mut out = String::new();
    let title = |title: &str| escape::markdown(&display::escape_own(title, look.ascii));
    row(table.columns.iter().map(|column| title(column.title)), &mut out);
    let rule = |kind| if values::is_amount(kind) { "---:" } else { "---" };
    row(table.columns.iter().map(|column| rule(column.kind).to_owned()), &mut out);
    flush(&mut out, look, to)?;
    let each = |at: usize, to: &mut Vec<u8>| {
        let mut out = String::new();
        let cells = table.rows.get(at).cells;
        row(cells.iter().map(|cell| escape::markdown(&values::longest(cell, look))), &mut out);
        flush(&mut out, look, to)
    };
    parallel::write(table.rows.len(), each, to)?;
    if table.left_out > 0 {
        out.push_str(&format!("\n{}\n", super::text::left_out(table.left_out)));
    }
    flush(&mut out, look, to)
}

fn row(cells: impl Iterator<Item = String>, out: &mut String) {
    for cell in cells {
        out.push_str(&format!("| {cell} "));
    }
    out.push_str("|\n");
}

fn chart(chart: &Chart, look: &RenderOptions, out: &mut String) {
    let lines = charts::draw(chart, &RenderOptions { colors: false, ..*look }).join("\n");
    // A name of the log must not be able to close the block.
    let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    out.push_str(&format!("{fence}text\n{lines}\n{fence}\n"));
}
