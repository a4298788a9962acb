//! Events of one moment: which of them is the first does not follow from the order of lines and files, so neither may
//! what is found.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::run::ssoaudit;

/// Deletes a connection.
fn deletion(email: &str, more: &Value) -> Value {
    let mut event = json!({
        "action": "sso.delete_connection", "occurredAt": "2025-06-01T10:00:00Z", "version": 1,
        "actor": {"type": "user", "id": "user_bob", "name": "Bob", "metadata": {
            "email": email, "impersonator_email": "", "impersonator_reason": "",
        }},
        "targets": [{"type": "sso_connection", "id": "conn_b", "name": "OktaSAML Connection", "metadata": {
            "connection_id": "conn_b", "connection_type": "OktaSAML", "organization_id": "org_b",
        }}],
        "context": {"location": "192.0.2.1", "userAgent": "UA"},
        "metadata": {"source": "/organizations/org_b/sso"},
    });
    for (key, value) in more.as_object().unwrap() {
        event[key] = value.clone();
    }
    event
}

fn write(folder: &Path, name: &str, lines: &[&Value]) -> String {
    let path = folder.join(name);
    fs::write(&path, lines.iter().map(|line| format!("{line}\n")).collect::<String>()).unwrap();
    path.to_str().unwrap().to_owned()
}

/// The exit status, and every finding without the line where it is.
fn found(args: &[&str]) -> (i32, Vec<Value>) {
    let run = ssoaudit(&[&["check", "--format", "ndjson", "--now", "2025-06-02T00:00:00Z"], args].concat());
    let findings = run.stdout.lines().map(|line| {
        let mut finding: Value = serde_json::from_str(line).unwrap();
        finding["line"].take();
        finding["others"].take();
        finding
    });
    (run.code, findings.collect())
}

/// What is found in both orders of two lines, which has to be the same and something.
fn in_both_orders(lines: [&Value; 2], args: &[&str]) -> (i32, Vec<Value>) {
    let folder = tempfile::tempdir().unwrap();
    let [one, other] = lines;
    let orders = [[one, other], [other, one]].map(|lines| {
        let log = write(folder.path(), "log.ndjson", &lines);
        found(&[args, &[&log]].concat())
    });
    assert_eq!(orders[0], orders[1]);
    assert_ne!(orders[0].1, [] as [Value; 0]);
    orders[0].clone()
}

#[test]
fn the_order_of_lines_decides_no_verdict() {
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("policy.toml");
    fs::write(
        &policy,
        "version = 1\n[[planned]]\norganization = \"org_b\"\noperation = \"deleted\"\nactor = \"bob@example.com\"\n\
         not-before = \"2025-06-01T00:00:00Z\"\nexpires = \"2025-06-02T00:00:00Z\"\nticket = \"CHG-1\"\n",
    )
    .unwrap();
    let lines = [deletion("bob@example.net", &json!({})), deletion("bob@example.com", &json!({}))];
    let policy = ["--policy", policy.to_str().unwrap()];
    in_both_orders(lines.each_ref(), &policy);
    in_both_orders(lines.each_ref(), &[&policy[..], &["--rule", "connection-deleted"]].concat());
    for email in ["bob@example.com", "bob@example.net"] {
        in_both_orders(lines.each_ref(), &["--where", &format!("actor.email == {email:?}")]);
    }
    // They differ only in whether an impersonation is blank.
    let actor = |reason: &str| {
        let metadata = json!({
            "email": "bob@example.com", "impersonator_email": "", "impersonator_reason": reason,
        });
        json!({ "actor": {"type": "user", "id": "user_bob", "name": "Bob", "metadata": metadata} })
    };
    let lines = ["", " "].map(|reason| deletion("bob@example.com", &actor(reason)));
    in_both_orders(lines.each_ref(), &["--where", "actor.impersonator.reason == \" \""]);
}

