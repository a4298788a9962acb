//! What reports say of visits.

use std::borrow::Cow;
use std::cmp::Reverse;

use crate::reports::sheet::Cell;
use crate::survey::ids::{Id, OrganizationId};
use crate::survey::{Survey, Visit};

/// An e-mail address is missing for a session that has a reason to be impersonated.
const SOMEBODY: &str = "unknown";

/// The visits of those who are named; see [`Survey::visits`].
pub fn by_actor(survey: &Survey) -> &[Visit] {
    &survey.visits[..survey.visits.partition_point(|visit| visit.actor.is_some())]
}

/// Each of the ids with how often it comes, the most frequent first, equals by name.
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
pub fn few<'a>(texts: impl ExactSizeIterator<Item = Cow<'a, str>>, most: usize) -> Cell<'a> {
    let more = (texts.len() > most).then_some(Cow::Borrowed("…"));
    Cell::List(texts.take(most).chain(more).collect())
}

/// Names of organizations, the most frequent first, at most five; and how many there are.
pub fn organizations<'a>(survey: &'a Survey, visits: &[Visit]) -> [Cell<'a>; 2] {
    const MOST: usize = 5;
    let id = |id| survey.organizations.names.text(id);
    let all = frequent(visits.iter().map(|visit| visit.organization), id);
    let name = |(at, _): &(OrganizationId, u64)| survey.organization_name(*at).unwrap_or(id(*at)).into();
    [Cell::Number(all.len() as u64), few(all.iter().map(name), MOST)]
}

/// Whether somebody else than the actor drove the session.
pub fn is_impersonated(visit: &Visit) -> bool {
    visit.impersonator.is_some() || visit.reason.is_some()
}

/// Who drove the session, if not the actor.
pub fn impersonator<'s>(survey: &'s Survey, visit: &Visit) -> Option<&'s str> {
    is_impersonated(visit).then(|| survey.impersonators.get(visit.impersonator).unwrap_or(SOMEBODY))
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
