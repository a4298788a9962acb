//! `authorization`: whether those who did what only administrators may do were allowed to, by a
//! roster; and changes that do not fit the owner of their connection.

use std::cmp::Reverse;

use super::{Report, ReportInput};
use crate::analysis::lifecycle;
use crate::analysis::lifecycle::Origin;
use crate::analysis::roster::{Authorization, is_for_admins};
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::sheet::{Body, Cell, Column, Fact, Kind, Row, Rows, Section, Sheet, Table, Tone};
use crate::survey::Change;
use crate::survey::counter::Seen;
use crate::survey::ids::{ActorId, Id, OrganizationId};
use crate::survey::{Survey, Wants};

/// The report.
pub static REPORT: Report = Report {
    name: "authorization",
    about: "whether those who opened the portal or changed connections were allowed to",
    schema: "ssoaudit.report.authorization.v2",
    wants: Wants { counts: false, changes: true, visits: false, notes: None },
    takes: &["--roster"],
    make,
};

/// Every verdict with its key, its name and how it is to be taken.
static VERDICTS: &[(Authorization, &str, &str, Tone)] = &[
    (Authorization::NotOnTheRoster, "not_on_the_roster", "not on the roster", Tone::Bad),
    (Authorization::WrongRole, "wrong_role", "wrong role", Tone::Bad),
    (Authorization::NotTheOwner, "not_the_owner", "not the owner", Tone::Bad),
    (Authorization::Impersonated, "impersonated", "impersonated", Tone::Warn),
    (Authorization::UnknownActor, "unknown_actor", "unknown actor", Tone::Warn),
    (Authorization::Allowed, "allowed", "allowed", Tone::Good),
];

const TIME: Column = Column::new("time", "Time", Kind::Time, "when it happened");
const ORGANIZATION_ID: Column =
    Column::new("organization_id", "Organization", Kind::Id, "id of the organization concerned");
const ORGANIZATION_NAME: Column =
    Column::new("organization_name", "Name", Kind::Text, "its latest name").rank(6);
const CONNECTION_ID: Column = Column::new("connection_id", "Connection", Kind::Id, "connection id").rank(2);
const ACTOR: Column = Column::new("actor", "Actor", Kind::Text, "name, e-mail address or id");
const ACTOR_ID: Column = Column::new("actor_id", "Actor id", Kind::Id, "actor id").rank(5);
const ACTOR_EMAIL: Column =
    Column::new("actor_email", "E-mail", Kind::Text, "their latest e-mail address").rank(4);

static VERDICT_COLUMNS: &[Column] = &[
    TIME,
    ORGANIZATION_ID,
    ORGANIZATION_NAME,
    Column::new("operation", "Operation", Kind::Text, "what was done, in neutral words"),
    CONNECTION_ID,
    ACTOR,
    ACTOR_ID,
    ACTOR_EMAIL,
    Column::new("impersonator", "Impersonator", Kind::Text, "who drove the session, if not the actor")
        .rank(3),
    Column::new(
        "verdict",
        "Verdict",
        Kind::Text,
        "what the roster says about it, or that the connection belongs to another organization",
    ),
];
static USERS: &[Column] = &[
    ACTOR,
    ACTOR_ID,
    ACTOR_EMAIL,
    ORGANIZATION_ID,
    ORGANIZATION_NAME,
    Column::new("portal_urls", "Portal links", Kind::Number, "links to the set-up portal"),
    Column::new("changes", "Changes", Kind::Number, "changes of a connection's state, deletions among them"),
    Column::new("deletions", "Deletions", Kind::Number, "deleted connections"),
    Column::new("first", "First", Kind::Time, "when they did so first").rank(3),
    Column::new("last", "Last", Kind::Time, "when they did so last").rank(1),
];
static OWNERSHIP: &[Column] = &[
    TIME,
    CONNECTION_ID.rank(0),
    ORGANIZATION_ID,
    ORGANIZATION_NAME,
    Column::new("owner_id", "Owner", Kind::Id, "id of the organization that the connection belongs to"),
    Column::new("owner_name", "Owner's name", Kind::Text, "its latest name").rank(7),
    ACTOR.rank(1),
    ACTOR_ID,
    Column::new("what", "What", Kind::Text, "what does not fit"),
];

