//! The parts that our JSON Schemas (draft 2020-12) are made of.

use serde_json::{Map, Value, json};

/// The dialect of every schema.
pub const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";

/// An object that always has exactly these members.
pub fn members<const N: usize>(members: [(&str, Value); N]) -> Value {
    object(members.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect())
}

/// The same with member names that are not constants.
pub fn object(properties: Map<String, Value>) -> Value {
    let required: Vec<_> = properties.keys().cloned().collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

/// An array.
pub fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

/// A whole number.
pub fn count() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}

/// A string.
pub fn text() -> Value {
    json!({ "type": "string" })
}

/// `true` or `false`.
pub fn flag() -> Value {
    json!({ "type": "boolean" })
}

/// A value that may be null.
pub fn or_null(mut schema: Value) -> Value {
    schema["type"] = json!([schema["type"], "null"]);
    schema
}

/// A value with a description.
pub fn about(mut schema: Value, about: &str) -> Value {
    schema["description"] = about.into();
    schema
}

/// A point in time.
pub fn time() -> Value {
    json!({ "type": "string", "format": "date-time" })
}

/// Adds the members of another schema.
pub fn merge(schema: &mut Value, more: Value) {
    if let (Value::Object(schema), Value::Object(more)) = (schema, more) {
        schema.extend(more);
    }
}
