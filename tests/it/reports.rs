//! What holds for every report: its JSON satisfies its published schema, and a selection changes no
//! history. Knows no report by name.

use std::fs;

use serde_json::Value;
use ssoaudit::reports;

use crate::support::run::ssoaudit;

/// The arguments that make a report.
fn arguments(name: &str) -> Vec<&str> {
    if name == reports::SUMMARY.name { vec!["summary"] } else { vec!["report", name] }
}

fn print(name: &str, more: &[&str]) -> String {
    printed(name, more, 0)
}

fn printed(name: &str, more: &[&str], code: i32) -> String {
    let run = ssoaudit(&[&arguments(name), more].concat());
    assert_eq!(run.code, code, "{name}: {}", run.stderr);
    run.stdout
}

#[test]
fn json_satisfies_the_published_schema() {
    for report in reports::every() {
        let schema = ssoaudit(&["schema", report.schema]);
        assert_eq!((schema.stderr.as_str(), schema.code), ("", 0));
        let schema: Value = serde_json::from_str(&schema.stdout).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let files = ["sso-events", "scenario/events", "scenario/joined/workos"];
        for file in files.map(|name| format!("testdata/{name}.ndjson")) {
            let json: Value =
                serde_json::from_str(&print(report.name, &["--format", "json", &file])).unwrap();
            assert_eq!(json["schema"], report.schema);
            if let Err(error) = validator.validate(&json) {
                panic!("{}: {error}", report.schema);
            }
        }
    }
}

#[test]
fn a_log_without_an_event_is_reported_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    for (name, text, code) in [("broken.ndjson", "not json\n", 2), ("blank.ndjson", "\n", 0)] {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let file = path.to_str().unwrap();
        for report in reports::every() {
            for format in ["table", "ndjson", "csv", "tsv", "markdown", "parquet", "html"] {
                printed(report.name, &["--format", format, file], code);
            }
            let schema: Value = serde_json::from_str(&ssoaudit(&["schema", report.schema]).stdout).unwrap();
            let json = printed(report.name, &["--format", "json", file], code);
            let json: Value = serde_json::from_str(&json).unwrap();
            if let Err(error) = jsonschema::validate(&schema, &json) {
                panic!("{}: {error}", report.schema);
            }
            let says =
                json["notes"].to_string().contains("its only line is not an event; is this an export?");
            assert_eq!(says, code == 2, "{}: {}", report.name, json["notes"]);
        }
    }
}

/// A page outlives the messages of the run that made it.
#[test]
fn what_could_not_be_read_is_told_by_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("spoilt.ndjson");
    let log = fs::read("testdata/scenario/events.ndjson").unwrap();
    fs::write(&path, [log, b"not json\n".to_vec()].concat()).unwrap();
    let files = [path.to_str().unwrap(), "testdata/missing.ndjson"];
    for report in reports::every() {
        let told = |format| ssoaudit(&[&arguments(report.name)[..], &["--format", format], &files].concat());
        let run = told("json");
        assert_eq!(run.code, 2, "{}", report.name);
        let json: Value = serde_json::from_str(&run.stdout).unwrap();
        let notes = json["notes"].to_string();
        assert!(
            notes.contains("testdata/missing.ndjson could not be read to its end: No such file"),
            "{notes}"
        );
        for format in ["json", "table", "markdown", "html"] {
            let text = told(format).stdout.to_lowercase();
            assert!(text.contains("invalid line"), "{} as {format} hides a line", report.name);
        }
    }
}

#[test]
fn a_selection_shows_less_and_changes_no_history() {
    let file = "testdata/scenario/events.ndjson";
    let rows = |more: &[&str]| -> Vec<Value> {
        let json = print("removals", &[&["--format", "json", file], more].concat());
        serde_json::from_str::<Value>(&json).unwrap()["removals"].as_array().unwrap().clone()
    };
    let all = rows(&[]);
    let deleted = rows(&["--action", "deleted"]);
    assert!(!deleted.is_empty() && deleted.len() < all.len());
    for row in &deleted {
        assert!(all.contains(row), "{row}");
    }
}

#[test]
fn flags_of_other_reports_are_refused() {
    let run = ssoaudit(&["report", "changes", "--at", "2025-01-01", "testdata/sso-events.ndjson"]);
    assert_eq!(run.code, 2);
    assert_eq!(run.stderr, "error: report changes takes no --at; it is for connections\n");
}
