//! Runs of visits by one actor: bursts, sessions, and all visits of actors in several organizations.

use std::borrow::Cow;
use std::cmp::Reverse;

use crate::analysis::bursts;
use crate::model::time::Timestamp;
use crate::reports::ReportInput;
use crate::reports::columns::{ACTOR, ACTOR_ID, EVENTS, FIRST, IMPERSONATOR, LAST, ORGANIZATIONS};
use crate::reports::sheet::{Cell, Column, Kind, Table, Tone};
use crate::reports::table::{ColumnOf, Items, TableLayout, plain};
use crate::reports::visits::{distinct, few, frequent, impersonator, is_impersonated};
use crate::survey::ids::OrganizationId;
use crate::survey::{Survey, Visit};

/// A longer silence ends a session.
pub const SESSION_GAP_SECONDS: u64 = 30 * 60;
const MAX_PAGES: usize = 20;
const MAX_ORGANIZATIONS: usize = 5;

/// Visits of one actor in time order.
struct Run<'a> {
    visits: Cow<'a, [Visit]>,
    /// The organizations visited, the most frequent first.
    organizations: Vec<OrganizationId>,
}

const FROM: Column = Column::new("from", "From", Kind::Time, "when its first event happened");
const TO: Column = Column::new("to", "To", Kind::Time, "when its last event happened").rank(7);
const ORGANIZATION_NAMES: Column = Column::new(
    "organization_names",
    "Which",
    Kind::List,
    "up to five of them by name or id, those with the most events first",
)
.rank(8);

impl<'a> Run<'a> {
    const ACTOR: ColumnOf<Self> = ACTOR.cell(|survey, run| survey.actor(run.visits[0].actor).into());
    const ACTOR_ID: ColumnOf<Self> =
        ACTOR_ID.rank(9).cell(|survey, run| survey.actors.names.get(run.visits[0].actor).into());
    const EVENTS: ColumnOf<Self> = EVENTS.cell(|_, run| (run.visits.len() as u64).into());
    const FROM: ColumnOf<Self> = FROM.cell(|_, run| first(&run.visits).into());
    const TO: ColumnOf<Self> = TO.cell(|_, run| last(&run.visits).into());
    const ORGANIZATIONS: ColumnOf<Self> =
        ORGANIZATIONS.rank(5).cell(|_, run| (run.organizations.len() as u64).into());
    const ORGANIZATION_NAMES: ColumnOf<Self> = ORGANIZATION_NAMES.cell(|survey, run| {
        let name = |id: &OrganizationId| {
            survey.organization_name(*id).unwrap_or(survey.organizations.names.text(*id))
        };
        few(run.organizations.iter().map(|id| name(id).into()), MAX_ORGANIZATIONS)
    });

    const BURSTS: &'a [ColumnOf<Self>] = &[
        Self::ACTOR,
        Self::ACTOR_ID,
        Self::EVENTS,
        Self::FROM,
        Self::TO,
        Self::ORGANIZATIONS,
        Self::ORGANIZATION_NAMES,
        Column::new("operations", "Operations", Kind::List, "what happened, in neutral words")
            .rank(6)
            .cell(|_, burst| operations(&burst.visits)),
    ];

    const CROSS_ORGANIZATION: &'a [ColumnOf<Self>] = &[
        Self::ACTOR,
        Self::ACTOR_ID,
        ORGANIZATIONS.cell(|_, run| (run.organizations.len() as u64).into()),
        Self::ORGANIZATION_NAMES,
        Self::EVENTS,
        FIRST.rank(7).cell(|_, run| first(&run.visits).into()),
        LAST.rank(6).cell(|_, run| last(&run.visits).into()),
    ];

    const SESSIONS: &'a [ColumnOf<Self>] = &[
        Self::ACTOR,
        Self::ACTOR_ID,
        Self::FROM,
        Self::TO,
        Column::new("duration_seconds", "Duration", Kind::Duration, "from the first to the last event")
            .cell(|_, session| Cell::Duration(duration(&session.visits))),
        Self::EVENTS,
        Self::ORGANIZATIONS,
        Self::ORGANIZATION_NAMES,
        IMPERSONATOR.rank(3).cell(|survey, session| impersonator(survey, &session.visits[0]).into()),
        Column::new(
            "path",
            "Path",
            Kind::List,
            "pages in order without consecutive repeats; `…` after 20 of them",
        )
        .rank(10)
        .cell(|survey, session| path(survey, &session.visits)),
    ];

    fn new(survey: &Survey, visits: Cow<'a, [Visit]>) -> Self {
        let ids = visits.iter().map(|visit| visit.organization);
        let organizations = frequent(ids, |id| survey.organizations.names.text(id));
        Self { visits, organizations: organizations.into_iter().map(|(id, _)| id).collect() }
    }
}

