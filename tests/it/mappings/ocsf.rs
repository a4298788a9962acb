//! OCSF 1.3.0: the facts of `testdata/ocsf/entity_management.json` as a JSON Schema, and what activities are.

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use super::{assert_refused, events, facts, members};

/// What holds a line to the class.
pub fn validator() -> Validator {
    let facts = facts("ocsf/entity_management.json");
    let class = &facts["class"];
    let mut schema = object(&facts, class);
    let rules = schema["allOf"].as_array_mut().unwrap();
    for activity in members(&class["attributes"]["activity_id"]["enum"]).keys() {
        let (class, activity) = (class["uid"].as_i64().unwrap(), number(activity));
        let type_uid = json!({ "const": class * 100 + activity });
        rules.push(implies(&has("activity_id", &json!({ "const": activity })), &has("type_uid", &type_uid)));
    }
    rules.push(has("metadata", &has("version", &json!({ "const": facts["version"] }))));
    let objects = members(&facts["objects"]).iter();
    schema["$defs"] =
        objects.map(|(name, it)| (name.clone(), object(&facts, it))).collect::<Map<_, _>>().into();
    super::validator(&schema)
}

fn number(text: &str) -> i64 {
    text.parse().unwrap()
}

fn has(name: &str, value: &Value) -> Value {
    json!({ "properties": { name: value }, "required": [name] })
}

fn implies(condition: &Value, consequence: &Value) -> Value {
    json!({ "if": condition, "then": consequence })
}

/// An object that has attributes of the facts only; one of which they say nothing may have any.
fn object(facts: &Value, object: &Value) -> Value {
    let attributes = members(&object["attributes"]);
    let mut rules = vec![json!(true)];
    for (name, attribute) in attributes {
        rules.extend(sibling(name, attribute));
        rules.extend(profile(name, attribute));
        if attribute["requirement"] == "required" && attribute["profile"].is_null() {
            rules.push(has(name, &json!(true)));
        }
    }
    if let Some(names) = object["constraints"]["at_least_one"].as_array() {
        rules.push(
            json!({ "anyOf": names.iter().map(|name| json!({ "required": [name] })).collect::<Vec<_>>() }),
        );
    }
    let properties = attributes.iter().map(|(name, it)| (name.clone(), attribute(facts, it)));
    json!({
        "type": "object",
        "properties": properties.collect::<Map<_, _>>(),
        "additionalProperties": attributes.is_empty(),
        "allOf": rules,
    })
}

fn attribute(facts: &Value, attribute: &Value) -> Value {
    let mut schema = kind(facts, attribute["type"].as_str().unwrap());
    if let Some(values) = attribute["enum"].as_object() {
        let is_integer = schema["type"] == "integer";
        let value = |text: &String| if is_integer { json!(number(text)) } else { json!(text) };
        schema["enum"] = values.keys().map(value).collect();
    }
    if attribute["is_array"] == true { json!({ "type": "array", "items": schema }) } else { schema }
}

/// An object, or a type that is made of another one; what the facts lack is refused.
fn kind(facts: &Value, name: &str) -> Value {
    if facts["objects"].get(name).is_some() {
        return json!({ "$ref": format!("#/$defs/{name}") });
    }
    let fact = &facts["types"][name];
    let mut schema = match name {
        "string_t" => json!({ "type": "string" }),
        "integer_t" | "long_t" => json!({ "type": "integer" }),
        "boolean_t" => json!({ "type": "boolean" }),
        "json_t" => json!({}),
        _ => match fact["type"].as_str() {
            Some(base) => kind(facts, base),
            None => return json!(false),
        },
    };
    for (from, to) in [("regex", "pattern"), ("max_len", "maxLength")] {
        if let Some(limit) = fact.get(from) {
            schema[to] = limit.clone();
        }
    }
    schema
}

/// Beside a number stands its caption, unless the source has a word of its own.
fn sibling(name: &str, attribute: &Value) -> Vec<Value> {
    let (Some(sibling), Some(captions)) = (attribute["sibling"].as_str(), attribute["enum"].as_object())
    else {
        return Vec::new();
    };
    let own = captions.iter().filter(|(code, _)| *code != "99");
    let rule = |(code, caption): (&String, &Value)| {
        implies(&has(name, &json!({ "const": number(code) })), &has(sibling, &json!({ "const": caption })))
    };
    own.map(rule).collect()
}

