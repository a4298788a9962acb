//! What a baseline accepts, and that nothing new hides behind it: not in a flood of findings, not behind the id
//! of another event, not in another order of files.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::run::{Run, ssoaudit};

const NOW: [&str; 3] = ["check", "--now", "2026-01-01T00:00:00Z"];

fn check(more: &[&str]) -> Run {
    ssoaudit(&[&NOW, more].concat())
}

/// Of what was passed over nothing is left to tell it by, so a baseline knows none of it.
#[test]
fn what_was_passed_over_is_never_known() {
    let folder = tempfile::tempdir().unwrap();
    let [log, known] = ["log.ndjson", "known.json"].map(|name| folder.path().join(name));
    let known = known.to_str().unwrap();
    let event =
        |number: usize| format!("{{\n{}", &view(number, "2025-06-01T10:00:00Z", "org_a").to_string()[1..]);
    for (text, flags) in [
        (format!("[{}", event(1)), &[][..]),
        (format!("[{},,{}]", event(1), event(2)), &[]),
        (format!("[{},{{\"a\":\"{}\"}}]", event(1), "x".repeat(2000)), &["--max-line-bytes", "1500"]),
    ] {
        fs::write(&log, text).unwrap();
        let log = log.to_str().unwrap();
        let _ = fs::remove_file(known);
        let check = |more: &[&str]| check(&[flags, more, &["--allow-empty", log]].concat());
        assert_eq!(check(&["--write-baseline", known]).code, 1);
        let again = check(&["--baseline", known]);
        assert!(again.code == 1 && again.stdout.contains("invalid-event  1 open"), "{}", again.stdout);
    }
}

/// Somebody views the settings page of an organization, and is in another.
fn view(number: usize, time: &str, organization: &str) -> Value {
    json!({
        "id": format!("evt_{number}"), "action": "sso.view_settings", "occurredAt": time, "version": 1,
        "actor": {"type": "user", "id": "user_1", "name": "Ann", "metadata": {
            "first_name": "Ann", "last_name": "Berg", "email": "ann@example.com",
            "impersonator_email": "", "impersonator_reason": "",
        }},
        "targets": [{"type": "organization", "id": organization, "name": "A", "metadata": {"name": "A"}}],
        "context": {"location": "192.0.2.1", "userAgent": "UA"},
        "metadata": {"source": format!("/organizations/{organization}/sso")},
    })
}

/// An event that says twice where it happened, and not the same.
fn contradiction(number: usize) -> Value {
    let mut event = view(number, "2025-06-01T10:00:00Z", "org_a");
    event["metadata"]["source"] = "/organizations/org_x/sso".into();
    event
}

fn write(path: &Path, lines: impl IntoIterator<Item = Value>) -> &str {
    let lines: String = lines.into_iter().map(|line| format!("{line}\n")).collect();
    fs::write(path, lines).unwrap();
    path.to_str().unwrap()
}

#[test]
fn a_word_of_another_source_means_what_it_means_there() {
    let folder = tempfile::tempdir().unwrap();
    let [ours, theirs, policy] = ["a", "b", "p.toml"].map(|name| folder.path().join(name));
    let deletion = json!({
        "action": "sso.delete_connection", "occurredAt": "2025-06-01T12:00:00Z", "version": 1,
        "actor": {"type": "user", "id": "user_1", "name": "Ann", "metadata": {
            "first_name": "Ann", "last_name": "Berg", "email": "ann@example.com",
            "impersonator_email": "", "impersonator_reason": "",
        }},
        "targets": [{"type": "sso_connection", "id": "conn_1", "name": "OktaSAML Connection", "metadata": {
            "connection_id": "conn_1", "connection_type": "OktaSAML", "organization_id": "org_a",
        }}],
        "context": {"location": "192.0.2.1", "userAgent": "UA"},
        "metadata": {"source": "/organizations/org_a/sso"},
    });
    let foreign = json!({
        "spec_version": "1", "id": "evt_9", "object": "Connection", "environment_id": "env_1",
        "occurred_at": "2025-06-01T09:00:00Z", "organization_id": "org_9", "type": "sso.delete_connection",
        "data": {}, "display_name": "x",
    });
    let before = view(1, "2025-06-01T08:00:00Z", "org_z");
    let (ours, theirs) = (write(&ours, [before, deletion]), write(&theirs, [foreign]));
    let scoped = "version = 1\n[rules.connection-deleted]\nsources = [\"centure\"]\n";
    fs::write(&policy, scoped).unwrap();
    let told = |files: [&str; 2]| {
        let flags = ["--policy", policy.to_str().unwrap(), "--format", "ndjson"];
        let run = check(&[&flags[..], &files].concat());
        assert_eq!(run.code, 1, "{files:?}: {}", run.stderr);
        run.stdout
    };
    let expected = told([ours, theirs]);
    assert!(expected.contains("\"connection-deleted\"") && expected.contains("\"deleted-without-visit\""));
    assert_eq!(told([theirs, ours]), expected);
}

