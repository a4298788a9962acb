//! Stretches of time in which too many different things happened.

use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;

use foldhash::fast::RandomState;

use crate::model::time::Timestamp;
use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::subject::{Burst, Subject};
use crate::survey::Change;

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Whether it is longer from one moment to a later one; exactly so long is not.
pub fn is_longer(from: Timestamp, to: Timestamp, seconds: u64) -> bool {
    to.nanos_since(from) > u128::from(seconds) * NANOS_PER_SECOND
}

/// Where things in time order are more than `most` different ones within so many seconds, as ranges of
/// indices: what follows each other so closely anywhere in a range is one burst, so that ranges do not
/// overlap.
pub fn bursts<T: Copy + Eq + Hash>(things: &[(Timestamp, T)], most: u64, seconds: u64) -> Vec<Range<usize>> {
    let mut bursts: Vec<Range<usize>> = Vec::new();
    // Mostly there are not even so many things, different or not.
    let crowd = usize::try_from(most).unwrap_or(usize::MAX).saturating_add(1);
    if things.windows(crowd).all(|few| is_longer(few[0].0, few[few.len() - 1].0, seconds)) {
        return bursts;
    }
    let mut inside: HashMap<T, usize, RandomState> = HashMap::default();
    let mut begin = 0;
    for (end, (time, thing)) in things.iter().enumerate() {
        *inside.entry(*thing).or_default() += 1;
        while is_longer(things[begin].0, *time, seconds) {
            if let Some(count) = inside.get_mut(&things[begin].1) {
                *count -= 1;
                if *count == 0 {
                    inside.remove(&things[begin].1);
                }
            }
            begin += 1;
        }
        if inside.len() as u64 > most {
            match bursts.last_mut().filter(|burst| begin < burst.end) {
                Some(burst) => burst.end = end + 1,
                None => bursts.push(begin..end + 1),
            }
        }
    }
    bursts
}

/// Judges the bursts of every actor; each is reported once, at its first change in the scope. Which
/// changes are counted, and whether they say what is needed, `counts` tells; `thing` gives what has to
/// be different, `find` the bursts, `message` what to say of one, by the indices of its changes.
pub(super) fn judge<T>(
    context: &RuleContext<'_>,
    counts: impl Fn(&Change) -> Option<bool>,
    thing: impl Fn(&Change, usize) -> T,
    find: impl Fn(&[(Timestamp, T)]) -> Vec<Range<usize>>,
    message: impl Fn(&[usize]) -> String,
) -> RuleResult {
    let changes = &context.survey.changes;
    let mut result = RuleResult::default();
    for (_, change) in context.changes() {
        match counts(change) {
            Some(true) => result.judged += 1,
            Some(false) => result.not_applicable += 1,
            None => {}
        }
    }
    let mut found = Vec::new();
    for (_, theirs) in context.lists.by_actor() {
        let theirs = theirs.iter().map(|at| *at as usize);
        let indices: Vec<_> = theirs.filter(|at| counts(&changes[*at]) == Some(true)).collect();
        let things: Vec<_> =
            indices.iter().map(|at| (changes[*at].time, thing(&changes[*at], *at))).collect();
        for range in find(&things) {
            let burst = &indices[range];
            if let Some(first) = burst.iter().find(|at| context.covers(&changes[**at])) {
                found.push((Burst::of(context.survey, *first, burst), message(burst)));
            }
        }
    }
    // Changes are in time order, and each is in one burst at most.
    found.sort_unstable();
    found.into_iter().for_each(|(burst, message)| result.find(Subject::Burst(burst), message));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bursts_are_as_long_as_they_last_and_do_not_overlap() {
        for (things, expected) in [
            (&[][..], &[][..]),
            (&[(0, 1), (10, 2)], &[]),
            (&[(0, 1), (5, 2), (10, 3)], &[(0, 3)]),
            (&[(0, 1), (5, 2), (11, 3)], &[]),
            (&[(0, 1), (1, 1), (2, 2), (3, 2)], &[]),
            (&[(0, 1), (1, 2), (9, 3), (10, 1), (19, 2), (20, 9)], &[(0, 6)]),
            (&[(0, 1), (1, 2), (2, 3), (50, 1), (100, 1), (101, 2), (102, 3)], &[(0, 3), (4, 7)]),
            (&[(0, 1), (1, 2), (2, 3), (12, 1), (13, 2), (14, 3)], &[(0, 3), (3, 6)]),
        ] {
            let things: Vec<_> =
                things.iter().map(|(seconds, id)| (Timestamp { seconds: *seconds, nanos: 0 }, *id)).collect();
            let found: Vec<_> = bursts(&things, 2, 10).iter().map(|range| (range.start, range.end)).collect();
            assert_eq!(found, expected, "{things:?}");
        }
    }
}
