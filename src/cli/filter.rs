//! `ssoaudit filter`: prints the events that match.

use std::ops::ControlFlow;
use std::slice;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};

use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, OutputArgs, RedactArgs, SelectArgs};
use crate::cli::input_status::{InputStatus, first_error};
use crate::cli::messages;
use crate::cli::organization_ids::{Doubtful, by_id_where_possible, may_be_missing};
use crate::cli::progress::Progress;
use crate::cli::terminal;
use crate::cli::terminal::Terminal;
use crate::formats::rows::columns;
use crate::formats::rows::printer::{Plan, Printer, Rows, Sort};
use crate::formats::rows::{Body, ROW_FORMATS, RowFormat, View};
use crate::formats::table;
use crate::input::{Input, Meter};
use crate::model::diagnostic::Diagnostic;
use crate::model::event::Event;
use crate::model::redact::Redactor;
use crate::model::selection::{Pattern, Selection};
use crate::output::{Output, check_no_overwrite};
use crate::scan::block::Fold;
use crate::scan::order::ScanItem;
use crate::scan::{Counts, Record, ScanJob, scan};
use crate::survey::emptiness::{Display, Misses, Watch};

/// Arguments of `filter`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit filter --action deleted exports/                     a table in a terminal
  ssoaudit filter --connection-type GoogleSAML e.ndjson | jq .actor
                                                                original lines in a pipe
  ssoaudit filter --org org_01JGXYZ456 --since 30d --format csv exports/ > month.csv
  ssoaudit filter --impersonated --columns time,actor.impersonator,action exports/
  ssoaudit filter --action 'sso.*' --invert-match --count e.ndjson.gz
")]
pub struct Filter {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// table, ndjson, json, csv, tsv or markdown; `auto` is a table on a terminal, ndjson in a pipe
    #[arg(long, short, value_name = "FORMAT", default_value = "auto", value_parser = formats(), hide_possible_values = true, help_heading = "Output")]
    format: String,
    /// Columns to print, such as time,action,actor.email; JSON formats print these attributes only
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Output")]
    columns: Vec<String>,
    /// Print no header
    #[arg(long, help_heading = "Output")]
    no_header: bool,
    /// Print the normalized event (ssoaudit.event.v1) instead of the original line
    #[arg(long, conflicts_with = "columns", help_heading = "Output")]
    normalize: bool,
    /// Sort by time; this holds all matching events in memory
    #[arg(long, value_name = "KEY", help_heading = "Output", allow_hyphen_values = true)]
    sort: Option<SortKey>,
    /// Stop after so many events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Output")]
    limit: Option<u32>,
    /// Print only how many events match
    #[arg(long, conflicts_with_all = ["sort", "limit", "normalize", "columns"], help_heading = "Output")]
    count: bool,
    /// Exit with 1 when no event matches
    #[arg(long, help_heading = "Output")]
    exit_status: bool,
    #[command(flatten)]
    redact: RedactArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum SortKey {
    /// Earliest first.
    #[value(name = "time")]
    Earliest,
    /// Latest first.
    #[value(name = "-time")]
    Latest,
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(
        ["auto", "table"].into_iter().chain(ROW_FORMATS.iter().map(|format| format.name)),
    )
}

/// What a worker makes of a block.
#[derive(Default)]
struct Chunk {
    rows: Rows,
    matched: u64,
    misses: Misses,
    doubtful: Doubtful,
    invalid_lines: Vec<u64>,
    first_error: Option<Diagnostic>,
}

impl Fold for Chunk {
    fn weight(&self) -> usize {
        self.rows.weight() + self.invalid_lines.len() * size_of::<u64>()
    }
}

/// Everything that is known after the last line.
#[derive(Default)]
struct Seen {
    tally: InputStatus,
    matched: u64,
    misses: Misses,
    doubtful: Doubtful,
}

impl Filter {
    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        let mut select = self.select.select()?;
        let redactor = self.redact.redactor()?;
        let plan = Arc::new(self.plan(terminal, redactor)?);
        let inputs = self.input.inputs(terminal)?;
        let output = Output::create(self.output.output.as_deref(), &inputs)?;
        check_no_overwrite(slice::from_ref(&output), &[self.redact.key()])?;
        for warning in self.select.warnings() {
            messages::warning(&warning, terminal.colors_stderr());
        }
        let names = by_id_where_possible(&mut select, &inputs, self.input.settings(false))?;
        if let Some(warning) = names.as_ref().and_then(|_| may_be_missing(&inputs)) {
            messages::warning(&warning, terminal.colors_stderr());
        }
        let select = Arc::new(select);
        let mut printer = Printer::new(&plan, output);
        let seen = self.scan(&inputs, (&select, names), &plan, &mut printer, terminal)?;
        let hidden = if self.count {
            printer.finish_with(&format!("{}\n", seen.matched))?;
            Vec::new()
        } else {
            printer.finish()?
        };
        if !hidden.is_empty() && terminal.stderr {
            let note = format!(
                "no room for {}; see --width and --columns, or --format csv for every column",
                hidden.join(", ")
            );
            messages::note(&note, terminal.colors_stderr());
        }
        if let Some(warning) = seen.doubtful.warning(select.invert) {
            messages::warning(&warning, terminal.colors_stderr());
        }
        let events = seen.tally.counts.valid;
        if seen.matched == 0 && (events > 0 || seen.tally.useless() == 0) {
            let is_private = self.redact.is_wanted();
            let why = seen.misses.explain(&select, events, Display { zone: self.select.zone()?, is_private });
            messages::note(&why, terminal.colors_stderr());
        }
        seen.tally.warn(&inputs, self.redact.is_wanted(), terminal);
        let has_findings =
            (self.input.strict && seen.tally.counts.invalid > 0) || (self.exit_status && seen.matched == 0);
        Ok(seen.tally.verdict(has_findings))
    }

