//! The changes by class and by actor, so that rules need not go over all of them.

use std::sync::OnceLock;

use crate::model::time::Timestamp;
use crate::rules::classes::{Class, Classes};
use crate::survey::groups::Groups;
use crate::survey::ids::{ActionId, ActorId, Id, OrganizationId};
use crate::survey::{Change, Survey};

/// Changes and portal links by class and by actor.
pub struct ChangeIndex {
    classes: Classes,
    /// Without attempts that failed, those of each actor in time order.
    actors: Groups<ActorChange>,
    /// How many selected events of each action are known, once somebody asks.
    events: OnceLock<Vec<u64>>,
}

/// A change of an actor. Changes of one actor lie anywhere among all, so what is asked of them is kept with them.
#[derive(Clone, Copy)]
pub struct ActorChange {
    /// Its index.
    pub index: u32,
    /// Its organization.
    pub organization: Option<OrganizationId>,
    /// Its time.
    pub time: Timestamp,
}

impl Default for ActorChange {
    fn default() -> Self {
        Self { index: 0, organization: None, time: Timestamp::MIN }
    }
}

impl ActorChange {
    /// The change of an index.
    pub fn of(index: usize, change: &Change) -> Self {
        Self { index: index as u32, organization: change.organization, time: change.time }
    }
}

impl ChangeIndex {
    /// The index of a survey.
    pub fn of(survey: &Survey) -> Self {
        let classes = Classes::of(survey);
        let actors = by_actor(survey, &classes);
        Self { classes, actors, events: OnceLock::new() }
    }

    /// Changes by what they have in common, attempts that failed included.
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// How many selected events of each action are known: changes, and events with an actor or an address.
    pub fn events_by_action(&self, survey: &Survey) -> &[u64] {
        self.events.get_or_init(|| {
            let mut events = vec![0; survey.action_facts.len()];
            let selected = self.classes.iter().filter(|(class, _)| class.traits.scopes.is_selected());
            selected.for_each(|(class, count)| events[class.traits.action.index()] += count);
            let is_other = |action: ActionId| !survey.action_facts[action.index()].1.is_change_or_link();
            let others =
                survey.observations.iter().filter(|seen| seen.scopes.is_selected() && is_other(seen.action));
            others.for_each(|seen| events[seen.action.index()] += 1);
            events
        })
    }

    /// Every actor with their changes; attempts that failed and changes without an actor are left out.
    pub fn by_actor(&self) -> impl Iterator<Item = (ActorId, &[ActorChange])> {
        ActorId::first(self.actors.len()).zip(self.actors.iter())
    }
}

fn by_actor(survey: &Survey, classes: &Classes) -> Groups<ActorChange> {
    Groups::new(survey.actors.names.len(), || {
        let changes = classes.indices(|Class { traits, .. }| traits.has_actor && !traits.has_failed);
        changes.filter_map(|index| {
            let change = survey.changes.at(index);
            Some((change.actor?.index(), ActorChange::of(index, &change)))
        })
    })
}
