//! Several reports as pages of one folder: each has links to the others, and the first one says what they found.

use askama::Template;
use chrono_tz::Tz;

use super::assets::{GENERATOR, SCRIPT, SCRIPT_HASH, STYLE, STYLE_HASH};
use super::origin::Origin;
use super::{Head, Link, page};
use crate::reports::provenance::Provenance;
use crate::reports::sheet::Sheet;

/// The name of the first page.
pub const INDEX: &str = "index";

/// What the first page says of another one.
pub struct Entry {
    /// The name of the page.
    pub name: &'static str,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub about: &'static str,
    /// What was found.
    pub statements: Vec<String>,
}

/// The file of a page.
pub fn file_of(name: &str) -> String {
    format!("{name}.html")
}

/// The page of a sheet, which is one of these names.
pub fn render(sheet: &Sheet<'_>, zone: Tz, names: &[&str]) -> String {
    page(sheet, zone, &links(names, sheet.name))
}

/// The first page.
pub fn index(entries: &[Entry], provenance: &Provenance, (zone, names): (Tz, &[&str])) -> String {
    let head = Head {
        name: INDEX,
        title: "Review of SSO administration",
        statements: &[],
        notes: &[],
        origin: Some(Origin::of(provenance, zone)),
        links: &links(names, INDEX),
        zone: zone.name(),
    };
    Index { head, entries }.render().expect("writing to memory cannot fail")
}

fn links<'n>(names: &[&'n str], current: &str) -> Vec<Link<'n>> {
    let link = |name: &&'n str| Link { file: file_of(name), name, is_current: *name == current };
    names.iter().map(link).collect()
}

#[derive(Template)]
#[template(path = "html/index.html")]
struct Index<'a> {
    head: Head<'a>,
    entries: &'a [Entry],
}
