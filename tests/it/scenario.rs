//! Two stories whose answers were worked out by hand.
//!
//! `testdata/scenario/README.md` tells one of eight organizations and says why each answer is what it is;
//! `testdata/scenario/joined/README.md` one of six in two logs that share their ids.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::oracle::history::History;
use crate::oracle::rows::{same_keys, same_rows};
use crate::oracle::time::nanoseconds;
use crate::support::run::{fixture, ssoaudit, testdata};

/// A story: its folder in `testdata/scenario`, and the files of its log.
struct Story {
    folder: &'static str,
    files: &'static [&'static str],
    /// What is taken for the present.
    now: &'static str,
}

const EIGHT: Story = Story { folder: "", files: &["events"], now: "2026-01-01" };
const JOINED: Story = Story { folder: "joined/", files: &["centure", "workos"], now: "2025-11-13" };

fn rows(answer: &Value, key: &str) -> Vec<Value> {
    answer[key].as_array().unwrap_or_else(|| panic!("no rows of {key} in {answer}")).clone()
}

impl Story {
    fn answers(&self, name: &str) -> Value {
        serde_json::from_slice(&fixture(&format!("scenario/{}{name}.json", self.folder))).unwrap()
    }

    fn paths(&self) -> Vec<PathBuf> {
        let path = |name: &&str| testdata(&format!("scenario/{}{name}.ndjson", self.folder));
        self.files.iter().map(path).collect()
    }

    fn lines(&self) -> Vec<String> {
        let text = self.paths().iter().map(|path| std::fs::read_to_string(path).unwrap()).collect::<String>();
        text.lines().map(str::to_owned).collect()
    }

    /// What a command prints, as JSON.
    fn asked(&self, command: &[&str], files: &[PathBuf], threads: &str) -> Value {
        let files = files.iter().map(|file| file.to_str().unwrap());
        let flags = ["--format", "json", "--threads", threads, "--now", self.now];
        let args: Vec<&str> = command.iter().copied().chain(flags).chain(files).collect();
        let run = ssoaudit(&args);
        let expected = i32::from(command[0] == "check");
        assert_eq!(run.code, expected, "{args:?}: {}", run.stderr);
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{args:?}: {error}\n{}", run.stdout))
    }

    /// The files as they are, the lines backwards in one file, and dealt to three files in another order.
    fn inputs(&self, folder: &Path) -> Vec<Vec<PathBuf>> {
        let write = |name: &str, lines: &[&String]| {
            let path = folder.join(name);
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            std::fs::write(&path, text).unwrap();
            path
        };
        let lines = self.lines();
        let backwards = write("backwards.ndjson", &lines.iter().rev().collect::<Vec<_>>());
        let every_third = |first: usize, name: &str| {
            let lines: Vec<&String> = lines.iter().skip(first).step_by(3).collect();
            write(name, &lines)
        };
        let dealt = vec![every_third(2, "c.ndjson"), every_third(0, "a.ndjson"), every_third(1, "b.ndjson")];
        vec![self.paths(), vec![backwards], dealt]
    }

    /// Asks every input on one thread and on four.
    fn everywhere(&self, command: &[&str], check: impl Fn(&Value) -> Result<(), String>) {
        let folder = tempfile::tempdir().unwrap();
        for files in self.inputs(folder.path()) {
            for threads in ["1", "4"] {
                let answer = self.asked(command, &files, threads);
                check(&answer).unwrap_or_else(|message| {
                    panic!("{command:?} {files:?} on {threads} threads: {message}")
                });
            }
        }
    }

    fn report(&self, name: &str) {
        let expected = self.answers(name);
        self.everywhere(&["report", name], |got| {
            if got["schema"] != expected["schema"] {
                return Err(format!("schema {}", got["schema"]));
            }
            if expected.get("totals").is_some_and(|totals| *totals != got["totals"]) {
                return Err(format!("totals {}", got["totals"]));
            }
            same_rows(&rows(&expected, name), &rows(got, name))
        });
    }

