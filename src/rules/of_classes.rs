//! Decisions about classes of changes: most rules need not look at most changes.

use crate::model::operation::Operation;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::subject::Subject;
use crate::survey::Traits;
use crate::survey::ids::Id;

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

impl RuleResult {
    /// Makes a decision about each class of changes, or about each of its changes, which are given by their index.
    pub(super) fn of_classes<'m>(
        context: &RuleContext<'_>,
        of_class: impl Fn(&Class) -> OfClass,
        mut decide: impl FnMut(usize) -> Decision<'m>,
    ) -> Self {
        let mut result = Self::default();
        let mut each = 0;
        for (decision, count) in context.classes().map(&of_class).into_iter().zip(context.class_counts()) {
            match decision {
                OfClass::NotApplicable => result.not_applicable += count,
                OfClass::Fine => result.judged += count,
                OfClass::Each => each += count,
                OfClass::Excluded => {}
            }
        }
        // Memory that is not used costs nothing, and a list that grows is copied again and again.
        result.violations.reserve_exact(each as usize);
        let each = context.indices_of(|class| of_class(class) == OfClass::Each);
        each.for_each(|index| result.add(Subject::Change(index), decide(index)));
        result
    }

    /// Makes a decision about each change, given by its index, of the classes that a rule judges.
    pub(super) fn of_each<'m>(
        context: &RuleContext<'_>,
        is_judged: impl Fn(&Class) -> bool,
        decide: impl FnMut(usize) -> Decision<'m>,
    ) -> Self {
        let of_class = |class: &Class| if is_judged(class) { OfClass::Each } else { OfClass::Excluded };
        Self::of_classes(context, of_class, decide)
    }

    /// Makes a decision about each change, given by its index, of the operations that a rule looks for. Other changes
    /// that `is_such` accepts count as judged if their source logs these operations, as they could have been of them.
    pub(super) fn of_operations<'m>(
        context: &RuleContext<'_>,
        is_such: fn(&Traits) -> bool,
        operations: &[Operation],
        decide: impl FnMut(usize) -> Decision<'m>,
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