fn make<'a>(material: &'a ReportInput<'a>) -> Sheet<'a> {
    let survey = material.survey;
    let actions: Vec<_> =
        survey.changes.iter().filter(|change| change.is_selected && is_for_admins(change)).collect();
    let judged = material.verdicts.as_deref().map(|verdicts| judge(survey, material.options.now, verdicts));
    let mut notes = material.notes();
    notes
        .push("Looking at the settings needs any member; portal links and changes need an admin.".to_owned());
    if judged.is_none() {
        notes.push("Without a roster (--roster) it is not known who was allowed to.".to_owned());
    }
    let section = |key, title, body| Section { key, title, body };
    let (users, ownership) =
        parallel::both(|| users(survey, &actions), || ownership(survey, material.options.now));
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Authorization".to_owned(),
        notes,
        sections: vec![
            section("verdicts", "Verdicts", Body::Table(verdicts(survey, judged.as_deref()))),
            section("totals", "Actions by verdict", Body::Facts(totals(judged.as_deref()))),
            section("users", "Who used administrators' rights", Body::Table(users)),
            section("ownership", "Changes that do not fit their connection", Body::Table(ownership)),
        ],
    }
}

/// Whether a change is in the name of another organization than the one its connection belongs to.
fn is_foreign(change: &Change, origins: &[Origin]) -> bool {
    let origin = change.connection.map(|connection| origins[connection.index()]);
    origin.is_some_and(|origin| lifecycle::is_foreign(change.organization, origin.owner))
}

/// The actions that a roster says something about, the worst first.
fn judge<'s>(
    survey: &'s Survey,
    now: Timestamp,
    verdicts: &[Option<Authorization>],
) -> Vec<(Authorization, &'s Change)> {
    let origins = lifecycle::origins(survey, now);
    // Whoever may do so in an organization may not do so to the connections of others.
    let owned = |verdict: Authorization, change: &Change| {
        if is_foreign(change, &origins) { verdict.min(Authorization::NotTheOwner) } else { verdict }
    };
    let judged = verdicts.iter().zip(&survey.changes);
    let mut judged: Vec<_> =
        judged.filter_map(|(verdict, change)| Some((owned((*verdict)?, change), change))).collect();
    judged.sort_by(|(a, one), (b, other)| {
        let rank = |change: &Change| (change.time, change.operation);
        (a, rank(one)).cmp(&(b, rank(other))).then_with(|| texts(survey, one).cmp(&texts(survey, other)))
    });
    judged
}

fn texts<'s>(survey: &'s Survey, change: &Change) -> [Option<&'s str>; 4] {
    [
        survey.organizations.names.get(change.organization),
        survey.connections.get(change.connection),
        survey.actors.names.get(change.actor),
        survey.impersonators.get(change.impersonator),
    ]
}

fn verdicts<'a>(survey: &'a Survey, judged: Option<&[(Authorization, &Change)]>) -> Table<'a> {
    let rows = judged.unwrap_or_default().iter().map(|(verdict, change)| {
        let (_, _, name, tone) = VERDICTS[*verdict as usize];
        let mut cells = vec![change.time.into()];
        cells.extend(survey.organization_cells(change.organization));
        cells.push(change.operation.name().into());
        cells.push(survey.connections.get(change.connection).into());
        cells.extend(survey.actor_cells(change.actor));
        cells.push(survey.impersonators.get(change.impersonator).into());
        cells.push(name.into());
        Row { cells, tone }
    });
    let empty = match judged {
        Some(_) => "Nobody opened the portal or changed a connection.",
        None => "There are no verdicts without a roster; give one with --roster.",
    };
    Table { columns: VERDICT_COLUMNS, rows: rows.collect(), empty, left_out: 0 }
}

fn totals<'a>(judged: Option<&[(Authorization, &Change)]>) -> Vec<Fact<'a>> {
    let count = |verdict: Authorization| {
        judged.map(|judged| judged.iter().filter(|(other, _)| *other == verdict).count() as u64)
    };
    VERDICTS
        .iter()
        .map(|(verdict, key, name, _)| Fact::new(key, name, Kind::Number, count(*verdict)))
        .collect()
}

/// Who used rights of administrators in which organization.
fn users<'a>(survey: &'a Survey, actions: &[&Change]) -> Table<'a> {
    let (actors, organizations) = (survey.actors.names.ranks(), survey.organizations.names.ranks());
    let place = |change: &Change| {
        let actor = change.actor.map(|id| actors[id.index()]);
        (actor, change.organization.map(|id| organizations[id.index()]))
    };
    let mut actions: Vec<_> = actions.iter().map(|change| (place(change), *change)).collect();
    parallel::sort_by(&mut actions, |a, b| a.0.cmp(&b.0));
    let each: Vec<_> = actions.chunk_by(|a, b| a.0 == b.0).collect();
    let mut users = parallel::map(&each, |actions| {
        let user = User::new(actions);
        let name = survey.actor(user.actor);
        ((Reverse([user.changes, user.portal_urls]), name.is_none(), name), user)
    });
    // Stable: equals stay by actor id and organization.
    parallel::sort_stably_by(&mut users, |a, b| a.0.cmp(&b.0));
    let rows = Rows::new(users.len(), move |index| users[index].1.row(survey));
    Table { columns: USERS, rows, empty: "Nobody opened the portal or changed a connection.", left_out: 0 }
}

