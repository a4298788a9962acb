//! Compares what two logs say: an older export and a newer one.

pub mod events;

use std::collections::{BTreeMap, BTreeSet};

use crate::analysis::lifecycle;
use crate::model::event::Space;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::survey::Survey;
use crate::survey::ids::{ActorId, Id, OrganizationId};

/// A connection whose state the newer log shows to be another one.
#[derive(Clone, Debug, PartialEq)]
pub struct StateDifference {
    /// The id of its organization.
    pub organization: Option<String>,
    /// Its id.
    pub connection: String,
    /// Its state at the end of the older log, if that has a change of it.
    pub old: Option<State>,
    /// Its state at the end of the newer log.
    pub new: State,
    /// When it got that.
    pub time: Timestamp,
}

/// Whether an organization has single sign-on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SsoDifference {
    /// It has an active connection, and neither log shows that it had one at the end of the older log.
    Gained,
    /// It had an active connection at the end of the older log, as one of the logs shows, and has none left.
    Lost,
}

/// An organization that gained or lost single sign-on.
#[derive(Clone, Debug, PartialEq)]
pub struct OrganizationDifference {
    /// Its id.
    pub organization: String,
    /// Its latest name.
    pub name: Option<String>,
    /// What happened.
    pub difference: SsoDifference,
    /// When its connections changed last.
    pub time: Timestamp,
}

/// Somebody who changes something in the newer log, and is not in the older one.
#[derive(Clone, Debug, PartialEq)]
pub struct NewAdmin {
    /// The id.
    pub id: Option<String>,
    /// The latest name.
    pub name: Option<String>,
    /// The latest e-mail address.
    pub email: Option<String>,
    /// How many changes there are.
    pub changes: u64,
    /// The time of the first one.
    pub first: Timestamp,
    /// The time of the last one.
    pub last: Timestamp,
}

/// The id space and id of an organization, if it is known, and the id of a connection.
type Key = (Option<(Space, String)>, String);

/// The state of a connection at the end of a log.
struct Last {
    /// Whether it was active before the log began.
    was_active: bool,
    state: State,
    time: Timestamp,
    organization: Option<OrganizationId>,
}

/// The states of connections at the end of a log.
fn states(survey: &Survey, now: Timestamp) -> BTreeMap<Key, Last> {
    let mut states = BTreeMap::new();
    let names = &survey.organizations.names;
    lifecycle::walk(survey, now, |step| {
        let change = survey.changes.at(step.change.index());
        if change.time > now {
            return;
        }
        let owner = step.owner.map(|id| (names.space(id), names.text(id).to_owned()));
        let connection = survey.connections.text(change.connection).to_owned();
        let was_active = step.before.is_none() && step.was_active;
        let last = Last { was_active, state: step.after, time: change.time, organization: step.owner };
        states
            .entry((owner, connection))
            .and_modify(|known: &mut Last| (known.state, known.time) = (last.state, last.time))
            .or_insert(last);
    });
    states
}

/// What the connections of an organization are in a log.
#[derive(Clone, Copy)]
struct Sso {
    was_active: bool,
    is_active: bool,
    is_unknown: bool,
    time: Timestamp,
    organization: OrganizationId,
}

/// What the connections of each organization of a log are at its end. Of connections that an earlier log has, that one says
/// what they were before, and what they still are if the later one says nothing of them.
fn by_organization(
    states: &BTreeMap<Key, Last>,
    earlier: &BTreeMap<Key, Last>,
) -> BTreeMap<(Space, String), Sso> {
    let mut organizations = BTreeMap::new();
    for (key, last) in states {
        let (Some(owner), Some(organization)) = (&key.0, last.organization) else {
            continue;
        };
        let (was_active, is_active, is_unknown) = (false, false, false);
        let none = Sso { was_active, is_active, is_unknown, time: Timestamp::MIN, organization };
        let sso = organizations.entry(owner.clone()).or_insert(none);
        sso.was_active |= last.was_active && !earlier.contains_key(key);
        sso.is_active |= last.state == State::Active;
        sso.is_unknown |= last.state == State::Unknown;
        sso.time = sso.time.max(last.time);
    }
    for (key, last) in earlier.iter().filter(|(key, _)| !states.contains_key(key)) {
        if let Some(sso) = key.0.as_ref().and_then(|owner| organizations.get_mut(owner)) {
            sso.is_active |= last.state == State::Active;
            sso.is_unknown |= last.state == State::Unknown;
        }
    }
    organizations
}

/// The connections and organizations that are not in the state any more that the older log ends with. Events dated later
/// than `now` change nothing.
pub fn states_that_differ(
    old: &Survey,
    new: &Survey,
    now: Timestamp,
) -> (Vec<StateDifference>, Vec<OrganizationDifference>) {
    let (before, after) = (states(old, now), states(new, now));
    let differs = |(key, last): (&Key, &Last)| {
        let old = before.get(key).map(|last| last.state);
        (old != Some(last.state)).then(|| StateDifference {
            organization: key.0.as_ref().map(|(_, id)| id.clone()),
            connection: key.1.clone(),
            old,
            new: last.state,
            time: last.time,
        })
    };
    let connections = after.iter().filter_map(differs).collect();
    let had = by_organization(&before, &before);
    let had_active = |key: &(Space, String)| had.get(key).is_some_and(|sso| sso.is_active);
    let organizations = by_organization(&after, &before).into_iter().filter_map(|(key, sso)| {
        // The newer log may show that there was a connection of which the older one has no event.
        let difference = match (had_active(&key) || sso.was_active, sso.is_active) {
            (false, true) => SsoDifference::Gained,
            // A connection that may be active is no proof of loss.
            (true, false) if !sso.is_unknown => SsoDifference::Lost,
            _ => return None,
        };
        let name = new.organization_name(Some(sso.organization)).map(str::to_owned);
        Some(OrganizationDifference { organization: key.1, name, difference, time: sso.time })
    });
    (connections, organizations.collect())
}

/// Who changes something in the newer log and is not in the older one, in the order of the first change.
pub fn new_admins(old: &Survey, new: &Survey) -> Vec<NewAdmin> {
    let identity = |survey: &Survey, id: ActorId| {
        let names = &survey.actors.names;
        (names.space(id), names.text(id).to_owned())
    };
    let known: BTreeSet<_> = old.actors.names.ids().map(|id| identity(old, id)).collect();
    let mut admins: BTreeMap<usize, NewAdmin> = BTreeMap::new();
    for change in new.changes.iter().filter(|change| change.scopes.is_selected()) {
        let Some(actor) = change.actor.filter(|actor| !known.contains(&identity(new, *actor))) else {
            continue;
        };
        let admin = admins.entry(actor.index()).or_insert_with(|| NewAdmin {
            id: new.actors.names.get(actor).map(str::to_owned),
            name: new.actor(Some(actor)).map(str::to_owned),
            email: new.actor_email(Some(actor)).map(str::to_owned),
            changes: 0,
            first: change.time,
            last: change.time,
        });
        admin.changes += 1;
        admin.last = admin.last.max(change.time);
    }
    let mut admins: Vec<_> = admins.into_values().collect();
    admins.sort_by(|a, b| (a.first, &a.id).cmp(&(b.first, &b.id)));
    admins
}
