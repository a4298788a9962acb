//! What `check` says of silences of the log, of its sources and of its organizations: where they begin and end, which
//! are judged, and what accepts them.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::run::{Run, command};

/// A folder with a policy and logs.
struct Folder(TempDir);

const POLICY: &str = "version = 1\n[rules.log-gap]\nenabled = true\nmax = \"24h\"\n";
const PARTS: &str = "source = \"36h\"\norganization = \"3d\"\n";

impl Folder {
    fn new(policy: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        fs::write(folder.path("p.toml"), policy).unwrap();
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, lines: &[String]) {
        fs::write(self.path(name), lines.concat()).unwrap();
    }

    fn check(&self, more: &[&str]) -> Run {
        let args = [&["check", "--policy", "p.toml", "--now", "2025-07-01"], more].concat();
        Run::of(command(&args).current_dir(Path::new(self.0.path())).output().unwrap())
    }

    /// The silences of logs.
    fn found(&self, more: &[&str]) -> Vec<Value> {
        let run = self.check(&[&["--format", "ndjson"], more].concat());
        let rows = run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        rows.filter(|row| row["rule"] == "log-gap").collect()
    }

    fn messages(&self, more: &[&str]) -> Vec<String> {
        self.found(more).iter().map(|row| row["message"].as_str().unwrap().to_owned()).collect()
    }
}

/// Somebody views the settings of an organization on a day of June at an hour.
fn view(organization: &str, day: u32, hour: u32) -> String {
    format!(
        r#"{{"action":"sso.view_settings","occurredAt":"2025-06-{day:02}T{hour:02}:00:00Z","version":1,"actor":{{"type":"user","id":"user_1","name":"Ann","metadata":{{}}}},"targets":[{{"type":"organization","id":"{organization}","name":"N"}}],"context":{{"location":"192.0.2.1","userAgent":"U"}},"metadata":{{"source":"/x"}}}}"#
    ) + "\n"
}

/// Somebody logs in, as another source tells.
fn login(organization: &str, day: u32, hour: u32) -> String {
    format!(
        r#"{{"spec_version":"1","id":"evt_{organization}_{day}_{hour}","object":"User","environment_id":"env_1","occurred_at":"2025-06-{day:02}T{hour:02}:00:00Z","organization_id":"{organization}","type":"user.login","data":{{}},"display_name":"User logged in by ann"}}"#
    ) + "\n"
}

/// Both sources have events twice a day, but one stops from the 5th to the 8th and after the 15th, and one organization
/// has no event from the 10th to the 14th.
fn log() -> Vec<String> {
    let mut lines = Vec::new();
    for day in 1..=20 {
        for hour in [6, 18] {
            lines.push(view("org_a", day, hour));
            if !(10..14).contains(&day) {
                lines.push(view("org_b", day, hour + 1));
            }
            if !(5..8).contains(&day) && day <= 15 {
                lines.push(login("org_1", day, hour));
            }
        }
    }
    lines
}

#[test]
fn a_source_and_an_organization_are_silent_while_others_go_on() {
    let folder = Folder::new(&(POLICY.to_owned() + PARTS));
    folder.write("log.ndjson", &log());
    let lines = log();
    let place = |line: &str| 1 + lines.iter().position(|other| other == line).unwrap();
    let next = |line: &str| Value::from(format!("log.ndjson:{}", place(line)));
    let expected = [
        (
            "no event of scalekit for 3d 12h from 2025-06-04T18:00:00Z to 2025-06-08T06:00:00Z (at most 36h), while \
             other sources had some",
            [place(&login("org_1", 4, 18)).into(), next(&login("org_1", 8, 6)), Value::Null],
        ),
        (
            "no event of org_b (N) in centure for 4d 12h from 2025-06-09T19:00:00Z to 2025-06-14T07:00:00Z (at most \
             3d), while others had some there",
            [place(&view("org_b", 9, 19)).into(), next(&view("org_b", 14, 7)), "org_b".into()],
        ),
        (
            "no event of scalekit for 5d 1h from 2025-06-15T18:00:00Z to 2025-06-20T19:00:00Z, the last event of any \
             source (at most 36h), while other sources had some",
            [place(&login("org_1", 15, 18)).into(), Value::Null, Value::Null],
        ),
    ];
    let found = folder.found(&["log.ndjson"]);
    let told = found.iter().map(|row| {
        (row["message"].as_str().unwrap(), ["line", "next", "organization"].map(|key| row[key].clone()))
    });
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let table = folder.check(&["log.ndjson"]).stdout;
    let places = format!(
        "log.ndjson:{} to log.ndjson:{}",
        place(&login("org_1", 4, 18)),
        place(&login("org_1", 8, 6))
    );
    assert!(table.contains(&places), "{table}");
    let sarif: Value =
        serde_json::from_str(&folder.check(&["--format", "sarif", "log.ndjson"]).stdout).unwrap();
    let related = &sarif["runs"][0]["results"][0]["relatedLocations"][0]["physicalLocation"];
    assert_eq!(related["region"]["startLine"], place(&login("org_1", 8, 6)));
    assert_eq!(folder.check(&["--fail-on", "medium", "log.ndjson"]).code, 1);
    assert_eq!(folder.check(&["--fail-on", "high", "log.ndjson"]).code, 0);
}

