//! What a line of WorkOS means, read field by field.

use std::net::IpAddr;

use serde_json::{Value, json};

use super::reading::{
    Invalid, Normal, Valid, collect, filled_text, is_documented, member, optional_filled_text, optional_text,
    require, required_object, some_text, unless_hollow,
};
use super::reading::{centure_protocol, centure_provider};
use super::time::{milliseconds, nanoseconds};

pub fn looks_like_workos(root: &Value) -> bool {
    root.get("event").is_some_and(Value::is_string)
        && root.get("data").is_some_and(|data| data.is_object() || data.is_array())
}

/// What an event is about, which says what its data holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    Connection,
    Certificate,
    Organization,
    FailedDomain,
    Login,
    Session,
    Resource,
    Unknown,
}

/// What the event does, how it ended, and what it is about.
fn meaning(action: &str) -> (&'static str, Option<&'static str>, About) {
    match action.to_ascii_lowercase().as_str() {
        "connection.activated" => ("enabled", None, About::Connection),
        "connection.deactivated" => ("disabled", None, About::Connection),
        "connection.deleted" => ("deleted", None, About::Connection),
        "connection.saml_certificate_renewed" => ("key-changed", None, About::Certificate),
        "connection.saml_certificate_renewal_required" => ("key-expiring", None, About::Certificate),
        "organization_domain.verification_failed" => ("domain-changed", Some("failure"), About::FailedDomain),
        domain if domain.starts_with("organization_domain.") && is_known(action) => {
            ("domain-changed", None, About::Resource)
        }
        "organization.created" | "organization.updated" | "organization.deleted" => {
            ("other", None, About::Organization)
        }
        "authentication.sso_started" => ("other", None, About::Login),
        "authentication.sso_succeeded" => ("other", Some("success"), About::Login),
        "authentication.sso_failed" | "authentication.sso_timed_out" => {
            ("other", Some("failure"), About::Login)
        }
        "session.created" | "session.revoked" => ("other", None, About::Session),
        _ if is_known(action) => ("other", None, About::Resource),
        _ => ("other", None, About::Unknown),
    }
}

fn is_known(action: &str) -> bool {
    is_documented(&ACTIONS, &action.into())
}

pub fn workos(root: &Value) -> Valid<Normal> {
    optional_text(root, "object")?;
    let id = filled_text(root, "id")?;
    let action = filled_text(root, "event")?;
    let (mut operation, outcome, about) = meaning(action);
    let data = required_object(root, "data")?;
    let context = optional_object(root, "context")?;
    // Also where other keys are spelt in two ways, these are not.
    let environment = super::vendors::text(context, "client_id")?;
    let by = optional_object(context, "actor")?;
    let times = [optional_filled_text(root, "created_at")?, optional_filled_text(data, "updated_at")?];
    for time in times.into_iter().flatten() {
        require(nanoseconds(time).is_some())?;
    }
    let time = times[0].or(times[1]).ok_or(Invalid)?;

    let mut actor = json!({});
    let mut organization = json!({ "id": null, "name": null });
    let mut connection = Value::Null;
    let mut certificate = Value::Null;
    let (mut ip, mut agent) = (None, None);
    if !matches!(about, About::Login | About::Session) {
        let source = optional_text(by, "source")?;
        actor = json!({
            "kind": source.and_then(actor_kind), "type": some_text(source),
            "id": some_text(optional_text(by, "id")?), "name": some_text(optional_text(by, "name")?),
        });
    }
    match about {
        About::Connection | About::Unknown => {
            let is_known = about == About::Connection;
            let text = |name: &str, other: &str| of_connection(data, [name, other], is_known);
            let id = text("id", "id")?;
            require(!is_known || id.is_some_and(|id| !id.is_empty()))?;
            let id = id.filter(|id| is_known || id.starts_with("conn_"));
            let org = text("organization_id", "organizationId")?;
            require(!is_known || org != Some(""))?;
            let org = org.filter(|org| is_known || org.starts_with("org_"));
            let kind = some_text(text("connection_type", "type")?);
            organization["id"] = some_text(org);
            connection = json!({
                "id": some_text(id), "name": some_text(text("name", "name")?), "type": kind,
                "protocol": kind.as_str().map(centure_protocol), "provider": kind.as_str().and_then(centure_provider),
                "enabled": null, "status": some_text(text("state", "state")?),
            });
        }
        About::Certificate => {
            let of = required_object(data, "connection")?;
            connection = json!({ "id": filled_text(of, "id")? });
            organization["id"] = some_text(optional_filled_text(of, "organization_id")?);
            let its = optional_object(data, "certificate")?;
            let [kind, expires] =
                [optional_text(its, "certificate_type")?, optional_text(its, "expiry_date")?];
            certificate = unless_hollow(json!({ "type": some_text(kind), "expires": some_text(expires) }));
        }
        About::Organization => {
            organization = json!({
                "id": filled_text(data, "id")?, "name": some_text(optional_text(data, "name")?),
            });
        }
        About::FailedDomain => {
            let domain = required_object(data, "organization_domain")?;
            organization["id"] = some_text(optional_filled_text(domain, "organization_id")?);
        }
        About::Login => {
            actor["id"] = some_text(optional_text(data, "user_id")?);
            actor["email"] = some_text(optional_text(data, "email")?);
            (ip, agent) = (optional_text(data, "ip_address")?, optional_text(data, "user_agent")?);
            let sso = optional_object(data, "sso")?;
            connection = json!({ "id": some_text(optional_filled_text(sso, "connection_id")?) });
            organization["id"] = some_text(optional_filled_text(sso, "organization_id")?);
        }
        About::Session => {
            actor["id"] = some_text(optional_text(data, "user_id")?);
            (ip, agent) = (optional_text(data, "ip_address")?, optional_text(data, "user_agent")?);
            organization["id"] = some_text(optional_filled_text(data, "organization_id")?);
            let method = optional_text(data, "auth_method")?;
            let by = optional_object(data, "impersonator")?;
            let impersonator = unless_hollow(json!({
                "email": some_text(optional_text(by, "email")?), "reason": some_text(optional_text(by, "reason")?),
            }));
            let is_impersonated = !impersonator.is_null() || method == Some("impersonation");
            if action.eq_ignore_ascii_case("session.created") && is_impersonated {
                operation = "impersonated";
            }
            actor["impersonator"] = impersonator;
        }
        About::Resource => {
            organization["id"] = some_text(optional_filled_text(data, "organization_id")?);
        }
    }

    let event = json!({
        "schema": "ssoaudit.event.v2", "source": "workos", "id": id,
        "time": time, "epoch_ms": milliseconds(nanoseconds(time).ok_or(Invalid)?),
        "action": action, "operation": operation, "outcome": outcome,
        "actor": with(&["kind", "type", "id", "name", "email", "impersonator"], actor),
        "organization": unless_hollow(organization),
        "connection": of_direction(connection),
        "certificate": certificate,
        "environment_id": some_text(environment),
        "ip": some_text(ip.filter(|text| text.parse::<IpAddr>().is_ok())),
        "user_agent": some_text(agent),
        "page": null,
    });
    Ok(normal(event, about))
}

