//! `report admins`: who did what in the SSO settings, from where, when, in which role and in whose session; and which
//! admins on the roster did nothing.
//!
//! An impersonated event counts for the actor whose session it was; the second table names the impersonators.

mod unseen;

use std::cmp::Reverse;
use std::ops::Range;

use super::columns::{ACTOR, ACTOR_EMAIL, ACTOR_ID, EVENTS, FIRST, IMPERSONATOR, LAST, ORGANIZATIONS};
use super::statements::{Statement, clause, sentence, statements};
use super::table::{ColumnOf, TableLayout};
use super::visits::{self, by_actor, distinct, few, frequent, is_impersonated};
use super::{Report, ReportInput};
use crate::analysis::calendar;
use crate::analysis::roster::Role;
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::sheet::{Cell, Column, Kind, Section, Sheet, Table, Tone};
use crate::survey::ids::{ActorId, IpId};
use crate::survey::{Survey, Visit, Wants};

/// The report.
pub static REPORT: Report = Report {
    name: "admins",
    about: "what each actor did, from where, when and in which role, and who acted in their sessions",
    schema: "ssoaudit.report.admins.v2",
    wants: Wants { visits: true, ..Wants::NOTHING },
    flags: &["--hours", "--roster"],
    make,
};

fn make<'a>(input: &'a ReportInput<'a>) -> Sheet<'a> {
    let survey = input.survey;
    let visits = by_actor(survey);
    let mut notes = input.notes();
    notes.push(format!(
        "Working hours are {} Monday to Friday in {}.",
        input.options.hours,
        input.options.zone.name()
    ));
    notes.extend(visits::without_actor(survey));
    notes.extend(unseen::notes(input));
    let (admins, impersonation) = parallel::both(|| admins(input, visits), || impersonation(survey, visits));
    let figures = Figures::of(&admins);
    let layout =
        TableLayout { columns: Admin::COLUMNS, tone: Admin::tone, empty: "The events shown name no actor." };
    let mut admins = layout.table(survey, admins);
    if input.roster.is_none() {
        // Columns with nothing in them are the first to go where there is not room for all.
        let empty = admins.columns.iter_mut().filter(|column| ["role", "without_role"].contains(&column.key));
        empty.for_each(|column| column.rank = u8::MAX);
    }
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Administrators".to_owned(),
        statements: statements(&figures, Figures::STATEMENTS),
        provenance: None,
        notes,
        sections: vec![
            Section::table("admins", "Who did what", admins),
            Section::table("impersonation", "Impersonated sessions", impersonation),
            Section::table("never_seen", "Admins never seen", unseen::table(input)),
        ],
    }
}

/// What an actor did.
struct Admin<'a> {
    /// All visits, in time order.
    visits: &'a [Visit],
    /// The role at each of them; `None` without a roster.
    roles: Option<&'a [Option<Role>]>,
    views: u64,
    portal_urls: u64,
    changes: u64,
    deletions: u64,
    organizations: u64,
    user_agents: u64,
    impersonated: u64,
    /// The addresses, the most frequent first.
    ips: Vec<IpId>,
    impersonators: Vec<String>,
    /// Events outside working hours.
    off_hours: u64,
}

/// The most addresses and impersonators that are listed for an actor.
const MAX_LISTED: usize = 5;

