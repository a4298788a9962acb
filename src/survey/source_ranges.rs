//! The range of each source's log. The range of one source says nothing about that of another, and events
//! later than the present say nothing about any.

use crate::model::time::Timestamp;

/// The times of an event and of a later one.
pub type Span = (Timestamp, Timestamp);

/// The times of the first and the last event of every source.
#[derive(Clone, Default)]
pub struct Ranges {
    /// A list, as sources are few.
    all: Vec<(&'static str, Span)>,
    /// The range of events later than the present, of all sources.
    ahead: Option<Span>,
}

impl Ranges {
    /// Adds an event that is not later than the present.
    #[inline]
    pub fn add(&mut self, source: &'static str, time: Timestamp) {
        // A name has mostly one address in memory.
        match self.all.iter_mut().find(|(name, _)| std::ptr::eq(*name, source)) {
            Some((_, (first, last))) => {
                if time < *first {
                    *first = time;
                }
                if time > *last {
                    *last = time;
                }
            }
            None => self.put(source, (time, time)),
        }
    }

    /// Adds an event that is later than the present.
    pub fn add_ahead(&mut self, time: Timestamp) {
        widen(self.ahead.get_or_insert((time, time)), (time, time));
    }

    /// Adds the events of another worker.
    pub fn merge(&mut self, other: &Self) {
        for time in other.ahead.into_iter().flat_map(|(first, last)| [first, last]) {
            self.add_ahead(time);
        }
        other.all.iter().for_each(|(source, span)| self.put(source, *span));
    }

    /// The range of a source's events that are not later than the present.
    pub fn of(&self, source: &str) -> Option<Span> {
        self.all.iter().find(|(name, _)| *name == source).map(|(_, span)| *span)
    }

    /// The range of all events that are not later than the present.
    pub fn up_to_the_present(&self) -> Option<Span> {
        self.all.iter().map(|(_, span)| *span).reduce(both)
    }

    /// The range of all events, later than the present or not.
    pub fn overall(&self) -> Option<Span> {
        self.up_to_the_present().into_iter().chain(self.ahead).reduce(both)
    }

    #[inline(never)]
    fn put(&mut self, source: &'static str, span: Span) {
        match self.all.iter_mut().find(|(name, _)| *name == source) {
            Some((_, range)) => widen(range, span),
            None => self.all.push((source, span)),
        }
    }
}

/// Extends a span to include another one.
fn widen(span: &mut Span, other: Span) {
    *span = both(*span, other);
}

/// The span that includes both.
fn both((first, last): Span, (other_first, other_last): Span) -> Span {
    (first.min(other_first), last.max(other_last))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sources_are_apart_in_any_order() {
        let ranges = |events: &[(&'static str, i64)]| {
            let mut ranges = Ranges::default();
            events.iter().for_each(|(source, seconds)| {
                ranges.add(source, Timestamp { seconds: *seconds, nanos: 0 });
            });
            ranges
        };
        let spans = |ranges: &Ranges| {
            let spans = [ranges.of("a"), ranges.of("b"), ranges.of("c"), ranges.overall()];
            spans.map(|span| span.map(|(first, last)| (first.seconds, last.seconds)))
        };
        let all = ranges(&[("a", 5), ("b", 1), ("b", 3), ("a", 2), ("a", 9), ("b", 2)]);
        assert_eq!(spans(&all), [Some((2, 9)), Some((1, 3)), None, Some((1, 9))]);
        let mut halves = ranges(&[("b", 3), ("a", 2), ("a", 5)]);
        halves.merge(&ranges(&[("a", 9), ("b", 1), ("b", 2)]));
        assert_eq!(spans(&halves), spans(&all));
        assert_eq!(spans(&Ranges::default()), [None; 4]);
        halves.add_ahead(Timestamp { seconds: 70, nanos: 0 });
        let mut both = Ranges::default();
        both.merge(&halves);
        assert_eq!(spans(&both), [Some((2, 9)), Some((1, 3)), None, Some((1, 70))]);
        let present = both.up_to_the_present();
        assert_eq!(present.map(|(first, last)| (first.seconds, last.seconds)), Some((1, 9)));
    }
}
