//! Stretches of time in which too many different things happened.

use std::ops::Range;

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

/// Judges the bursts of every actor; each is reported once, at its first change in the scope. Which
/// changes are counted, and whether they say what is needed, `counts` tells; `thing` gives what has to
/// be different, `find` the bursts, `message` what to say of one, by the indices of its changes.
pub(super) fn judge(
    context: &RuleContext<'_>,
    counts: impl Fn(&Change) -> Option<bool>,
    thing: impl Fn(&Change, usize) -> u32,
    find: impl Fn(&[(Timestamp, u32)]) -> Vec<Range<usize>>,
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
