//! When the events of a file happened: their range, and how many are out of order.

use crate::model::time::Timestamp;

/// The times of a file's events. Parts of a file are appended in order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Times {
    /// The earliest and the latest time.
    pub range: Option<(Timestamp, Timestamp)>,
    /// The times of the first and the last event in the order of the file.
    ends: Option<(Timestamp, Timestamp)>,
    /// How many events are earlier than the one before them.
    pub out_of_order: u64,
}

impl Times {
    /// Those of a file that was read before.
    pub fn known(range: Option<(Timestamp, Timestamp)>, out_of_order: u64) -> Self {
        Self { range, ends: None, out_of_order }
    }

    /// Adds the next event.
    #[inline]
    pub fn add(&mut self, time: Timestamp) {
        self.merge_range((time, time));
        self.follow((time, time));
    }

    /// Adds the next part of the file.
    pub fn append(&mut self, next: Self) {
        self.out_of_order += next.out_of_order;
        next.range.into_iter().for_each(|range| self.merge_range(range));
        next.ends.into_iter().for_each(|ends| self.follow(ends));
    }

    /// Adds another file. Files are no sequence, so only disorder within each of them counts.
    pub fn merge(&mut self, other: Self) {
        self.out_of_order += other.out_of_order;
        other.range.into_iter().for_each(|range| self.merge_range(range));
    }

    fn merge_range(&mut self, (from, to): (Timestamp, Timestamp)) {
        let (first, last) = self.range.get_or_insert((from, to));
        if from < *first {
            *first = from;
        }
        if to > *last {
            *last = to;
        }
    }

    fn follow(&mut self, (first, last): (Timestamp, Timestamp)) {
        match &mut self.ends {
            Some((_, before)) => {
                self.out_of_order += u64::from(first < *before);
                *before = last;
            }
            None => self.ends = Some((first, last)),
        }
    }
}
