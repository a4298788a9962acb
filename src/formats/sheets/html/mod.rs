//! A sheet as one self-contained HTML page: no script, no request, readable on paper.
//!
//! The markup is in `templates/html/`; this module prepares the values that templates print. They print through
//! [`SafeHtml`] only, except for the style sheet.

mod charts;
mod heat;
mod span;
mod stretches;
mod timeline;
mod values;

use std::fmt;
use std::io::{self, Write};

use askama::Template;
use askama::filters::{Escaper, Html};
use chrono_tz::Tz;

use crate::formats::RenderOptions;
use crate::reports::sheet::{Body, Column, Fact, Sheet, Table};
use crate::text::escape;
use charts::Picture;
use values::{DisplayValue, Mark};

const STYLE: &str = include_str!("../../../../templates/html/style.css");

/// The hash of the style sheet, for the page's content security policy. A test checks it.
const STYLE_HASH: &str = "sha256-X2qVE9Ectr742tW0H0bKpnbe1V3w5RCHKlLrX67FhJk=";

/// Prints the page.
pub fn write(sheet: &Sheet<'_>, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(render(sheet, options.zone).as_bytes())
}

/// The page of `sheet`, with times in `zone`; the same sheet gives the same page.
pub fn render(sheet: &Sheet<'_>, zone: Tz) -> String {
    let parts = sheet.sections.iter().map(|section| Part {
        key: section.key,
        title: section.title,
        content: match &section.body {
            Body::Facts(facts) => Content::Facts(facts.iter().map(|fact| fact_of(fact, zone)).collect()),
            Body::Table(table) => Content::Table(grid(table, zone)),
            Body::Chart(chart) => Content::Chart(charts::picture(chart, zone)),
        },
    });
    let page = Page {
        name: sheet.name,
        title: &sheet.title,
        notes: &sheet.notes,
        zone: zone.name(),
        parts: parts.collect(),
    };
    page.render().expect("writing to memory cannot fail")
}

/// Escapes text for HTML and makes characters visible that a browser would hide.
#[derive(Clone, Copy, Debug)]
pub struct SafeHtml;

impl Escaper for SafeHtml {
    fn write_escaped_str<W: fmt::Write>(&self, dest: W, text: &str) -> fmt::Result {
        Html.write_escaped_str(dest, &escape::escape_controls(text))
    }
}

#[derive(Template)]
#[template(path = "html/page.html")]
struct Page<'a> {
    name: &'a str,
    title: &'a str,
    notes: &'a [String],
    zone: &'a str,
    parts: Vec<Part<'a>>,
}

struct Part<'a> {
    key: &'a str,
    title: &'a str,
    content: Content<'a>,
}

enum Content<'a> {
    Facts(Vec<(&'a str, DisplayValue<'a>)>),
    Table(Grid<'a>),
    Chart(Picture<'a>),
}

struct Grid<'a> {
    /// The columns, each with the CSS class of its cells.
    heads: Vec<(&'static str, Column)>,
    rows: Vec<(Mark, Vec<(&'static str, DisplayValue<'a>)>)>,
    /// Whether any row has a mark, so that a column for marks is needed.
    has_marks: bool,
    empty: &'a str,
    left_out: Option<String>,
    count: String,
}

fn fact_of<'a>(fact: &Fact<'a>, zone: Tz) -> (&'static str, DisplayValue<'a>) {
    (fact.label, values::display_value(fact.value.clone(), fact.kind, zone))
}

/// The maximum number of rows of a table; more would be too much for readers and browsers.
const MAX_ROWS: usize = 5000;

fn grid<'a>(table: &Table<'a>, zone: Tz) -> Grid<'a> {
    let rows = table.rows.iter().take(MAX_ROWS).map(|row| {
        let mark = values::mark(row.tone);
        let cells = row.cells.into_iter().zip(&table.columns).map(|(cell, column)| {
            (values::kind_class(column.kind), values::display_value(cell, column.kind, zone))
        });
        (mark, cells.collect::<Vec<_>>())
    });
    let rows: Vec<_> = rows.collect();
    let left_out = table.left_out + (table.rows.len() - rows.len()) as u64;
    Grid {
        heads: table.columns.iter().map(|column| (values::kind_class(column.kind), *column)).collect(),
        has_marks: rows.iter().any(|(mark, _)| !mark.word.is_empty()),
        empty: table.empty,
        left_out: (left_out > 0).then(|| values::number(left_out)),
        count: values::count(rows.len() as u64, "row"),
        rows,
    }
}
