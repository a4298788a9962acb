//! `ssoaudit filter`: prints the events that match.

mod follow;
mod matcher;

use std::ops::ControlFlow;
use std::slice;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, OutputArgs, RedactArgs, SelectArgs, format_help, format_parser};
use crate::cli::filter::matcher::{Chunk, Matcher};
use crate::cli::input_status::InputStatus;
use crate::cli::messages;
use crate::cli::organization_ids::{Doubtful, by_id_where_possible, may_be_missing};
use crate::cli::progress::Progress;
use crate::cli::terminal::Terminal;
use crate::formats::RenderOptions;
use crate::formats::rows::aligned::Flush;
use crate::formats::rows::columns::{self, EventColumn};
use crate::formats::rows::printer::{BlockPlace, Plan, Printer, Sort};
use crate::formats::rows::{Body, ROW_FORMATS, RowFormat, TimeStyle, View};
use crate::formats::table::Audience;
use crate::input::{Followed, Input, Meter, Place};
use crate::model::redact::Redactor;
use crate::output::check_no_overwrite;
use crate::reader::{Digests, Reading};
use crate::scan::histories::Histories;
use crate::scan::order::ScanItem;
use crate::scan::{Record, ScanJob, Settings, scan};
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
    #[arg(
        long,
        short,
        value_name = "FORMAT",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    #[arg(value_parser = format_parser(formats()))]
    #[arg(help = format_help(formats(), "`auto` is a table on a terminal, ndjson in a pipe; SSOAUDIT_FORMAT sets another default"))]
    format: String,
    /// Columns to print, such as time,action,actor.email; ndjson and json print these attributes only
    #[arg(long, value_name = "NAMES", value_delimiter = ',', help_heading = "Output")]
    columns: Vec<String>,
    /// Print no header
    #[arg(long, help_heading = "Output")]
    no_header: bool,
    /// Print the normalized event (ssoaudit.event.v2) instead of the original line
    #[arg(long, conflicts_with = "columns", help_heading = "Output")]
    normalize: bool,
    /// Sort by time; this holds all matching events in memory
    #[arg(long, value_name = "KEY", help_heading = "Output", allow_hyphen_values = true)]
    sort: Option<SortKey>,
    /// Stop after this many events
    #[arg(long, short = 'n', value_name = "N", value_parser = clap::value_parser!(u32).range(1..), help_heading = "Output")]
    limit: Option<u32>,
    /// Print only the number of matching events
    #[arg(long, short, conflicts_with_all = ["sort", "limit", "normalize", "columns"], help_heading = "Output")]
    count: bool,
    /// Exit with 1 when no event matches
    #[arg(long, help_heading = "Output")]
    exit_status: bool,
    /// Keep reading as the file grows, like tail -F: also when it is replaced or truncated, or does not exist yet
    #[arg(long, short = 'F', conflicts_with_all = ["sort", "count", "exit_status", "strict", "output"], help_heading = "Output")]
    follow: bool,
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

fn formats() -> impl Iterator<Item = &'static str> {
    ROW_FORMATS.iter().map(|format| format.name())
}

/// The results so far, and the printer of rows.
struct Results<'p> {
    inputs: &'p [Input],
    printer: Printer<'p>,
    progress: Progress,
    status: InputStatus,
    histories: Histories,
    matched: u64,
    misses: Misses,
    doubtful: Doubtful,
    /// There will be no further rows.
    is_complete: bool,
    redactor: Option<&'p Redactor>,
    terminal: Terminal,
}

