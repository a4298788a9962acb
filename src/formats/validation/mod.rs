//! The output of `validate` in its formats: diagnostics as they come, then a report for each file.

pub mod diagnostic;

use std::collections::BTreeMap;

use anstyle::Style as Paint;
use anyhow::Result;
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::json;

use crate::analysis::validation::FileReport;
use crate::formats::table;
use crate::formats::table::grid::GridRow;
use crate::formats::validation::diagnostic::FindingJson;
use crate::model::diagnostic::{Diagnostic, Level, Placed};
use crate::output::Output;
use crate::text::display::escape_own;
use crate::text::escape::write_json;

/// Name and version of the report's JSON.
pub const SCHEMA: &str = "ssoaudit.validation.v1";

/// A format of `validate`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Like a compiler's messages.
    Text,
    /// A table a file.
    Table,
    /// One finding or file report a line.
    Ndjson,
    /// One object.
    Json,
    /// Findings only; the reports go to standard error.
    Csv,
}

/// Writes findings and reports as they come.
pub struct Writer {
    format: Format,
    style: table::Style,
    output: Output,
    /// The table of the file at hand.
    rows: Vec<GridRow>,
    /// The findings of the file at hand as JSON.
    json: Vec<serde_json::Value>,
    files: usize,
}

impl Writer {
    /// Writes to `output`; formats with a head begin with it.
    pub fn new(format: Format, style: table::Style, mut output: Output) -> Result<Self> {
        match format {
            Format::Csv => output.write(&diagnostic::csv_header())?,
            Format::Json => output.write(format!("{{\"schema\":\"{SCHEMA}\",\"files\":[").as_bytes())?,
            Format::Text | Format::Table | Format::Ndjson => {}
        }
        Ok(Self { format, style, output, rows: Vec::new(), json: Vec::new(), files: 0 })
    }

    /// Writes findings of a file.
    pub fn findings(&mut self, file: &str, findings: &[Diagnostic]) -> Result<()> {
        let placed = findings.iter().map(|finding| Placed { file, diagnostic: finding });
        let style = self.style;
        let mut out = Vec::new();
        match self.format {
            Format::Text => {
                placed.for_each(|placed| out.extend(diagnostic::text(placed, style).into_bytes()));
            }
            Format::Table => self.rows.extend(placed.map(|placed| diagnostic::grid_row(placed, style.ascii))),
            Format::Ndjson => placed.for_each(|placed| line(&FindingJson::from(placed), &mut out)),
            Format::Json => self.json.extend(placed.map(|placed| json!(FindingJson::from(placed)))),
            Format::Csv => placed.for_each(|placed| out.extend(diagnostic::csv(placed))),
        }
        self.output.write(&out)
    }

    /// Writes the report of a file, after its findings. Returns it where the format has no place for it.
    pub fn file(&mut self, file: &str, report: &FileReport, error: Option<&str>) -> Result<Option<String>> {
        let mut out = Vec::new();
        match self.format {
            Format::Text => out.extend(self.text(file, report, error).into_bytes()),
            Format::Table => {
                let rows = std::mem::take(&mut self.rows);
                if !rows.is_empty() {
                    let table = table::render(&diagnostic::grid_columns(), &rows, self.style);
                    out.extend(table.text.into_bytes());
                    out.push(b'\n');
                }
                out.extend(self.text(file, report, error).into_bytes());
            }
            Format::Ndjson => line(&ReportJson::new(file, report, error), &mut out),
            Format::Json => {
                let mut object = json!(ReportJson::new(file, report, error));
                object["findings"] = std::mem::take(&mut self.json).into();
                out.extend_from_slice(if self.files > 0 { b",\n" } else { b"\n" });
                write_json(&object, &mut out)?;
            }
            Format::Csv => return Ok(Some(self.text(file, report, error))),
        }
        self.files += 1;
        self.output.write(&out).map(|()| None)
    }

    /// Writes what comes after the last file: with several files, all of them together.
    pub fn finish(mut self, total: &FileReport) -> Result<()> {
        let out = match self.format {
            Format::Text | Format::Table if self.files > 1 => {
                self.text(&format!("{} files", self.files), total, None)
            }
            Format::Json => "\n]}\n".to_owned(),
            _ => String::new(),
        };
        self.output.write(out.as_bytes())?;
        self.output.finish()
    }

