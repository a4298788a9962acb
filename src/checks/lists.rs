//! Which changes are of one sort or by one actor, for rules that would otherwise go over all of them.

use crate::event::{OPERATIONS, Operation};
use crate::names::Id;
use crate::survey::Survey;

/// Changes and portal links by index, each list in time order.
pub struct Lists {
    operations: [Vec<u32>; OPERATIONS.len()],
    /// One actor's after another's, without those by nobody.
    actors: Vec<u32>,
    /// By actor where theirs end.
    ends: Vec<usize>,
}

impl Lists {
    /// The lists of a survey.
    pub fn of(survey: &Survey) -> Self {
        let mut operations = [const { Vec::new() }; OPERATIONS.len()];
        let mut counts = vec![0; survey.actors.names.len()];
        for (index, change) in (0..).zip(&survey.changes) {
            operations[change.operation as usize].push(index);
            if let Some(count) = counts.get_mut(change.actor as usize) {
                *count += 1;
            }
        }
        // Where the next one goes, which at last is where they end.
        let mut all = 0;
        let mut ends = counts;
        for end in &mut ends {
            all += std::mem::replace(end, all);
        }
        let mut actors = vec![0; all];
        for (index, change) in (0..).zip(&survey.changes) {
            if let Some(end) = ends.get_mut(change.actor as usize) {
                actors[*end] = index;
                *end += 1;
            }
        }
        Self { operations, actors, ends }
    }

    /// Those of one sort.
    pub fn that(&self, operation: Operation) -> &[u32] {
        &self.operations[operation as usize]
    }

    /// Every actor with theirs.
    pub fn by_actor(&self) -> impl Iterator<Item = (Id, &[u32])> {
        let mut begin = 0;
        (0..)
            .zip(&self.ends)
            .map(move |(actor, end)| (actor, &self.actors[std::mem::replace(&mut begin, *end)..*end]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::Change;
    use crate::names::NONE;
    use crate::scan::BlockId;
    use crate::time::Timestamp;

    fn change(operation: Operation, actor: Id) -> Change {
        Change {
            time: Timestamp { seconds: 0, nanos: 0 },
            operation,
            is_selected: true,
            is_conflicting: false,
            redeliveries: 0,
            event: NONE,
            action: NONE,
            connection: NONE,
            organization: NONE,
            kind: NONE,
            actor,
            ip: NONE,
            impersonator: NONE,
            reason: NONE,
            key: 0,
            place: (BlockId { input: 0, number: 0 }, 1),
        }
    }

    #[test]
    fn everything_is_in_its_lists() {
        use Operation::{Deleted, PortalOpened};
        let mut survey = Survey::default();
        let [zoe, idle, adam] = ["Zoe", "Idle", "Adam"].map(|name| survey.actors.names.id(name));
        for (operation, actor) in
            [(Deleted, adam), (PortalOpened, zoe), (Deleted, NONE), (Deleted, zoe), (PortalOpened, adam)]
        {
            survey.changes.push(change(operation, actor));
        }
        let lists = Lists::of(&survey);
        assert_eq!((lists.that(Deleted), lists.that(PortalOpened)), (&[0, 2, 3][..], &[1, 4][..]));
        assert_eq!(lists.that(Operation::Created), &[0; 0]);
        let by_actor: Vec<_> = lists.by_actor().collect();
        assert_eq!(by_actor, [(zoe, &[1, 3][..]), (idle, &[]), (adam, &[0, 4])]);
    }
}
