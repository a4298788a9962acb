//! `admins`: who did what in the SSO settings, from where, when, and in whose session.
//!
//! An impersonated event counts for the actor in whose name it stands in the log; the second table
//! tells who it was.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::visits::{self, by_actor, different, few, frequent, is_impersonated};
use super::{Report, ReportInput};
use crate::analysis::calendar;
use crate::model::operation::Operation;
use crate::parallel;
use crate::reports::sheet::{Body, Cell, Column, Kind, Row, Section, Sheet, Table, Tone};
use crate::survey::{Survey, Visit, Wants};

/// The report.
pub static REPORT: Report = Report {
    name: "admins",
    about: "what each actor did, from where and when, and who acted in their sessions",
    schema: "ssoaudit.report.admins.v1",
    wants: Wants { counts: false, changes: false, visits: true, notes: None },
    takes: &["--hours"],
    make,
};

static ADMINS: &[Column] = &[
    Column::new("actor", "Actor", Kind::Text, "name, e-mail address or id"),
    Column::new("actor_id", "Actor id", Kind::Id, "actor id").rank(9),
    Column::new("actor_email", "E-mail", Kind::Text, "their latest e-mail address").rank(8),
    Column::new("events", "Events", Kind::Number, "events of any kind"),
    Column::new("views", "Views", Kind::Number, "how often they looked at the settings"),
    Column::new("portal_urls", "Portal links", Kind::Number, "links to the set-up portal"),
    Column::new("changes", "Changes", Kind::Number, "changes of a connection's state, deletions among them"),
    Column::new("deletions", "Deletions", Kind::Number, "deleted connections").rank(1),
    Column::new("organizations", "Organizations", Kind::Number, "how many organizations").rank(3),
    Column::new("ips", "Addresses", Kind::Number, "how many IP addresses").rank(4),
    Column::new("ip_list", "Which", Kind::List, "up to five addresses, the most frequent first").rank(12),
    Column::new("user_agents", "Agents", Kind::Number, "how many user agents").rank(10),
    Column::new("impersonated", "Impersonated", Kind::Number, "events of sessions that somebody else drove")
        .rank(2),
    Column::new("impersonators", "By whom", Kind::List, "up to five who drove them, and why").rank(11),
    Column::new("first", "First", Kind::Time, "when first seen").rank(7),
    Column::new("last", "Last", Kind::Time, "when last seen").rank(5),
    Column::new("off_hours", "Off hours", Kind::Share, "share of events outside working hours").rank(6),
];

static IMPERSONATION: &[Column] = &[
    Column::new("impersonator", "Impersonator", Kind::Text, "who drove the session"),
    Column::new("actor", "Actor", Kind::Text, "whose session it was"),
    Column::new("actor_id", "Actor id", Kind::Id, "their id").rank(5),
    Column::new("reason", "Reason", Kind::Text, "why, as they wrote").rank(4),
    Column::new("events", "Events", Kind::Number, "how many events"),
    Column::new("organizations", "Organizations", Kind::Number, "how many organizations").rank(1),
    Column::new("first", "First", Kind::Time, "when first seen").rank(3),
    Column::new("last", "Last", Kind::Time, "when last seen").rank(2),
];

fn make<'a>(material: &'a ReportInput<'a>) -> Sheet<'a> {
    let survey = material.survey;
    let visits = by_actor(survey);
    let mut notes = material.notes();
    notes.push(format!(
        "Working hours are {} Monday to Friday in {}.",
        material.options.hours,
        material.options.zone.name()
    ));
    notes.extend(visits::without_actor(survey));
    let section = |key, title, table| Section { key, title, body: Body::Table(table) };
    let (admins, impersonation) =
        parallel::both(|| admins(material, visits), || impersonation(survey, visits));
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Administrators".to_owned(),
        notes,
        sections: vec![
            section("admins", "Who did what", admins),
            section("impersonation", "Impersonated sessions", impersonation),
        ],
    }
}

fn admins<'a>(material: &'a ReportInput<'a>, visits: &[Visit]) -> Table<'a> {
    let survey = material.survey;
    let actors: Vec<_> = visits.chunk_by(|a, b| a.actor == b.actor).collect();
    let mut rows = parallel::map(&actors, |visits| admin(material, visits));
    rows.sort_by_key(|(done, visits, _)| {
        (Reverse(*done), survey.actor(visits[0].actor), survey.actors.names.get(visits[0].actor))
    });
    let rows = rows.into_iter().map(|(_, _, row)| row).collect();
    Table { columns: ADMINS, rows, empty: "The events shown name no actor.", left_out: 0 }
}