/// A text of an event about a connection in one of two spellings. One that no document names may hold anything.
fn of_connection<'a>(data: &'a Value, [name, other]: [&str; 2], is_known: bool) -> Valid<Option<&'a str>> {
    let value = match (data.get(name), data.get(other)) {
        (Some(_), Some(_)) if name != other => return Err(Invalid),
        (one, another) => one.or(another),
    };
    match value {
        Some(value) if is_known && !value.is_null() => value.as_str().map(Some).ok_or(Invalid),
        value => Ok(value.and_then(Value::as_str)),
    }
}

/// An optional object; null counts as absent, and what is absent has no members.
fn optional_object<'a>(object: &'a Value, name: &str) -> Valid<&'a Value> {
    match member(object, name)? {
        None | Some(Value::Null) => Ok(&Value::Null),
        Some(value) => require(value.is_object()).map(|()| value),
    }
}

fn actor_kind(source: &str) -> Option<&'static str> {
    match source.to_ascii_lowercase().as_str() {
        "api" => Some("service"),
        "dashboard" | "admin_portal" => Some("user"),
        "system" => Some("system"),
        _ => None,
    }
}

/// The object with all of these members, or null if it says nothing.
fn with(names: &[&str], mut object: Value) -> Value {
    for name in names {
        object.as_object_mut().unwrap().entry(*name).or_insert(Value::Null);
    }
    unless_hollow(object)
}

/// All that is said of a connection, and that people come in by it if one is named.
fn of_direction(connection: Value) -> Value {
    if connection.is_null() {
        return connection;
    }
    let names = ["id", "name", "type", "protocol", "provider", "direction", "enabled", "status"];
    let mut connection = with(&names, connection);
    if ["id", "name", "type"].iter().any(|name| connection.get(name).is_some_and(|value| !value.is_null())) {
        connection["direction"] = "inbound".into();
    }
    connection
}

fn normal(event: Value, about: About) -> Normal {
    let mut normal = Normal {
        is_documented: about != About::Unknown,
        is_ambiguous: false,
        organizations: Vec::new(),
        organization_ids: Vec::new(),
        connections: Vec::new(),
        connection_types: Vec::new(),
        event,
    };
    collect(&mut normal.organizations, &normal.event["organization"]["id"]);
    collect(&mut normal.organization_ids, &normal.event["organization"]["id"]);
    collect(&mut normal.organizations, &normal.event["organization"]["name"]);
    collect(&mut normal.connections, &normal.event["connection"]["id"]);
    collect(&mut normal.connection_types, &normal.event["connection"]["type"]);
    normal
}

/// Names that the fixtures and the generator use.
pub const ACTIONS: [&str; 22] = [
    "connection.activated",
    "connection.deactivated",
    "connection.deleted",
    "connection.saml_certificate_renewed",
    "connection.saml_certificate_renewal_required",
    "organization_domain.created",
    "organization_domain.updated",
    "organization_domain.verified",
    "organization_domain.deleted",
    "organization_domain.verification_failed",
    "organization.created",
    "organization.updated",
    "organization.deleted",
    "authentication.sso_started",
    "authentication.sso_succeeded",
    "authentication.sso_failed",
    "authentication.sso_timed_out",
    "session.created",
    "session.revoked",
    "dsync.activated",
    "dsync.deleted",
    "user.created",
];
