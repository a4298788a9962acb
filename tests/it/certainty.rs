//! Nothing is said that the log does not show: how states are known, where a log ends, what was known at a
//! moment, and what is dated later than the present.

use std::path::Path;

use serde_json::{Value, json};

use crate::check_cli::{SAMPLE, validated};
use crate::support::run::{fixture, ssoaudit};

const NOW: &str = "2026-01-01T00:00:00Z";
const SCALEKIT: &str = "org_1";
const CENTURE: &str = "org_a";

/// A change that Scalekit logged.
fn scalekit(time: &str, operation: &str, connection: &str) -> Value {
    scalekit_of(time, operation, connection, "OKTA")
}

fn scalekit_of(time: &str, operation: &str, connection: &str, provider: &str) -> Value {
    let mut data = json!({ "id": connection, "organization_id": SCALEKIT });
    if !provider.is_empty() {
        data["connection_type"] = "OIDC".into();
        data["provider"] = provider.into();
    }
    json!({
        "spec_version": "1", "id": format!("evt_{}", short(&format!("{time}{operation}{connection}{provider}"))), "object": "Connection",
        "environment_id": "env_1", "occurred_at": time, "organization_id": SCALEKIT,
        "type": format!("organization.sso_{operation}"), "data": data,
    })
}

/// A short text that differs where the text does.
fn short(text: &str) -> String {
    use sha2::{Digest, Sha256};
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// An event that changes nothing, and shows that the log goes on.
fn login(time: &str) -> Value {
    json!({
        "spec_version": "1", "id": format!("evt_{}", short(time)), "object": "User", "environment_id": "env_1",
        "occurred_at": time, "organization_id": SCALEKIT, "type": "user.login",
        "data": { "user": { "id": "usr_1" } },
    })
}

fn centure(time: &str, action: &str, organization: &str, target: Value) -> Value {
    json!({
        "action": action, "occurred_at": time, "targets": [target],
        "actor": { "type": "user", "id": "user_ann", "name": "Ann", "metadata": {
            "email": "ann@example.com", "impersonator_email": "", "impersonator_reason": "" } },
        "context": { "location": "192.0.2.1", "user_agent": "Browser" },
        "metadata": { "source": "/sso", "organization": organization },
    })
}

fn deletion(time: &str, connection: &str, organization: &str) -> Value {
    let target = json!({ "type": "sso_connection", "id": connection, "name": "Connection", "metadata": {
        "connection_id": connection, "connection_type": "OktaSAML", "organization_id": organization } });
    centure(time, "sso.delete_connection", organization, target)
}

fn about_organization(time: &str, action: &str) -> Value {
    let target =
        json!({ "type": "organization", "id": CENTURE, "name": "Acme", "metadata": { "name": "Acme" } });
    centure(time, action, CENTURE, target)
}

fn view(time: &str) -> Value {
    about_organization(time, "sso.view_settings")
}

fn link(time: &str) -> Value {
    about_organization(time, "sso.create_management_portal_url")
}

/// What a command says as JSON about these events.
fn asked_at(now: &str, command: &[&str], events: &[Value]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log.ndjson");
    let lines: String = events.iter().map(|event| format!("{event}\n")).collect();
    std::fs::write(&path, lines).unwrap();
    asked_of(now, command, &path)
}

fn asked_of(now: &str, command: &[&str], path: &Path) -> Value {
    let more = ["--now", now, "--format", "json", path.to_str().unwrap()];
    let run = ssoaudit(&[command, &more].concat());
    assert!(run.code < 2, "{command:?}: {}", run.stderr);
    let mut said: Value = serde_json::from_str(&run.stdout)
        .unwrap_or_else(|error| panic!("{command:?}: {error}: {}", run.stderr));
    if command[0] != "check" || said["schema"].is_string() {
        validated(said["schema"].as_str().unwrap(), &said);
    }
    // The only name of a file that may be in it.
    said.as_object_mut().unwrap().remove("files");
    said
}

fn asked(command: &[&str], events: &[Value]) -> Value {
    asked_at(NOW, command, events)
}

/// The values of these keys in every row of a section.
fn column(said: &Value, section: &str, keys: &[&str]) -> Vec<Vec<Value>> {
    let rows = said[section].as_array().unwrap_or_else(|| panic!("no {section} in {said}"));
    rows.iter().map(|row| keys.iter().map(|key| row[*key].clone()).collect()).collect()
}

fn left_without(said: &Value) -> Vec<Value> {
    let findings = said["findings"].as_array().unwrap().iter();
    findings.filter(|finding| finding["rule"] == "org-left-without-sso").cloned().collect()
}

fn attention(said: &Value) -> Vec<Vec<Value>> {
    column(said, "attention", &["count", "what"])
}

/// A connection that comes and goes, and the end of the log.
fn life() -> Vec<Value> {
    vec![
        scalekit("2025-03-01T08:00:00Z", "created", "conn_1"),
        scalekit("2025-03-01T09:00:00Z", "enabled", "conn_1"),
        scalekit("2025-03-02T09:00:00Z", "enabled", "conn_2"),
        scalekit("2025-03-05T09:00:00Z", "deleted", "conn_1"),
        scalekit("2025-03-06T09:00:00Z", "disabled", "conn_2"),
        scalekit("2025-03-07T09:00:00Z", "enabled", "conn_3"),
        scalekit("2025-03-08T09:00:00Z", "disabled", "conn_3"),
        login("2025-03-10T09:00:00Z"),
    ]
}

#[test]
fn one_event_of_2052_stretches_nothing() {
    let ahead = [
        login("2052-01-01T00:00:00Z"),
        login("2052-01-01T00:00:00Z"),
        scalekit("2051-01-01T00:00:00Z", "enabled", "conn_2"),
    ];
    let (log, longer) = (life(), [life(), ahead.to_vec()].concat());
    for now in ["2025-03-11T00:00:00Z", NOW, "2031-06-01T00:00:00Z"] {
        let [short, long] = [&log, &longer].map(|log| asked_at(now, &["report", "removals"], log));
        assert_eq!(short, long, "{now}");
        assert_eq!(
            column(&short, "removals", &["time", "exposure_seconds", "still_exposed"]),
            [
                [json!("2025-03-08T09:00:00Z"), json!(172_800), json!(true)],
                [json!("2025-03-06T09:00:00Z"), json!(86_400), json!(false)],
                [json!("2025-03-05T09:00:00Z"), json!(null), json!(false)],
            ]
        );
        assert_eq!(short["exposure"]["to"], "2025-03-10T09:00:00Z");
        let keys = ["connection_id", "state", "active_seconds"];
        let [short, long] = [&log, &longer]
            .map(|log| column(&asked_at(now, &["report", "connections"], log), "connections", &keys));
        assert_eq!(short, long, "{now}");
        let [short, long] = [&log, &longer].map(|log| asked_at(now, &["summary"], log));
        assert_eq!(short["timeline"], long["timeline"], "{now}");
        let without = [json!(1), json!("organizations left without active SSO")];
        assert!(attention(&long).contains(&without.to_vec()), "{long}");
        // The one that came again is one.
        let what = "events in the future, up to 2052-01-01";
        assert!(attention(&long).contains(&vec![json!(2), json!(what)]), "{long}");
        // Besides it, one came again and one is out of order.
        assert_eq!(attention(&short).len() + 3, attention(&long).len());
        let commands = column(&long, "attention", &["what", "command"]);
        let command = commands.iter().find(|row| row[0] == what).unwrap()[1].clone();
        assert_eq!(command, "ssoaudit filter --since 2051-01-01T00:00:00Z");
    }
}

#[test]
fn clocks_may_differ_by_five_minutes() {
    let log = |time: &str| [life(), vec![login(time)]].concat();
    let ahead = |time: &str| {
        let said = asked_at("2025-03-11T00:00:00Z", &["summary"], &log(time));
        attention(&said).iter().filter(|row| row[1].as_str().unwrap().contains("future")).count()
    };
    assert_eq!(ahead("2025-03-11T00:05:00Z"), 0);
    assert_eq!(ahead("2025-03-11T00:05:00.000000001Z"), 1);
}

#[test]
fn what_has_not_come_neither_begins_nor_ends_an_exposure() {
    let mut log = life();
    log.push(scalekit("2025-03-09T09:00:00Z", "enabled", "conn_4"));
    log.push(scalekit("2051-01-01T00:00:00Z", "deleted", "conn_4"));
    let said = asked(&["report", "removals"], &log);
    let rows = column(&said, "removals", &["time", "exposure_seconds", "still_exposed"]);
    assert!(rows.contains(&vec![json!("2051-01-01T00:00:00Z"), Value::Null, json!(false)]), "{said}");
    assert_eq!(said["totals"]["still_exposed"], 0);
    let said = asked(&["report", "connections"], &log);
    let rows = column(&said, "connections", &["connection_id", "state", "active_seconds"]);
    assert_eq!(rows[3], [json!("conn_4"), json!("active"), json!(86_400)]);
    // Nobody hides a connection by dating it.
    let said = asked(&["report", "connections"], &[scalekit("2051-01-01T00:00:00Z", "deleted", "conn_9")]);
    let rows = column(&said, "connections", &["connection_id", "state", "active_seconds", "certainty"]);
    assert_eq!(rows, [[json!("conn_9"), Value::Null, json!(0), json!("presumed")]]);
}

#[test]
fn reports_and_check_end_a_log_where_its_source_does() {
    let mut log = life();
    log.push(deletion("2025-03-01T09:00:00Z", "conn_a", CENTURE));
    log.push(view("2025-04-20T09:00:00Z"));
    let removals = asked(&["report", "removals"], &log);
    let rows = column(&removals, "removals", &["connection_id", "exposure_seconds", "exposure_ends"]);
    // Centure's log goes on for a month, Scalekit's does not.
    assert_eq!(rows[0], [json!("conn_a"), json!(50 * 86_400), Value::Null]);
    assert_eq!(rows[1], [json!("conn_3"), json!(2 * 86_400), Value::Null]);
    let check = asked(&["check"], &log);
    let messages: Vec<_> = left_without(&check).iter().map(|finding| finding["message"].clone()).collect();
    let says = |part: &str| messages.iter().any(|message| message.as_str().unwrap().contains(part));
    assert!(says("for 50d, up to the end of the log, after conn_a"), "{messages:?}");
    assert!(says("for 2d, up to the end of the log, after conn_3"), "{messages:?}");
}

#[test]
fn centures_log_cannot_confirm_that_sso_is_gone() {
    let log = [
        deletion("2025-03-01T09:00:00Z", "conn_a", CENTURE),
        link("2025-03-01T11:05:00Z"),
        link("2025-03-05T11:05:00Z"),
        view("2025-03-09T09:00:00Z"),
    ];
    let reason = "Centure does not log new connections";
    let said = asked(&["check"], &log);
    let found = left_without(&said);
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["severity"], &found[0]["certainty"]), (&json!("medium"), &json!("presumed")));
    assert_eq!(
        found[0]["message"],
        "org_a (Acme) had no active connection that the log shows for 8d, up to the end of the log, after \
         conn_a was deleted by Ann (grace 24h); this cannot be confirmed: Centure does not log new \
         connections; add WorkOS events, and a portal URL was opened for it 2h 5m later by Ann"
    );
    let others = said["findings"].as_array().unwrap().iter().filter(|finding| **finding != found[0]);
    assert!(others.clone().count() > 0 && others.into_iter().all(|other| other["certainty"].is_null()));
    let states = |report: &str, section: &str, more: &[&str]| {
        let said = asked(&[&["report", report], more].concat(), &log);
        let notes = said["notes"].to_string();
        assert!(notes.contains(&format!("{reason}; add WorkOS events")), "{notes}");
        column(&said, section, &["certainty", "certainty_reason"])
    };
    let presumed = [[json!("presumed"), json!(reason)]];
    assert_eq!(states("removals", "removals", &[]), presumed);
    assert_eq!(states("changes", "changes", &[]), presumed);
    assert_eq!(states("connections", "connections", &[]), presumed);
    assert_eq!(states("connections", "posture", &["--at", "2025-03-03"]), presumed);
    let removals = asked(&["report", "removals"], &log);
    assert_eq!(removals["totals"]["still_exposed_presumed"], 1);
    assert_eq!(removals["exposure"]["rows"][0]["stretches"][0]["presumed"], true);
    let without = "organizations presumably left without SSO";
    let said = attention(&asked(&["summary"], &log));
    assert_eq!(said[0], [json!(1), json!(without)]);
    // A link before the deletion says nothing of what came after it.
    let said = asked(&["check"], &[link("2025-03-01T08:59:59Z"), log[0].clone(), log[3].clone()]);
    assert!(left_without(&said)[0]["message"].as_str().unwrap().ends_with("; add WorkOS events"));
}

