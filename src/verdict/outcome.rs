//! The outcome of a verdict, decided once for all formats and the exit code.

use super::{Verdict, severities};
use crate::survey::emptiness::without_event;

/// The outcome of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing fails the check.
    Passed,
    /// Findings or forbidden lines fail the check.
    Failed,
    /// The check could not be completed: an input was not read to its end, none of its lines is an event, or no event
    /// is selected.
    Incomplete,
}

impl Outcome {
    /// The names of all outcomes.
    pub const NAMES: [&'static str; 3] = ["passed", "failed", "incomplete"];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

impl Verdict<'_> {
    /// Decides the outcome. Incomplete evidence takes precedence over findings.
    pub(super) fn decide(&self) -> Outcome {
        if self.unusable().next().is_some() || self.lacks_event().is_some() {
            Outcome::Incomplete
        } else if self.forbidden_lines() > 0 || self.findings.iter().any(|finding| self.fails(finding)) {
            Outcome::Failed
        } else {
            Outcome::Passed
        }
    }

    /// A sentence for each reason, other than findings, that keeps the check from passing.
    pub fn errors(&self) -> Vec<String> {
        let lacks_event = self.lacks_event().map(|why| format!("{why}; --allow-empty lets that pass"));
        let forbidden = match self.forbidden_lines() {
            0 => None,
            1 => Some("1 line is invalid, and --strict forbids that".to_owned()),
            more => Some(format!("{more} lines are invalid, and --strict forbids that")),
        };
        self.unusable().chain(lacks_event).chain(forbidden).collect()
    }

    fn unread(&self) -> impl Iterator<Item = String> {
        self.run.inputs.iter().filter_map(|input| {
            let error = input.error.as_ref()?;
            Some(format!("{} could not be read to its end: {error}", input.name))
        })
    }

    /// Inputs that have lines but no events, so that they are no logs. `--allow-empty` does not excuse these.
    fn eventless(&self) -> impl Iterator<Item = String> {
        self.run.inputs.iter().filter(|input| input.error.is_none()).filter_map(|input| {
            let why = without_event(input.lines, input.valid)?;
            Some(format!("{}: {why}", input.name))
        })
    }

    fn unusable(&self) -> impl Iterator<Item = String> {
        self.unread().chain(self.eventless())
    }

    /// Says why there is no event to judge. Unusable inputs are reported instead, as they may have had events.
    fn lacks_event(&self) -> Option<&'static str> {
        let run = &self.run;
        let lacks_event = run.needs_event && run.selected == 0 && self.unusable().next().is_none();
        let has_selection = run.inputs.iter().any(|input| input.valid > 0);
        lacks_event.then_some(match has_selection {
            true => "the selection keeps no event, so there is none to judge",
            false => "there is no event to judge",
        })
    }

    fn forbidden_lines(&self) -> u64 {
        if self.run.is_strict { self.run.inputs.iter().map(|input| input.invalid).sum() } else { 0 }
    }

    /// The verdict in one line: what decided it, the counts of other findings, and how many events no rule could
    /// judge.
    pub fn line(&self) -> String {
        let counts = self.counts();
        let others = [
            (counts.open() - self.failing(), "below it"),
            (counts.with_status(1), "planned"),
            (counts.with_status(2), "suppressed"),
            (counts.with_status(3), "in the baseline"),
        ];
        let others = others.iter().filter(|(count, _)| *count > 0);
        let others: Vec<_> = others.map(|(count, what)| format!("{count} {what}")).collect();
        let others = (!others.is_empty()).then(|| others.join(", "));
        let unknown = match self.run.unknown_actions {
            0 => None,
            1 => Some("1 event has an unknown action, which no rule could judge".to_owned()),
            more => Some(format!("{more} events have unknown actions, which no rule could judge")),
        };
        let parts: Vec<_> = self.grounds().into_iter().chain(others).chain(unknown).collect();
        format!("{}: {}", self.outcome.name(), parts.join("; "))
    }

    /// The count of findings that fail the check.
    fn failing(&self) -> u64 {
        let bad = severities().filter(|severity| *severity >= self.run.fail_on);
        bad.map(|severity| self.counts().of(0, severity)).sum()
    }

    fn grounds(&self) -> Vec<String> {
        let counts = self.counts();
        let unread = match self.unread().count() {
            0 => None,
            1 => Some("1 input could not be read to its end".to_owned()),
            more => Some(format!("{more} inputs could not be read to their end")),
        };
        let eventless = match self.eventless().count() {
            0 => None,
            1 => Some("1 input has lines but no event".to_owned()),
            more => Some(format!("{more} inputs have lines but no event")),
        };
        let lacks_event = self.lacks_event().map(str::to_owned);
        let forbidden = match self.forbidden_lines() {
            0 => None,
            1 => Some("1 invalid line (--strict)".to_owned()),
            more => Some(format!("{more} invalid lines (--strict)")),
        };
        let least = self.run.fail_on.name();
        let bad = severities().filter(|at| *at >= self.run.fail_on && counts.of(0, *at) > 0);
        let bad: Vec<_> = bad.map(|at| format!("{} {}", counts.of(0, at), at.name())).collect();
        let found = match self.failing() {
            0 => format!("no finding at or above {least}"),
            1 => format!("1 finding at or above {least} ({})", bad.join(", ")),
            more => format!("{more} findings at or above {least} ({})", bad.join(", ")),
        };
        [unread, eventless, lacks_event, forbidden, Some(found)].into_iter().flatten().collect()
    }
}
