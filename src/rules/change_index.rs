//! The changes by operation and by actor, so that rules need not go over all of them.

use std::sync::OnceLock;

use crate::model::operation::{OPERATIONS, Operation};
use crate::parallel;
use crate::survey::Survey;
use crate::survey::groups::Groups;
use crate::survey::ids::{ActionId, ActorId, Id};

/// Changes and portal links by index, without attempts that failed, each list in time order.
pub struct ChangeIndex {
    operations: [Vec<u32>; OPERATIONS.len()],
    actors: Groups<u32>,
    /// How many selected events of each action are known, once somebody asks.
    events: OnceLock<Vec<u64>>,
}

impl ChangeIndex {
    /// The index of a survey.
    pub fn of(survey: &Survey) -> Self {
        let (operations, actors) = parallel::both(|| by_operation(survey), || by_actor(survey));
        Self { operations, actors, events: OnceLock::new() }
    }

    /// The changes by this operation.
    pub fn by_operation(&self, operation: Operation) -> &[u32] {
        &self.operations[operation as usize]
    }

    /// How many selected events of each action are known: changes, and events with an actor or an address.
    pub fn events_by_action(&self, survey: &Survey) -> &[u64] {
        self.events.get_or_init(|| {
            let mut events = vec![0; survey.action_facts.len()];
            let changes = survey.changes.iter().filter(|change| change.scopes.is_selected());
            changes.for_each(|change| events[change.action.index()] += 1);
            let is_other = |action: ActionId| !survey.action_facts[action.index()].1.is_change_or_link();
            let others =
                survey.observations.iter().filter(|seen| seen.scopes.is_selected() && is_other(seen.action));
            others.for_each(|seen| events[seen.action.index()] += 1);
            events
        })
    }

    /// Every actor with their changes; changes without an actor are left out.
    pub fn by_actor(&self) -> impl Iterator<Item = (ActorId, &[u32])> {
        ActorId::first(self.actors.len()).zip(self.actors.iter())
    }
}

fn by_operation(survey: &Survey) -> [Vec<u32>; OPERATIONS.len()] {
    let mut operations = [const { Vec::new() }; OPERATIONS.len()];
    let changes = survey.changes.iter().zip(0..).filter(|(change, _)| !change.has_failed);
    changes.for_each(|(change, index)| operations[change.operation as usize].push(index));
    operations
}

fn by_actor(survey: &Survey) -> Groups<u32> {
    let actors = survey.actors.names.len();
    Groups::new(actors, || {
        let changes = survey.changes.iter().zip(0..);
        let changes = changes.filter(|(change, _)| !change.has_failed);
        changes.filter_map(|(change, index)| Some((change.actor?.index(), index)))
    })
}
