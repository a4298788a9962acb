//! Statistics of a validated file: counts, events by action, time range, drift.
//!
//! Each block is folded into a part, and parts are merged in order, so a file of any size needs little
//! memory.

use std::collections::BTreeMap;

use crate::model::diagnostic::{CODES, Code, Diagnostic, Level, UNKNOWN_FIELD};
use crate::scan::record::Fold;
use crate::scan::{Counts, Record};
use crate::survey::file_times::Times;

/// The diagnostics and facts of a block.
#[derive(Default)]
pub struct Part {
    diagnostics: Vec<Diagnostic>,
    facts: Facts,
}

impl Fold for Part {
    fn weight(&self) -> usize {
        const DIAGNOSTIC_BYTES: usize = size_of::<Diagnostic>() + 256;
        self.diagnostics.len() * DIAGNOSTIC_BYTES
    }
}

/// The statistics of a file so far.
#[derive(Default)]
pub struct FileReport {
    /// The counts of its lines.
    pub counts: Counts,
    /// How many diagnostics were returned to be shown.
    pub shown: usize,
    /// What was counted in its lines.
    pub facts: Facts,
}

/// Counts that do not need the lines.
#[derive(Default)]
pub struct Facts {
    /// Diagnostics by code, in the order of [`CODES`].
    by_code: BTreeMap<usize, u64>,
    /// Events by source and action.
    by_action: BTreeMap<&'static str, BTreeMap<String, u64>>,
    /// Undocumented fields and values.
    pub drift: BTreeMap<UnknownUse, u64>,
    /// How many uses of undocumented fields and values are not in `drift`, as there are too many.
    pub more_drift: u64,
    /// When its events happened.
    pub times: Times,
}

/// An undocumented field or value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnknownUse {
    /// Field path with list indices left out: `targets[].name`.
    pub path: String,
    /// The value, or `None` if the field itself is undocumented.
    pub value: Option<String>,
}

/// The maximum number of actions and of drift entries that are counted one by one. Others are counted
/// together.
const MAX_ENTRIES: usize = 1000;

/// What to keep of each line.
#[derive(Clone, Copy)]
pub struct Keep {
    /// The maximum number of diagnostics in a part.
    pub diagnostics: usize,
    /// Whether to count undocumented fields and values.
    pub drift: bool,
}

impl Part {
    /// Adds a line.
    pub fn add(&mut self, record: &mut Record<'_>, keep: Keep) {
        if let Some(event) = &record.event {
            let action = event.action();
            count(self.facts.by_action.entry(event.source).or_default(), &action, 1);
            self.facts.times.add(event.time);
        }
        for diagnostic in record.diagnostics.drain(..) {
            self.facts.diagnostic(&diagnostic, keep);
            if self.diagnostics.len() < keep.diagnostics {
                self.diagnostics.push(diagnostic);
            }
        }
    }
}

impl FileReport {
    /// Adds the next part and returns as many of its diagnostics as there is room for.
    pub fn add(&mut self, part: Part, counts: Counts, room: usize) -> Vec<Diagnostic> {
        self.counts.merge(counts);
        self.facts.merge(part.facts);
        let mut diagnostics = part.diagnostics;
        diagnostics.truncate(room);
        self.shown += diagnostics.len();
        diagnostics
    }

    /// Adds another file.
    pub fn merge(&mut self, other: Self) {
        self.counts.merge(other.counts);
        self.shown += other.shown;
        let mut times = self.facts.times;
        times.merge(other.facts.times);
        self.facts.merge(other.facts);
        self.facts.times = times;
    }

    /// The number of diagnostics of a level.
    pub fn found(&self, level: Level) -> u64 {
        self.by_code().filter(|(code, _)| code.level == level).map(|(_, count)| count).sum()
    }

    /// The number of diagnostics of each code, errors first.
    pub fn by_code(&self) -> impl Iterator<Item = (&'static Code, u64)> {
        self.facts.by_code.iter().map(|(index, count)| (CODES[*index], *count))
    }

    /// The number of diagnostics that were not shown.
    pub fn hidden(&self) -> u64 {
        self.facts.by_code.values().sum::<u64>() - self.shown as u64
    }
}

impl Facts {
    /// The number of events of each source and action.
    pub fn events(&self) -> impl Iterator<Item = (&'static str, &str, u64)> {
        self.by_action.iter().flat_map(|(source, actions)| {
            actions.iter().map(|(action, count)| (*source, action.as_str(), *count))
        })
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic, keep: Keep) {
        let index = CODES.iter().position(|code| *code == diagnostic.code).expect("every code is listed");
        *self.by_code.entry(index).or_default() += 1;
        let is_unknown =
            diagnostic.code.level != Level::Error && diagnostic.code.name.starts_with("unknown-");
        if keep.drift && is_unknown {
            let value = diagnostic.found.clone().filter(|_| *diagnostic.code != UNKNOWN_FIELD);
            self.drifted(UnknownUse { path: without_indices(&diagnostic.path), value }, 1);
        }
    }

    fn drifted(&mut self, drift: UnknownUse, times: u64) {
        if self.drift.len() < MAX_ENTRIES || self.drift.contains_key(&drift) {
            *self.drift.entry(drift).or_default() += times;
        } else {
            self.more_drift += times;
        }
    }

    fn merge(&mut self, other: Self) {
        for (index, count) in other.by_code {
            *self.by_code.entry(index).or_default() += count;
        }
        for (source, actions) in other.by_action {
            let by_action = self.by_action.entry(source).or_default();
            actions.iter().for_each(|(action, times)| count(by_action, action, *times));
        }
        for (drift, times) in other.drift {
            self.drifted(drift, times);
        }
        self.more_drift += other.more_drift;
        self.times.append(other.times);
    }
}

fn count(by_action: &mut BTreeMap<String, u64>, action: &str, times: u64) {
    if let Some(count) = by_action.get_mut(action) {
        *count += times;
        return;
    }
    let action = if by_action.len() < MAX_ENTRIES { action } else { "…" };
    *by_action.entry(action.to_owned()).or_default() += times;
}

/// `targets[3].name` as `targets[].name`.
fn without_indices(path: &str) -> String {
    let mut general = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, bracket)) = rest.split_once('[') {
        general.push_str(before);
        general.push('[');
        rest = bracket.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    general.push_str(rest);
    general
}
