//! `report impersonation`: who of the vendor's staff acted in whose sessions, for which customers, from where and why.

use std::cmp::Reverse;

use super::columns::{
    ACTOR, ACTOR_ID, EVENTS, FIRST, IMPERSONATOR, LAST, ORGANIZATION_ID, ORGANIZATION_NAME, ORGANIZATIONS,
};
use super::statements::{Statement, clause, sentence, statements};
use super::table::{ColumnOf, Items, TableLayout};
use super::visits::{distinct, few, frequent, impersonator, is_impersonated};
use super::{Report, ReportInput};
use crate::model::operation::Operation;
use crate::reports::sheet::{Column, Kind, Section, Sheet, Tone};
use crate::survey::ids::{IpId, ReasonId};
use crate::survey::{Survey, Visit, Wants};
use crate::text::plural::counted;

/// The report.
pub static REPORT: Report = Report {
    name: "impersonation",
    about: "who acted in whose sessions, for which customers, from where and why",
    schema: "ssoaudit.report.impersonation.v1",
    wants: Wants { visits: true, ..Wants::NOTHING },
    flags: &["--top"],
    make,
};

/// The most addresses and reasons that are listed.
const MAX_LISTED: usize = 5;

/// What an impersonator did, for everybody or in the sessions of one actor in one organization.
struct Impersonation {
    /// The first event.
    first: Visit,
    last: Visit,
    events: u64,
    changes: u64,
    deletions: u64,
    actors: u64,
    organizations: u64,
    /// Events for which no reason was given.
    unreasoned: u64,
    /// The addresses, the most frequent first.
    ips: Vec<IpId>,
    /// The reasons, the most frequent first.
    reasons: Vec<ReasonId>,
}

impl Impersonation {
    /// What these visits have in common, which are in time order; there is at least one.
    fn of(survey: &Survey, visits: &[Visit]) -> Self {
        let count = |test: fn(&Visit) -> bool| visits.iter().filter(|visit| test(visit)).count() as u64;
        let ids = |counts: Vec<(IpId, u64)>| counts.into_iter().map(|(id, _)| id).collect();
        let reasons = frequent(visits.iter().map(|visit| visit.reason), |id| survey.reasons.text(id));
        Self {
            first: visits[0],
            last: visits[visits.len() - 1],
            events: visits.len() as u64,
            changes: count(|visit| visit.operation.state().is_some()),
            deletions: count(|visit| visit.operation == Operation::Deleted),
            actors: distinct(visits.iter().map(|visit| visit.actor)),
            organizations: distinct(visits.iter().map(|visit| visit.organization)),
            unreasoned: count(|visit| visit.reason.is_none()),
            ips: ids(frequent(visits.iter().map(|visit| visit.ip), |id| survey.ips.names.text(id))),
            reasons: reasons.into_iter().map(|(id, _)| id).collect(),
        }
    }

    fn tone(&self) -> Tone {
        if self.deletions > 0 || self.unreasoned > 0 { Tone::Bad } else { Tone::Warn }
    }
}

const WHO: ColumnOf<Impersonation> = IMPERSONATOR
    .about("who acted; `unknown` where the log gives only a reason")
    .cell(|survey, session| impersonator(survey, &session.first).into());
const COUNT: ColumnOf<Impersonation> = EVENTS.cell(|_, session| session.events.into());
const CHANGES: ColumnOf<Impersonation> =
    Column::new("changes", "Changes", Kind::Number, "changes of a connection's state, deletions among them")
        .cell(|_, session| session.changes.into());
const DELETIONS: ColumnOf<Impersonation> =
    Column::new("deletions", "Deletions", Kind::Number, "deleted connections")
        .rank(1)
        .cell(|_, session| session.deletions.into());
const UNREASONED: ColumnOf<Impersonation> =
    Column::new("without_reason", "Without reason", Kind::Number, "events for which no reason was given")
        .rank(4)
        .cell(|_, session| session.unreasoned.into());
const IPS: ColumnOf<Impersonation> =
    Column::new("ip_list", "From", Kind::List, "up to five addresses, the most frequent first").rank(5).cell(
        |survey, session| few(session.ips.iter().map(|ip| survey.ips.names.text(*ip).into()), MAX_LISTED),
    );
