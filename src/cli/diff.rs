//! `ssoaudit diff`: what a newer export adds to an older one, lacks and contradicts.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::slice;
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};

use crate::analysis::comparison::events::{Difference, EventSet, OneSided, Side, difference};
use crate::analysis::comparison::{new_admins, states_that_differ};
use crate::cli::ExitStatus;
use crate::cli::args::{HELP, InputArgs, SelectArgs};
use crate::cli::input_facts::{facts_of, meter_for};
use crate::cli::input_status::InputStatus;
use crate::cli::messages;
use crate::cli::organization_ids::resolve_names_to_ids;
use crate::cli::sheet_output::SheetArgs;
use crate::cli::survey::collect;
use crate::cli::terminal::Terminal;
use crate::input::{self, Input, Meter, Place};
use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::redact::Redactor;
use crate::model::selection::Selection;
use crate::model::time::Timestamp;
use crate::output::check_no_overwrite;
use crate::reports::differences::{Differences, sheet};
use crate::reports::provenance::Provenance;
use crate::reports::sheet::Sheet;
use crate::reports::{Options, ReportInput};
use crate::scan::histories::{Extent, Histories};
use crate::scan::order::ScanItem;
use crate::scan::record::Fold;
use crate::scan::{BlockId, Record, ScanJob, Settings, scan_with_state};
use crate::survey::collect::{Collected, check_comparable};
use crate::survey::duplicates::{ContentHashes, EventKey};
use crate::survey::{Plan, Ranges, Wants};

/// Arguments of `diff`.
#[derive(Debug, Args)]
#[command(help_template = HELP, override_usage = "ssoaudit diff [OPTIONS] OLD NEW")]
#[command(before_help = "\
Examples:
  ssoaudit diff january.ndjson january-again.ndjson   did somebody edit the log
  ssoaudit diff q1/ q2/                               what changed since the last review
  ssoaudit diff --exit-status=edits old.ndjson new.ndjson && echo unchanged
  ssoaudit diff --section events --format csv old/ new/
")]
#[command(
    after_help = "Exit status: 0 done, 1 there is a difference (with --exit-status) or an invalid line (with --strict), \
2 could not compare."
)]
pub struct Diff {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    select: SelectArgs,
    /// Exit with 1 when there is a difference; =edits when an event was altered, is missing or was inserted
    #[arg(long, value_name = "WHICH", num_args = 0..=1, require_equals = true, default_missing_value = "any", help_heading = "Output")]
    exit_status: Option<Which>,
    #[command(flatten)]
    sheet: SheetArgs,
}

/// Which differences count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Which {
    /// All of them.
    Any,
    /// Events that one log should have but lacks, or has with other content.
    Edits,
}

/// Both logs.
struct Logs {
    /// The inputs of the older one, then those of the newer one.
    inputs: Vec<Input>,
    /// How many inputs the older one has.
    old: usize,
}

impl Logs {
    fn side(&self, side: Side) -> &[Input] {
        let (old, new) = self.inputs.split_at(self.old);
        if side == Side::Old { old } else { new }
    }
}

/// What the first pass finds: the keys of the events of both logs.
#[derive(Default)]
struct Keys {
    keys: [Vec<EventKey>; 2],
    hashes: ContentHashes,
    /// Whether it met events whose digest is not known, and whether it met others.
    has_digest: [bool; 2],
}

/// What the second pass finds in a block.
#[derive(Default)]
struct Found {
    events: Vec<OneSided>,
    outside: Vec<(Side, u64)>,
}

impl Fold for Found {
    fn weight(&self) -> usize {
        self.events.len() * size_of::<OneSided>() + self.outside.len() * size_of::<(Side, u64)>()
    }
}

/// What both passes need.
struct Comparison {
    select: Selection,
    redactor: Option<Redactor>,
    old_inputs: usize,
}

impl Diff {
    /// Refuses a format that the terminal cannot show.
    pub fn check_format(&self, terminal: Terminal) -> Result<()> {
        self.sheet.format(terminal).map(drop)
    }