#[test]
fn parts_of_a_log_are_judged_only_if_the_policy_limits_them() {
    for (policy, expected) in [
        ("version = 1\n", 0),
        (POLICY, 0),
        (&(POLICY.to_owned() + "source = \"36h\"\n"), 2),
        (&(POLICY.to_owned() + "source = \"4d\"\n"), 1),
        // What an organization may not lack, no source may lack either.
        (&(POLICY.to_owned() + "organization = \"3d\"\n"), 3),
        (&(POLICY.to_owned() + "source = \"4d\"\norganization = \"30d\"\n"), 1),
        // Hours in which nobody has an event are silences of the log, and do not count against a source.
        (&(POLICY.to_owned() + "source = \"10h\"\n"), 40),
    ] {
        let folder = Folder::new(policy);
        folder.write("log.ndjson", &log());
        let messages = folder.messages(&["log.ndjson"]);
        assert_eq!(messages.len(), expected, "{policy}: {messages:#?}");
    }
}

#[test]
fn an_open_silence_stays_the_same_as_the_log_grows() {
    let folder = Folder::new(&(POLICY.to_owned() + PARTS));
    folder.write("log.ndjson", &log());
    let grown: Vec<_> = log().into_iter().chain((21..25).map(|day| view("org_a", day, 6))).collect();
    folder.write("grown.ndjson", &grown);
    let back: Vec<_> = grown.iter().cloned().chain([login("org_1", 24, 7)]).collect();
    folder.write("back.ndjson", &back);
    let check = |more: &[&str]| folder.check(&[&["--fail-on", "medium"], more].concat()).code;
    assert_eq!(check(&["--write-baseline", "known.json", "log.ndjson"]), 1);
    assert_eq!(check(&["--baseline", "known.json", "log.ndjson"]), 0);
    assert_eq!(check(&["--org", "org_1", "--baseline", "known.json", "grown.ndjson"]), 0);
    assert_eq!(check(&["--org", "org_1", "--baseline", "known.json", "back.ndjson"]), 1, "it has ended");
}

#[test]
fn a_suppression_accepts_the_silence_of_an_organization() {
    let suppression = "[[suppressions]]\nrule = \"log-gap\"\norganization = \"org_b\"\nreason = \"seldom\"\nexpires = 2026-01-01\n";
    let folder = Folder::new(&(POLICY.to_owned() + PARTS + suppression));
    folder.write("log.ndjson", &log());
    let statuses: Vec<_> =
        folder.found(&["log.ndjson"]).iter().map(|row| row["status"].as_str().unwrap().to_owned()).collect();
    assert_eq!(statuses, ["open", "open", "suppressed"]);
}

#[test]
fn a_selection_shows_the_parts_that_it_is_about() {
    let folder = Folder::new(&(POLICY.to_owned() + PARTS));
    folder.write("log.ndjson", &log());
    for (selection, expected) in [
        (&["--org", "org_b"][..], &["org_b"][..]),
        (&["--org", "org_a"], &[]),
        (&["--org", "org_1"], &["scalekit", "scalekit"]),
        (&["--action", "user.login"], &["scalekit", "scalekit"]),
        (&["--since", "2025-06-14T07:00:00Z"], &["scalekit"]),
        (&["--since", "2025-06-14T06:59:59Z"], &["org_b", "scalekit"]),
        // Nothing of the organization is in this time.
        (&["--since", "2025-06-11", "--until", "2025-06-12"], &["org_b"]),
        (&["--since", "2025-06-11", "--until", "2025-06-12", "--org", "org_1"], &[]),
    ] {
        let messages = folder.messages(&[selection, &["log.ndjson"]].concat());
        assert_eq!(messages.len(), expected.len(), "{selection:?}: {messages:#?}");
        for (message, expected) in messages.iter().zip(expected) {
            assert!(message.contains(expected), "{selection:?}: {message}");
        }
    }
}

/// Of events at the same time, the first in the input stands for the others, however they are read.
#[test]
fn neither_files_nor_threads_change_what_is_found() {
    let folder = Folder::new(&(POLICY.to_owned() + PARTS));
    let lines = log();
    let part = |skip: usize, step: usize| lines.iter().skip(skip).step_by(step).cloned().collect::<Vec<_>>();
    // Everything stands in two files, and some of it in three.
    folder.write("a.ndjson", &part(0, 2));
    folder.write("b.ndjson", &[part(1, 2), part(0, 3)].concat());
    folder.write("c.ndjson", &lines.iter().rev().cloned().collect::<Vec<_>>());
    let mut collect = command(&["collect", "-o", "h.parquet", "c.ndjson", "b.ndjson"]);
    assert!(collect.current_dir(folder.0.path()).output().unwrap().status.success());
    let expected = folder.found(&["--threads", "1", "a.ndjson", "b.ndjson", "c.ndjson"]);
    assert_eq!(expected.len(), 3);
    for inputs in [
        &["a.ndjson", "b.ndjson", "c.ndjson"][..],
        &["c.ndjson", "a.ndjson", "b.ndjson"],
        &["h.parquet", "a.ndjson"],
        &["a.ndjson", "h.parquet", "c.ndjson"],
    ] {
        for threads in ["1", "2", "7"] {
            for block in ["300", "1000", "524288"] {
                let how = ["--threads", threads, "--block-bytes", block];
                assert_eq!(folder.found(&[&how, inputs].concat()), expected, "{how:?} {inputs:?}");
            }
        }
    }
}

/// A log in no order has as many runs as events until these are joined.
#[test]
fn a_log_in_no_order_is_the_same_log() {
    let folder = Folder::new("version = 1\n[rules.log-gap]\nenabled = true\nmax = \"30m\"\n");
    let hours = 24 * 28;
    let event = |hour: usize| view("org_a", hour as u32 / 24 + 1, hour as u32 % 24);
    let lines: Vec<_> = (0..hours).flat_map(|hour| vec![event(hour); 4]).collect();
    let shuffled: Vec<_> = (0..lines.len()).map(|at| lines[at * 1009 % lines.len()].clone()).collect();
    folder.write("log.ndjson", &shuffled);
    assert_eq!(folder.found(&["log.ndjson"]).len(), hours - 1);
}
