//! Bursts: times in which too many different things happened.

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

/// Whether more than so many seconds lie between two times; exactly so many are not more.
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

/// What a change is to a rule about bursts.
pub(super) enum Counted {
    /// It counts; changes with the same number count once.
    As(u32),
    /// It lacks what the rule needs.
    NotApplicable,
    /// It does not count.
    Not,
}

/// Finds where an actor's changes that count are more than the setting `count` within the setting `window`. A burst is
/// reported once, at its first change in the scope; `message` describes it by the indices of its changes.
pub(super) fn find_bursts(
    context: &RuleContext<'_>,
    counted: impl Fn(usize, &Change) -> Counted,
    message: impl Fn(&[usize]) -> String,
) -> RuleResult {
    let changes = &context.survey.changes;
    let mut result = RuleResult::default();
    for (index, change) in context.changes() {
        match counted(index, change) {
            Counted::As(_) => result.judged += 1,
            Counted::NotApplicable => result.not_applicable += 1,
            Counted::Not => {}
        }
    }
    let mut found = Vec::new();
    for (_, theirs) in context.change_index.by_actor() {
        let (mut indices, mut things) = (Vec::new(), Vec::new());
        for index in theirs.iter().map(|index| *index as usize) {
            if let Counted::As(thing) = counted(index, &changes[index]) {
                indices.push(index);
                things.push((changes[index].time, thing));
            }
        }
        for range in bursts(&things, context.count("count"), context.age("window")) {
            let burst = &indices[range];
            if let Some(first) = burst.iter().find(|index| context.covers(&changes[**index])) {
                found.push((Burst::of(context.survey, *first, burst), message(burst)));
            }
        }
    }
    // Changes are in time order, and each is in one burst at most.
    found.sort_unstable();
    for (burst, message) in found {
        result.find(Subject::Burst(burst), &message);
    }
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
