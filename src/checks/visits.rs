//! Visits by actor, for rules that ask what somebody did before.

use std::ops::Range;

use crate::names::Id;
use crate::survey::{Survey, Visit};

/// The visits of every actor.
pub struct Visits<'a> {
    visits: &'a [Visit],
    /// By actor where theirs are.
    ranges: Vec<Range<usize>>,
}

impl<'a> Visits<'a> {
    /// The visits of a survey.
    pub fn of(survey: &'a Survey) -> Self {
        let visits = &*survey.visits;
        let mut ranges = vec![0..0; survey.actors.names.len()];
        let mut begin = 0;
        for together in visits.chunk_by(|a, b| a.actor == b.actor) {
            let end = begin + together.len();
            if let Some(range) = ranges.get_mut(together[0].actor as usize) {
                *range = begin..end;
            }
            begin = end;
        }
        Self { visits, ranges }
    }

    /// Those of an actor, in time order.
    pub fn by(&self, actor: Id) -> &'a [Visit] {
        self.ranges.get(actor as usize).map_or(&[], |range| &self.visits[range.clone()])
    }
}
