//! `diff`: what a newer log adds to an older one, lacks and contradicts.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::support::run::{Run, fixture, ssoaudit};

/// A folder with the two logs.
struct Logs {
    folder: tempfile::TempDir,
}

impl Logs {
    fn new(old: &[String], new: &[String]) -> Self {
        let logs = Self { folder: tempfile::tempdir().unwrap() };
        fs::write(logs.path("old.ndjson"), old.join("\n")).unwrap();
        fs::write(logs.path("new.ndjson"), new.join("\n")).unwrap();
        logs
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Run {
        let paths = ["old.ndjson", "new.ndjson"].map(|name| self.path(name).to_str().unwrap().to_owned());
        ssoaudit(&[&["diff"], args, &[&paths[0], &paths[1]]].concat())
    }

    fn json(&self) -> Value {
        let run = self.run(&["--now", "2026-01-01", "--format", "json"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        serde_json::from_str(&run.stdout).unwrap()
    }
}

fn sample() -> Vec<String> {
    String::from_utf8(fixture("sso-events.ndjson")).unwrap().lines().map(str::to_owned).collect()
}

fn totals(json: &Value) -> [u64; 7] {
    ["old_events", "new_events", "common", "altered", "missing", "inserted", "added"]
        .map(|key| json["totals"][key].as_u64().unwrap())
}

/// An event of Scalekit, which has an id.
fn event(id: u32, kind: &str, [organization, connection]: [u32; 2]) -> String {
    format!(
        r#"{{"spec_version":"1","id":"evt_{id}","object":"Connection","environment_id":"env_1","occurred_at":"2025-06-01T09:{id:02}:00Z","organization_id":"org_{organization}","type":"organization.sso_{kind}","data":{{"id":"conn_{connection}","organization_id":"org_{organization}","connection_type":"SAML","provider":"OKTA"}},"display_name":"x"}}"#
    )
}

#[test]
fn the_same_log_has_no_difference() {
    let lines = sample();
    let reversed: Vec<_> = lines.iter().rev().cloned().chain(lines[..50].to_vec()).collect();
    let logs = Logs::new(&lines, &reversed);
    assert_eq!(totals(&logs.json()), [205, 205, 205, 0, 0, 0, 0]);
    for which in ["--exit-status", "--exit-status=edits"] {
        assert_eq!(logs.run(&[which]).code, 0);
    }
}

#[test]
fn a_log_that_goes_on_was_not_edited() {
    let lines = sample();
    let logs = Logs::new(&lines[..120], &lines);
    assert_eq!(totals(&logs.json()), [120, 205, 120, 0, 0, 0, 85]);
    assert_eq!(logs.run(&["--exit-status=edits"]).code, 0);
    assert_eq!(logs.run(&["--exit-status"]).code, 1);
    // The other way round, the newer log does not cover the time of what it lacks.
    let back = Logs::new(&lines, &lines[..120]).json();
    assert_eq!((totals(&back), &back["totals"]["not_covered"]), ([205, 120, 120, 0, 0, 0, 0], &85.into()));
}

#[test]
fn every_edit_is_found_with_its_place() {
    let old: Vec<_> = (1..=9).map(|id| event(id, "enabled", [id, id])).collect();
    let mut new = old.clone();
    new[2] = new[2].replace("OKTA", "CUSTOM");
    new.remove(5);
    new.insert(1, event(21, "deleted", [2, 2]).replace("09:21:00", "09:02:30"));
    let logs = Logs::new(&old, &new);
    let json = logs.json();
    assert_eq!(totals(&json), [9, 9, 7, 1, 1, 1, 0]);
    let told = |row: &Value| {
        let text = |key: &str| row[key].as_str().unwrap().to_owned();
        let file = text("file").rsplit('/').next().unwrap().to_owned();
        format!("{} {} {} {file}:{}", text("difference"), text("log"), text("event_id"), row["line"])
    };
    let rows: Vec<_> = json["events"].as_array().unwrap().iter().map(told).collect();
    let expected = [
        "inserted new evt_21 new.ndjson:2",
        "altered old evt_3 old.ndjson:3",
        "altered new evt_3 new.ndjson:4",
        "missing old evt_6 old.ndjson:6",
    ];
    assert_eq!(rows, expected);
    assert_eq!(logs.run(&["--exit-status=edits"]).code, 1);
    assert_eq!(logs.run(&[]).code, 0);
}

/// Whoever keeps one of two contents of an id has altered what the log says of it.
#[test]
fn one_of_two_contents_that_is_gone_is_an_edit() {
    let [one, other] =
        ["OKTA", "CUSTOM"].map(|provider| event(3, "enabled", [3, 3]).replace("OKTA", provider));
    let around = [event(1, "enabled", [1, 1]), event(9, "enabled", [9, 9])];
    let old = [&around[..], &[one.clone(), other]].concat();
    let json = Logs::new(&old, &[&around[..], &[one]].concat()).json();
    assert_eq!(totals(&json), [4, 3, 3, 1, 0, 0, 0]);
    assert_eq!(json["events"].as_array().unwrap().len(), 1);
}

#[test]
fn neither_order_threads_nor_a_history_matter() {
    let lines = sample();
    let mut new = lines.clone();
    new.remove(40);
    new[60] = new[60].replace("198.51.100", "192.0.2");
    let logs = Logs::new(&lines, &new);
    let expected = logs.run(&["--format", "csv"]).stdout;
    assert_eq!(logs.run(&["--format", "csv", "--threads", "1", "--block-bytes", "900"]).stdout, expected);
    let path = |name: &str| logs.path(name).to_str().unwrap().to_owned();
    for name in ["old", "new"] {
        let (log, history) = (path(&format!("{name}.ndjson")), path(&format!("{name}.parquet")));
        assert_eq!(ssoaudit(&["collect", &log, "-o", &history]).code, 0);
    }
    for pair in [["old.parquet", "new.parquet"], ["old.ndjson", "new.parquet"], ["old.parquet", "new.ndjson"]]
    {
        let [old, new] = pair.map(path);
        assert_eq!(ssoaudit(&["diff", "--format", "csv", &old, &new]).stdout, expected, "{pair:?}");
    }
}

#[test]
fn states_are_those_that_both_logs_show() {
    let old = [event(1, "enabled", [1, 1]), event(2, "created", [2, 2]), event(3, "enabled", [3, 3])];
    let new = [
        event(11, "deleted", [1, 1]),
        event(12, "enabled", [2, 2]),
        // Active before the log began, and replaced.
        event(13, "deleted", [4, 4]),
        event(14, "created", [4, 5]),
        event(15, "enabled", [4, 5]),
    ];
    let json = Logs::new(&old, &new).json();
    let rows = |section: &str, keys: [&str; 3]| -> Vec<String> {
        let row = |row: &Value| keys.map(|key| row[key].as_str().unwrap_or("-").to_owned()).join(" ");
        json[section].as_array().unwrap().iter().map(row).collect()
    };
    assert_eq!(
        rows("connections", ["connection_id", "old_state", "new_state"]),
        ["conn_1 active deleted", "conn_2 created active", "conn_4 - deleted", "conn_5 - active"]
    );
    // Of organization 3, the new log says nothing, and organization 4 had another connection.
    assert_eq!(rows("organizations", ["organization_id", "sso", "since"]).len(), 2);
    assert!(rows("organizations", ["organization_id", "sso", "since"])[0].starts_with("org_1 lost"));
    assert!(rows("organizations", ["organization_id", "sso", "since"])[1].starts_with("org_2 gained"));
}

#[test]
fn what_the_newer_log_says_nothing_of_stays_as_it_was() {
    let old = [event(1, "enabled", [1, 1]), event(2, "enabled", [1, 2]), event(3, "enabled", [2, 3])];
    let new = [event(11, "disabled", [1, 2]), event(12, "disabled", [2, 3])];
    let json = Logs::new(&old, &new).json();
    let organizations = json["organizations"].as_array().unwrap();
    let lost: Vec<_> = organizations.iter().map(|it| [&it["organization_id"], &it["sso"]]).collect();
    // Organization 1 has another connection, which was not touched.
    assert_eq!(lost, [["org_2", "lost"]]);
}

#[test]
fn who_is_new_changes_something_and_was_nobody_before() {
    let lines = sample();
    let json = Logs::new(&lines[..120], &lines[120..]).json();
    let ids: Vec<_> =
        json["admins"].as_array().unwrap().iter().map(|row| row["actor_id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), 3);
    let before = lines[..120].join("\n");
    assert!(ids.iter().all(|id| !before.contains(id)), "{ids:?}");
}

#[test]
fn a_selection_limits_what_is_compared() {
    let lines = sample();
    let mut new = lines.clone();
    new.retain(|line| !line.contains("sso.delete_connection"));
    let logs = Logs::new(&lines, &new);
    let missing = |args: &[&str]| {
        let run = logs.run(&[args, &["--format", "json"]].concat());
        serde_json::from_str::<Value>(&run.stdout).unwrap()["totals"]["missing"].as_u64().unwrap()
    };
    assert!(missing(&[]) > 0);
    assert_eq!(missing(&["--action", "deleted"]), missing(&[]));
    assert_eq!(missing(&["--where", "operation != 'deleted'"]), 0);
}

#[test]
fn pseudonyms_hide_people_in_every_section() {
    let lines = sample();
    let mut new = lines[60..].to_vec();
    new[10] = new[10].replace("T1", "T2");
    let run = Logs::new(&lines[..150], &new).run(&["--redact", "--format", "json"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    for word in ["Lindqvist", "Jürgen", "198.51.100", "203.0.113", "@example"] {
        assert!(!run.stdout.contains(word), "{word}");
    }
}

#[test]
fn its_json_satisfies_the_published_schema() {
    let schema: Value = serde_json::from_str(&ssoaudit(&["schema", "ssoaudit.diff.v1"]).stdout).unwrap();
    let schema = jsonschema::validator_for(&schema).unwrap();
    let lines = sample();
    for (old, new) in [(&lines[..90], &lines[20..]), (&lines[..0], &lines[..])] {
        let json = Logs::new(old, new).run(&["--format", "json"]);
        let json: Value = serde_json::from_str(&json.stdout).unwrap();
        assert!(schema.is_valid(&json), "{:?}", schema.iter_errors(&json).next());
    }
}

/// What stands in the part that could not be read is no edit.
#[test]
fn a_log_that_is_not_read_to_its_end_lacks_nothing() {
    let lines = sample();
    let logs = Logs::new(&lines, &[]);
    let folder = logs.path("new");
    fs::create_dir(&folder).unwrap();
    let rest: Vec<_> =
        lines.iter().enumerate().filter(|(at, _)| at % 9 != 4).map(|(_, line)| &**line).collect();
    fs::write(folder.join("rest.ndjson"), rest.join("\n")).unwrap();
    let run = |expected: i32| {
        let (old, new) = (logs.path("old.ndjson"), folder.to_str().unwrap().to_owned());
        let run = ssoaudit(&["diff", "--format", "json", old.to_str().unwrap(), &new]);
        assert_eq!(run.code, expected, "{}", run.stderr);
        let json: Value = serde_json::from_str(&run.stdout).unwrap();
        ["missing", "not_covered"].map(|key| json["totals"][key].as_u64().unwrap())
    };
    let [missing, outside] = run(0);
    assert!(missing > 15);
    fs::write(folder.join("broken.ndjson.gz"), [0x1F, 0x8B, 8, 0]).unwrap();
    assert_eq!(run(2), [0, missing + outside]);
}

#[test]
fn what_cannot_be_compared_is_refused() {
    for (paths, says) in [
        (&["a.ndjson"][..], "name the older file or directory, then the newer one"),
        (&["a.ndjson", "b.ndjson", "c.ndjson"], "name the older file or directory, then the newer one"),
        (&["-", "a.ndjson"], "cannot read standard input"),
        (&["no-such-file", "testdata/sso-events.ndjson"], "no-such-file: No such file"),
        (&["testdata/sso-events.ndjson", "no-such-file"], "no-such-file: No such file"),
    ] {
        let run = ssoaudit(&[&["diff"], paths].concat());
        assert_eq!(run.code, 2, "{paths:?}");
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
}
