//! Explains why there is nothing to show: files without an event, selections without a match.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono_tz::Tz;

use crate::model::event::Event;
use crate::model::operation::Operation;
use crate::model::selection::{Clause, Selection, Test};
use crate::model::time::Timestamp;
use crate::text::plural::counted;

/// What is wrong with a file that has lines, not counting blank ones, but no valid event.
pub fn without_event(lines: u64, valid: u64) -> Option<String> {
    match (lines, valid) {
        (0, _) | (_, 1..) => None,
        (1, 0) => Some("its only line is not an event; is this an export?".to_owned()),
        (more, 0) => Some(format!("none of its {more} lines is an event; is this an export?")),
    }
}

/// The explanation when no input has an event.
pub const NO_EVENT: &str = "there is no event in the input";

/// How an explanation is displayed.
#[derive(Clone, Copy, Debug)]
pub struct Display {
    /// The time zone.
    pub zone: Tz,
    /// Whether values that may be personal are left out.
    pub is_private: bool,
}

/// Shared by all workers: once any event matched, nobody will ask for misses, and counting them stops.
#[derive(Debug, Default)]
pub struct Watch(AtomicBool);

impl Watch {
    /// Whether anything matched so far.
    #[inline]
    pub fn has_match(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Counts why events do not match a selection.
#[derive(Debug, Default)]
pub struct Misses {
    /// For each clause, how many events it matches on its own.
    kept: Vec<u64>,
    /// The times of the earliest and the latest event.
    range: Option<(Timestamp, Timestamp)>,
    shapes: KnownShapes,
}

/// Which shapes a selection excludes whatever the values of a line are, each at a place that follows from its number.
#[derive(Debug, Default)]
struct KnownShapes(Vec<(u64, Operation, bool)>);

/// How many shapes are known at once; further ones take the place of others.
const SHAPES: usize = 1 << 8;

impl KnownShapes {
    /// Whether no event of this shape with this operation matches.
    #[inline]
    fn exclude(&mut self, select: &Selection, event: &Event<'_>) -> bool {
        let shape = event.fields.index.shape;
        if shape.number == 0 || select.invert {
            return false;
        }
        let at = shape.number as usize % SHAPES;
        if let Some((number, operation, is_excluded)) = self.0.get(at)
            && (*number, *operation) == (shape.number, event.operation)
        {
            return *is_excluded;
        }
        let fails = |clause: &Clause| clause.test.is_about(shape) && !clause.test.holds(event);
        let is_excluded = select.clauses.iter().any(fails);
        self.0.resize(SHAPES, (0, Operation::Other, false));
        self.0[at] = (shape.number, event.operation, is_excluded);
        is_excluded
    }
}

impl Misses {
    /// Whether the selection matches the event, which is counted.
    #[inline]
    pub fn matches(&mut self, select: &Selection, event: &Event<'_>, watch: &Watch) -> bool {
        if watch.has_match() {
            if select.clauses.is_empty() {
                return !select.invert;
            }
            return !self.shapes.exclude(select, event) && select.matches(event);
        }
        self.kept.resize(select.clauses.len(), 0);
        let mut holds_all = true;
        for (clause, kept) in select.clauses.iter().zip(&mut self.kept) {
            let holds = clause.test.holds(event);
            *kept += u64::from(holds);
            holds_all &= holds;
        }
        self.stretch((event.time, event.time));
        let matches = holds_all != select.invert;
        if matches {
            watch.0.store(true, Ordering::Relaxed);
        }
        matches
    }

    /// Adds the counts of another block.
    pub fn merge(&mut self, other: &Self) {
        self.kept.resize(self.kept.len().max(other.kept.len()), 0);
        for (sum, kept) in self.kept.iter_mut().zip(&other.kept) {
            *sum += kept;
        }
        other.range.into_iter().for_each(|range| self.stretch(range));
    }

    fn stretch(&mut self, (from, to): (Timestamp, Timestamp)) {
        let (first, last) = self.range.unwrap_or((from, to));
        self.range = Some((first.min(from), last.max(to)));
    }

    /// Why none of `events` events matched.
    pub fn explain(&self, select: &Selection, events: u64, Display { zone, is_private }: Display) -> String {
        let Some((first, last)) = self.range.filter(|_| events > 0) else {
            return NO_EVENT.to_owned();
        };
        let none = format!("0 of {} match", counted(events, "event"));
        if select.invert {
            return format!("{none}; --invert-match keeps what the other flags do not, and they keep all");
        }
        let flags = if is_private { select.redacted_flags() } else { select.flags() };
        let clauses: Vec<_> = select.clauses.iter().zip(&flags).zip(&self.kept).collect();
        let of_time = clauses.iter().filter(|(_, kept)| **kept == 0).filter_map(|((clause, flag), _)| {
            match clause.test {
                Test::Since(_) => Some(format!("the log ends {}, before {flag}", last.rfc3339(zone))),
                Test::Until(_) => Some(format!("the log begins {}, not before {flag}", first.rfc3339(zone))),
                _ => None,
            }
        });
        let of_time: Vec<_> = of_time.collect();
        match clauses[..] {
            _ if !of_time.is_empty() => format!("{none}; {}", of_time.join(", and ")),
            [((_, flag), _)] => format!("{none} {flag}"),
            _ => {
                let alone: Vec<_> =
                    clauses.iter().map(|((_, flag), kept)| format!("{flag} keeps {kept}")).collect();
                format!("{none}; on its own, {}", alone.join(", "))
            }
        }
    }
}
