//! What commands that print a sheet share: output arguments, and the steps from arguments to output.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::slice;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use chrono_tz::Tz;
use clap::Args;

use crate::analysis::roster::RosterFindings;
use crate::cli::ExitStatus;
use crate::cli::args::{InputArgs, OutputArgs, RedactArgs, SelectArgs, format_help, format_parser};
use crate::cli::input_facts::{facts_of, meter_for};
use crate::cli::messages;
use crate::cli::organization_ids::resolve_names_to_ids;
use crate::cli::survey::collect;
use crate::cli::terminal::Terminal;
use crate::formats::RenderOptions;
use crate::formats::sheets::{SHEET_FORMATS, SheetFormat};
use crate::input::Meter;
use crate::model::hashed_file::HashedFile;
use crate::model::selection::Selection;
use crate::output::{Output, check_no_overwrite};
use crate::reports::provenance::{OtherSource, Provenance};
use crate::reports::sheet::Sheet;
use crate::reports::{Options, Report, ReportInput};
use crate::scan::ScanJob;
use crate::survey::Plan;
use crate::survey::collect::Collected;
use crate::survey::input_summary::InputSummary;
use crate::text::display::Charset;
use crate::text::suggest;
use crate::verdict::unmatched;

/// How many rows of a list a terminal gets unless `--top` says otherwise.
const ROWS_ON_SCREEN: usize = 100;

/// How to print a sheet.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct SheetArgs {
    #[arg(long, short, value_name = "FORMAT", default_value = "auto", hide_possible_values = true)]
    #[arg(value_parser = format_parser(formats()))]
    #[arg(help = format_help(formats(), "`auto` is a table on a terminal, json in a pipe; SSOAUDIT_FORMAT sets another default"))]
    format: String,
    /// Print only these sections, such as actors; csv, tsv and parquet print the first
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    section: Vec<String>,
    /// Print no header in csv, tsv and tables
    #[arg(long)]
    no_header: bool,
    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,
    /// Pseudonyms.
    #[command(flatten)]
    pub redact: RedactArgs,
    /// Where results go.
    #[command(flatten)]
    pub output: OutputArgs,
}

fn formats() -> impl Iterator<Item = &'static str> {
    SHEET_FORMATS.iter().map(|format| format.name)
}

impl SheetArgs {
    /// Whether the sheet is a table on a terminal.
    fn is_read_on_screen(&self, format: &SheetFormat, terminal: Terminal) -> bool {
        format.name == "table" && terminal.stdout && self.output.output.is_none()
    }

    /// Refuses a selection of sections.
    pub fn check_is_whole(&self) -> Result<()> {
        if !self.section.is_empty() {
            bail!("report all takes no --section; name the report that has it");
        }
        Ok(())
    }

    /// The format of the sheet.
    pub fn format(&self, terminal: Terminal) -> Result<&'static SheetFormat> {
        let name = self.output.format_name(&self.format, ["table", "json"], terminal)?;
        let format = SHEET_FORMATS.iter().find(|format| format.name == name);
        Ok(format.expect("clap knows the formats from the list"))
    }
}

/// What to report on, and how.
pub struct Request<'a> {
    /// What to read.
    pub input: &'a InputArgs,
    /// Which events to select.
    pub select: &'a SelectArgs,
    /// How to print it.
    pub sheet: &'a SheetArgs,
    /// The options of the report; the present, zone and selection are filled in later.
    pub options: Options,
    /// The file that the roster was read from, and its digest.
    pub roster: Option<(&'a Path, HashedFile)>,
}

