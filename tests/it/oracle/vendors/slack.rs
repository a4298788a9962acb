//! What a line of Slack's audit log means.

use serde_json::{Value, json};

use super::{Found, epoch, filled, first, object, open, scalars, text};
use crate::oracle::reading::{Invalid, Normal, Valid, some_text};

pub fn looks_like(event: &Value) -> bool {
    event.get("action").is_some_and(Value::is_string) && event.get("date_create").is_some()
}

pub fn slack(event: &Value) -> Valid<Normal> {
    let action = filled(event, "action")?;
    let when = epoch(&event["date_create"], 1)?.ok_or(Invalid)?;
    let by = object(event, "actor")?;
    let kind = text(by, "type")?;
    let user = object(by, "user")?;
    let context = object(event, "context")?;
    let location = object(context, "location")?;
    let lower = action.to_ascii_lowercase();
    let operation = match lower.as_str() {
        "idp_configuration_added" => "created",
        "idp_configuration_deleted" => "deleted",
        "idp_prod_configuration_updated" | "idp_test_configuration_updated" => "updated",
        "pref.sso_setting_changed" => setting(&scalars(open(event, "details"), "new_value")),
        _ => "other",
    };
    let found = Found {
        id: some_text(text(event, "id")?),
        actor: json!({
            "kind": kind.filter(|kind| kind.eq_ignore_ascii_case("user")).map(|_| "user"),
            "type": some_text(kind), "id": some_text(text(user, "id")?),
            "name": some_text(text(user, "name")?), "email": some_text(text(user, "email")?),
        }),
        organization: json!({
            "id": some_text(text(location, "id")?), "name": some_text(text(location, "name")?),
        }),
        ips: text(context, "ip_address")?.map(str::to_owned).into_iter().collect(),
        user_agent: first([text(context, "ua")?]),
        is_documented: operation != "other" || !["idp_", "sso", "saml"].iter().any(|it| lower.contains(it)),
        ..Found::default()
    };
    Ok(found.normal("slack", &when, [action, operation]))
}

/// Mandatory or optional, if one word says so.
fn setting(values: &[String]) -> &'static str {
    let [value] = values else {
        return "updated";
    };
    match value.to_ascii_lowercase().as_str() {
        "required" | "mandatory" | "enforced" | "enabled" | "on" | "true" => "enforced",
        "optional" | "not_required" | "disabled" | "off" | "false" | "none" => "relaxed",
        _ => "updated",
    }
}
