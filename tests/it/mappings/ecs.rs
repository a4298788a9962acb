//! Elastic Common Schema: the facts of `testdata/ecs/fields.json` as a JSON Schema, and whose session it was.

use std::collections::BTreeMap;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{assert_refused, events, facts, members};

/// What holds a line to the schema. Its own object of a program may have any fields.
pub fn validator() -> Validator {
    let facts = facts("ecs/fields.json");
    let mut paths: Vec<(Vec<&str>, Value)> = Vec::new();
    for (path, kind) in members(&facts["fields"]) {
        let mut schema = kind_of(kind.as_str().unwrap());
        if let Some(values) = facts["allowed"].get(path) {
            let target = if schema["type"] == "array" { &mut schema["items"] } else { &mut schema };
            target["enum"] = values.clone();
        }
        paths.push((path.split('.').collect(), schema));
    }
    paths.push((vec!["ssoaudit"], json!({ "type": "object" })));
    let mut schema = object(&paths);
    let required =
        facts["required"].as_array().unwrap().iter().map(|path| has(path.as_str().unwrap(), json!(true)));
    let version = has("ecs.version", json!({ "const": facts["version"] }));
    schema["allOf"] = required.chain([version]).chain(expected_types(&facts)).collect();
    super::validator(&schema)
}

/// An object that has these fields only.
fn object(fields: &[(Vec<&str>, Value)]) -> Value {
    let mut groups: BTreeMap<&str, Vec<(Vec<&str>, Value)>> = BTreeMap::new();
    for (path, schema) in fields {
        groups.entry(path[0]).or_default().push((path[1..].to_vec(), schema.clone()));
    }
    let member = |fields: Vec<(Vec<&str>, Value)>| match &fields[..] {
        [(path, schema)] if path.is_empty() => schema.clone(),
        fields => object(fields),
    };
    let properties: serde_json::Map<_, _> =
        groups.into_iter().map(|(name, fields)| (name.to_owned(), member(fields))).collect();
    json!({ "type": "object", "properties": properties, "additionalProperties": false, "minProperties": 1 })
}

fn kind_of(kind: &str) -> Value {
    if let Some(kind) = kind.strip_suffix("[]") {
        return json!({ "type": "array", "items": kind_of(kind), "minItems": 1 });
    }
    match kind {
        "text" => json!({ "type": "string" }),
        "date" => json!({ "type": "string", "format": "date-time" }),
        "ip" => json!({ "type": "string", "anyOf": [{ "format": "ipv4" }, { "format": "ipv6" }] }),
        kind => json!({ "type": kind }),
    }
}

/// The field at a dotted path is there and satisfies a schema.
fn has(path: &str, schema: Value) -> Value {
    path.rsplit('.')
        .fold(schema, |schema, name| json!({ "properties": { name: schema }, "required": [name] }))
}

/// An event of a type has a category for which it is expected.
fn expected_types(facts: &Value) -> impl Iterator<Item = Value> {
    let types = facts["allowed"]["event.type"].as_array().unwrap().iter();
    types.map(|kind| {
        let expecting = members(&facts["expected_types"])
            .iter()
            .filter(|(_, types)| types.as_array().unwrap().contains(kind));
        let categories: Vec<_> = expecting.map(|(category, _)| category).collect();
        json!({
            "if": has("event.type", json!({ "contains": { "const": kind } })),
            "then": has("event.category", json!({ "contains": { "enum": categories } })),
        })
    })
}

#[test]
fn what_is_damaged_is_refused() {
    let events = events(&["--format", "ecs", "--action", "sso.delete_connection"]);
    let event = events.iter().find(|event| event["user"]["id"].is_string()).unwrap();
    let changes = [
        ("/connection", Some(json!({ "id": "conn_1" }))),
        ("/user/e_mail", Some(json!("a@example.com"))),
        ("/user.id", Some(json!("user_1"))),
        ("/@timestamp", None),
        ("/ecs", None),
        ("/@timestamp", Some(json!("22 January 2025"))),
        ("/@timestamp", Some(json!(1_737_556_457_934_i64))),
        ("/ecs/version", Some(json!("9.0.0"))),
        ("/event/kind", Some(json!("audit"))),
        ("/event/category", Some(json!(["sso"]))),
        ("/event/category", Some(json!("iam"))),
        ("/event/type", Some(json!(["removal"]))),
        // Types are expected with some categories.
        ("/event/type", Some(json!(["connection"]))),
        ("/event/category", None),
        ("/event/outcome", Some(json!("done"))),
        ("/source/ip", Some(json!("Berlin"))),
        ("/user", Some(json!({}))),
        ("/user/id", Some(Value::Null)),
    ];
    assert_refused(&validator(), event, &changes);
}

#[test]
fn an_impersonator_is_the_user() {
    let impersonated = events(&["--format", "ecs", "--impersonated"]);
    assert!(impersonated.len() > 3);
    for event in impersonated {
        let user = &event["user"];
        assert!(user["id"].is_null() && user["effective"]["id"].is_string(), "{event}");
        assert_ne!(user["email"], user["effective"]["email"], "{event}");
    }
    let others = events(&["--format", "ecs", "--impersonated", "--invert-match"]);
    assert!(others.iter().all(|event| event["user"]["effective"].is_null()));
    assert!(others.iter().any(|event| event["user"]["id"].is_string()));
}

#[test]
fn what_is_not_known_is_left_out() {
    let events = events(&["--format", "ecs"]);
    let of = |action: &'static str| events.iter().filter(move |event| event["event"]["action"] == action);
    for event in of("user.view_settings") {
        assert!(event["event"]["category"].is_null() && event["event"]["type"].is_null(), "{event}");
    }
    let outcomes: Vec<_> = of("sso.delete_connection").map(|event| &event["event"]["outcome"]).collect();
    assert!(!outcomes.is_empty() && outcomes.iter().all(|outcome| outcome.is_null()));
}
