//! The JSON Schema (draft 2020-12) of a source, derived from its table.
//!
//! A schema says no more than the table does: vocabularies are open, so documented values
//! are examples, not an `enum`.

use serde_json::{Map, Value, json};

use crate::json::schema::{DRAFT, merge};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::Level;
use crate::model::operation::Operation;
use crate::sources::{self, Action, Expect, Field, FieldKind, Source, Tree};

/// The schema of a source's lines.
pub fn of_source(source: &Source) -> Value {
    let mut event = object(source, source.trees.of(""), Members::Usual);
    and(&mut event, conditions(source));
    let mut schema = json!({ "$schema": DRAFT, "title": source.about });
    if source.wrappers.is_empty() {
        merge(&mut schema, event);
        return schema;
    }
    let complete: Vec<_> = sources::ALL.iter().map(|source| complete(source)).collect();
    schema["$defs"] = json!({ "event": event, "complete": { "anyOf": complete } });
    let event = json!({ "$ref": "#/$defs/event" });
    merge(
        &mut schema,
        source.wrappers.iter().rev().fold(event, |event, wrapper| wrapped(wrapper.key, &event)),
    );
    schema
}

/// An event that may be in the member of that key: see [`Source::layers`].
fn wrapped(key: &str, event: &Value) -> Value {
    let wraps = json!({ "properties": { key: { "type": "object" } }, "required": [key] });
    json!({
        "if": { "allOf": [wraps, { "not": { "$ref": "#/$defs/complete" } }] },
        "then": { "type": "object", "properties": { key: event } },
        "else": event,
    })
}

/// A complete event of this source, whatever it wraps.
fn complete(source: &Source) -> Value {
    let fields = || {
        let members = source.trees.of("").members.iter();
        members.filter_map(|member| Some((member, &source.fields[usize::from(member.field?)])))
    };
    let is_time = |field: &Field| field.attribute == Some(Attribute::Time);
    let given = |(member, field): (&Tree, &Field)| {
        let is_text = matches!(field.attribute, Some(Attribute::Action | Attribute::Time));
        let schema = if is_text { scalar_of(field) } else { json!(true) };
        let spellings = [Some(member.key), member.alias].into_iter().flatten();
        let each = spellings.map(|key| json!({ "properties": { key: schema }, "required": [key] }));
        json!({ "anyOf": each.collect::<Vec<_>>() })
    };
    let required = fields().filter(|(_, field)| field.required && !is_time(field)).map(given);
    let times: Vec<_> = fields().filter(|(_, field)| is_time(field)).map(given).collect();
    let parts = required.chain([json!({ "anyOf": times })]);
    json!({ "type": "object", "allOf": parts.collect::<Vec<_>>() })
}

/// Which members of an object are meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Members {
    /// Those of every event.
    Usual,
    /// Those that only events about SSO connections have.
    SsoOnly,
    /// Those of a metadata object.
    Metadata,
}

fn object(source: &Source, tree: &Tree, which: Members) -> Value {
    let mut properties = Map::new();
    let (mut required, mut spelled) = (Vec::new(), Vec::new());
    for member in &tree.members {
        let Some(field) = member.field.map(|id| &source.fields[id as usize]) else {
            continue;
        };
        if field.sso_only != (which == Members::SsoOnly) {
            continue;
        }
        let schema = value(source, field, member, which);
        properties.insert(member.key.into(), schema.clone());
        if let Some(alias) = member.alias {
            properties.insert(alias.into(), schema);
        }
        match (field.required, member.alias) {
            (false, _) => {}
            (true, None) => required.push(member.key),
            (true, Some(alias)) => {
                spelled.push(json!({ "oneOf": [{ "required": [member.key] }, { "required": [alias] }] }));
            }
        }
    }
    let mut schema = json!({ "type": "object", "properties": properties, "required": required });
    and(&mut schema, spelled);
    schema
}

fn value(source: &Source, field: &Field, tree: &Tree, which: Members) -> Value {
    let mut schema = match field.kind {
        FieldKind::Text if which == Members::Metadata && !field.required => scalar(),
        FieldKind::Text | FieldKind::Integer | FieldKind::TextOrInteger => scalar_of(field),
        FieldKind::Flag => json!({ "type": "boolean" }),
        FieldKind::Any => json!({}),
        FieldKind::Object | FieldKind::OpenObject => object(source, tree, Members::Usual),
        FieldKind::Metadata(_) => {
            let mut object = object(source, tree, Members::Metadata);
            object["additionalProperties"] = scalar();
            object
        }
        FieldKind::List => json!({ "type": "array", "items": elements(source, tree) }),
    };
    if !field.required && which != Members::Metadata && field.kind != FieldKind::Any {
        let types = match schema["type"].take() {
            Value::Array(types) => types,
            one => vec![one],
        };
        schema["type"] = types.into_iter().chain([json!("null")]).collect();
        if let Some(Value::Array(values)) = schema.get_mut("enum") {
            values.push(Value::Null);
        }
    }
    schema["description"] = field.about.into();
    schema
}

