//! `report authorization`: whether a roster allowed what only administrators may do, and which changes do not fit the
//! owner of their connection.

mod figures;

use std::cmp::Reverse;

use self::figures::{Figures, NO_ACTION};
use super::columns::{
    ACTOR, ACTOR_EMAIL, ACTOR_ID, CONNECTION_ID, FIRST, IMPERSONATOR, LAST, ORGANIZATION_ID,
    ORGANIZATION_NAME, TIME,
};
use super::statements::statements;
use super::table::{ColumnOf, TableLayout};
use super::{Report, ReportInput};
use crate::analysis::confirmations::{Confirmations, WINDOW_SECONDS};
use crate::analysis::lifecycle;
use crate::analysis::lifecycle::Origins;
use crate::analysis::roster::{Authorization, is_for_admins};
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::sheet::{Column, Fact, Kind, Section, Sheet, Table, Tone};
use crate::survey::counter::Seen;
use crate::survey::ids::{ActorId, Id, OrganizationId};
use crate::survey::{Change, Survey, Wants};

/// The report.
pub static REPORT: Report = Report {
    name: "authorization",
    about: "whether those who opened the portal or changed connections were allowed to",
    schema: "ssoaudit.report.authorization.v2",
    wants: Wants { changes: true, ..Wants::NOTHING },
    flags: &["--roster"],
    make,
};

/// The name of a verdict, and how good or bad it is.
struct VerdictInfo {
    verdict: Authorization,
    /// The key of the fact that counts it.
    key: &'static str,
    name: &'static str,
    tone: Tone,
}

const fn info(verdict: Authorization, key: &'static str, name: &'static str, tone: Tone) -> VerdictInfo {
    VerdictInfo { verdict, key, name, tone }
}

/// Every verdict, in the order of [`Authorization`].
static VERDICTS: &[VerdictInfo] = &[
    info(Authorization::NotOnTheRoster, "not_on_the_roster", "not on the roster", Tone::Bad),
    info(Authorization::WrongRole, "wrong_role", "wrong role", Tone::Bad),
    info(Authorization::NotTheOwner, "not_the_owner", "not the owner", Tone::Bad),
    info(Authorization::Impersonated, "impersonated", "impersonated", Tone::Warn),
    info(Authorization::UnknownActor, "unknown_actor", "unknown actor", Tone::Warn),
    info(Authorization::Allowed, "allowed", "allowed", Tone::Good),
];

fn make<'a>(input: &'a ReportInput<'a>) -> Sheet<'a> {
    let (survey, now) = (input.survey, input.options.now);
    let actions: Vec<_> =
        survey.changes.iter().filter(|change| change.scopes.is_selected() && is_for_admins(change)).collect();
    let assessed = input.roster.as_ref().map(|roster| assess(survey, now, &roster.verdicts));
    let mut notes = input.notes();
    notes.push("Any member may look at the settings; portal links and changes need an admin.".to_owned());
    if assessed.is_none() {
        notes.push("Without a roster (--roster), it is not known who was allowed to do what.".to_owned());
    }
    let totals = totals(assessed.as_deref());
    let (users, misfits) = parallel::both(|| users(survey, &actions), || misfits(survey, now));
    let figures = Figures::of(&actions, assessed.as_deref().map(by_verdict), misfits.len());
    let empty = "Every change fits its connection.";
    let ownership = TableLayout { columns: Misfit::COLUMNS, tone: |_| Tone::Bad, empty };
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Authorization".to_owned(),
        statements: statements(&figures, Figures::STATEMENTS),
        provenance: None,
        notes,
        sections: vec![
            Section::table("verdicts", "Verdicts", verdicts(survey, assessed)),
            Section::facts("totals", "Actions by verdict", totals),
            Section::table("users", "Who used administrators' rights", users),
            Section::table(
                "ownership",
                "Changes that do not fit their connection",
                ownership.table(survey, misfits),
            ),
        ],
    }
}