    fn posture(&self) {
        for (time, expected) in self.answers("posture").as_object().unwrap() {
            self.everywhere(&["report", "connections", "--at", time], |got| {
                same_rows(expected.as_array().unwrap(), &rows(got, "posture"))
            });
        }
    }
}

#[test]
fn removals() {
    EIGHT.report("removals");
    JOINED.report("removals");
}

#[test]
fn connections() {
    EIGHT.report("connections");
    JOINED.report("connections");
}

#[test]
fn changes() {
    EIGHT.report("changes");
    JOINED.report("changes");
}

#[test]
fn posture() {
    EIGHT.posture();
    JOINED.posture();
}

#[test]
fn certificates() {
    JOINED.report("certificates");
    let all = rows(&JOINED.answers("certificates"), "certificates");
    for (within, count) in [("30d", 2), ("719h", 1), ("0s", 1), ("100w", 3)] {
        JOINED.everywhere(&["report", "certificates", "--within", within], |got| {
            same_rows(&all[..count], &rows(got, "certificates"))
        });
    }
}

/// What the rules find that are about two logs or the state of connections, and how much they judged.
#[test]
fn findings() {
    let policy = testdata("scenario/joined/ssoaudit.toml");
    let expected = JOINED.answers("findings");
    let wanted = rows(&expected, "findings");
    JOINED.everywhere(&["check", "--policy", policy.to_str().unwrap()], |got| {
        for (rule, counts) in expected["judged"].as_object().unwrap() {
            let all = rows(got, "rules");
            let it = all.iter().find(|it| it["id"] == **rule).ok_or(format!("no rule {rule}"))?;
            let judged = serde_json::json!([it["judged"], it["not_applicable"]]);
            if judged != *counts {
                return Err(format!("{rule} judged {judged}"));
            }
        }
        let mut left = rows(got, "findings");
        left.retain(|it| wanted.iter().any(|wanted| wanted["rule"] == it["rule"]));
        for wanted in &wanted {
            let is_it = |it: &Value| {
                let keys = ["rule", "severity", "time"].iter().all(|key| it[key] == wanted[key]);
                let message = it["message"].as_str().unwrap_or_default();
                let id = |key: &str| it[key]["id"] == wanted[key] || it[key] == wanted[key];
                keys && id("connection")
                    && id("organization")
                    && message.contains(wanted["says"].as_str().unwrap())
            };
            let at = left.iter().position(is_it).ok_or(format!("{wanted} is missing in {left:#?}"))?;
            left.swap_remove(at);
        }
        if left.is_empty() { Ok(()) } else { Err(format!("{left:#?} are too many")) }
    });
}

#[test]
fn summary() {
    let expected = EIGHT.answers("summary");
    for threads in ["1", "4"] {
        let got = EIGHT.asked(&["summary"], &EIGHT.paths(), threads);
        assert_eq!(got["schema"], expected["schema"]);
        same_keys(&expected["input"], &got["input"]).unwrap();
    }
    // How many files there are and what is out of order in them is another matter elsewhere.
    let mut elsewhere = expected["input"].clone();
    elsewhere.as_object_mut().unwrap().retain(|key, _| !["files", "out_of_order"].contains(&key.as_str()));
    EIGHT.everywhere(&["summary"], |got| same_keys(&elsewhere, &got["input"]));
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
    let lines = EIGHT.lines();
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    let history = History::read(&[lines]);
    let expected = |name: &str| uncertain(rows(&EIGHT.answers(name), name));
    let equal = |name: &str, expected: Vec<Value>, got: Vec<Value>| {
        for (expected, got) in expected.iter().zip(&got) {
            assert_eq!(expected, got, "{name}");
        }
        assert_eq!(expected.len(), got.len(), "{name}");
    };
    equal("removals", expected("removals"), history.removals());
    equal("connections", expected("connections"), history.connection_rows());
    equal("changes", expected("changes"), history.change_rows());
    for (time, expected) in EIGHT.answers("posture").as_object().unwrap() {
        let got = history.posture(nanoseconds(time).unwrap());
        equal(time, uncertain(expected.as_array().unwrap().clone()), got);
    }
    assert_eq!(EIGHT.answers("summary")["input"], history.input());
}