const REASONS: ColumnOf<Impersonation> =
    Column::new("reasons", "Reasons", Kind::List, "up to five reasons, the most frequent first")
        .rank(3)
        .cell(|survey, session| {
            few(session.reasons.iter().map(|reason| survey.reasons.text(*reason).into()), MAX_LISTED)
        });
const SINCE: ColumnOf<Impersonation> = FIRST.rank(7).cell(|_, session| session.first.time.into());
const UNTIL: ColumnOf<Impersonation> = LAST.rank(6).cell(|_, session| session.last.time.into());

static STAFF: &[ColumnOf<Impersonation>] = &[
    WHO,
    COUNT,
    CHANGES,
    DELETIONS,
    ORGANIZATIONS.title("Customers").cell(|_, session| session.organizations.into()),
    Column::new("actors", "Sessions of", Kind::Number, "in the sessions of how many actors")
        .rank(2)
        .cell(|_, session| session.actors.into()),
    UNREASONED,
    IPS,
    REASONS,
    SINCE,
    UNTIL,
];

static SESSIONS: &[ColumnOf<Impersonation>] = &[
    WHO,
    ORGANIZATION_ID
        .title("Customer")
        .cell(|survey, session| survey.organizations.names.get(session.first.organization).into()),
    ORGANIZATION_NAME
        .rank(8)
        .cell(|survey, session| survey.organization_name(session.first.organization).into()),
    ACTOR.about("whose session it was").cell(|survey, session| survey.actor(session.first.actor).into()),
    ACTOR_ID
        .about("their id")
        .rank(9)
        .cell(|survey, session| survey.actors.names.get(session.first.actor).into()),
    COUNT,
    CHANGES,
    DELETIONS,
    UNREASONED,
    IPS,
    REASONS,
    SINCE,
    UNTIL,
];

fn make<'a>(input: &'a ReportInput<'a>) -> Sheet<'a> {
    let survey = input.survey;
    let mut visits: Vec<_> = survey.visits.iter().filter(|visit| is_impersonated(visit)).copied().collect();
    visits.sort_by_key(|visit| visit.time);
    let who = |visit: &Visit| survey.impersonators.get(visit.impersonator);
    let session = |visit: &Visit| {
        let organization = visit.organization.map(|id| (survey.organizations.names.text(id), id));
        (who(visit), organization, survey.actors.names.get(visit.actor), visit.actor)
    };
    // Stable, so that the visits of each group stay in time order. Compared by text, as several ids may have the same
    // pseudonym.
    visits.sort_by(|a, b| session(a).cmp(&session(b)));
    let sessions = visits.chunk_by(|a, b| session(a) == session(b));
    let sessions: Vec<_> = sessions.map(|visits| Impersonation::of(survey, visits)).collect();
    let figures = Figures::of(&visits);
    visits.sort_by(|a, b| (who(a), a.time).cmp(&(who(b), b.time)));
    let staff = visits.chunk_by(|a, b| who(a) == who(b));
    let staff: Vec<_> = staff.map(|visits| Impersonation::of(survey, visits)).collect();
    let table = |columns, mut items: Vec<Impersonation>| {
        items.sort_by_key(|session| Reverse((session.deletions, session.changes, session.events)));
        let empty = "No session was impersonated.";
        let layout = TableLayout { columns, tone: Impersonation::tone, empty };
        layout.table(survey, Items::from(items).limited(input.rows()))
    };
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Impersonation".to_owned(),
        statements: statements(&figures, Figures::STATEMENTS),
        provenance: None,
        notes: input.notes(),
        sections: vec![
            Section::table("staff", "Who acted for others", table(STAFF, staff)),
            Section::table("sessions", "For whom, where and why", table(SESSIONS, sessions)),
        ],
    }
}

/// What the sentences count.
struct Figures {
    /// Impersonators whom the log names.
    named: u64,
    /// Events for which it names none.
    unnamed: u64,
    actors: u64,
    customers: u64,
    changes: u64,
    deletions: u64,
    events: u64,
    unreasoned: u64,
}

impl Figures {
    const STATEMENTS: &'static [Statement<Self>] = &[Self::acting, Self::changing, Self::reasons];

