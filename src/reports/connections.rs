//! `report connections`: every connection with its life, and the posture at a moment.

use std::borrow::Cow;

use super::{Material, Report};
use crate::history::{self, Change, State};
use crate::names::{Id, NONE, head};
use crate::sheet::{Body, Cell, Column, Kind, Row, Section, Sheet, Table, Tone};
use crate::survey::Wants;
use crate::threads;
use crate::time::Timestamp;

/// The report.
pub static REPORT: Report = Report {
    name: "connections",
    about: "every connection with its state and life; with --at, who had SSO at that moment",
    schema: "ssoaudit.report.connections.v1",
    wants: Wants { counts: false, changes: true, visits: false, notes: None },
    takes: &["--top", "--at"],
    make,
};

static COLUMNS: &[Column] = &[
    Column::new("connection_id", "Connection", Kind::Id, "connection id"),
    Column::new("organization_id", "Organization", Kind::Id, "organization of its first event").rank(1),
    Column::new("organization_name", "Name", Kind::Text, "the organization's latest name").rank(8),
    Column::new("connection_type", "Type", Kind::Text, "the vendor's connection type").rank(2),
    Column::new("protocol", "Protocol", Kind::Text, "neutral protocol").rank(11),
    Column::new("provider", "Provider", Kind::Text, "neutral identity provider").rank(6),
    Column::new("state", "State", Kind::Text, "created, active, disabled or deleted"),
    Column::new("created", "Created", Kind::Time, "first creation").rank(7),
    Column::new("enabled", "Enabled", Kind::Time, "last enabling").rank(9),
    Column::new("last_change", "Last change", Kind::Time, "last change"),
    Column::new(
        "active_seconds",
        "Active for",
        Kind::Duration,
        "time in state active, as far as the log shows",
    )
    .rank(3),
    Column::new("changes", "Changes", Kind::Number, "changes, those that came again counted once").rank(4),
    Column::new("redeliveries", "Again", Kind::Number, "how often events came again").rank(10),
    Column::new("odd", "Odd", Kind::List, "changes that do not fit the state before them").rank(5),
];

static POSTURE: &[Column] = &[
    Column::new("organization_id", "Organization", Kind::Id, "organization id"),
    Column::new("organization_name", "Name", Kind::Text, "its latest name").rank(2),
    Column::new("active", "Active", Kind::Number, "active connections at that moment"),
    Column::new("without_since", "Without since", Kind::Time, "since when it had none, after it had one"),
    Column::new("connections", "Connections", Kind::List, "ids of the active ones").rank(1),
];

fn make<'a>(material: &'a Material<'a>) -> Sheet<'a> {
    let lives = lives(material);
    let shown = shown(material, &lives);
    let count = shown.len();
    let row = move |index: usize| row(material, shown[index], &lives[shown[index] as usize]);
    let connections = material.list(COLUMNS, count, row, "The events shown change no connection.");
    let mut notes = material.notes();
    notes.extend(
        material
            .options
            .at
            .map(|at| format!("The posture is that of {}.", at.rfc3339(material.options.zone))),
    );
    Sheet {
        name: REPORT.name,
        title: "Connections".to_owned(),
        notes,
        sections: vec![
            Section { key: "connections", title: "Connections", body: Body::Table(connections) },
            Section { key: "posture", title: "Posture", body: Body::Table(posture(material)) },
        ],
    }
}

/// What is known of a connection after all of its changes.
#[derive(Clone)]
struct Life {
    is_shown: bool,
    owner: Id,
    kind: Id,
    state: State,
    /// Indices of changes; [`NONE`] for none.
    created: u32,
    enabled: u32,
    latest: u32,
    active_since: Option<Timestamp>,
    active_nanos: u128,
    changes: u64,
    redeliveries: u64,
    odd: Vec<&'static str>,
}

const UNBORN: Life = Life {
    is_shown: false,
    owner: NONE,
    kind: NONE,
    state: State::Created,
    created: NONE,
    enabled: NONE,
    latest: NONE,
    active_since: None,
    active_nanos: 0,
    changes: 0,
    redeliveries: 0,
    odd: Vec::new(),
};

fn lives(material: &Material<'_>) -> Vec<Life> {
    let survey = material.survey;
    let begin = survey.range.map(|(first, _)| first);
    let mut lives = vec![UNBORN; survey.connections.len()];
    history::walk(survey, Timestamp::MAX, |step| {
        let change = &survey.changes[step.change];
        let life = &mut lives[change.connection as usize];
        if life.changes == 0 && step.was_active {
            life.active_since = begin;
        }
        life.is_shown |= change.is_selected;
        life.owner = step.owner;
        life.state = step.after;
        life.changes += 1;
        life.redeliveries += u64::from(change.redeliveries);
        life.latest = step.change as u32;
        life.odd.extend(step.oddity());
        if change.kind != NONE {
            life.kind = change.kind;
        }
        match step.told {
            State::Created if life.created == NONE => life.created = step.change as u32,
            State::Active => life.enabled = step.change as u32,
            State::Created | State::Disabled | State::Deleted => {}
        }
        if step.after == State::Active {
            life.active_since = life.active_since.or(Some(change.time));
        } else if let Some(since) = life.active_since.take() {
            life.active_nanos += change.time.nanos_since(since);
        }
    });
    let end = material.end();
    for life in &mut lives {
        life.active_nanos += life.active_since.map_or(0, |since| end.nanos_since(since));
    }
    lives
}

