//! What the sentences about changes count.

use crate::model::operation::Operation;
use crate::reports::statements::{Statement, clause, each_counted, sentence};
use crate::survey::Change;
use crate::text::plural::{agreeing, counted, plural};

/// How many changes there are of each kind.
pub struct Figures {
    changes: u64,
    deleted: u64,
    disabled: u64,
    impersonated: u64,
    unattributed: u64,
    failed: u64,
    conflicting: u64,
}

impl Figures {
    /// The sentences about them.
    pub const STATEMENTS: &'static [Statement<Self>] = &[Self::shown, Self::by_whom, Self::doubtful];

    /// Counts changes.
    pub fn of<'c>(changes: impl Iterator<Item = &'c Change> + Clone) -> Self {
        let count = |is_counted: fn(&&Change) -> bool| changes.clone().filter(is_counted).count() as u64;
        Self {
            changes: count(|_| true),
            deleted: count(|change| change.did(Operation::Deleted)),
            disabled: count(|change| change.did(Operation::Disabled)),
            impersonated: count(|change| change.is_impersonated()),
            unattributed: count(|change| change.actor.is_none() && !change.is_impersonated()),
            failed: count(|change| change.has_failed),
            conflicting: count(|change| change.is_conflicting),
        }
    }

    fn shown(&self) -> Option<String> {
        let removals = each_counted(&[
            (self.deleted, &plural(self.deleted, "deletion")),
            (self.disabled, &plural(self.disabled, "disabling")),
        ]);
        let (changes, is) = (counted(self.changes, "change"), agreeing(self.changes, ["is", "are"]));
        Some(match self.changes {
            0 => "The events shown change nothing.".to_owned(),
            _ if removals.is_empty() => format!("{changes} {is} shown; none removes a connection."),
            _ => format!("{changes} {is} shown, among them {removals} of connections."),
        })
    }

    fn by_whom(&self) -> Option<String> {
        let holds = [
            "was made by somebody else in its actor's session",
            "were made by somebody else in their actors' sessions",
        ];
        let impersonated = clause(self.impersonated, "change", holds);
        let unattributed =
            clause(self.unattributed, "change", ["names nobody who made it", "name nobody who made them"]);
        let clear = "Every change names who made it, and none was made in an impersonated session.";
        let clear = (self.changes > 0).then(|| clear.to_owned());
        sentence([impersonated, unattributed]).or(clear)
    }

    fn doubtful(&self) -> Option<String> {
        let failed =
            clause(self.failed, "change", ["was an attempt that failed", "were attempts that failed"]);
        let conflicting = clause(
            self.conflicting,
            "change",
            ["contradicts an event with its id", "contradict events with their ids"],
        );
        sentence([failed, conflicting])
    }
}