impl Filter {
    /// Refuses a format that does not fit the other flags or the terminal.
    pub fn check_format(&self, terminal: Terminal) -> Result<()> {
        self.format(terminal).map(drop)
    }

    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        let mut select = self.select.select()?;
        let redactor = self.redact.redactor(terminal)?;
        let plan = self.plan(redactor, terminal)?;
        self.input.check_mappings()?;
        let inputs = if self.follow {
            vec![follow::input(&self.input.paths)?]
        } else {
            self.input.inputs(terminal)?
        };
        let plan = Plan { flush: self.flush(&inputs, terminal), ..plan };
        let paged = if self.follow || self.count { "" } else { plan.format.name() };
        let output = self.output.open(paged, &inputs, terminal)?;
        check_no_overwrite(slice::from_ref(&output), &[self.redact.key()])?;
        self.select.warn(terminal);
        let names = by_id_where_possible(&mut select, &inputs, self.input.settings())?;
        if let Some(warning) = names.as_ref().and_then(|_| may_be_missing(&inputs)) {
            messages::warning(&warning, terminal.message_style());
        }
        let matcher = Matcher { select, names, plan, renders: !self.count, watch: Watch::default() };
        let matcher = Arc::new(matcher);
        let mut results = Results {
            inputs: &inputs,
            printer: Printer::new(&matcher.plan, output)?,
            progress: Progress::new(&inputs, terminal),
            status: InputStatus::default(),
            histories: Histories::among(&inputs),
            matched: 0,
            misses: Misses::default(),
            doubtful: Doubtful::default(),
            is_complete: false,
            redactor: matcher.plan.redactor.as_ref(),
            terminal,
        };
        match inputs.as_slice() {
            [Input { place: Place::Followed(file), .. }] => self.follow(file, &matcher, &mut results)?,
            _ => self.scan(&matcher, &mut results)?,
        }
        results.progress.clear();
        self.finish(results, &matcher, terminal)
    }

    /// Scans a file as it grows, and what it is replaced by, until there are as many rows as are wanted.
    fn follow(&self, file: &Followed, matcher: &Arc<Matcher>, results: &mut Results<'_>) -> Result<()> {
        results.progress.clear();
        while !results.is_complete {
            follow::tell(file, results.terminal);
            self.scan(matcher, results)?;
        }
        Ok(())
    }

    /// Whether rows are held until their page is full: not if somebody waits for what arrives.
    fn flush(&self, inputs: &[Input], terminal: Terminal) -> Flush {
        let is_watched = terminal.stdout && inputs.iter().any(Input::is_live);
        if self.follow || is_watched { Flush::Blocks } else { Flush::Pages }
    }

    fn scan(&self, matcher: &Arc<Matcher>, results: &mut Results<'_>) -> Result<()> {
        let meter = Meter::default();
        let matcher = Arc::clone(matcher);
        let settings = self.settings(&matcher.plan);
        let each = move |chunk: &mut Chunk, record: &mut Record<'_>| matcher.add(chunk, record);
        let job = ScanJob { inputs: results.inputs, settings, meter: &meter };
        scan(&job, each, |item| {
            results.progress.update(&meter);
            self.take(item, results)
        })
    }

    /// How inputs are read; the digests of contents and warnings are only for normalized events.
    fn settings(&self, plan: &Plan) -> Settings {
        let settings = self.input.settings();
        let reading = match plan.view.body {
            Body::Normalized if plan.redactor.is_none() => {
                Reading { digests: Digests::Wanted, ..settings.reading }
            }
            Body::Normalized => settings.reading,
            _ => settings.reading.errors_only(),
        };
        Settings { reading, ..settings }
    }

    fn take(&self, item: ScanItem<Chunk>, results: &mut Results<'_>) -> Result<ControlFlow<()>> {
        let (input, line_base, mut counts, mut chunk) = match item {
            ScanItem::Block { input, line_base, counts, value } => (input, line_base, counts, value),
            ScanItem::End { input, error } => {
                results.status.block(input, results.histories.invalid_lines(input), None);
                results.is_complete = error.is_some() || !self.follow;
                results.status.end(&results.inputs[input], error, &mut results.progress);
                return Ok(ControlFlow::Continue(()));
            }
        };
        if chunk.rows.count() > 0 && self.sort.is_none() {
            results.progress.clear_for_results();
        }
        results.matched += chunk.matched;
        results.misses.merge(&chunk.misses);
        results.doubtful.merge(chunk.doubtful);
        let place = BlockPlace { input: &results.inputs[input].name, line_base };
        let last_line = results.printer.take(chunk.rows, place)?.filter(|_| !self.input.strict);
        if let Some(last_line) = last_line {
            // Lines after the last printed row do not count, so that results do not depend on block boundaries.
            counts.invalid = chunk.invalid_lines.iter().filter(|line| **line < last_line).count() as u64;
            chunk.first_error = chunk.first_error.filter(|error| error.line < last_line);
        }
        if let Some(error) = &mut chunk.first_error {
            error.line += line_base;
        }
        results.status.block(input, counts, chunk.first_error);
        if self.follow && counts.invalid > 0 {
            // Nobody knows whether there will be an end at which to tell.
            let status = std::mem::take(&mut results.status);
            status.warn(results.inputs, results.redactor, results.terminal);
        }
        results.is_complete = last_line.is_some();
        Ok(if results.is_complete { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    /// Prints the remaining rows, and messages about the whole input.
    fn finish(&self, results: Results<'_>, matcher: &Matcher, terminal: Terminal) -> Result<ExitStatus> {
        let Results { inputs, printer, status, matched, misses, doubtful, .. } = results;
        let hidden = match self.count {
            true => printer.finish_with(&format!("{matched}\n")).map(|()| Vec::new())?,
            false => printer.finish()?,
        };
        if !hidden.is_empty() && terminal.stderr {
            let note = format!(
                "no room for {}; see --width and --columns, or --format csv for every column",
                hidden.join(", ")
            );
            messages::note(&note, terminal.message_style());
        }
        let Matcher { select, plan, .. } = matcher;
        if let Some(warning) = doubtful.warning(select) {
            messages::warning(&warning, terminal.message_style());
        }
        let events = status.counts.valid;
        if matched == 0 && (events > 0 || status.unusable() == 0) {
            let display = Display { zone: self.select.times.zone()?, is_private: plan.redactor.is_some() };
            let why = misses.explain(select, events, display);
            messages::note(&why, terminal.message_style());
        }
        status.warn(inputs, plan.redactor.as_ref(), terminal);
        select.unjudged().map_or(Ok(()), |problem| bail!(problem))?;
        let is_failed =
            (self.input.strict && status.counts.invalid > 0) || (self.exit_status && matched == 0);
        Ok(status.exit_status(if is_failed { ExitStatus::Findings } else { ExitStatus::Done }))
    }

    fn plan(&self, redactor: Option<Redactor>, terminal: Terminal) -> Result<Plan> {
        let format = self.format(terminal)?;
        let named = columns::named(&self.columns)?;
        let body = self.body(&named, redactor.as_ref());
        let columns = match format.audience() {
            _ if !named.is_empty() => named,
            Audience::Programs => columns::all(),
            Audience::People => columns::default(self.select.impersonation()),
        };
        let times = if self.select.times.has_zone() { TimeStyle::InZone } else { TimeStyle::AsWritten };
        let options = RenderOptions {
            zone: self.select.times.zone()?,
            header: !self.no_header,
            ..self.output.render_options(terminal)
        };
        let view = View { columns, body, times, options };
        let sort = self.sort.map(|key| match key {
            SortKey::Earliest => Sort::Earliest,
            SortKey::Latest => Sort::Latest,
        });
        let limit = self.limit.map(|limit| limit as usize);
        Ok(Plan { view, format, sort, limit, flush: Flush::Pages, redactor })
    }

    /// Refuses options that mean nothing for the format.
    fn check_options(&self, format: RowFormat) -> Result<()> {
        if self.follow {
            follow::check_format(format)?;
        }
        let name = format.name();
        let flag = if self.normalize { "--normalize" } else { "--columns" };
        match format {
            RowFormat::JsonLines | RowFormat::JsonArray => Ok(()),
            RowFormat::Mapped(_) if self.normalize || !self.columns.is_empty() => {
                bail!("{name} has fields of its own; give --format ndjson or --format json with {flag}")
            }
            _ if self.normalize => {
                bail!("--normalize prints JSON; give --format ndjson or --format json with it, not {name}")
            }
            _ => Ok(()),
        }
    }

    /// The format of rows; a count has none, and is text.
    fn format(&self, terminal: Terminal) -> Result<RowFormat> {
        if self.count {
            return Ok(RowFormat::JsonLines);
        }
        let name = self.output.format_name(&self.format, ["table", "ndjson"], terminal)?;
        let format = ROW_FORMATS.iter().find(|format| format.name() == name);
        let format = *format.expect("clap knows the formats from the list");
        self.check_options(format).map(|()| format)
    }

    fn body(&self, named: &[EventColumn], redactor: Option<&Redactor>) -> Body {
        // With pseudonyms, original lines are never printed, as they may hold other personal values.
        if self.normalize || (redactor.is_some() && named.is_empty()) {
            Body::Normalized
        } else if named.is_empty() {
            Body::Original
        } else {
            Body::Some(named.iter().flat_map(|column| column.attributes.clone()).collect())
        }
    }
}
