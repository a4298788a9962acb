//! Builds logs for the tests of reports, with lines as vendors write them.
//!
//! They are read like a user's lines, so that tests do not depend on how a survey stores events.

use chrono_tz::Tz;
use serde_json::{Value, json};

use crate::analysis::roster::RosterFindings;
use crate::input::{Input, Meter, Place};
use crate::model::time::Timestamp;
use crate::reader::Reading;
use crate::reports::sheet::{Body, Cell, Chart, Row, Sheet};
use crate::reports::{Options, Report, ReportInput};
use crate::scan::{HistoryForm, ScanJob, Settings};
use crate::survey::Plan;
use crate::survey::collect::collect;

/// A log.
#[derive(Default)]
pub struct Log(Vec<String>);

/// A line of a log. By default, Ann views the settings of organization a.
pub struct Entry {
    action: &'static str,
    time: &'static str,
    actor: &'static str,
    organization: &'static str,
    connection: Option<&'static str>,
    ip: &'static str,
    agent: &'static str,
    page: &'static str,
    impersonator: [&'static str; 2],
}

/// The default line at this time.
pub fn at(time: &'static str) -> Entry {
    Entry {
        action: "sso.view_settings",
        time,
        actor: "ann",
        organization: "a",
        connection: None,
        ip: "192.0.2.9",
        agent: "Browser",
        page: "/sso",
        impersonator: ["", ""],
    }
}

impl Entry {
    /// Sets the actor.
    pub fn by(self, actor: &'static str) -> Self {
        Self { actor, ..self }
    }

    /// Sets the organization.
    pub fn at_org(self, organization: &'static str) -> Self {
        Self { organization, ..self }
    }

    /// Sets the IP address.
    pub fn from(self, ip: &'static str) -> Self {
        Self { ip, ..self }
    }

    /// Sets the user agent.
    pub fn with(self, agent: &'static str) -> Self {
        Self { agent, ..self }
    }

    /// Sets the page.
    pub fn on(self, page: &'static str) -> Self {
        Self { page, ..self }
    }

    /// Makes it the creation of a portal link.
    pub fn opens_portal(self) -> Self {
        Self { action: "sso.create_management_portal_url", ..self }
    }

    /// Makes it the deletion of a connection.
    pub fn deletes(self, connection: &'static str) -> Self {
        Self { action: "sso.delete_connection", connection: Some(connection), ..self }
    }

    /// Makes it an impersonated event.
    pub fn impersonated(self, email: &'static str, reason: &'static str) -> Self {
        Self { impersonator: [email, reason], ..self }
    }

    fn json(&self) -> Value {
        let name = self.actor[..1].to_uppercase() + &self.actor[1..];
        let organization = format!("org_{}", self.organization);
        let target = match self.connection {
            Some(connection) => {
                let id = format!("conn_{connection}");
                json!({"type": "sso_connection", "id": id, "name": id, "metadata": {
                    "connection_id": id, "connection_type": "OktaSAML", "organization_id": organization,
                }})
            }
            None => {
                let name = self.organization.to_uppercase();
                json!({"type": "organization", "id": organization, "name": name, "metadata": {"name": name}})
            }
        };
        json!({
            "action": self.action,
            "occurredAt": self.time,
            "version": 1,
            "actor": {"type": "user", "id": format!("user_{}", self.actor), "name": name, "metadata": {
                "first_name": name,
                "last_name": name,
                "email": format!("{}@x.example", self.actor),
                "impersonator_email": self.impersonator[0],
                "impersonator_reason": self.impersonator[1],
            }},
            "targets": [target],
            "context": {"location": self.ip, "userAgent": self.agent},
            "metadata": {"source": self.page},
        })
    }
}

impl Log {
    /// The sample export.
    pub fn of_sample() -> Self {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/sso-events.ndjson");
        Self(std::fs::read_to_string(path).unwrap().lines().map(str::to_owned).collect())
    }

    /// Adds a line.
    pub fn add(&mut self, entry: Entry) {
        self.0.push(entry.json().to_string());
    }

