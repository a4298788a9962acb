//! Counts of events by name, the most frequent first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::reports::ReportInput;
use crate::reports::columns::{
    ACTOR_EMAIL, ACTOR_ID, EVENTS, FIRST, LAST, ORGANIZATION_ID, ORGANIZATION_NAME,
};
use crate::reports::sheet::{Cell, Column, Kind, Table};
use crate::reports::table::{ColumnOf, TableLayout, plain};
use crate::survey::Survey;
use crate::survey::counter::{Counter, Seen};
use crate::survey::ids::{ActionId, ActorId, Id, IpId, OrganizationId, TypeId};

/// The events counted for one name, which is an id or a term.
pub struct Counted<N> {
    name: N,
    seen: Seen,
}

const NAME: Column = Column::new("name", "Name", Kind::Text, "what was counted");

impl<N> Counted<N> {
    const EVENTS: ColumnOf<Self> = EVENTS.cell(|_, counted| counted.seen.count.into());
    const SHARE: ColumnOf<Self> = Column::new("share", "Share", Kind::Share, "share of the events shown")
        .rank(1)
        .cell(|survey, counted| Cell::Share(counted.seen.count as f64 / survey.selected.max(1) as f64));
    const FIRST: ColumnOf<Self> = FIRST.rank(3).cell(|_, counted| counted.seen.first.into());
    const LAST: ColumnOf<Self> = LAST.rank(2).cell(|_, counted| counted.seen.last.into());
}

/// Columns of actions.
pub static ACTIONS: &[ColumnOf<Counted<ActionId>>] = &[
    Column::new("action", "Action", Kind::Text, "the vendor's name")
        .cell(|survey, action| survey.action(action.name).into()),
    Column::new("operation", "Operation", Kind::Text, "the neutral word for it").rank(4).cell(
        |survey, action| {
            let (_, operation) = survey.action_facts[action.name.index()];
            operation.name().into()
        },
    ),
    Column::new("source", "Source", Kind::Text, "the source that logs it").rank(5).cell(|survey, action| {
        let (source, _) = survey.action_facts[action.name.index()];
        source.into()
    }),
    Counted::EVENTS,
    Counted::SHARE,
    Counted::FIRST,
    Counted::LAST,
];

/// Columns of organizations.
pub static ORGANIZATIONS: &[ColumnOf<Counted<OrganizationId>>] = &[
    ORGANIZATION_ID.cell(|survey, organization| survey.organizations.names.get(organization.name).into()),
    ORGANIZATION_NAME.rank(4).cell(|survey, organization| survey.organization_name(organization.name).into()),
    Counted::EVENTS,
    Counted::SHARE,
    Counted::FIRST,
    Counted::LAST,
];

/// Columns of actors.
pub static ACTORS: &[ColumnOf<Counted<ActorId>>] = &[
    ACTOR_ID.title("Actor").cell(|survey, actor| survey.actors.names.get(actor.name).into()),
    Column::new("actor_name", "Name", Kind::Text, "their latest name").rank(4).cell(|survey, actor| {
        let [name, _] = survey.actor_labels.get(actor.name);
        name.into()
    }),
    ACTOR_EMAIL.rank(5).cell(|survey, actor| survey.actor_email(actor.name).into()),
    Counted::EVENTS,
    Counted::SHARE,
    Counted::FIRST,
    Counted::LAST,
];

/// Columns of connection types.
pub static CONNECTION_TYPES: &[ColumnOf<Counted<TypeId>>] = &[
    NAME.cell(|survey, kind| survey.kinds.types.names.get(kind.name).into()),
    Counted::EVENTS,
    Counted::SHARE,
    Counted::FIRST,
    Counted::LAST,
];

/// Columns of IP addresses.
pub static IPS: &[ColumnOf<Counted<IpId>>] = &[
    NAME.cell(|survey, ip| survey.ips.names.get(ip.name).into()),
    Counted::EVENTS,
    Counted::SHARE,
    Counted::FIRST,
    Counted::LAST,
];

static TERMS: &[ColumnOf<Counted<&str>>] =
    &[NAME.cell(|_, term| term.name.into()), Counted::EVENTS, Counted::SHARE, Counted::FIRST, Counted::LAST];

const EMPTY: &str = "The events shown name none.";

/// The most frequent texts of a counter.
pub fn ranking<'a, I: Id>(
    input: &'a ReportInput<'a>,
    counter: &Counter<I>,
    columns: &'static [ColumnOf<Counted<I>>],
) -> Table<'a> {
    let (ranking, left_out) = counter.ranking(input.top());
    let items: Vec<_> = ranking.into_iter().map(|(name, seen)| Counted { name, seen }).collect();
    let table = TableLayout { columns, tone: plain, empty: EMPTY }.table(input.survey, items);
    Table { left_out: left_out as u64, ..table }
}

/// Adds up counts by term, as several counted things can share a term.
pub fn by_term<'a>(
    survey: &'a Survey,
    counts: impl Iterator<Item = (Option<&'static str>, Seen)>,
) -> Table<'a> {
    let mut terms = BTreeMap::new();
    for (term, seen) in counts {
        if let Some(term) = term {
            terms.entry(term).or_insert(Seen::NEVER).merge(seen);
        }
    }
    let mut items: Vec<_> = terms.into_iter().map(|(name, seen)| Counted { name, seen }).collect();
    items.sort_by_key(|term| Reverse(term.seen.count));
    TableLayout { columns: TERMS, tone: plain, empty: EMPTY }.table(survey, items)
}