/// An action with the verdict on it.
struct Assessed {
    verdict: Authorization,
    change: Change,
}

impl Assessed {
    const COLUMNS: &'static [ColumnOf<Self>] = &[
        TIME.cell(|_, assessed| assessed.change.time.into()),
        ORGANIZATION_ID
            .cell(|survey, assessed| survey.organizations.names.get(assessed.change.organization).into()),
        ORGANIZATION_NAME
            .rank(6)
            .cell(|survey, assessed| survey.organization_name(assessed.change.organization).into()),
        Column::new("operation", "Operation", Kind::Text, "what was done, in neutral words")
            .cell(|_, assessed| assessed.change.operation.name().into()),
        CONNECTION_ID
            .rank(2)
            .cell(|survey, assessed| survey.connections.get(assessed.change.connection).into()),
        ACTOR.cell(|survey, assessed| survey.actor(assessed.change.actor).into()),
        ACTOR_ID.rank(5).cell(|survey, assessed| survey.actors.names.get(assessed.change.actor).into()),
        ACTOR_EMAIL.rank(4).cell(|survey, assessed| survey.actor_email(assessed.change.actor).into()),
        IMPERSONATOR
            .rank(3)
            .cell(|survey, assessed| survey.impersonators.get(assessed.change.impersonator).into()),
        Column::new(
            "verdict",
            "Verdict",
            Kind::Text,
            "what the roster says about it, or that the connection belongs to another organization",
        )
        .cell(|_, assessed| assessed.info().name.into()),
    ];

    fn info(&self) -> &'static VerdictInfo {
        &VERDICTS[self.verdict as usize]
    }
}

/// Whether a change was made in the name of an organization that its connection does not belong to.
fn is_foreign(change: &Change, origins: &Origins) -> bool {
    let owner = change.connection.and_then(|connection| origins.owner(connection));
    lifecycle::is_foreign(change.organization, owner)
}

/// Assesses the actions that the roster applies to, and sorts them with the worst first.
fn assess(survey: &Survey, now: Timestamp, verdicts: &[Option<Authorization>]) -> Vec<Assessed> {
    let origins = Origins::of(survey, now);
    // A role in one organization permits nothing on the connections of another.
    let owned = |verdict: Authorization, change: &Change| {
        if is_foreign(change, &origins) { verdict.min(Authorization::NotTheOwner) } else { verdict }
    };
    let confirmations = Confirmations::of(survey, WINDOW_SECONDS);
    let assessed = verdicts.iter().zip(survey.changes.iter()).enumerate();
    let once = assessed.filter(|(index, _)| !confirmations.is_told_twice(survey, *index));
    let mut assessed: Vec<_> = once
        .filter_map(|(_, (verdict, change))| Some(Assessed { verdict: owned((*verdict)?, &change), change }))
        .collect();
    assessed.sort_by(|a, b| {
        let rank = |assessed: &Assessed| (assessed.verdict, assessed.change.time, assessed.change.operation);
        let texts = |assessed: &Assessed| texts(survey, &assessed.change);
        rank(a).cmp(&rank(b)).then_with(|| texts(a).cmp(&texts(b)))
    });
    assessed
}

fn texts<'s>(survey: &'s Survey, change: &Change) -> [Option<&'s str>; 4] {
    [
        survey.organizations.names.get(change.organization),
        survey.connections.get(change.connection),
        survey.actors.names.get(change.actor),
        survey.impersonators.get(change.impersonator),
    ]
}

fn verdicts<'a>(survey: &'a Survey, assessed: Option<Vec<Assessed>>) -> Table<'a> {
    let empty = match assessed {
        Some(_) => NO_ACTION,
        None => "There are no verdicts without a roster; give one with --roster.",
    };
    TableLayout { columns: Assessed::COLUMNS, tone: |assessed| assessed.info().tone, empty }
        .table(survey, assessed.unwrap_or_default())
}

