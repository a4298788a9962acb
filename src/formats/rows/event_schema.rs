//! The JSON Schema (draft 2020-12) of the normalized event, derived from the table of attributes.

use serde_json::{Value, json};

use crate::formats::rows::attribute_tree::{Group, Member};
use crate::json::schema::{DRAFT, merge, object};
use crate::model::attribute::{ATTRIBUTES, AttributeInfo, ValueKind};
use crate::model::event::SCHEMA;
use crate::model::operation::OPERATIONS;

/// The schema of the normalized event.
pub fn schema() -> Value {
    let all: Vec<_> = ATTRIBUTES.iter().collect();
    let mut event = neutral(Group::root(&all));
    event["properties"]["schema"] = json!({ "const": SCHEMA });
    if let Some(required) = event["required"].as_array_mut() {
        required.insert(0, "schema".into());
    }
    let mut schema = json!({ "$schema": DRAFT, "title": SCHEMA });
    merge(&mut schema, event);
    schema
}

fn neutral(group: Group<'_>) -> Value {
    let members = group.members().map(|member| match member {
        Member::Attribute(name, info) => (name.to_owned(), attribute(info)),
        Member::Group(name, group) => {
            let mut schema = neutral(group);
            schema["type"] = json!(["object", "null"]);
            (name.to_owned(), schema)
        }
    });
    object(members.collect())
}

fn attribute(info: &AttributeInfo) -> Value {
    let kind = match info.kind {
        ValueKind::Text => "string",
        ValueKind::Integer => "integer",
        ValueKind::Flag => "boolean",
    };
    let kind = if info.always { json!(kind) } else { json!([kind, "null"]) };
    let mut schema = json!({ "type": kind, "description": info.about });
    if info.name == "operation" {
        schema["enum"] = OPERATIONS.iter().map(|operation| operation.name).collect();
    }
    schema
}
