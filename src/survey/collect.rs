//! One pass over the inputs that collects everything for summaries, reports and checks.

use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::{Result, bail};
use chrono_tz::Tz;

use crate::model::diagnostic::{Diagnostic, Level};
use crate::model::scopes;
use crate::model::scopes::Scopes;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reader::Digests;
use crate::scan::histories::{Extent, Histories};
use crate::scan::order::ScanItem;
use crate::scan::record::Fold;
use crate::scan::{BlockId, LineRef, Record, ScanJob, scan_with_state};
use crate::survey::emptiness::{Display, Misses, Watch};
use crate::survey::file_times::Times;
use crate::survey::histories::{add_invalid_lines, expand, latest};
use crate::survey::input_summary::InputSummary;
use crate::survey::line_numbers::LineNumbers;
use crate::survey::origins::renumber;
use crate::survey::{Arrivals, Arrived, EventLine, InvalidLine, Plan, Survey, WorkerSurvey};

/// The result of one pass.
pub struct Collected {
    /// Counts, changes, visits and whatever else was planned.
    pub survey: Survey,
    /// The inputs, sorted by name.
    pub inputs: Vec<InputSummary>,
    /// Locates lines in the inputs.
    pub lines: LineNumbers,
    plan: Arc<Plan>,
    misses: Misses,
}

impl Collected {
    /// Why no event was selected, or `None` if one was, or if a problem of an input explains it.
    pub fn why_empty(&self, zone: Tz) -> Option<String> {
        let valid = self.inputs.iter().map(|input| input.counts.valid).sum();
        let is_explained = valid == 0 && self.inputs.iter().any(|input| input.problem().is_some());
        let display = Display { zone, is_private: self.plan.redactor.is_some() };
        (self.survey.selected == 0 && !is_explained)
            .then(|| self.misses.explain(&self.plan.select, valid, display))
    }
}

/// The progress of a pass.
pub enum Progress<'a> {
    /// A block was read.
    Block,
    /// An input was read to its end, or as far as it could be.
    InputEnd(&'a InputSummary),
}

/// What is kept of a block outside of the survey, because it depends on the order of lines.
#[derive(Default)]
struct BlockPart {
    times: Times,
    first_error: Option<Diagnostic>,
    arrived: Arrived,
    misses: Misses,
}

impl Fold for BlockPart {
    fn weight(&self) -> usize {
        self.arrived.weight()
    }
}

/// Goes over the inputs, collects what is planned, and reports the progress.
pub fn collect(job: &ScanJob<'_>, plan: Plan, mut progress: impl FnMut(Progress<'_>)) -> Result<Collected> {
    let plan = Arc::new(Plan { inputs: job.inputs.iter().map(|input| input.name.clone()).collect(), ..plan });
    let histories = Histories::among(job.inputs);
    let is_early = |time: Timestamp| plan.now.is_none_or(|now| time <= now);
    // What was in the future when it was collected may not be now, and then names of others count. What can be read only
    // once cannot be read again if nothing is selected.
    let are_files = job.inputs.iter().all(|input| !input.is_live());
    let extent = if are_files && histories.collected().all(|input| is_early(latest(input))) {
        plan.wants.extent()
    } else {
        Extent::All
    };
    if extent == Extent::All || histories.is_empty() {
        return pass(job, &plan, (&histories, Extent::All), &mut progress);
    }
    let mut ends = Vec::new();
    let collected = pass(job, &plan, (&histories, extent), &mut |step| match step {
        Progress::Block => progress(step),
        Progress::InputEnd(summary) => ends.push(summary.clone()),
    })?;
    if collected.survey.selected == 0 {
        // Only all events tell whether some would have been selected, and why none was.
        return pass(job, &plan, (&histories, Extent::All), &mut progress);
    }
    ends.iter().for_each(|summary| progress(Progress::InputEnd(summary)));
    Ok(collected)
}

