//! A log in which every text that an attacker can choose is one of the payloads.

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::run::fixture;

/// Who names a file may be an attacker as well.
pub const FILE: &str = "::error::f,title=i ##[error]g \u{1b}[31m\u{202e}\u{9b}<b>|`=\n::warning::h.ndjson";

/// The texts, each with what it tries.
pub fn payloads() -> Vec<(String, String)> {
    serde_json::from_slice(&fixture("injection/payloads.json")).unwrap()
}

/// A log in a folder of its own.
pub struct Log {
    pub folder: TempDir,
    /// Its valid lines.
    pub valid: String,
    /// For each of them what its neutral event has where.
    pub expected: Vec<Vec<(&'static str, String)>>,
}

impl Log {
    /// With all payloads.
    pub fn new() -> Self {
        Self::of(|_| true)
    }

    /// With some of them.
    pub fn of(is_wanted: impl Fn(&str) -> bool) -> Self {
        let mut log =
            Self { folder: tempfile::tempdir().unwrap(), valid: String::new(), expected: Vec::new() };
        let mut bytes = Vec::new();
        let texts = payloads().into_iter().map(|(_, text)| text).filter(|text| is_wanted(text));
        for (number, text) in texts.enumerate() {
            let time =
                |minute| format!("2025-01-{:02}T{:02}:{minute:02}:00.000Z", 1 + number / 10, 8 + number % 10);
            for (event, expected) in events(&text, time) {
                let line = format!("{event}\n");
                bytes.extend_from_slice(line.as_bytes());
                log.valid.push_str(&line);
                log.expected.push(expected);
            }
            for line in invalid(&text) {
                bytes.extend_from_slice(&line);
                bytes.push(b'\n');
            }
        }
        fs::write(log.folder.path().join(FILE), bytes).unwrap();
        log
    }
}

type Expected = Vec<(&'static str, String)>;

fn event(text: &str, action: &str, time: String, target: &Value) -> Value {
    let mut event = json!({
        "action": action, "occurredAt": time, "version": 1, "id": text,
        "actor": {"type": text, "id": text, "name": text, "metadata": {
            "first_name": text, "last_name": text, "email": text, "impersonator_email": text,
            "impersonator_reason": text,
        }},
        "targets": [target],
        "context": {"location": text, "userAgent": text},
        "metadata": {"source": text},
    });
    // Fields that no document knows, and a name that can be put together with what follows it.
    event[text] = json!({ text: text });
    event[format!("{text}##")] = json!([text]);
    event
}

/// Valid events with the text in every field, and what neutral events have of it.
fn events(text: &str, time: impl Fn(u32) -> String) -> Vec<(Value, Expected)> {
    let organization = json!({"type": "organization", "id": text, "name": text, "metadata": {"name": text}});
    let connection = json!({"type": "sso_connection", "id": text, "name": text, "metadata": {
        "connection_id": text, "connection_type": text, "organization_id": text,
    }});
    let common = |more: &[&'static str]| -> Expected {
        let places = [
            "/id",
            "/actor/type",
            "/actor/id",
            "/actor/name",
            "/actor/email",
            "/actor/impersonator/email",
            "/actor/impersonator/reason",
            "/organization/id",
            "/user_agent",
            "/page",
        ];
        places.iter().chain(more).map(|place| (*place, text.to_owned())).collect()
    };
    let webhook = json!({
        "spec_version": "1", "id": "evt_1", "object": text, "environment_id": "env_1",
        "occurred_at": time(4), "organization_id": "org_1", "type": "organization.sso_deleted",
        "data": {"id": "conn_1", "organization_id": "org_1", "connection_type": text, "provider": text,
            "status": text, text: text},
        "display_name": text,
    });
    // Of a connection that is not deleted, or its certificate would not be shown.
    let named = json!({
        "object": text, "id": "event_1", "event": "connection.activated", "created_at": time(5),
        "data": {"id": "conn_2", "organization_id": text, "name": text, "connection_type": text, "state": text},
        "context": {"client_id": text, "actor": {"id": text, "source": text, "name": text}, text: text},
    });
    let notice = json!({
        "object": text, "id": "event_2", "event": "connection.saml_certificate_renewal_required",
        "created_at": time(6),
        "data": {
            "connection": {"id": "conn_2", "organization_id": text},
            "certificate": {"certificate_type": text, "expiry_date": text},
        },
    });
    vec![
        (event(text, "sso.view_settings", time(0), &organization), common(&["/organization/name"])),
        (
            event(text, "sso.delete_connection", time(2), &connection),
            common(&["/connection/id", "/connection/name", "/connection/type"]),
        ),
        (event(text, text, time(3), &organization), common(&["/action", "/organization/name"])),
        (
            named,
            ["/actor/name", "/connection/name", "/connection/status"].map(|it| (it, text.to_owned())).into(),
        ),
        (notice, vec![("/certificate/type", text.to_owned()), ("/certificate/expires", text.to_owned())]),
        (webhook, vec![("/connection/type", text.to_owned()), ("/connection/status", text.to_owned())]),
    ]
}

/// Lines that are no events, which messages quote.
fn invalid(text: &str) -> Vec<Vec<u8>> {
    let flat: String = text.chars().filter(|c| !matches!(c, '\n' | '\r')).collect();
    let bad_time = json!({"action": text, "occurredAt": text, "targets": [text], text: text});
    let bad_ids = json!({
        "spec_version": "1", "id": text, "object": "Connection", "environment_id": text,
        "occurred_at": "2025-01-01T00:00:00Z", "organization_id": text,
        "type": text, "data": {"id": text, "organization_id": "org_1"}, "display_name": text,
    });
    let key = json!(text);
    let duplicate = format!("{{{key}:{key},{key}:{key}}}");
    let with_byte = [b"{\"action\":\"", flat.as_bytes(), b"\x9B31m\"}"].concat();
    let mut lines = vec![
        bad_time.to_string().into_bytes(),
        bad_ids.to_string().into_bytes(),
        duplicate.into_bytes(),
        format!("{{\"a\":##[{flat}").into_bytes(),
        with_byte,
    ];
    // As it stands, a word of it may make up a line of its own.
    lines.push(flat.into_bytes());
    lines.retain(|line| !line.trim_ascii().is_empty());
    lines
}
