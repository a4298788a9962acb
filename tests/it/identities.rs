//! By what people, organizations and connections are known: ids by their space, names by what was said at the
//! time. And what came again, in whatever spelling, is one.

use std::fs;

use serde_json::{Value, json};

use crate::support::run::{Run, fixture, ssoaudit};

/// An event of the source that names actors.
struct Entry {
    action: &'static str,
    time: &'static str,
    actor: [&'static str; 2],
    organization: [&'static str; 2],
    connection: Option<&'static str>,
    ip: &'static str,
}

const VIEW: &str = "sso.view_settings";
const PORTAL: &str = "sso.create_management_portal_url";
const DELETE: &str = "sso.delete_connection";

fn entry(action: &'static str, time: &'static str) -> Entry {
    let connection = (action == DELETE).then_some("conn_1");
    Entry {
        action,
        time,
        actor: ["user_ann", "ann@x.example"],
        organization: ["org_1", "Acme"],
        connection,
        ip: "192.0.2.1",
    }
}

impl Entry {
    fn json(&self) -> Value {
        let [organization, name] = self.organization;
        let target = match self.connection {
            Some(connection) => json!({
                "type": "sso_connection", "id": connection, "name": "OktaSAML Connection",
                "metadata": {
                    "connection_id": connection, "connection_type": "OktaSAML", "organization_id": organization,
                },
            }),
            None => {
                json!({"type": "organization", "id": organization, "name": name, "metadata": {"name": name}})
            }
        };
        json!({
            "action": self.action, "occurredAt": self.time, "version": 1,
            "actor": {"type": "user", "id": self.actor[0], "name": "Ann", "metadata": {"email": self.actor[1]}},
            "targets": [target],
            "context": {"location": self.ip, "userAgent": "Browser"},
            "metadata": {"source": format!("/organizations/{organization}/sso")},
        })
    }

    fn line(&self) -> String {
        self.json().to_string()
    }
}

fn webhook(time: &str, operation: &str, organization: &str, connection: &str) -> String {
    json!({
        "spec_version": "1", "id": format!("evt_{operation}_{connection}"), "object": "Connection",
        "environment_id": "env_1", "occurred_at": time, "organization_id": organization,
        "type": format!("organization.sso_{operation}"),
        "data": {
            "id": connection, "organization_id": organization, "connection_type": "SAML", "provider": "OKTA",
            "enabled": operation == "enabled", "status": "COMPLETED",
        },
    })
    .to_string()
}

fn run(command: &[&str], lines: &[String], files: &[(&str, &str)]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    fs::write(at("log.ndjson"), lines.join("\n")).unwrap();
    files.iter().for_each(|(name, text)| fs::write(at(name), text).unwrap());
    let log = at("log.ndjson");
    let policy = at("ssoaudit.toml");
    let mut args: Vec<&str> = command.to_vec();
    if command[0] == "check" {
        args.extend(["--now", "2025-06-01", "--format", "json"]);
        if files.iter().any(|(name, _)| *name == "ssoaudit.toml") {
            args.extend(["--policy", &policy]);
        }
    }
    args.push(&log);
    ssoaudit(&args)
}

fn parsed(run: &Run) -> Value {
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
}

/// Rule and status of every finding of these rules.
fn statuses(lines: &[String], files: &[(&str, &str)], rules: &[&str]) -> Vec<String> {
    let json = parsed(&run(&["check"], lines, files));
    let findings = json["findings"].as_array().unwrap().iter();
    let told = findings.filter(|finding| rules.contains(&finding["rule"].as_str().unwrap()));
    let told = told.map(|finding| {
        format!("{} {}", finding["rule"].as_str().unwrap(), finding["status"].as_str().unwrap())
    });
    let mut told: Vec<_> = told.collect();
    told.sort();
    told
}

const SUPPRESSION: &str = "version = 1\n[[suppressions]]\nrule = \"connection-deleted\"\n\
                           organization = \"sandbox*\"\nreason = \"x\"\nexpires = 2030-01-01\n";

/// A deletion in Acme, and then what somebody writes to have it excused.
fn deleted_and(later: &[Entry]) -> Vec<String> {
    let mut lines =
        vec![entry(VIEW, "2025-03-01T09:00:00Z").line(), entry(DELETE, "2025-03-02T09:00:00Z").line()];
    lines.extend(later.iter().map(Entry::line));
    lines
}

#[test]
fn no_later_event_excuses() {
    let renamed = |action, time| Entry { organization: ["org_1", "Sandbox"], ..entry(action, time) };
    let policy = [("ssoaudit.toml", SUPPRESSION)];
    for later in [
        renamed(VIEW, "2025-03-03T09:00:00Z"),
        renamed(VIEW, "2025-03-02T09:00:00.001Z"),
        renamed("sso.nobody_knows", "2025-03-01T10:00:00Z"),
        renamed(VIEW, "9999-03-03T09:00:00Z"),
    ] {
        let lines = deleted_and(&[later]);
        assert_eq!(statuses(&lines, &policy, &["connection-deleted"]), ["connection-deleted open"]);
    }
    // Known so by then, and no longer otherwise.
    let lines = deleted_and(&[renamed(VIEW, "2025-03-02T08:00:00Z")]);
    assert_eq!(statuses(&lines, &policy, &["connection-deleted"]), ["connection-deleted suppressed"]);
    // Both names are in use: either of them may be its own.
    let lines = deleted_and(&[
        renamed(VIEW, "2025-03-02T08:00:00Z"),
        entry(VIEW, "2025-03-02T08:30:00Z"),
        renamed(VIEW, "2025-03-02T08:45:00Z"),
    ]);
    assert_eq!(statuses(&lines, &policy, &["connection-deleted"]), ["connection-deleted open"]);
}

#[test]
fn the_roster_knows_what_the_event_itself_says() {
    let policy = [
        ("ssoaudit.toml", "version = 1\nroster = \"roster.csv\"\n"),
        ("roster.csv", "organization,actor,role\norg_1,boss@x.example,admin\n"),
    ];
    let by = |email: &'static str, time| Entry { actor: ["user_ann", email], ..entry(PORTAL, time) };
    let rule = &["not-on-roster"];
    // Whatever the address is later or was earlier.
    let now_boss = by("boss@x.example", "2025-03-05T09:00:00Z").line();
    let was_ann = by("ann@x.example", "2025-03-02T09:00:00Z").line();
    assert_eq!(statuses(&[was_ann, now_boss.clone()], &policy, rule), ["not-on-roster open"]);
    let was_boss = by("boss@x.example", "2025-03-01T09:00:00Z").line();
    let is_ann = by("ann@x.example", "2025-03-02T09:00:00Z").line();
    assert_eq!(statuses(&[was_boss, is_ann, now_boss], &policy, rule), ["not-on-roster open"]);
}

#[test]
fn a_scope_covers_every_name_that_the_log_has() {
    let scope = "version = 1\n[rules.connection-deleted]\norganizations = [\"Acme\"]\n";
    let renamed = Entry { organization: ["org_1", "Zzz"], ..entry(VIEW, "2025-03-03T09:00:00Z") };
    let lines = deleted_and(&[renamed]);
    let found = statuses(&lines, &[("ssoaudit.toml", scope)], &["connection-deleted", "identity-changed"]);
    assert_eq!(found, ["connection-deleted open", "identity-changed open"]);
}

#[test]
fn two_vendors_may_give_one_id_to_different_things() {
    let lines = [
        webhook("2025-03-01T09:00:00Z", "enabled", "org_1", "conn_1"),
        webhook("2025-03-02T09:00:00Z", "disabled", "org_1", "conn_1"),
        // Another organization's connection with the same ids.
        entry(DELETE, "2025-03-03T09:00:00Z").line(),
        webhook("2025-03-20T09:00:00Z", "enabled", "org_2", "conn_2"),
    ];
    let json = parsed(&run(&["report", "connections", "--format", "json"], &lines, &[]));
    let rows = json["connections"].as_array().unwrap().iter();
    let rows = rows.map(|row| [row["connection_id"].clone(), row["state"].clone(), row["changes"].clone()]);
    let mut rows: Vec<_> = rows.map(|row| Value::from(row.to_vec()).to_string()).collect();
    rows.sort();
    assert_eq!(rows, [r#"["conn_1","deleted",1]"#, r#"["conn_1","disabled",2]"#, r#"["conn_2","active",1]"#]);
    // Nor does one that is enabled there end what began here.
    let lines = [
        entry(DELETE, "2025-03-01T09:00:00Z").line(),
        webhook("2025-03-01T10:00:00Z", "enabled", "org_1", "conn_9"),
        entry(VIEW, "2025-03-20T09:00:00Z").line(),
    ];
    let found = statuses(&lines, &[], &["org-left-without-sso"]);
    assert_eq!(found, ["org-left-without-sso open"]);
}

#[test]
fn what_comes_again_counts_once_in_whatever_spelling() {
    let view = entry(VIEW, "2025-03-01T09:00:00Z");
    let respelt = view
        .line()
        .replace("occurredAt", "occurred_at")
        .replace("2025-03-01T09:00:00Z", "2025-03-01T10:00:00.000+01:00")
        .replace("userAgent", "user_agent")
        .replacen('{', "{ ", 1);
    assert!(respelt.contains("user_agent") && respelt.contains("+01:00"));
    let other = Entry { ip: "192.0.2.2", ..entry(VIEW, "2025-03-01T09:00:00Z") };
    let lines = [view.line(), view.line(), respelt, other.line()];
    for threads in ["1", "3"] {
        for block in ["64", "100000"] {
            let more = ["--threads", threads, "--block-bytes", block, "--format", "json"];
            let of = |command: &[&str]| parsed(&run(&[command, &more[..]].concat(), &lines, &[]));
            let summary = of(&["summary"]);
            assert_eq!(summary["input"]["redeliveries"], 2, "{summary}");
            assert_eq!(summary["actors"][0]["events"], 2);
            assert_eq!(summary["actions"][0]["events"], 2);
            assert_eq!(of(&["report", "admins"])["admins"][0]["events"], 2);
            assert_eq!(of(&["report", "access"])["sessions"][0]["events"], 2);
        }
    }
    // Three times the same is no history of three.
    let policy = "version = 1\n[rules.new-address]\nhistory = 2\n";
    let portal = Entry { ip: "192.0.2.9", ..entry(PORTAL, "2025-03-02T09:00:00Z") }.line();
    let again = [view.line(), view.line(), view.line(), portal.clone()];
    assert_eq!(statuses(&again, &[("ssoaudit.toml", policy)], &["new-address"]), [""; 0]);
    let different = [view.line(), entry(VIEW, "2025-03-01T09:00:01Z").line(), portal];
    assert_eq!(statuses(&different, &[("ssoaudit.toml", policy)], &["new-address"]), ["new-address open"]);
}

/// Redeliveries and conflicts among some lines.
fn copies(lines: &[String]) -> [u64; 2] {
    let summary = parsed(&run(&["summary", "--format", "json"], lines, &[]));
    ["redeliveries", "conflicts"].map(|key| summary["input"][key].as_u64().unwrap())
}

#[test]
fn an_event_is_one_whoever_delivers_its_id() {
    // A log stream repeats the id of an entry beside the entry, which an export has by itself.
    let text = fixture("sources/auth0/documented.ndjson");
    let streamed = text.split(|byte| *byte == b'\n').next().unwrap();
    let mut both: Value = serde_json::from_slice(streamed).unwrap();
    let entry = both["data"].clone();
    let mut beside = both.clone();
    beside["data"].as_object_mut().unwrap().remove("log_id");
    assert_eq!(copies(&[both.to_string(), entry.to_string(), beside.to_string()]), [2, 0]);
    both["data"]["log_id"] = "another".into();
    assert_eq!(copies(&[both.to_string(), entry.to_string()]), [0, 1]);
}

#[test]
fn an_empty_element_of_a_list_counts() {
    let line = |target: &str| {
        format!(
            r#"{{"uuid":"u","published":"2025-03-01T09:00:00Z","eventType":"user.session.start"{target}}}"#
        )
    };
    assert_eq!(copies(&[line(""), line(r#","target":[{}]"#)]), [0, 1]);
    assert_eq!(copies(&[line(r#","target":[{}]"#), line(r#", "target": [ { } ]"#)]), [1, 0]);
}

#[test]
fn an_address_is_one_in_every_spelling() {
    let from = |ip, time| Entry { ip, ..entry(VIEW, time) }.line();
    let lines = [
        from("2001:db8::1", "2025-03-01T09:00:00Z"),
        from("2001:0DB8:0:0:0:0:0:1", "2025-03-01T09:01:00Z"),
        from("::ffff:192.0.2.7", "2025-03-01T09:02:00Z"),
        from("192.0.2.7", "2025-03-01T09:03:00Z"),
    ];
    let summary = parsed(&run(&["summary", "--format", "json"], &lines, &[]));
    let ips: Vec<_> = summary["ips"].as_array().unwrap().iter().map(|row| row["name"].clone()).collect();
    assert_eq!(ips, ["192.0.2.7", "2001:db8::1"]);
    let admins = parsed(&run(&["report", "admins", "--format", "json"], &lines, &[]));
    assert_eq!(admins["admins"][0]["ips"], 2);
    let access = parsed(&run(&["report", "access", "--format", "json"], &lines, &[]));
    assert_eq!(access["first_uses"].as_array().unwrap().len(), 1, "{access}");
}

#[test]
fn names_are_shown_whatever_is_selected() {
    let lines = deleted_and(&[]);
    for command in [
        &["report", "removals", "--action", "deleted", "--format", "json"][..],
        &["report", "changes", "--since", "2025-03-02", "--format", "json"],
        &["report", "connections", "--action", "deleted", "--format", "json"],
        &["report", "authorization", "--action", "deleted", "--section", "users", "--format", "json"],
        &["summary", "--since", "2025-03-02", "--section", "organizations", "--format", "json"],
    ] {
        let json = parsed(&run(command, &lines, &[]));
        let rows = json
            .as_object()
            .unwrap()
            .values()
            .find_map(|it| it.as_array()?.first().filter(|row| row.is_object()).cloned());
        assert_eq!(rows.unwrap()["organization_name"], "Acme", "{command:?}");
    }
}
