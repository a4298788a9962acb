//! `access`: patterns of use for an investigation: hours, first uses, bursts, sessions.
//!
//! Patterns are hints, not findings: what is unusual is for the reader to say. What others do in an
//! actor's sessions is an event of the actor, but a session of its own.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use foldhash::fast::RandomState;

use super::visits::{self, by_actor, few, frequent, impersonator, organizations};
use super::{Report, ReportInput};
use crate::analysis::calendar;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::sheet::{Body, Cell, Chart, Column, Kind, Row, Section, Sheet, Table, Tone};
use crate::survey::ids::Id;
use crate::survey::{Survey, Visit, Wants};

/// The report.
pub static REPORT: Report = Report {
    name: "access",
    about: "patterns of use: hours, new addresses, bursts, sessions, actors across organizations",
    schema: "ssoaudit.report.access.v1",
    wants: Wants { counts: false, changes: false, visits: true, notes: None },
    takes: &["--top", "--burst"],
    make,
};

/// A longer silence ends a session.
const SESSION_GAP_SECONDS: i64 = 30 * 60;
const MOST_PAGES: usize = 20;

const ACTOR: Column = Column::new("actor", "Actor", Kind::Text, "name, e-mail address or id");
const ACTOR_ID: Column = Column::new("actor_id", "Actor id", Kind::Id, "actor id").rank(9);
const EVENTS: Column = Column::new("events", "Events", Kind::Number, "how many events");
const FROM: Column = Column::new("from", "From", Kind::Time, "when its first event happened");
const TO: Column = Column::new("to", "To", Kind::Time, "when its last event happened").rank(7);
const ORGANIZATIONS: Column =
    Column::new("organizations", "Organizations", Kind::Number, "how many organizations").rank(5);
const ORGANIZATION_NAMES: Column = Column::new(
    "organization_names",
    "Which",
    Kind::List,
    "up to five of them by name or id, those with the most events first",
)
.rank(8);
const IMPERSONATOR: Column =
    Column::new("impersonator", "Impersonator", Kind::Text, "who drove the session, if not the actor")
        .rank(3);

static FIRST_USES: &[Column] = &[
    Column::new("time", "Time", Kind::Time, "when it was used first"),
    ACTOR,
    ACTOR_ID,
    Column::new("what", "What", Kind::Text, "`address` or `user agent`"),
    Column::new("value", "Value", Kind::Text, "the address or user agent"),
    IMPERSONATOR,
];
static BURSTS: &[Column] = &[
    ACTOR,
    ACTOR_ID,
    EVENTS,
    FROM,
    TO,
    ORGANIZATIONS,
    ORGANIZATION_NAMES,
    Column::new("operations", "Operations", Kind::List, "what happened, in neutral words").rank(6),
];
static ACROSS: &[Column] = &[
    ACTOR,
    ACTOR_ID,
    ORGANIZATIONS.rank(0),
    ORGANIZATION_NAMES,
    EVENTS,
    Column::new("first", "First", Kind::Time, "when first seen").rank(7),
    Column::new("last", "Last", Kind::Time, "when last seen").rank(6),
];
static SESSIONS: &[Column] = &[
    ACTOR,
    ACTOR_ID,
    FROM,
    TO,
    Column::new("duration_seconds", "Duration", Kind::Duration, "from the first to the last event"),
    EVENTS,
    ORGANIZATIONS,
    ORGANIZATION_NAMES,
    IMPERSONATOR,
    Column::new("path", "Path", Kind::List, "pages in order without repeats in a row; after 20 of them `…`")
        .rank(10),
];

fn make<'a>(material: &'a ReportInput<'a>) -> Sheet<'a> {
    let survey = material.survey;
    let visits = by_actor(survey);
    let options = material.options;
    let mut notes = material.notes();
    notes.push(format!(
        "A burst is at least {} of an actor. A session ends with a silence of more than {} minutes.",
        options.burst,
        SESSION_GAP_SECONDS / 60
    ));
    notes.extend(visits::without_actor(survey));
    let table = |key, title, table| Section { key, title, body: Body::Table(table) };
    let ((heat, first_uses), (bursts, (across, sessions))) = parallel::both(
        || (heat(material), first_uses(material, visits)),
        || (bursts(material, visits), (across(material, visits), sessions(material, visits))),
    );
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Access patterns".to_owned(),
        notes,
        sections: vec![
            Section {
                key: "heat",
                title: "Events by weekday and hour",
                body: Body::Chart(Chart::Heat(heat)),
            },
            table("first_uses", "Addresses and user agents new to an actor", first_uses),
            table("bursts", "Bursts", bursts),
            table("across", "Actors across organizations", across),
            table("sessions", "Sessions", sessions),
        ],
    }
}