#[test]
fn a_flood_hides_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let [flood, copy, more, known] =
        ["a.ndjson", "c.ndjson", "b.ndjson", "known.json"].map(|name| folder.path().join(name));
    let known = known.to_str().unwrap();
    let flood = write(&flood, (0..10_010).map(contradiction));
    let copy = write(&copy, (0..10_010).map(contradiction));
    let more = write(&more, [contradiction(20_000)]);
    let findings = |run: &Run| -> Vec<Value> {
        let json: Value = serde_json::from_str(&run.stdout).unwrap();
        json["findings"].as_array().unwrap().clone()
    };
    let run = check(&["--format", "json", "--write-baseline", known, flood]);
    let found = findings(&run);
    assert_eq!(found.len(), 10_001);
    let rest = found.iter().find(|finding| finding["time"].is_null()).unwrap();
    assert!(rest["message"].as_str().unwrap().starts_with("10 more lines like those listed"), "{rest}");
    assert_eq!(check(&["--baseline", known, flood]).code, 0);
    assert_eq!(check(&["--baseline", known, flood, copy]).code, 0);
    assert_eq!(check(&["--baseline", known, flood, more]).code, 1);
    assert_eq!(check(&["--baseline", known, "--redact", flood]).code, 0);
    let text = fs::read_to_string(flood).unwrap();
    let backwards: String = text.lines().rev().map(|line| format!("{line}\n")).collect();
    fs::write(flood, backwards).unwrap();
    assert_eq!(check(&["--baseline", known, flood]).code, 0);
    // What came again leaves room for what did not.
    let again: Vec<_> = (0..10_010).map(|_| contradiction(1)).chain([contradiction(2)]).collect();
    let again = write(Path::new(flood), again).to_owned();
    assert_eq!(findings(&check(&["--format", "json", &again])).len(), 2);
}

#[test]
fn conflicts_are_known_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    let [first, second, early, known] =
        ["b.ndjson", "c.ndjson", "a.ndjson", "known.json"].map(|name| folder.path().join(name));
    let known = known.to_str().unwrap();
    let conflict = |number| ["org_a", "org_b"].map(|org| view(number, "2025-06-01T10:00:00Z", org));
    let first = write(&first, conflict(1));
    let second = write(&second, conflict(2));
    let early = write(&early, [view(3, "2025-05-01T10:00:00Z", "org_a")]);
    assert_eq!(check(&["--write-baseline", known, first]).code, 1);
    for (files, code) in [(&[first][..], 0), (&[first, early], 0), (&[first, second], 1), (&[second], 1)] {
        let run = check(&[&["--baseline", known, "--format", "ndjson"], files].concat());
        assert_eq!(run.code, code, "{files:?}: {}", run.stdout);
    }
    let policy = folder.path().join("p.toml");
    fs::write(&policy, "version = 1\n[rules.conflicting-duplicate]\norganizations = [\"org_b\"]\n").unwrap();
    let scoped = check(&["--policy", policy.to_str().unwrap(), "--format", "ndjson", first]);
    assert_eq!((scoped.code, scoped.stdout.lines().count()), (1, 1), "{}", scoped.stdout);
    for organization in ["org_a", "org_b"] {
        let run = check(&["--org", organization, "--format", "ndjson", first]);
        assert_eq!((run.code, run.stdout.lines().count()), (1, 1), "{organization}: {}", run.stdout);
    }
}

#[test]
fn what_is_not_selected_is_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.ndjson");
    let future = view(2, "2027-06-01T10:00:00Z", "org_a");
    let conflict = ["org_a", "org_c"].map(|org| view(3, "2025-06-01T10:00:00Z", org));
    let others = view(4, "2025-06-01T10:00:00Z", "org_b");
    let log = write(&path, [contradiction(1), future, others].into_iter().chain(conflict));
    assert_eq!(check(&[log]).code, 1);
    let run = check(&["--org", "org_b", log]);
    assert_eq!(run.code, 0, "{}", run.stdout);
}

