//! Runs: events that follow each other closely. Only the first and the last event of a run are kept.
//!
//! Two events that are further apart than the limit are never in one run, and what lies between two runs is longer than
//! the limit. So runs show every silence, however many workers collect them and in whatever order events come.

use std::cmp::Ordering;

use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::ids::{Id, PartId};

/// When an event happened, and where it is in the input.
pub type Point = (Timestamp, LineRef);

/// Events that follow each other closely.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The first event; of simultaneous ones, the first in the input.
    pub first: Point,
    /// The last event; of simultaneous ones, the first in the input.
    pub last: Point,
}

impl Run {
    /// A single event.
    pub fn of(event: Point) -> Self {
        Self { first: event, last: event }
    }

    /// Takes in an event, unless more than `limit` seconds lie between them. Returns whether it did.
    #[inline]
    fn extend(&mut self, event: Point, limit: u64, order: &impl Fn(LineRef, LineRef) -> Ordering) -> bool {
        // Logs are mostly in order.
        if event.0 > self.last.0 {
            let is_near = event.0 <= self.last.0.later_by(limit);
            if is_near {
                self.last = event;
            }
            return is_near;
        }
        self.take(Self::of(event), limit, order)
    }

    /// Takes in another run, unless more than `limit` seconds lie between the two. Returns whether it did. `order` is
    /// the order of the input.
    pub fn take(&mut self, other: Self, limit: u64, order: &impl Fn(LineRef, LineRef) -> Ordering) -> bool {
        let is_far = |earlier: Point, later: Point| later.0 > earlier.0.later_by(limit);
        if is_far(self.last, other.first) || is_far(other.last, self.first) {
            return false;
        }
        let is_before = |a: Point, b: Point| a.0 == b.0 && order(a.1, b.1) == Ordering::Less;
        if other.first.0 < self.first.0 || is_before(other.first, self.first) {
            self.first = other.first;
        }
        if other.last.0 > self.last.0 || is_before(other.last, self.last) {
            self.last = other.last;
        }
        true
    }
}

/// Joins the runs of each part that are not further apart than the limit of the part, and sorts them by part and time.
pub fn join<P: Copy + Ord>(
    runs: &mut Vec<(P, Run)>,
    limit: impl Fn(P) -> u64,
    order: &impl Fn(LineRef, LineRef) -> Ordering,
) {
    runs.sort_unstable_by_key(|(part, run)| (*part, run.first.0));
    runs.dedup_by(|(part, run), (previous, kept)| part == previous && kept.take(*run, limit(*part), order));
}

/// The runs of several parts of the log.
#[derive(Default)]
pub struct Runs {
    /// For each part, the run of its latest event.
    current: Vec<Run>,
    /// Other runs, which may overlap each other.
    others: Vec<(PartId, Run)>,
    /// So many of these are not joined.
    joined: usize,
}

/// Fewer runs than these are not worth joining.
const FEW: usize = 1 << 10;

impl Runs {
    /// Adds a part with its first event. Parts get their ids in order.
    pub fn add_part(&mut self, event: Point) -> PartId {
        self.current.push(Run::of(event));
        PartId::new(self.current.len() - 1)
    }

    /// Adds an event of a part that has a limit, in seconds.
    #[inline]
    pub fn add(
        &mut self,
        (part, limit): (PartId, u64),
        event: Point,
        order: &impl Fn(LineRef, LineRef) -> Ordering,
    ) {
        let current = &mut self.current[part.index()];
        if !current.extend(event, limit, order) {
            self.others.push((part, std::mem::replace(current, Run::of(event))));
        }
    }

    /// Whether so many runs were added since they were joined that it is time to do so again.
    pub fn is_full(&self) -> bool {
        self.others.len() >= FEW + 2 * self.joined
    }

    /// Joins runs, so that memory does not grow with the number of events that come out of order.
    pub fn join(&mut self, limit: impl Fn(PartId) -> u64, order: &impl Fn(LineRef, LineRef) -> Ordering) {
        join(&mut self.others, limit, order);
        self.joined = self.others.len();
    }

    /// Changes where events are.
    pub fn renumber(&mut self, place: &impl Fn(LineRef) -> LineRef) {
        let runs = self.current.iter_mut().chain(self.others.iter_mut().map(|(_, run)| run));
        runs.flat_map(|run| [&mut run.first, &mut run.last]).for_each(|point| point.1 = place(point.1));
    }

    /// All runs with their parts, in no order.
    pub fn iter(&self) -> impl Iterator<Item = (PartId, Run)> {
        PartId::first(self.current.len()).zip(self.current.iter().copied()).chain(self.others.iter().copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::BlockId;
    use proptest::prelude::*;

    fn point(seconds: i64, line: u32) -> Point {
        let block = BlockId { input: 0, number: 0 };
        (Timestamp { seconds, nanos: 0 }, LineRef { block, line })
    }

    /// The runs of events by part, collected by workers that get so many events in turn.
    fn runs(events: &[(u32, Point)], size: usize, limit: u64) -> Vec<(u32, Run)> {
        let order = |a: LineRef, b: LineRef| a.cmp(&b);
        let mut all = Vec::new();
        for events in events.chunks(size) {
            let (mut runs, mut parts) = (Runs::default(), Vec::new());
            for (part, event) in events {
                match parts.iter().position(|known| known == part) {
                    Some(number) => runs.add((PartId::new(number), limit), *event, &order),
                    None => {
                        assert_eq!(runs.add_part(*event).index(), parts.len());
                        parts.push(*part);
                    }
                }
                if size.is_multiple_of(2) {
                    runs.join(|_| limit, &order);
                }
            }
            all.extend(runs.iter().map(|(number, run)| (parts[number.index()], run)));
        }
        join(&mut all, |_| limit, &order);
        all
    }

    proptest! {
        #[test]
        fn runs_show_every_silence(
            events in prop::collection::vec((0..3_u32, 0..200_i64), 1..60),
            size in 1..70_usize,
            limit in 0..20_u64,
        ) {
            let events: Vec<_> =
                (1..).zip(events).map(|(line, (part, seconds))| (part, point(seconds, line))).collect();
            let mut expected: Vec<(u32, Run)> = Vec::new();
            let mut sorted = events.clone();
            sorted.sort_unstable();
            for (part, event) in sorted {
                match expected.last_mut() {
                    Some((last, run)) if *last == part && run.last.0.later_by(limit) >= event.0 => {
                        // Of simultaneous events, the first in the input stays.
                        if event.0 > run.last.0 {
                            run.last = event;
                        }
                    }
                    _ => expected.push((part, Run::of(event))),
                }
            }
            prop_assert_eq!(runs(&events, size, limit), expected);
        }
    }
}
