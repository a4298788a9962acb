//! `report connections`: every connection with its life, and the posture at a moment.
//!
//! With a moment, all is as if the log ended then: a connection that is named only later is not shown, be it
//! to be removed, so that it may have been active.

use std::borrow::Cow;

use super::{CERTAINTY, CERTAINTY_REASON, Report, ReportInput, certainty_cells};
use crate::analysis::lifecycle;
use crate::analysis::lifecycle::{Gap, Gaps, Step};
use crate::analysis::reach::{Certainty, Reach};
use crate::model::operation::Operation;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::sheet::{Body, Cell, Column, Kind, Row, Section, Sheet, Table, Tone};
use crate::survey::Change;
use crate::survey::Wants;
use crate::survey::ids::{ChangeId, ConnectionId, Id, KindId, OrganizationId};
use crate::survey::interner::head;

/// The report.
pub static REPORT: Report = Report {
    name: "connections",
    about: "every connection with its state and life; with --at, what was known at that moment",
    schema: "ssoaudit.report.connections.v2",
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
    Column::new(
        "state",
        "State",
        Kind::Text,
        "created, active, disabled, deleted, or unknown where it was enabled or disabled after a deletion",
    ),
    CERTAINTY,
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
    Column::new("redeliveries", "Duplicates", Kind::Number, "how often events came again").rank(10),
    Column::new("odd", "Anomalies", Kind::List, "changes that do not fit the state before them").rank(5),
    CERTAINTY_REASON,
];

static POSTURE: &[Column] = &[
    Column::new("organization_id", "Organization", Kind::Id, "organization id"),
    Column::new("organization_name", "Name", Kind::Text, "its latest name").rank(2),
    Column::new("active", "Active", Kind::Number, "connections known to be active at that moment"),
    Column::new("without_since", "Without since", Kind::Time, "since when it had none, after it had one"),
    CERTAINTY,
    Column::new("connections", "Connections", Kind::List, "ids of the active ones").rank(1),
    CERTAINTY_REASON,
];

fn make<'a>(material: &'a ReportInput<'a>) -> Sheet<'a> {
    let at = material.options.at;
    let known = Known::of(material);
    let shown = shown(material, &known.lives);
    let postures = at.map_or(Vec::new(), |at| known.postures(material, at));
    let mut notes = material.notes();
    notes.extend(at.map(|at| format!("The posture is that of {}.", at.rfc3339(material.options.zone))));
    notes.extend(known.note_of_later(material));
    let certainties = shown.iter().map(|id| known.lives[id.index()].certainty);
    notes
        .extend(material.notes_of_doubt(certainties.chain(postures.iter().map(|posture| posture.certainty))));
    let count = shown.len();
    let lives = known.lives;
    let row = move |index: usize| row(material, shown[index], &lives[shown[index].index()]);
    let empty = match at {
        Some(_) => "The log shows no connection by then.",
        None => "The events shown change no connection.",
    };
    let connections = material.list(COLUMNS, count, row, empty);
    let empty = match at {
        Some(_) => "The log shows no connection by then.",
        None => "Give --at TIME for the posture at that moment.",
    };
    let rows = postures.iter().map(|posture| posture.row(material)).collect();
    let posture = Table { columns: POSTURE, rows, empty, left_out: 0 };
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Connections".to_owned(),
        notes,
        sections: vec![
            Section { key: "connections", title: "Connections", body: Body::Table(connections) },
            Section { key: "posture", title: "Posture", body: Body::Table(posture) },
        ],
    }
}

/// What is known of a connection.
#[derive(Clone)]
struct ConnectionHistory {
    is_shown: bool,
    owner: Option<OrganizationId>,
    kind: Option<KindId>,
    /// Nothing where all of its changes are dated later than the present.
    state: Option<State>,
    certainty: Certainty,
    created: Option<ChangeId>,
    enabled: Option<ChangeId>,
    latest: Option<ChangeId>,
    active_since: Option<Timestamp>,
    active_nanos: u128,
    changes: u64,
    redeliveries: u64,
    odd: Vec<&'static str>,
}

const UNBORN: ConnectionHistory = ConnectionHistory {
    is_shown: false,
    owner: None,
    kind: None,
    state: None,
    certainty: Certainty::Certain,
    created: None,
    enabled: None,
    latest: None,
    active_since: None,
    active_nanos: 0,
    changes: 0,
    redeliveries: 0,
    odd: Vec::new(),
};

