//! `ssoaudit validate`: checks every line and prints what is wrong with it.

use std::ops::ControlFlow;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::analysis::validation::{FileReport, Keep, Part};
use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, OutputArgs, format_help, format_parser, max_shown};
use crate::cli::input_status::InputStatus;
use crate::cli::messages;
use crate::cli::progress::Progress;
use crate::cli::terminal::{Terminal, locale_charset};
use crate::formats::RenderOptions;
use crate::formats::validation::{Format, VALIDATION_FORMATS, Writer};
use crate::input::{Input, Meter};
use crate::model::diagnostic::Level;

use crate::scan::ScanJob;
use crate::scan::order::ScanItem;
use crate::scan::{Record, scan};
use crate::survey::emptiness::NO_EVENT;
use crate::text::display::Charset;

/// Arguments of `validate`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit validate export.ndjson                     what is wrong, and where
  ssoaudit validate --notices --max-diagnostics 0 exports/
                                                      counts, and what no document mentions
  ssoaudit validate --deny warnings export.ndjson     for CI: exit 1 on errors and warnings
  ssoaudit validate --format ndjson e.ndjson | jq -r .code | sort | uniq -c
")]
pub struct Validate {
    #[command(flatten)]
    input: InputArgs,
    #[arg(
        long,
        short,
        value_name = "FORMAT",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    #[arg(value_parser = format_parser(formats()))]
    #[arg(help = format_help(formats(), "`auto` is text on a terminal, ndjson in a pipe; SSOAUDIT_FORMAT sets another default"))]
    format: String,
    /// Show notices as well, and how often each unknown field and value was seen
    #[arg(long, help_heading = "Output")]
    notices: bool,
    /// Show at most this many diagnostics per file (`all` for every one), and count the rest
    #[arg(long, value_name = "N", default_value = "100", value_parser = max_shown, alias = "max-findings", help_heading = "Output")]
    max_diagnostics: usize,
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

fn formats() -> impl Iterator<Item = &'static str> {
    VALIDATION_FORMATS.iter().map(|format| format.name())
}

/// The results of all inputs.
#[derive(Default)]
struct Total {
    report: FileReport,
    status: InputStatus,
}

impl Validate {
    /// Refuses a format that the terminal cannot show.
    pub fn check_format(&self, terminal: Terminal) -> Result<()> {
        self.format(terminal).map(drop)
    }

    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        let format = self.format(terminal)?;
        let inputs = self.input.inputs(terminal)?;
        let output = self.output.open(format.name(), &inputs, terminal)?;
        let mut writer = Writer::new(format, self.render_options(format, terminal), output)?;
        let Total { report, status } = self.scan(&inputs, &mut writer, terminal)?;
        writer.finish(&report)?;
        if report.counts.lines == report.counts.blank && status.unreadable == 0 {
            messages::note(NO_EVENT, terminal.message_style());
        }
        let is_denied = self.deny == Some(Deny::Warnings) && report.found(Level::Warning) > 0;
        let has_errors = is_denied || report.found(Level::Error) > 0;
        Ok(status.exit_status(if has_errors { ExitStatus::Findings } else { ExitStatus::Done }))
    }

    fn scan(&self, inputs: &[Input], writer: &mut Writer, terminal: Terminal) -> Result<Total> {
        let meter = Meter::default();
        let mut progress = Progress::new(inputs, terminal);
        let mut total = Total::default();
        let mut file = FileReport::default();
        let keep = Keep { diagnostics: self.max_diagnostics, drift: self.notices };
        let mut settings = self.input.settings();
        settings.reading.least = if self.notices { Level::Notice } else { Level::Warning };
        let each = move |part: &mut Part, record: &mut Record<'_>| part.add(record, keep);
        scan(&ScanJob { inputs, settings, meter: &meter }, each, |item| {
            progress.update(&meter);
            match item {
                ScanItem::Block { input, line_base, counts, value } => {
                    let room = keep.diagnostics.saturating_sub(file.shown);
                    let mut diagnostics = file.add(value, counts, room);
                    diagnostics.iter_mut().for_each(|diagnostic| diagnostic.line += line_base);
                    if !diagnostics.is_empty() {
                        progress.clear_for_results();
                    }
                    writer.diagnostics(&inputs[input].name, &diagnostics)?;
                }
                ScanItem::End { input, error } => {
                    if let Some(error) = &error {
                        total.status.unreadable(&inputs[input], error, &mut progress);
                    }
                    progress.clear_for_results();
                    let unplaced = writer.file(&inputs[input].name, &file, error.as_deref())?;
                    unplaced.iter().for_each(|text| messages::plain(text));
                    total.report.merge(std::mem::take(&mut file));
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        progress.clear();
        Ok(total)
    }

    fn format(&self, terminal: Terminal) -> Result<Format> {
        let name = self.output.format_name(&self.format, ["text", "ndjson"], terminal)?;
        let format = VALIDATION_FORMATS.iter().find(|format| format.name() == name);
        Ok(*format.expect("clap knows the formats from the list"))
    }

    fn render_options(&self, format: Format, terminal: Terminal) -> RenderOptions {
        let options = self.output.render_options(terminal);
        let charset = match format {
            // With table formats, reports go to standard error as text.
            Format::Table(_) if terminal.stderr => locale_charset(),
            Format::Table(_) => Charset::Unicode,
            _ => options.charset,
        };
        RenderOptions { charset, ..options }
    }
}