#[test]
fn a_correlation_of_simultaneous_events_has_one_fingerprint() {
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("burst.yml");
    fs::write(
        &rules,
        "title: many\nname: many\ndetection:\n  s:\n    operation: deleted\n  condition: s\n---\ntitle: burst\n\
         correlation:\n  type: event_count\n  rules: [many]\n  group-by: [organization.id]\n  timespan: 1h\n  \
         condition: {gte: 2}\n",
    )
    .unwrap();
    let of_type = |name: &str| {
        let metadata =
            json!({"connection_id": "conn_b", "connection_type": name, "organization_id": "org_b"});
        let target =
            json!({"type": "sso_connection", "id": "conn_b", "name": "Connection", "metadata": metadata});
        deletion("bob@example.com", &json!({ "id": "audit_1", "targets": [target] }))
    };
    let lines = ["OktaSAML", "GenericOIDC"].map(of_type);
    let rules = ["--rules", rules.to_str().unwrap(), "--rule", "burst"];
    assert_eq!(in_both_orders(lines.each_ref(), &rules).1.len(), 1);
}

#[test]
fn the_first_use_of_a_name_is_in_the_first_file_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let view = |email: &str, time: &str, organization: &str| {
        let target =
            json!({"type": "organization", "id": organization, "name": "O", "metadata": {"name": "O"}});
        let source = format!("/organizations/{organization}/sso");
        deletion(
            email,
            &json!({
                "action": "sso.view_settings", "occurredAt": time, "targets": [target],
                "metadata": {"source": source},
            }),
        )
    };
    let (ten, nine) = ("2025-06-01T10:00:00Z", "2025-06-01T09:00:00Z");
    let (later, earlier) = ("bob@example.com", "bob@x.example");
    let a = write(folder.path(), "a.ndjson", &[&view(later, ten, "org_a"), &view(earlier, nine, "org_a")]);
    let b = write(folder.path(), "b.ndjson", &[&view(later, ten, "org_b"), &view(later, ten, "org_c")]);
    let policy = folder.path().join("policy.toml");
    fs::write(
        &policy,
        "version = 1\n[[planned]]\norganization = \"*\"\noperation = \"disabled\"\nactor = \"*@example.com\"\n\
         not-before = \"2025-05-01T00:00:00Z\"\nexpires = \"2027-06-05\"\nticket = \"CHG-1\"\n",
    )
    .unwrap();
    let args = ["--policy", policy.to_str().unwrap(), "--rule", "identity-changed"];
    // The events again as normalized ones, whose origins are those files.
    let normalized = |order: [&str; 2]| {
        let run = ssoaudit(&["filter", "--normalize", order[0], order[1]]);
        let path = folder.path().join("normalized.ndjson");
        fs::write(&path, run.stdout).unwrap();
        path.to_str().unwrap().to_owned()
    };
    for threads in ["1", "2", "3"] {
        for order in [[&*a, &*b], [&*b, &*a]] {
            let again = normalized(order);
            for files in [&order[..], &[&*again]] {
                let (_, findings) = found(&[&args[..], &["--threads", threads], files].concat());
                let places: Vec<_> = findings.iter().map(|finding| finding["file"].as_str()).collect();
                assert_eq!(places, [Some(&*a)]);
            }
        }
    }
}

#[test]
fn a_line_number_that_is_too_high_is_not_made_another() {
    let folder = tempfile::tempdir().unwrap();
    let log = write(folder.path(), "log.ndjson", &[&deletion("bob@example.com", &json!({}))]);
    let line = ssoaudit(&["filter", "--normalize", &log]).stdout;
    let mut event: Value = serde_json::from_str(&line).unwrap();
    for (number, expected) in [(5_u64, 5_u64), (4_294_967_295, 4_294_967_295), (5_000_000_000, 1)] {
        event["origin"]["line"] = number.into();
        let path = write(folder.path(), "normalized.ndjson", &[&event]);
        let run = ssoaudit(&["check", "--format", "ndjson", "--now", "2025-06-02", &path]);
        let finding: Value = serde_json::from_str(run.stdout.lines().next().unwrap()).unwrap();
        assert_eq!(finding["line"], expected);
    }
}