/// The connections to show, in their order.
fn shown(material: &Material<'_>, lives: &[Life]) -> Vec<Id> {
    let survey = material.survey;
    let ranks = survey.organizations.names.ranks();
    let shown = (0..).zip(lives).filter(|(_, life)| life.is_shown);
    let key = |(id, life): (Id, &Life)| {
        (ranks.get(life.owner as usize).copied(), head(survey.connections.text(id)), id)
    };
    let mut shown: Vec<_> = shown.map(key).collect();
    threads::sort_by(&mut shown, |a, b| {
        let text = |id| survey.connections.text(id);
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| text(a.2).cmp(text(b.2)))
    });
    shown.into_iter().map(|(.., id)| id).collect()
}

fn row<'a>(material: &'a Material<'a>, id: Id, life: &Life) -> Row<'a> {
    let survey = material.survey;
    let [connection, kind, protocol, provider] = survey.connection_cells(id, life.kind);
    let mut cells = Vec::with_capacity(COLUMNS.len());
    cells.push(connection);
    cells.extend(survey.organization_cells(life.owner));
    cells.extend([kind, protocol, provider, life.state.name().into()]);
    let time = |change: u32| Cell::from(survey.changes.get(change as usize).map(|change| change.time));
    cells.extend([life.created, life.enabled, life.latest].map(time));
    cells.push(Cell::Duration(seconds(life.active_nanos)));
    cells.extend([life.changes.into(), life.redeliveries.into()]);
    cells.push(Cell::List(life.odd.iter().map(|odd| (*odd).into()).collect()));
    let tone = match life.state {
        _ if !life.odd.is_empty() => Tone::Bad,
        State::Active => Tone::Good,
        State::Created => Tone::Plain,
        State::Disabled | State::Deleted => Tone::Warn,
    };
    Row { cells, tone }
}

fn seconds(nanos: u128) -> u64 {
    u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX)
}

/// Which organizations had active SSO at the moment asked for.
fn posture<'a>(material: &'a Material<'a>) -> Table<'a> {
    let empty = match material.options.at {
        Some(_) => "The log shows no connection by then.",
        None => "Give --at TIME for the posture at that moment.",
    };
    let rows = material.options.at.map_or(Vec::new(), |at| posture_rows(material, at));
    Table { columns: POSTURE, rows: rows.into(), empty, left_out: 0 }
}

/// What is known of an organization at a moment.
#[derive(Clone, Default)]
struct Posture {
    is_shown: bool,
    /// Since when it has no active connection, after it had one.
    without_since: Option<Timestamp>,
    active: Vec<Id>,
}

fn posture_rows<'a>(material: &'a Material<'a>, at: Timestamp) -> Vec<Row<'a>> {
    let survey = material.survey;
    let origins = history::origins(survey, Timestamp::MAX);
    let mut is_active: Vec<_> = origins.iter().map(|origin| origin.was_active).collect();
    let mut postures = vec![Posture::default(); survey.organizations.names.len()];
    history::walk(survey, Timestamp::MAX, |step| {
        let change: &Change = &survey.changes[step.change];
        let Some(posture) = postures.get_mut(step.owner as usize) else {
            return;
        };
        posture.is_shown |= change.is_selected;
        if change.time > at {
            return;
        }
        is_active[change.connection as usize] = step.after == State::Active;
        if step.takes_last() {
            posture.without_since = Some(change.time);
        } else if step.activates() {
            posture.without_since = None;
        }
    });
    for (connection, origin) in (0..).zip(origins) {
        if is_active[connection as usize]
            && let Some(posture) = postures.get_mut(origin.owner as usize)
        {
            posture.active.push(connection);
        }
    }
    let mut shown: Vec<_> = (0..).zip(postures).filter(|(_, posture)| posture.is_shown).collect();
    shown.sort_by_key(|(id, _)| survey.organizations.names.get(*id));
    let rows = shown.into_iter().map(|(id, posture)| {
        let mut ids: Vec<Cow<'_, str>> =
            posture.active.iter().map(|id| survey.connections.text(*id).into()).collect();
        ids.sort();
        let mut cells = survey.organization_cells(id).to_vec();
        cells.extend([(ids.len() as u64).into(), posture.without_since.into()]);
        let tone = match posture.without_since {
            Some(_) => Tone::Bad,
            None if ids.is_empty() => Tone::Plain,
            None => Tone::Good,
        };
        cells.push(Cell::List(ids));
        Row { cells, tone }
    });
    rows.collect()
}
