//! `report certificates`: until when the certificates of connections are valid, the first to expire first.
//!
//! What the latest event about a certificate says counts. Nobody needs the certificates of connections that were
//! deleted, so these are left out, with a note.

use super::columns::{CONNECTION_ID, CONNECTION_NAME, ORGANIZATION_ID, ORGANIZATION_NAME};
use super::statements::{Statement, clause, sentence, statements};
use super::table::{ColumnOf, Items, TableLayout};
use super::{Report, ReportInput};
use crate::analysis::certificates::{Certificate, certificates, days_until};
use crate::analysis::lifecycle;
use crate::model::state::State;
use crate::model::time::{self, Timestamp};
use crate::reports::sheet::{Cell, Column, Fact, Kind, Section, Sheet, Tone};
use crate::survey::ids::{Id, OrganizationId};
use crate::survey::{Survey, Wants};
use crate::text::plural::counted;

/// The report.
pub static REPORT: Report = Report {
    name: "certificates",
    about: "until when the certificates of connections are valid, and which were renewed",
    schema: "ssoaudit.report.certificates.v1",
    wants: Wants { changes: true, connection_names: true, ..Wants::NOTHING },
    flags: &["--top", "--within"],
    make,
};

/// Within how many seconds the expiry of a certificate stands out, unless the user says so.
const SOON: u64 = 30 * 86_400;

fn make<'a>(input: &'a ReportInput<'a>) -> Sheet<'a> {
    let Displayed { rows, mut notes } = rows(input);
    let figures = Figures::of(&rows);
    notes.splice(0..0, input.notes());
    let empty = match input.options.within {
        Some(_) => "No certificate is known to expire within that time.",
        None => "The events shown say nothing about certificates.",
    };
    let layout = TableLayout { columns: CertificateRow::COLUMNS, tone: CertificateRow::tone, empty };
    let table = layout.table(input.survey, Items::from(rows).limited(input.rows()));
    Sheet {
        name: REPORT.name,
        schema: REPORT.schema,
        title: "Certificates".to_owned(),
        statements: statements(&figures, Figures::STATEMENTS),
        provenance: None,
        notes,
        sections: vec![
            Section::table("certificates", "Certificates, the first to expire first", table),
            Section::facts("totals", "Totals", figures.facts()),
        ],
    }
}

/// A certificate of a connection that is not deleted.
struct CertificateRow<'a> {
    certificate: Certificate<'a>,
    /// The organization of the connection's first change, or the one that the event about the certificate names.
    organization: Option<OrganizationId>,
    /// The state of the connection, if the log shows it.
    state: Option<State>,
    now: Timestamp,
    /// Within how many seconds its expiry stands out.
    soon: u64,
}

impl<'a> CertificateRow<'a> {
    const COLUMNS: &'a [ColumnOf<Self>] = &[
        CONNECTION_ID.cell(|survey, row| survey.connections.get(row.certificate.latest.connection).into()),
        CONNECTION_NAME.rank(5).cell(|survey, row| {
            survey.connection_names.get(&row.certificate.latest.connection).map(String::as_str).into()
        }),
        ORGANIZATION_ID.rank(2).cell(|survey, row| survey.organizations.names.get(row.organization).into()),
        ORGANIZATION_NAME.rank(4).cell(|survey, row| survey.organization_name(row.organization).into()),
        Column::new("certificate_type", "Certificate", Kind::Text, "the vendor's type of certificate")
            .rank(3)
            .cell(|survey, row| survey.certificate_types.get(row.certificate.latest.certificate_type).into()),
        Column::new(
            "expires",
            "Expires",
            Kind::Time,
            "when it expires, according to the latest event about it; empty if no event says so",
        )
        .cell(|_, row| row.certificate.expires.into()),
        Column::new(
            "days_left",
            "Days left",
            Kind::Integer,
            "whole days until then, rounded down; negative if it has expired",
        )
        .cell(|_, row| {
            let expires = row.certificate.expires;
            expires.map_or(Cell::Nothing, |expires| Cell::Integer(days_until(expires, row.now)))
        }),
        Column::new(
            "renewed",
            "Renewed",
            Kind::Flag,
            "whether the latest event about it is a renewal that made it expire later than before",
        )
        .rank(1)
        .cell(|_, row| row.certificate.is_renewed.into()),
        Column::new("state", "State", Kind::Text, "state of the connection, if the log shows it")
            .rank(6)
            .cell(|_, row| row.state.map(State::name).into()),
        Column::new("last_event", "Last event", Kind::Time, "when the latest event about it happened")
            .rank(7)
            .cell(|_, row| row.certificate.latest.time.into()),
        Column::new("source", "Source", Kind::Text, "the source that logged it")
            .rank(8)
            .cell(|survey, row| source(survey, &row.certificate).into()),
    ];

    fn tone(&self) -> Tone {
        match self.certificate.expires {
            Some(expires) if expires <= self.now => Tone::Bad,
            _ if self.certificate.expires_within(self.soon, self.now) == Some(true) => Tone::Warn,
            _ if self.certificate.is_renewed => Tone::Good,
            _ => Tone::Plain,
        }
    }
}