impl<'a> Admin<'a> {
    const COLUMNS: &'a [ColumnOf<Self>] = &[
        ACTOR.cell(|survey, admin| survey.actor(admin.actor()).into()),
        ACTOR_ID.rank(9).cell(|survey, admin| survey.actors.names.get(admin.actor()).into()),
        ACTOR_EMAIL.rank(8).cell(|survey, admin| survey.actor_email(admin.actor()).into()),
        Column::new(
            "role",
            "Role",
            Kind::List,
            "roles that the roster gives them at the time of their events",
        )
        .rank(1)
        .cell(|_, admin| admin.role_names()),
        Column::new(
            "without_role",
            "No role",
            Kind::Number,
            "events in organizations where the roster gave them no role at that time",
        )
        .rank(2)
        .cell(|_, admin| admin.without_role().into()),
        EVENTS.about("events of any kind").cell(|_, admin| (admin.visits.len() as u64).into()),
        Column::new("views", "Views", Kind::Number, "how often they looked at the settings")
            .cell(|_, admin| admin.views.into()),
        Column::new("portal_urls", "Portal links", Kind::Number, "links to the set-up portal")
            .cell(|_, admin| admin.portal_urls.into()),
        Column::new(
            "changes",
            "Changes",
            Kind::Number,
            "changes of a connection's state, deletions among them",
        )
        .cell(|_, admin| admin.changes.into()),
        Column::new("deletions", "Deletions", Kind::Number, "deleted connections")
            .rank(1)
            .cell(|_, admin| admin.deletions.into()),
        ORGANIZATIONS.rank(3).cell(|_, admin| admin.organizations.into()),
        Column::new("ips", "Addresses", Kind::Number, "how many IP addresses")
            .rank(4)
            .cell(|_, admin| (admin.ips.len() as u64).into()),
        Column::new("ip_list", "Which", Kind::List, "up to five addresses, the most frequent first")
            .rank(12)
            .cell(|survey, admin| {
                few(admin.ips.iter().map(|ip| survey.ips.names.text(*ip).into()), MAX_LISTED)
            }),
        Column::new("user_agents", "Agents", Kind::Number, "how many user agents")
            .rank(10)
            .cell(|_, admin| admin.user_agents.into()),
        Column::new(
            "impersonated",
            "Impersonated",
            Kind::Number,
            "events of their sessions in which somebody else acted",
        )
        .rank(2)
        .cell(|_, admin| admin.impersonated.into()),
        Column::new("impersonators", "By whom", Kind::List, "up to five who acted in them, and why")
            .rank(11)
            .cell(|_, admin| few(admin.impersonators.iter().map(|text| text.clone().into()), MAX_LISTED)),
        FIRST.rank(7).cell(|_, admin| admin.visits[0].time.into()),
        LAST.rank(5).cell(|_, admin| admin.visits[admin.visits.len() - 1].time.into()),
        Column::new("off_hours", "Off hours", Kind::Share, "share of events outside working hours")
            .rank(6)
            .cell(|_, admin| Cell::Share(admin.off_hours as f64 / admin.visits.len() as f64)),
    ];

    /// What an actor did, given the indices of their visits.
    fn new(input: &'a ReportInput<'a>, range: &Range<usize>) -> Self {
        let visits = &input.survey.visits[range.clone()];
        let roles = input.roster.as_ref().map(|roster| &roster.roles[range.clone()]);
        let (survey, hours) = (input.survey, input.options.hours);
        let count = |test: fn(&Visit) -> bool| visits.iter().filter(|visit| test(visit)).count() as u64;
        let ips = frequent(visits.iter().map(|visit| visit.ip), |id| survey.ips.names.text(id));
        let is_off = |visit: &&Visit| !hours.include(calendar::local(visit.time, input.options.zone));
        Self {
            visits,
            roles,
            views: count(|visit| visit.operation == Operation::Viewed),
            portal_urls: count(|visit| visit.operation == Operation::PortalOpened),
            changes: count(|visit| visit.operation.state().is_some()),
            deletions: count(|visit| visit.operation == Operation::Deleted),
            organizations: distinct(visits.iter().map(|visit| visit.organization)),
            user_agents: distinct(visits.iter().map(|visit| visit.agent)),
            impersonated: count(is_impersonated),
            ips: ips.into_iter().map(|(ip, _)| ip).collect(),
            impersonators: impersonators(survey, visits),
            off_hours: visits.iter().filter(is_off).count() as u64,
        }
    }

    fn actor(&self) -> Option<ActorId> {
        self.visits[0].actor
    }

    /// The roles at the time of the events, the strongest first.
    fn role_names(&self) -> Cell<'static> {
        let has = |role: &Role| self.roles.is_some_and(|roles| roles.contains(&Some(*role)));
        let names = [Role::Admin, Role::Member].into_iter().filter(has).map(|role| role.name().into());
        self.roles.map(|_| Cell::List(names.collect())).into()
    }

    /// How many events there are in organizations where the actor had no role.
    fn without_role(&self) -> Option<u64> {
        let lacks = |(visit, role): &(&Visit, &Option<Role>)| role.is_none() && visit.organization.is_some();
        self.roles.map(|roles| self.visits.iter().zip(roles).filter(lacks).count() as u64)
    }

    fn tone(&self) -> Tone {
        if self.impersonated > 0 || self.without_role() > Some(0) { Tone::Warn } else { Tone::Plain }
    }
}

/// All actors, those with the most changes first.
fn admins<'a>(input: &'a ReportInput<'a>, visits: &'a [Visit]) -> Vec<Admin<'a>> {
    let survey = input.survey;
    let chunks = visits.chunk_by(|a, b| a.actor == b.actor);
    let ranges = chunks.scan(0, |end, visits| {
        let begin = *end;
        *end += visits.len();
        Some(begin..*end)
    });
    let ranges: Vec<_> = ranges.collect();
    let mut admins = parallel::map(&ranges, |range| Admin::new(input, range));
    admins.sort_by_key(|admin| {
        let done = [admin.changes, admin.portal_urls, admin.views];
        (Reverse(done), survey.actor(admin.actor()), survey.actors.names.get(admin.actor()))
    });
    admins
}

