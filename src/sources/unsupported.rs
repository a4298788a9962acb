//! Well-known formats that no source reads, so that a diagnostic can name them.

use crate::json::{Document, NodeId};

/// Formats with the root keys by which they are recognized, all of them together; the first match counts.
static FORMATS: &[(&str, &[&str])] = &[
    ("an OCSF event", &["class_uid", "metadata"]),
    ("a Microsoft Entra audit event", &["operationName", "properties"]),
    ("a Google Workspace activity", &["kind", "events", "id"]),
    ("a Keycloak admin event", &["operationType", "resourceType", "realmId"]),
    ("an AWS CloudTrail record", &["eventSource", "eventName", "eventTime"]),
    ("a PingOne audit event", &["recordedAt", "action"]),
];

/// The format an object looks like, with its article.
pub fn looks_like(document: Document<'_>, object: NodeId) -> Option<&'static str> {
    FORMATS
        .iter()
        .find(|(_, keys)| keys.iter().all(|key| document.member(object, key).is_some()))
        .map(|(name, _)| *name)
}
