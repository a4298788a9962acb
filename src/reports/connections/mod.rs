//! `report connections`: every connection with its history, and the posture at a moment.
//!
//! If a moment is given, the report is as if the log ended then. A connection first named later is not listed, even if
//! it was named for being removed and so may have been active.

mod figures;
mod history;
mod posture;

use self::figures::Figures;
use self::history::{ConnectionHistory, Histories};
use self::posture::{Posture, postures};
use super::columns::{
    CERTAINTY, CERTAINTY_REASON, CONNECTION_ID, CONNECTION_TYPE, ORGANIZATION_ID, ORGANIZATION_NAME,
    OWNER_ID, PROTOCOL, PROVIDER, certainty_reason, connection_type, protocol, provider,
};
use super::statements::statements;
use super::table::{ColumnOf, Items, TableLayout};
use super::{Report, ReportInput, presumption_notes};
use crate::model::operation::Operation;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::sheet::{Cell, Column, Kind, Section, Sheet, Table};
use crate::survey::Change;
use crate::survey::ids::{ChangeId, ConnectionId, Id};
use crate::survey::interner::head;
use crate::survey::{Survey, Wants};

/// The report.
pub static REPORT: Report = Report {
    name: "connections",
    about: "every connection with its state and life; with --at, what was known at that moment",
    schema: "ssoaudit.report.connections.v2",
    wants: Wants { changes: true, ..Wants::NOTHING },
    flags: &["--top", "--at"],
    make,
};

const NONE_BY_THEN: &str = "The log shows no connection by then.";

fn make<'a>(input: &'a ReportInput<'a>) -> Sheet<'a> {
    let at = input.options.at;
    let histories = Histories::of(input);
    let displayed = displayed(input.survey, &histories.all);
    let postures = at.map_or(Vec::new(), |at| postures(input.survey, &histories, at));
    let figures = Figures::of(displayed.iter().map(|id| &histories.all[id.index()]), at.map(|_| &*postures));
    let mut notes = input.notes();
    notes.extend(at.map(|at| format!("The posture is that of {}.", at.rfc3339(input.options.zone))));
    notes.extend(later_removals_note(input, &histories));
    let certainties = displayed.iter().map(|id| histories.all[id.index()].certainty);
    let certainties = certainties.chain(postures.iter().map(|posture| posture.certainty));
    notes.extend(presumption_notes(certainties));
    let items = Items::in_order(histories.all, displayed.iter().map(|id| id.index() as u32).collect())
        .limited(input.rows());
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Connections".to_owned(),
        statements: statements(&figures, Figures::STATEMENTS),
        provenance: None,
        notes,
        sections: vec![
            Section::table("connections", "Connections", connection_table(input, items)),
            Section::table("posture", "Posture", posture_table(input, postures)),
        ],
    }
}

fn connection_table<'a>(input: &'a ReportInput<'a>, items: Items<ConnectionHistory>) -> Table<'a> {
    let empty = match input.options.at {
        Some(_) => NONE_BY_THEN,
        None => "The events shown change no connection.",
    };
    TableLayout { columns: CONNECTIONS, tone: ConnectionHistory::tone, empty }.table(input.survey, items)
}

fn posture_table<'a>(input: &'a ReportInput<'a>, postures: Vec<Posture>) -> Table<'a> {
    let empty = match input.options.at {
        Some(_) => NONE_BY_THEN,
        None => "Give --at TIME for the posture at that moment.",
    };
    TableLayout { columns: POSTURE, tone: Posture::tone, empty }.table(input.survey, postures)
}

