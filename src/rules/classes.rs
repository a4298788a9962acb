//! Changes by what many of them have in common, so that a rule need not look at each of them.

use crate::parallel;
use crate::survey::{Survey, Traits};

/// What many changes and attempts have in common.
#[derive(Clone, Copy)]
pub struct Class {
    /// What is the same for all of them.
    pub traits: Traits,
    /// Whether they have an impersonator, a reason for an impersonation, redeliveries, a conflict, or an unusual time.
    pub has_details: bool,
}

/// The classes of a survey's changes.
pub struct Classes {
    all: Vec<Class>,
    /// The class of each change in time order.
    of_changes: Vec<u32>,
    /// How many changes are of each class.
    counts: Vec<u64>,
}

impl Classes {
    /// The classes of the changes of a survey.
    pub fn of(survey: &Survey) -> Self {
        let changes = &survey.changes;
        let all = changes.traits().iter();
        let all =
            all.flat_map(|traits| [false, true].map(|has_details| Class { traits: *traits, has_details }));
        let all: Vec<_> = all.collect();
        let mut of_changes = Vec::new();
        parallel::add(&mut of_changes, changes.len(), |index| {
            let (traits, has_details) = changes.traits_of(index);
            2 * traits + u32::from(has_details)
        });
        let mut counts = vec![0; all.len()];
        of_changes.iter().for_each(|class| counts[*class as usize] += 1);
        Self { all, of_changes, counts }
    }

    /// What `of` makes of each class.
    pub fn map<T>(&self, of: impl Fn(&Class) -> T) -> Vec<T> {
        self.all.iter().map(of).collect()
    }

    /// The number of a change's class, which is its index in the lists that [`Self::map`] makes.
    #[inline]
    pub fn number(&self, change: usize) -> usize {
        self.of_changes[change] as usize
    }

    /// The indices of the changes of some classes, in time order.
    pub fn indices(&self, is_wanted: impl Fn(&Class) -> bool) -> impl Iterator<Item = usize> {
        self.indices_wanted(self.map(is_wanted))
    }

    /// The same, given for each class whether its changes are wanted.
    pub fn indices_wanted(&self, is_wanted: Vec<bool>) -> impl Iterator<Item = usize> {
        let classes = self.of_changes.iter().enumerate();
        classes.filter_map(move |(index, class)| is_wanted[*class as usize].then_some(index))
    }

    /// Every class, and how many changes are of it.
    pub fn iter(&self) -> impl Iterator<Item = (&Class, u64)> {
        self.all.iter().zip(self.counts.iter().copied())
    }
}