/// A value of a metadata object.
fn scalar() -> Value {
    json!({ "type": ["string", "number", "boolean"] })
}

/// A string or a number, whichever the field is.
fn scalar_of(field: &Field) -> Value {
    match field.kind {
        FieldKind::Integer => json!({ "type": "integer" }),
        FieldKind::TextOrInteger => json!({ "type": ["string", "integer"] }),
        _ => text(field),
    }
}

/// Only what makes a line invalid is a constraint; the rest is an annotation.
fn text(field: &Field) -> Value {
    let mut schema = json!({ "type": "string" });
    for expect in field.expects {
        match expect {
            Expect::NotEmpty => schema["minLength"] = 1.into(),
            Expect::Time => schema["format"] = "date-time".into(),
            Expect::Digits => schema["pattern"] = "^[0-9]+$".into(),
            Expect::Prefix(prefix, code) if code.level == Level::Error => {
                schema["pattern"] = format!("^{prefix}").into();
            }
            Expect::AtMost(limit, code) if code.level == Level::Error => {
                schema["maxLength"] = (*limit).into();
            }
            Expect::OneOf(vocabulary) => {
                schema["examples"] = vocabulary.terms.iter().map(|term| term.name).collect();
            }
            Expect::Known(names) => schema["enum"] = (names.names)().into(),
            Expect::Hexadecimal(digits) => schema["pattern"] = format!("^[0-9a-f]{{{digits}}}$").into(),
            Expect::Prefix(..) | Expect::AtMost(..) | Expect::Epoch(_) | Expect::Outcome(_) => {}
        }
    }
    schema
}

fn elements(source: &Source, list: &Tree) -> Value {
    let mut items = json!({ "type": "object" });
    let mut typed = Vec::new();
    for (value, element) in &list.elements {
        let object = object(source, element, Members::Usual);
        match list.discriminator.zip(*value) {
            None => merge(&mut items, object),
            Some((key, value)) => typed.push(json!({ "if": has_value(key, value), "then": object })),
        }
    }
    and(&mut items, typed);
    items
}

/// An object with that value for a key.
fn has_value(key: &str, value: &str) -> Value {
    json!({ "properties": { key: { "const": value } }, "required": [key] })
}

/// What holds for some actions only.
fn conditions(source: &Source) -> Vec<Value> {
    let is_action = |field: &&Field| field.attribute == Some(Attribute::Action);
    let Some(action) = source.fields.iter().find(is_action).map(Field::key) else {
        return Vec::new();
    };
    let when = |names: Vec<&str>, then: Value| {
        json!({
            "if": { "properties": { action: { "enum": names } }, "required": [action] },
            "then": { "properties": then },
        })
    };
    let lists = || source.trees.of("").members.iter().filter_map(|list| Some((list, list.discriminator?)));
    let needing = source.actions.iter().filter_map(|action| Some((action, action.needs?)));
    let needs = needing.flat_map(|(action, value)| {
        lists().map(move |(list, key)| {
            when(vec![action.name], json!({ list.key: { "contains": has_value(key, value) } }))
        })
    });
    let of_group = |group| source.actions.iter().filter(move |action| action.group == group);
    let names = |actions: &mut dyn Iterator<Item = &'static Action>| actions.map(|it| it.name).collect();
    let groups = source.trees.groups().flat_map(|(group, tree)| {
        let event = object(source, tree, Members::Usual)["properties"].take();
        let of_all = (!group.is_empty()).then(|| when(names(&mut of_group(group)), event));
        let is_sso = |action: &&Action| action.operation != Operation::Other;
        let opaque = tree.members.iter().filter(|member| member.is_sso_only);
        let of_sso = opaque.map(move |member| {
            let members = json!({ member.key: object(source, member, Members::SsoOnly) });
            when(names(&mut of_group(group).filter(is_sso)), members)
        });
        of_all.into_iter().chain(of_sso).collect::<Vec<_>>()
    });
    needs.chain(groups).collect()
}

/// Adds further schemas that have to hold as well.
fn and(schema: &mut Value, more: Vec<Value>) {
    if more.is_empty() {
        return;
    }
    match schema["allOf"].as_array_mut() {
        Some(all) => all.extend(more),
        None => schema["allOf"] = more.into(),
    }
}