static CONNECTIONS: &[ColumnOf<ConnectionHistory>] = &[
    CONNECTION_ID.cell(|survey, history| survey.connections.get(history.connection).into()),
    OWNER_ID.rank(1).cell(|survey, history| survey.organizations.names.get(history.owner).into()),
    ORGANIZATION_NAME.rank(8).cell(|survey, history| survey.organization_name(history.owner).into()),
    CONNECTION_TYPE.rank(2).cell(|survey, history| connection_type(survey, history.kind)),
    PROTOCOL.rank(11).cell(|survey, history| protocol(survey, history.kind)),
    PROVIDER.rank(6).cell(|survey, history| provider(survey, history.kind)),
    Column::new(
        "state",
        "State",
        Kind::Text,
        "created, active, disabled, deleted, or unknown where it was enabled or disabled after a deletion",
    )
    .cell(|_, history| history.state.map(State::name).into()),
    CERTAINTY.cell(|_, history| history.certainty.name().into()),
    Column::new("created", "Created", Kind::Time, "first creation")
        .rank(7)
        .cell(|survey, history| time(survey, history.created)),
    Column::new("enabled", "Enabled", Kind::Time, "last enabling")
        .rank(9)
        .cell(|survey, history| time(survey, history.enabled)),
    Column::new("last_change", "Last change", Kind::Time, "last change")
        .cell(|survey, history| time(survey, history.latest)),
    Column::new(
        "active_seconds",
        "Active for",
        Kind::Duration,
        "time in state active, as far as the log shows",
    )
    .rank(3)
    .cell(|_, history| Cell::Duration(history.active_seconds())),
    Column::new("changes", "Changes", Kind::Number, "changes, with those that came again counted once")
        .rank(4)
        .cell(|_, history| history.changes.into()),
    Column::new("redeliveries", "Duplicates", Kind::Number, "how often events came again")
        .rank(10)
        .cell(|_, history| history.redeliveries.into()),
    Column::new("odd", "Anomalies", Kind::List, "changes that do not fit the state before them")
        .rank(5)
        .cell(|_, history| Cell::List(history.inconsistencies.iter().map(|text| (*text).into()).collect())),
    CERTAINTY_REASON.cell(|_, history| certainty_reason(history.certainty)),
];

static POSTURE: &[ColumnOf<Posture>] = &[
    ORGANIZATION_ID.cell(|survey, posture| survey.organizations.names.get(posture.organization).into()),
    ORGANIZATION_NAME.rank(2).cell(|survey, posture| survey.organization_name(posture.organization).into()),
    Column::new("active", "Active", Kind::Number, "connections known to be active at that moment")
        .cell(|_, posture| (posture.active.len() as u64).into()),
    Column::new(
        "without_since",
        "Without since",
        Kind::Time,
        "since when it has had none, after having had one",
    )
    .cell(|_, posture| posture.without_since.into()),
    CERTAINTY.cell(|_, posture| posture.certainty.name().into()),
    Column::new("connections", "Connections", Kind::List, "ids of the active ones").rank(1).cell(
        |survey, posture| {
            let mut ids: Vec<_> = posture.active.iter().map(|id| survey.connections.text(*id)).collect();
            ids.sort_unstable();
            Cell::List(ids.into_iter().map(Into::into).collect())
        },
    ),
    CERTAINTY_REASON.cell(|_, posture| certainty_reason(posture.certainty)),
];

/// When a change happened.
fn time(survey: &Survey, change: Option<ChangeId>) -> Cell<'_> {
    change.map(|change| survey.changes.at(change.index()).time).into()
}

/// The connections to list, by organization and id.
fn displayed(survey: &Survey, histories: &[ConnectionHistory]) -> Vec<ConnectionId> {
    let ranks = survey.organizations.names.ranks();
    let ids = ConnectionId::first(histories.len());
    let displayed = ids.zip(histories).filter(|(_, history)| history.is_displayed);
    let key = |(id, history): (ConnectionId, &ConnectionHistory)| {
        ((history.owner.map(|owner| ranks[owner.index()]), head(survey.connections.text(id))), id)
    };
    let mut displayed: Vec<_> = displayed.map(key).collect();
    parallel::sort_by(&mut displayed, |(a, one), (b, other)| {
        let text = |id: &ConnectionId| survey.connections.text(*id);
        a.cmp(b).then_with(|| text(one).cmp(text(other)))
    });
    displayed.into_iter().map(|(_, id)| id).collect()
}

/// A note about connections that are not listed but may have existed at the requested moment: the log first names
/// them when they were removed later.
fn later_removals_note(input: &ReportInput<'_>, histories: &Histories) -> Option<String> {
    input.options.at?;
    let survey = input.survey;
    let mut is_named: Vec<_> = histories.all.iter().map(|history| history.changes > 0).collect();
    let has_happened = |time: Timestamp| time > histories.now && time <= input.options.now;
    let is_removal = |change: &Change| change.did(Operation::Deleted) || change.did(Operation::Disabled);
    let mut later = 0_u64;
    for change in survey.changes.iter() {
        let Some(connection) = change.connection else {
            continue;
        };
        let was_named = std::mem::replace(&mut is_named[connection.index()], true);
        let is_first = !was_named && change.scopes.is_selected();
        later += u64::from(is_first && is_removal(&change) && has_happened(change.time));
    }
    let (connections, they_were, they) = match later {
        0 => return None,
        1 => ("1 connection".to_owned(), "it was", "it"),
        more => (format!("{more} connections"), "they were", "they"),
    };
    Some(format!(
        "Not shown: {connections} that the log names only later, when {they_were} removed; {they} may have \
         been active then."
    ))
}