fn totals<'a>(assessed: Option<&[Assessed]>) -> Vec<Fact<'a>> {
    let fact = |info: &VerdictInfo| {
        Fact::new(info.key, info.name, Kind::Number, assessed.map(|assessed| count(assessed, info.verdict)))
    };
    VERDICTS.iter().map(fact).collect()
}

/// How many actions have each verdict, with its name.
fn by_verdict(assessed: &[Assessed]) -> Vec<(u64, &'static str)> {
    VERDICTS.iter().map(|info| (count(assessed, info.verdict), info.name)).collect()
}

fn count(assessed: &[Assessed], verdict: Authorization) -> u64 {
    assessed.iter().filter(|assessed| assessed.verdict == verdict).count() as u64
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

static USERS: &[ColumnOf<User>] = &[
    ACTOR.cell(|survey, user| survey.actor(user.actor).into()),
    ACTOR_ID.rank(5).cell(|survey, user| survey.actors.names.get(user.actor).into()),
    ACTOR_EMAIL.rank(4).cell(|survey, user| survey.actor_email(user.actor).into()),
    ORGANIZATION_ID.cell(|survey, user| survey.organizations.names.get(user.organization).into()),
    ORGANIZATION_NAME.rank(6).cell(|survey, user| survey.organization_name(user.organization).into()),
    Column::new("portal_urls", "Portal links", Kind::Number, "links to the set-up portal")
        .cell(|_, user| user.portal_urls.into()),
    Column::new("changes", "Changes", Kind::Number, "changes of a connection's state, deletions among them")
        .cell(|_, user| user.changes.into()),
    Column::new("deletions", "Deletions", Kind::Number, "deleted connections")
        .cell(|_, user| user.deletions.into()),
    FIRST.about("when they first did so").rank(3).cell(|_, user| user.seen.first.into()),
    LAST.about("when they last did so").rank(1).cell(|_, user| user.seen.last.into()),
];

impl User {
    /// Summarizes the actions of one actor in one organization.
    fn new<R>(actions: &[(R, &Change)]) -> Self {
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

    fn tone(&self) -> Tone {
        if self.actor.is_none() { Tone::Warn } else { Tone::Plain }
    }
}

/// The actors who used administrator rights, by organization.
fn users<'a>(survey: &'a Survey, actions: &[Change]) -> Table<'a> {
    let (actors, organizations) = (survey.actors.names.ranks(), survey.organizations.names.ranks());
    let rank = |change: &Change| {
        let actor = change.actor.map(|id| actors[id.index()]);
        (actor, change.organization.map(|id| organizations[id.index()]))
    };
    let mut actions: Vec<_> = actions.iter().map(|change| (rank(change), change)).collect();
    parallel::sort_by(&mut actions, |(a, _), (b, _)| a.cmp(b));
    let each: Vec<_> = actions.chunk_by(|(a, _), (b, _)| a == b).collect();
    let mut users = parallel::map(&each, |actions| {
        let user = User::new(actions);
        let name = survey.actor(user.actor);
        ((Reverse([user.changes, user.portal_urls]), name.is_none(), name), user)
    });
    // The sort is stable, so ties stay in order of actor id and organization.
    parallel::sort_stably_by(&mut users, |(a, _), (b, _)| a.cmp(b));
    let users: Vec<_> = users.into_iter().map(|(_, user)| user).collect();
    TableLayout { columns: USERS, tone: User::tone, empty: NO_ACTION }.table(survey, users)
}

/// A change that does not fit its connection.
struct Misfit {
    change: Change,
    /// The organization that the connection belongs to.
    owner: Option<OrganizationId>,
    reason: &'static str,
}

