//! The scopes that an event is in: the selection of the command, and the conditions of rules.

use crate::model::event::Event;
use crate::model::expression::Expression;

/// How many conditions there can be.
pub const MAX_CONDITIONS: usize = 15;

/// A condition that confines rules.
#[derive(Debug)]
pub struct Condition {
    /// What messages call it.
    pub name: String,
    /// Which events meet it.
    pub expression: Expression,
}

/// The number of a scope: 0 is the selection, and the first condition is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ScopeId(u8);

impl ScopeId {
    /// The selection.
    pub const SELECTION: Self = Self(0);

    /// The scope of a condition by its index, which is less than [`MAX_CONDITIONS`].
    pub fn of_condition(index: usize) -> Option<Self> {
        (index < MAX_CONDITIONS).then_some(Self(index as u8 + 1))
    }
}

/// The scopes that an event is in. One that is not selected is in none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Scopes(u16);

impl Scopes {
    /// Those of an event that is not selected.
    pub const NONE: Self = Self(0);
    /// Those of a selected event that meets no condition.
    pub const SELECTED: Self = Self(1);

    /// Those of a selected event.
    #[inline]
    pub fn of_selected(event: &Event<'_>, conditions: &[Condition]) -> Self {
        let mut scopes = Self::SELECTED.0;
        for (index, condition) in conditions.iter().enumerate() {
            scopes |= u16::from(condition.expression.holds(event)) << (index + 1);
        }
        Self(scopes)
    }

    /// Whether the event is selected.
    #[inline]
    pub fn is_selected(self) -> bool {
        self.has(ScopeId::SELECTION)
    }

    /// Whether the event is in a scope.
    #[inline]
    pub fn has(self, scope: ScopeId) -> bool {
        self.0 >> scope.0 & 1 == 1
    }
}

/// Why nobody can tell whether an event is in the scope of a condition, if one was read that is not kept as its vendor
/// logged it.
pub fn unjudged(conditions: &[Condition]) -> Option<String> {
    conditions.iter().find_map(|condition| condition.expression.unjudged(&condition.name))
}
