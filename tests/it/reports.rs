//! What holds for every report: its JSON satisfies its published schema, and a selection changes no
//! history. Knows no report by name.

use std::fs;

use serde_json::Value;
use ssoaudit::reports;

use crate::run::ssoaudit;

/// The arguments that make a report.
fn arguments(name: &str) -> Vec<&str> {
    if name == reports::SUMMARY.name { vec!["summary"] } else { vec!["report", name] }
}

fn print(name: &str, more: &[&str]) -> String {
    let run = ssoaudit(&[&arguments(name), more].concat());
    assert_eq!(run.code, 0, "{name}: {}", run.stderr);
    run.stdout
}

#[test]
fn json_satisfies_the_published_schema() {
    for report in reports::every() {
        let schema = ssoaudit(&["schema", report.schema]);
        assert_eq!((schema.stderr.as_str(), schema.code), ("", 0));
        let schema: Value = serde_json::from_str(&schema.stdout).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for file in ["testdata/sso-events.ndjson", "testdata/scenario/events.ndjson"] {
            let json: Value = serde_json::from_str(&print(report.name, &["--format", "json", file])).unwrap();
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
    let path = folder.path().join("broken.ndjson");
    fs::write(&path, "not json\n").unwrap();
    let file = path.to_str().unwrap();
    for report in reports::every() {
        for format in ["table", "ndjson", "csv", "tsv", "markdown", "html"] {
            print(report.name, &["--format", format, file]);
        }
        let schema: Value = serde_json::from_str(&ssoaudit(&["schema", report.schema]).stdout).unwrap();
        let json: Value = serde_json::from_str(&print(report.name, &["--format", "json", file])).unwrap();
        if let Err(error) = jsonschema::validate(&schema, &json) {
            panic!("{}: {error}", report.schema);
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