/// What one actor did in one organization.
struct User {
    actor: Option<ActorId>,
    organization: Option<OrganizationId>,
    portal_urls: u64,
    changes: u64,
    deletions: u64,
    seen: Seen,
}

impl User {
    /// Of actions of one actor in one organization.
    fn new<P>(actions: &[(P, &Change)]) -> Self {
        let count = |test: fn(Operation) -> bool| {
            actions.iter().filter(|(_, change)| test(change.operation)).count() as u64
        };
        let mut seen = Seen::NEVER;
        actions.iter().for_each(|(_, change)| seen.merge(Seen::once(change.time)));
        let (_, first) = actions[0];
        Self {
            actor: first.actor,
            organization: first.organization,
            portal_urls: count(|operation| operation == Operation::PortalOpened),
            changes: count(|operation| operation.state().is_some()),
            deletions: count(|operation| operation == Operation::Deleted),
            seen,
        }
    }

    fn row<'a>(&self, survey: &'a Survey) -> Row<'a> {
        let mut cells = survey.actor_cells(self.actor).to_vec();
        cells.extend(survey.organization_cells(self.organization));
        cells.extend([self.portal_urls, self.changes, self.deletions].map(Cell::Number));
        cells.extend([self.seen.first.into(), self.seen.last.into()]);
        Row { cells, tone: if self.actor.is_none() { Tone::Warn } else { Tone::Plain } }
    }
}