/// An attribute of a profile needs that profile.
fn profile(name: &str, attribute: &Value) -> Option<Value> {
    let profiles = json!({ "contains": { "const": attribute.get("profile")? } });
    Some(implies(&json!({ "required": [name] }), &has("metadata", &has("profiles", &profiles))))
}

#[test]
fn what_is_damaged_is_refused() {
    let events = events(&["--format", "ocsf", "--action", "sso.delete_connection"]);
    let event = events.iter().find(|event| event["http_request"].is_object()).unwrap();
    let changes = [
        ("/connection", Some(json!("conn_1"))),
        ("/entity/protocol", Some(json!("saml"))),
        // The facts say nothing about this object.
        ("/device", Some(json!({ "type_id": 0 }))),
        ("/time", None),
        ("/metadata/version", None),
        ("/metadata/product", None),
        ("/metadata/product/vendor_name", None),
        ("/entity/name", Some(Value::Null)),
        ("/time", Some(json!("2025-01-22T14:34:17Z"))),
        ("/activity_id", Some(json!("4"))),
        ("/activity_id", Some(json!(42))),
        ("/activity_id", Some(json!(3))),
        ("/activity_name", Some(json!("Deleted"))),
        ("/type_uid", Some(json!(300_401))),
        ("/type_uid", Some(json!(300_304))),
        ("/class_uid", Some(json!(3003))),
        ("/metadata/version", Some(json!("1.4.0"))),
        ("/status", Some(json!("Success"))),
        // The actor needs the profile.
        ("/metadata/profiles", Some(json!([]))),
        ("/metadata/profiles", Some(json!("host"))),
        // One of several attributes has to be there.
        ("/actor/user", Some(json!({ "type_id": 1, "type": "User" }))),
        ("/entity", Some(json!({ "type_id": 99, "type": "SSO connection" }))),
        ("/src_endpoint/ip", Some(json!("Berlin"))),
        ("/actor/user/email_addr", Some(json!("nobody"))),
    ];
    assert_refused(&validator(), event, &changes);
}

#[test]
fn activities_are_what_happened_to_the_entity() {
    let events = events(&["--format", "ocsf"]);
    for (action, activity, type_uid, entity) in [
        ("sso.view_settings", "Read", 300_402, "Organization"),
        ("sso.create_management_portal_url", "sso.create_management_portal_url", 300_499, "Organization"),
        ("organization.sso_created", "Create", 300_401, "SSO connection"),
        ("connection.activated", "Enable", 300_408, "SSO connection"),
        ("connection.deactivated", "Disable", 300_409, "SSO connection"),
        ("sso.delete_connection", "Delete", 300_404, "SSO connection"),
        // The event does not say which connection it was.
        ("idp_configuration_deleted", "Delete", 300_404, "SSO connection"),
        ("system.idp.key.create", "Update", 300_403, "SSO connection"),
        ("organization.domain_created", "Update", 300_403, "Organization"),
        ("organization.deleted", "organization.deleted", 300_499, "Organization"),
        ("role.deleted", "role.deleted", 300_499, "Unknown"),
    ] {
        let mut found = events.iter().filter(|event| event["metadata"]["event_code"] == action).peekable();
        assert!(found.peek().is_some(), "{action}");
        for event in found {
            let told = [&event["activity_name"], &event["type_uid"], &event["entity"]["type"]];
            assert_eq!(told, [&json!(activity), &json!(type_uid), &json!(entity)], "{action}: {event}");
        }
    }
}

#[test]
fn a_label_tells_who_was_impersonated() {
    let mut labelled = events(&["--format", "ocsf"]);
    labelled.retain(|event| event["metadata"]["labels"] == json!(["impersonated"]));
    assert!(labelled.len() > 3);
    assert_eq!(labelled, events(&["--format", "ocsf", "--impersonated"]));
}

#[test]
fn an_organization_is_only_read_or_updated() {
    for event in events(&["--format", "ocsf"]) {
        let is_organization = event["entity"]["type_id"] == 4;
        let activity = event["activity_id"].as_i64().unwrap();
        assert!(!is_organization || [2, 3, 99].contains(&activity), "{event}");
        assert!(!is_organization || event["entity"]["uid"] == event["entity"]["org"]["uid"], "{event}");
    }
}
