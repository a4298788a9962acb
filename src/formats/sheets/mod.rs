//! The formats of a [`Sheet`], one file each, listed here. They know typed cells and sections, but not what a report
//! is about.

pub mod charts;
pub mod html;
pub mod json;
pub mod markdown;
pub mod schema;
pub mod table;
pub mod text;

use std::io::{self, Write};
use std::sync::LazyLock;

use anstyle::{AnsiColor, Style};

use crate::formats::RenderOptions;
use crate::formats::table::{Audience, TABLE_FORMATS, TableFormat};
use crate::reports::sheet::{Sheet, Tone};

/// A format of sheets.
#[derive(Clone, Copy)]
pub struct SheetFormat {
    /// Name on the command line.
    pub name: &'static str,
    /// Who reads it.
    pub audience: Audience,
    layout: Layout,
}

/// What a format prints.
#[derive(Clone, Copy)]
enum Layout {
    /// Every section.
    Sections(fn(&Sheet<'_>, &RenderOptions, &mut dyn Write) -> io::Result<()>),
    /// The first table.
    FirstTable(&'static TableFormat),
}

const MARKDOWN: SheetFormat = SheetFormat::new("markdown", Audience::People, markdown::render);

/// Every format of sheets.
pub static SHEET_FORMATS: LazyLock<Vec<SheetFormat>> = LazyLock::new(|| {
    let mut formats = vec![
        SheetFormat::new("table", Audience::People, text::render),
        SheetFormat::new("json", Audience::Programs, json::document),
        SheetFormat::new("ndjson", Audience::Programs, json::lines),
    ];
    formats.extend(TABLE_FORMATS.iter().map(|format| match format.name {
        // This one prints all sections, not only the first table.
        name if name == MARKDOWN.name => MARKDOWN,
        name => SheetFormat { name, audience: format.audience, layout: Layout::FirstTable(format) },
    }));
    formats.push(SheetFormat::new("html", Audience::People, html::write));
    formats
});

impl SheetFormat {
    const fn new(
        name: &'static str,
        audience: Audience,
        render: fn(&Sheet<'_>, &RenderOptions, &mut dyn Write) -> io::Result<()>,
    ) -> Self {
        Self { name, audience, layout: Layout::Sections(render) }
    }

    /// Prints a sheet.
    pub fn render(
        &self,
        sheet: &Sheet<'_>,
        options: &RenderOptions,
        out: &mut (dyn Write + Send),
    ) -> io::Result<()> {
        match self.layout {
            Layout::Sections(render) => render(sheet, options, out),
            Layout::FirstTable(format) => table::write_first(format, sheet, options, out),
        }
    }
}

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