/// Changes, portal links and views, by which actors are ordered; then the row.
fn admin<'a, 'v>(material: &'a ReportInput<'a>, visits: &'v [Visit]) -> ([u64; 3], &'v [Visit], Row<'a>) {
    const MOST_LISTED: usize = 5;
    let survey = material.survey;
    let count = |test: fn(&Visit) -> bool| visits.iter().filter(|visit| test(visit)).count() as u64;
    let views = count(|visit| visit.operation == Operation::Viewed);
    let portal_urls = count(|visit| visit.operation == Operation::PortalOpened);
    let deletions = count(|visit| visit.operation == Operation::Deleted);
    let changes = count(|visit| visit.operation.state().is_some());
    let impersonated = count(is_impersonated);
    let ips = frequent(visits.iter().map(|visit| visit.ip), |id| survey.ips.names.text(id));
    let hours = material.options.hours;
    let is_off = |visit: &&Visit| !hours.include(calendar::local(visit.time, material.options.zone));
    let off = visits.iter().filter(is_off).count();
    let mut cells = survey.actor_cells(visits[0].actor).to_vec();
    cells.extend([visits.len() as u64, views, portal_urls, changes, deletions].map(Cell::Number));
    cells.extend([
        different(visits.iter().map(|visit| visit.organization)).into(),
        Cell::Number(ips.len() as u64),
        few(ips.iter().map(|(id, _)| survey.ips.names.text(*id).into()), MOST_LISTED),
        different(visits.iter().map(|visit| visit.agent)).into(),
        impersonated.into(),
        few(impersonators(survey, visits).into_iter().map(Cow::Owned), MOST_LISTED),
        visits[0].time.into(),
        visits[visits.len() - 1].time.into(),
        Cell::Share(off as f64 / visits.len() as f64),
    ]);
    let tone = if impersonated > 0 { Tone::Warn } else { Tone::Plain };
    ([changes, portal_urls, views], visits, Row { cells, tone })
}

