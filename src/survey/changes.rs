//! The changes of all workers in time order.

use std::ops::Index;

use crate::model::time::Timestamp;
use crate::survey::Change;
use crate::survey::duplicates::Item;
use crate::survey::pile::Pile;

/// Changes of connections in time order. They stay where the workers have put them, as there can be millions of them.
#[derive(Default)]
pub struct Changes {
    workers: Vec<WorkerChanges>,
    order: Vec<Item>,
}

/// The changes of one worker.
#[derive(Default)]
pub(super) struct WorkerChanges {
    /// In the order in which they were read.
    pub all: Pile<Change>,
    /// The key of each.
    pub keys: Pile<u64>,
}

impl Changes {
    /// The changes of workers in this order, which may leave some out.
    pub(super) fn new(workers: Vec<WorkerChanges>, order: Vec<Item>) -> Self {
        Self { workers, order }
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
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Change> + ExactSizeIterator + Clone {
        self.order.iter().map(|(worker, index)| &self.workers[*worker as usize].all[*index])
    }

    /// How many changes happened before a time.
    pub fn before(&self, time: Timestamp) -> usize {
        let change = |(worker, index): &Item| &self.workers[*worker as usize].all[*index];
        self.order.partition_point(|item| change(item).time < time)
    }

    /// A hash of the event id, or of the event's content if it has no id. It differs from run to run.
    pub fn key(&self, index: usize) -> u64 {
        let (worker, index) = self.order[index];
        self.workers[worker as usize].keys[index]
    }
}

impl Index<usize> for Changes {
    type Output = Change;

    #[inline]
    fn index(&self, index: usize) -> &Change {
        let (worker, index) = self.order[index];
        &self.workers[worker as usize].all[index]
    }
}

#[cfg(test)]
impl Changes {
    /// Adds a change that comes after the others.
    pub fn push(&mut self, change: Change) {
        let key = self.len() as u64;
        self.push_with_key(change, key);
    }

    /// Adds a change that comes after the others and has this key.
    pub fn push_with_key(&mut self, change: Change, key: u64) {
        if self.workers.is_empty() {
            self.workers.push(WorkerChanges::default());
        }
        self.workers[0].keys.push(key);
        self.order.push((0, self.workers[0].all.push(change)));
    }
}

#[cfg(test)]
impl std::ops::IndexMut<usize> for Changes {
    fn index_mut(&mut self, index: usize) -> &mut Change {
        let (worker, index) = self.order[index];
        self.workers[worker as usize].all.get_mut(index).expect("it was added")
    }
}
