//! The changes of all workers in time order.

use std::ops::Index;

use crate::model::time::Timestamp;
use crate::survey::Change;
use crate::survey::pile::Pile;

/// Changes of connections in time order. They stay where the workers have put them, as there can be millions of them.
#[derive(Default)]
pub struct Changes {
    /// In the order in which they were read, those of one worker after those of another.
    all: Pile<Change>,
    /// The key of each.
    keys: Pile<u64>,
    /// Their indexes in time order.
    order: Vec<u32>,
}

impl Changes {
    /// Changes and their keys in this order, which may leave some out.
    pub(super) fn new(all: Pile<Change>, keys: Pile<u64>, order: Vec<u32>) -> Self {
        Self { all, keys, order }
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is no change.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// All changes.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Change> + ExactSizeIterator {
        self.order.iter().map(|at| &self.all[*at])
    }

    /// How many changes happened before a time.
    pub fn before(&self, time: Timestamp) -> usize {
        self.order.partition_point(|at| self.all[*at].time < time)
    }

    /// A hash of the event id, or of the event's content if it has no id. It differs from run to run.
    pub fn key(&self, index: usize) -> u64 {
        self.keys[self.order[index]]
    }
}

impl Index<usize> for Changes {
    type Output = Change;

    #[inline]
    fn index(&self, index: usize) -> &Change {
        &self.all[self.order[index]]
    }
}

#[cfg(test)]
impl Changes {
    /// Adds a change that comes after the others.
    pub fn push(&mut self, change: Change) {
        self.keys.push(self.order.len() as u64);
        self.order.push(self.all.push(change));
    }
}

#[cfg(test)]
impl std::ops::IndexMut<usize> for Changes {
    fn index_mut(&mut self, index: usize) -> &mut Change {
        self.all.get_mut(self.order[index]).expect("it was added")
    }
}
