//! Formats in a schema that others define: what is printed satisfies the schema, and nothing of the event is lost.
//!
//! `testdata/ocsf/` and `testdata/ecs/` have what the schemas say, as far as it is needed.

mod ecs;
mod ocsf;

use std::collections::BTreeSet;

use jsonschema::Validator;
use serde_json::{Map, Value};
use ssoaudit::json::{self, Document};
use ssoaudit::sources;

use crate::support::run::{attributes_only, fixture, ssoaudit};

/// Every format with what holds a line of it to its schema.
pub fn validators() -> [(&'static str, Validator); 2] {
    [("ocsf", ocsf::validator()), ("ecs", ecs::validator())]
}

fn validator(schema: &Value) -> Validator {
    jsonschema::options().should_validate_formats(true).build(schema).unwrap()
}

fn facts(name: &str) -> Value {
    serde_json::from_slice(&fixture(name)).unwrap()
}

fn members(value: &Value) -> &Map<String, Value> {
    value.as_object().unwrap()
}

/// The sample export and the documented events of every source, with more options.
fn events(options: &[&str]) -> Vec<Value> {
    let documented = sources::ALL.iter().map(|it| format!("testdata/sources/{}/documented.ndjson", it.name));
    let paths: Vec<_> = documented.chain(["testdata/sso-events.ndjson".to_owned()]).collect();
    let paths: Vec<_> = paths.iter().map(String::as_str).collect();
    let run = ssoaudit(&[&["filter"], options, &paths].concat());
    assert_eq!(run.code, 0, "{}", run.stderr);
    run.stdout.lines().map(event).collect()
}

/// The event of a line, in which no object has two members of the same name.
fn event(line: &str) -> Value {
    let mut nodes = Vec::new();
    json::parse(line, &mut nodes).unwrap();
    assert_eq!(Document { text: line, nodes: &nodes }.duplicates().count(), 0, "{line}");
    serde_json::from_str(line).unwrap()
}

/// Holds a line to its schema.
pub fn assert_valid(validator: &Validator, event: &Value) {
    if let Err(error) = validator.validate(event) {
        panic!("{error} at {} of {event}", error.instance_path());
    }
}

/// The event is valid, and none of these values may stand in it, each at the place of its pointer; `None` removes what
/// is there.
fn assert_refused(validator: &Validator, event: &Value, changes: &[(&str, Option<Value>)]) {
    assert_valid(validator, event);
    for (pointer, value) in changes {
        let mut changed = event.clone();
        let (object, name) = pointer.rsplit_once('/').unwrap();
        let object = changed.pointer_mut(object).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => drop(object.insert(name.to_owned(), value.clone())),
            None => assert!(object.remove(name).is_some(), "{pointer}"),
        }
        assert!(!validator.is_valid(&changed), "{pointer} of {changed}");
    }
}

#[test]
fn everything_satisfies_its_schema() {
    let key = ["--redact", "--redact-key-file", "testdata/roster.csv"];
    for (format, validator) in validators() {
        for redact in [&[][..], &key] {
            let events = events(&[&["--format", format], redact].concat());
            assert!(events.len() > 300, "{}", events.len());
            events.iter().for_each(|event| assert_valid(&validator, event));
        }
    }
}

/// The values in an object, those of objects in it as well.
fn leaves(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|value| leaves(value, found)),
        Value::Null => {}
        Value::String(text) => drop(found.insert(text.to_lowercase())),
        other => drop(found.insert(other.to_string())),
    }
}

#[test]
fn nothing_of_an_event_is_lost() {
    let neutral = events(&["--normalize", "--format", "ndjson"]);
    for (format, _) in validators() {
        let mapped = events(&["--format", format]);
        assert_eq!(mapped.len(), neutral.len());
        for (mapped, neutral) in mapped.iter().zip(&neutral) {
            let (mut expected, mut found) = (BTreeSet::new(), BTreeSet::new());
            let mut neutral = attributes_only(neutral.clone());
            neutral["schema"].take();
            if format == "ecs" {
                // It is a date there.
                neutral["epoch_ms"].take();
            }
            leaves(&neutral, &mut expected);
            leaves(mapped, &mut found);
            assert!(found.is_superset(&expected), "{format}: {mapped} lacks {:?}", &expected - &found);
        }
    }
}