/// What the sentences count.
#[derive(Default)]
struct Figures {
    actors: u64,
    /// Actors who changed the state of a connection, and those who deleted one.
    changing: u64,
    deleting: u64,
    impersonated: u64,
    events: u64,
    off_hours: u64,
}

impl Figures {
    const STATEMENTS: &'static [Statement<Self>] = &[Self::acting, Self::impersonated, Self::off_hours];

    fn of(admins: &[Admin<'_>]) -> Self {
        let mut figures = Self::default();
        for admin in admins {
            figures.actors += 1;
            figures.changing += u64::from(admin.changes > 0);
            figures.deleting += u64::from(admin.deletions > 0);
            figures.impersonated += u64::from(admin.impersonated > 0);
            figures.events += admin.visits.len() as u64;
            figures.off_hours += admin.off_hours;
        }
        figures
    }

    fn acting(&self) -> Option<String> {
        let Self { changing, deleting, .. } = self;
        Some(match clause(self.actors, "actor", ["is named", "are named"]) {
            None => "The events shown name no actor.".to_owned(),
            Some(actors) => {
                format!("{actors}: {changing} changed the state of a connection, and {deleting} deleted one.")
            }
        })
    }

    fn impersonated(&self) -> Option<String> {
        let holds =
            ["had a session in which somebody else acted", "had sessions in which somebody else acted"];
        sentence([clause(self.impersonated, "actor", holds)])
    }

    fn off_hours(&self) -> Option<String> {
        let Self { events, off_hours, .. } = self;
        (*events > 0).then(|| format!("{off_hours} of {events} events were outside of working hours."))
    }
}

/// The impersonators with their reasons, without duplicates, by name.
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

/// What one impersonator did in the sessions of an actor for one reason.
struct Impersonation {
    /// The first event; all others have the same actor, impersonator and reason.
    first: Visit,
    last: Timestamp,
    events: u64,
    organizations: u64,
}

static IMPERSONATION: &[ColumnOf<Impersonation>] = &[
    IMPERSONATOR.cell(|survey, session| survey.impersonators.get(session.first.impersonator).into()),
    ACTOR.about("whose session it was").cell(|survey, session| survey.actor(session.first.actor).into()),
    ACTOR_ID
        .about("their id")
        .rank(5)
        .cell(|survey, session| survey.actors.names.get(session.first.actor).into()),
    Column::new("reason", "Reason", Kind::Text, "why, in their own words")
        .rank(4)
        .cell(|survey, session| survey.reasons.get(session.first.reason).into()),
    EVENTS.cell(|_, session| session.events.into()),
    ORGANIZATIONS.rank(1).cell(|_, session| session.organizations.into()),
    FIRST.rank(3).cell(|_, session| session.first.time.into()),
    LAST.rank(2).cell(|_, session| session.last.into()),
];

fn impersonation<'a>(survey: &'a Survey, visits: &[Visit]) -> Table<'a> {
    let texts = |visit: &Visit| {
        let [who, reason] = [survey.impersonators.get(visit.impersonator), survey.reasons.get(visit.reason)];
        (who, survey.actors.names.get(visit.actor), reason)
    };
    let mut all: Vec<_> = visits.iter().filter(|visit| is_impersonated(visit)).copied().collect();
    // Stable, so that the visits of each impersonator stay in time order.
    all.sort_by(|a, b| texts(a).cmp(&texts(b)));
    // Compared by text, as several ids may have the same pseudonym.
    let sessions = all.chunk_by(|a, b| texts(a) == texts(b)).map(|visits| Impersonation {
        first: visits[0],
        last: visits[visits.len() - 1].time,
        events: visits.len() as u64,
        organizations: distinct(visits.iter().map(|visit| visit.organization)),
    });
    let mut sessions: Vec<_> = sessions.collect();
    sessions.sort_by_key(|session| Reverse(session.events));
    let empty = "No session was impersonated.";
    TableLayout { columns: IMPERSONATION, tone: |_| Tone::Warn, empty }.table(survey, sessions)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::testing::{Log, at, rendered};
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
    fn actors_with_the_most_changes_come_first() {
        let sheet = log().report(&REPORT, Options::default());
        assert_eq!(
            rendered(&sheet, "admins"),
            [
                "Bob user_bob bob@x.example - - 3 2 0 1 1 2 2 [192.0.2.2, 192.0.2.1] 1 0 [] \
                 2025-01-06T09:00:00Z 2025-01-06T18:00:00Z 0.333",
                "Ann user_ann ann@x.example - - 4 3 1 0 0 2 1 [192.0.2.9] 1 3 [ops@x (T-1), ops@x (T-2)] \
                 2025-01-07T09:00:00Z 2025-01-07T09:03:00Z 0.000",
                "Abe user_abe abe@x.example - - 1 1 0 0 0 1 1 [192.0.2.9] 1 0 [] \
                 2025-01-07T09:03:00Z 2025-01-07T09:03:00Z 0.000",
                "Cid user_cid cid@x.example - - 1 1 0 0 0 1 1 [192.0.2.9] 1 1 [unknown (T-3)] \
                 2025-01-07T09:03:00Z 2025-01-07T09:03:00Z 0.000",
            ]
        );
        assert_eq!(
            rendered(&sheet, "impersonation"),
            [
                "ops@x Ann user_ann T-2 2 2 2025-01-07T09:01:00Z 2025-01-07T09:02:00Z",
                "- Cid user_cid T-3 1 1 2025-01-07T09:03:00Z 2025-01-07T09:03:00Z",
                "ops@x Ann user_ann T-1 1 1 2025-01-07T09:03:00Z 2025-01-07T09:03:00Z",
            ]
        );
    }

    fn with_roster(roster: &str) -> Options {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster.csv");
        std::fs::write(&path, format!("organization,actor,role,from,until\n{roster}")).unwrap();
        Options { roster: Some(crate::analysis::roster::read(&path).unwrap().0), ..Options::default() }
    }

    const ROSTER: &str = "org_a,user_bob,admin,,2025-01-06T18:00:00Z\norg_b,BOB@x.example,member,,2025-01-06T18:00:00Z\n\
        *,ann@x.example,admin,2025-01-07T09:02:00Z,\n*,*@x.example,member,,2025-01-01\n";

    #[test]
    fn roles_are_those_at_the_time_of_each_event() {
        let sheet = log().report(&REPORT, with_roster(ROSTER));
        let roles = rendered(&sheet, "admins").into_iter().map(|row| {
            let (_, row) = row.split_once(".example ").unwrap();
            row.split(" 0 ").next().unwrap().to_owned()
        });
        // Roles, events without one, events, views.
        assert_eq!(
            roles.collect::<Vec<_>>(),
            ["[admin, member] 1 3 2", "[admin] 2 4 3 1", "[] 1 1 1", "[] 1 1 1"]
        );
    }

    #[test]
    fn admins_without_an_event_are_those_whose_role_the_log_covers() {
        let sheet = log().report(
            &REPORT,
            with_roster(
                "org_a,user_bob,admin,,\norg_z,ANN@X.example,admin,,\norg_a,ops@x,admin,,\norg_a,zoe,member,,\n\
                 org_a,*@y.example,admin,,\norg_b,eva,admin,,\nacme*,dan@x.example,admin,2025-01-07,2025-01-08\n\
                 acme*,dan@x.example,admin,2025-01-07,2025-01-08\norg_a,kim,admin,,2025-01-06T09:00:00Z\n\
                 org_b,kim,admin,,2025-01-06T09:00:00.001Z\norg_a,lea,admin,2025-01-07T09:03:00.001Z,\n\
                 org_b,lea,admin,2025-01-07T09:03:00Z,\n",
            ),
        );
        assert_eq!(
            rendered(&sheet, "never_seen"),
            [
                "dan@x.example acme* 2025-01-07T00:00:00Z 2025-01-07T09:03:00Z",
                "eva org_b 2025-01-06T09:00:00Z 2025-01-07T09:03:00Z",
                "kim org_b 2025-01-06T09:00:00Z 2025-01-06T09:00:00.001Z",
                "lea org_b 2025-01-07T09:03:00Z 2025-01-07T09:03:00Z",
            ]
        );
        assert_eq!(
            sheet.notes[1..],
            [
                "Admins never seen have no event in this log from 2025-01-06T09:00:00Z to 2025-01-07T09:03:00Z, whatever is \
                 selected; what other logs show is not known.",
                "1 pattern of the roster may stand for anybody, so nobody counts as never seen because of that.",
            ]
        );
    }

    #[test]
    fn without_events_or_a_roster_nobody_is_missed() {
        for (log, options) in [(log(), Options::default()), (Log::default(), with_roster(ROSTER))] {
            assert!(rendered(&log.report(&REPORT, options), "never_seen").is_empty());
        }
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
            assert!(rendered(&sheet, "admins")[0].ends_with(expected), "{hours} {zone}");
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
        assert!(rendered(&sheet, "admins")[0].contains(expected), "{:?}", rendered(&sheet, "admins"));
    }

    #[test]
    fn the_order_of_arrival_changes_nothing() {
        log().assert_order_does_not_matter(&REPORT, &Options::default());
        log().assert_order_does_not_matter(&REPORT, &with_roster(ROSTER));
        Log::of_sample().assert_order_does_not_matter(&REPORT, &Options::default());
    }

    #[test]
    fn nobody_is_nothing() {
        let sheet = Log::default().report(&REPORT, Options::default());
        assert!(rendered(&sheet, "admins").is_empty());
        assert!(rendered(&sheet, "impersonation").is_empty());
    }
}
