//! Decisions about classes of changes: most rules need not look at most changes.

use crate::model::operation::Operation;
use crate::rules::classes::{Class, Classes};
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::scope::ScopeFacts;
use crate::rules::subject::Subject;
use crate::survey::ids::Id;
use crate::survey::{Change, Traits};

/// What a rule decides about all changes of a class.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OfClass {
    /// It is not about them.
    Excluded,
    /// They lack what the rule needs.
    NotApplicable,
    /// They are no violations.
    Fine,
    /// It decides about each of them.
    Each,
}

impl RuleContext<'_> {
    /// Whether changes of a class are in the rule's scope, if that does not depend on their organizations.
    pub fn covers_class(&self, Class { traits, .. }: &Class) -> bool {
        let Traits { scopes, kind, action, .. } = *traits;
        self.scope.covers(&ScopeFacts { scopes, organization: None, kind, action: Some(action) })
    }

    /// The changes of some classes in the rule's scope, and attempts that failed, with their index, in time order.
    pub(super) fn attempts_of(
        &self,
        is_wanted: impl Fn(&Class) -> bool,
    ) -> impl Iterator<Item = (usize, Change)> {
        let indices = self.classes().indices(is_wanted);
        let changes = indices.map(|index| (index, self.survey.changes.at(index)));
        changes.filter(|(index, change)| self.covers(change) && !self.is_told_twice(*index))
    }

    /// How many changes in the rule's scope, and attempts that failed, are of each class.
    fn class_counts(&self) -> Vec<u64> {
        let classes = self.classes();
        if self.scope.has_all_organizations() && self.confirmations.is_empty() {
            return classes
                .iter()
                .map(|(class, count)| if self.covers_class(class) { count } else { 0 })
                .collect();
        }
        let mut counts = classes.map(|_| 0);
        self.attempts().for_each(|(index, _)| counts[classes.number(index)] += 1);
        counts
    }

    pub(super) fn classes(&self) -> &Classes {
        self.change_index.classes()
    }
}

impl RuleResult {
    /// Makes a decision about each class of changes, or about each of its changes.
    pub(super) fn of_classes(
        context: &RuleContext<'_>,
        of_class: impl Fn(&Class) -> OfClass,
        mut decide: impl FnMut(usize, Change) -> Decision,
    ) -> Self {
        let mut result = Self::default();
        for (decision, count) in context.classes().map(&of_class).into_iter().zip(context.class_counts()) {
            match decision {
                OfClass::NotApplicable => result.not_applicable += count,
                OfClass::Fine => result.judged += count,
                OfClass::Excluded | OfClass::Each => {}
            }
        }
        let each = context.attempts_of(|class| of_class(class) == OfClass::Each);
        each.for_each(|(index, change)| result.add(Subject::Change(index), decide(index, change)));
        result
    }

    /// Makes a decision about each change of the operations that a rule looks for. Other changes are judged, too, as
    /// they could have been such, if their source logs these operations; but only those that `is_such`.
    pub(super) fn of_operations(
        context: &RuleContext<'_>,
        is_such: fn(&Traits) -> bool,
        operations: &[Operation],
        decide: impl FnMut(usize, Change) -> Decision,
    ) -> Self {
        let is_logged = context.sources_logging(operations);
        let of_class = |Class { traits, .. }: &Class| {
            if traits.has_failed || !is_such(traits) {
                OfClass::Excluded
            } else if !is_logged[traits.action.index()] {
                OfClass::NotApplicable
            } else if operations.contains(&traits.operation) {
                OfClass::Each
            } else {
                OfClass::Fine
            }
        };
        Self::of_classes(context, of_class, decide)
    }
}
