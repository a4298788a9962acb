//! The JSON Schema (draft 2020-12) of a sheet in JSON, derived from its sections.
//!
//! A report has the same sections for every input, so any of its sheets yields its schema.

use serde_json::{Map, Value, json};

use super::json::left_out_key;
use crate::json::schema::{DRAFT, count, list, members, object, time};
use crate::reports::sheet::{Body, Chart, Kind, Section, Sheet};

/// The schema of what [`super::json::document`] writes for the sheet.
pub fn schema(sheet: &Sheet<'_>) -> Value {
    let name = sheet.schema;
    let mut properties = Map::new();
    properties.insert("schema".into(), json!({ "const": name }));
    let mut notes = list(json!({ "type": "string" }));
    notes["description"] = "what a reader has to know about what is shown".into();
    properties.insert("notes".into(), notes);
    for section in &sheet.sections {
        properties.insert(section.key.into(), part(section));
        if matches!(section.body, Body::Table(_)) {
            let mut count = count();
            count["description"] = format!("how many further rows of `{}` were left out", section.key).into();
            properties.insert(left_out_key(section), count);
        }
    }
    let mut schema = json!({ "$schema": DRAFT, "title": name });
    if let (Value::Object(schema), Value::Object(object)) = (&mut schema, object(properties)) {
        schema.extend(object);
    }
    schema
}

fn part(section: &Section<'_>) -> Value {
    let mut schema = match &section.body {
        Body::Facts(facts) => {
            object(facts.iter().map(|fact| (fact.key.to_owned(), value(fact.kind, fact.label))).collect())
        }
        Body::Table(table) => {
            let columns = table.columns.iter();
            list(object(
                columns.map(|column| (column.key.to_owned(), value(column.kind, column.about))).collect(),
            ))
        }
        Body::Chart(chart) => numbers(chart),
    };
    schema["description"] = section.title.into();
    schema
}

/// The schema of a value that may be absent.
fn value(kind: Kind, about: &str) -> Value {
    let mut schema = match kind {
        Kind::Text | Kind::Id => json!({ "type": ["string", "null"] }),
        Kind::Number | Kind::Duration => json!({ "type": ["integer", "null"], "minimum": 0 }),
        Kind::Integer => json!({ "type": ["integer", "null"] }),
        Kind::Share => json!({ "type": ["number", "null"], "minimum": 0, "maximum": 1 }),
        Kind::Time => json!({ "type": ["string", "null"], "format": "date-time" }),
        Kind::Flag => json!({ "type": ["boolean", "null"] }),
        Kind::List => json!({ "type": ["array", "null"], "items": { "type": "string" } }),
    };
    schema["description"] = about.into();
    schema
}

fn numbers(chart: &Chart) -> Value {
    let name = || ("name", json!({ "type": "string" }));
    match chart {
        Chart::Timeline { .. } => {
            let bucket = members([("from", time()), ("count", count())]);
            let unit = json!({ "enum": ["hour", "day", "week", "month", "year"] });
            members([("unit", unit), ("buckets", list(bucket))])
        }
        Chart::Heat(_) => {
            let mut hours = list(count());
            (hours["minItems"], hours["maxItems"]) = (24.into(), 24.into());
            let mut days = list(hours);
            (days["minItems"], days["maxItems"]) = (7.into(), 7.into());
            days["description"] = "by weekday, Monday first, and by hour".into();
            list(members([name(), ("counts", days)]))
        }
        Chart::Stretches { .. } => {
            let open = json!({ "type": "boolean", "description": "whether it goes on beyond the log" });
            let presumed = json!({ "type": "boolean", "description": "whether it is only presumed" });
            let stretch = members([("from", time()), ("to", time()), ("open", open), ("presumed", presumed)]);
            let row = members([name(), ("stretches", list(stretch))]);
            let end = |about: &str| {
                let mut end = time();
                end["type"] = json!(["string", "null"]);
                end["description"] = format!("{about} of the log; null where it has no event").into();
                end
            };
            members([("from", end("beginning")), ("to", end("end")), ("rows", list(row))])
        }
    }
}