#[test]
fn a_source_that_logs_the_whole_life_is_certain() {
    let said = asked(&["check"], &life());
    let found = left_without(&said);
    assert_eq!((&found[0]["severity"], &found[0]["certainty"]), (&json!("critical"), &json!("certain")));
    assert!(!found[0]["message"].as_str().unwrap().contains("cannot be confirmed"));
    for (report, section) in
        [("removals", "removals"), ("changes", "changes"), ("connections", "connections")]
    {
        let said = asked(&["report", report], &life());
        let known = column(&said, section, &["certainty", "certainty_reason"]);
        assert!(known.iter().all(|known| *known == [json!("certain"), Value::Null]), "{said}");
        assert_eq!(said["notes"], json!([]));
    }
}

/// Whatever times the log of another vendor covers, its ids are not these.
#[test]
fn another_vendor_says_nothing_of_an_organization() {
    let deleted = deletion("2025-03-04T09:00:00Z", "conn_a", SCALEKIT);
    for times in [
        ["2025-02-01T09:00:00Z", "2025-03-03T09:00:00Z"],
        ["2025-03-05T09:00:00Z", "2025-03-10T09:00:00Z"],
        ["2025-02-01T09:00:00Z", "2025-03-10T09:00:00Z"],
    ] {
        let [first, last] = times;
        let log = [
            scalekit(first, "created", "conn_1"),
            login(last),
            deleted.clone(),
            view("2025-03-12T09:00:00Z"),
        ];
        let found = left_without(&asked(&["check"], &log));
        assert_eq!(found[0]["certainty"], "presumed", "{times:?}");
        let message = found[0]["message"].as_str().unwrap();
        assert!(message.contains("Centure does not log new connections"), "{message}");
    }
}

