//! Every code fires on its own fixture, `testdata/diagnostics/<code>.ndjson`, and only there.
//!
//! The first and the last line of each fixture are clean, every line between them has the code.

use std::collections::BTreeSet;

use serde_json::Value;
use ssoaudit::model::diagnostic::{CODES, Level};

use crate::support::run::{fixture, root, ssoaudit};

fn findings(code: &str) -> Vec<Value> {
    let path = format!("testdata/diagnostics/{code}.ndjson");
    let args = [
        "validate",
        "--notices",
        "--max-line-bytes",
        "8192",
        "--max-diagnostics",
        "all",
        "--format",
        "ndjson",
    ];
    let run = ssoaudit(&[&args[..], &[&path]].concat());
    assert_eq!(run.stderr, "");
    let values = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    values.filter(|value| value["schema"] == "ssoaudit.diagnostic.v1").collect()
}

fn level(name: &str) -> Level {
    CODES.iter().find(|code| code.name == name).unwrap_or_else(|| panic!("no code {name}")).level
}

#[test]
fn every_code_fires_on_its_fixture_and_only_there() {
    for code in CODES {
        let lines =
            fixture(&format!("diagnostics/{}.ndjson", code.name)).split(|byte| *byte == b'\n').count() - 1;
        let mut fired = BTreeSet::new();
        for finding in findings(code.name) {
            let other = finding["code"].as_str().unwrap();
            // A fixture may hold what is merely worth knowing beside its own code.
            if other != code.name {
                assert!(
                    level(other) == Level::Notice && code.level > Level::Notice,
                    "{other} in {}",
                    code.name
                );
                continue;
            }
            assert_eq!(finding["level"], code.level.name());
            fired.insert(finding["line"].as_u64().unwrap() as usize);
        }
        assert_eq!(fired, (2..lines).collect(), "lines on which {} fires", code.name);
    }
}

#[test]
fn every_fixture_is_of_a_code() {
    for entry in std::fs::read_dir(root().join("testdata/diagnostics")).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        level(name.strip_suffix(".ndjson").unwrap());
    }
}

#[test]
fn findings_say_where_and_what() {
    for code in CODES {
        for finding in findings(code.name) {
            assert!(finding["line"].as_u64().unwrap() >= 1 && finding["column"].as_u64().unwrap() >= 1);
            let message = finding["message"].as_str().unwrap();
            assert!(!message.is_empty() && !message.ends_with('.'), "{message}");
            if finding["level"] != "notice" {
                assert!(finding["expected"].is_string(), "{finding}");
            }
        }
    }
}

#[test]
fn places_are_those_of_the_value() {
    for code in ["wrong-type", "bad-time", "unknown-connection-type", "odd-id", "contradiction"] {
        let text = String::from_utf8(fixture(&format!("diagnostics/{code}.ndjson"))).unwrap();
        for finding in findings(code).iter().filter(|finding| finding["code"] == code) {
            let line = text.lines().nth(finding["line"].as_u64().unwrap() as usize - 1).unwrap();
            let rest: String = line.chars().skip(finding["column"].as_u64().unwrap() as usize - 1).collect();
            let found = finding["found"].as_str().unwrap();
            assert!(rest.starts_with(found), "{found} at {finding}");
            let value = at_path(&serde_json::from_str(line).unwrap(), finding["path"].as_str().unwrap());
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            if !found.starts_with(['{', '[']) {
                assert_eq!(value, found, "{finding}");
            }
        }
    }
}

/// Follows a path such as `targets[0].metadata.name`.
fn at_path(root: &Value, path: &str) -> Value {
    let pointer: String =
        path.split(['.', '[']).map(|part| format!("/{}", part.trim_end_matches(']'))).collect();
    root.pointer(&pointer).unwrap_or_else(|| panic!("{path} in {root}")).clone()
}

#[test]
fn misspelt_values_name_the_nearest_known_one() {
    let nearest = |code: &str| -> BTreeSet<String> {
        findings(code).iter().filter_map(|finding| finding["nearest"].as_str().map(str::to_owned)).collect()
    };
    assert!(nearest("unknown-action").contains("sso.delete_connection"));
    assert!(nearest("unknown-connection-type").contains("GoogleSAML"));
    assert!(nearest("unknown-provider").contains("OKTA"));
    assert!(nearest("unknown-status").contains("COMPLETED"));
}
