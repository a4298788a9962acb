//! The changes of a survey by class and by actor, and its observations by class, so that rules need not go over all of
//! them.

use crate::model::time::Timestamp;
use crate::rules::classes::{Class, Classes};
use crate::survey::groups::Groups;
use crate::survey::ids::{ActionId, ActorId, Id, OrganizationId};
use crate::survey::{Change, ObservationClass, Survey};

/// Changes and portal links by class and by actor, and observations by class.
pub struct SurveyIndex {
    classes: Classes,
    /// Without attempts that failed, those of each actor in time order.
    actors: Groups<ActorChange>,
    /// How many observations are of each class.
    observed: Vec<(ObservationClass, u64)>,
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

impl SurveyIndex {
    /// The index of a survey.
    pub fn of(survey: &Survey) -> Self {
        let classes = Classes::of(survey);
        let actors = by_actor(survey, &classes);
        Self { classes, actors, observed: survey.observations.counts(|_, _| true) }
    }

    /// Changes by what they have in common, attempts that failed included.
    pub fn classes(&self) -> &Classes {
        &self.classes
    }

    /// How many selected events of each action are known: changes, and events with an actor or an address, which attempts
    /// that failed are among.
    pub fn events_by_action(&self, survey: &Survey) -> Vec<u64> {
        let mut events = vec![0; survey.action_facts.len()];
        let is_counted = |Class { traits, .. }: &Class| traits.scopes.is_selected() && !traits.has_failed;
        let selected = self.classes.iter().filter(|(class, _)| is_counted(class));
        selected.for_each(|(class, count)| events[class.traits.action.index()] += count);
        let is_other = |action: ActionId| !survey.action_facts[action.index()].1.is_change_or_link();
        let others =
            self.observed.iter().filter(|(seen, _)| seen.scopes.is_selected() && is_other(seen.action));
        others.for_each(|(seen, count)| events[seen.action.index()] += count);
        events
    }

    /// How many observations are of each class, changes included.
    pub fn observed(&self) -> &[(ObservationClass, u64)] {
        &self.observed
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