    /// Runs the command.
    pub fn run(&self, terminal: Terminal) -> Result<ExitStatus> {
        let format = self.sheet.format(terminal)?;
        let (zone, now) = (self.select.times.zone()?, self.select.times.now()?);
        let mut select = self.select.select()?;
        let logs = self.logs(terminal)?;
        let output = self.sheet.output.open(format.name, &logs.inputs, terminal)?;
        check_no_overwrite(slice::from_ref(&output), &[self.sheet.redact.key()])?;
        self.select.warn(terminal);
        resolve_names_to_ids(&mut select, &logs.inputs, self.input.settings())?;
        let redactor = self.sheet.redact.redactor(terminal)?;
        let job = ScanJob { inputs: &logs.inputs, settings: self.input.settings(), meter: &Meter::default() };
        let settings = Histories::among(&logs.inputs).settings(&job, Extent::All).errors_only();
        let meters = [meter_for(format.name), meter_for(format.name)];
        let (old, old_status) = self.survey(&logs, (Side::Old, settings, now, &meters[0]), terminal)?;
        let (new, new_status) = self.survey(&logs, (Side::New, settings, now, &meters[1]), terminal)?;
        let old_inputs = logs.old;
        let comparison = Arc::new(Comparison { select, redactor, old_inputs });
        let sets = keys(&logs, settings, &comparison)?;
        let ranges = [covered(&old), covered(&new)];
        let mut differences = events(&logs, settings, &comparison, (sets, ranges))?;
        (differences.connections, differences.organizations) =
            states_that_differ(&old.survey, &new.survey, now);
        differences.admins = new_admins(&old.survey, &new.survey);
        differences.ranges = [old.survey.range, new.survey.range];
        differences.notes = self.notes(&comparison, [&old, &new]);
        comparison.redactor.iter().for_each(|redactor| redact(&mut differences, redactor));
        let provenance = Provenance {
            made: now,
            inputs: [facts_of(&old.inputs, &meters[0]), facts_of(&new.inputs, &meters[1])].concat(),
            selection: selection(&comparison),
            reading: self.input.reading(),
            others: Vec::new(),
            is_redacted: comparison.redactor.is_some(),
        };
        let sheet = Sheet { provenance: Some(provenance), ..sheet(&differences) };
        self.sheet.print(sheet, output, (format, &self.sheet.render_options(terminal, zone)))?;
        for (status, side) in [(&old_status, Side::Old), (&new_status, Side::New)] {
            status.warn(logs.side(side), comparison.redactor.as_ref(), terminal);
        }
        if let Some(problem) = comparison.select.unjudged() {
            bail!(problem);
        }
        let is_strict = self.input.strict && (old_status.counts.invalid + new_status.counts.invalid) > 0;
        let is_found = match self.exit_status {
            Some(Which::Any) => !differences.is_empty(),
            Some(Which::Edits) => !differences.edits.is_empty(),
            None => false,
        };
        let exit = if is_strict || is_found { ExitStatus::Findings } else { ExitStatus::Done };
        Ok(old_status.exit_status(new_status.exit_status(exit)))
    }

    /// The two logs that were named.
    fn logs(&self, terminal: Terminal) -> Result<Logs> {
        let [old, new] = self.input.paths.as_slice() else {
            bail!("diff compares two exports; name the older file or directory, then the newer one");
        };
        if [old, new].iter().any(|path| path.as_os_str() == "-") {
            bail!(
                "diff reads its inputs more than once, so it cannot read standard input; write it to a file"
            );
        }
        let (mut inputs, mut passed_over) = input::collect(slice::from_ref(old));
        let old = inputs.len();
        let (newer, others) = input::collect(slice::from_ref(new));
        inputs.extend(newer);
        passed_over.extend(others);
        for others in passed_over {
            let print = if others.may_hold_events { messages::warning } else { messages::note };
            print(&others.message(), terminal.message_style());
        }
        let is_there = |input: &Input| matches!(&input.place, Place::File(path) if path.exists());
        if let Some(input) = inputs.iter().find(|input| input.is_live() && is_there(input)) {
            bail!("diff reads its inputs more than once, and {} can be read once only", input.name);
        }
        Ok(Logs { inputs, old })
    }

    /// What one log says of connections, organizations and actors.
    fn survey(
        &self,
        logs: &Logs,
        (side, settings, now, meter): (Side, Settings, Timestamp, &Meter),
        terminal: Terminal,
    ) -> Result<(Collected, InputStatus)> {
        let mut select = self.select.select()?;
        resolve_names_to_ids(&mut select, &logs.inputs, self.input.settings())?;
        let wants = Wants { changes: true, counts: true, ..Wants::NOTHING };
        let plan = Plan { select, wants, now: Some(now), ..Plan::default() };
        collect(&ScanJob { inputs: logs.side(side), settings, meter }, plan, terminal)
    }

    fn notes(&self, comparison: &Comparison, sides: [&Collected; 2]) -> Vec<String> {
        let selection = selection(comparison);
        let mut notes = Vec::new();
        for (at, collected) in sides.into_iter().enumerate() {
            let selection = if at == 0 { selection.clone() } else { Vec::new() };
            let is_redacted = comparison.redactor.is_some() && at == 0;
            let options = Options { selection, is_redacted, ..Options::default() };
            let (survey, files) = (&collected.survey, &*collected.inputs);
            notes.extend(ReportInput { survey, files, options: &options, roster: None }.notes());
        }
        notes
    }
}

