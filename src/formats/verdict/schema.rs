//! The JSON Schemas (draft 2020-12) of what [`super::json`] and [`super::evidence`] print.

use serde_json::{Map, Value, json};

use super::{evidence, json};
use crate::formats::verdict::fields::{FIELDS, severity};
use crate::json::schema::{DRAFT, about, count, flag, list, members, object, or_null, text, time};
use crate::verdict::{Outcome, Status, severities};

/// The schema of [`super::json::document`].
pub fn check() -> Value {
    let by_severity = || object(severities().map(|at| (at.name().to_owned(), count())).collect());
    let counts = object(Status::NAMES.iter().map(|name| ((*name).to_owned(), by_severity())).collect());
    let parts = [
        ("counts", about(counts, "findings by status and severity")),
        ("rules", list(rule())),
        ("findings", list(finding())),
        ("errors", about(list(text()), "what keeps it from passing besides findings")),
        ("warnings", list(text())),
        ("inputs", list(input())),
    ];
    named(json::SCHEMA, basis().into_iter().chain(parts))
}

/// The schema of [`super::evidence::evidence`].
pub fn evidence() -> Value {
    let parts = [
        ("tool", members([("name", text()), ("version", text())])),
        ("inputs", list(input())),
        ("rules", list(rule())),
        ("errors", about(list(text()), "what keeps it from passing besides findings")),
        ("warnings", list(text())),
    ];
    named(evidence::SCHEMA, basis().into_iter().chain(parts))
}

/// The members of [`super::json::basis`].
fn basis() -> [(&'static str, Value); 10] {
    let rule_files = about(list(sealed()), "custom rules");
    let roster = about(or_null(sealed()), "who may do what");
    let path = about(or_null(text()), "where it was read from; null for the defaults");
    [
        (
            "policy",
            members([("path", path), ("sha256", sha256()), ("roster", roster), ("rule_files", rule_files)]),
        ),
        ("fail_on", about(severity(), "the lowest severity at which an open finding fails the check")),
        ("now", about(time(), "what was taken as the present")),
        ("baseline", about(or_null(sealed()), "what findings were compared with")),
        ("selection", about(list(text()), "flags of the selection; nothing else was judged")),
        (
            "selected",
            about(
                count(),
                "valid events that it keeps, not counting those that are known to have come again",
            ),
        ),
        (
            "unknown_actions",
            about(
                count(),
                "events among them whose action no document names, so that no rule could judge them",
            ),
        ),
        ("reading", about(list(text()), "flags that say how lines were read, if not as usual")),
        ("strict", about(flag(), "whether an invalid line fails the check")),
        ("redacted", about(flag(), "whether personal values are shown as pseudonyms")),
    ]
}

fn sealed() -> Value {
    members([("path", text()), ("sha256", sha256())])
}

fn named(name: &str, parts: impl Iterator<Item = (&'static str, Value)>) -> Value {
    let first = [("schema", json!({ "const": name })), ("verdict", word())];
    let members = first.into_iter().chain(parts).map(|(key, schema)| (key.to_owned(), schema));
    let mut schema = json!({ "$schema": DRAFT, "title": name });
    if let (Value::Object(schema), Value::Object(object)) = (&mut schema, object(members.collect())) {
        schema.extend(object);
    }
    schema
}

fn finding() -> Value {
    object(FIELDS.iter().map(|field| (field.column.key.to_owned(), (field.schema)())).collect())
}

fn rule() -> Value {
    let controls = || list(text());
    let mut properties: Map<_, _> = [
        ("id", text()),
        ("about", about(text(), "when it fires")),
        ("severity", severity()),
        ("on", about(flag(), "whether it was judged")),
        ("judged", about(count(), "events it could judge")),
        ("not_applicable", about(count(), "events in its scope that lack what it needs")),
        (
            "unlogged",
            about(
                list(text()),
                "the operations of all events that it finds, if no source in the inputs logs any of them",
            ),
        ),
        ("findings", about(count(), "findings of any status")),
    ]
    .map(|(key, schema)| (key.to_owned(), schema))
    .into_iter()
    .collect();
    properties.extend(Status::NAMES.iter().map(|name| ((*name).to_owned(), count())));
    let controls = members([("soc2", controls()), ("iso27001", controls()), ("nist", controls())]);
    properties.insert("controls".into(), about(controls, "what it gives evidence for"));
    object(properties)
}

fn input() -> Value {
    members([
        ("name", text()),
        ("error", about(or_null(text()), "why it was not read to its end")),
        ("bytes", about(count(), "its size as it was read")),
        (
            "sha256",
            about(or_null(sha256()), "SHA-256 of its bytes; null without --evidence, as it takes time"),
        ),
        ("lines", about(count(), "lines without blank ones")),
        ("valid", count()),
        ("invalid", count()),
        ("first", about(or_null(time()), "the earliest event")),
        ("last", about(or_null(time()), "the latest event")),
    ])
}

fn word() -> Value {
    about(
        json!({ "enum": Outcome::NAMES }),
        "incomplete if an input was not read to its end, or there was no event to judge",
    )
}

fn sha256() -> Value {
    json!({ "type": "string", "pattern": "^[0-9a-f]{64}$" })
}
