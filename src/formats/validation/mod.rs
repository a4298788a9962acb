//! The formats of `validate`: diagnostics as they are found, and a report for each file.

pub mod diagnostic;
mod report_json;
mod report_text;

use std::sync::LazyLock;

use anyhow::Result;
use serde::Serialize;
use serde_json::json;

use crate::analysis::validation::FileReport;
use crate::formats::RenderOptions;
use crate::formats::table::grid::GridRow;
use crate::formats::table::output::RowOutput;
use crate::formats::table::text::render;
use crate::formats::table::{TABLE_FORMATS, TableFormat};
use crate::formats::validation::diagnostic::{COLUMNS, DiagnosticJson};
use crate::formats::validation::report_json::{ReportJson, SCHEMA};
use crate::formats::validation::report_text::report_text;
use crate::model::diagnostic::{Diagnostic, Placed};
use crate::output::Output;
use crate::text::escape::write_json;

/// A format of `validate`.
#[derive(Clone, Copy)]
pub enum Format {
    /// Messages like those of a compiler.
    Messages,
    /// Aligned text, one table for each file.
    Aligned,
    /// One diagnostic or file report per line, as JSON.
    JsonLines,
    /// One JSON object.
    JsonObject,
    /// Diagnostics only, in a table format; reports go to standard error.
    Table(&'static TableFormat),
}

/// Every format of `validate`.
pub static VALIDATION_FORMATS: LazyLock<Vec<Format>> = LazyLock::new(|| {
    let own = [Format::Messages, Format::Aligned, Format::JsonLines, Format::JsonObject];
    own.into_iter().chain(TABLE_FORMATS.iter().map(Format::Table)).collect()
});

impl Format {
    /// Name on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Messages => "text",
            Self::Aligned => "table",
            Self::JsonLines => "ndjson",
            Self::JsonObject => "json",
            Self::Table(format) => format.name,
        }
    }
}

/// Writes diagnostics and reports.
pub struct Writer {
    format: Format,
    options: RenderOptions,
    output: RowOutput,
    /// The table of the current file.
    rows: Vec<GridRow>,
    /// The diagnostics of the current file, as JSON.
    json: Vec<serde_json::Value>,
    files: usize,
}

impl Writer {
    /// Writes to `output`; formats with a head begin with it.
    pub fn new(format: Format, options: RenderOptions, output: Output) -> Result<Self> {
        let mut head = Vec::new();
        match format {
            Format::Table(format) => format.open(&COLUMNS, &options, &mut head),
            Format::JsonObject => head = format!("{{\"schema\":\"{SCHEMA}\",\"files\":[").into_bytes(),
            Format::Messages | Format::Aligned | Format::JsonLines => {}
        }
        let mut output = match format {
            Format::Table(format) => RowOutput::new(format, &COLUMNS, output)?,
            _ => RowOutput::Text(output),
        };
        output.write(&head)?;
        Ok(Self { format, options, output, rows: Vec::new(), json: Vec::new(), files: 0 })
    }

    /// Writes diagnostics of a file.
    pub fn diagnostics(&mut self, file: &str, diagnostics: &[Diagnostic]) -> Result<()> {
        let placed = diagnostics.iter().map(|diagnostic| Placed { file, diagnostic });
        let options = &self.options;
        let mut out = Vec::new();
        match self.format {
            Format::Messages => {
                placed.for_each(|placed| out.extend(diagnostic::message(placed, options).into_bytes()));
            }
            Format::Aligned => self.rows.extend(placed.map(|placed| diagnostic::grid_row(placed, options))),
            Format::JsonLines => placed.for_each(|placed| line(&DiagnosticJson::from(placed), &mut out)),
            Format::JsonObject => self.json.extend(placed.map(|placed| json!(DiagnosticJson::from(placed)))),
            Format::Table(format) => {
                placed.for_each(|placed| (format.row)(&diagnostic::cells(placed), options, &mut out));
            }
        }
        self.output.write(&out)
    }

    /// Writes the report of a file after its diagnostics. Returns it instead if the format cannot contain it.
    pub fn file(&mut self, file: &str, report: &FileReport, error: Option<&str>) -> Result<Option<String>> {
        let text = || report_text(file, report, error, &self.options);
        let mut out = Vec::new();
        match self.format {
            Format::Messages => out.extend(text().into_bytes()),
            Format::Aligned => {
                if !self.rows.is_empty() {
                    let table = render(&diagnostic::grid_columns(), &self.rows, &self.options);
                    out.extend(table.text.into_bytes());
                    out.push(b'\n');
                }
                out.extend(text().into_bytes());
                self.rows.clear();
            }
            Format::JsonLines => line(&ReportJson::new(file, report, error), &mut out),
            Format::JsonObject => {
                let mut object = json!(ReportJson::new(file, report, error));
                object["diagnostics"] = std::mem::take(&mut self.json).into();
                out.extend_from_slice(if self.files > 0 { b",\n" } else { b"\n" });
                write_json(&object, &mut out)?;
            }
            Format::Table(_) => return Ok(Some(text())),
        }
        self.files += 1;
        self.output.write(&out).map(|()| None)
    }

    /// Writes what follows the last file; for several files, that includes their total.
    pub fn finish(mut self, total: &FileReport) -> Result<()> {
        let out = match self.format {
            Format::Messages | Format::Aligned if self.files > 1 => {
                report_text(&format!("{} files", self.files), total, None, &self.options)
            }
            Format::JsonObject => "\n]}\n".to_owned(),
            _ => String::new(),
        };
        self.output.write(out.as_bytes())?;
        self.output.finish()
    }
}

fn line(value: &impl Serialize, out: &mut Vec<u8>) {
    write_json(value, out).expect("memory takes all");
    out.push(b'\n');
}
