//! `report removals`: every deletion and disabling, and how long it left an organization without SSO.
//!
//! Only the change that took the last active connection away begins an exposure; it ends when a
//! connection of the organization becomes active, or with the log of the sources that would show it.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::{CERTAINTY, CERTAINTY_REASON, Report, ReportInput, certainty_cells};
use crate::analysis::lifecycle;
use crate::analysis::lifecycle::{Gap, Gaps, Step};
use crate::analysis::reach::{Certainty, Reach};
use crate::model::operation::Operation;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::sheet::{Body, Cell, Chart, Column, Fact, Kind, Row, Section, Sheet, Stretch, Tone};
use crate::survey::Change;
use crate::survey::ids::{Id, KindId, OrganizationId};
use crate::survey::{Survey, Wants};

/// The report.
pub static REPORT: Report = Report {
    name: "removals",
    about: "every deletion or disabling, what it left behind, and for how long",
    schema: "ssoaudit.report.removals.v2",
    wants: Wants { counts: false, changes: true, visits: false, notes: None },
    takes: &["--top"],
    make,
};

static COLUMNS: &[Column] = &[
    Column::new("time", "Time", Kind::Time, "when it happened"),
    Column::new("organization_id", "Organization", Kind::Id, "organization of the connection's first event"),
    Column::new("organization_name", "Name", Kind::Text, "the organization's latest name").rank(9),
    Column::new("operation", "Operation", Kind::Text, "`deleted` or `disabled`").rank(1),
    Column::new(
        "exposure_seconds",
        "Exposure",
        Kind::Duration,
        "how long the organization was without an active connection, where this took the last one",
    ),
    Column::new(
        "still_exposed",
        "Still",
        Kind::Flag,
        "it lasts to the end of the log that would show its end",
    ),
    CERTAINTY,
    Column::new(
        "left_active",
        "Left",
        Kind::Number,
        "active connections the organization had left, as far as the log shows",
    )
    .rank(5),
    Column::new(
        "actor",
        "Actor",
        Kind::Text,
        "name, e-mail address or id of who did it; empty where the source does not say",
    )
    .rank(2),
    Column::new("connection_id", "Connection", Kind::Id, "connection id").rank(3),
    Column::new("connection_type", "Type", Kind::Text, "the vendor's connection type").rank(4),
    Column::new("provider", "Provider", Kind::Text, "neutral identity provider").rank(7),
    Column::new("protocol", "Protocol", Kind::Text, "neutral protocol").rank(15),
    Column::new(
        "replaced_by",
        "Replaced by",
        Kind::Id,
        "connection of the organization that became active next",
    )
    .rank(10),
    Column::new("replaced_after_seconds", "After", Kind::Duration, "how long that took").rank(11),
    Column::new(
        "recreated",
        "Re-created",
        Kind::Flag,
        "a connection of the same protocol and provider was created or enabled later",
    )
    .rank(6),
    Column::new("exposure_ends", "Until", Kind::Time, "when that ended; empty while it lasts").rank(16),
    Column::new("impersonator", "Impersonator", Kind::Text, "who acted in the actor's session").rank(8),
    Column::new("ip", "IP", Kind::Text, "address it came from").rank(12),
    Column::new("actor_id", "Actor id", Kind::Id, "id of who did it").rank(14),
    Column::new("actor_email", "E-mail", Kind::Text, "e-mail address of who did it").rank(13),
    CERTAINTY_REASON,
];

fn make<'a>(material: &'a ReportInput<'a>) -> Sheet<'a> {
    let removals = removals(material);
    let (totals, chart) = (totals(&removals), chart(material, &removals));
    let mut notes = material.notes();
    notes.extend(material.notes_of_doubt(removals.iter().map(|removal| removal.certainty)));
    let count = removals.len();
    let row = move |index: usize| row(material, &removals[index]);
    let table = material.list(COLUMNS, count, row, "The events shown remove no connection.");
    let section = |key, title, body| Section { key, title, body };
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Removals".to_owned(),
        notes,
        sections: vec![
            section("removals", "Removals, the worst first", Body::Table(table)),
            section("totals", "Totals", Body::Facts(totals)),
            section("exposure", "Organizations without an active connection", Body::Chart(chart)),
        ],
    }
}

struct Removal<'a> {
    change: &'a Change,
    step: Step,
    exposure: Option<Exposure>,
    /// How what is said about the organization is known.
    certainty: Certainty,
    replaced_by: Option<&'a Change>,
    is_recreated: bool,
}