#[test]
fn a_policy_may_make_what_is_presumed_less_but_not_worse() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.ndjson");
    let lines: String = [deletion("2025-03-01T09:00:00Z", "conn_a", CENTURE), view("2025-03-09T09:00:00Z")]
        .map(|event| format!("{event}\n"))
        .concat();
    std::fs::write(&log, lines).unwrap();
    for (set, expected) in
        [("critical", "medium"), ("high", "medium"), ("medium", "medium"), ("low", "low"), ("info", "info")]
    {
        let policy = folder.path().join("p.toml");
        let text = format!("version = 1\n[rules.org-left-without-sso]\nseverity = \"{set}\"\n");
        std::fs::write(&policy, text).unwrap();
        let said = asked_of(NOW, &["check", "--policy", policy.to_str().unwrap()], &log);
        assert_eq!(left_without(&said)[0]["severity"], expected, "{set}");
    }
    // No heading claims more than what stands below it.
    let flags = ["check", "--now", NOW, "--format", "table", log.to_str().unwrap()];
    let said = ssoaudit(&flags).stdout;
    assert!(said.contains("MEDIUM  org-left-without-sso") && !said.contains("CRITICAL"), "{said}");
}

#[test]
fn what_is_enabled_after_its_deletion_is_unknown() {
    let log = [
        scalekit("2025-03-01T09:00:00Z", "enabled", "conn_1"),
        scalekit("2025-03-02T09:00:00Z", "deleted", "conn_1"),
        scalekit("2025-03-03T09:00:00Z", "enabled", "conn_1"),
        login("2025-03-10T09:00:00Z"),
    ];
    let reason = "a connection was enabled or disabled after it was deleted";
    let said = asked(&["report", "connections"], &log);
    let rows =
        column(&said, "connections", &["state", "certainty", "certainty_reason", "odd", "active_seconds"]);
    let odd = json!(["enabled while deleted"]);
    assert_eq!(rows, [[json!("unknown"), json!("presumed"), json!(reason), odd, json!(86_400)]]);
    let said = asked(&["report", "changes"], &log);
    assert_eq!(
        column(&said, "changes", &["before", "after", "certainty"]),
        [
            [Value::Null, json!("active"), json!("certain")],
            [json!("active"), json!("deleted"), json!("certain")],
            [json!("deleted"), json!("unknown"), json!("presumed")],
        ]
    );
    // The exposure stays open, and is no longer certain.
    let said = asked(&["report", "removals"], &log);
    let rows = column(&said, "removals", &["still_exposed", "exposure_seconds", "certainty", "recreated"]);
    assert_eq!(rows, [[json!(true), json!(8 * 86_400), json!("presumed"), json!(false)]]);
    let found = left_without(&asked(&["check"], &log));
    assert_eq!((&found[0]["certainty"], &found[0]["severity"]), (&json!("presumed"), &json!("medium")));
    assert!(found[0]["message"].as_str().unwrap().contains(reason));
    let posture = |at: &str| {
        let said = asked(&["report", "connections", "--at", at], &log);
        column(&said, "posture", &["active", "without_since", "certainty"]).remove(0)
    };
    let since = json!("2025-03-02T09:00:00Z");
    assert_eq!(posture("2025-03-02T10:00:00Z"), [json!(0), since.clone(), json!("certain")]);
    assert_eq!(posture("2025-03-04T10:00:00Z"), [json!(0), since, json!("presumed")]);
}

