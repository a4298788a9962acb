//! `report changes`: every configuration change in time order.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::{CERTAINTY, CERTAINTY_REASON, Report, ReportInput, certainty_cells};
use crate::analysis::lifecycle;
use crate::analysis::reach::Certainty;
use crate::model::operation::Operation;
use crate::model::state::State;
use crate::reports::sheet::{Body, Cell, Column, Kind, Row, Section, Sheet, Tone};
use crate::survey::Change;
use crate::survey::Wants;

/// The report.
pub static REPORT: Report = Report {
    name: "changes",
    about: "every configuration change in time order: who, from where, what, before and after",
    schema: "ssoaudit.report.changes.v2",
    wants: Wants { counts: false, changes: true, visits: false, notes: None },
    takes: &["--top"],
    make,
};

static COLUMNS: &[Column] = &[
    Column::new("time", "Time", Kind::Time, "when it happened"),
    Column::new("organization_id", "Organization", Kind::Id, "organization id").rank(3),
    Column::new("organization_name", "Name", Kind::Text, "the organization's latest name").rank(11),
    Column::new("operation", "Operation", Kind::Text, "what happened, in the neutral word"),
    Column::new("action", "Action", Kind::Text, "what happened, in the vendor's word").rank(16),
    Column::new("connection_id", "Connection", Kind::Id, "connection id"),
    Column::new("connection_type", "Type", Kind::Text, "the vendor's connection type").rank(4),
    Column::new("protocol", "Protocol", Kind::Text, "neutral protocol").rank(15),
    Column::new("provider", "Provider", Kind::Text, "neutral identity provider").rank(6),
    Column::new("before", "Before", Kind::Text, "state before, where the log shows it").rank(5),
    Column::new("after", "After", Kind::Text, "state after").rank(5),
    Column::new(
        "actor",
        "Actor",
        Kind::Text,
        "name, e-mail address or id of who did it; empty where the source does not say",
    )
    .rank(1),
    Column::new("actor_id", "Actor id", Kind::Id, "id of who did it").rank(13),
    Column::new("actor_email", "E-mail", Kind::Text, "e-mail address of who did it").rank(12),
    Column::new("ip", "IP", Kind::Text, "address it came from").rank(8),
    Column::new(
        "since_portal_seconds",
        "After portal",
        Kind::Duration,
        "time since the actor opened the portal last",
    )
    .rank(9),
    Column::new("impersonator", "Impersonator", Kind::Text, "who acted in the actor's session").rank(2),
    Column::new("impersonation_reason", "Reason", Kind::Text, "why they did").rank(14),
    Column::new("redeliveries", "Duplicates", Kind::Number, "how often the event came again").rank(17),
    Column::new("conflict", "Conflict", Kind::Flag, "another event with its id says something else").rank(10),
    CERTAINTY.rank(5),
    CERTAINTY_REASON,
];

fn make<'a>(material: &'a ReportInput<'a>) -> Sheet<'a> {
    let shown = shown(material);
    let count = shown.len();
    let mut notes = material.notes();
    notes.extend(material.notes_of_doubt(shown.iter().map(|shown| shown.certainty)));
    let row = move |index: usize| row(material, shown[index]);
    let table = material.list(COLUMNS, count, row, "The events shown change nothing.");
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Changes".to_owned(),
        notes,
        sections: vec![Section { key: "changes", title: "Changes", body: Body::Table(table) }],
    }
}

/// A selected change.
#[derive(Clone, Copy)]
struct Shown {
    /// Its index.
    change: usize,
    before: Option<State>,
    after: Option<State>,
    /// How the states are known.
    certainty: Certainty,
    /// Seconds since the actor opened the portal last.
    since_portal: Option<u64>,
}

fn shown(material: &ReportInput<'_>) -> Vec<Shown> {
    let changes = &material.survey.changes;
    let reach = material.reach();
    // Before, after, and how that is known.
    let mut states: Vec<_> = changes.iter().map(|change| (None, change.operation.state(), None)).collect();
    let certainty =
        |owner, change: &Change| reach.certainty(owner, change.action, (change.time, change.time));
    lifecycle::walk(material.survey, material.options.now, |step| {
        let certainty = certainty(step.owner, &changes[step.change]).unless(step.has_unknown_state());
        states[step.change] = (step.before, Some(step.after), Some(certainty));
    });
    let mut portals = HashMap::with_hasher(RandomState::default());
    let mut shown = Vec::new();
    for (index, (change, (before, after, known))) in changes.iter().zip(states).enumerate() {
        if change.operation == Operation::PortalOpened {
            portals.insert(change.actor, change.time);
        } else if change.is_selected {
            let opened = portals.get(&change.actor).filter(|_| change.actor.is_some());
            let since_portal = opened.map(|opened| change.time.seconds_since(*opened));
            let certainty = known.unwrap_or_else(|| certainty(change.organization, change));
            shown.push(Shown { change: index, before, after, certainty, since_portal });
        }
    }
    shown
}

fn row<'a>(material: &'a ReportInput<'a>, shown: Shown) -> Row<'a> {
    let survey = material.survey;
    let change = &survey.changes[shown.change];
    let mut cells = Vec::with_capacity(COLUMNS.len());
    cells.push(change.time.into());
    cells.extend(survey.organization_cells(change.organization));
    cells.push(change.operation.name().into());
    cells.push(survey.action(change.action).into());
    cells.extend(survey.connection_cells(change.connection, change.kind));
    cells.push(shown.before.map(State::name).into());
    cells.push(shown.after.map(State::name).into());
    cells.extend(survey.actor_cells(change.actor));
    cells.push(survey.ips.names.get(change.ip).into());
    cells.push(shown.since_portal.map_or(Cell::Nothing, Cell::Duration));
    cells.push(survey.impersonators.get(change.impersonator).into());
    cells.push(survey.reasons.get(change.reason).into());
    cells.push(u64::from(change.redeliveries).into());
    cells.push(change.is_conflicting.into());
    cells.extend(certainty_cells(shown.certainty));
    Row { cells, tone: tone(change.operation, change.is_conflicting, change.impersonator.is_some()) }
}

fn tone(operation: Operation, is_conflicting: bool, is_impersonated: bool) -> Tone {
    match operation {
        _ if is_conflicting => Tone::Bad,
        Operation::Deleted if is_impersonated => Tone::Bad,
        Operation::Deleted | Operation::Disabled => Tone::Warn,
        Operation::Enabled => Tone::Good,
        _ => Tone::Plain,
    }
}