impl Request<'_> {
    /// Makes the report and prints it.
    pub fn run(mut self, report: &Report, terminal: Terminal) -> Result<ExitStatus> {
        let format = self.sheet.format(terminal)?;
        let mut select = self.select.select()?;
        self.fill_options(&select)?;
        self.options.rows = self.sheet.is_read_on_screen(format, terminal).then_some(ROWS_ON_SCREEN);
        let inputs = self.input.inputs(terminal)?;
        let output = self.sheet.output.open(format.name, &inputs, terminal)?;
        let read = [self.sheet.redact.key(), (self.roster_path(), "the roster")];
        check_no_overwrite(slice::from_ref(&output), &read)?;
        self.select.warn(terminal);
        let redactor = self.sheet.redact.redactor(terminal)?.map(Arc::new);
        resolve_names_to_ids(&mut select, &inputs, self.input.settings())?;
        let (wants, now) = (report.wants, Some(self.options.now));
        let plan = Plan { select, wants, now, redactor: redactor.clone(), ..Plan::default() };
        let meter = meter_for(format.name);
        let job = ScanJob { inputs: &inputs, settings: self.input.settings(), meter: &meter };
        let (mut collected, status) = collect(&job, plan, terminal)?;
        // This comes before pseudonyms replace names, as the roster has the values of the log.
        let mut roster = self.roster_findings(&collected, terminal);
        if let Some(redactor) = &redactor {
            roster.iter_mut().for_each(|roster| roster.redact(redactor, &collected.survey));
            collected.survey.redact(redactor);
        }
        let Collected { survey, inputs: files, .. } = &collected;
        let material = ReportInput { survey, files, options: &self.options, roster };
        let options = self.sheet.render_options(terminal, self.options.zone);
        let sheet = Sheet { provenance: Some(self.provenance(files, &meter)), ..(report.make)(&material) };
        self.sheet.print(sheet, output, (format, &options))?;
        if let Some(why) = collected.why_empty(self.options.zone) {
            messages::note(&why, terminal.message_style());
        }
        let Collected { survey, .. } = collected;
        // Leaked on purpose: the process is about to end, and freeing millions of values would take time.
        std::mem::forget(survey);
        status.warn(&inputs, redactor.as_deref(), terminal);
        let is_failed = self.input.strict && status.counts.invalid > 0;
        Ok(status.exit_status(if is_failed { ExitStatus::Findings } else { ExitStatus::Done }))
    }

    /// Fills in the present, the zone and the selection.
    pub fn fill_options(&mut self, select: &Selection) -> Result<()> {
        self.options.now = self.select.times.now()?;
        self.options.zone = self.select.times.zone()?;
        let is_redacted = self.sheet.redact.is_wanted();
        self.options.is_redacted = is_redacted;
        self.options.selection = if is_redacted { select.redacted_flags() } else { select.flags() };
        Ok(())
    }

    /// What the report comes from.
    pub fn provenance(&self, files: &[InputSummary], meter: &Meter) -> Provenance {
        let roster = self.roster.iter().map(|(_, file)| ("Roster", OtherSource::File(file.clone())));
        Provenance {
            made: self.options.now,
            inputs: facts_of(files, meter),
            selection: self.options.selection.clone(),
            reading: self.input.reading(),
            others: roster.collect(),
            is_redacted: self.sheet.redact.is_wanted(),
        }
    }

    /// The file that the roster was read from.
    pub fn roster_path(&self) -> Option<&Path> {
        self.roster.as_ref().map(|(path, _)| *path)
    }

    /// What the roster says, if there is one. Warns of roster entries that match nothing, unless
    /// only a part of the log was read, as the survey then lacks some names.
    pub fn roster_findings(&self, collected: &Collected, terminal: Terminal) -> Option<RosterFindings> {
        let roster = self.options.roster.as_ref()?;
        let has_every_name = self.options.selection.is_empty()
            && self.input.reading().is_empty()
            && collected.inputs.iter().all(|input| input.error.is_none());
        if let Some(file) = self.roster_path().filter(|_| has_every_name) {
            for warning in unmatched::in_roster(roster, &file.display().to_string(), &collected.survey) {
                messages::warning(&warning.to_string(), terminal.message_style());
            }
        }
        Some(RosterFindings::of(roster, &collected.survey, self.options.now))
    }
}

impl SheetArgs {
    /// Prints a sheet.
    pub fn print(
        &self,
        mut sheet: Sheet<'_>,
        mut output: Output,
        (format, options): (&SheetFormat, &RenderOptions),
    ) -> Result<()> {
        self.keep_sections(&mut sheet)?;
        let mut buffered = BufWriter::with_capacity(1 << 16, &mut output);
        let written = format.render(&sheet, options, &mut buffered);
        written.and_then(|()| buffered.flush()).context("writing the report")?;
        drop(buffered);
        output.finish()
    }

    fn keep_sections(&self, sheet: &mut Sheet<'_>) -> Result<()> {
        let wanted = &self.section;
        let keys: Vec<_> = sheet.sections.iter().map(|section| section.key).collect();
        if let Some(name) = wanted.iter().find(|name| !keys.contains(&name.as_str())) {
            bail!(suggest::unknown("section", name, keys.iter().copied()));
        }
        if !wanted.is_empty() {
            sheet.sections.retain(|section| wanted.iter().any(|name| name == section.key));
        }
        Ok(())
    }

    /// How sheets are rendered, with times in a zone.
    pub fn render_options(&self, terminal: Terminal, zone: Tz) -> RenderOptions {
        let options = self.output.render_options(terminal);
        RenderOptions {
            zone,
            charset: if self.ascii { Charset::Ascii } else { options.charset },
            header: !self.no_header,
            ..options
        }
    }
}