/// The selection as typed, without what is personal if that is wanted.
fn selection(comparison: &Comparison) -> Vec<String> {
    let is_private = comparison.redactor.is_some();
    if is_private { comparison.select.redacted_flags() } else { comparison.select.flags() }
}

/// The time that each source's log covers. A log that was not read to its end may have any event, and covers nothing.
fn covered(log: &Collected) -> Ranges {
    let is_whole = log.inputs.iter().all(|input| input.error.is_none());
    if is_whole { log.survey.ranges.clone() } else { Ranges::default() }
}

/// Scans both logs, and finds the keys of their events.
fn keys(logs: &Logs, settings: Settings, comparison: &Arc<Comparison>) -> Result<[EventSet; 2]> {
    let shared = Arc::clone(comparison);
    let each = move |found: &mut Keys, block: BlockId, _: &mut Found, record: &mut Record<'_>| {
        let Some(event) = record.event.filter(|event| shared.select.matches(event)) else { return };
        let key = EventKey::of(&event, &mut found.hashes);
        found.has_digest[usize::from(key.has_digest)] = true;
        found.keys[usize::from(block.input as usize >= shared.old_inputs)].push(key);
    };
    let job = ScanJob { inputs: &logs.inputs, settings, meter: &Meter::default() };
    let mut workers = scan_with_state(&job, each, |_| Ok(ControlFlow::Continue(())))?;
    let has = [0, 1].map(|digest| workers.iter().any(|worker| worker.has_digest[digest]));
    check_comparable(has, settings.reading.digests)?;
    Ok([0, 1].map(|side| EventSet::of(workers.iter_mut().flat_map(|worker| worker.keys[side].drain(..)))))
}

/// Scans both logs again, and finds what is told of the events that only one of them has.
fn events(
    logs: &Logs,
    settings: Settings,
    comparison: &Arc<Comparison>,
    (sets, ranges): ([EventSet; 2], [Ranges; 2]),
) -> Result<Differences> {
    let counts = [&sets[0], &sets[1]].map(|set| set.len() as u64);
    let shared = Arc::clone(comparison);
    let each =
        move |hashes: &mut ContentHashes, block: BlockId, found: &mut Found, record: &mut Record<'_>| {
            let Some(event) = record.event.filter(|event| shared.select.matches(event)) else { return };
            let is_new = block.input as usize >= shared.old_inputs;
            let (side, other) = if is_new { (Side::New, 0) } else { (Side::Old, 1) };
            let key = EventKey::of(&event, hashes);
            match difference((&event, key), side, (&sets[other], &ranges[other])) {
                Some(Difference::Outside) => found.outside.push((side, key.content)),
                Some(difference) => {
                    let origin = event.origin();
                    let shown = Event { redactor: shared.redactor.as_ref(), ..event };
                    let mut told =
                        OneSided { side, line: record.line, ..OneSided::of(&shown, key, difference) };
                    if let Some(origin) = origin {
                        (told.file, told.line) = (origin.input.into_owned(), origin.line);
                    }
                    found.events.push(told);
                }
                None => {}
            }
        };
    let job = ScanJob { inputs: &logs.inputs, settings, meter: &Meter::default() };
    let (mut edits, mut outside) = (Vec::new(), HashSet::new());
    scan_with_state(&job, each, |item| {
        if let ScanItem::Block { input, line_base, value, .. } = item {
            outside.extend(value.outside);
            edits.extend(value.events.into_iter().map(|mut event| {
                if event.file.is_empty() {
                    event.file.clone_from(&logs.inputs[input].name);
                    event.line += line_base;
                }
                event
            }));
        }
        Ok(ControlFlow::Continue(()))
    })?;
    // What was delivered twice is told once, at the first place.
    edits.sort();
    let mut told = HashSet::new();
    edits.retain(|event: &OneSided| told.insert((event.side, event.content)));
    let outside =
        [Side::Old, Side::New].map(|side| outside.iter().filter(|(of, _)| *of == side).count() as u64);
    let own = edits.iter().filter(|event| event.side == Side::Old).count() as u64;
    let common = counts[0].saturating_sub(outside[0] + own);
    Ok(Differences { events: counts, common, outside, edits, ..Differences::default() })
}

/// Replaces what is personal in what the surveys tell; events are told with pseudonyms already.
fn redact(differences: &mut Differences, redactor: &Redactor) {
    let redacted = |attribute: Attribute, text: &mut Option<String>| {
        *text = text.take().map(|text| redactor.redact(attribute, text.into()).into_owned());
    };
    for admin in &mut differences.admins {
        redacted(Attribute::ActorId, &mut admin.id);
        redacted(Attribute::ActorName, &mut admin.name);
        redacted(Attribute::ActorEmail, &mut admin.email);
    }
    for organization in &mut differences.organizations {
        redacted(Attribute::OrganizationName, &mut organization.name);
    }
}