/// How many certificates there are of each kind.
struct Figures {
    certificates: u64,
    expired: u64,
    /// Those that expire soon, but have not.
    expiring: u64,
    soon: u64,
    renewed: u64,
    unknown_expiry: u64,
}

impl Figures {
    const STATEMENTS: &'static [Statement<Self>] = &[Self::expire, Self::unknown, Self::renewed];

    fn of(rows: &[CertificateRow<'_>]) -> Self {
        let count =
            |is_counted: fn(&&CertificateRow<'_>) -> bool| rows.iter().filter(is_counted).count() as u64;
        let expired = count(|row| row.certificate.expires_within(0, row.now) == Some(true));
        let soon = count(|row| row.certificate.expires_within(row.soon, row.now) == Some(true));
        Self {
            certificates: rows.len() as u64,
            expired,
            expiring: soon - expired,
            soon: rows.first().map_or(SOON, |row| row.soon),
            renewed: count(|row| row.certificate.is_renewed),
            unknown_expiry: count(|row| row.certificate.expires.is_none()),
        }
    }

    fn facts(&self) -> Vec<Fact<'static>> {
        let number = |key, label, count: u64| Fact::new(key, label, Kind::Number, count);
        vec![
            number("certificates", "Certificates", self.certificates),
            number("expired", "Expired", self.expired),
            number("renewed", "Renewed", self.renewed),
            number("unknown_expiry", "Of unknown expiry", self.unknown_expiry),
        ]
    }

    fn expire(&self) -> Option<String> {
        let shown = clause(self.certificates, "certificate", ["is shown", "are shown"]);
        let Some(shown) = shown else {
            return Some("No certificate is shown.".to_owned());
        };
        let (expired, expiring, soon) = (self.expired, self.expiring, time::duration(self.soon, 2));
        Some(format!("{shown}: {expired} expired, and {expiring} within {soon} of expiring."))
    }

    fn unknown(&self) -> Option<String> {
        let holds =
            ["has an unknown expiry, as no event gives it", "have an unknown expiry, as no event gives it"];
        sentence([clause(self.unknown_expiry, "certificate", holds)])
    }

    fn renewed(&self) -> Option<String> {
        let holds = [
            "was renewed, according to the latest event about it",
            "were renewed, according to the latest events about them",
        ];
        sentence([clause(self.renewed, "certificate", holds)])
    }
}

fn source(survey: &Survey, certificate: &Certificate<'_>) -> &'static str {
    survey.action_facts.get(certificate.latest.action.index()).map_or("", |facts| facts.0)
}

/// The rows, and notes about what was left out.
struct Displayed<'a> {
    rows: Vec<CertificateRow<'a>>,
    notes: Vec<String>,
}

fn rows<'a>(input: &'a ReportInput<'a>) -> Displayed<'a> {
    let (survey, now, within) = (input.survey, input.options.now, input.options.within);
    let (states, origins) = (lifecycle::states_at(survey, now), lifecycle::Origins::of(survey, now));
    let row = |certificate: Certificate<'a>| {
        let connection = certificate.latest.connection.index();
        CertificateRow {
            organization: origins.owner(certificate.latest.connection).or(certificate.latest.organization),
            state: states[connection],
            now,
            soon: within.unwrap_or(SOON),
            certificate,
        }
    };
    let selected = certificates(survey, now).into_iter().filter(|certificate| certificate.is_displayed);
    let (deleted, mut rows): (Vec<_>, Vec<_>) =
        selected.map(row).partition(|row| row.state == Some(State::Deleted));
    let mut notes = Vec::new();
    if let Some(within) = within {
        let is_unknown = |row: &CertificateRow<'_>| row.certificate.expires.is_none();
        let unknown = rows.iter().filter(|row| is_unknown(row)).count() as u64;
        rows.retain(|row| row.certificate.expires_within(within, now) == Some(true));
        let time = time::duration(within, 2);
        notes.push(format!("The certificates shown expire within {time}, or have expired."));
        notes.extend(left_out(unknown, "for which no event gives an expiry"));
    }
    notes.extend(left_out(deleted.len() as u64, "of deleted connections"));
    rows.sort_by_key(|row| sort_key(survey, row));
    Displayed { rows, notes }
}

/// A note about certificates that are not shown, if there are any.
fn left_out(count: u64, which: &str) -> Option<String> {
    let is = if count == 1 { "is" } else { "are" };
    (count > 0).then(|| format!("Not shown {is} {} {which}.", counted(count, "certificate")))
}

/// Sorts by expiry, the first to expire first, then by connection and type. Unknown expiries come last.
fn sort_key<'a>(survey: &'a Survey, row: &CertificateRow<'_>) -> impl Ord + use<'a> {
    let Certificate { expires, latest, .. } = row.certificate;
    let certificate_type = survey.certificate_types.get(latest.certificate_type);
    (expires.is_none(), expires, survey.connections.get(latest.connection), certificate_type)
}
