//! The published schemas against fixtures: they refuse what validation calls an error that a
//! schema can say, and accept what it accepts.

use jsonschema::Validator;
use serde_json::Value;

use crate::support::run::{fixture, ssoaudit};

fn schema(name: &str) -> Validator {
    let run = ssoaudit(&["schema", name]);
    assert_eq!((run.stderr.as_str(), run.code), ("", 0));
    let schema: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    jsonschema::validator_for(&schema).unwrap()
}

fn lines(name: &str) -> Vec<Value> {
    let text = String::from_utf8(fixture(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn is_scalekit(event: &Value) -> bool {
    ["environment_id", "environmentId", "spec_version", "specVersion"]
        .iter()
        .any(|key| event.get(key).is_some())
}

fn of_its_source(event: &Value) -> &'static str {
    if is_scalekit(event) { "scalekit" } else { "centure" }
}

#[test]
fn documented_events_satisfy_their_schema() {
    for name in ["centure", "scalekit"] {
        let schema = schema(name);
        for event in lines(&format!("sources/{name}/documented.ndjson")) {
            if let Err(error) = schema.validate(&event) {
                panic!("{name}: {error} in {event}");
            }
        }
    }
}

#[test]
fn schemas_agree_with_validation() {
    let (centure, scalekit) = (schema("centure"), schema("scalekit"));
    let accepts = |event: &Value| match of_its_source(event) {
        "scalekit" => scalekit.is_valid(event),
        _ => centure.is_valid(event),
    };
    for code in ["missing-field", "wrong-type", "bad-id", "empty-value"] {
        let events = lines(&format!("findings/{code}.ndjson"));
        for (number, event) in events.iter().enumerate() {
            let is_clean = number == 0 || number + 1 == events.len();
            assert_eq!(accepts(event), is_clean, "{code} line {}", number + 1);
        }
    }
    for code in ["unknown-action", "odd-id", "contradiction", "naive-time", "unknown-field", "other-event"] {
        for event in lines(&format!("findings/{code}.ndjson")) {
            assert!(accepts(&event), "{code}: {event}");
        }
    }
}

#[test]
fn normalized_events_satisfy_the_neutral_schema() {
    let schema = schema("ssoaudit.event.v1");
    for name in
        ["sso-events.ndjson", "sources/centure/documented.ndjson", "sources/scalekit/documented.ndjson"]
    {
        let run = ssoaudit(&["filter", "--normalize", &format!("testdata/{name}")]);
        for line in run.stdout.lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            if let Err(error) = schema.validate(&event) {
                panic!("{error} in {event}");
            }
        }
    }
    assert!(!schema.is_valid(&serde_json::json!({"schema": "ssoaudit.event.v1"})));
}
