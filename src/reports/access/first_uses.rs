//! Addresses and user agents that are new to an actor.

use std::cmp::Reverse;
use std::collections::HashSet;

use foldhash::fast::RandomState;

use crate::reports::ReportInput;
use crate::reports::columns::{ACTOR, ACTOR_ID, IMPERSONATOR, TIME};
use crate::reports::sheet::{Column, Kind, Table, Tone};
use crate::reports::table::{ColumnOf, Items, TableLayout};
use crate::reports::visits::{impersonator, is_impersonated};
use crate::survey::ids::Id;
use crate::survey::{Survey, Visit};

/// A visit from an address or user agent that its actor had not used before.
struct FirstUse<'a> {
    visit: &'a Visit,
    what: Used,
}

/// What was used for the first time. The order is that of the names.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Used {
    Address,
    UserAgent,
}

impl Used {
    fn name(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::UserAgent => "user agent",
        }
    }

    /// The index of the visit's address or user agent.
    fn index(self, visit: &Visit) -> Option<usize> {
        match self {
            Self::Address => visit.ip.map(Id::index),
            Self::UserAgent => visit.agent.map(Id::index),
        }
    }

    fn text<'a>(self, survey: &'a Survey, visit: &Visit) -> &'a str {
        match self {
            Self::Address => survey.ips.names.text(visit.ip),
            Self::UserAgent => survey.agents.text(visit.agent),
        }
    }
}

impl<'a> FirstUse<'a> {
    const COLUMNS: &'a [ColumnOf<Self>] = &[
        TIME.about("when it was first used").cell(|_, first| first.visit.time.into()),
        ACTOR.cell(|survey, first| survey.actor(first.visit.actor).into()),
        ACTOR_ID.rank(9).cell(|survey, first| survey.actors.names.get(first.visit.actor).into()),
        Column::new("what", "What", Kind::Text, "`address` or `user agent`")
            .cell(|_, first| first.what.name().into()),
        Column::new("value", "Value", Kind::Text, "the address or user agent")
            .cell(|survey, first| first.what.text(survey, first.visit).into()),
        IMPERSONATOR.rank(3).cell(|survey, first| impersonator(survey, first.visit).into()),
    ];

    fn tone(&self) -> Tone {
        if is_impersonated(self.visit) { Tone::Warn } else { Tone::Plain }
    }
}

/// The latest first uses of addresses and user agents.
pub fn first_uses<'a>(input: &'a ReportInput<'a>, visits: &'a [Visit]) -> Table<'a> {
    let survey = input.survey;
    let mut uses = Vec::new();
    for visits in visits.chunk_by(|a, b| a.actor == b.actor) {
        for what in [Used::Address, Used::UserAgent] {
            uses.extend(later(visits, what).map(|visit| FirstUse { visit, what }));
        }
    }
    let key = |first: &FirstUse<'a>| {
        let FirstUse { visit, what } = *first;
        (Reverse(visit.time), survey.actors.names.get(visit.actor), what, what.text(survey, visit))
    };
    let empty = "No actor used a second address or user agent.";
    TableLayout { columns: FirstUse::COLUMNS, tone: FirstUse::tone, empty }
        .table(survey, Items::top(input.top(), uses, key))
}

/// The first visit with each value, except for the very first value, which nothing precedes.
fn later(visits: &[Visit], what: Used) -> impl Iterator<Item = &Visit> {
    let mut seen = HashSet::<usize, RandomState>::default();
    visits.iter().filter(move |visit| what.index(visit).is_some_and(|index| seen.insert(index))).skip(1)
}