#[test]
fn an_unknown_connection_is_as_likely_there_as_not() {
    let enabled_again = |more: &[Value]| {
        let log = [
            scalekit("2025-03-01T09:00:00Z", "enabled", "conn_1"),
            scalekit("2025-03-01T09:30:00Z", "enabled", "conn_2"),
            scalekit("2025-03-02T09:00:00Z", "deleted", "conn_1"),
            scalekit("2025-03-03T09:00:00Z", "enabled", "conn_1"),
        ];
        [&log, more, &[login("2025-03-10T09:00:00Z")]].concat()
    };
    // The other one goes: whether it was the last is not certain.
    let log = enabled_again(&[scalekit("2025-03-04T09:00:00Z", "deleted", "conn_2")]);
    let found = left_without(&asked(&["check"], &log));
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["certainty"], "presumed");
    // A creation or a deletion says what it is.
    for (operation, state) in [("created", "created"), ("deleted", "deleted")] {
        let log = enabled_again(&[scalekit("2025-03-04T09:00:00Z", operation, "conn_1")]);
        let said = asked(&["report", "connections"], &log);
        assert_eq!(
            column(&said, "connections", &["state", "certainty"])[0],
            [json!(state), json!("certain")]
        );
    }
    let log = enabled_again(&[
        scalekit("2025-03-04T09:00:00Z", "created", "conn_1"),
        scalekit("2025-03-05T09:00:00Z", "enabled", "conn_1"),
    ]);
    let said = asked(&["report", "connections"], &log);
    assert_eq!(column(&said, "connections", &["state", "certainty"])[0], [json!("active"), json!("certain")]);
    // That it is deleted once more is a deletion.
    let rules = |log: &[Value], rule: &str| {
        let said = asked(&["check"], log);
        said["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == rule).count()
    };
    let deleted = enabled_again(&[scalekit("2025-03-04T09:00:00Z", "deleted", "conn_1")]);
    assert_eq!(rules(&deleted, "connection-deleted"), 2);
    let disabled = enabled_again(&[scalekit("2025-03-04T09:00:00Z", "disabled", "conn_1")]);
    assert_eq!(rules(&disabled, "connection-disabled"), 1);
    // What was enabled after its deletion with another provider has been swapped.
    let swapped = [
        scalekit_of("2025-03-01T09:00:00Z", "enabled", "conn_1", "OKTA"),
        scalekit_of("2025-03-02T09:00:00Z", "deleted", "conn_1", "OKTA"),
        scalekit_of("2025-03-02T10:00:00Z", "enabled", "conn_1", "CUSTOM"),
    ];
    assert_eq!(rules(&swapped, "provider-swapped"), 1);
}

