//! What reports share about visits.

use std::borrow::Cow;
use std::cmp::Reverse;

use crate::reports::sheet::Cell;
use crate::survey::ids::Id;
use crate::survey::{Survey, Visit};

/// The name of an impersonator whose e-mail address is not in the log.
const UNKNOWN_IMPERSONATOR: &str = "unknown";

/// The visits whose actor the log names, actor by actor and each in time order; see [`Survey::visits`].
pub fn by_actor(survey: &Survey) -> &[Visit] {
    &survey.visits[..survey.visits.partition_point(|visit| visit.actor.is_some())]
}

/// The ids with the number of their occurrences, the most frequent first, ties by name.
pub fn frequent<'s, I: Id>(
    ids: impl Iterator<Item = Option<I>>,
    name: impl Fn(I) -> &'s str,
) -> Vec<(I, u64)> {
    let mut ids: Vec<_> = ids.flatten().collect();
    ids.sort_unstable();
    let mut counts: Vec<_> =
        ids.chunk_by(|a, b| a == b).map(|equal| (equal[0], equal.len() as u64)).collect();
    counts.sort_by_key(|(id, count)| (Reverse(*count), name(*id)));
    counts
}

/// The number of distinct ids.
pub fn distinct<I: Id>(ids: impl Iterator<Item = Option<I>>) -> u64 {
    frequent(ids, |_| "").len() as u64
}

/// The first `max` texts, followed by `…` if there are more.
pub fn few<'a>(texts: impl ExactSizeIterator<Item = Cow<'a, str>>, max: usize) -> Cell<'a> {
    let more = (texts.len() > max).then_some(Cow::Borrowed("…"));
    Cell::List(texts.take(max).chain(more).collect())
}

/// Whether somebody other than the actor drove the session.
pub fn is_impersonated(visit: &Visit) -> bool {
    visit.impersonator.is_some() || visit.reason.is_some()
}

/// The impersonator, if somebody other than the actor drove the session.
pub fn impersonator<'s>(survey: &'s Survey, visit: &Visit) -> Option<&'s str> {
    is_impersonated(visit)
        .then(|| survey.impersonators.get(visit.impersonator).unwrap_or(UNKNOWN_IMPERSONATOR))
}

/// A note about events that name no actor, if there are any.
pub fn without_actor(survey: &Survey) -> Option<String> {
    let named = survey.visits.iter().filter(|visit| visit.actor.is_some()).count() as u64;
    match survey.selected - named {
        0 => None,
        1 => Some("1 of the events shown names no actor and counts for nobody.".to_owned()),
        others => Some(format!("{others} of the events shown name no actor and count for nobody.")),
    }
}