impl ConnectionHistory {
    fn add(&mut self, step: &Step, change: &Change, now: Timestamp, begin: Option<Timestamp>) {
        if self.changes == 0 && step.was_active {
            self.active_since = begin;
        }
        self.is_shown |= change.is_selected;
        self.owner = step.owner;
        self.changes += 1;
        self.redeliveries += u64::from(change.redeliveries);
        let id = Some(ChangeId::new(step.change));
        self.latest = id;
        self.odd.extend(step.inconsistency());
        if change.kind.is_some() {
            self.kind = change.kind;
        }
        match step.told {
            State::Created if self.created.is_none() => self.created = id,
            State::Active => self.enabled = id,
            State::Created | State::Disabled | State::Deleted | State::Unknown => {}
        }
        if change.time > now {
            return;
        }
        self.state = Some(step.after);
        if step.after == State::Active {
            self.active_since = self.active_since.or(Some(change.time));
        } else if let Some(since) = self.active_since.take() {
            self.active_nanos += change.time.nanos_since(since);
        }
    }

    /// Takes in that the log ends.
    fn end(&mut self, changes: &[Change], reach: &Reach, at: Option<Timestamp>) {
        let Some(change) = self.latest.map(|latest| &changes[latest.index()]) else {
            return;
        };
        let end = reach.until(self.owner, change, &[Operation::Disabled]);
        self.active_nanos += self.active_since.map_or(0, |since| end.nanos_since(since));
        let certainty = reach.certainty(self.owner, change.action, (change.time, at.unwrap_or(end)));
        self.certainty = certainty.unless(self.state == Some(State::Unknown));
    }
}

/// What is known at the present, or at the moment that is asked for.
struct Known {
    now: Timestamp,
    reach: Reach,
    lives: Vec<ConnectionHistory>,
    gaps: Vec<Gap>,
}

impl Known {
    fn of(material: &ReportInput<'_>) -> Self {
        let (survey, options) = (material.survey, material.options);
        let now = options.at.map_or(options.now, |at| at.min(options.now));
        let begin = survey.range.map(|(first, _)| first);
        let walked = || {
            let mut lives = vec![UNBORN; survey.connections.len()];
            let mut gaps = Gaps::until(now);
            lifecycle::walk(survey, now, |step| {
                let change = &survey.changes[step.change];
                gaps.add(&step, change.time);
                let connection = change.connection.filter(|_| options.at.is_none() || change.time <= now);
                if let Some(connection) = connection {
                    lives[connection.index()].add(&step, change, now, begin);
                }
            });
            (lives, gaps.list)
        };
        let (reach, (mut lives, gaps)) = parallel::both(|| Reach::of(survey, now), walked);
        parallel::change(&mut lives, |life| life.end(&survey.changes, &reach, options.at));
        Self { now, reach, lives, gaps }
    }

    /// Says so if a connection is left out that was there at the moment, as far as one can tell later.
    fn note_of_later(&self, material: &ReportInput<'_>) -> Option<String> {
        material.options.at?;
        let survey = material.survey;
        let mut later = vec![false; survey.connections.len()];
        let mut is_known: Vec<_> = self.lives.iter().map(|life| life.changes > 0).collect();
        for change in &survey.changes {
            let Some(connection) = change.connection else {
                continue;
            };
            let is_removal = matches!(change.operation, Operation::Deleted | Operation::Disabled);
            let is_now = change.time > self.now && change.time <= material.options.now && change.is_selected;
            let is_known = &mut is_known[connection.index()];
            later[connection.index()] |= is_removal && is_now && !*is_known;
            *is_known = true;
        }
        let (connections, they) = match later.iter().filter(|is_later| **is_later).count() {
            0 => return None,
            1 => ("1 connection".to_owned(), ["it was", "it"]),
            more => (format!("{more} connections"), ["they were", "they"]),
        };
        let [they_were, they] = they;
        Some(format!(
            "Not shown: {connections} that the log names only later, when {they_were} removed; {they} may have \
             been active then."
        ))
    }

    /// The organizations that are known to have a connection, and whether they had active SSO.
    fn postures(&self, material: &ReportInput<'_>, at: Timestamp) -> Vec<Posture> {
        let survey = material.survey;
        let mut postures: Vec<_> = survey.organizations.names.ids().map(Posture::new).collect();
        let lives =
            ConnectionId::first(self.lives.len()).zip(&self.lives).filter(|(_, life)| life.changes > 0);
        for (connection, life) in lives {
            let Some(posture) = life.owner.map(|owner| &mut postures[owner.index()]) else {
                continue;
            };
            posture.is_shown |= life.is_shown;
            posture.has_unknown |= life.state == Some(State::Unknown);
            posture.latest = posture.latest.max(life.latest);
            if life.state == Some(State::Active) {
                posture.active.push(connection);
            }
        }
        for gap in self.gaps.iter().filter(|gap| gap.end.is_none()) {
            if let Some(posture) = gap.organization.map(|id| &mut postures[id.index()]) {
                posture.without_since = Some(survey.changes[gap.cause].time);
                posture.has_unknown |= gap.is_contradictory;
            }
        }
        postures.retain(|posture| posture.is_shown);
        postures.sort_by_key(|posture| survey.organizations.names.get(posture.organization));
        for posture in &mut postures {
            if let Some(change) = posture.latest.map(|latest| &survey.changes[latest.index()]) {
                let organization = Some(posture.organization);
                let certainty = self.reach.certainty(organization, change.action, (change.time, at));
                posture.certainty = certainty.unless(posture.has_unknown);
            }
        }
        postures
    }
}

