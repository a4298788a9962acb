//! `diff`: what a newer log adds to an older one, lacks and contradicts.

use std::collections::BTreeSet;

use super::columns::{
    ACTOR, ACTOR_EMAIL, ACTOR_ID, CONNECTION_ID, FIRST, IP, LAST, ORGANIZATION_NAME, OWNER_ID, TIME,
};
use crate::analysis::comparison::events::{Difference, OneSided};
use crate::analysis::comparison::{NewAdmin, OrganizationDifference, SsoDifference, StateDifference};
use crate::model::time::Timestamp;
use crate::reports::sheet::{Cell, Column, Fact, Kind, Row, Rows, Section, Sheet, Table, Tone};
use crate::reports::statements::{Statement, clause, each_counted, sentence, statements};

/// Name and version of the JSON.
pub const SCHEMA: &str = "ssoaudit.diff.v1";

/// How two logs differ.
#[derive(Default)]
pub struct Differences {
    /// What a reader has to know about what was read.
    pub notes: Vec<String>,
    /// How many different events the older and the newer log have.
    pub events: [u64; 2],
    /// How many events they have in common.
    pub common: u64,
    /// How many events only one of them has, as the other one does not cover their time.
    pub outside: [u64; 2],
    /// The times of the first and the last event of each.
    pub ranges: [Option<(Timestamp, Timestamp)>; 2],
    /// Events that one of them should have and has not, or has with another content.
    pub edits: Vec<OneSided>,
    /// Connections whose state is another one.
    pub connections: Vec<StateDifference>,
    /// Organizations that gained or lost single sign-on.
    pub organizations: Vec<OrganizationDifference>,
    /// Actors who are new.
    pub admins: Vec<NewAdmin>,
}

impl Differences {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
            && self.outside == [0, 0]
            && self.connections.is_empty()
            && self.organizations.is_empty()
            && self.admins.is_empty()
    }

    fn edited(&self, difference: Difference) -> impl Iterator<Item = &OneSided> {
        self.edits.iter().filter(move |event| event.difference == difference)
    }

    /// How many ids have other contents in one log than in the other.
    fn altered(&self) -> u64 {
        let ids: BTreeSet<_> = self.edited(Difference::Altered).map(|event| &event.id).collect();
        ids.len() as u64
    }
}

/// The differences as a sheet.
pub fn sheet(differences: &Differences) -> Sheet<'_> {
    Sheet {
        name: "diff",
        schema: SCHEMA,
        title: "Differences".to_owned(),
        statements: statements(differences, STATEMENTS),
        provenance: None,
        notes: differences.notes.clone(),
        sections: vec![
            Section::facts("totals", "Totals", totals(differences)),
            Section::table(
                "events",
                "Events that were altered, are missing or were inserted",
                events(differences),
            ),
            Section::table("connections", "Connections in another state", connections(differences)),
            Section::table(
                "organizations",
                "Organizations that gained or lost SSO",
                organizations(differences),
            ),
            Section::table("admins", "New administrators", admins(differences)),
        ],
    }
}

const STATEMENTS: &[Statement<Differences>] = &[edited, states, admins_who_are_new];

fn edited(differences: &Differences) -> Option<String> {
    let count = |difference| differences.edited(difference).count() as u64;
    let counts = [
        (differences.altered(), "altered"),
        (count(Difference::Missing), "missing"),
        (count(Difference::Inserted), "inserted"),
    ];
    let edits = each_counted(&counts);
    Some(match edits.is_empty() {
        true => "Where both logs cover a time, they have the same events.".to_owned(),
        false => format!("Where both logs cover a time, they do not have the same events: {edits}."),
    })
}

fn states(differences: &Differences) -> Option<String> {
    let count =
        |difference| differences.organizations.iter().filter(|it| it.difference == difference).count() as u64;
    sentence([
        clause(
            differences.connections.len() as u64,
            "connection",
            ["is in another state", "are in another state"],
        ),
        clause(count(SsoDifference::Lost), "organization", ["lost SSO", "lost SSO"]),
        clause(count(SsoDifference::Gained), "organization", ["gained SSO", "gained SSO"]),
    ])
}

fn admins_who_are_new(differences: &Differences) -> Option<String> {
    let holds = [
        "changes something in the new log and is not in the old one",
        "change something in the new log and are not in the old one",
    ];
    sentence([clause(differences.admins.len() as u64, "actor", holds)])
}

