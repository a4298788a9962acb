//! All that a line says, by which it is found again, and whether that fits together.

use std::collections::BTreeMap;

use serde_json::Value;

use super::reading::{Normal, camel};

/// The event, out of its wrapper.
fn unwrapped<'a>(root: &'a Value, normal: &Normal) -> &'a Value {
    let wrapped = root.get("event").filter(|event| event.is_object());
    wrapped.filter(|_| normal.event["source"] == "centure" && !normal.is_ambiguous).unwrap_or(root)
}

/// All that an event says, by path. What comes with its delivery is left aside, and so is how
/// documented keys and the time are spelt.
pub fn said(root: &Value, normal: &Normal, nanos: i128) -> BTreeMap<String, String> {
    let mut said = BTreeMap::new();
    let event = unwrapped(root, normal);
    let is_centure = normal.event["source"] == "centure";
    flatten(event, "", &mut said);
    let documented: &[&str] = if is_centure {
        &["/occurred_at", "/organization_id", "/context/user_agent"]
    } else {
        &[
            "/occurred_at",
            "/spec_version",
            "/environment_id",
            "/organization_id",
            "/display_name",
            "/data/organization_id",
            "/data/connection_type",
        ]
    };
    for path in documented {
        if let Some(value) = said.remove(&camel(path)) {
            said.insert((*path).to_owned(), value);
        }
    }
    if is_centure {
        said.remove("/version");
        said.remove("/organization_id");
        if let Some(id) = normal.event["id"].as_str() {
            said.insert("/id".to_owned(), id.to_owned());
        }
    }
    said.insert("/occurred_at".to_owned(), nanos.to_string());
    said.insert("source".to_owned(), normal.event["source"].to_string());
    said
}

fn flatten(value: &Value, path: &str, said: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                flatten(value, &format!("{path}/{key}"), said);
            }
        }
        Value::Array(items) => {
            for (at, item) in items.iter().enumerate() {
                flatten(item, &format!("{path}/{at}"), said);
            }
        }
        Value::String(text) => drop(said.insert(path.to_owned(), text.clone())),
        scalar => drop(said.insert(path.to_owned(), scalar.to_string())),
    }
}

/// Whether an event says something twice and not the same. Only the ways in which the generator lets
/// events do so.
pub fn contradicts(root: &Value, normal: &Normal) -> bool {
    let event = unwrapped(root, normal);
    let operation = normal.event["operation"].as_str().unwrap_or_default();
    if normal.event["source"] == "scalekit" {
        let says = &event["data"]["enabled"];
        let other = event.get("organization_id").or(event.get("organizationId"));
        let own = event["data"].get("organization_id").or(event["data"].get("organizationId"));
        let differs = operation != "other" && other.is_some() && own.is_some() && other != own;
        return (operation == "enabled" && says == false)
            || (operation == "disabled" && says == true)
            || differs;
    }
    let none = Vec::new();
    let targets = event["targets"].as_array().unwrap_or(&none);
    let of = |kind: &str| targets.iter().find(|target| target["type"] == kind);
    let page = event["metadata"]["source"].as_str().unwrap_or_default();
    let route = page.split_once("/organizations/").and_then(|(_, rest)| rest.split('/').next());
    let organization = of("organization").map(|target| &target["id"]);
    let connection = of("sso_connection");
    match operation {
        "viewed" | "portal-opened" => route.is_some_and(|route| organization.is_some_and(|id| *id != route)),
        "deleted" => connection.is_some_and(|target| {
            let metadata = &target["metadata"];
            let owner = &metadata["organization_id"];
            metadata["connection_id"] != target["id"]
                || route.is_some_and(|route| *owner != route)
                || organization.is_some_and(|id| id != owner)
        }),
        _ => false,
    }
}