#[derive(Clone, Copy)]
struct Exposure {
    /// When it ended, or until when the log shows that it did not.
    until: Timestamp,
    is_over: bool,
    seconds: u64,
}

/// The selected removals, the worst first.
fn removals<'a>(material: &ReportInput<'a>) -> Vec<Removal<'a>> {
    let survey = material.survey;
    let changes = &survey.changes;
    let now = material.options.now;
    let walked = || {
        let mut gaps = Gaps::until(now);
        let mut steps = Vec::new();
        // By step the kind that the connection is known to have by then.
        let mut known = Vec::new();
        let mut kinds: Vec<Option<KindId>> = vec![None; survey.connections.len()];
        lifecycle::walk(survey, now, |step| {
            let Change { connection, kind, time, .. } = changes[step.change];
            gaps.add(&step, time);
            steps.push(step);
            known.push(connection.and_then(|connection| {
                let latest = &mut kinds[connection.index()];
                *latest = kind.or(*latest);
                *latest
            }));
        });
        let gaps: HashMap<_, _, RandomState> = gaps.list.into_iter().map(|gap| (gap.cause, gap)).collect();
        (steps, known, gaps)
    };
    let (reach, (steps, known, gaps)) = parallel::both(|| material.reach(), walked);
    // Of a kind are connections of the same protocol and provider; of what is unknown nothing can be said.
    let kind = |kind| {
        let [_, protocol, provider] = survey.kinds.texts(kind);
        protocol.or(provider).map(|_| (protocol, provider))
    };
    // Backwards, so that what comes later is known.
    let mut activated: HashMap<Option<OrganizationId>, &Change, RandomState> = HashMap::default();
    let mut made: HashSet<_, RandomState> = HashSet::default();
    let mut removals = Vec::new();
    for (step, known) in steps.into_iter().zip(known).rev() {
        let change = &changes[step.change];
        match step.told {
            State::Disabled | State::Deleted if change.is_selected => {
                let gap = gaps.get(&step.change);
                let exposure = gap.map(|gap| exposure(survey, &reach, change, gap));
                let until = exposure.map_or(change.time, |exposure| exposure.until);
                let certainty = reach.certainty(step.owner, change.action, (change.time, until));
                let is_contradictory = step.has_unknown_state()
                    || step.unknown > 0
                    || gap.is_some_and(|gap| gap.is_contradictory);
                removals.push(Removal {
                    change,
                    step,
                    exposure,
                    certainty: certainty.unless(is_contradictory),
                    replaced_by: activated.get(&step.owner).copied(),
                    is_recreated: kind(known).is_some_and(|kind| made.contains(&(step.owner, kind))),
                });
            }
            // What is dated later than the present has not come yet.
            State::Created | State::Active if change.time <= now && step.after != State::Unknown => {
                made.extend(kind(known).map(|kind| (step.owner, kind)));
            }
            _ => {}
        }
        if step.activates() && change.time <= now {
            activated.insert(step.owner, change);
        }
    }
    let key = |removal: &Removal<'_>| {
        let is_over = removal.exposure.is_none_or(|exposure| exposure.is_over);
        let longest = Reverse(removal.exposure.map(|exposure| exposure.seconds));
        (is_over, longest, removal.change.time)
    };
    let place =
        |removal: &Removal<'_>| (survey.connections.get(removal.change.connection), removal.step.change);
    parallel::sort_by(&mut removals, |a, b| key(a).cmp(&key(b)).then_with(|| place(a).cmp(&place(b))));
    removals
}

fn exposure(survey: &Survey, reach: &Reach, cause: &Change, gap: &Gap) -> Exposure {
    let end = gap.end.map(|end| survey.changes[end].time);
    let until = end.unwrap_or_else(|| reach.until(gap.organization, cause, &[Operation::Enabled]));
    Exposure { until, is_over: end.is_some(), seconds: until.seconds_since(cause.time) }
}

