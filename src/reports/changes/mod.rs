//! `report changes`: every configuration change in time order.
//!
//! A change that names no actor, or was made in the set-up portal, gets a probable cause: whoever created the latest
//! portal URL of the organization before it. That is presumed, and said to be.

mod figures;

use std::collections::HashMap;

use foldhash::fast::RandomState;

use self::figures::Figures;
use super::columns::{
    ACTOR, ACTOR_EMAIL, ACTOR_ID, CERTAINTY, CERTAINTY_REASON, CONNECTION_ID, CONNECTION_TYPE, IMPERSONATOR,
    IP, ORGANIZATION_ID, ORGANIZATION_NAME, PROTOCOL, PROVIDER, TIME, certainty_reason, connection_type,
    protocol, provider,
};
use super::statements::statements;
use super::table::{ColumnOf, Items, TableLayout};
use super::{Report, ReportInput, presumption_notes};
use crate::analysis::lifecycle;
use crate::analysis::reach::Certainty;
use crate::model::operation::Operation;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::reports::sheet::{Cell, Column, Kind, Section, Sheet, Tone};
use crate::survey::ids::{ChangeId, Id, OrganizationId};
use crate::survey::{Change, Survey, Wants};

/// The report.
pub static REPORT: Report = Report {
    name: "changes",
    about: "every configuration change in time order: who, from where, what, before and after",
    schema: "ssoaudit.report.changes.v4",
    wants: Wants { changes: true, conflicts: true, ..Wants::NOTHING },
    flags: &["--top"],
    make,
};

fn make<'a>(input: &'a ReportInput<'a>) -> Sheet<'a> {
    let rows = rows(input);
    let mut notes = input.notes();
    let has_cause = rows.iter().any(|row| row.cause.is_some());
    notes.extend(has_cause.then(|| CAUSE_NOTE.to_owned()));
    notes.extend(presumption_notes(rows.iter().map(|row| row.certainty)));
    let figures = Figures::of(rows.iter().map(|row| &row.change));
    let layout = TableLayout {
        columns: ChangeRow::COLUMNS,
        tone: ChangeRow::tone,
        empty: "The events shown change nothing.",
    };
    let table = layout.table(input.survey, Items::from(rows).limited(input.rows()));
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Changes".to_owned(),
        statements: statements(&figures, Figures::STATEMENTS),
        provenance: None,
        notes,
        sections: vec![Section::table("changes", "Changes", table)],
    }
}

/// A selected change, and what follows from the other changes.
struct ChangeRow {
    change: Change,
    before: Option<State>,
    after: Option<State>,
    /// The certainty of the states.
    certainty: Certainty,
    /// Seconds since the actor last opened the portal.
    since_portal: Option<u64>,
    /// The portal URL through which it was probably made.
    cause: Option<ChangeId>,
}

impl ChangeRow {
    fn cause(&self, survey: &Survey) -> Option<Change> {
        Some(survey.changes.at(self.cause?.index()))
    }

    const COLUMNS: &'static [ColumnOf<Self>] = &[
        TIME.cell(|_, row| row.change.time.into()),
        ORGANIZATION_ID
            .rank(3)
            .cell(|survey, row| survey.organizations.names.get(row.change.organization).into()),
        ORGANIZATION_NAME
            .rank(11)
            .cell(|survey, row| survey.organization_name(row.change.organization).into()),
        Column::new("operation", "Operation", Kind::Text, "the neutral word for what happened")
            .cell(|_, row| row.change.operation.name().into()),
        Column::new("failed", "Failed", Kind::Flag, "whether it was an attempt that failed")
            .rank(9)
            .cell(|_, row| row.change.has_failed.into()),
        Column::new("action", "Action", Kind::Text, "the vendor's name for what happened")
            .rank(16)
            .cell(|survey, row| survey.action(row.change.action).into()),
        CONNECTION_ID.cell(|survey, row| survey.connections.get(row.change.connection).into()),
        CONNECTION_TYPE.rank(4).cell(|survey, row| connection_type(survey, row.change.kind)),
        PROTOCOL.rank(15).cell(|survey, row| protocol(survey, row.change.kind)),
        PROVIDER.rank(6).cell(|survey, row| provider(survey, row.change.kind)),
        Column::new("before", "Before", Kind::Text, "state before, where the log shows it")
            .rank(5)
            .cell(|_, row| row.before.map(State::name).into()),
        Column::new("after", "After", Kind::Text, "state after")
            .rank(5)
            .cell(|_, row| row.after.map(State::name).into()),
        ACTOR.rank(1).cell(|survey, row| survey.actor(row.change.actor).into()),
        ACTOR_ID.rank(13).cell(|survey, row| survey.actors.names.get(row.change.actor).into()),
        ACTOR_EMAIL.rank(12).cell(|survey, row| survey.actor_email(row.change.actor).into()),
        IP.rank(8).cell(|survey, row| survey.ips.names.get(row.change.ip).into()),
        Column::new(
            "since_portal_seconds",
            "After portal",
            Kind::Duration,
            "time since the actor last opened the portal",
        )
        .rank(9)
        .cell(|_, row| row.since_portal.map(Cell::Duration).into()),
        Column::new(
            "probable_cause",
            "Probable cause",
            Kind::Text,
            "presumed, not logged: who created the organization's latest portal URL, at most 24 hours before; \
             only where the event names no actor, or the change was made in the portal",
        )
        .rank(7)
        .cell(|survey, row| survey.actor(row.cause(survey).and_then(|cause| cause.actor)).into()),
        Column::new("probable_cause_id", "Probable cause id", Kind::Id, "presumed: id of who created that URL")
            .rank(19)
            .cell(|survey, row| survey.actors.names.get(row.cause(survey).and_then(|cause| cause.actor)).into()),
        Column::new(
            "probable_cause_impersonator",
            "Probable impersonator",
            Kind::Text,
            "presumed: who acted in their session when that URL was created",
        )
        .rank(19)
        .cell(|survey, row| survey.impersonators.get(row.cause(survey).and_then(|cause| cause.impersonator)).into()),
        Column::new(
            "probable_cause_seconds",
            "Portal URL before",
            Kind::Duration,
            "how long before the change that URL was created",
        )
        .rank(7)
        .cell(|survey, row| {
            row.cause(survey).map(|cause| Cell::Duration(row.change.time.seconds_since(cause.time))).into()
        }),
        IMPERSONATOR.rank(2).cell(|survey, row| survey.impersonators.get(row.change.impersonator).into()),
        Column::new("impersonation_reason", "Reason", Kind::Text, "why they did")
            .rank(14)
            .cell(|survey, row| survey.reasons.get(row.change.reason).into()),
        Column::new("redeliveries", "Duplicates", Kind::Number, "how often the event came again")
            .rank(17)
            .cell(|_, row| u64::from(row.change.redeliveries).into()),
        Column::new(
            "conflict",
            "Conflict",
            Kind::Flag,
            "whether another event with its id says something else",
        )
            .rank(10)
            .cell(|_, row| row.change.is_conflicting.into()),
        CERTAINTY.rank(5).cell(|_, row| row.certainty.name().into()),
        CERTAINTY_REASON.cell(|_, row| certainty_reason(row.certainty)),
    ];

    fn tone(&self) -> Tone {
        match self.change.operation {
            _ if self.change.is_conflicting => Tone::Bad,
            _ if self.change.has_failed => Tone::Plain,
            Operation::Deleted if self.change.is_impersonated() => Tone::Bad,
            Operation::Deleted | Operation::Disabled => Tone::Warn,
            Operation::Enabled => Tone::Good,
            _ => Tone::Plain,
        }
    }
}

