//! The JSON Schema (draft 2020-12) of the normalized event, derived from the table of attributes.

use serde_json::{Value, json};

use crate::json::schema::{DRAFT, about, count, list, members, merge, object, text};
use crate::model::attribute::{ATTRIBUTES, AttributeInfo, ValueKind};
use crate::model::attribute_tree::{Group, Member};
use crate::model::diagnostic::JUDGED;
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
    merge(&mut event["properties"], retained());
    let mut schema = json!({ "$schema": DRAFT, "title": SCHEMA });
    merge(&mut schema, event);
    schema
}

/// What an event has besides its attributes, so that it can be read again; not every event has each of them.
fn retained() -> Value {
    let texts = json!({ "type": "object" });
    let code = JUDGED.iter().copied().flatten().map(|code| code.name).collect::<Vec<_>>();
    let diagnostic = members([("code", json!({ "enum": code })), ("message", text())]);
    let mut origin = members([("input", text()), ("line", count())]);
    merge(&mut origin["properties"], json!({ "copy": count() }));
    json!({
        "texts": about(texts, "all texts of attributes for which the event gives several, nested as the attributes are"),
        "diagnostics": about(list(diagnostic), "what was wrong with the line, as far as rules look at it"),
        "content": about(json!({ "type": "string", "pattern": "^[0-9a-f]{32}$" }), "digest of the content of the line"),
        "origin": about(origin, "where the event was read first"),
    })
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
