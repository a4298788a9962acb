//! Bursts: many events in a short time.
//!
//! Overlapping windows of events that are close enough are merged into one burst, so bursts do not overlap.
//! Events that are exactly the given time apart still belong together.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use foldhash::fast::RandomState;

use crate::model::time::Timestamp;

/// The index ranges where at least `events` items are within `seconds`. Items have to be in time order.
pub fn bursts<T>(
    items: &[T],
    time: impl Fn(&T) -> Timestamp,
    events: usize,
    seconds: u64,
) -> Vec<Range<usize>> {
    let mut bursts = Vec::new();
    for (begin, window) in items.windows(events).enumerate() {
        if time(&window[events - 1]) <= time(&window[0]).later_by(seconds) {
            add(begin..begin + events, &mut bursts);
        }
    }
    bursts
}

/// The index ranges where more than `max` different items are within `seconds`. Items have to be in time
/// order.
pub fn bursts_of_different<T: Copy + Eq + Hash>(
    items: &[(Timestamp, T)],
    max: u64,
    seconds: u64,
) -> Vec<Range<usize>> {
    let mut bursts = Vec::new();
    // More than `max` different items are more than `max` items, of which there mostly are too few.
    let crowd = usize::try_from(max).unwrap_or(usize::MAX).saturating_add(1);
    for crowd in self::bursts(items, |(time, _)| *time, crowd, seconds) {
        let mut inside: HashMap<T, usize, RandomState> = HashMap::default();
        let mut begin = crowd.start;
        for end in crowd {
            let (time, item) = items[end];
            *inside.entry(item).or_default() += 1;
            while time > items[begin].0.later_by(seconds) {
                remove(items[begin].1, &mut inside);
                begin += 1;
            }
            if inside.len() as u64 > max {
                add(begin..end + 1, &mut bursts);
            }
        }
    }
    bursts
}

/// Adds a range, which continues the last one if they overlap.
fn add(range: Range<usize>, bursts: &mut Vec<Range<usize>>) {
    match bursts.last_mut().filter(|burst| range.start < burst.end) {
        Some(burst) => burst.end = range.end,
        None => bursts.push(range),
    }
}

fn remove<T: Eq + Hash>(item: T, counts: &mut HashMap<T, usize, RandomState>) {
    if let Some(count) = counts.get_mut(&item) {
        *count -= 1;
        if *count == 0 {
            counts.remove(&item);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64, nanos: u32) -> Timestamp {
        Timestamp { seconds, nanos }
    }

    fn pairs(ranges: &[Range<usize>]) -> Vec<(usize, usize)> {
        ranges.iter().map(|range| (range.start, range.end)).collect()
    }

    #[test]
    fn bursts_are_as_long_as_they_last_and_do_not_overlap() {
        for (times, expected) in [
            (&[][..], &[][..]),
            (&[0, 5], &[]),
            (&[0, 5, 10], &[(0, 3)]),
            (&[0, 5, 11], &[]),
            (&[0, 1, 9, 10, 19, 20], &[(0, 6)]),
            (&[0, 1, 2, 50, 100, 101, 102], &[(0, 3), (4, 7)]),
            (&[0, 1, 2, 12, 13, 14], &[(0, 3), (3, 6)]),
            (&[7, 7, 7, 7], &[(0, 4)]),
        ] {
            assert_eq!(pairs(&bursts(times, |time| at(*time, 0), 3, 10)), expected, "{times:?}");
            let different: Vec<_> = (0..).zip(times).map(|(id, time)| (at(*time, 0), id)).collect();
            assert_eq!(pairs(&bursts_of_different(&different, 2, 10)), expected, "{times:?}");
        }
    }

    #[test]
    fn a_nanosecond_beyond_is_no_burst() {
        let count = |times: &[Timestamp]| bursts(times, |time| *time, 2, 10).len();
        assert_eq!(count(&[at(0, 5), at(10, 5)]), 1);
        assert_eq!(count(&[at(0, 5), at(10, 6)]), 0);
    }

    #[test]
    fn repeated_items_are_not_different() {
        for (items, expected) in [
            (&[(0, 1), (1, 1), (2, 2), (3, 2)][..], &[][..]),
            (&[(0, 1), (1, 2), (9, 3), (10, 1), (19, 2), (20, 9)], &[(0, 6)]),
            (&[(0, 1), (1, 2), (2, 3), (50, 1), (100, 1), (101, 2), (102, 3)], &[(0, 3), (4, 7)]),
            (&[(0, 1), (1, 2), (2, 3), (12, 1), (13, 2), (14, 3)], &[(0, 3), (3, 6)]),
        ] {
            let items: Vec<_> = items.iter().map(|(time, id)| (at(*time, 0), *id)).collect();
            assert_eq!(pairs(&bursts_of_different(&items, 2, 10)), expected, "{items:?}");
        }
    }
}
