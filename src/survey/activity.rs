//! When there were any events: the first and the last one of every quarter of an hour.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::time::Timestamp;
use crate::survey::QUARTER_SECONDS;

/// The times of an event and of a later one.
pub type Span = (Timestamp, Timestamp);

/// The first and the last event of every quarter of an hour since 1970.
#[derive(Default)]
pub struct ActivityIndex {
    quarters: HashMap<i64, Span, RandomState>,
    /// The quarter of the latest event added. Events mostly come in order, so most of them are in the same
    /// one.
    current: Option<(i64, Span)>,
}

impl ActivityIndex {
    /// Adds an event.
    pub fn add(&mut self, time: Timestamp) {
        let quarter = time.seconds.div_euclid(QUARTER_SECONDS);
        match &mut self.current {
            Some((current, span)) if *current == quarter => widen(span, (time, time)),
            _ => {
                self.settle();
                self.current = Some((quarter, (time, time)));
            }
        }
    }

    /// Adds the events of another worker.
    pub fn merge(&mut self, mut other: Self) {
        other.settle();
        other.quarters.into_iter().for_each(|(quarter, span)| self.put(quarter, span));
    }

    /// The times between the quarters that have events, in order. Every silence longer than a quarter of an
    /// hour is one of them.
    pub fn silences(mut self) -> Vec<Span> {
        self.settle();
        let mut spans: Vec<_> = self.quarters.values().copied().collect();
        spans.sort_unstable();
        spans.windows(2).map(|pair| (pair[0].1, pair[1].0)).collect()
    }

    fn settle(&mut self) {
        if let Some((quarter, span)) = self.current.take() {
            self.put(quarter, span);
        }
    }

    fn put(&mut self, quarter: i64, span: Span) {
        widen(self.quarters.entry(quarter).or_insert(span), span);
    }
}

/// Extends a span to include another one.
pub(super) fn widen(span: &mut Span, (first, last): Span) {
    *span = (span.0.min(first), span.1.max(last));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn activity(seconds: &[i64]) -> ActivityIndex {
        let mut activity = ActivityIndex::default();
        seconds.iter().for_each(|seconds| activity.add(Timestamp { seconds: *seconds, nanos: 0 }));
        activity
    }

    #[test]
    fn silences_are_exact_in_any_order() {
        let silences = |activity: ActivityIndex| {
            activity.silences().iter().map(|(from, to)| (from.seconds, to.seconds)).collect::<Vec<_>>()
        };
        let expected = silences(activity(&[9000, -5, 10, 899, 100, 8999]));
        assert_eq!(expected, [(-5, 10), (899, 8999), (8999, 9000)]);
        let mut halves = activity(&[9000, 100, 8999]);
        halves.merge(activity(&[-5, 899, 10]));
        assert_eq!(silences(halves), expected);
    }
}