    /// Adds a change of connection 9 that names no actor.
    pub fn add_webhook(&mut self, time: &str, id: &str, operation: &str) {
        let data = json!({
            "id": "conn_9", "organization_id": "org_1", "connection_type": "OIDC",
            "provider": "OKTA", "enabled": operation == "enabled", "status": "COMPLETED",
        });
        let event = json!({
            "spec_version": "1", "id": format!("evt_{id}"), "object": "Connection", "environment_id": "env_1",
            "occurred_at": time, "organization_id": "org_1", "type": format!("organization.sso_{operation}"),
            "data": data, "display_name": "x",
        });
        self.0.push(event.to_string());
    }

    /// Makes the report of these files. The sheet borrows from the survey, which is leaked to keep tests simple.
    fn report_of(report: &Report, options: &Options, files: &[Vec<&String>]) -> Sheet<'static> {
        let folder = tempfile::tempdir().unwrap();
        let input = |(number, lines): (usize, &Vec<&String>)| {
            let path = folder.path().join(format!("{number}.ndjson"));
            let lines: String = lines.iter().flat_map(|line| [line.as_str(), "\n"]).collect();
            std::fs::write(&path, lines).unwrap();
            Input { name: path.display().to_string(), place: Place::File(path) }
        };
        let inputs: Vec<_> = files.iter().enumerate().map(input).collect();
        let reading = Reading { max_line_bytes: 1 << 20, ..Reading::default() };
        let settings = Settings { threads: 1, block_bytes: 1 << 16, reading, histories: HistoryForm::Lines };
        let plan = Plan { wants: report.wants, ..Plan::default() };
        let job = ScanJob { inputs: &inputs, settings, meter: &Meter::default() };
        let collected = collect(&job, plan, |_| {}).unwrap();
        assert!(collected.inputs.iter().all(|input| input.first_error.is_none()));
        let (survey, options) =
            (&*Box::leak(Box::new(collected.survey)), &*Box::leak(Box::new(options.clone())));
        let roster = options.roster.as_ref().map(|it| RosterFindings::of(it, survey, Timestamp::MAX));
        (report.make)(Box::leak(Box::new(ReportInput { survey, files: &[], options, roster })))
    }

    /// Makes the report of the log.
    pub fn report(&self, report: &Report, options: Options) -> Sheet<'static> {
        Self::report_of(report, &options, &[self.0.iter().collect()])
    }

    /// Checks that the report is the same if the log is read backwards, or in two halves, the later one first.
    pub fn assert_order_does_not_matter(&self, report: &Report, options: &Options) {
        let sheet = all_rendered(&self.report(report, options.clone()));
        let backwards = self.0.iter().rev().collect();
        assert_eq!(all_rendered(&Self::report_of(report, options, &[backwards])), sheet);
        let (first, second) = self.0.split_at(self.0.len() / 2);
        let halves = [second.iter().collect(), first.iter().collect()];
        assert_eq!(all_rendered(&Self::report_of(report, options, &halves)), sheet);
    }
}

fn all_rendered(sheet: &Sheet<'_>) -> Vec<Vec<String>> {
    sheet.sections.iter().map(|section| rendered(sheet, section.key)).collect()
}

/// The rows of a table, the facts or the names of a chart, as text.
pub fn rendered(sheet: &Sheet<'_>, key: &str) -> Vec<String> {
    let section = sheet.sections.iter().find(|section| section.key == key).unwrap();
    match &section.body {
        Body::Table(table) => {
            let text = |row: Row<'_>| row.cells.iter().map(cell).collect::<Vec<_>>().join(" ");
            table.rows.iter().map(text).collect()
        }
        Body::Facts(facts) => {
            facts.iter().map(|fact| format!("{}: {}", fact.key, cell(&fact.value))).collect()
        }
        Body::Chart(Chart::Heat(grids)) => {
            let total = |grid: &[[u64; 24]; 7]| grid.iter().flatten().sum::<u64>();
            grids.iter().map(|(name, grid)| format!("{name}: {}", total(grid))).collect()
        }
        Body::Chart(chart) => vec![format!("{chart:?}")],
    }
}

fn cell(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Nothing => "-".to_owned(),
        Cell::Text(text) => text.to_string(),
        Cell::Number(number) | Cell::Duration(number) => number.to_string(),
        Cell::Integer(number) => number.to_string(),
        Cell::Share(share) => format!("{share:.3}"),
        Cell::Time(time) => time.rfc3339(Tz::UTC),
        Cell::Flag(flag) => flag.to_string(),
        Cell::List(texts) => format!("[{}]", texts.join(", ")),
    }
}