/// What is said of a moment is what the log said by then: names are the latest, and how long connections were
/// active is counted to the moment.
#[test]
fn a_moment_is_as_if_the_log_ended_then() {
    let sample = fixture("sso-events.ndjson");
    let sample = String::from_utf8(sample).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut.ndjson");
    for at in
        ["2025-01-15T00:00:00Z", "2025-02-19T15:12:11.999Z", "2025-03-12T08:12:00Z", "2025-03-24T15:20:59Z"]
    {
        let cut = ssoaudit(&["filter", "--until", at, SAMPLE]).stdout;
        assert!(cut.lines().count() > 3 && cut.len() < sample.len());
        std::fs::write(&path, cut).unwrap();
        let rows = |said: Value| {
            let mut rows = said["connections"].as_array().unwrap().clone();
            for row in &mut rows {
                for key in ["organization_name", "active_seconds"] {
                    row.as_object_mut().unwrap().remove(key);
                }
            }
            rows
        };
        let known = rows(asked_of(NOW, &["report", "connections", "--at", at], Path::new(SAMPLE)));
        let then = rows(asked_of(NOW, &["report", "connections"], &path));
        assert_eq!(known, then, "{at}");
    }
}

#[test]
fn what_came_later_is_not_known_at_a_moment() {
    let mut log = life();
    log[0] = scalekit_of("2025-03-01T08:00:00Z", "created", "conn_1", "CUSTOM");
    log.push(deletion("2025-03-09T09:00:00Z", "conn_a", CENTURE));
    let said = asked(&["report", "connections", "--at", "2025-03-01T08:30:00Z"], &log);
    assert_eq!(
        column(&said, "connections", &["connection_id", "provider", "state", "changes"]),
        [[json!("conn_1"), json!("custom"), json!("created"), json!(1)]]
    );
    assert_eq!(column(&said, "posture", &["organization_id", "active"]), [[json!(SCALEKIT), json!(0)]]);
    // Only conn_a is first named when it is removed.
    let note = "Not shown: 1 connection that the log names only later, when it was removed; it may have been active then.";
    assert!(said["notes"].as_array().unwrap().contains(&json!(note)), "{said}");
    // Beyond its end the log shows nothing.
    let said = asked(&["report", "connections", "--at", "2025-03-20"], &log);
    let known = column(&said, "posture", &["organization_id", "certainty"]);
    assert_eq!(known[0], [json!(SCALEKIT), json!("presumed")]);
}

