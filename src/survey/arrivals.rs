//! What is kept of an event until all are read and it is known which ones came again.

use crate::event::Operation;
use crate::history::Change;
use crate::names::{Id, NONE};
use crate::time::Timestamp;

/// An event that is kept until it is known which ones came again, and what was kept of it.
pub(super) struct Delivery {
    pub key: u64,
    pub content: u64,
    pub kept: Kept,
    /// Index of its visit or, where sightings are wanted, of its sighting; or [`NONE`].
    pub seen: u32,
}

/// Where an event is kept.
#[derive(Clone, Copy)]
pub(super) struct Kept(u32);

impl Kept {
    pub const NOWHERE: Self = Self(u32::MAX);
    /// The same of an event whose operation is `other`.
    pub const NOWHERE_OTHER: Self = Self(u32::MAX - 1);
    const IS_OTHER: u32 = 1 << 31;

    /// The place of that index among the changes.
    pub fn in_changes(index: u32) -> Self {
        Self(index)
    }

    /// The place of that index among the others.
    pub fn in_others(index: u32) -> Self {
        Self(index | Self::IS_OTHER)
    }

    /// Index among the changes.
    pub fn change(self) -> Option<u32> {
        (self.0 & Self::IS_OTHER == 0).then_some(self.0)
    }

    /// Index among the others.
    pub fn other(self) -> Option<u32> {
        let is_somewhere = self.0 < Self::NOWHERE_OTHER.0;
        (is_somewhere && self.0 & Self::IS_OTHER != 0).then_some(self.0 & !Self::IS_OTHER)
    }

    /// Kept nowhere, but counted as `other`.
    pub fn is_other_nowhere(self) -> bool {
        self.0 == Self::NOWHERE_OTHER.0
    }
}

/// What is counted of an event, so that it can be taken back; the numbers are of the reader's names.
#[derive(Clone, Copy)]
pub struct Counted {
    /// When it happened.
    pub time: Timestamp,
    /// Its operation is `other`.
    pub is_other: bool,
    /// The selection keeps it.
    pub is_selected: bool,
    /// It is impersonated.
    pub is_impersonated: bool,
    /// The action.
    pub action: Id,
    /// The organization.
    pub organization: Id,
    /// Who did it.
    pub actor: Id,
    /// The connection's kind.
    pub kind: Id,
    /// From which address.
    pub ip: Id,
    /// As of a [`Delivery`].
    pub(super) seen: u32,
}

impl Counted {
    /// What is counted of an event that is kept.
    pub(super) fn of(change: &Change) -> Self {
        Self {
            time: change.time,
            is_other: change.operation == Operation::Other,
            is_selected: change.is_selected,
            is_impersonated: change.is_impersonated(),
            action: change.action,
            organization: change.organization,
            actor: change.actor,
            kind: change.kind,
            ip: change.ip,
            seen: NONE,
        }
    }
}
