//! A sheet as Markdown: headings, tables, and charts drawn as text in code blocks. No text of the log can break out of
//! its cell, line or code block.

use std::io::{self, Write};

use crate::formats::sheets::{charts, table, text};
use crate::formats::table::markdown::{self, MARKDOWN};
use crate::formats::{RenderOptions, cells};
use crate::reports::sheet::{Body, Chart, Fact, Sheet};
use crate::text::display;
use crate::text::escape;

/// Prints every section.
pub fn render(sheet: &Sheet<'_>, options: &RenderOptions, to: &mut dyn Write) -> io::Result<()> {
    let own = |text: &str| escape::markdown(&display::escape_own(text, options.charset)).into_owned();
    let mut out = format!("# {}\n", own(&sheet.title));
    let statements = sheet.statements.iter().map(String::as_str);
    for note in statements
        .chain(sheet.notes.iter().map(String::as_str))
        .chain(text::zone_note(sheet, options).as_deref())
    {
        out.push_str(&format!("\n{}\n", own(note)));
    }
    for section in &sheet.sections {
        out.push_str(&format!("\n## {}\n\n", own(section.title)));
        match &section.body {
            Body::Facts(facts) => self::facts(facts, options, &mut out),
            Body::Table(table) if table.rows.is_empty() => {
                out.push_str(&format!("{}\n", own(table.empty)));
            }
            Body::Table(table) => {
                flush(&mut out, options, to)?;
                // Markdown has no tables without a header.
                table::write(&MARKDOWN, table, &RenderOptions { header: true, ..*options }, to)?;
                if table.left_out > 0 {
                    out.push_str(&format!("\n{}\n", text::left_out(table.left_out)));
                }
            }
            Body::Chart(chart) => self::chart(chart, options, &mut out),
        }
    }
    flush(&mut out, options, to)
}

fn flush(out: &mut String, options: &RenderOptions, to: &mut dyn Write) -> io::Result<()> {
    to.write_all(display::to_charset(std::mem::take(out), options.charset).as_bytes())
}

fn facts(facts: &[Fact<'_>], options: &RenderOptions, out: &mut String) {
    out.push_str("| fact | value |\n| --- | --- |\n");
    for fact in facts {
        let label = display::escape_own(fact.label, options.charset).into();
        out.push_str(&markdown::row([label, cells::longest(&fact.value, options)]));
    }
}

fn chart(chart: &Chart, options: &RenderOptions, out: &mut String) {
    let lines = charts::draw(chart, &RenderOptions { colors: false, ..*options }).join("\n");
    // A name in the log must not be able to close the block.
    let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    out.push_str(&format!("{fence}text\n{lines}\n{fence}\n"));
}