/// How long before a change a portal URL may have been created to be its probable cause. URLs live for minutes, but
/// who uses one may take the rest of the day.
const CAUSE_SECONDS: u64 = 24 * 3600;

const CAUSE_NOTE: &str = "A probable cause is presumed: it is whoever created the organization's latest portal \
    URL before the change, within 24 hours. The log does not say who made the change.";

/// The states before and after a change, and their certainty.
#[derive(Clone, Copy)]
struct States {
    before: Option<State>,
    after: Option<State>,
    certainty: Option<Certainty>,
    /// The organization that owns the connection.
    owner: Option<OrganizationId>,
}

fn rows(input: &ReportInput<'_>) -> Vec<ChangeRow> {
    let changes = &input.survey.changes;
    let reach = input.reach();
    let certainty =
        |owner, change: &Change| reach.certainty(owner, change.action, (change.time, change.time));
    let without_step =
        |change: Change| States { before: None, after: change.state(), certainty: None, owner: None };
    let mut states: Vec<_> = changes.iter().map(without_step).collect();
    lifecycle::walk(input.survey, input.options.now, |step| {
        let certainty = certainty(step.owner, &changes.at(step.change.index()));
        let certainty = if step.has_unknown_state() { certainty.contradicted() } else { certainty };
        states[step.change.index()] = States {
            before: step.before,
            after: Some(step.after),
            certainty: Some(certainty),
            owner: step.owner,
        };
    });
    let mut opened: HashMap<_, Timestamp, RandomState> = HashMap::default();
    let mut links: HashMap<OrganizationId, (ChangeId, Change), RandomState> = HashMap::default();
    let mut rows = Vec::new();
    for ((id, change), states) in ChangeId::first(changes.len()).zip(changes.iter()).zip(states) {
        if change.operation == Operation::PortalOpened {
            if !change.has_failed {
                opened.insert(change.actor, change.time);
                links.extend(change.organization.map(|organization| (organization, (id, change))));
            }
        } else if change.scopes.is_selected() {
            let organization = change.organization.or(states.owner);
            let link = organization.and_then(|organization| links.get(&organization)).copied();
            let opened = opened.get(&change.actor).filter(|_| change.actor.is_some());
            rows.push(ChangeRow {
                change,
                before: states.before,
                after: states.after,
                certainty: states.certainty.unwrap_or_else(|| certainty(change.organization, &change)),
                since_portal: opened.map(|opened| change.time.seconds_since(*opened)),
                cause: link
                    .filter(|(_, link)| is_probable_cause(link, &change, input.options.now))
                    .map(|(id, _)| id),
            });
        }
    }
    rows
}

/// Whether a change was probably made through the latest portal URL of its organization.
fn is_probable_cause(link: &Change, change: &Change, now: Timestamp) -> bool {
    let is_unattributed = change.actor.is_none() && !change.is_impersonated();
    (is_unattributed || change.is_in_portal)
        && change.time <= now
        && change.time.nanos_since(link.time) <= u128::from(CAUSE_SECONDS) * 1_000_000_000
}
