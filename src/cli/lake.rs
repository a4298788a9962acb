//! `ssoaudit lake`: writes events as a custom source of Amazon Security Lake.

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use sha2::{Digest, Sha256};

use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, RedactArgs, SelectArgs};
use crate::cli::input_status::{InputStatus, first_error};
use crate::cli::messages;
use crate::cli::organization_ids::resolve_names_to_ids;
use crate::cli::progress::Progress;
use crate::cli::terminal::Terminal;
use crate::formats::lake::{FileCounts, LakeFormat, Partition};
use crate::input::history::Extent;
use crate::input::{Input, Meter};
use crate::model::diagnostic::Diagnostic;
use crate::model::event::Event;
use crate::model::redact::Redactor;
use crate::model::selection::Selection;
use crate::model::time::Timestamp;
use crate::output::Output;
use crate::output::sorted_rows::SortedRows;
use crate::scan::histories::Histories;
use crate::scan::order::ScanItem;
use crate::scan::record::Fold;
use crate::scan::{HistoryForm, Record, ScanJob, Settings, scan};
use crate::survey::emptiness::{Display, Misses, Watch};
use crate::text::hex::hex;
use crate::text::plural;

/// Arguments of `lake`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit lake exports/ -o lake --region eu-central-1 --account-id 123456789012
                                                        nested OCSF, a file for each day
  aws s3 sync lake s3://BUCKET/ext/SOURCE/              takes it to the custom source
")]
pub struct Lake {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// The folder that becomes `ext/SOURCE`; files appear in it when they are complete
    #[arg(long, short, value_name = "DIR", help_heading = "Output")]
    output: PathBuf,
    /// Region of the lake, such as eu-central-1
    #[arg(long, value_name = "REGION", value_parser = region, help_heading = "Output")]
    region: String,
    /// AWS account of the custom source, or `external_` and an id for a source outside of AWS
    #[arg(long, value_name = "ID", value_parser = account, help_heading = "Output")]
    account_id: String,
    #[command(flatten)]
    redact: RedactArgs,
}

fn region(text: &str) -> Result<String, String> {
    let is_region = |text: &str| text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-');
    if !text.is_empty() && is_region(text) {
        Ok(text.to_owned())
    } else {
        Err("give one such as eu-central-1".to_owned())
    }
}

fn account(text: &str) -> Result<String, String> {
    let is_account = text.len() == 12 && text.bytes().all(|it| it.is_ascii_digit());
    let is_id =
        |id: &str| !id.is_empty() && id.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_".contains(&it));
    if is_account || text.strip_prefix("external_").is_some_and(is_id) {
        Ok(text.to_owned())
    } else {
        Err("give the twelve digits of an account, or `external_` and letters, digits, - and _".to_owned())
    }
}

/// What workers need to match and render a line.
struct Matcher {
    select: Selection,
    format: LakeFormat,
    redactor: Option<Redactor>,
    watch: Watch,
}

/// The rows of a block.
#[derive(Default)]
struct Chunk {
    bytes: Vec<u8>,
    /// When the event of each row happened, and where the row ends.
    rows: Vec<(Timestamp, usize)>,
    misses: Misses,
    first_error: Option<Diagnostic>,
}

impl Fold for Chunk {
    fn weight(&self) -> usize {
        self.bytes.len() + self.rows.len() * size_of::<(Timestamp, usize)>()
    }
}

impl Matcher {
    fn add(&self, chunk: &mut Chunk, record: &mut Record<'_>) {
        let Some(event) = record.event else {
            if chunk.first_error.is_none() {
                chunk.first_error = first_error(std::mem::take(&mut record.diagnostics));
            }
            return;
        };
        if chunk.misses.matches(&self.select, &event, &self.watch) {
            let event = Event { redactor: self.redactor.as_ref(), ..event };
            self.format.row(&event, &mut chunk.bytes);
            chunk.rows.push((event.time, chunk.bytes.len()));
        }
    }
}

/// The results so far.
struct Results<'i> {
    inputs: &'i [Input],
    meter: &'i Meter,
    /// The folder of the source.
    folder: &'i Path,
    partition: Partition,
    /// The rows of the input at hand.
    rows: SortedRows,
    histories: Histories,
    progress: Progress,
    status: InputStatus,
    written: FileCounts,
    misses: Misses,
}

