//! Which changes are of one sort or by one actor, for rules that would otherwise go over all of them.

use crate::event::{OPERATIONS, Operation};
use crate::groups::Groups;
use crate::names::Id;
use crate::survey::Survey;

/// Changes and portal links by index, each list in time order.
pub struct Lists {
    operations: [Vec<u32>; OPERATIONS.len()],
    actors: Groups<u32>,
}

impl Lists {
    /// The lists of a survey.
    pub fn of(survey: &Survey) -> Self {
        let mut operations = [const { Vec::new() }; OPERATIONS.len()];
        for (index, change) in (0..).zip(&survey.changes) {
            operations[change.operation as usize].push(index);
        }
        let actors = survey.actors.names.len();
        let actors = Groups::new(actors, || {
            let changes = survey.changes.iter().map(|change| change.actor as usize).zip(0..);
            changes.filter(|(actor, _)| *actor < actors)
        });
        Self { operations, actors }
    }

    /// Those of one sort.
    pub fn that(&self, operation: Operation) -> &[u32] {
        &self.operations[operation as usize]
    }

    /// Every actor with theirs; what nobody did is left out.
    pub fn by_actor(&self) -> impl Iterator<Item = (Id, &[u32])> {
        (0..).zip(self.actors.iter())
    }
}
