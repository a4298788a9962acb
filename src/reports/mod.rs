//! The reports, one file or folder each. A report makes a sheet from a survey and knows no format.

mod access;
mod admins;
mod authorization;
mod burst_option;
mod certificates;
mod changes;
pub mod columns;
mod connections;
pub mod counts;
pub mod differences;
mod impersonation;
pub mod provenance;
mod removals;
pub mod sheet;
pub mod statements;
mod summary;
mod table;
mod visits;
mod working_hours;

use chrono_tz::Tz;

use crate::analysis::calendar::Unit;
use crate::analysis::reach::{Certainty, Doubt, Reach};
use crate::analysis::roster::{Roster, RosterFindings};
use crate::model::redact::NOTICE;
use crate::model::time::Timestamp;
use crate::reports::sheet::Sheet;
use crate::survey::input_facts::unseen_impersonators;
use crate::survey::input_summary::InputSummary;
use crate::survey::{Survey, Wants};

pub use burst_option::Burst;
pub use working_hours::Hours;

/// A report.
pub struct Report {
    /// Name on the command line.
    pub name: &'static str,
    /// A one-line description.
    pub about: &'static str,
    /// Name and version of its JSON.
    pub schema: &'static str,
    /// What the survey must collect for it.
    pub wants: Wants,
    /// The flags it accepts besides those common to all reports.
    pub flags: &'static [&'static str],
    /// Makes the sheet.
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
    &certificates::REPORT,
    &admins::REPORT,
    &impersonation::REPORT,
    &authorization::REPORT,
    &access::REPORT,
];

/// The input of a report.
pub struct ReportInput<'a> {
    /// The survey of the log, in time order.
    pub survey: &'a Survey,
    /// The inputs in the order of their names.
    pub files: &'a [InputSummary],
    /// What the user asked for.
    pub options: &'a Options,
    /// What the roster says; `None` without a roster.
    pub roster: Option<RosterFindings>,
}

/// The options of a report.
#[derive(Clone, Debug)]
pub struct Options {
    /// The maximum number of rows of rankings and lists, if one was asked for.
    pub top: Option<usize>,
    /// The maximum number of rows of lists otherwise.
    pub rows: Option<usize>,
    /// Whether personal values are pseudonyms.
    pub is_redacted: bool,
    /// The present; events dated later change no state.
    pub now: Timestamp,
    /// The moment whose posture is requested.
    pub at: Option<Timestamp>,
    /// The unit of the timeline; if `None`, one is chosen that fits.
    pub by: Option<Unit>,
    /// The time zone of days and hours.
    pub zone: Tz,
    /// Working hours.
    pub hours: Hours,
    /// The definition of a burst.
    pub burst: Burst,
    /// Within how many seconds a certificate expires to be shown; if `None`, all are.
    pub within: Option<u64>,
    /// The roster, which says who has which role.
    pub roster: Option<Roster>,
    /// The selection as typed, for the notes.
    pub selection: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            top: None,
            rows: None,
            is_redacted: false,
            now: Timestamp::MAX,
            at: None,
            by: None,
            zone: Tz::UTC,
            hours: Hours::default(),
            burst: Burst::default(),
            within: None,
            roster: None,
            selection: Vec::new(),
        }
    }
}

/// The maximum number of rows of a ranking without `--top`.
const DEFAULT_TOP: usize = 10;

impl ReportInput<'_> {
    /// The maximum number of rows of a list, if there is one.
    pub fn rows(&self) -> Option<usize> {
        self.options.top.or(self.options.rows)
    }

    /// The maximum number of rows of a ranking.
    pub fn top(&self) -> usize {
        self.options.top.unwrap_or(DEFAULT_TOP)
    }

    /// How far the log reaches.
    fn reach(&self) -> Reach {
        Reach::of(self.survey, self.options.now)
    }

    /// The notes at the beginning of reports that do not cover invalid lines themselves.
    pub fn notes(&self) -> Vec<String> {
        let mut notes = self.reading_notes();
        match self.files.iter().map(|file| file.counts.invalid).sum::<u64>() {
            0 => {}
            1 => notes.push("1 invalid line was skipped; `ssoaudit validate` shows it.".to_owned()),
            more => notes.push(format!("{more} invalid lines were skipped; `ssoaudit validate` shows them.")),
        }
        notes
    }

    /// Notes about what was selected and what could not be read.
    pub fn reading_notes(&self) -> Vec<String> {
        let selection = &self.options.selection;
        let mut notes = Vec::new();
        if !selection.is_empty() {
            notes.push(format!("The events shown match {}.", selection.join(" ")));
        }
        notes.extend(self.options.is_redacted.then(|| NOTICE.to_owned()));
        let unread = self.files.iter().filter_map(|file| Some((&file.name, file.error.as_ref()?)));
        notes.extend(unread.map(|(name, error)| format!("{name} could not be read to its end: {error}.")));
        let read = self.files.iter().filter(|file| file.error.is_none());
        notes.extend(read.filter_map(|file| Some(format!("{}: {}", file.name, file.problem()?))));
        let tables = self.files.iter();
        let unknown = tables.filter_map(|it| unseen_impersonators(&it.name, it.counts.without_impersonators));
        notes.extend(unknown.map(|sentence| format!("{sentence}.")));
        notes
    }
}

/// Why states are only presumed, a sentence for each reason.
fn presumption_notes(certainties: impl Iterator<Item = Certainty>) -> Vec<String> {
    let mut doubts: Vec<Doubt> = Vec::new();
    for doubt in certainties.filter_map(Certainty::doubt) {
        if !doubts.contains(&doubt) {
            doubts.push(doubt);
        }
    }
    let mut notes: Vec<_> =
        doubts.iter().map(|doubt| format!("Where a state is presumed: {}.", doubt.advice())).collect();
    notes.sort();
    notes
}

#[cfg(test)]
mod testing;
