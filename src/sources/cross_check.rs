//! What two values of an event have to say together, which the table of fields cannot express.

use crate::model::diagnostics::Diagnostics;
use crate::model::fields::{FieldId, Fields};
use crate::model::operation::Operation;

/// A comparison of two fields.
pub struct CrossCheck {
    /// The only fields that `check` looks at: it finds nothing in a line that has neither. The same field given
    /// twice stands for a comparison of its several values with each other.
    pub fields: [FieldId; 2],
    /// Whether two raw texts certainly pass `check`: the fast path asks this first, of bytes, as cutting texts where
    /// characters begin takes longer than comparing them. For a field given twice it
    /// is asked about a single value.
    pub agree: fn(&[u8], &[u8]) -> bool,
    /// Whether `check` finds nothing in a line that lacks one of the fields.
    pub needs_both: bool,
    /// Adds what is wrong.
    pub check: Check,
}

/// Adds what is wrong with the values of an event of an operation.
pub type Check = fn(&Fields<'_>, Operation, &mut Diagnostics<'_>);

impl CrossCheck {
    /// A comparison of two fields that agree only if their texts are equal.
    pub const fn equal(fields: [FieldId; 2], check: Check) -> Self {
        Self::when_both(fields, |one, other| one == other, check)
    }

    /// A comparison of two fields that finds nothing where one of them is missing.
    pub const fn when_both(fields: [FieldId; 2], agree: fn(&[u8], &[u8]) -> bool, check: Check) -> Self {
        Self { fields, agree, needs_both: true, check }
    }

    /// A comparison that also asks whether one of the fields is missing.
    pub const fn when_any(fields: [FieldId; 2], agree: fn(&[u8], &[u8]) -> bool, check: Check) -> Self {
        Self { fields, agree, needs_both: false, check }
    }
}