    fn text(&self, file: &str, report: &FileReport, error: Option<&str>) -> String {
        let shown = |text: &str| escape_own(text, self.style.ascii);
        let paint = if self.style.colors { Paint::new().bold() } else { Paint::new() };
        let counts = report.counts;
        let mut text = format!(
            "{paint}{}{paint:#}: {} = {} valid + {} invalid + {} blank\n",
            shown(file),
            plural(counts.lines, "line"),
            counts.valid,
            counts.invalid,
            counts.blank
        );
        let mut row = |name: &str, value: &str| text.push_str(&format!("  {name:<9} {value}\n"));
        if let Some(error) = error {
            row("error", &format!("not read to its end: {}", shown(error)));
        }
        let levels: Vec<_> = [Level::Error, Level::Warning, Level::Notice]
            .into_iter()
            .filter(|level| report.found(*level) > 0)
            .map(|level| plural(report.found(level), level.name()))
            .collect();
        if !levels.is_empty() {
            let hidden = match report.hidden() {
                0 => String::new(),
                hidden => format!("; {hidden} not shown (--max-findings)"),
            };
            row("findings", &format!("{}{hidden}", levels.join(", ")));
        }
        for (code, count) in report.by_code() {
            row("", &format!("{count:>8}  {}[{}]", code.level.name(), code.name));
        }
        if let Some((first, last)) = report.facts.times.range {
            let disorder = report.facts.times.out_of_order;
            row("time", &format!("{} to {}", first.rfc3339(Tz::UTC), last.rfc3339(Tz::UTC)));
            row("order", &format!("{} out of order", plural(disorder, "event")));
        }
        for (at, (source, action, count)) in report.facts.events().enumerate() {
            row(if at == 0 { "events" } else { "" }, &format!("{count:>8}  {source}  {}", shown(action)));
        }
        for (at, (drift, count)) in report.facts.drift.iter().enumerate() {
            let what = match &drift.value {
                None => format!("{}  (field)", shown(&drift.path)),
                Some(value) => format!("{} = {}", shown(&drift.path), shown(value)),
            };
            row(if at == 0 { "unknown" } else { "" }, &format!("{count:>8}  {what}"));
        }
        if report.facts.more_drift > 0 {
            row("", &format!("{:>8}  more", report.facts.more_drift));
        }
        text.push('\n');
        text
    }
}

fn plural(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn line(value: &impl Serialize, out: &mut Vec<u8>) {
    write_json(value, out).expect("memory takes all");
    out.push(b'\n');
}

/// A file's report as JSON; kept apart from the model so that the model may change.
#[derive(Serialize)]
struct ReportJson<'a> {
    schema: &'static str,
    file: &'a str,
    error: Option<&'a str>,
    lines: u64,
    valid: u64,
    invalid: u64,
    blank: u64,
    errors: u64,
    warnings: u64,
    notices: u64,
    not_shown: u64,
    codes: BTreeMap<&'static str, u64>,
    first_time: Option<String>,
    last_time: Option<String>,
    out_of_order: u64,
    events: Vec<EventsJson<'a>>,
    unknown: Vec<UnknownJson<'a>>,
    unknown_more: u64,
}

#[derive(Serialize)]
struct EventsJson<'a> {
    source: &'static str,
    action: &'a str,
    count: u64,
}

#[derive(Serialize)]
struct UnknownJson<'a> {
    path: &'a str,
    value: Option<&'a str>,
    count: u64,
}

impl<'a> ReportJson<'a> {
    fn new(file: &'a str, report: &'a FileReport, error: Option<&'a str>) -> Self {
        let FileReport { counts, facts, .. } = report;
        let unknown = facts.drift.iter();
        Self {
            schema: SCHEMA,
            file,
            error,
            lines: counts.lines,
            valid: counts.valid,
            invalid: counts.invalid,
            blank: counts.blank,
            errors: report.found(Level::Error),
            warnings: report.found(Level::Warning),
            notices: report.found(Level::Notice),
            not_shown: report.hidden(),
            codes: report.by_code().map(|(code, count)| (code.name, count)).collect(),
            first_time: facts.times.range.map(|range| range.0.rfc3339(Tz::UTC)),
            last_time: facts.times.range.map(|range| range.1.rfc3339(Tz::UTC)),
            out_of_order: facts.times.out_of_order,
            events: facts
                .events()
                .map(|(source, action, count)| EventsJson { source, action, count })
                .collect(),
            unknown: unknown
                .map(|(drift, count)| UnknownJson {
                    path: &drift.path,
                    value: drift.value.as_deref(),
                    count: *count,
                })
                .collect(),
            unknown_more: facts.more_drift,
        }
    }
}
