//! What rules about bursts share: one actor making too many changes within a short time.

use std::collections::HashSet;
use std::hash::Hash;

use crate::analysis::bursts::bursts_of_different;
use crate::model::time::Timestamp;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::of_classes::OfClass;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::subject::{Burst, Subject};
use crate::rules::survey_index::ActorChange;

const NANOS_PER_SECOND: u128 = 1_000_000_000;

/// Whether two times lie more than `seconds` apart; exactly `seconds` is not longer.
pub fn is_longer(from: Timestamp, to: Timestamp, seconds: u64) -> bool {
    to.nanos_since(from) > u128::from(seconds) * NANOS_PER_SECOND
}

/// Finds bursts: an actor's counted changes within the setting `window` exceed the setting `count`. A burst is
/// reported once, at its first change in the scope. `of_class` says of which classes changes count, those that are fine,
/// and `thing` what each counts as: changes that count as the same one count once. `message` describes a burst, given the
/// indices of its changes.
pub(super) fn find_bursts<T: Copy + Eq + Hash>(
    context: &RuleContext<'_>,
    of_class: impl Fn(&Class) -> OfClass,
    thing: impl Fn(&ActorChange) -> T,
    message: impl Fn(&[usize]) -> String,
) -> RuleResult {
    let result = RuleResult::of_classes(context, &of_class, |_| Decision::Fine);
    let classes = context.classes();
    let counts = classes.map(|class| of_class(class) == OfClass::Fine);
    let by_actor = context.index.by_actor().map(|(_, theirs)| {
        let theirs = theirs.iter().filter(|change| counts[classes.number(change.index as usize)]);
        let told_once = theirs.filter(|change| !context.is_told_twice(change.index as usize));
        told_once.map(|change| (change.index as usize, (change.time, thing(change)))).unzip()
    });
    report_bursts(context, by_actor, message, result)
}

/// How many events there are among changes: versions of one event are one.
pub(super) fn events_among(context: &RuleContext<'_>, changes: &[usize]) -> usize {
    changes.iter().map(|index| context.survey.changes.key(*index)).collect::<HashSet<_>>().len()
}

/// Changes that are counted together, in time order: the index of each, and its time and what it counts as.
pub(super) type Counted<T> = (Vec<usize>, Vec<(Timestamp, T)>);

/// Adds the bursts within groups of changes to a result.
pub(super) fn report_bursts<T: Copy + Eq + Hash>(
    context: &RuleContext<'_>,
    groups: impl Iterator<Item = Counted<T>>,
    message: impl Fn(&[usize]) -> String,
    mut result: RuleResult,
) -> RuleResult {
    let changes = &context.survey.changes;
    let mut found = Vec::new();
    for (indices, things) in groups {
        for range in bursts_of_different(&things, context.count("count"), context.age("window")) {
            let burst = &indices[range];
            if let Some(first) = burst.iter().find(|index| context.covers(&changes.at(**index))) {
                found.push((Burst::of(context.survey, *first, burst), message(burst)));
            }
        }
    }
    // Each change is in at most one burst, and changes are in time order, so indices order the bursts by time.
    found.sort_unstable();
    for (burst, message) in found {
        result.find(Subject::Burst(burst), &message);
    }
    result
}
