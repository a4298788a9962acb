//! A sheet as one self-contained HTML page: no request, readable without its script and on paper.
//!
//! The markup is in `templates/html/`; this module prepares the values that templates print. They print through
//! [`SafeHtml`] only, except for the style sheet and the script.

pub mod assets;
mod charts;
mod grid;
mod heat;
mod origin;
pub mod review;
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
use crate::reports::sheet::{Body, Fact, Sheet};
use crate::text::escape;
use assets::{GENERATOR, SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH};
use charts::Picture;
use grid::Grid;
use origin::Origin;
use values::DisplayValue;

/// Prints the page.
pub fn write(sheet: &Sheet<'_>, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(render(sheet, options.zone).as_bytes())
}

/// The page of `sheet`, with times in `zone`; the same sheet gives the same page.
pub fn render(sheet: &Sheet<'_>, zone: Tz) -> String {
    page(sheet, zone, &[])
}

/// The page of `sheet` with links to other pages.
fn page(sheet: &Sheet<'_>, zone: Tz, links: &[Link<'_>]) -> String {
    let parts = sheet.sections.iter().map(|section| Part {
        key: section.key,
        title: section.title,
        content: match &section.body {
            Body::Facts(facts) => Content::Facts(facts.iter().map(|fact| fact_of(fact, zone)).collect()),
            Body::Table(table) => Content::Table(Grid::of(table, zone)),
            Body::Chart(chart) => Content::Chart(charts::picture(chart, zone)),
        },
    });
    let mut parts: Vec<_> = parts.collect();
    // What is seen at a glance comes first. The sort is stable.
    parts.sort_by_key(|part| matches!(part.content, Content::Table(_)));
    let head = Head {
        name: sheet.name,
        title: &sheet.title,
        statements: &sheet.statements,
        notes: &sheet.notes,
        origin: sheet.provenance.as_ref().map(|provenance| Origin::of(provenance, zone)),
        links,
        zone: zone.name(),
    };
    Page { head, parts }.render().expect("writing to memory cannot fail")
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
    head: Head<'a>,
    parts: Vec<Part<'a>>,
}

/// What a page says of itself before its parts.
struct Head<'a> {
    name: &'a str,
    title: &'a str,
    statements: &'a [String],
    notes: &'a [String],
    origin: Option<Origin<'a>>,
    links: &'a [Link<'a>],
    zone: &'a str,
}

/// A page that another one links to.
struct Link<'a> {
    /// Its file in the same folder.
    file: String,
    name: &'a str,
    is_current: bool,
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

fn fact_of<'a>(fact: &Fact<'a>, zone: Tz) -> (&'static str, DisplayValue<'a>) {
    (fact.label, values::display_value(fact.value.clone(), fact.kind, zone))
}