fn first(visits: &[Visit]) -> Timestamp {
    visits[0].time
}

fn last(visits: &[Visit]) -> Timestamp {
    visits[visits.len() - 1].time
}

fn duration(visits: &[Visit]) -> u64 {
    last(visits).seconds_since(first(visits))
}

/// The largest bursts.
pub fn bursts<'a>(input: &'a ReportInput<'a>, visits: &'a [Visit]) -> Table<'a> {
    let (survey, burst) = (input.survey, input.options.burst);
    let mut bursts = Vec::new();
    for visits in visits.chunk_by(|a, b| a.actor == b.actor) {
        let found = bursts::bursts(visits, |visit| visit.time, burst.events, burst.seconds);
        bursts.extend(found.into_iter().map(|range| &visits[range]));
    }
    // Bursts of an actor are already in time order, and actors are in order of their ids.
    let key = |visits: &&[Visit]| (Reverse(visits.len()), first(visits));
    let runs = Items::top(input.top(), bursts, key).map(|visits| Run::new(survey, visits.into()));
    let tone = |burst: &Run<'_>| {
        let changes_state = |visit: &Visit| visit.operation.state().is_some();
        if burst.visits.iter().any(changes_state) { Tone::Warn } else { Tone::Plain }
    };
    TableLayout { columns: Run::BURSTS, tone, empty: "There are no bursts." }.table(survey, runs)
}

fn operations(visits: &[Visit]) -> Cell<'static> {
    let mut operations: Vec<_> = visits.iter().map(|visit| visit.operation).collect();
    operations.sort_unstable();
    operations.dedup();
    Cell::List(operations.iter().map(|operation| operation.name().into()).collect())
}

/// The actors who visited the most organizations, if more than one.
pub fn cross_organization<'a>(input: &'a ReportInput<'a>, visits: &'a [Visit]) -> Table<'a> {
    let survey = input.survey;
    let actors = visits
        .chunk_by(|a, b| a.actor == b.actor)
        .map(|visits| (distinct(visits.iter().map(|visit| visit.organization)), visits))
        .filter(|(organizations, _)| *organizations > 1);
    let key = |(organizations, visits): &(u64, &[Visit])| {
        (Reverse((*organizations, visits.len())), survey.actor(visits[0].actor))
    };
    let runs = Items::top(input.top(), actors, key).map(|(_, visits)| Run::new(survey, visits.into()));
    let empty = "No actor is seen in more than one organization.";
    TableLayout { columns: Run::CROSS_ORGANIZATION, tone: plain, empty }.table(survey, runs)
}

/// The longest sessions.
pub fn sessions<'a>(input: &'a ReportInput<'a>, visits: &'a [Visit]) -> Table<'a> {
    let survey = input.survey;
    let actors: Vec<_> = visits
        .chunk_by(|a, b| a.actor == b.actor)
        .map(|visits| grouped_by_impersonator(survey, visits))
        .collect();
    let goes_on = |a: &Visit, b: &Visit| {
        let is_same = a.actor == b.actor && impersonator(survey, a) == impersonator(survey, b);
        is_same && b.time <= a.time.later_by(SESSION_GAP_SECONDS)
    };
    let sessions = actors.iter().flat_map(|visits| visits.chunk_by(goes_on));
    // Ties stay in order of actor and time.
    let key = |visits: &&[Visit]| Reverse((duration(visits), visits.len()));
    let runs =
        Items::top(input.top(), sessions, key).map(|visits| Run::new(survey, Cow::Owned(visits.to_vec())));
    let tone = |session: &Run<'_>| {
        if is_impersonated(&session.visits[0]) { Tone::Warn } else { Tone::Plain }
    };
    TableLayout { columns: Run::SESSIONS, tone, empty: "The events shown name no actor." }.table(survey, runs)
}

/// The visits of an actor, grouped by impersonator, as impersonated visits are no part of the actor's own sessions.
fn grouped_by_impersonator<'a>(survey: &Survey, visits: &'a [Visit]) -> Cow<'a, [Visit]> {
    let who = |visit: &Visit| impersonator(survey, visit);
    let mut visits = Cow::Borrowed(visits);
    if visits.iter().any(|visit| who(visit) != who(&visits[0])) {
        visits.to_mut().sort_by(|a, b| who(a).cmp(&who(b)));
    }
    visits
}

fn path<'a>(survey: &'a Survey, visits: &[Visit]) -> Cell<'a> {
    let mut pages: Vec<_> = visits.iter().filter_map(|visit| survey.pages.get(visit.page)).collect();
    pages.dedup();
    few(pages.into_iter().map(Cow::Borrowed), MAX_PAGES)
}