    fn of(visits: &[Visit]) -> Self {
        let count = |test: fn(&Visit) -> bool| visits.iter().filter(|visit| test(visit)).count() as u64;
        Self {
            named: distinct(visits.iter().map(|visit| visit.impersonator)),
            unnamed: count(|visit| visit.impersonator.is_none()),
            actors: distinct(visits.iter().map(|visit| visit.actor)),
            customers: distinct(visits.iter().map(|visit| visit.organization)),
            changes: count(|visit| visit.operation.state().is_some()),
            deletions: count(|visit| visit.operation == Operation::Deleted),
            events: visits.len() as u64,
            unreasoned: count(|visit| visit.reason.is_none()),
        }
    }

    fn acting(&self) -> Option<String> {
        let [actors, customers] =
            [(self.actors, "actor"), (self.customers, "customer")].map(|(count, noun)| counted(count, noun));
        let acted = clause(self.named, "impersonator", ["acted", "acted"])
            .map(|who| format!("{who} in sessions of {actors}, for {customers}"));
        let unnamed =
            clause(self.unnamed, "impersonated event", ["names no impersonator", "name no impersonator"]);
        sentence([acted, unnamed]).or_else(|| Some("No session was impersonated.".to_owned()))
    }

    fn changing(&self) -> Option<String> {
        let Self { events, changes, deletions, .. } = self;
        let events = clause(*events, "event", ["is", "are"])?;
        Some(format!(
            "{events} of such sessions; {changes} of them changed the state of a connection, {deletions} by deleting it."
        ))
    }

    fn reasons(&self) -> Option<String> {
        let none = clause(self.unreasoned, "event", ["gives no reason", "give no reason"]);
        let all = (self.events > 0).then(|| "Every one of them gives a reason.".to_owned());
        sentence([none]).or(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::Options;
    use crate::reports::testing::{Log, at, rendered};

    fn log() -> Log {
        let mut log = Log::default();
        log.add(at("2025-01-06T09:00:00Z").by("bob").at_org("a").from("192.0.2.1"));
        log.add(
            at("2025-01-07T09:01:00Z").by("ann").at_org("b").from("192.0.2.7").impersonated("ops@x", "T-2"),
        );
        log.add(
            at("2025-01-07T09:02:00Z").by("ann").at_org("a").from("192.0.2.7").impersonated("ops@x", "T-2"),
        );
        log.add(at("2025-01-07T09:03:00Z").by("ann").at_org("a").from("192.0.2.8").impersonated("ops@x", ""));
        log.add(at("2025-01-07T09:04:00Z").by("cid").at_org("a").from("192.0.2.8").impersonated("", "T-3"));
        log.add(
            at("2025-01-08T09:04:00Z")
                .by("cid")
                .at_org("a")
                .from("192.0.2.8")
                .impersonated("sre@x", "T-4")
                .deletes("c1"),
        );
        log
    }

    #[test]
    fn who_deleted_comes_first() {
        let sheet = log().report(&REPORT, Options::default());
        assert_eq!(
            rendered(&sheet, "staff"),
            [
                "sre@x 1 1 1 1 1 0 [192.0.2.8] [T-4] 2025-01-08T09:04:00Z 2025-01-08T09:04:00Z",
                "ops@x 3 0 0 2 1 1 [192.0.2.7, 192.0.2.8] [T-2] 2025-01-07T09:01:00Z 2025-01-07T09:03:00Z",
                "unknown 1 0 0 1 1 0 [192.0.2.8] [T-3] 2025-01-07T09:04:00Z 2025-01-07T09:04:00Z",
            ]
        );
    }

    #[test]
    fn each_customer_and_session_is_told_apart() {
        let sheet = log().report(&REPORT, Options::default());
        let rows = rendered(&sheet, "sessions");
        assert_eq!(rows.len(), 4);
        assert!(rows[1].starts_with("ops@x org_a A Ann "), "{}", rows[1]);
        assert!(
            rows[1]
                .ends_with("2 0 0 1 [192.0.2.7, 192.0.2.8] [T-2] 2025-01-07T09:02:00Z 2025-01-07T09:03:00Z"),
            "{}",
            rows[1]
        );
        assert!(rows.iter().all(|row| !row.contains("192.0.2.1")));
    }
}
