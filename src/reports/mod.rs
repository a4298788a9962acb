//! The reports, one file each: from what was collected to a sheet. Reports know no format.

mod access;
mod admins;
mod authorization;
mod burst_option;
mod changes;
mod columns;
mod connections;
mod removals;
mod summary;
mod table;
mod visits;
mod working_hours;

use chrono_tz::Tz;

use crate::analysis::calendar::Unit;
use crate::analysis::reach::{Certainty, Doubt, Reach};
use crate::analysis::roster::{Authorization, Roster};
use crate::model::time::Timestamp;
use crate::reports::sheet::Sheet;
use crate::scan::Counts;
use crate::survey::emptiness::without_event;
use crate::survey::file_times::Times;
use crate::survey::{Survey, Wants};

pub use burst_option::Burst;
pub use working_hours::Hours;

/// A report.
pub struct Report {
    /// Name on the command line.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Name and version of its JSON.
    pub schema: &'static str,
    /// What it needs.
    pub wants: Wants,
    /// Flags of its own, besides those that all reports take.
    pub takes: &'static [&'static str],
    /// Makes it.
    pub make: for<'a> fn(&'a ReportInput<'a>) -> Sheet<'a>,
}

/// The summary, which is a command of its own.
pub static SUMMARY: &Report = &summary::REPORT;

/// Every report, the summary included.
pub fn every() -> impl Iterator<Item = &'static Report> {
    std::iter::once(SUMMARY).chain(ALL.iter().copied())
}

/// Every report but the summary.
pub static ALL: &[&Report] = &[
    &changes::REPORT,
    &removals::REPORT,
    &connections::REPORT,
    &admins::REPORT,
    &authorization::REPORT,
    &access::REPORT,
];

/// What a report is made of.
pub struct ReportInput<'a> {
    /// What was collected, in time order.
    pub survey: &'a Survey,
    /// The inputs, by name.
    pub files: &'a [File],
    /// What the user asked for.
    pub options: &'a Options,
    /// By change what the roster says about it, where there is one.
    pub verdicts: Option<Vec<Option<Authorization>>>,
}

/// What is known of an input.
#[derive(Clone, Debug)]
pub struct File {
    /// Its name for people.
    pub name: String,
    /// Its index in the order given.
    pub input: usize,
    /// Its lines.
    pub counts: Counts,
    /// When its events happened.
    pub times: Times,
    /// Why it was not read to its end.
    pub error: Option<String>,
}

/// How a report is to be made.
#[derive(Clone, Debug)]
pub struct Options {
    /// Rows of a ranking, and of lists when it is given.
    pub top: Option<usize>,
    /// What is taken for the present: what is dated later changes no state.
    pub now: Timestamp,
    /// The moment whose posture is asked for.
    pub at: Option<Timestamp>,
    /// What the timeline counts by; what fits when it is not said.
    pub by: Option<Unit>,
    /// Zone of days and hours.
    pub zone: Tz,
    /// Working hours.
    pub hours: Hours,
    /// What a burst is.
    pub burst: Burst,
    /// Who may do what.
    pub roster: Option<Roster>,
    /// The selection as typed, for the notes.
    pub selection: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            top: None,
            now: Timestamp::MAX,
            at: None,
            by: None,
            zone: Tz::UTC,
            hours: Hours::default(),
            burst: Burst::default(),
            roster: None,
            selection: Vec::new(),
        }
    }
}

/// Rows of a ranking unless `--top` says otherwise.
const DEFAULT_TOP: usize = 10;

impl ReportInput<'_> {
    /// Rows of a ranking.
    pub fn top(&self) -> usize {
        self.options.top.unwrap_or(DEFAULT_TOP)
    }

    /// How far the log reaches.
    fn reach(&self) -> Reach {
        Reach::of(self.survey, self.options.now)
    }

    /// The notes every report begins with, if it does not tell of invalid lines elsewhere.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.notes_of_reading();
        match self.files.iter().map(|file| file.counts.invalid).sum::<u64>() {
            0 => {}
            1 => notes.push("1 invalid line is left out; `ssoaudit validate` shows it.".to_owned()),
            more => notes.push(format!("{more} invalid lines were skipped; `ssoaudit validate` shows them.")),
        }
        notes
    }

    /// Why states are only presumed, a sentence for each reason that one of these has.
    pub fn notes_of_doubt(&self, known: impl Iterator<Item = Certainty>) -> Vec<String> {
        let mut doubts: Vec<Doubt> = Vec::new();
        for doubt in known.filter_map(Certainty::doubt) {
            if !doubts.contains(&doubt) {
                doubts.push(doubt);
            }
        }
        let mut notes: Vec<_> =
            doubts.iter().map(|doubt| format!("Where a state is presumed: {}.", doubt.advice())).collect();
        notes.sort();
        notes
    }

    /// What was selected, and what could not be read.
    pub fn notes_of_reading(&self) -> Vec<String> {
        let selection = &self.options.selection;
        let mut notes = Vec::new();
        if !selection.is_empty() {
            notes.push(format!("Shown are events that match {}.", selection.join(" ")));
        }
        let unread = self.files.iter().filter_map(|file| Some((&file.name, file.error.as_ref()?)));
        notes.extend(unread.map(|(name, error)| format!("{name} could not be read to its end: {error}.")));
        let read = self.files.iter().filter(|file| file.error.is_none());
        notes.extend(read.filter_map(|file| {
            let Counts { lines, blank, valid, .. } = file.counts;
            Some(format!("{}: {}", file.name, without_event(lines - blank, valid)?))
        }));
        notes
    }
}

pub mod sheet;
#[cfg(test)]
mod testing;
