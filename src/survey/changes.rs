//! The changes of all workers in time order.

use std::cmp::Ordering;
use std::ops::Range;

use crate::model::time::Timestamp;
use crate::survey::Change;
use crate::survey::moments::Moments;
use crate::survey::packed::{ChangeTables, PackedChange};
use crate::survey::pile::Pile;
use crate::survey::traits::Traits;

/// Changes of connections in time order. They stay where the workers have put them, as there can be millions of them.
#[derive(Default)]
pub struct Changes {
    /// In the order in which they were read, those of one worker after those of another.
    all: Pile<PackedChange>,
    tables: ChangeTables,
    /// The key of each.
    keys: Pile<u64>,
    /// Their indexes in time order.
    order: Vec<u32>,
    /// Which of these happened at once.
    moments: Moments,
}

impl Changes {
    /// Changes and their keys in no order yet.
    pub(super) fn unordered(all: Pile<PackedChange>, tables: ChangeTables, keys: Pile<u64>) -> Self {
        Self { all, tables, keys, ..Self::default() }
    }

    /// The same in this order, which may leave some out. Only changes in these parts of it may have happened at once.
    pub(super) fn in_order(self, order: Vec<u32>, parts: Vec<Range<usize>>) -> Self {
        // Of most, their part tells, so that their times are not read.
        let mut may_be_at_once = vec![false; order.len()];
        parts.into_iter().for_each(|part| part.skip(1).for_each(|index| may_be_at_once[index] = true));
        let moments = Moments::of(order.len(), |index| {
            !may_be_at_once[index] || self.time_of(order[index]) != self.time_of(order[index - 1])
        });
        Self { order, moments, ..self }
    }

    /// The change that was read as the one of that index.
    #[inline(always)]
    pub(super) fn unpack(&self, index: u32) -> Change {
        self.tables.unpack(index, &self.all[index])
    }

    /// When the change happened that was read as the one of that index.
    pub(super) fn time_of(&self, index: u32) -> Timestamp {
        self.tables.time(index, &self.all[index])
    }

    /// What changes have in common. Equal traits may be there more than once.
    pub fn traits(&self) -> &[Traits] {
        &self.tables.traits
    }

    /// The index of the traits of a change, and whether it has details: an impersonator, a reason, redeliveries, a conflict
    /// or an unusual time.
    #[inline]
    pub fn traits_of(&self, index: usize) -> (u32, bool) {
        self.all[self.order[index]].traits()
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is no change.
    pub fn is_empty(&self) -> bool {
        self.order.is_empty()
    }

    /// The change of an index.
    #[inline(always)]
    pub fn at(&self, index: usize) -> Change {
        self.unpack(self.order[index])
    }

    /// All changes.
    pub fn iter(&self) -> ChangeIter<'_> {
        ChangeIter { changes: self, order: self.order.iter() }
    }

    /// How many changes happened before a time.
    pub fn before(&self, time: Timestamp) -> usize {
        self.order.partition_point(|at| self.time_of(*at) < time)
    }

    /// Compares the times of the changes of two indexes, and reads neither.
    pub fn compare_times(&self, a: usize, b: usize) -> Ordering {
        self.moments.compare(a, b)
    }

    /// A hash of the event id, or of the event's content if it has no id. It differs from run to run.
    pub fn key(&self, index: usize) -> u64 {
        self.keys[self.order[index]]
    }
}

/// Goes through changes. It is no `map`, as its closure would not be inlined, and then all of each change would be fetched.
/// For the same reason, `for_each` is quicker than a loop when it goes through a filter.
#[derive(Clone)]
pub struct ChangeIter<'c> {
    changes: &'c Changes,
    order: std::slice::Iter<'c, u32>,
}

impl Iterator for ChangeIter<'_> {
    type Item = Change;

    #[inline(always)]
    fn next(&mut self) -> Option<Change> {
        Some(self.changes.unpack(*self.order.next()?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.order.size_hint()
    }
}

impl DoubleEndedIterator for ChangeIter<'_> {
    #[inline(always)]
    fn next_back(&mut self) -> Option<Change> {
        Some(self.changes.unpack(*self.order.next_back()?))
    }
}

impl ExactSizeIterator for ChangeIter<'_> {}

#[cfg(test)]
impl Changes {
    /// Adds a change that comes after the others.
    pub fn push(&mut self, change: Change) {
        self.edit_all(|changes| changes.push(change));
    }

    /// Edits the change of an index.
    pub fn edit(&mut self, index: usize, edit: impl FnOnce(&mut Change)) {
        self.edit_all(|changes| edit(&mut changes[index]));
    }

    fn edit_all(&mut self, edit: impl FnOnce(&mut Vec<Change>)) {
        let mut changes: Vec<_> = self.iter().collect();
        edit(&mut changes);
        let mut worker = crate::survey::packed::WorkerChanges::default();
        for (index, change) in (0..).zip(&changes) {
            worker.push(change);
            if index >= self.keys.len() {
                self.keys.push(index.into());
            }
        }
        let count = changes.len();
        let (tables, keys) = (worker.tables, std::mem::take(&mut self.keys));
        let whole = (count > 0).then_some(0..count);
        let changes = Self::unordered(worker.packed.all, tables, keys);
        *self = changes.in_order((0..count as u32).collect(), whole.into_iter().collect());
    }
}
