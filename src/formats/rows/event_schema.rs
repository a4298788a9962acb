//! The JSON Schema (draft 2020-12) of the normalized event, derived from the table of attributes.

use serde_json::{Map, Value, json};

use crate::json::schema::{DRAFT, merge};
use crate::model::attribute::{ATTRIBUTES, AttributeInfo, ValueKind};
use crate::model::event::SCHEMA;
use crate::model::operation::OPERATIONS;
use crate::text::cut::split;

/// The schema of the normalized event.
pub fn schema() -> Value {
    let all: Vec<_> = ATTRIBUTES.iter().collect();
    let mut event = neutral(&all, "");
    event["properties"]["schema"] = json!({ "const": SCHEMA });
    if let Some(required) = event["required"].as_array_mut() {
        required.insert(0, "schema".into());
    }
    let mut schema = json!({ "$schema": DRAFT, "title": SCHEMA });
    merge(&mut schema, event);
    schema
}

fn neutral(infos: &[&AttributeInfo], prefix: &str) -> Value {
    let mut properties = Map::new();
    let mut rest = infos;
    while let [first, ..] = rest {
        let name = split(first.name, prefix.len()).1;
        let Some((group, _)) = name.split_once('.') else {
            properties.insert(name.into(), attribute(first));
            rest = &rest[1..];
            continue;
        };
        let path = split(first.name, prefix.len() + group.len() + 1).0;
        let (inside, after) = rest.split_at(rest.partition_point(|info| info.name.starts_with(path)));
        let mut object = neutral(inside, path);
        object["type"] = json!(["object", "null"]);
        properties.insert(group.into(), object);
        rest = after;
    }
    let required: Vec<_> = properties.keys().cloned().collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
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