/// Who drove sessions and why, each once, by name.
fn impersonators(survey: &Survey, visits: &[Visit]) -> Vec<String> {
    let mut all: Vec<_> = visits.iter().filter(|visit| is_impersonated(visit)).collect();
    all.sort_by_key(|visit| (visit.impersonator, visit.reason));
    all.dedup_by_key(|visit| (visit.impersonator, visit.reason));
    let name = |visit: &Visit| {
        let who = visits::impersonator(survey, visit).unwrap_or_default();
        survey.reasons.get(visit.reason).map_or(who.to_owned(), |reason| format!("{who} ({reason})"))
    };
    let mut names: Vec<_> = all.into_iter().map(name).collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn impersonation<'a>(survey: &'a Survey, visits: &[Visit]) -> Table<'a> {
    let texts = |visit: &Visit| {
        let [who, reason] = [survey.impersonators.get(visit.impersonator), survey.reasons.get(visit.reason)];
        (who, survey.actors.names.get(visit.actor), reason)
    };
    let mut all: Vec<_> = visits.iter().filter(|visit| is_impersonated(visit)).copied().collect();
    // Stable, so that the visits of each session's driver stay in time order.
    all.sort_by(|a, b| texts(a).cmp(&texts(b)));
    // By texts, as several may have one pseudonym.
    let mut groups: Vec<_> = all.chunk_by(|a, b| texts(a) == texts(b)).collect();
    groups.sort_by_key(|visits| Reverse(visits.len()));
    let rows = groups.into_iter().map(|visits| {
        let [actor, id, _] = survey.actor_cells(visits[0].actor);
        let cells = vec![
            survey.impersonators.get(visits[0].impersonator).into(),
            actor,
            id,
            survey.reasons.get(visits[0].reason).into(),
            Cell::Number(visits.len() as u64),
            different(visits.iter().map(|visit| visit.organization)).into(),
            visits[0].time.into(),
            visits[visits.len() - 1].time.into(),
        ];
        Row { cells, tone: Tone::Warn }
    });
    let rows = rows.collect();
    Table { columns: IMPERSONATION, rows, empty: "No session was impersonated.", left_out: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::testing::{Log, at, told};
    use crate::reports::{Hours, Options};
    use chrono_tz::Tz;

    fn log() -> Log {
        let mut log = Log::default();
        log.add(at("2025-01-06T09:00:00Z").by("bob").at_org("a").from("192.0.2.1"));
        log.add(at("2025-01-06T18:00:00Z").by("bob").at_org("b").from("192.0.2.2"));
        log.add(at("2025-01-06T17:59:59Z").by("bob").at_org("b").from("192.0.2.2").deletes("c1"));
        log.add(at("2025-01-07T09:00:00Z").by("ann").at_org("a").opens_portal());
        log.add(at("2025-01-07T09:01:00Z").by("ann").at_org("b").impersonated("ops@x", "T-2"));
        log.add(at("2025-01-07T09:02:00Z").by("ann").at_org("a").impersonated("ops@x", "T-2"));
        log.add(at("2025-01-07T09:03:00Z").by("ann").at_org("a").impersonated("ops@x", "T-1"));
        log.add(at("2025-01-07T09:03:00Z").by("cid").at_org("a").impersonated("", "T-3"));
        log.add(at("2025-01-07T09:03:00Z").by("abe").at_org("a"));
        log
    }

    #[test]
    fn actors_are_told_with_the_most_changes_first() {
        let sheet = log().report(&REPORT, Options::default());
        assert_eq!(
            told(&sheet, "admins"),
            [
                "Bob user_bob bob@x.example 3 2 0 1 1 2 2 [192.0.2.2, 192.0.2.1] 1 0 [] \
                 2025-01-06T09:00:00Z 2025-01-06T18:00:00Z 0.333",
                "Ann user_ann ann@x.example 4 3 1 0 0 2 1 [192.0.2.9] 1 3 [ops@x (T-1), ops@x (T-2)] \
                 2025-01-07T09:00:00Z 2025-01-07T09:03:00Z 0.000",
                "Abe user_abe abe@x.example 1 1 0 0 0 1 1 [192.0.2.9] 1 0 [] \
                 2025-01-07T09:03:00Z 2025-01-07T09:03:00Z 0.000",
                "Cid user_cid cid@x.example 1 1 0 0 0 1 1 [192.0.2.9] 1 1 [unknown (T-3)] \
                 2025-01-07T09:03:00Z 2025-01-07T09:03:00Z 0.000",
            ]
        );
        assert_eq!(
            told(&sheet, "impersonation"),
            [
                "ops@x Ann user_ann T-2 2 2 2025-01-07T09:01:00Z 2025-01-07T09:02:00Z",
                "- Cid user_cid T-3 1 1 2025-01-07T09:03:00Z 2025-01-07T09:03:00Z",
                "ops@x Ann user_ann T-1 1 1 2025-01-07T09:03:00Z 2025-01-07T09:03:00Z",
            ]
        );
    }

    #[test]
    fn working_hours_are_those_of_the_zone() {
        for (hours, zone, expected) in [
            ("08:00-18:00", Tz::UTC, "0.333"),
            ("08:00-18:01", Tz::UTC, "0.000"),
            ("08:00-18:00", Tz::Europe__Berlin, "0.667"),
            ("08:00-18:00", Tz::America__New_York, "0.333"),
        ] {
            let hours = Hours::parse(hours).unwrap();
            let sheet = log().report(&REPORT, Options { hours, zone, ..Options::default() });
            assert!(told(&sheet, "admins")[0].ends_with(expected), "{hours} {zone}");
            assert_eq!(sheet.notes[0], format!("Working hours are {hours} Monday to Friday in {zone}."));
        }
    }

    #[test]
    fn more_than_five_addresses_are_not_all_listed() {
        let mut log = Log::default();
        for ip in ["192.0.2.6", "192.0.2.5", "192.0.2.4", "192.0.2.3", "192.0.2.2", "192.0.2.1"] {
            log.add(at("2025-01-06T09:00:00Z").by("bob").at_org("a").from(ip));
        }
        log.add(at("2025-01-06T09:00:01Z").by("bob").at_org("a").from("192.0.2.6"));
        let sheet = log.report(&REPORT, Options::default());
        let expected = " 6 [192.0.2.6, 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4, …] ";
        assert!(told(&sheet, "admins")[0].contains(expected), "{:?}", told(&sheet, "admins"));
    }

    #[test]
    fn the_order_of_arrival_changes_nothing() {
        log().assert_order_does_not_matter(&REPORT, &Options::default());
        Log::of_sample().assert_order_does_not_matter(&REPORT, &Options::default());
    }

    #[test]
    fn nobody_is_nothing() {
        let sheet = Log::default().report(&REPORT, Options::default());
        assert!(told(&sheet, "admins").is_empty());
        assert!(told(&sheet, "impersonation").is_empty());
    }
}