/// Goes over the inputs once.
fn pass(
    job: &ScanJob<'_>,
    plan: &Arc<Plan>,
    (histories, extent): (&Histories, Extent),
    progress: &mut impl FnMut(Progress<'_>),
) -> Result<Collected> {
    let inputs = (0..).zip(job.inputs);
    let summary = inputs.map(|(index, input)| InputSummary {
        name: input.name.clone(),
        index,
        ..InputSummary::default()
    });
    let mut inputs: Vec<_> = summary.collect();
    let mut lines = LineNumbers::new(inputs.iter().map(|input| input.name.clone()).collect());
    let (mut arrivals, mut misses) = (Arrivals::default(), Misses::default());
    let settings = histories.settings(job, extent);
    // Only rules look at warnings.
    let settings = if plan.wants.anomalies.is_none() { settings.errors_only() } else { settings };
    let job = &ScanJob { settings, ..*job };
    let mut workers = scan_with_state(job, add_record(Arc::clone(plan)), |item| {
        match item {
            ScanItem::Block { input, line_base, counts, mut value } => {
                progress(Progress::Block);
                lines.add_block(input, line_base);
                arrivals.take(std::mem::take(&mut value.arrived));
                misses.merge(&value.misses);
                inputs[input].add((counts, value.times), value.first_error, line_base);
            }
            ScanItem::End { input, error } => {
                inputs[input].error = error;
                // If it is a history, others take its place; now it has to be told how it is.
                inputs[input].counts.merge(histories.invalid_lines(input));
                progress(Progress::InputEnd(&inputs[input]));
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    // Only now, as the threads of the scan are gone.
    parallel::limit(job.settings.threads);
    let unjudged = plan.select.unjudged().or_else(|| scopes::unjudged(&plan.conditions));
    unjudged.map_or(Ok(()), |problem| bail!(problem))?;
    let has = [0, 1].map(|known| workers.iter().any(|worker| worker.has_known[known]));
    check_comparable(has, settings.reading.digests)?;
    if let Some(worker) = workers.first_mut() {
        add_invalid_lines(histories, worker, plan);
    }
    renumber(&mut workers, &mut lines);
    let survey = Survey::new(workers, arrivals);
    let mut inputs = expand(histories, inputs);
    inputs.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Collected { survey, inputs, lines, plan: Arc::clone(plan), misses })
}

/// Events whose digest is known cannot be compared with others, unless reading wanted digests of all. `has` tells whether
/// there are others, and whether there are such.
pub fn check_comparable(has: [bool; 2], digests: Digests) -> Result<()> {
    if digests == Digests::Unwanted && has == [true, true] {
        bail!(
            "normalized events stand between others in an input that begins with others, so it is not known which are the \
             same; give them in a file of their own"
        );
    }
    Ok(())
}

/// What a worker does with each line.
fn add_record(plan: Arc<Plan>) -> impl Fn(&mut WorkerSurvey, BlockId, &mut BlockPart, &mut Record<'_>) {
    let watch = Watch::default();
    move |worker, block, part, record| {
        let place = LineRef { block, line: u32::try_from(record.line).unwrap_or(u32::MAX) };
        let diagnostics = &record.diagnostics;
        let Some(event) = &record.event else {
            worker
                .add_invalid_line(&InvalidLine { raw: record.raw, error: diagnostics.first(), place }, &plan);
            if part.first_error.is_none() {
                let mut errors = diagnostics.iter().filter(|it| it.code.level == Level::Error);
                part.first_error = errors.next().cloned();
            }
            return;
        };
        part.times.add(event.time);
        let scopes = match part.misses.matches(&plan.select, event, &watch) {
            true => Scopes::of_selected(event, &plan.conditions),
            false => Scopes::NONE,
        };
        let place = worker.origins.place_of(event).unwrap_or(place);
        worker.add(&EventLine { event, diagnostics, place, scopes }, &mut part.arrived, &plan);
    }
}
