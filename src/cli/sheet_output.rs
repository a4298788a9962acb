//! What `summary` and `report` share: how to print a sheet, and the way from arguments to output.

use std::io::{BufWriter, Write};
use std::path::Path;
use std::slice;
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use clap::builder::PossibleValuesParser;

use crate::cli::ExitStatus;
use crate::cli::args::{InputArgs, OutputArgs, RedactArgs, SelectArgs};
use crate::cli::collect::collect;
use crate::cli::messages;
use crate::cli::organization_ids::resolve_names_to_ids;
use crate::cli::terminal;
use crate::cli::terminal::Terminal;
use crate::formats::sheets::{RenderOptions, SHEET_FORMATS, SheetFormat};
use crate::input::Meter;
use crate::output::{Output, check_no_overwrite};
use crate::reports::sheet::Sheet;
use crate::reports::{Options, Report, ReportInput};
use crate::scan::ScanJob;
use crate::survey::Plan;
use crate::survey::collect::Collected;
use crate::text::suggest::nearest;
use crate::verdict::unmatched;

/// How to print a sheet.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct SheetArgs {
    /// table, json, ndjson, csv, tsv, markdown or html; `auto` is a table on a terminal, json in a pipe
    #[arg(long, short, value_name = "FORMAT", default_value = "auto", value_parser = formats(), hide_possible_values = true)]
    format: String,
    /// Print only these sections, such as actors; csv and tsv print the first
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    section: Vec<String>,
    /// Print no header in csv, tsv and tables
    #[arg(long)]
    no_header: bool,
    /// Draw with ASCII characters only
    #[arg(long)]
    ascii: bool,
    #[command(flatten)]
    redact: RedactArgs,
    #[command(flatten)]
    output: OutputArgs,
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(std::iter::once("auto").chain(SHEET_FORMATS.iter().map(|format| format.name)))
}

/// What to report on, and how.
pub struct Request<'a> {
    /// What to read.
    pub input: &'a InputArgs,
    /// What to show.
    pub select: &'a SelectArgs,
    /// How to print it.
    pub sheet: &'a SheetArgs,
    /// How to make it; the present, zone and selection are filled in.
    pub options: Options,
    /// Where the roster was read from.
    pub roster: Option<&'a Path>,
}

impl Request<'_> {
    /// Makes the report and prints it.
    pub fn run(mut self, report: &Report, terminal: Terminal) -> Result<ExitStatus> {
        let mut select = self.select.select()?;
        self.options.now = self.select.now()?;
        self.options.zone = self.select.zone()?;
        self.options.selection =
            if self.sheet.redact.is_wanted() { select.redacted_flags() } else { select.flags() };
        // Of what is not selected, not every name is kept.
        let is_all_known = self.options.selection.is_empty() && self.input.reading().is_empty();
        let inputs = self.input.inputs(terminal)?;
        let mut output = Output::create(self.sheet.output.output.as_deref(), &inputs)?;
        check_no_overwrite(
            slice::from_ref(&output),
            &[self.sheet.redact.key(), (self.roster, "the roster")],
        )?;
        for warning in self.select.warnings() {
            messages::warning(&warning, terminal.colors_stderr());
        }
        resolve_names_to_ids(&mut select, &inputs, self.input.settings(false))?;
        let redactor = self.sheet.redact.redactor()?.map(Arc::new);
        let now = self.options.now;
        let plan = Plan {
            select,
            wants: report.wants,
            now: Some(now),
            redactor: redactor.clone(),
            ..Plan::default()
        };
        let job = ScanJob { inputs: &inputs, settings: self.input.settings(false), meter: &Meter::default() };
        let (mut collected, input_status) = collect(&job, plan, terminal)?;
        // What is allowed is decided by what the log says, before there are pseudonyms.
        let roster = self.options.roster.as_ref();
        let verdicts = roster.map(|roster| roster.verdicts(&collected.survey, now));
        if let (Some(roster), Some(file)) =
            (roster, self.roster.filter(|_| is_all_known && input_status.unreadable == 0))
        {
            for warning in unmatched::in_roster(roster, &file.display().to_string(), &collected.survey) {
                messages::warning(&warning.to_string(), terminal.colors_stderr());
            }
        }
        if let Some(redactor) = &redactor {
            collected.survey.redact(redactor);
        }
        let (survey, files, options) = (&collected.survey, &collected.inputs, &self.options);
        let material = ReportInput { survey, files, options, verdicts };
        let mut sheet = (report.make)(&material);
        self.keep_sections(&mut sheet)?;
        let mut buffered = BufWriter::with_capacity(1 << 16, &mut output);
        let written = (self.format(terminal).render)(&sheet, &self.look(terminal), &mut buffered);
        written.and_then(|()| buffered.flush()).context("writing the report")?;
        drop(buffered);
        output.finish()?;
        drop(sheet);
        if let Some(why) = collected.why_empty(self.options.zone) {
            messages::note(&why, terminal.colors_stderr());
        }
        let Collected { survey, .. } = collected;
        // The process is about to end: giving back millions of pieces one by one is time for nothing.
        std::mem::forget(survey);
        input_status.warn(&inputs, redactor.is_some(), terminal);
        Ok(input_status.verdict(self.input.strict && input_status.counts.invalid > 0))
    }

    fn keep_sections(&self, sheet: &mut Sheet<'_>) -> Result<()> {
        let wanted = &self.sheet.section;
        let known: Vec<_> = sheet.sections.iter().map(|section| section.key).collect();
        if let Some(name) = wanted.iter().find(|name| !known.contains(&name.as_str())) {
            match nearest(name, known.iter().copied()) {
                Some(near) => bail!("no section `{name}`; did you mean `{near}`?"),
                None => bail!("no section `{name}`; there are {}", known.join(", ")),
            }
        }
        if !wanted.is_empty() {
            sheet.sections.retain(|section| wanted.iter().any(|name| name == section.key));
        }
        Ok(())
    }

    fn format(&self, terminal: Terminal) -> &'static SheetFormat {
        let name = match self.sheet.format.as_str() {
            "auto" if terminal.stdout && self.sheet.output.output.is_none() => "table",
            "auto" => "json",
            name => name,
        };
        SHEET_FORMATS.iter().find(|format| format.name == name).expect("clap knows the formats from the list")
    }

    fn look(&self, terminal: Terminal) -> RenderOptions {
        let output = &self.sheet.output;
        let to_file = output.output.is_some();
        RenderOptions {
            zone: self.options.zone,
            width: output.width.or(terminal.width.filter(|_| !to_file)).map(usize::from),
            colors: terminal.colors_stdout(output.color, to_file),
            ascii: self.sheet.ascii || (!to_file && terminal.stdout && !terminal::speaks_utf8()),
            header: !self.sheet.no_header,
        }
    }
}
