//! Every way to print a [`Sheet`]: one file each, listed here. They see typed cells and sections,
//! never what a report is about.

pub mod charts;
pub mod html;
pub mod json;
pub mod markdown;
pub mod schema;
pub mod separated;
pub mod text;
pub mod values;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use chrono_tz::Tz;

use crate::reports::sheet::{Sheet, Tone};

/// How a sheet is to look; formats take from it what concerns them.
#[derive(Clone, Copy, Debug)]
pub struct RenderOptions {
    /// Zone of printed times.
    pub zone: Tz,
    /// Terminal columns; no limit when there is none.
    pub width: Option<usize>,
    /// Colour by tone.
    pub colors: bool,
    /// Print nothing but ASCII.
    pub ascii: bool,
    /// Print the headers of tables.
    pub header: bool,
}

/// A format of sheets.
pub struct SheetFormat {
    /// Name on the command line.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Prints a sheet.
    pub render: fn(&Sheet<'_>, &RenderOptions, &mut dyn Write) -> io::Result<()>,
}

/// Every format of sheets.
pub static SHEET_FORMATS: &[SheetFormat] = &[
    SheetFormat {
        name: "table",
        about: "text for a terminal: facts, tables and charts",
        render: text::render,
    },
    SheetFormat { name: "json", about: "one JSON object with every section", render: json::whole },
    SheetFormat {
        name: "ndjson",
        about: "one JSON object a line: the rows of every table",
        render: json::lines,
    },
    SheetFormat {
        name: "csv",
        about: "comma-separated values (RFC 4180): the first table",
        render: |sheet, look, out| separated::render(sheet, look, b',', out),
    },
    SheetFormat {
        name: "tsv",
        about: "tab-separated values: the first table",
        render: |sheet, look, out| separated::render(sheet, look, b'\t', out),
    },
    SheetFormat {
        name: "markdown",
        about: "Markdown for a wiki or a ticket: every section",
        render: markdown::render,
    },
    SheetFormat {
        name: "html",
        about: "one page with charts that needs nothing else",
        render: |sheet, look, out| out.write_all(html::render(sheet, look.zone).as_bytes()),
    },
];

/// The colour of a tone in a terminal.
pub fn style(tone: Tone) -> Style {
    let color = match tone {
        Tone::Plain => return Style::new(),
        Tone::Good => AnsiColor::Green,
        Tone::Warn => AnsiColor::Yellow,
        Tone::Bad => AnsiColor::Red,
    };
    color.on_default()
}
