//! What reports have in common about visits.

use std::borrow::Cow;
use std::cmp::Reverse;

use crate::reports::sheet::Cell;
use crate::survey::ids::Id;
use crate::survey::{Survey, Visit};

/// What to call an impersonator whose e-mail address the log does not give.
const UNKNOWN_IMPERSONATOR: &str = "unknown";

/// The visits whose actor the log names, actor by actor and each in time order; see [`Survey::visits`].
pub fn by_actor(survey: &Survey) -> &[Visit] {
    &survey.visits[..survey.visits.partition_point(|visit| visit.actor.is_some())]
}

/// Each of the ids with how often it occurs, the most frequent first, equals by name.
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

/// How many different ids there are.
pub fn different<I: Id>(ids: impl Iterator<Item = Option<I>>) -> u64 {
    frequent(ids, |_| "").len() as u64
}

/// The first few texts, and `…` where there are more.
pub fn few<'a>(texts: impl ExactSizeIterator<Item = Cow<'a, str>>, max: usize) -> Cell<'a> {
    let more = (texts.len() > max).then_some(Cow::Borrowed("…"));
    Cell::List(texts.take(max).chain(more).collect())
}

/// Whether somebody other than the actor drove the session.
pub fn is_impersonated(visit: &Visit) -> bool {
    visit.impersonator.is_some() || visit.reason.is_some()
}

/// Who drove the session, if it was not the actor.
pub fn impersonator<'s>(survey: &'s Survey, visit: &Visit) -> Option<&'s str> {
    is_impersonated(visit)
        .then(|| survey.impersonators.get(visit.impersonator).unwrap_or(UNKNOWN_IMPERSONATOR))
}

/// A note about the events that name no actor, if there are some.
pub fn without_actor(survey: &Survey) -> Option<String> {
    let named = survey.visits.iter().filter(|visit| visit.actor.is_some()).count() as u64;
    match survey.selected - named {
        0 => None,
        1 => Some("1 of the events shown names no actor and counts for nobody.".to_owned()),
        others => Some(format!("{others} of the events shown name no actor and count for nobody.")),
    }
}