/// The rows of those items that come first by a key, equals in their order, and how many are left out.
fn best<'a, T, K: Ord>(
    material: &'a ReportInput<'a>,
    items: impl IntoIterator<Item = T>,
    key: impl Fn(&T) -> K,
    row: impl Fn(T) -> Row<'a>,
) -> (Vec<Row<'a>>, u64) {
    let top = material.top();
    let mut items: Vec<_> = (0_u64..).zip(items).map(|(at, item)| ((key(&item), at), item)).collect();
    let left_out = items.len().saturating_sub(top);
    if left_out > 0 {
        items.select_nth_unstable_by(top, |a, b| a.0.cmp(&b.0));
        items.truncate(top);
    }
    items.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    (items.into_iter().map(|(_, item)| row(item)).collect(), left_out as u64)
}

fn heat(material: &ReportInput<'_>) -> Vec<(String, [[u64; 24]; 7])> {
    let survey = material.survey;
    let top = material.top();
    let visits = &survey.visits;
    let id = |actor| survey.actors.names.text(actor);
    let mut actors = frequent(visits.iter().map(|visit| visit.actor), id);
    let mut ips = frequent(visits.iter().map(|visit| visit.ip), |ip| survey.ips.names.text(ip));
    actors.truncate(top);
    ips.truncate(top);
    let mut shared = HashMap::<_, u32, RandomState>::default();
    for (actor, _) in &actors {
        *shared.entry(survey.actor(*actor)).or_default() += 1;
    }
    let names = actors.iter().map(|(actor, _)| match survey.actor(*actor) {
        name if shared[&name] > 1 => format!("{} ({})", name.unwrap_or_default(), id(*actor)),
        name => name.unwrap_or_default().to_owned(),
    });
    let addresses = ips.iter().map(|(ip, _)| survey.ips.names.text(*ip).to_owned());
    let names = std::iter::once("Everybody".to_owned()).chain(names).chain(addresses);
    let mut grids: Vec<_> = names.map(|name| (name, [[0; 24]; 7])).collect();
    let (of_actors, of_ips) = (places(&actors, 1), places(&ips, 1 + actors.len()));
    for visit in visits {
        let (day, hour) = calendar::weekday_and_hour(calendar::local(visit.time, material.options.zone));
        let own =
            [visit.actor.and_then(|actor| of_actors.get(&actor)), visit.ip.and_then(|ip| of_ips.get(&ip))];
        for at in std::iter::once(0).chain(own.into_iter().flatten().copied()) {
            grids[at].1[day][hour] += 1;
        }
    }
    grids
}

/// By id which grid it has.
fn places<I: Id + Hash>(ids: &[(I, u64)], first: usize) -> HashMap<I, usize, RandomState> {
    ids.iter().zip(first..).map(|((id, _), at)| (*id, at)).collect()
}

fn first_uses<'a>(material: &'a ReportInput<'a>, visits: &[Visit]) -> Table<'a> {
    let survey = material.survey;
    let mut uses: Vec<(&Visit, &str, &str)> = Vec::new();
    for visits in visits.chunk_by(|a, b| a.actor == b.actor) {
        let ips = later(visits, |visit| visit.ip).into_iter();
        uses.extend(ips.map(|visit| (visit, "address", survey.ips.names.text(visit.ip))));
        let agents = later(visits, |visit| visit.agent).into_iter();
        uses.extend(agents.map(|visit| (visit, "user agent", survey.agents.text(visit.agent))));
    }
    let key = |&(visit, what, value): &(&Visit, _, _)| {
        (Reverse(visit.time), survey.actors.names.get(visit.actor), what, value)
    };
    let (rows, left_out) = best(material, uses, key, |(visit, what, value)| {
        let [actor, id, _] = survey.actor_cells(visit.actor);
        let impersonator = impersonator(survey, visit);
        let tone = if impersonator.is_some() { Tone::Warn } else { Tone::Plain };
        let what = Cell::from(what);
        Row { cells: vec![visit.time.into(), actor, id, what, value.into(), impersonator.into()], tone }
    });
    let empty = "No actor used a second address or user agent.";
    Table { columns: FIRST_USES, rows: rows.into(), empty, left_out }
}

