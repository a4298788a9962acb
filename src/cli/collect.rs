//! `ssoaudit collect`: keeps the events of the inputs in one file, which every command reads.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs};
use crate::cli::input_status::InputStatus;
use crate::cli::messages;
use crate::cli::progress::Progress;
use crate::cli::terminal::Terminal;
use crate::history::{self, Collection};
use crate::input::history::metadata::CollectedInput;
use crate::input::history::{Extent, History};
use crate::input::{Input, Meter, Place};
use crate::output::Output;
use crate::reader::{Digests, Reading};
use crate::scan::{HistoryForm, ScanJob, Settings};
use crate::text::plural;

/// Arguments of `collect`.
#[derive(Debug, Args)]
#[command(help_template = HELP)]
#[command(before_help = "\
Examples:
  ssoaudit collect exports/ -o history.parquet          everything so far
  ssoaudit collect history.parquet last-night.ndjson -o history.parquet
                                                        and what came since, in the same file
  ssoaudit check history.parquet                        judged as the exports would be
")]
pub struct Collect {
    #[command(flatten)]
    input: InputArgs,
    /// The history to write; it appears when it is complete, and may replace a history among the inputs
    #[arg(long, short, value_name = "FILE", help_heading = "Output")]
    output: PathBuf,
}

impl Collect {
    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        let inputs = self.input.inputs(terminal)?;
        let mut output = Output::history(&self.output, &inputs)?;
        let settings = self.input.settings();
        let reading = Reading { digests: Digests::Wanted, ..settings.reading };
        let meter = Meter::hashing();
        let settings = Settings { reading, histories: HistoryForm::Rows(Extent::All), ..settings };
        let job = ScanJob { inputs: &inputs, settings, meter: &meter };
        let mut progress = Progress::new(&inputs, terminal);
        let scratch = output.scratch()?;
        let collection = history::write(&job, scratch, &mut output, || progress.update(&meter))?;
        let mut status = InputStatus::default();
        for (index, input) in collection.inputs.iter().enumerate() {
            status.block(index, input.counts, input.first_error.clone());
            status.end(&inputs[index], input.error.clone(), &mut progress);
        }
        progress.clear();
        if status.unusable() > 0 {
            messages::error(&format!("nothing is written to {}", output.name()), terminal.message_style());
            return Ok(ExitStatus::Unreadable);
        }
        self.check_replaced(&collection)?;
        output.finish()?;
        self.say(collection.events, &status, terminal);
        let is_failed = self.input.strict && status.counts.invalid > 0;
        Ok(if is_failed { ExitStatus::Findings } else { ExitStatus::Done })
    }

    /// Refuses to replace what is no history, such as an export, and a history that has events of inputs which the new one
    /// does not have.
    fn check_replaced(&self, collection: &Collection) -> Result<()> {
        if !self.output.is_file() {
            return Ok(());
        }
        let name = self.output.display();
        let replaced = Input { name: name.to_string(), place: Place::File(self.output.clone()) };
        let is_empty = self.output.metadata().is_ok_and(|file| file.len() == 0);
        let Some(replaced) = History::of(&replaced).with_context(|| name.to_string())? else {
            if is_empty {
                return Ok(());
            }
            bail!("{name} is there already and is no history; write to another file");
        };
        let is_lost = |old: &CollectedInput| {
            !collection.collected.iter().any(|new| new.name == old.name && new.sha256 == old.sha256)
        };
        if let Some(lost) = replaced.metadata.inputs.iter().find(|old| is_lost(old)) {
            bail!(
                "{name} has the events of {}, which is not among the inputs; name {name} as an input too, or \
                 write to another file",
                lost.name
            );
        }
        Ok(())
    }

    /// Says what is kept, and what was wrong.
    fn say(&self, events: u64, status: &InputStatus, terminal: Terminal) {
        let events = plural::counted(events, "event");
        let invalid = match status.counts.invalid {
            0 => String::new(),
            invalid => format!("; {} noted as invalid", plural::counted(invalid, "line")),
        };
        let note = format!("{} has {events}{invalid}", self.output.display());
        messages::note(&note, terminal.message_style());
    }
}
