//! What the sentences about authorization count.

use crate::reports::statements::{Statement, clause, each_counted, sentence};
use crate::reports::visits::distinct;
use crate::survey::Change;
use crate::text::plural::counted;

/// What is said if nothing was done that needs an administrator.
pub const NO_ACTION: &str = "Nobody opened the portal or changed a connection.";

/// How many actions and changes there are of each kind.
pub struct Figures {
    actions: u64,
    actors: u64,
    /// The number and the name of each verdict, if there is a roster.
    verdicts: Option<Vec<(u64, &'static str)>>,
    misfits: u64,
}

impl Figures {
    /// The sentences about them.
    pub const STATEMENTS: &'static [Statement<Self>] = &[Self::by_verdict, Self::acting, Self::misfits];

    /// Counts actions that need an administrator, given the verdicts on them and how many changes do not fit.
    pub fn of(actions: &[Change], verdicts: Option<Vec<(u64, &'static str)>>, misfits: usize) -> Self {
        let actors = distinct(actions.iter().map(|change| change.actor));
        Self { actions: actions.len() as u64, actors, verdicts, misfits: misfits as u64 }
    }

    fn by_verdict(&self) -> Option<String> {
        let Some(verdicts) = &self.verdicts else {
            return Some("Without a roster, nothing says who was allowed to do what.".to_owned());
        };
        let all = verdicts.iter().map(|(count, _)| count).sum();
        let judged = clause(all, "action", ["was judged", "were judged"])?;
        Some(format!("{judged} by the roster: {}.", each_counted(verdicts)))
    }

    fn acting(&self) -> Option<String> {
        let actors = counted(self.actors, "actor");
        let actions = clause(self.actions, "action", ["needs", "need"]);
        let told = |actions| format!("{actions} the rights of an administrator; the log names {actors}.");
        Some(actions.map_or_else(|| NO_ACTION.to_owned(), told))
    }

    fn misfits(&self) -> Option<String> {
        let holds = [
            "does not fit the owner or the life of its connection",
            "do not fit the owner or the life of their connection",
        ];
        sentence([clause(self.misfits, "change", holds)])
    }
}
