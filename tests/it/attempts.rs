//! Logs of attempts: no spelling of a call, a status, a time or a provider hides what was done or says more than that.

use serde_json::{Value, json};

use crate::support::run::{attributes_only, ssoaudit_with_input};

/// The normalized events of these lines.
fn normalized(lines: &[String]) -> Vec<Value> {
    let input = format!("{}\n", lines.join("\n"));
    let run = ssoaudit_with_input(&["filter", "--normalize", "--format", "ndjson"], input.as_bytes());
    run.stdout.lines().map(|line| attributes_only(serde_json::from_str(line).unwrap())).collect()
}

fn normal(line: &str) -> Value {
    let events = normalized(&[line.to_owned()]);
    assert_eq!(events.len(), 1, "{line}");
    events[0].clone()
}

fn call(method: &str, path: &str, status: &Value) -> Value {
    json!({
        "log_id": "900", "date": "2025-06-02T09:14:52.118Z", "type": "sapi", "description": "a call",
        "ip": "198.51.100.31", "tenant_name": "acme",
        "details": {"request": {"method": method, "path": path}, "response": {"statusCode": status}},
    })
}

#[test]
fn a_deletion_is_seen_however_its_path_is_written() {
    for path in [
        "/API/V2/Connections/con_1",
        "//api//v2/./connections//con_1/",
        "api/v2/%63onnections/con_1?x=/y#z",
        "https://acme.eu.auth0.com/api/v2/connections/con_1",
    ] {
        let event = normal(&call("DELETE", path, &json!(204)).to_string());
        assert_eq!([&event["operation"], &event["connection"]["id"]], ["deleted", "con_1"], "{path}");
    }
}

#[test]
fn ids_in_a_path_with_escapes_are_those_of_the_path() {
    let path = "/api/v2/organizations/org_1/enabled_connections/con_1";
    let line = call("delete", path, &json!(204)).to_string();
    for (from, to) in
        [("/", "\\/"), ("/", "\\u002f"), ("org_1", "\\u006frg_1"), ("/api", "/\\ud83d\\ude00/api")]
    {
        let written = line.replace(path, &path.replace(from, to));
        let event = normal(&written);
        if to.contains("ud83d") {
            assert_eq!(event["operation"], "other");
        } else {
            assert_eq!(
                [&event["organization"]["id"], &event["connection"]["id"]],
                ["org_1", "con_1"],
                "{written}"
            );
        }
    }
}

#[test]
fn only_a_status_makes_an_attempt_a_failure() {
    for (status, outcome) in [
        (json!(204), json!("success")),
        (json!("204"), json!("success")),
        (json!(204.0), json!("success")),
        (json!(403), json!("failure")),
        (json!("500"), json!("failure")),
        (json!(301), json!("failure")),
        (json!("OK"), Value::Null),
        (json!(""), Value::Null),
        (json!(2040), Value::Null),
        (Value::Null, Value::Null),
    ] {
        let event = normal(&call("delete", "/api/v2/connections/con_1", &status).to_string());
        assert_eq!(event["outcome"], outcome, "{status}");
    }
}

#[test]
fn a_type_in_capitals_is_that_type() {
    let line = call("delete", "/api/v2/connections/con_1", &json!(204)).to_string();
    assert_eq!(normal(&line.replace("sapi", "SAPI"))["operation"], "deleted");
    let failed = normal(&line.replace("sapi", "FAPI"));
    assert_eq!([&failed["operation"], &failed["outcome"]], ["deleted", "failure"]);
}

#[test]
fn lines_of_a_known_shape_are_read_as_when_alone() {
    let event = json!({
        "specversion": "1.0", "type": "connection.deleted", "source": "urn:auth0:acme.eu.auth0.com", "id": "evt_1",
        "time": "2025-06-02T09:30:00.000Z", "data": {"object": {"id": "con_1"}}, "a0tenant": "acme",
    })
    .to_string();
    let other = event.replace("urn:auth0:", "urn:other:");
    let lines: Vec<String> = [vec![event; 5], vec![other.clone()]].concat();
    assert_eq!(normalized(&lines)[5], normal(&other));
}

#[test]
fn what_an_enterprise_does_is_not_said_of_its_organization() {
    for (action, expected) in [("business.disable_saml", "90"), ("org.disable_saml", "73")] {
        let line = json!({
            "@timestamp": 1_748_854_800_123_i64, "_document_id": "d1", "action": action, "actor": "acme-owner",
            "org": "acme", "org_id": 73, "business": "acme-group", "business_id": 90,
        });
        let event = normal(&line.to_string());
        assert_eq!(
            [&event["organization"]["id"], &event["connection"]["id"]],
            [expected, expected],
            "{action}"
        );
    }
    let line = r#"{"@timestamp":1748854800123,"action":"business.disable_saml","org_id":[73]}"#;
    assert_eq!(normal(line)["connection"]["id"], Value::Null);
}

#[test]
fn times_with_an_exponent_are_read() {
    for time in ["1748854800123", "1748854800123.0", "1.748854800123E12", "17488548001230e-1"] {
        let line = format!(r#"{{"@timestamp":{time},"action":"org.disable_saml","org_id":73}}"#);
        assert_eq!(normal(&line)["time"], "2025-06-02T09:00:00.123Z", "{time}");
    }
    for time in ["1e300", "253402300800000", "1.5", "1.7488548001235E12", "true"] {
        let line = format!(r#"{{"@timestamp":{time},"action":"org.disable_saml","org_id":73}}"#);
        assert!(normalized(&[line]).is_empty(), "{time}");
    }
}

#[test]
fn rules_that_choose_a_provider_are_known_in_both_spellings() {
    for (policy, operation) in
        [("IdpDiscovery", "updated"), ("IDP_DISCOVERY", "updated"), ("PASSWORD", "other")]
    {
        let line = json!({
            "uuid": "u1", "published": "2025-06-02T09:14:52.118Z", "eventType": "policy.rule.update",
            "target": [{"type": "PolicyRule"}, {"type": "PolicyEntity", "detailEntry": {"policyType": policy}}],
        });
        assert_eq!(normal(&line.to_string())["operation"], operation, "{policy}");
    }
}
