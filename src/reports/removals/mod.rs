//! `report removals`: every deletion and disabling, and how long it left an organization without SSO.
//!
//! An exposure begins with the change that removes the last active connection. It ends when a connection of the
//! organization becomes active, or at the end of the logs that would show that.

mod chart;
mod exposure;
mod figures;

use self::exposure::{Removal, removals};
use self::figures::Figures;
use super::columns::{
    ACTOR, ACTOR_EMAIL, ACTOR_ID, CERTAINTY, CERTAINTY_REASON, CONNECTION_ID, CONNECTION_TYPE, IMPERSONATOR,
    IP, ORGANIZATION_NAME, OWNER_ID, PROTOCOL, PROVIDER, TIME, certainty_reason, connection_type, protocol,
    provider,
};
use super::statements::statements;
use super::table::{ColumnOf, Items, TableLayout};
use super::{Report, ReportInput, presumption_notes};
use crate::parallel;
use crate::reports::sheet::{Cell, Column, Kind, Section, Sheet};
use crate::survey::ids::Id;
use crate::survey::{Change, Survey, Wants};

/// The report.
pub static REPORT: Report = Report {
    name: "removals",
    about: "every deletion or disabling, what it left behind, and for how long",
    schema: "ssoaudit.report.removals.v2",
    wants: Wants { changes: true, ..Wants::NOTHING },
    flags: &["--top"],
    make,
};

fn make<'a>(input: &'a ReportInput<'a>) -> Sheet<'a> {
    let (removals, end) = removals(input);
    let (figures, chart) = parallel::both(|| Figures::of(&removals), || chart::chart(input, &removals, end));
    let mut notes = input.notes();
    notes.extend(presumption_notes(removals.iter().map(|removal| removal.certainty)));
    let layout = TableLayout {
        columns: Removal::COLUMNS,
        tone: Removal::tone,
        empty: "The events shown remove no connection.",
    };
    let table = layout.table(input.survey, Items::from(removals).limited(input.rows()));
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Removals".to_owned(),
        statements: statements(&figures, Figures::STATEMENTS),
        provenance: None,
        notes,
        sections: vec![
            Section::table("removals", "Removals, the worst first", table),
            Section::facts("totals", "Totals", figures.facts()),
            Section::chart("exposure", "Organizations without an active connection", chart),
        ],
    }
}

impl Removal {
    fn replacement(&self, survey: &Survey) -> Option<Change> {
        Some(survey.changes.at(self.replaced_by?.index()))
    }

    const COLUMNS: &'static [ColumnOf<Self>] = &[
        TIME.cell(|_, removal| removal.change.time.into()),
        OWNER_ID.cell(|survey, removal| survey.organizations.names.get(removal.step.owner).into()),
        ORGANIZATION_NAME
            .rank(10)
            .cell(|survey, removal| survey.organization_name(removal.step.owner).into()),
        Column::new("operation", "Operation", Kind::Text, "`deleted` or `disabled`")
            .rank(3)
            .cell(|_, removal| removal.change.operation.name().into()),
        Column::new(
            "exposure_seconds",
            "Exposure",
            Kind::Duration,
            "how long the organization was without an active connection, where this removed the last one",
        )
        .cell(|_, removal| removal.exposure.map(|exposure| Cell::Duration(exposure.seconds)).into()),
        Column::new(
            "still_exposed",
            "Ongoing",
            Kind::Flag,
            "whether this lasts to the end of the log that would show its end",
        )
        .rank(4)
        .cell(|_, removal| removal.is_ongoing().into()),
        CERTAINTY.cell(|_, removal| removal.certainty.name().into()),
        Column::new(
            "left_active",
            "Active remaining",
            Kind::Number,
            "active connections the organization had left, as far as the log shows",
        )
        .rank(6)
        .cell(|_, removal| u64::from(removal.step.left).into()),
        ACTOR.rank(1).cell(|survey, removal| survey.actor(removal.change.actor).into()),
        CONNECTION_ID
            .rank(5)
            .cell(|survey, removal| survey.connections.get(removal.change.connection).into()),
        CONNECTION_TYPE.rank(7).cell(|survey, removal| connection_type(survey, removal.change.kind)),
        PROVIDER.rank(9).cell(|survey, removal| provider(survey, removal.change.kind)),
        PROTOCOL.rank(15).cell(|survey, removal| protocol(survey, removal.change.kind)),
        Column::new(
            "replaced_by",
            "Replaced by",
            Kind::Id,
            "connection of the organization that became active next",
        )
        .rank(10)
        .cell(|survey, removal| {
            removal.replacement(survey).and_then(|by| survey.connections.get(by.connection)).into()
        }),
        Column::new("replaced_after_seconds", "After", Kind::Duration, "how long that took").rank(11).cell(
            |survey, removal| {
                let seconds =
                    removal.replacement(survey).map(|by| by.time.seconds_since(removal.change.time));
                seconds.map(Cell::Duration).into()
            },
        ),
        Column::new(
            "recreated",
            "Re-created",
            Kind::Flag,
            "whether a connection of the same protocol and provider was created or enabled later",
        )
        .rank(6)
        .cell(|_, removal| removal.is_recreated.into()),
        Column::new(
            "exposure_ends",
            "Until",
            Kind::Time,
            "when the time without an active connection ended; empty while it lasts",
        )
        .rank(16)
        .cell(|_, removal| {
            let over = removal.exposure.filter(|exposure| exposure.is_over);
            over.map(|exposure| exposure.until).into()
        }),
        IMPERSONATOR
            .rank(8)
            .cell(|survey, removal| survey.impersonators.get(removal.change.impersonator).into()),
        IP.rank(2).cell(|survey, removal| survey.ips.names.get(removal.change.ip).into()),
        ACTOR_ID.rank(14).cell(|survey, removal| survey.actors.names.get(removal.change.actor).into()),
        ACTOR_EMAIL.rank(13).cell(|survey, removal| survey.actor_email(removal.change.actor).into()),
        CERTAINTY_REASON.cell(|_, removal| certainty_reason(removal.certainty)),
    ];
}