/// What is known of an organization at a moment.
#[derive(Clone)]
struct Posture {
    organization: OrganizationId,
    is_shown: bool,
    /// The latest change of its connections.
    latest: Option<ChangeId>,
    /// A connection may be active or not, as its events contradict each other.
    has_unknown: bool,
    certainty: Certainty,
    /// Since when it has no active connection, after it had one.
    without_since: Option<Timestamp>,
    active: Vec<ConnectionId>,
}

impl Posture {
    fn new(organization: OrganizationId) -> Self {
        Self {
            organization,
            is_shown: false,
            latest: None,
            has_unknown: false,
            certainty: Certainty::Certain,
            without_since: None,
            active: Vec::new(),
        }
    }

    fn row<'a>(&self, material: &ReportInput<'a>) -> Row<'a> {
        let survey = material.survey;
        let mut ids: Vec<Cow<'_, str>> =
            self.active.iter().map(|id| survey.connections.text(*id).into()).collect();
        ids.sort();
        let mut cells = survey.organization_cells(Some(self.organization)).to_vec();
        let [known, doubt] = certainty_cells(self.certainty);
        cells.extend([(ids.len() as u64).into(), self.without_since.into(), known]);
        let tone = match self.without_since {
            Some(_) if self.certainty == Certainty::Certain => Tone::Bad,
            Some(_) => Tone::Warn,
            None if ids.is_empty() => Tone::Plain,
            None => Tone::Good,
        };
        cells.extend([Cell::List(ids), doubt]);
        Row { cells, tone }
    }
}

/// The connections to show, in their order.
fn shown(material: &ReportInput<'_>, lives: &[ConnectionHistory]) -> Vec<ConnectionId> {
    let survey = material.survey;
    let ranks = survey.organizations.names.ranks();
    let shown = ConnectionId::first(lives.len()).zip(lives).filter(|(_, life)| life.is_shown);
    let key = |(id, life): (ConnectionId, &ConnectionHistory)| {
        (life.owner.map(|owner| ranks[owner.index()]), head(survey.connections.text(id)), id)
    };
    let mut shown: Vec<_> = shown.map(key).collect();
    parallel::sort_by(&mut shown, |a, b| {
        let text = |id| survey.connections.text(id);
        (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| text(a.2).cmp(text(b.2)))
    });
    shown.into_iter().map(|(.., id)| id).collect()
}

fn row<'a>(material: &'a ReportInput<'a>, id: ConnectionId, life: &ConnectionHistory) -> Row<'a> {
    let survey = material.survey;
    let [connection, kind, protocol, provider] = survey.connection_cells(Some(id), life.kind);
    let mut cells = Vec::with_capacity(COLUMNS.len());
    cells.push(connection);
    cells.extend(survey.organization_cells(life.owner));
    cells.extend([kind, protocol, provider, life.state.map(State::name).into()]);
    let [known, doubt] = certainty_cells(life.certainty);
    cells.push(known);
    let time =
        |change: Option<ChangeId>| Cell::from(change.map(|change| survey.changes[change.index()].time));
    cells.extend([life.created, life.enabled, life.latest].map(time));
    cells.push(Cell::Duration(seconds(life.active_nanos)));
    cells.extend([life.changes.into(), life.redeliveries.into()]);
    cells.push(Cell::List(life.odd.iter().map(|odd| (*odd).into()).collect()));
    cells.push(doubt);
    let tone = match life.state {
        _ if !life.odd.is_empty() => Tone::Bad,
        Some(State::Active) => Tone::Good,
        Some(State::Created) => Tone::Plain,
        Some(State::Disabled | State::Deleted | State::Unknown) | None => Tone::Warn,
    };
    Row { cells, tone }
}

fn seconds(nanos: u128) -> u64 {
    u64::try_from(nanos / 1_000_000_000).unwrap_or(u64::MAX)
}
