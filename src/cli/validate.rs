//! `ssoaudit validate`: checks every line and prints what is wrong with it.

use std::ops::ControlFlow;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::analysis::validation::{FileReport, Keep, Part};
use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, OutputArgs, max_findings};
use crate::cli::messages;
use crate::cli::progress::Progress;
use crate::cli::terminal;
use crate::cli::terminal::Terminal;
use crate::formats::table;
use crate::formats::validation::{Format, Writer};
use crate::input::{Input, Meter};
use crate::model::diagnostic::Level;
use crate::output::Output;

use crate::scan::order::ScanItem;
use crate::scan::{ScanJob, scan};
use crate::survey::emptiness::NO_EVENT;

/// Arguments of `validate`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit validate export.ndjson                     what is wrong, and where
  ssoaudit validate --notices --max-findings 0 exports/
                                                      counts, and what no document knows
  ssoaudit validate --deny warnings export.ndjson     for CI: exit 1 on errors and warnings
  ssoaudit validate --format ndjson e.ndjson | jq -r .code | sort | uniq -c
")]
pub struct Validate {
    #[command(flatten)]
    input: InputArgs,
    /// text, table, ndjson, json or csv; `auto` is text on a terminal, ndjson in a pipe
    #[arg(
        long,
        short,
        value_name = "FORMAT",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    format: FormatChoice,
    /// Show notices as well, and how often each unknown field and value was seen
    #[arg(long, help_heading = "Output")]
    notices: bool,
    /// Show at most so many findings a file (`all` for every one); the rest is counted
    #[arg(long, value_name = "N", default_value = "100", value_parser = max_findings, help_heading = "Output")]
    max_findings: usize,
    /// Exit with 1 on warnings as well as on errors
    #[arg(long, value_name = "LEVEL", help_heading = "Output")]
    deny: Option<Deny>,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Deny {
    /// Errors and warnings.
    Warnings,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatChoice {
    Auto,
    Text,
    Table,
    Ndjson,
    Json,
    Csv,
}

impl Validate {
    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        let inputs = self.input.inputs(terminal)?;
        let output = Output::create(self.output.output.as_deref(), &inputs)?;
        let mut writer = Writer::new(self.format(terminal), self.style(terminal), output)?;
        let total = self.scan(&inputs, &mut writer, terminal)?;
        writer.finish(&total.report)?;
        let report = &total.report;
        if report.counts.lines == report.counts.blank && total.unreadable == 0 {
            messages::note(NO_EVENT, terminal.colors_stderr());
        }
        let denied = self.deny == Some(Deny::Warnings) && report.found(Level::Warning) > 0;
        Ok(if total.unreadable > 0 {
            ExitStatus::Unreadable
        } else if denied || report.found(Level::Error) > 0 {
            ExitStatus::Findings
        } else {
            ExitStatus::Done
        })
    }

    fn scan(&self, inputs: &[Input], writer: &mut Writer, terminal: Terminal) -> Result<Total> {
        let meter = Meter::default();
        let mut progress = Progress::new(inputs, terminal.stderr);
        let mut total = Total::default();
        let mut file = FileReport::default();
        let keep = Keep { findings: self.max_findings, drift: self.notices };
        let each = move |part: &mut Part, record: &mut crate::scan::Record<'_>| part.add(record, keep);
        let job = ScanJob { inputs, settings: self.input.settings(self.notices), meter: &meter };
        scan(&job, each, |piece| {
            progress.update(&meter);
            match piece {
                ScanItem::Block { input, line_base, counts, value } => {
                    let room = keep.findings.saturating_sub(file.shown);
                    let findings = file.add(value, line_base, counts, room);
                    if terminal.stdout && !findings.is_empty() {
                        progress.clear();
                    }
                    writer.findings(&inputs[input].name, &findings)?;
                }
                ScanItem::End { input, error } => {
                    if let Some(error) = &error {
                        progress.clear();
                        messages::error(
                            &format!("{}: {error}", inputs[input].name),
                            terminal.colors_stderr(),
                        );
                        total.unreadable += 1;
                    }
                    if terminal.stdout {
                        progress.clear();
                    }
                    let untold = writer.file(&inputs[input].name, &file, error.as_deref())?;
                    untold.iter().for_each(|text| messages::plain(text));
                    total.report.merge(std::mem::take(&mut file));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        progress.clear();
        Ok(total)
    }

    fn format(&self, terminal: Terminal) -> Format {
        match self.format {
            FormatChoice::Auto if terminal.stdout && self.output.output.is_none() => Format::Text,
            FormatChoice::Auto | FormatChoice::Ndjson => Format::Ndjson,
            FormatChoice::Text => Format::Text,
            FormatChoice::Table => Format::Table,
            FormatChoice::Json => Format::Json,
            FormatChoice::Csv => Format::Csv,
        }
    }

    fn style(&self, terminal: Terminal) -> table::Style {
        let to_file = self.output.output.is_some();
        let width = self.output.width.or(terminal.width.filter(|_| !to_file)).map(usize::from);
        // With CSV, what is text goes to standard error.
        let is_csv = self.format(terminal) == Format::Csv;
        let to_terminal = if is_csv { terminal.stderr } else { terminal.stdout && !to_file };
        let colors = terminal.colors_stdout(self.output.color, to_file);
        table::Style { width, colors, header: true, ascii: to_terminal && !terminal::speaks_utf8() }
    }
}

#[derive(Default)]
struct Total {
    report: FileReport,
    unreadable: usize,
}
