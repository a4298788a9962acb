//! The published schemas against fixtures: they refuse what validation calls an error that a
//! schema can say, and accept what it accepts.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::Value;
use ssoaudit::json::{self, Document};
use ssoaudit::sources;

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

/// Name of the source whose event it is.
fn source_of(event: &Value) -> &'static str {
    let (text, mut nodes) = (event.to_string(), Vec::new());
    json::parse(&text, &mut nodes).unwrap();
    sources::detect(Document { text: &text, nodes: &nodes }).unwrap().name
}

#[test]
fn documented_events_satisfy_their_schema() {
    for name in sources::ALL.iter().map(|source| source.name) {
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
    let schemas: BTreeMap<_, _> =
        sources::ALL.iter().map(|source| (source.name, schema(source.name))).collect();
    let accepts = |event: &Value| schemas[source_of(event)].is_valid(event);
    for code in ["missing-field", "wrong-type", "bad-id", "empty-value"] {
        let events = lines(&format!("diagnostics/{code}.ndjson"));
        for (number, event) in events.iter().enumerate() {
            let is_clean = number == 0 || number + 1 == events.len();
            assert_eq!(accepts(event), is_clean, "{code} line {}", number + 1);
        }
    }
    for code in ["unknown-action", "odd-id", "contradiction", "naive-time", "unknown-field", "other-event"] {
        for event in lines(&format!("diagnostics/{code}.ndjson")) {
            assert!(accepts(&event), "{code}: {event}");
        }
    }
}

#[test]
fn normalized_events_satisfy_the_neutral_schema() {
    let schema = schema("ssoaudit.event.v2");
    let documented =
        sources::ALL.iter().map(|source| format!("testdata/sources/{}/documented.ndjson", source.name));
    for path in documented.chain(["testdata/sso-events.ndjson".to_owned()]) {
        let run = ssoaudit(&["filter", "--normalize", &path]);
        for line in run.stdout.lines() {
            let event: Value = serde_json::from_str(line).unwrap();
            if let Err(error) = schema.validate(&event) {
                panic!("{error} in {event}");
            }
        }
    }
    assert!(!schema.is_valid(&serde_json::json!({"schema": "ssoaudit.event.v2"})));
}