    fn scan(
        &self,
        inputs: &[Input],
        (select, names): (&Arc<Selection>, Option<Vec<Pattern>>),
        plan: &Arc<Plan>,
        printer: &mut Printer<'_>,
        terminal: Terminal,
    ) -> Result<Seen> {
        let meter = Meter::default();
        let mut progress = Progress::new(inputs, terminal.stderr);
        let mut seen = Seen::default();
        let (select, plan, counts_only) = (Arc::clone(select), Arc::clone(plan), self.count);
        let watch = Watch::default();
        let each = move |chunk: &mut Chunk, record: &mut Record<'_>| {
            let Some(event) = record.event else {
                chunk.invalid_lines.push(record.line);
                if chunk.first_error.is_none() {
                    chunk.first_error = first_error(std::mem::take(&mut record.diagnostics));
                }
                return;
            };
            if let Some(names) = &names {
                chunk.doubtful.add(&event, &select, names);
            }
            if chunk.misses.matches(&select, &event, &watch) {
                chunk.matched += 1;
                if !counts_only {
                    let event = Event { redactor: plan.redactor.as_ref(), ..event };
                    chunk.rows.push(&plan, record.raw, record.line, &event);
                }
            }
        };
        let job = ScanJob { inputs, settings: self.input.settings(false), meter: &meter };
        scan(&job, each, |piece| {
            progress.update(&meter);
            match piece {
                ScanItem::Block { input, line_base, counts, value } => {
                    if terminal.stdout && value.rows.count() > 0 && self.sort.is_none() {
                        progress.clear();
                    }
                    self.take(value, (input, line_base, counts), printer, &mut seen)
                }
                ScanItem::End { input, error } => {
                    seen.tally.end(&inputs[input], error, &mut progress, terminal);
                    Ok(ControlFlow::Continue(()))
                }
            }
        })?;
        progress.clear();
        Ok(seen)
    }

    fn take(
        &self,
        mut chunk: Chunk,
        (input, line_base, mut counts): (usize, u64, Counts),
        printer: &mut Printer<'_>,
        seen: &mut Seen,
    ) -> Result<ControlFlow<()>> {
        seen.matched += chunk.matched;
        seen.misses.merge(&chunk.misses);
        seen.doubtful.merge(std::mem::take(&mut chunk.doubtful));
        let last_line = printer.take(std::mem::take(&mut chunk.rows))?.filter(|_| !self.input.strict);
        if let Some(last_line) = last_line {
            // What comes after the last row printed counts for nothing, however blocks were cut.
            counts.invalid = chunk.invalid_lines.iter().filter(|line| **line < last_line).count() as u64;
            chunk.first_error = chunk.first_error.filter(|error| error.line < last_line);
        }
        if let Some(error) = &mut chunk.first_error {
            error.line += line_base;
        }
        seen.tally.block(input, counts, chunk.first_error);
        Ok(if last_line.is_some() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    fn plan(&self, terminal: Terminal, redactor: Option<Redactor>) -> Result<Plan> {
        let to_terminal = terminal.stdout && self.output.output.is_none();
        let name = match self.format.as_str() {
            "auto" if to_terminal => "table",
            "auto" => "ndjson",
            name => name,
        };
        let format: Option<&'static RowFormat> = ROW_FORMATS.iter().find(|format| format.name == name);
        let is_json = matches!(name, "ndjson" | "json");
        if self.normalize && !is_json {
            bail!("--normalize prints JSON; give --format ndjson or --format json with it, not {name}");
        }
        let named = columns::named(&self.columns)?;
        // Nobody knows what else a line holds.
        let body = if self.normalize || (redactor.is_some() && named.is_empty()) {
            Body::Normalized
        } else if named.is_empty() {
            Body::Original
        } else {
            Body::Some(named.iter().flat_map(|column| column.leaves.clone()).collect())
        };
        let columns = match format {
            _ if !named.is_empty() => named,
            Some(format) if format.is_wide => columns::all(),
            _ => columns::default(),
        };
        let zone = self.select.zone()?;
        let view = View { columns, body, zone, converts_time: self.select.tz.is_some() };
        let width = self.output.width.or(terminal.width.filter(|_| to_terminal)).map(usize::from);
        let style = table::Style {
            width,
            colors: terminal.colors_stdout(self.output.color, self.output.output.is_some()),
            header: !self.no_header,
            ascii: to_terminal && !terminal::speaks_utf8(),
        };
        let sort = self.sort.map(|key| match key {
            SortKey::Earliest => Sort::Earliest,
            SortKey::Latest => Sort::Latest,
        });
        Ok(Plan { view, format, style, sort, limit: self.limit.map(|limit| limit as usize), redactor })
    }
}
