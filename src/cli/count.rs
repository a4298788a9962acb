//! `ssoaudit count`: how many events there are of each kind.

use std::ops::ControlFlow;
use std::slice;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::analysis::calendar::Unit;
use crate::analysis::grouping::{GroupBy, GroupColumn, WorkerGroups, groups};
use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, SelectArgs, top};
use crate::cli::input_facts::{facts_of, meter_for};
use crate::cli::input_status::{InputStatus, first_error};
use crate::cli::messages;
use crate::cli::organization_ids::resolve_names_to_ids;
use crate::cli::progress::Progress;
use crate::cli::sheet_output::SheetArgs;
use crate::cli::terminal::Terminal;
use crate::formats::rows::columns;
use crate::input::{Input, Meter};
use crate::model::diagnostic::Diagnostic;
use crate::model::event::Event;
use crate::model::redact::Redactor;
use crate::model::selection::Selection;
use crate::output::check_no_overwrite;
use crate::reports::counts::counts;
use crate::reports::provenance::Provenance;
use crate::reports::sheet::Sheet;
use crate::reports::{Options, ReportInput};
use crate::scan::histories::{Extent, Histories};
use crate::scan::order::ScanItem;
use crate::scan::record::Fold;
use crate::scan::{BlockId, Record, ScanJob, scan_with_state};
use crate::survey::Survey;
use crate::survey::collect::check_comparable;
use crate::survey::emptiness::{Display, Misses, Watch};
use crate::survey::file_times::Times;
use crate::survey::input_summary::InputSummary;

/// Arguments of `count`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit count --by operation exports/                how often each thing happened
  ssoaudit count --by actor,operation --top 20 exports/ who did what most
  ssoaudit count --by action --per month exports/       the same for each month
  ssoaudit count --per day --action deleted exports/    how many deletions a day
")]
pub struct Count {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// Count by these columns, such as operation,actor; `filter --columns` takes the same
    #[arg(
        long,
        value_name = "NAMES",
        value_delimiter = ',',
        required_unless_present = "per",
        help_heading = "Count"
    )]
    by: Vec<String>,
    /// Count for each unit of time, in the zone of --tz
    #[arg(long, value_name = "UNIT", help_heading = "Count")]
    per: Option<Per>,
    /// Only the largest groups, for each unit of time
    #[arg(long, value_name = "N", value_parser = top, help_heading = "Count")]
    top: Option<usize>,
    #[command(flatten)]
    sheet: SheetArgs,
}

/// A unit of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Per {
    /// A day, from midnight.
    Day,
    /// A week, from Monday.
    Week,
    /// A month, from its first day.
    Month,
    /// A year, from January 1.
    Year,
}

impl Per {
    fn unit(self) -> Unit {
        match self {
            Self::Day => Unit::Day,
            Self::Week => Unit::Week,
            Self::Month => Unit::Month,
            Self::Year => Unit::Year,
        }
    }
}

/// What workers need to count an event.
struct Plan {
    select: Selection,
    by: GroupBy,
    redactor: Option<Redactor>,
    watch: Watch,
}

/// What is known of a block.
#[derive(Default)]
struct BlockPart {
    times: Times,
    misses: Misses,
    first_error: Option<Diagnostic>,
}

impl Fold for BlockPart {
    fn weight(&self) -> usize {
        0
    }
}

impl Plan {
    fn add(&self, groups: &mut WorkerGroups, part: &mut BlockPart, record: &mut Record<'_>) {
        let Some(event) = record.event else {
            if part.first_error.is_none() {
                part.first_error = first_error(std::mem::take(&mut record.diagnostics));
            }
            return;
        };
        part.times.add(event.time);
        if part.misses.matches(&self.select, &event, &self.watch) {
            groups.add(&Event { redactor: self.redactor.as_ref(), ..event }, &self.by);
        }
    }
}

/// What was read.
struct Scanned {
    workers: Vec<WorkerGroups>,
    files: Vec<InputSummary>,
    status: InputStatus,
    misses: Misses,
}