impl Lake {
    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        let mut select = self.select.select()?;
        let redactor = self.redact.redactor(terminal)?;
        let inputs = self.input.inputs(terminal)?;
        fs::create_dir_all(&self.output).with_context(|| format!("creating {}", self.output.display()))?;
        self.select.warn(terminal);
        resolve_names_to_ids(&mut select, &inputs, self.input.settings())?;
        let matcher = Matcher { select, format: LakeFormat::new()?, redactor, watch: Watch::default() };
        let matcher = Arc::new(matcher);
        let meter = Meter::hashing();
        let mut results = Results {
            inputs: &inputs,
            meter: &meter,
            folder: &self.output,
            partition: Partition { region: self.region.clone(), account: self.account_id.clone() },
            rows: SortedRows::new(self.output.clone()),
            histories: Histories::among(&inputs),
            progress: Progress::new(&inputs, terminal),
            status: InputStatus::default(),
            written: FileCounts::default(),
            misses: Misses::default(),
        };
        let adding = Arc::clone(&matcher);
        let each = move |chunk: &mut Chunk, record: &mut Record<'_>| adding.add(chunk, record);
        let settings = self.input.settings().errors_only();
        let settings = Settings { histories: HistoryForm::Rows(Extent::All), ..settings };
        let job = ScanJob { inputs: &inputs, settings, meter: &meter };
        scan(&job, each, |item| {
            results.progress.update(&meter);
            results.take(item, &matcher.format)?;
            Ok(ControlFlow::Continue(()))
        })?;
        self.finish(results, &matcher, terminal)
    }

    /// Says what is written, and what was wrong.
    fn finish(&self, mut results: Results<'_>, matcher: &Matcher, terminal: Terminal) -> Result<ExitStatus> {
        results.progress.clear();
        let Results { inputs, status, written, misses, .. } = results;
        let events = status.counts.valid;
        if written.events > 0 {
            let [of_events, files] = [(written.events, "event"), (written.files, "file")]
                .map(|(count, what)| plural::counted(count, what));
            let note = format!("{files} with {of_events} written to {}", self.output.display());
            messages::note(&note, terminal.message_style());
        } else if events > 0 || status.unusable() == 0 {
            let display = Display { zone: self.select.times.zone()?, is_private: matcher.redactor.is_some() };
            let why = misses.explain(&matcher.select, events, display);
            messages::note(&why, terminal.message_style());
        }
        status.warn(inputs, matcher.redactor.as_ref(), terminal);
        matcher.select.unjudged().map_or(Ok(()), |problem| bail!(problem))?;
        let is_failed = self.input.strict && status.counts.invalid > 0;
        Ok(status.exit_status(if is_failed { ExitStatus::Findings } else { ExitStatus::Done }))
    }
}

impl Results<'_> {
    fn take(&mut self, item: ScanItem<Chunk>, format: &LakeFormat) -> Result<()> {
        match item {
            ScanItem::Block { input, line_base, counts, value } => {
                let Chunk { bytes, rows, misses, mut first_error } = value;
                let mut start = 0;
                for (time, end) in rows {
                    let row = bytes.get(start..end).unwrap_or_default();
                    self.rows.push(time, row).context("writing a temporary file")?;
                    start = end;
                }
                self.misses.merge(&misses);
                if let Some(error) = &mut first_error {
                    error.line += line_base;
                }
                self.status.block(input, counts, first_error);
            }
            ScanItem::End { input, error } => {
                let next = SortedRows::new(self.folder.to_owned());
                let rows = std::mem::replace(&mut self.rows, next);
                // A file says of a day what the whole export says.
                if error.is_none() {
                    let name = self.file_name(input);
                    let FileCounts { files, events } = format.write(rows, |time| self.create(time, &name))?;
                    self.written.files += files;
                    self.written.events += events;
                }
                self.status.block(input, self.histories.invalid_lines(input), None);
                self.status.end(&self.inputs[input], error, &mut self.progress);
            }
        }
        Ok(())
    }

    /// The file of a name for the day of a time.
    fn create(&self, time: Timestamp, name: &str) -> Result<Output> {
        let folder = self.folder.join(self.partition.folder(time));
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        Output::create(Some(&folder.join(name)), self.inputs)
    }

    /// The name of the files for an input. It follows from the content of an export, so that the same export never has two
    /// files for a day, and other exports of that day have others. A history grows, and keeps its name.
    fn file_name(&self, input: usize) -> String {
        const BYTES: usize = 8;
        let digest = if self.histories.is_history(input) {
            Sha256::digest(&self.inputs[input].name)
        } else {
            self.meter.digest(input).and_then(|digest| digest.sha256).unwrap_or_default().finalize()
        };
        let (digest, _) = digest.as_slice().split_at(BYTES);
        format!("{}.parquet", hex(digest))
    }
}