/// Connections deleted twice, and changes in the name of another organization than the owner. What is
/// not selected counts for what came before.
fn ownership<'a>(survey: &'a Survey, now: Timestamp) -> Table<'a> {
    let origins = lifecycle::origins(survey, now);
    let again = lifecycle::deleted_again(survey);
    let mut misfits = Vec::new();
    for (change, is_again) in survey.changes.iter().zip(again) {
        let Some(connection) = change.connection.filter(|_| change.is_selected) else {
            continue;
        };
        let owner = origins[connection.index()].owner;
        let is_foreign = is_foreign(change, &origins);
        let why = [(is_again, "deleted a second time"), (is_foreign, "the organization is not the owner")];
        misfits.extend(why.into_iter().filter(|(is_so, _)| *is_so).map(|(_, what)| (change, owner, what)));
    }
    let count = misfits.len();
    let row = move |index: usize| {
        let (change, owner, what) = misfits[index];
        let mut cells = vec![change.time.into(), survey.connections.get(change.connection).into()];
        cells.extend(survey.organization_cells(change.organization));
        cells.extend(survey.organization_cells(owner));
        let [actor, id, _] = survey.actor_cells(change.actor);
        cells.extend([actor, id, what.into()]);
        Row { cells, tone: Tone::Bad }
    };
    let rows = Rows::new(count, row);
    Table { columns: OWNERSHIP, rows, empty: "Every change fits its connection.", left_out: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::Options;
    use crate::reports::testing::{Log, at, told};

    const PORTAL: &str = "2025-01-06T09:00:00Z";

    fn log() -> Log {
        let mut log = Log::default();
        log.add(at("2025-01-06T12:00:00Z").by("dan").deletes("c4"));
        log.add(at(PORTAL).by("ann").opens_portal());
        log.add(at("2025-01-06T08:00:00Z").by("ann").at_org("b").opens_portal());
        log.add(at("2025-01-06T10:00:00Z").by("bob").deletes("c1"));
        log.add(at("2025-01-06T10:30:00Z").by("ann").deletes("c2").impersonated("ops@x", "T"));
        log.add(at("2025-01-06T11:00:00Z").by("bob").deletes("c3").impersonated("ops@x", "T"));
        log.add(at("2025-01-06T11:30:00Z").by("eve"));
        log.add_webhook("2025-01-06T07:00:00Z", "1", "enabled", "9");
        log.add_webhook("2025-01-06T07:30:00Z", "2", "deleted", "9");
        log
    }

    fn options(roster: &str) -> Options {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("roster");
        std::fs::write(&path, roster).unwrap();
        Options { roster: Some(crate::analysis::roster::read(&path).unwrap().0), ..Options::default() }
    }

    const ROSTER: &str =
        "organization,actor,role\nA,ANN@x.example,admin\norg_a,user_bob,member\n*,user_dan,admin\n";

    #[test]
    fn verdicts_are_told_with_the_worst_first() {
        let sheet = log().report(&REPORT, options(ROSTER));
        assert_eq!(
            told(&sheet, "verdicts"),
            [
                "2025-01-06T08:00:00Z org_b B portal-opened - Ann user_ann ann@x.example - not on the roster",
                "2025-01-06T10:00:00Z org_a A deleted conn_c1 Bob user_bob bob@x.example - wrong role",
                "2025-01-06T11:00:00Z org_a A deleted conn_c3 Bob user_bob bob@x.example ops@x wrong role",
                "2025-01-06T10:30:00Z org_a A deleted conn_c2 Ann user_ann ann@x.example ops@x impersonated",
                "2025-01-06T07:30:00Z org_1 - deleted conn_9 - - - - unknown actor",
                "2025-01-06T09:00:00Z org_a A portal-opened - Ann user_ann ann@x.example - allowed",
                "2025-01-06T12:00:00Z org_a A deleted conn_c4 Dan user_dan dan@x.example - allowed",
            ]
        );
        assert_eq!(
            told(&sheet, "totals"),
            [
                "not_on_the_roster: 1",
                "wrong_role: 2",
                "not_the_owner: 0",
                "impersonated: 1",
                "unknown_actor: 1",
                "allowed: 2"
            ]
        );
    }

    #[test]
    fn without_a_roster_there_are_the_same_sections_and_no_verdict() {
        let (without, with) =
            (log().report(&REPORT, Options::default()), log().report(&REPORT, options(ROSTER)));
        let keys = |sheet: &Sheet| sheet.sections.iter().map(|section| section.key).collect::<Vec<_>>();
        assert_eq!(keys(&without), keys(&with));
        assert!(told(&without, "verdicts").is_empty());
        assert_eq!(told(&without, "totals")[0], "not_on_the_roster: -");
        assert_eq!(told(&without, "users"), told(&with, "users"));
        assert_eq!(
            told(&without, "users"),
            [
                "Bob user_bob bob@x.example org_a A 0 2 2 2025-01-06T10:00:00Z 2025-01-06T11:00:00Z",
                "Ann user_ann ann@x.example org_a A 1 1 1 2025-01-06T09:00:00Z 2025-01-06T10:30:00Z",
                "Dan user_dan dan@x.example org_a A 0 1 1 2025-01-06T12:00:00Z 2025-01-06T12:00:00Z",
                "- - - org_1 - 0 1 1 2025-01-06T07:30:00Z 2025-01-06T07:30:00Z",
                "Ann user_ann ann@x.example org_b B 1 0 0 2025-01-06T08:00:00Z 2025-01-06T08:00:00Z",
            ]
        );
    }

    #[test]
    fn changes_that_do_not_fit_their_connection_are_told() {
        let mut log = log();
        assert!(told(&log.report(&REPORT, Options::default()), "ownership").is_empty());
        log.add(at("2025-01-06T13:00:00Z").by("eve").at_org("b").deletes("c4"));
        log.add_webhook("2025-01-06T07:30:00Z", "2", "deleted", "9");
        log.add_webhook("2025-01-06T07:40:00Z", "2", "deleted", "9");
        log.add_webhook("2025-01-06T07:50:00Z", "3", "deleted", "9");
        log.add_webhook("2025-01-06T07:51:00Z", "4", "created", "9");
        log.add_webhook("2025-01-06T07:52:00Z", "5", "deleted", "9");
        let sheet = log.report(&REPORT, Options::default());
        assert_eq!(
            told(&sheet, "ownership"),
            [
                "2025-01-06T07:50:00Z conn_9 org_1 - org_1 - - - deleted a second time",
                "2025-01-06T13:00:00Z conn_c4 org_b B org_a A Eve user_eve deleted a second time",
                "2025-01-06T13:00:00Z conn_c4 org_b B org_a A Eve user_eve the organization is not the owner",
            ]
        );
        log.assert_order_does_not_matter(&REPORT, &Options::default());
    }

    #[test]
    fn the_sample_has_every_verdict() {
        let roster =
            std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/roster.csv")).unwrap();
        let sheet = Log::of_sample().report(&REPORT, options(&roster));
        assert_eq!(
            told(&sheet, "totals"),
            [
                "not_on_the_roster: 6",
                "wrong_role: 1",
                "not_the_owner: 0",
                "impersonated: 2",
                "unknown_actor: 5",
                "allowed: 32"
            ]
        );
        Log::of_sample().assert_order_does_not_matter(&REPORT, &options(&roster));
    }

    #[test]
    fn the_order_of_arrival_changes_nothing() {
        log().assert_order_does_not_matter(&REPORT, &options(ROSTER));
    }
}