/// The first visit with each of the values but the one that came first.
fn later<I: Id + Hash>(visits: &[Visit], value: fn(&Visit) -> Option<I>) -> Vec<&Visit> {
    let mut seen = HashSet::<I, RandomState>::default();
    let is_new = |visit: &&Visit| value(visit).is_some_and(|value| seen.insert(value));
    visits.iter().filter(is_new).skip(1).collect()
}

fn bursts<'a>(material: &'a ReportInput<'a>, visits: &[Visit]) -> Table<'a> {
    let survey = material.survey;
    let mut bursts = Vec::new();
    for visits in visits.chunk_by(|a, b| a.actor == b.actor) {
        let times: Vec<_> = visits.iter().map(|visit| visit.time).collect();
        bursts.extend(material.options.burst.find(&times).into_iter().map(|burst| &visits[burst]));
    }
    // Those of an actor are in time order already, and the actors by id.
    let key = |visits: &&[Visit]| (Reverse(visits.len()), visits[0].time);
    let (rows, left_out) = best(material, bursts, key, |visits| {
        let [actor, id, _] = survey.actor_cells(visits[0].actor);
        let mut operations: Vec<_> = visits.iter().map(|visit| visit.operation).collect();
        operations.sort_unstable();
        operations.dedup();
        let [from, to] = ends(visits);
        let events = Cell::Number(visits.len() as u64);
        let mut cells = vec![actor, id, events, from.into(), to.into()];
        cells.extend(organizations(survey, visits));
        cells.push(Cell::List(operations.iter().map(|operation| operation.name().into()).collect()));
        let tone = if operations.iter().any(|operation| operation.state().is_some()) {
            Tone::Warn
        } else {
            Tone::Plain
        };
        Row { cells, tone }
    });
    Table { columns: BURSTS, rows: rows.into(), empty: "There is no burst.", left_out }
}

fn ends(visits: &[Visit]) -> [Timestamp; 2] {
    [visits[0].time, visits[visits.len() - 1].time]
}

fn across<'a>(material: &'a ReportInput<'a>, visits: &[Visit]) -> Table<'a> {
    let survey = material.survey;
    let all = visits
        .chunk_by(|a, b| a.actor == b.actor)
        .map(|visits| (visits::different(visits.iter().map(|visit| visit.organization)), visits))
        .filter(|(organizations, _)| *organizations > 1);
    let key = |&(organizations, visits): &(_, &[Visit])| {
        (Reverse((organizations, visits.len())), survey.actor(visits[0].actor))
    };
    let (rows, left_out) = best(material, all, key, |(_, visits)| {
        let [actor, id, _] = survey.actor_cells(visits[0].actor);
        let [count, names] = organizations(survey, visits);
        let [first, last] = ends(visits);
        let events = Cell::Number(visits.len() as u64);
        Row { cells: vec![actor, id, count, names, events, first.into(), last.into()], tone: Tone::Plain }
    });
    Table {
        columns: ACROSS,
        rows: rows.into(),
        empty: "No actor is seen in more than one organization.",
        left_out,
    }
}

fn sessions<'a>(material: &'a ReportInput<'a>, visits: &[Visit]) -> Table<'a> {
    let survey = material.survey;
    let who = |visit: &Visit| impersonator(survey, visit);
    // What others do in an actor's sessions is no part of the actor's own.
    let by_impersonator = |visits: &[Visit]| {
        let mut visits = visits.to_vec();
        visits.sort_by(|a, b| who(a).cmp(&who(b)));
        Cow::Owned(visits)
    };
    let actors = visits.chunk_by(|a, b| a.actor == b.actor).map(|visits| {
        let is_one = visits.iter().all(|visit| who(visit) == who(&visits[0]));
        if is_one { Cow::Borrowed(visits) } else { by_impersonator(visits) }
    });
    let actors: Vec<_> = actors.collect();
    let goes_on = |a: &Visit, b: &Visit| {
        let limit =
            Timestamp { seconds: a.time.seconds.saturating_add(SESSION_GAP_SECONDS), nanos: a.time.nanos };
        a.actor == b.actor && who(a) == who(b) && b.time <= limit
    };
    let duration = |visits: &[Visit]| {
        let [from, to] = ends(visits);
        to.seconds_since(from)
    };
    // Equals stay by actor and time.
    let key = |visits: &&[Visit]| Reverse((duration(visits), visits.len()));
    let (rows, left_out) =
        best(material, actors.iter().flat_map(|visits| visits.chunk_by(goes_on)), key, |visits| {
            let [actor, id, _] = survey.actor_cells(visits[0].actor);
            let [from, to] = ends(visits);
            let events = Cell::Number(visits.len() as u64);
            let mut cells = vec![actor, id, from.into(), to.into(), Cell::Duration(duration(visits)), events];
            cells.extend(organizations(survey, visits));
            cells.extend([who(&visits[0]).into(), path(survey, visits)]);
            let tone = if who(&visits[0]).is_some() { Tone::Warn } else { Tone::Plain };
            Row { cells, tone }
        });
    Table { columns: SESSIONS, rows: rows.into(), empty: "The events shown name no actor.", left_out }
}