fn row<'a>(material: &'a ReportInput<'a>, removal: &Removal<'a>) -> Row<'a> {
    let survey = material.survey;
    let Removal { change, step, exposure, certainty, replaced_by, is_recreated } = removal;
    let is_exposed = exposure.is_some_and(|exposure| !exposure.is_over);
    let [known, doubt] = certainty_cells(*certainty);
    let [connection, kind, protocol, provider] = survey.connection_cells(change.connection, change.kind);
    let [actor, actor_id, email] = survey.actor_cells(change.actor);
    let [id, name] = survey.organization_cells(step.owner);
    let seconds = |seconds: Option<u64>| seconds.map_or(Cell::Nothing, Cell::Duration);
    let cells = vec![
        change.time.into(),
        id,
        name,
        change.operation.name().into(),
        seconds(exposure.map(|exposure| exposure.seconds)),
        is_exposed.into(),
        known,
        u64::from(step.left).into(),
        actor,
        connection,
        kind,
        provider,
        protocol,
        replaced_by.and_then(|by| survey.connections.get(by.connection)).into(),
        seconds(replaced_by.map(|by| by.time.seconds_since(change.time))),
        (*is_recreated).into(),
        exposure.filter(|exposure| exposure.is_over).map(|exposure| exposure.until).into(),
        survey.impersonators.get(change.impersonator).into(),
        survey.ips.names.get(change.ip).into(),
        actor_id,
        email,
        doubt,
    ];
    Row { cells, tone: tone(removal) }
}

fn tone(removal: &Removal<'_>) -> Tone {
    match removal.exposure {
        Some(exposure) if !exposure.is_over && removal.certainty == Certainty::Certain => Tone::Bad,
        Some(_) => Tone::Warn,
        None => Tone::Plain,
    }
}

fn totals(removals: &[Removal<'_>]) -> Vec<Fact<'static>> {
    let count = |of: &dyn Fn(&&Removal<'_>) -> bool| Cell::Number(removals.iter().filter(of).count() as u64);
    let number = |key, label, value| Fact::new(key, label, Kind::Number, value);
    let is_open = |removal: &Removal<'_>| removal.exposure.is_some_and(|exposure| !exposure.is_over);
    let is_presumed = |removal: &Removal<'_>| removal.certainty != Certainty::Certain;
    let longest =
        removals.iter().filter_map(|removal| removal.exposure).map(|exposure| exposure.seconds).max();
    vec![
        number("removals", "Removals", Cell::Number(removals.len() as u64)),
        number("deleted", "Deleted", count(&|removal| removal.change.operation == Operation::Deleted)),
        number("disabled", "Disabled", count(&|removal| removal.change.operation == Operation::Disabled)),
        number("exposures", "Left an organization without SSO", count(&|removal| removal.exposure.is_some())),
        number(
            "exposures_presumed",
            "Of these only presumed",
            count(&|removal| removal.exposure.is_some() && is_presumed(removal)),
        ),
        number("still_exposed", "Ongoing at the end of the log", count(&|removal| is_open(removal))),
        number(
            "still_exposed_presumed",
            "Of these only presumed",
            count(&|removal| is_open(removal) && is_presumed(removal)),
        ),
        Fact::new(
            "longest_exposure_seconds",
            "Longest exposure",
            Kind::Duration,
            longest.map_or(Cell::Nothing, Cell::Duration),
        ),
    ]
}

/// Organizations with their exposures, the longest exposed first.
fn chart(material: &ReportInput<'_>, removals: &[Removal<'_>]) -> Chart {
    let survey = material.survey;
    let mut rows: HashMap<Option<OrganizationId>, (u64, Vec<Stretch>), RandomState> = HashMap::default();
    for removal in removals {
        if let Some(exposure) = removal.exposure {
            let (seconds, stretches) = rows.entry(removal.step.owner).or_default();
            *seconds += exposure.seconds;
            stretches.push(Stretch {
                from: removal.change.time,
                to: exposure.until,
                is_open: !exposure.is_over,
                is_presumed: removal.certainty != Certainty::Certain,
                tone: tone(removal),
            });
        }
    }
    let name = |id| survey.organization_name(id).unwrap_or(survey.organizations.names.text(id)).to_owned();
    let mut rows: Vec<_> =
        rows.into_iter().map(|(id, (seconds, stretches))| (seconds, name(id), id, stretches)).collect();
    rows.sort_by(|a, b| {
        let key = survey.organizations.names.text(a.2).cmp(survey.organizations.names.text(b.2));
        b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)).then(key)
    });
    rows.truncate(CHARTED);
    let rows = rows.into_iter().map(|(_, name, _, mut stretches)| {
        stretches.sort_by_key(|stretch| stretch.from);
        (name, stretches)
    });
    let end = material.reach().end();
    let span = survey.range.map(|(begin, _)| (begin, end)).filter(|(begin, end)| begin <= end);
    Chart::Stretches { span, rows: rows.collect() }
}

/// Organizations in the picture.
const CHARTED: usize = 20;
