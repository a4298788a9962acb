//! `report access`: patterns of use for an investigation: hours, first uses, bursts, sessions.
//!
//! Patterns are hints, not findings; the reader decides what is unusual. Impersonated events count for the actor, but
//! form sessions of their own.

mod first_uses;
mod heat;
mod runs;

use self::first_uses::first_uses;
use self::heat::heat;
use self::runs::{SESSION_GAP_SECONDS, bursts, cross_organization, sessions};
use super::statements::{Statement, clause, sentence, statements, times};
use super::visits::{self, by_actor};
use super::{Report, ReportInput};
use crate::parallel;
use crate::reports::Burst;
use crate::reports::sheet::{Section, Sheet, Table};
use crate::survey::Wants;

/// The report.
pub static REPORT: Report = Report {
    name: "access",
    about: "patterns of use: hours, new addresses, bursts, sessions, actors across organizations",
    schema: "ssoaudit.report.access.v1",
    wants: Wants { visits: true, ..Wants::NOTHING },
    flags: &["--top", "--burst"],
    make,
};

fn make<'a>(input: &'a ReportInput<'a>) -> Sheet<'a> {
    let survey = input.survey;
    let visits = by_actor(survey);
    let mut notes = input.notes();
    notes.push(format!(
        "A burst is at least {} by one actor. A session ends with a silence of more than {} minutes.",
        input.options.burst,
        SESSION_GAP_SECONDS / 60
    ));
    notes.extend(visits::without_actor(survey));
    let ((heat, first_uses), (bursts, (cross_organization, sessions))) = parallel::both(
        || (heat(input), first_uses(input, visits)),
        || (bursts(input, visits), (cross_organization(input, visits), sessions(input, visits))),
    );
    let all = |table: &Table<'_>| table.rows.len() as u64 + table.left_out;
    let figures = Figures {
        bursts: all(&bursts),
        burst: input.options.burst,
        first_uses: all(&first_uses),
        across: all(&cross_organization),
    };
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Access patterns".to_owned(),
        statements: statements(&figures, Figures::STATEMENTS),
        provenance: None,
        notes,
        sections: vec![
            Section::chart("heat", "Events by weekday and hour", heat),
            Section::table("first_uses", "Addresses and user agents new to an actor", first_uses),
            Section::table("bursts", "Bursts", bursts),
            Section::table("across", "Actors across organizations", cross_organization),
            Section::table("sessions", "Sessions", sessions),
        ],
    }
}

/// What the sentences count.
struct Figures {
    bursts: u64,
    burst: Burst,
    first_uses: u64,
    across: u64,
}

impl Figures {
    const STATEMENTS: &'static [Statement<Self>] = &[Self::hastily, Self::in_new_places, Self::hints];

    fn hastily(&self) -> Option<String> {
        let found = clause(self.bursts, "burst", ["was found", "were found"]);
        Some(format!(
            "{}: at least {} by one actor.",
            found.unwrap_or("No burst was found".to_owned()),
            self.burst
        ))
    }

    fn in_new_places(&self) -> Option<String> {
        let often = times(self.first_uses);
        let new = format!("Actors used an address or a user agent that was new to them {often}");
        let holds = ["is seen in more than one organization", "are seen in more than one organization"];
        sentence([(self.first_uses > 0).then_some(new), clause(self.across, "actor", holds)])
    }

    fn hints(&self) -> Option<String> {
        Some("These are patterns of use, which say where to look, not that anything was wrong.".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::sheet::{Body, Chart};
    use crate::reports::testing::{Log, at, rendered};
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
            rendered(&sheet, "sessions"),
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
        assert!(rendered(&sheet, "sessions")[0].ends_with(&path), "{:?}", rendered(&sheet, "sessions"));
    }

    #[test]
    fn first_uses_are_listed_but_for_the_very_first() {
        let sheet = log().report(&REPORT, options(10));
        assert_eq!(
            rendered(&sheet, "first_uses"),
            [
                "2025-01-06T10:01:00Z Ann user_ann address 192.0.2.7 ops@x",
                "2025-01-06T10:00:00.000000001Z Ann user_ann user agent Other -",
                "2025-01-06T09:30:00Z Ann user_ann address 192.0.2.1 -",
            ]
        );
        assert_eq!(rendered(&log().report(&REPORT, options(1)), "first_uses").len(), 1);
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
            assert_eq!(rendered(&log().report(&REPORT, options), "bursts"), expected, "{burst}");
        }
    }

    #[test]
    fn actors_across_organizations_are_listed() {
        let sheet = log().report(&REPORT, options(10));
        assert_eq!(
            rendered(&sheet, "across"),
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
            rendered(&sheet, "heat"),
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
        assert_eq!(rendered(&nothing, "heat"), ["Everybody: 0"]);
    }
}
