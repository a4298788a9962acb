//! The table of the fields of a finding, from which its JSON, its JSON Schema and its columns in sheets are derived.

use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::analysis::reach::Certainty;
use crate::formats::verdict::{next, place};
use crate::json::schema::{about, list, or_null, text, time};
use crate::reports::sheet::{Cell, Column, Kind};
use crate::rules::Severity;
use crate::verdict::{Finding, Status, Verdict, severities};

/// A field of a finding.
pub struct Field {
    /// The index of its column in sheets, where people read what matters first.
    sheet_position: usize,
    /// Its key in JSON, and its column in sheets.
    pub column: Column,
    /// The JSON Schema of its value.
    pub schema: fn() -> Value,
    /// Reads its value.
    pub value: for<'a> fn(&Verdict<'a>, &Finding<'a>) -> Cell<'a>,
}

/// All fields, in the order of the JSON.
pub static FIELDS: [Field; 18] = [
    Field {
        sheet_position: 2,
        column: Column::new("rule", "rule", Kind::Text, "which rule found it"),
        schema: || about(text(), "id of the rule"),
        value: |verdict, finding| word(verdict.rule_of(finding).rule.id),
    },
    Field {
        sheet_position: 0,
        column: Column::new("severity", "severity", Kind::Text, "how bad it is"),
        schema: severity,
        value: |_, finding| word(finding.severity.name()),
    },
    Field {
        sheet_position: 1,
        column: Column::new("status", "status", Kind::Text, "open, planned, suppressed or baseline").rank(1),
        schema: || json!({ "enum": Status::NAMES }),
        value: |_, finding| word(finding.status.name()),
    },
    Field {
        sheet_position: 16,
        column: Column::new(
            "because",
            "because",
            Kind::Text,
            "ticket of a planned finding, or reason of a suppressed one",
        )
        .rank(9),
        schema: || about(or_null(text()), "ticket of a planned finding, or reason of a suppressed one"),
        value: |_, finding| finding.justification.map(word).into(),
    },
    Field {
        sheet_position: 4,
        column: Column::new("message", "message", Kind::Text, "what happened"),
        schema: || about(text(), "what happened"),
        value: |_, finding| Cell::text(finding.message()),
    },
    Field {
        sheet_position: 17,
        column: Column::new("fingerprint", "fingerprint", Kind::Id, "the same in every run").rank(10),
        schema: || about(text(), "the same in every run"),
        value: |_, finding| Cell::Text(finding.fingerprint.text().into()),
    },
    Field {
        sheet_position: 3,
        column: Column::new("time", "time", Kind::Time, "when it happened"),
        schema: || or_null(time()),
        value: |_, finding| finding.time.into(),
    },
    Field {
        sheet_position: 11,
        column: Column::new("file", "file", Kind::Text, "where it is").rank(2),
        schema: || or_null(text()),
        value: |_, finding| finding.position.map(|(file, _)| word(file)).into(),
    },
    Field {
        sheet_position: 12,
        column: Column::new("line", "line", Kind::Number, "its 1-based line there").rank(2),
        schema: || or_null(json!({ "type": "integer", "minimum": 1 })),
        value: |_, finding| finding.position.map(|(_, line)| line).into(),
    },
    Field {
        sheet_position: 13,
        column: Column::new("next", "next", Kind::Text, "where the next event is, after a silence").rank(8),
        schema: || about(or_null(text()), "where the next event is, after a silence: file:line"),
        value: |_, finding| next(finding).into(),
    },
    Field {
        sheet_position: 14,
        column: Column::new(
            "others",
            "other events",
            Kind::List,
            "places of the other events that it is about",
        )
        .rank(8),
        schema: || about(list(text()), "`file:line` of each other event that a custom rule correlates"),
        value: |_, finding| Cell::List(finding.others.iter().map(|it| place(*it).into()).collect()),
    },
    Field {
        sheet_position: 10,
        column: Column::new("action", "action", Kind::Text, "the vendor's action").rank(7),
        schema: || about(or_null(text()), "the vendor's action"),
        value: |_, finding| finding.action.map(word).into(),
    },
    Field {
        sheet_position: 5,
        column: Column::new("organization", "organization", Kind::Id, "id of the organization").rank(3),
        schema: || about(or_null(text()), "id of the organization"),
        value: |_, finding| finding.organization.map(word).into(),
    },
    Field {
        sheet_position: 6,
        column: Column::new("organization_name", "name", Kind::Text, "name of the organization").rank(6),
        schema: || or_null(text()),
        value: |_, finding| finding.organization_name.map(word).into(),
    },
    Field {
        sheet_position: 7,
        column: Column::new("connection", "connection", Kind::Id, "id of the connection").rank(4),
        schema: || about(or_null(text()), "id of the connection"),
        value: |_, finding| finding.connection.map(word).into(),
    },
    Field {
        sheet_position: 8,
        column: Column::new("actor", "actor", Kind::Text, "who did it").rank(5),
        schema: || about(or_null(text()), "name, e-mail address or id of who did it"),
        value: |_, finding| finding.actor.map(word).into(),
    },
    Field {
        sheet_position: 9,
        column: Column::new("actor_id", "actor id", Kind::Id, "id of who did it").rank(8),
        schema: || or_null(text()),
        value: |_, finding| finding.actor_id.map(word).into(),
    },
    Field {
        sheet_position: 15,
        column: Column::new(
            "certainty",
            "certainty",
            Kind::Text,
            "how certain it is, where it is about a state",
        )
        .rank(6),
        schema: || {
            let certainty = json!({ "enum": ["certain", "presumed", null] });
            about(certainty, "how certain it is, where it is about a state; null elsewhere")
        },
        value: |_, finding| finding.certainty.map(Certainty::name).map(word).into(),
    },
];

/// All fields, in the order of sheets.
pub static SHEET_FIELDS: LazyLock<[&Field; FIELDS.len()]> = LazyLock::new(|| {
    let mut fields = FIELDS.each_ref();
    fields.sort_by_key(|field| field.sheet_position);
    fields
});

/// The columns of a finding in sheets.
pub static SHEET_COLUMNS: LazyLock<[Column; FIELDS.len()]> =
    LazyLock::new(|| SHEET_FIELDS.map(|field| field.column));

/// The schema of a severity.
pub fn severity() -> Value {
    json!({ "enum": severities().map(Severity::name).collect::<Value>() })
}

/// A text cell, also for an empty text.
fn word(text: &str) -> Cell<'_> {
    Cell::Text(text.into())
}