/// Two deletions of one connection at one time differ by their ids only.
#[test]
fn the_order_of_files_makes_nothing_new() {
    let folder = tempfile::tempdir().unwrap();
    let [a, b, known] = ["a.ndjson", "b.ndjson", "known.json"].map(|name| folder.path().join(name));
    let known = known.to_str().unwrap();
    let deletion = |id: &str| {
        json!({
            "spec_version": "1", "id": id, "object": "Connection", "environment_id": "env_1",
            "occurred_at": "2025-06-01T09:00:00Z", "organization_id": "org_9",
            "type": "organization.sso_deleted", "display_name": "x",
            "data": {"id": "conn_1", "organization_id": "org_9", "connection_type": "SAML", "provider": "OKTA"},
        })
    };
    let (a, b) = (write(&a, [deletion("evt_1")]), write(&b, [deletion("evt_2")]));
    assert_eq!(check(&["--write-baseline", known, a, b]).code, 1);
    assert_eq!(check(&["--baseline", known, b, a]).code, 0);
}

/// A forged event has the id of another one, of which everything is known.
#[test]
fn what_is_known_of_an_event_accepts_no_other_with_its_id() {
    let folder = tempfile::tempdir().unwrap();
    let [log, known] = ["a.ndjson", "known.json"].map(|name| folder.path().join(name));
    let known = known.to_str().unwrap();
    let deletion = |id: &str, time: &str, organization: &str, connection: &str| {
        json!({
            "spec_version": "1", "id": id, "object": "Connection", "environment_id": "env_1",
            "occurred_at": time, "organization_id": organization, "type": "organization.sso_deleted",
            "data": {"id": connection, "organization_id": organization, "connection_type": "SAML", "provider": "OKTA"},
            "display_name": "x",
        })
    };
    let [ten, eleven, twelve] = [10, 11, 12].map(|hour| format!("2025-06-01T{hour}:00:00Z"));
    let two = vec![deletion("evt_1", &ten, "org_a", "conn_1"), deletion("evt_1", &eleven, "org_a", "conn_1")];
    let elsewhere = |id: &str, time: &str| {
        let mut event = view(1, time, "org_a");
        event["id"] = id.into();
        event["metadata"]["source"] = "/organizations/org_x/sso".into();
        event
    };
    let odd = |time: &str, enabled: bool| {
        let mut event = deletion("evt_1", time, "org_a", "conn_1");
        event["type"] = "organization.sso_enabled".into();
        event["data"]["enabled"] = enabled.into();
        event
    };
    for (before, later) in [
        (two.clone(), deletion("evt_1", &twelve, "org_a", "conn_1")),
        (two.clone(), deletion("evt_1", &eleven, "org_a", "conn_2")),
        (two, deletion("evt_1", &eleven, "org_b", "conn_1")),
        // Ids are a source's own.
        (vec![odd(&ten, false)], elsewhere("evt_1", &ten)),
        (vec![elsewhere("evt_1", &ten)], elsewhere("evt_1", &eleven)),
    ] {
        let path = write(&log, before.clone()).to_owned();
        assert_eq!(check(&["--write-baseline", known, &path]).code, 1);
        assert_eq!(check(&["--baseline", known, &path]).code, 0);
        let run = check(&["--baseline", known, write(&log, before.into_iter().chain([later.clone()]))]);
        assert_eq!(run.code, 1, "{later}: {}", run.stdout);
    }
}

#[test]
fn a_silence_that_has_grown_is_not_known() {
    let folder = tempfile::tempdir().unwrap();
    let [log, policy, known] = ["a.ndjson", "p.toml", "known.json"].map(|name| folder.path().join(name));
    fs::write(&policy, "version = 1\n[rules.log-gap]\nenabled = true\n").unwrap();
    let [policy, known] = [&policy, &known].map(|path| path.to_str().unwrap());
    let silence = |end: &str| {
        let events = [view(1, "2025-06-01T10:00:00Z", "org_a"), view(2, end, "org_a")];
        write(&log, events).to_owned()
    };
    let short = silence("2025-06-03T10:00:00Z");
    assert_eq!(check(&["--policy", policy, "--write-baseline", known, &short]).code, 1);
    assert_eq!(check(&["--policy", policy, "--baseline", known, &short]).code, 0);
    let long = silence("2025-06-30T10:00:00Z");
    assert_eq!(check(&["--policy", policy, "--baseline", known, &long]).code, 1);
}

#[test]
fn standard_input_is_read_once() {
    let run = check(&["-", "-"]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("`-` is named twice"), "{}", run.stderr);
}
