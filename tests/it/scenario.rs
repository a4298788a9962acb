//! A story of eight organizations whose answers were worked out by hand.
//!
//! `testdata/scenario/README.md` tells it and says why each answer is what it is.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::oracle::history::History;
use crate::oracle::rows::{same_keys, same_rows};
use crate::oracle::time::nanoseconds;
use crate::support::run::{fixture, ssoaudit, testdata};

fn answers(name: &str) -> Value {
    serde_json::from_slice(&fixture(&format!("scenario/{name}.json"))).unwrap()
}

fn rows(answer: &Value, key: &str) -> Vec<Value> {
    answer[key].as_array().unwrap_or_else(|| panic!("no rows of {key} in {answer}")).clone()
}

fn lines() -> Vec<String> {
    String::from_utf8(fixture("scenario/events.ndjson")).unwrap().lines().map(str::to_owned).collect()
}

/// What a command prints, as JSON.
fn asked(command: &[&str], files: &[PathBuf], threads: &str) -> Value {
    let files = files.iter().map(|file| file.to_str().unwrap());
    let args: Vec<&str> =
        command.iter().copied().chain(["--format", "json", "--threads", threads]).chain(files).collect();
    let run = ssoaudit(&args);
    assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}\n{}", run.stdout))
}

/// The lines in one file, backwards in one file, and dealt to three files in another order.
fn inputs(folder: &Path) -> Vec<Vec<PathBuf>> {
    let write = |name: &str, lines: &[&String]| {
        let path = folder.join(name);
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        std::fs::write(&path, text).unwrap();
        path
    };
    let lines = lines();
    let backwards = write("backwards.ndjson", &lines.iter().rev().collect::<Vec<_>>());
    let every_third = |first: usize, name: &str| {
        let lines: Vec<&String> = lines.iter().skip(first).step_by(3).collect();
        write(name, &lines)
    };
    let dealt = vec![every_third(2, "c.ndjson"), every_third(0, "a.ndjson"), every_third(1, "b.ndjson")];
    vec![vec![testdata("scenario/events.ndjson")], vec![backwards], dealt]
}

/// Asks every input on one thread and on four.
fn everywhere(command: &[&str], check: impl Fn(&Value) -> Result<(), String>) {
    let folder = tempfile::tempdir().unwrap();
    for files in inputs(folder.path()) {
        for threads in ["1", "4"] {
            let answer = asked(command, &files, threads);
            check(&answer)
                .unwrap_or_else(|message| panic!("{command:?} {files:?} on {threads} threads: {message}"));
        }
    }
}

fn report(name: &str) {
    let expected = answers(name);
    everywhere(&["report", name], |got| {
        if got["schema"] != expected["schema"] {
            return Err(format!("schema {}", got["schema"]));
        }
        same_rows(&rows(&expected, name), &rows(got, name))
    });
}

#[test]
fn removals() {
    report("removals");
}

#[test]
fn connections() {
    report("connections");
}

#[test]
fn changes() {
    report("changes");
}

#[test]
fn posture() {
    for (time, expected) in answers("posture").as_object().unwrap() {
        everywhere(&["report", "connections", "--at", time], |got| {
            same_rows(expected.as_array().unwrap(), &rows(got, "posture"))
        });
    }
}

#[test]
fn summary() {
    let expected = answers("summary");
    let file = [testdata("scenario/events.ndjson")];
    for threads in ["1", "4"] {
        let got = asked(&["summary"], &file, threads);
        assert_eq!(got["schema"], expected["schema"]);
        same_keys(&expected["input"], &got["input"]).unwrap();
    }
    // How many files there are and what is out of order in them is another matter elsewhere.
    let mut elsewhere = expected["input"].clone();
    elsewhere.as_object_mut().unwrap().retain(|key, _| !["files", "out_of_order"].contains(&key.as_str()));
    everywhere(&["summary"], |got| same_keys(&elsewhere, &got["input"]));
}

/// The same rows but for how they are known, of which the obvious program knows nothing.
fn uncertain(rows: Vec<Value>) -> Vec<Value> {
    let uncertain = |mut row: Value| {
        assert!(row.as_object_mut().unwrap().remove("certainty").is_some(), "{row}");
        row
    };
    rows.into_iter().map(uncertain).collect()
}

/// The answers written by hand and the obvious program say the same, so that neither is trusted
/// alone.
#[test]
fn the_oracle_gives_the_answers_worked_out_by_hand() {
    let lines = lines();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let history = History::read(&[lines]);
    let expected = |name: &str| uncertain(rows(&answers(name), name));
    let equal = |name: &str, expected: Vec<Value>, got: Vec<Value>| {
        for (expected, got) in expected.iter().zip(&got) {
            assert_eq!(expected, got, "{name}");
        }
        assert_eq!(expected.len(), got.len(), "{name}");
    };
    equal("removals", expected("removals"), history.removals());
    equal("connections", expected("connections"), history.connection_rows());
    equal("changes", expected("changes"), history.change_rows());
    for (time, expected) in answers("posture").as_object().unwrap() {
        let got = history.posture(nanoseconds(time).unwrap());
        equal(time, uncertain(expected.as_array().unwrap().clone()), got);
    }
    assert_eq!(answers("summary")["input"], history.input());
}