impl Count {
    /// Refuses a format that the terminal cannot show.
    pub fn check_format(&self, terminal: Terminal) -> Result<()> {
        self.sheet.format(terminal).map(drop)
    }

    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        let format = self.sheet.format(terminal)?;
        let mut select = self.select.select()?;
        let zone = self.select.times.zone()?;
        let redactor = self.sheet.redact.redactor(terminal)?;
        let selection = if redactor.is_some() { select.redacted_flags() } else { select.flags() };
        let columns = columns::named(&self.by)?.into_iter();
        let columns = columns.map(|it| GroupColumn { name: it.name, candidates: it.candidates }).collect();
        let by = GroupBy { columns, period: self.per.map(|per| (per.unit(), zone)) };
        let inputs = self.input.inputs(terminal)?;
        let output = self.sheet.output.open(format.name, &inputs, terminal)?;
        check_no_overwrite(slice::from_ref(&output), &[self.sheet.redact.key()])?;
        self.select.warn(terminal);
        resolve_names_to_ids(&mut select, &inputs, self.input.settings())?;
        let plan = Arc::new(Plan { select, by, redactor, watch: Watch::default() });
        let meter = meter_for(format.name);
        let Scanned { workers, files, status, misses } = self.scan((&inputs, &meter), &plan, terminal)?;
        let all = groups(workers);
        let is_empty = all.is_empty();
        let is_redacted = plan.redactor.is_some();
        let options = Options { selection, top: self.top, is_redacted, ..Options::default() };
        let survey = Survey::default();
        let read = ReportInput { survey: &survey, files: &files, options: &options, roster: None };
        let provenance = Provenance {
            made: self.select.times.now()?,
            inputs: facts_of(&files, &meter),
            selection: options.selection.clone(),
            reading: self.input.reading(),
            others: Vec::new(),
            is_redacted: self.sheet.redact.is_wanted(),
        };
        let sheet = Sheet { provenance: Some(provenance), ..counts(&all, &plan.by, &read) };
        self.sheet.print(sheet, output, (format, &self.sheet.render_options(terminal, zone)))?;
        let events = status.counts.valid;
        if is_empty && (events > 0 || status.unusable() == 0) {
            let display = Display { zone, is_private: plan.redactor.is_some() };
            messages::note(&misses.explain(&plan.select, events, display), terminal.message_style());
        }
        status.warn(&inputs, plan.redactor.as_ref(), terminal);
        let is_failed = self.input.strict && status.counts.invalid > 0;
        Ok(status.exit_status(if is_failed { ExitStatus::Findings } else { ExitStatus::Done }))
    }

    fn scan(
        &self,
        (inputs, meter): (&[Input], &Meter),
        plan: &Arc<Plan>,
        terminal: Terminal,
    ) -> Result<Scanned> {
        let mut progress = Progress::new(inputs, terminal);
        let (mut status, mut misses) = (InputStatus::default(), Misses::default());
        let summary = |(index, input): (usize, &Input)| InputSummary {
            name: input.name.clone(),
            index,
            ..InputSummary::default()
        };
        let mut files: Vec<_> = inputs.iter().enumerate().map(summary).collect();
        let histories = Histories::among(inputs);
        let job = ScanJob { inputs, settings: self.input.settings(), meter };
        let job = ScanJob { settings: histories.settings(&job, Extent::All).errors_only(), ..job };
        let adding = Arc::clone(plan);
        let each =
            move |groups: &mut WorkerGroups, _: BlockId, part: &mut BlockPart, record: &mut Record<'_>| {
                adding.add(groups, part, record);
            };
        let workers = scan_with_state(&job, each, |item| {
            progress.update(meter);
            match item {
                ScanItem::Block { input, line_base, counts, mut value } => {
                    misses.merge(&value.misses);
                    files[input].add((counts, value.times), value.first_error.clone(), line_base);
                    if let Some(error) = &mut value.first_error {
                        error.line += line_base;
                    }
                    status.block(input, counts, value.first_error);
                }
                ScanItem::End { input, error } => {
                    files[input].counts.merge(histories.invalid_lines(input));
                    files[input].error.clone_from(&error);
                    status.block(input, histories.invalid_lines(input), None);
                    status.end(&inputs[input], error, &mut progress);
                }
            }
            Ok(ControlFlow::Continue(()))
        })?;
        progress.clear();
        if let Some(problem) = plan.select.unjudged() {
            bail!(problem);
        }
        let has = [0, 1].map(|retained| workers.iter().any(|worker| worker.has_retained[retained]));
        check_comparable(has, job.settings.reading.digests)?;
        files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Scanned { workers, files, status, misses })
    }
}