fn path<'a>(survey: &'a Survey, visits: &[Visit]) -> Cell<'a> {
    let mut pages: Vec<_> = visits.iter().filter_map(|visit| survey.pages.get(visit.page)).collect();
    pages.dedup();
    few(pages.into_iter().map(Cow::Borrowed), MOST_PAGES)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::testing::{Log, at, told};
    use crate::reports::{Burst, Options};
    use chrono_tz::Tz;

    fn log() -> Log {
        let mut log = Log::default();
        log.add(at("2025-01-06T09:00:00Z").by("ann").on("/a"));
        log.add(at("2025-01-06T09:30:00Z").by("ann").on("/a").from("192.0.2.1").opens_portal());
        log.add(at("2025-01-06T10:00:00.000000001Z").by("ann").on("/b").with("Other").at_org("b"));
        log.add(at("2025-01-06T10:01:00Z").by("ann").on("/a").from("192.0.2.1").deletes("c1"));
        log.add(at("2025-01-06T10:01:00Z").by("ann").on("/b").impersonated("ops@x", "T").from("192.0.2.7"));
        log.add(at("2025-01-06T10:02:00Z").by("ann").on("/c").impersonated("", "T").from("192.0.2.7"));
        log.add(at("2025-01-06T10:02:00Z").by("bob").on("/c").at_org("c"));
        log.add(at("2025-01-05T23:30:00Z").by("bob").on("/c").at_org("b"));
        log
    }

    fn options(top: usize) -> Options {
        Options { top: Some(top), ..Options::default() }
    }

    #[test]
    fn sessions_end_with_a_silence_of_more_than_half_an_hour() {
        let sheet = log().report(&REPORT, options(10));
        assert_eq!(
            told(&sheet, "sessions"),
            [
                "Ann user_ann 2025-01-06T09:00:00Z 2025-01-06T09:30:00Z 1800 2 1 [A] - [/a]",
                "Ann user_ann 2025-01-06T10:00:00.000000001Z 2025-01-06T10:01:00Z 59 2 2 [A, B] - [/b, /a]",
                "Ann user_ann 2025-01-06T10:01:00Z 2025-01-06T10:01:00Z 0 1 1 [A] ops@x [/b]",
                "Ann user_ann 2025-01-06T10:02:00Z 2025-01-06T10:02:00Z 0 1 1 [A] unknown [/c]",
                "Bob user_bob 2025-01-05T23:30:00Z 2025-01-05T23:30:00Z 0 1 1 [B] - [/c]",
                "Bob user_bob 2025-01-06T10:02:00Z 2025-01-06T10:02:00Z 0 1 1 [C] - [/c]",
            ]
        );
        let Body::Table(table) = &log().report(&REPORT, options(2)).sections[4].body else {
            panic!("sessions are a table");
        };
        assert_eq!((table.rows.len(), table.left_out), (2, 4));
    }

    #[test]
    fn a_path_has_twenty_pages_and_no_repeats_in_a_row() {
        const PAGES: [&str; 21] = [
            "/0", "/1", "/2", "/3", "/4", "/5", "/6", "/7", "/8", "/9", "/10", "/11", "/12", "/13", "/14",
            "/15", "/16", "/17", "/18", "/19", "/20",
        ];
        const TIMES: [&str; 21] = [
            "2025-01-06T09:00:00Z",
            "2025-01-06T09:01:00Z",
            "2025-01-06T09:02:00Z",
            "2025-01-06T09:03:00Z",
            "2025-01-06T09:04:00Z",
            "2025-01-06T09:05:00Z",
            "2025-01-06T09:06:00Z",
            "2025-01-06T09:07:00Z",
            "2025-01-06T09:08:00Z",
            "2025-01-06T09:09:00Z",
            "2025-01-06T09:10:00Z",
            "2025-01-06T09:11:00Z",
            "2025-01-06T09:12:00Z",
            "2025-01-06T09:13:00Z",
            "2025-01-06T09:14:00Z",
            "2025-01-06T09:15:00Z",
            "2025-01-06T09:16:00Z",
            "2025-01-06T09:17:00Z",
            "2025-01-06T09:18:00Z",
            "2025-01-06T09:19:00Z",
            "2025-01-06T09:20:00Z",
        ];
        let mut log = Log::default();
        for (time, page) in TIMES.into_iter().zip(PAGES) {
            log.add(at(time).on(page));
            log.add(at(time).on(page));
        }
        let sheet = log.report(&REPORT, options(10));
        let path = format!("[{}, …]", PAGES[..20].join(", "));
        assert!(told(&sheet, "sessions")[0].ends_with(&path), "{:?}", told(&sheet, "sessions"));
    }

    #[test]
    fn first_uses_are_told_but_for_the_very_first() {
        let sheet = log().report(&REPORT, options(10));
        assert_eq!(
            told(&sheet, "first_uses"),
            [
                "2025-01-06T10:01:00Z Ann user_ann address 192.0.2.7 ops@x",
                "2025-01-06T10:00:00.000000001Z Ann user_ann user agent Other -",
                "2025-01-06T09:30:00Z Ann user_ann address 192.0.2.1 -",
            ]
        );
        assert_eq!(told(&log().report(&REPORT, options(1)), "first_uses").len(), 1);
    }

    #[test]
    fn bursts_reach_to_the_edge_of_the_window() {
        for (burst, expected) in [
            (
                "2/30m",
                &[
                    "Ann user_ann 4 2025-01-06T10:00:00.000000001Z 2025-01-06T10:02:00Z 2 [A, B] [viewed, deleted]",
                    "Ann user_ann 2 2025-01-06T09:00:00Z 2025-01-06T09:30:00Z 1 [A] [viewed, portal-opened]",
                ][..],
            ),
            (
                "5/62m",
                &[
                    "Ann user_ann 6 2025-01-06T09:00:00Z 2025-01-06T10:02:00Z 2 [A, B] [viewed, portal-opened, deleted]",
                ],
            ),
            ("6/3719s", &[]),
            ("7/1d", &[]),
        ] {
            let options = Options { burst: Burst::parse(burst).unwrap(), ..Options::default() };
            assert_eq!(told(&log().report(&REPORT, options), "bursts"), expected, "{burst}");
        }
    }

    #[test]
    fn actors_across_organizations_are_told() {
        let sheet = log().report(&REPORT, options(10));
        assert_eq!(
            told(&sheet, "across"),
            [
                "Ann user_ann 2 [A, B] 6 2025-01-06T09:00:00Z 2025-01-06T10:02:00Z",
                "Bob user_bob 2 [B, C] 2 2025-01-05T23:30:00Z 2025-01-06T10:02:00Z",
            ]
        );
    }

    #[test]
    fn heat_is_by_the_clock_of_the_zone() {
        let sheet =
            log().report(&REPORT, Options { zone: Tz::Europe__Berlin, top: Some(2), ..Options::default() });
        assert_eq!(
            told(&sheet, "heat"),
            ["Everybody: 8", "Ann: 6", "Bob: 2", "192.0.2.9: 4", "192.0.2.1: 2"]
        );
        let Body::Chart(Chart::Heat(grids)) = &sheet.sections[0].body else {
            panic!("heat is a chart");
        };
        // Sunday night in UTC is Monday in Berlin.
        assert_eq!(grids[2].1[0][0], 1);
        assert_eq!(grids[2].1[0][11], 1);
    }

    #[test]
    fn the_order_of_arrival_changes_nothing() {
        log().assert_order_does_not_matter(&REPORT, &options(10));
        log().assert_order_does_not_matter(&REPORT, &options(2));
        Log::of_sample().assert_order_does_not_matter(&REPORT, &Options::default());
    }

    #[test]
    fn nothing_has_the_same_sections() {
        let keys = |sheet: &Sheet| sheet.sections.iter().map(|section| section.key).collect::<Vec<_>>();
        let nothing = Log::default().report(&REPORT, options(10));
        assert_eq!(keys(&nothing), keys(&log().report(&REPORT, options(10))));
        assert_eq!(told(&nothing, "heat"), ["Everybody: 0"]);
    }
}