#[test]
fn recreated_is_what_was_of_the_kind_at_that_time() {
    let log = |provider_then: &str, provider_later: &str| {
        [
            scalekit_of("2025-03-01T09:00:00Z", "enabled", "conn_1", "OKTA"),
            scalekit_of("2025-03-02T09:00:00Z", "deleted", "conn_1", ""),
            scalekit_of("2025-03-03T09:00:00Z", "enabled", "conn_2", provider_then),
            scalekit_of("2025-03-04T09:00:00Z", "disabled", "conn_2", provider_later),
            login("2025-03-10T09:00:00Z"),
        ]
    };
    let recreated = |log: &[Value]| {
        let rows = column(&asked(&["report", "removals"], log), "removals", &["connection_id", "recreated"]);
        rows.iter().find(|row| row[0] == "conn_1").unwrap()[1] == true
    };
    assert!(recreated(&log("OKTA", "OKTA")));
    assert!(recreated(&log("OKTA", "CUSTOM")));
    assert!(!recreated(&log("CUSTOM", "OKTA")));
    // Of two that nobody knows it cannot be said.
    let unknown = [
        scalekit_of("2025-03-02T09:00:00Z", "deleted", "conn_1", ""),
        scalekit_of("2025-03-03T09:00:00Z", "enabled", "conn_2", ""),
    ];
    assert!(!recreated(&unknown));
    // What is dated later than the present is none either.
    let mut late = log("OKTA", "OKTA");
    late[2]["occurred_at"] = "2051-01-01T00:00:00Z".into();
    assert!(!recreated(&late[..3]));
}

#[test]
fn a_foreign_deletion_is_not_allowed() {
    let folder = tempfile::tempdir().unwrap();
    let roster = folder.path().join("roster.csv");
    std::fs::write(
        &roster,
        format!("organization,actor,role\norg_b,user_ann,admin\n{CENTURE},user_ann,admin\n"),
    )
    .unwrap();
    let command = ["report", "authorization", "--roster", roster.to_str().unwrap()];
    let log = [
        // That of another vendor is another connection.
        scalekit("2025-03-01T09:00:00Z", "enabled", "conn_1"),
        deletion("2025-03-02T09:00:00Z", "conn_1", "org_b"),
        deletion("2025-03-03T09:00:00Z", "conn_2", "org_b"),
        deletion("2025-03-04T09:00:00Z", "conn_1", CENTURE),
    ];
    let said = asked(&command, &log);
    assert_eq!(
        column(&said, "verdicts", &["time", "verdict"]),
        [
            [json!("2025-03-04T09:00:00Z"), json!("not the owner")],
            [json!("2025-03-02T09:00:00Z"), json!("allowed")],
            [json!("2025-03-03T09:00:00Z"), json!("allowed")],
        ]
    );
    assert_eq!((&said["totals"]["not_the_owner"], &said["totals"]["allowed"]), (&json!(1), &json!(2)));
    let owners = column(&said, "ownership", &["time", "what"]);
    let foreign = [json!("2025-03-04T09:00:00Z"), json!("the organization is not the owner")];
    assert!(owners.contains(&foreign.to_vec()));
}
