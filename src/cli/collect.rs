//! One pass over the inputs for commands that need everything together: `summary`, `report` and `check`.

use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Result;
use chrono_tz::Tz;

use crate::cli::input_status::{InputStatus, first_error};
use crate::cli::progress::Progress;
use crate::cli::terminal::Terminal;
use crate::input::{Input, Meter};
use crate::model::diagnostic::Diagnostic;
use crate::parallel;
use crate::reports::File;
use crate::scan::block::Fold;
use crate::scan::order::ScanItem;
use crate::scan::{BlockId, Counts, LineRef, Record, Settings, scan_with_state};
use crate::survey::emptiness::{Misses, Watch};
use crate::survey::file_times::Times;
use crate::survey::{Arrivals, Arrived, Plan, Survey, WorkerSurvey};

/// Everything that is known after the pass.
pub struct Surveyed {
    /// What was collected, in time order.
    pub survey: Survey,
    /// The inputs, by name.
    pub files: Vec<File>,
    /// Where blocks begin.
    pub places: Places,
    /// What became of the inputs.
    pub tally: InputStatus,
    plan: Arc<Plan>,
    misses: Misses,
}

impl Surveyed {
    /// Why no event was selected, if none was and nothing else says so.
    pub fn why_empty(&self, zone: Tz) -> Option<String> {
        let valid = self.tally.counts.valid;
        let is_told = valid == 0 && self.tally.useless() > 0;
        let is_private = self.plan.redactor.is_some();
        (self.survey.selected == 0 && !is_told)
            .then(|| self.misses.explain(&self.plan.select, valid, zone, is_private))
    }
}

/// From blocks to lines of files.
pub struct Places {
    names: Vec<String>,
    /// By input and block what is to be added to its line numbers.
    bases: Vec<Vec<u64>>,
}

impl Places {
    /// The name of the file and the 1-based line there.
    pub fn of(&self, LineRef { block, line }: LineRef) -> (&str, u64) {
        let input = block.input as usize;
        let base = self.bases.get(input).and_then(|bases| bases.get(block.number as usize));
        (self.names.get(input).map_or("", String::as_str), base.unwrap_or(&0) + u64::from(line))
    }
}

/// What is kept of a block besides the survey: what depends on the order of lines.
#[derive(Default)]
struct Part {
    times: Times,
    first_error: Option<Diagnostic>,
    arrived: Arrived,
    misses: Misses,
}

impl Fold for Part {
    fn weight(&self) -> usize {
        self.arrived.weight()
    }
}

/// Goes over the inputs.
pub fn survey(
    inputs: &[Input],
    settings: Settings,
    meter: &Meter,
    plan: Plan,
    terminal: Terminal,
) -> Result<Surveyed> {
    let mut progress = Progress::new(inputs, terminal);
    let mut tally = InputStatus::default();
    let name = |input: &Input| input.name.clone();
    let file = |(at, input)| File {
        name: name(input),
        input: at,
        counts: Counts::default(),
        times: Times::default(),
        error: None,
    };
    let mut files: Vec<_> = inputs.iter().enumerate().map(file).collect();
    let mut bases = vec![Vec::new(); inputs.len()];
    let mut arrivals = Arrivals::default();
    let plan = Arc::new(plan);
    let (its, watch) = (Arc::clone(&plan), Watch::default());
    let mut misses = Misses::default();
    let each = move |worker: &mut WorkerSurvey, block: BlockId, part: &mut Part, record: &mut Record<'_>| {
        let line = u32::try_from(record.line).unwrap_or(u32::MAX);
        match &record.event {
            Some(event) => {
                part.times.add(event.time);
                if !watch.has_match() {
                    part.misses.matches(&its.select, event, &watch);
                }
                worker.add((event, &record.findings), LineRef { block, line }, &mut part.arrived, &its);
            }
            None => {
                worker.note_line(record.raw, &record.findings, LineRef { block, line }, &its);
                if part.first_error.is_none() {
                    part.first_error = first_error(std::mem::take(&mut record.findings));
                }
            }
        }
    };
    let worker = scan_with_state(inputs, settings, meter, each, |piece| {
        progress.update(meter);
        match piece {
            ScanItem::Block { input, line_base, counts, value } => {
                let error =
                    value.first_error.map(|error| Diagnostic { line: error.line + line_base, ..error });
                tally.block(input, counts, error);
                arrivals.take(value.arrived);
                bases[input].push(line_base);
                files[input].counts.merge(counts);
                files[input].times.append(value.times);
                misses.merge(&value.misses);
            }
            ScanItem::End { input, error } => {
                files[input].error.clone_from(&error);
                tally.end(&inputs[input], error, &mut progress);
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    // Only now, when those that read are gone.
    parallel::limit(settings.threads);
    let survey = Survey::new(worker, arrivals);
    progress.clear();
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let places = Places { names: inputs.iter().map(name).collect(), bases };
    Ok(Surveyed { survey, files, places, tally, plan, misses })
}
