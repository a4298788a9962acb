//! What the sentences about changes count.

use super::ChangeRow;
use crate::model::operation::Operation;
use crate::reports::statements::{Statement, clause, each_counted, sentence};
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
    pub fn of(rows: &[ChangeRow<'_>]) -> Self {
        let count =
            |is_counted: fn(&ChangeRow<'_>) -> bool| rows.iter().filter(|row| is_counted(row)).count() as u64;
        Self {
            changes: rows.len() as u64,
            deleted: count(|row| row.change.did(Operation::Deleted)),
            disabled: count(|row| row.change.did(Operation::Disabled)),
            impersonated: count(|row| row.change.is_impersonated()),
            unattributed: count(|row| row.change.actor.is_none() && !row.change.is_impersonated()),
            failed: count(|row| row.change.has_failed),
            conflicting: count(|row| row.change.is_conflicting),
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