fn totals(differences: &Differences) -> Vec<Fact<'_>> {
    let number = |key, label, count: u64| Fact::new(key, label, Kind::Number, count);
    let [old, new] = differences.ranges;
    let time = |key, label, time: Option<Timestamp>| Fact::new(key, label, Kind::Time, time);
    vec![
        number("old_events", "Events in the old log", differences.events[0]),
        time("old_first", "First event in it", old.map(|range| range.0)),
        time("old_last", "Last event in it", old.map(|range| range.1)),
        number("new_events", "Events in the new log", differences.events[1]),
        time("new_first", "First event in it", new.map(|range| range.0)),
        time("new_last", "Last event in it", new.map(|range| range.1)),
        number("common", "Events in both", differences.common),
        number("altered", "Altered: same id, other content", differences.altered()),
        number(
            "missing",
            "Missing: not in the new log, which covers their time",
            differences.edited(Difference::Missing).count() as u64,
        ),
        number(
            "inserted",
            "Inserted: not in the old log, which covers their time",
            differences.edited(Difference::Inserted).count() as u64,
        ),
        number("added", "Added: not in the old log, which does not cover their time", differences.outside[1]),
        number("not_covered", "Not covered: the new log does not cover their time", differences.outside[0]),
    ]
}

fn table<'a, T>(
    columns: Vec<Column>,
    items: &'a [T],
    row: fn(&'a T) -> Row<'a>,
    empty: &'static str,
) -> Table<'a>
where
    T: Sync,
{
    Table { columns, rows: Rows::new(items.len(), move |index| row(&items[index])), empty, left_out: 0 }
}

fn events(differences: &Differences) -> Table<'_> {
    let columns = vec![
        TIME,
        Column::new("difference", "Difference", Kind::Text, "`altered`, `missing` or `inserted`"),
        Column::new("log", "Log", Kind::Text, "`old` or `new`: which of them has this event").rank(1),
        Column::new("action", "Action", Kind::Text, "the vendor's name for what happened").rank(8),
        Column::new("operation", "Operation", Kind::Text, "the neutral word for it"),
        ACTOR.rank(2),
        OWNER_ID.rank(3),
        CONNECTION_ID.rank(4),
        IP.rank(7),
        Column::new("event_id", "Event", Kind::Id, "id of the event, where the source gives one").rank(9),
        Column::new("file", "File", Kind::Text, "name of the input").rank(5),
        Column::new("line", "Line", Kind::Number, "its 1-based line there").rank(6),
    ];
    let row = |event: &'_ OneSided| Row {
        cells: vec![
            event.time.into(),
            event.difference.name().into(),
            event.side.name().into(),
            Cell::from(event.action.clone()),
            event.operation.into(),
            event.actor.clone().into(),
            event.organization.clone().into(),
            event.connection.clone().into(),
            event.ip.clone().into(),
            event.id.clone().into(),
            Cell::from(event.file.clone()),
            event.line.into(),
        ],
        tone: Tone::Bad,
    };
    table(columns, &differences.edits, row, "Neither log contradicts the other.")
}

fn connections(differences: &Differences) -> Table<'_> {
    let columns = vec![
        CONNECTION_ID,
        OWNER_ID.rank(1),
        Column::new("old_state", "Old", Kind::Text, "its state at the end of the old log, if that shows it"),
        Column::new("new_state", "New", Kind::Text, "its state at the end of the new log"),
        Column::new("since", "Since", Kind::Time, "when it got into that state").rank(2),
    ];
    let row = |connection: &'_ StateDifference| Row {
        cells: vec![
            connection.connection.as_str().to_owned().into(),
            connection.organization.clone().into(),
            connection.old.map(|state| state.name()).into(),
            connection.new.name().into(),
            connection.time.into(),
        ],
        tone: Tone::Plain,
    };
    table(columns, &differences.connections, row, "The new log shows no connection in another state.")
}

fn organizations(differences: &Differences) -> Table<'_> {
    let columns = vec![
        OWNER_ID,
        ORGANIZATION_NAME.rank(1),
        Column::new(
            "sso",
            "SSO",
            Kind::Text,
            "`gained`: it has an active connection and had none; `lost`: it has none left",
        ),
        Column::new("since", "Since", Kind::Time, "when its connections last changed").rank(2),
    ];
    let row = |it: &'_ OrganizationDifference| {
        let (sso, tone) = match it.difference {
            SsoDifference::Gained => ("gained", Tone::Good),
            SsoDifference::Lost => ("lost", Tone::Bad),
        };
        let cells = vec![it.organization.clone().into(), it.name.clone().into(), sso.into(), it.time.into()];
        Row { cells, tone }
    };
    table(columns, &differences.organizations, row, "No organization gained or lost SSO.")
}

fn admins(differences: &Differences) -> Table<'_> {
    let columns = vec![
        ACTOR,
        ACTOR_ID.rank(2),
        ACTOR_EMAIL.rank(1),
        Column::new("changes", "Changes", Kind::Number, "changes and portal links in the new log"),
        FIRST,
        LAST.rank(3),
    ];
    let row = |admin: &'_ NewAdmin| Row {
        cells: vec![
            admin.name.clone().into(),
            admin.id.clone().into(),
            admin.email.clone().into(),
            admin.changes.into(),
            admin.first.into(),
            admin.last.into(),
        ],
        tone: Tone::Warn,
    };
    table(
        columns,
        &differences.admins,
        row,
        "Everybody who changes anything in the new log is also in the old one.",
    )
}