impl Misfit {
    const COLUMNS: &'static [ColumnOf<Self>] = &[
        TIME.cell(|_, misfit| misfit.change.time.into()),
        CONNECTION_ID.cell(|survey, misfit| survey.connections.get(misfit.change.connection).into()),
        ORGANIZATION_ID
            .cell(|survey, misfit| survey.organizations.names.get(misfit.change.organization).into()),
        ORGANIZATION_NAME
            .rank(6)
            .cell(|survey, misfit| survey.organization_name(misfit.change.organization).into()),
        Column::new("owner_id", "Owner", Kind::Id, "id of the organization that the connection belongs to")
            .cell(|survey, misfit| survey.organizations.names.get(misfit.owner).into()),
        Column::new("owner_name", "Owner's name", Kind::Text, "its latest name")
            .rank(7)
            .cell(|survey, misfit| survey.organization_name(misfit.owner).into()),
        ACTOR.rank(1).cell(|survey, misfit| survey.actor(misfit.change.actor).into()),
        ACTOR_ID.rank(5).cell(|survey, misfit| survey.actors.names.get(misfit.change.actor).into()),
        Column::new("what", "What", Kind::Text, "what does not fit").cell(|_, misfit| misfit.reason.into()),
    ];
}

/// Connections deleted twice, and changes in the name of an organization that is not the owner. Events that are not
/// selected still count as history.
fn misfits(survey: &Survey, now: Timestamp) -> Vec<Misfit> {
    let origins = Origins::of(survey, now);
    let confirmations = Confirmations::of(survey, WINDOW_SECONDS);
    let deleted_again = lifecycle::deleted_again(survey, &confirmations, 0..survey.changes.len());
    let mut misfits = Vec::new();
    for (change, is_again) in survey.changes.iter().zip(deleted_again) {
        let Some(connection) = change.connection.filter(|_| change.scopes.is_selected()) else {
            continue;
        };
        let owner = origins.owner(connection);
        let is_foreign = is_foreign(&change, &origins);
        let reasons =
            [(is_again, "deleted a second time"), (is_foreign, "the organization is not the owner")];
        let reasons = reasons.into_iter().filter(|(is_so, _)| *is_so);
        misfits.extend(reasons.map(|(_, reason)| Misfit { change, owner, reason }));
    }
    misfits
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::Options;
    use crate::reports::testing::{Log, at, rendered};

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
        log.add_webhook("2025-01-06T07:00:00Z", "1", "enabled");
        log.add_webhook("2025-01-06T07:30:00Z", "2", "deleted");
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
    fn the_worst_verdicts_come_first() {
        let sheet = log().report(&REPORT, options(ROSTER));
        assert_eq!(
            rendered(&sheet, "verdicts"),
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
            rendered(&sheet, "totals"),
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
        assert!(rendered(&without, "verdicts").is_empty());
        assert_eq!(rendered(&without, "totals")[0], "not_on_the_roster: -");
        assert_eq!(rendered(&without, "users"), rendered(&with, "users"));
        assert_eq!(
            rendered(&without, "users"),
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
    fn changes_that_do_not_fit_their_connection_are_listed() {
        let mut log = log();
        assert!(rendered(&log.report(&REPORT, Options::default()), "ownership").is_empty());
        log.add(at("2025-01-06T13:00:00Z").by("eve").at_org("b").deletes("c4"));
        log.add_webhook("2025-01-06T07:30:00Z", "2", "deleted");
        log.add_webhook("2025-01-06T07:40:00Z", "2", "deleted");
        log.add_webhook("2025-01-06T07:50:00Z", "3", "deleted");
        log.add_webhook("2025-01-06T07:51:00Z", "4", "created");
        log.add_webhook("2025-01-06T07:52:00Z", "5", "deleted");
        let sheet = log.report(&REPORT, Options::default());
        assert_eq!(
            rendered(&sheet, "ownership"),
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
            rendered(&sheet, "totals"),
            [
                "not_on_the_roster: 9",
                "wrong_role: 1",
                "not_the_owner: 0",
                "impersonated: 2",
                "unknown_actor: 5",
                "allowed: 33"
            ]
        );
        Log::of_sample().assert_order_does_not_matter(&REPORT, &options(&roster));
    }

    #[test]
    fn the_order_of_arrival_changes_nothing() {
        log().assert_order_does_not_matter(&REPORT, &options(ROSTER));
    }
}
