//! What the sentences about authorization count.

use super::{Assessed, Misfit, NO_ACTION, VERDICTS};
use crate::reports::statements::{Statement, clause, each_counted, sentence};
use crate::reports::visits::distinct;
use crate::survey::Change;
use crate::text::plural::counted;

/// How many actions and changes there are of each kind.
pub struct Figures {
    actions: u64,
    actors: u64,
    /// The actions of each verdict, in the order of [`VERDICTS`], if there is a roster.
    verdicts: Option<[u64; VERDICTS.len()]>,
    misfits: u64,
}

impl Figures {
    /// The sentences about them.
    pub const STATEMENTS: &'static [Statement<Self>] = &[Self::by_verdict, Self::acting, Self::misfits];

    /// Counts actions that need an administrator, the verdicts on them, and changes that do not fit.
    pub fn of(actions: &[&Change], assessed: Option<&[Assessed<'_>]>, misfits: &[Misfit<'_>]) -> Self {
        let verdicts = assessed.map(|assessed| {
            let mut counts = [0; VERDICTS.len()];
            assessed.iter().for_each(|assessed| counts[assessed.verdict as usize] += 1);
            counts
        });
        let actors = distinct(actions.iter().map(|change| change.actor));
        Self { actions: actions.len() as u64, actors, verdicts, misfits: misfits.len() as u64 }
    }

    fn by_verdict(&self) -> Option<String> {
        let Some(verdicts) = self.verdicts else {
            return Some("Without a roster, nothing says who was allowed to do what.".to_owned());
        };
        let named: Vec<_> = verdicts.into_iter().zip(VERDICTS.iter().map(|info| info.name)).collect();
        let judged = clause(verdicts.iter().sum(), "action", ["was judged", "were judged"])?;
        Some(format!("{judged} by the roster: {}.", each_counted(&named)))
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
