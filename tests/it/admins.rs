//! What `report admins` says of people on a roster, in every format, of a part of a log and with pseudonyms.

use std::fs;

use serde_json::Value;
use ssoaudit::formats::sheets::SHEET_FORMATS;
use tempfile::TempDir;

use crate::support::run::{Run, ssoaudit};

/// A log and a roster beside it.
struct Case {
    folder: TempDir,
}

const ROSTER: &str = "organization,actor,role,from,until\n\
    org_a,ann@example.com,admin,,2025-06-03\n\
    org_a,ann@example.com,member,2025-06-03,\n\
    Alder Foods,bob@example.com,admin,,\n\
    org_a,Support@example.net,admin,,\n\
    org_a,eva@example.com,admin,2025-06-02,\n\
    Secret Plans Inc,user_kim,admin,,2025-06-03\n\
    *,zoe@example.com,admin,2025-07-01,\n";

fn event(day: u32, actor: &str, impersonator: &str) -> String {
    let reason = if impersonator.is_empty() { "" } else { "T-1" };
    format!(
        r#"{{"action":"sso.view_settings","occurredAt":"2025-06-{day:02}T10:00:00Z","version":1,"actor":{{"type":"user","id":"user_{actor}","name":"{actor}","metadata":{{"first_name":"","last_name":"","email":"{actor}@example.com","impersonator_email":"{impersonator}","impersonator_reason":"{reason}"}}}},"targets":[{{"type":"organization","id":"org_a","name":"Alder Foods","metadata":{{"name":"Alder Foods"}}}}],"context":{{"location":"192.0.2.1","userAgent":"U"}},"metadata":{{"source":"/x"}}}}"#
    ) + "\n"
}

impl Case {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let log = [(1, "ann", ""), (2, "bob", "support@example.net"), (4, "ann", ""), (5, "cid", "")];
        let log = log.map(|(day, actor, impersonator)| event(day, actor, impersonator));
        fs::write(folder.path().join("log.ndjson"), log.concat()).unwrap();
        fs::write(folder.path().join("roster.csv"), ROSTER).unwrap();
        Self { folder }
    }

    fn run(&self, more: &[&str]) -> Run {
        let [log, roster] = ["log.ndjson", "roster.csv"].map(|name| self.folder.path().join(name));
        let files = ["--roster", roster.to_str().unwrap(), log.to_str().unwrap()];
        ssoaudit(&[&["report", "admins", "--now", "2025-08-01"], more, &files].concat())
    }

    fn json(&self, more: &[&str]) -> Value {
        let run = self.run(&[&["--format", "json"], more].concat());
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
    }
}

fn column(json: &Value, section: &str, keys: &[&str]) -> Vec<String> {
    let texts = |row: &Value| keys.iter().map(|key| row[key].to_string()).collect::<Vec<_>>().join(" ");
    json[section].as_array().unwrap().iter().map(texts).collect()
}

#[test]
fn roles_and_absence_are_told_with_their_time() {
    let json = Case::new().json(&[]);
    assert_eq!(
        column(&json, "admins", &["actor", "role", "without_role"]),
        [r#""ann" ["admin","member"] 0"#, r#""bob" ["admin"] 0"#, r#""cid" [] 1"#]
    );
    assert_eq!(
        column(&json, "never_seen", &["actor", "organization", "from", "until"]),
        [
            r#""eva@example.com" "org_a" "2025-06-02T00:00:00Z" "2025-06-05T10:00:00Z""#,
            r#""user_kim" "Secret Plans Inc" "2025-06-01T10:00:00Z" "2025-06-03T00:00:00Z""#,
        ]
    );
    let schema = ssoaudit(&["schema", "ssoaudit.report.admins.v2"]).stdout;
    jsonschema::validate(&serde_json::from_str(&schema).unwrap(), &json).unwrap();
}

/// Whoever is in an event that is not shown was seen all the same, and so was whoever acted in the session of another.
#[test]
fn a_selection_makes_nobody_absent() {
    let case = Case::new();
    let all = case.json(&[]);
    for selection in [&["--since", "2025-06-05"][..], &["--actor", "cid@*"], &["--action", "deleted"]] {
        let some = case.json(selection);
        assert!(some["admins"].as_array().unwrap().len() < 2);
        assert_eq!(some["never_seen"], all["never_seen"], "{selection:?}");
    }
}

#[test]
fn every_format_tells_who_is_absent() {
    let case = Case::new();
    for format in SHEET_FORMATS.iter().map(|format| format.name).filter(|name| *name != "parquet") {
        let run = case.run(&["--section", "never_seen", "--format", format]);
        assert!(run.code == 0 && run.stdout.contains("user_kim"), "{format}: {} {}", run.stdout, run.stderr);
    }
    let table = case.run(&["--format", "table"]).stdout;
    let note =
        "Admins never seen have no event in this log from 2025-06-01T10:00:00Z to 2025-06-05T10:00:00Z";
    assert!(table.contains(note), "{table}");
}

#[test]
fn pseudonyms_hide_the_roster_as_they_hide_the_log() {
    let case = Case::new();
    let plain = case.json(&[]);
    let key = case.folder.path().join("roster.csv");
    let redacted = case.json(&["--redact", "--redact-key-file", key.to_str().unwrap()]);
    let text = redacted.to_string();
    for secret in ["eva@", "Secret Plans", "bob@example.com", "Alder"] {
        assert!(!text.contains(secret), "{secret}: {text}");
    }
    let rows = redacted["never_seen"].as_array().unwrap();
    let organizations: Vec<_> = rows.iter().map(|row| row["organization"].as_str().unwrap()).collect();
    assert!(organizations.contains(&"org_a"), "an id stays: {organizations:?}");
    let roles = |json: &Value| {
        let mut roles = column(json, "admins", &["role", "without_role"]);
        roles.sort();
        roles
    };
    assert_eq!(roles(&redacted), roles(&plain), "roles go by what the log says");
}
