//! What a line means, read from a [`Value`] field by field.

use std::fmt;
use std::net::IpAddr;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value, json};

use super::time::{milliseconds, nanoseconds};
use super::vendors;
use super::workos::{looks_like_workos, workos};

/// A line with a finding of level error. Which finding it was is for another test.
pub struct Invalid;

pub type Valid<T> = Result<T, Invalid>;

/// The normalized event, and what the selecting flags may ask for beyond it.
pub struct Normal {
    pub event: Value,
    /// Ids and names.
    pub organizations: Vec<String>,
    /// Those of them that are ids.
    pub organization_ids: Vec<String>,
    /// Some document of the source names the action.
    pub is_documented: bool,
    /// Where the event is, it has another one as a member.
    pub is_ambiguous: bool,
    pub connections: Vec<String>,
    pub connection_types: Vec<String>,
}

/// The normalized event of a line, or `None` when the line is invalid.
pub fn normalize(line: &str) -> Option<Normal> {
    if depth(line) > 128 {
        return None;
    }
    let Strict(root) = serde_json::from_str(line).ok()?;
    if !root.is_object() {
        return None;
    }
    let wrapped = root.get("event").filter(|event| event.is_object());
    let is_itself = wrapped.is_some() && is_complete(&root);
    let event = wrapped.filter(|_| !is_itself).unwrap_or(&root);
    let mut normal = if looks_like_centure(event) {
        centure(&root, event).ok()?
    } else if looks_like_scalekit(&root) {
        scalekit(&root).ok()?
    } else if looks_like_workos(&root) {
        workos(&root).ok()?
    } else {
        return vendors::normalize(&root)?.ok();
    };
    normal.is_ambiguous = is_itself;
    Some(normal)
}

/// An object that is an event by itself is not the wrapper of another one: all that its source requires at
/// the top is there.
pub fn is_complete(root: &Value) -> bool {
    let has = |name: &str| root.get(name).is_some() || root.get(camel(name)).is_some();
    let centure = ["action", "occurred_at", "actor", "targets", "context", "metadata"];
    let scalekit = ["spec_version", "id", "type", "object", "occurred_at", "environment_id", "data"];
    (looks_like_centure(root) && centure.into_iter().all(has))
        || (looks_like_scalekit(root) && scalekit.into_iter().all(has))
}

/// The objects of a line that holds several, or the line.
pub fn texts(line: &str) -> Vec<&str> {
    let mut values = serde_json::Deserializer::from_str(line).into_iter::<Value>();
    let mut texts = Vec::new();
    let mut start = 0;
    while let Some(value) = values.next() {
        if !value.is_ok_and(|value| value.is_object()) {
            return vec![line];
        }
        texts.push(line[start..values.byte_offset()].trim());
        start = values.byte_offset();
    }
    texts
}

/// How many arrays and objects are open at the deepest place of a line.
pub fn depth(line: &str) -> usize {
    let (mut open, mut deepest, mut in_string, mut escaped) = (0_usize, 0, false, false);
    for byte in line.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            b'[' | b'{' if !in_string => open += 1,
            b']' | b'}' if !in_string => open = open.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(open);
    }
    deepest
}

/// A value in which no object has a key twice. [`Value`] itself would keep the last one.
pub struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

pub struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value without duplicate keys")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Strict, E> {
        Ok(Strict(Value::Bool(value)))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Strict, E> {
        Ok(Strict(Value::from(value)))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Strict, E> {
        Ok(Strict(Value::from(value)))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Strict, E> {
        Number::from_f64(value).map(|number| Strict(number.into())).ok_or_else(|| E::custom("not finite"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Strict, E> {
        Ok(Strict(Value::from(value)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Strict, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Strict(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
        let mut object = Map::new();
        while let Some((key, Strict(value))) = members.next_entry::<String, Strict>()? {
            if object.insert(key, value).is_some() {
                return Err(de::Error::custom("duplicate key"));
            }
        }
        Ok(Strict(Value::Object(object)))
    }
}

// ---------------------------------------------------------------------------------------------
// The oracle: fields

/// The member under its name or the name's camelCase spelling; both at once are an error.
pub fn member<'a>(object: &'a Value, name: &str) -> Valid<Option<&'a Value>> {
    let other = camel(name);
    match (object.get(name), object.get(&other)) {
        (Some(_), Some(_)) if name != other => Err(Invalid),
        (snake, camel) => Ok(snake.or(camel)),
    }
}

pub fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| text + &word[..1].to_uppercase() + &word[1..])
}

pub fn require(holds: bool) -> Valid<()> {
    if holds { Ok(()) } else { Err(Invalid) }
}

pub fn required<'a>(object: &'a Value, name: &str) -> Valid<&'a Value> {
    member(object, name)?.ok_or(Invalid)
}

pub fn required_object<'a>(object: &'a Value, name: &str) -> Valid<&'a Value> {
    required(object, name).and_then(|value| if value.is_object() { Ok(value) } else { Err(Invalid) })
}

pub fn required_text<'a>(object: &'a Value, name: &str) -> Valid<&'a str> {
    required(object, name)?.as_str().ok_or(Invalid)
}

/// A required string that must not be empty.
pub fn filled_text<'a>(object: &'a Value, name: &str) -> Valid<&'a str> {
    required_text(object, name).and_then(|text| if text.is_empty() { Err(Invalid) } else { Ok(text) })
}

/// An optional string; null counts as absent.
pub fn optional_text<'a>(object: &'a Value, name: &str) -> Valid<Option<&'a str>> {
    match member(object, name)? {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(Invalid),
    }
}

/// An optional string that must not be empty when it is there.
pub fn optional_filled_text<'a>(object: &'a Value, name: &str) -> Valid<Option<&'a str>> {
    let text = optional_text(object, name)?;
    require(text != Some(""))?;
    Ok(text)
}

/// A metadata object: its values are strings, numbers or booleans, and nothing else.
pub fn check_metadata(metadata: &Value) -> Valid<()> {
    let object = metadata.as_object().ok_or(Invalid)?;
    require(object.values().all(|value| value.is_string() || value.is_number() || value.is_boolean()))
}

/// The metadata of an actor or a target, which may be absent or null.
pub fn optional_metadata(object: &Value) -> Valid<&Value> {
    match object.get("metadata") {
        None | Some(Value::Null) => Ok(&Value::Null),
        Some(metadata) => check_metadata(metadata).map(|()| metadata),
    }
}

/// A member's text where the empty string, like anything that is no string, means "not there".
pub fn text_or_null(object: &Value, name: &str) -> Value {
    some_text(object.get(name).and_then(Value::as_str))
}

/// The same where numbers and booleans count as they are written.
pub fn said_or_null(object: &Value, name: &str) -> Value {
    match object.get(name) {
        Some(scalar @ (Value::Number(_) | Value::Bool(_))) => scalar.to_string().into(),
        _ => text_or_null(object, name),
    }
}

pub fn some_text(text: Option<&str>) -> Value {
    text.filter(|text| !text.is_empty()).map_or(Value::Null, Value::from)
}

/// An object, or null when it says nothing.
pub fn unless_hollow(object: Value) -> Value {
    let hollow = object.as_object().is_some_and(|members| members.values().all(Value::is_null));
    if hollow { Value::Null } else { object }
}

/// The first value that is not null.
pub fn first_of(values: impl IntoIterator<Item = Value>) -> Value {
    values.into_iter().find(|value| !value.is_null()).unwrap_or(Value::Null)
}

/// Adds a text to the list, when there is one.
pub fn collect(list: &mut Vec<String>, value: &Value) {
    list.extend(value.as_str().filter(|text| !text.is_empty()).map(str::to_owned));
}

// ---------------------------------------------------------------------------------------------
// The oracle: Centure

pub fn looks_like_centure(keys: &Value) -> bool {
    let has = |name: &str| keys.get(name).is_some();
    let nested = |name: &str| keys.get(name).is_some_and(|value| value.is_object() || value.is_array());
    let time = has("occurredAt") || has("occurred_at");
    (has("action") && (time || nested("targets"))) || (time && has("targets") && nested("actor"))
}

/// `event` is `root` itself, or the member of the ingestion wrapper that holds the event.
pub fn centure(root: &Value, event: &Value) -> Valid<Normal> {
    // Beside the event in the wrapper, or in the event itself.
    let ids = [optional_filled_text(root, "id")?, optional_filled_text(event, "id")?];
    let organizations =
        [optional_filled_text(root, "organization_id")?, optional_filled_text(event, "organization_id")?];
    let organization = organizations[0].or(organizations[1]);
    let action = filled_text(event, "action")?;
    let time = filled_text(event, "occurred_at")?;
    let nanos = nanoseconds(time).ok_or(Invalid)?;
    check_version(event)?;
    let actor = centure_actor(required_object(event, "actor")?)?;
    let targets = required(event, "targets")?.as_array().ok_or(Invalid)?;
    check_targets(action, targets)?;
    let context = required_object(event, "context")?;
    let location = required_text(context, "location")?;
    let user_agent = required_text(context, "user_agent")?;
    let metadata = required_object(event, "metadata")?;
    check_metadata(metadata)?;
    let page = required_text(metadata, "source")?;

    let event = json!({
        "schema": "ssoaudit.event.v2", "source": "centure", "id": some_text(ids[0].or(ids[1])),
        "time": time, "epoch_ms": milliseconds(nanos),
        "action": action, "operation": centure_operation(action), "outcome": null,
        "actor": actor,
        "organization": centure_organization(organization, targets),
        "connection": centure_connection(targets),
        "certificate": null,
        "environment_id": null,
        "ip": some_text(Some(location).filter(|text| text.parse::<IpAddr>().is_ok())),
        "user_agent": some_text(Some(user_agent)),
        "page": some_text(Some(page)),
    });
    Ok(centure_normal(event, organizations, targets))
}

pub fn centure_operation(action: &str) -> &'static str {
    match action.to_ascii_lowercase().as_str() {
        "sso.view_settings" => "viewed",
        "sso.create_management_portal_url" => "portal-opened",
        "sso.delete_connection" => "deleted",
        _ => "other",
    }
}

/// A whole number, however it is written, when it is there at all.
pub fn check_version(event: &Value) -> Valid<()> {
    match event.get("version") {
        None | Some(Value::Null) => Ok(()),
        Some(version) => require(version.as_f64().is_some_and(|number| number.fract() == 0.0)),
    }
}

pub fn centure_actor(actor: &Value) -> Valid<Value> {
    filled_text(actor, "id")?;
    required_text(actor, "type")?;
    optional_text(actor, "name")?;
    let metadata = optional_metadata(actor)?;
    Ok(unless_hollow(json!({
        "kind": actor["type"].as_str().filter(|kind| kind.eq_ignore_ascii_case("user")).map(|_| "user"),
        "type": text_or_null(actor, "type"),
        "id": text_or_null(actor, "id"),
        "name": text_or_null(actor, "name"),
        "email": said_or_null(metadata, "email"),
        "impersonator": unless_hollow(json!({
            "email": said_or_null(metadata, "impersonator_email"),
            "reason": said_or_null(metadata, "impersonator_reason"),
        })),
    })))
}

pub fn check_targets(action: &str, targets: &[Value]) -> Valid<()> {
    for target in targets {
        require(target.is_object())?;
        filled_text(target, "id")?;
        required_text(target, "type")?;
        optional_text(target, "name")?;
        let metadata = optional_metadata(target)?;
        if is_a(target, "sso_connection") {
            check_connection_metadata(metadata)?;
        }
    }
    match centure_operation(action) {
        "viewed" | "portal-opened" => require(targets.iter().any(|target| is_a(target, "organization"))),
        "deleted" => require(targets.iter().any(|target| is_a(target, "sso_connection"))),
        _ => Ok(()),
    }
}

pub fn check_connection_metadata(metadata: &Value) -> Valid<()> {
    let text = |name: &str| metadata.get(name).and_then(Value::as_str);
    let id = text("connection_id").ok_or(Invalid)?;
    let organization = text("organization_id").ok_or(Invalid)?;
    require(text("connection_type").is_some() && !id.is_empty() && !organization.is_empty())
}

pub fn is_a(target: &Value, kind: &str) -> bool {
    target["type"] == kind
}

pub fn centure_organization(beside: Option<&str>, targets: &[Value]) -> Value {
    let organization = targets.iter().find(|target| is_a(target, "organization")).unwrap_or(&Value::Null);
    let connection = targets.iter().find(|target| is_a(target, "sso_connection")).unwrap_or(&Value::Null);
    unless_hollow(json!({
        "id": first_of([
            some_text(beside),
            text_or_null(organization, "id"),
            text_or_null(&connection["metadata"], "organization_id"),
        ]),
        "name": first_of([
            text_or_null(organization, "name"),
            said_or_null(&organization["metadata"], "name"),
        ]),
    }))
}

pub fn centure_connection(targets: &[Value]) -> Value {
    let Some(target) = targets.iter().find(|target| is_a(target, "sso_connection")) else {
        return Value::Null;
    };
    let kind = text_or_null(&target["metadata"], "connection_type");
    unless_hollow(json!({
        "id": text_or_null(target, "id"),
        "name": text_or_null(target, "name"),
        "type": kind,
        "protocol": kind.as_str().map(centure_protocol),
        "provider": kind.as_str().and_then(centure_provider),
        "direction": "inbound",
        "enabled": null,
        "status": null,
    }))
}

pub fn centure_protocol(kind: &str) -> &'static str {
    let kind = kind.to_ascii_lowercase();
    ["saml", "oidc", "oauth"].into_iter().find(|protocol| kind.ends_with(protocol)).unwrap_or("other")
}

/// Only the connection types that the fixtures and the generator use.
pub fn centure_provider(kind: &str) -> Option<&'static str> {
    match kind.to_ascii_lowercase().as_str() {
        "googlesaml" => Some("google"),
        "oktasaml" => Some("okta"),
        "azuresaml" | "entraidoidc" => Some("microsoft"),
        "genericsaml" | "genericoidc" => Some("custom"),
        "githuboauth" => Some("github"),
        "pingonesaml" => Some("ping-identity"),
        "" | "magiclink" | "pending" => None,
        _ => Some("other"),
    }
}

pub fn centure_normal(event: Value, beside: [Option<&str>; 2], targets: &[Value]) -> Normal {
    let organizations: Vec<String> = beside.into_iter().flatten().map(str::to_owned).collect();
    let mut normal = Normal {
        is_documented: is_documented(&CENTURE_ACTIONS, &event["action"]),
        is_ambiguous: false,
        event,
        organization_ids: organizations.clone(),
        organizations,
        connections: Vec::new(),
        connection_types: Vec::new(),
    };
    for target in targets {
        let metadata = &target["metadata"];
        if is_a(target, "organization") {
            collect(&mut normal.organizations, &target["id"]);
            collect(&mut normal.organization_ids, &target["id"]);
            collect(&mut normal.organizations, &target["name"]);
            collect(&mut normal.organizations, &metadata["name"]);
        } else if is_a(target, "sso_connection") {
            collect(&mut normal.organizations, &metadata["organization_id"]);
            collect(&mut normal.organization_ids, &metadata["organization_id"]);
            collect(&mut normal.connections, &target["id"]);
            collect(&mut normal.connection_types, &metadata["connection_type"]);
        }
    }
    normal
}

// ---------------------------------------------------------------------------------------------
// The oracle: Scalekit

pub fn looks_like_scalekit(keys: &Value) -> bool {
    let has = |name: &str| keys.get(name).is_some() || keys.get(camel(name)).is_some();
    ["spec_version", "environment_id", "occurred_at"].into_iter().any(has) && (has("type") || has("data"))
}

pub fn scalekit(root: &Value) -> Valid<Normal> {
    let version = filled_text(root, "spec_version")?;
    require(version.bytes().all(|byte| byte.is_ascii_digit()))?;
    let id = required_text(root, "id")?;
    check_id(id, "evt_", 32)?;
    let action = filled_text(root, "type")?;
    required_text(root, "object")?;
    let time = filled_text(root, "occurred_at")?;
    let nanos = nanoseconds(time).ok_or(Invalid)?;
    let environment = required_text(root, "environment_id")?;
    check_id(environment, "env_", 32)?;
    let organization = optional_text(root, "organization_id")?;
    organization.map_or(Ok(()), |organization| check_id(organization, "org_", 32))?;
    optional_text(root, "display_name")?;
    let data = required_object(root, "data")?;
    let operation = scalekit_operation(action);
    let (organization_in_data, connection) = if operation == "domain-changed" {
        let organization = optional_filled_text(data, "organization_id")?;
        organization.map_or(Ok(()), |organization| check_id(organization, "org_", usize::MAX))?;
        (organization, Value::Null)
    } else if operation != "other" {
        scalekit_connection(data)?
    } else if !is_documented(&SCALEKIT_ACTIONS, &action.into()) {
        undocumented_connection(data)?
    } else {
        (None, Value::Null)
    };

    let event = json!({
        "schema": "ssoaudit.event.v2", "source": "scalekit", "id": id,
        "time": time, "epoch_ms": milliseconds(nanos),
        "action": action, "operation": operation,
        "outcome": action.eq_ignore_ascii_case("organization.domain_dns_verification_failed").then_some("failure"),
        "actor": null,
        "organization": unless_hollow(json!({
            "id": some_text(organization.or(organization_in_data)),
            "name": null,
        })),
        "connection": connection,
        "certificate": null,
        "environment_id": environment,
        "ip": null, "user_agent": null, "page": null,
    });
    Ok(scalekit_normal(event, [organization, organization_in_data]))
}

pub fn scalekit_operation(action: &str) -> &'static str {
    match action.to_ascii_lowercase().as_str() {
        "organization.sso_created" => "created",
        "organization.sso_enabled" => "enabled",
        "organization.sso_disabled" => "disabled",
        "organization.sso_deleted" => "deleted",
        "organization.domain_created"
        | "organization.domain_deleted"
        | "organization.domain_dns_verification_success"
        | "organization.domain_dns_verification_failed" => "domain-changed",
        _ => "other",
    }
}

pub fn check_id(id: &str, prefix: &str, longest: usize) -> Valid<()> {
    require(id.starts_with(prefix) && id.chars().count() <= longest)
}

/// The organization and the connection in the data of an event about SSO.
pub fn scalekit_connection(data: &Value) -> Valid<(Option<&str>, Value)> {
    let id = required_text(data, "id")?;
    check_id(id, "conn_", usize::MAX)?;
    let organization = required_text(data, "organization_id")?;
    check_id(organization, "org_", usize::MAX)?;
    let kind = optional_text(data, "connection_type")?.filter(|kind| !kind.is_empty());
    let provider = optional_text(data, "provider")?;
    let status = optional_text(data, "status")?;
    let enabled = member(data, "enabled")?.unwrap_or(&Value::Null);
    require(enabled.is_null() || enabled.is_boolean())?;
    let connection = json!({
        "id": id,
        "name": null,
        "type": kind,
        "protocol": kind.map(scalekit_protocol),
        "provider": provider.and_then(scalekit_provider),
        "direction": "inbound",
        "enabled": enabled,
        "status": some_text(status),
    });
    Ok((Some(organization), connection))
}

/// The same of an event that no document names: what is like that of an event about SSO counts, and nothing
/// has to be there.
pub fn undocumented_connection(data: &Value) -> Valid<(Option<&str>, Value)> {
    let text = |name: &str| Ok(member(data, name)?.and_then(Value::as_str).filter(|text| !text.is_empty()));
    let kind = text("connection_type")?;
    let connection = json!({
        "id": text("id")?.filter(|id| id.starts_with("conn_")),
        "name": null,
        "type": kind,
        "protocol": kind.map(scalekit_protocol),
        "provider": text("provider")?.and_then(scalekit_provider),
        "direction": text("id")?.filter(|id| id.starts_with("conn_")).or(kind).map(|_| "inbound"),
        "enabled": data.get("enabled").filter(|enabled| enabled.is_boolean()),
        "status": text("status")?,
    });
    Ok((text("organization_id")?.filter(|id| id.starts_with("org_")), unless_hollow(connection)))
}

/// Only the types that the fixtures and the generator use.
pub fn scalekit_protocol(kind: &str) -> &'static str {
    match kind.to_ascii_lowercase().as_str() {
        "saml" => "saml",
        "oidc" => "oidc",
        _ => "other",
    }
}

/// Only the providers that the fixtures and the generator use.
pub fn scalekit_provider(provider: &str) -> Option<&'static str> {
    match provider.to_ascii_lowercase().as_str() {
        "okta" => Some("okta"),
        "google" => Some("google"),
        "microsoft_ad" => Some("microsoft"),
        "custom" => Some("custom"),
        "auth0" => Some("auth0"),
        "ping_identity" => Some("ping-identity"),
        "" | "connection_provider_unspecified" => None,
        _ => Some("other"),
    }
}

pub fn scalekit_normal(event: Value, organizations: [Option<&str>; 2]) -> Normal {
    let organizations: Vec<String> = organizations.into_iter().flatten().map(str::to_owned).collect();
    let mut normal = Normal {
        is_documented: is_documented(&SCALEKIT_ACTIONS, &event["action"]),
        is_ambiguous: false,
        organization_ids: organizations.clone(),
        organizations,
        connections: Vec::new(),
        connection_types: Vec::new(),
        event,
    };
    collect(&mut normal.connections, &normal.event["connection"]["id"]);
    collect(&mut normal.connection_types, &normal.event["connection"]["type"]);
    normal
}

pub fn is_documented(actions: &[&str], action: &Value) -> bool {
    action.as_str().is_some_and(|action| actions.iter().any(|known| known.eq_ignore_ascii_case(action)))
}

/// The actions on Centure's pages.
pub const CENTURE_ACTIONS: [&str; 10] = [
    "sso.view_settings",
    "sso.create_management_portal_url",
    "sso.delete_connection",
    "directory_sync.delete",
    "directory_sync.create_management_portal_url",
    "audit_logs.create_management_portal_url",
    "log_streams.create_management_portal_url",
    "user.view_settings",
    "api_key.create",
    "organization.update_name",
];

/// The event types of Scalekit's envelope.
pub const SCALEKIT_ACTIONS: [&str; 41] = [
    "organization.created",
    "organization.updated",
    "organization.deleted",
    "organization.domain_created",
    "organization.domain_deleted",
    "organization.domain_dns_verification_success",
    "organization.domain_dns_verification_failed",
    "organization.sso_created",
    "organization.sso_enabled",
    "organization.sso_disabled",
    "organization.sso_deleted",
    "organization.directory_enabled",
    "organization.directory_disabled",
    "organization.directory.user_created",
    "organization.directory.user_updated",
    "organization.directory.user_deleted",
    "organization.directory.group_created",
    "organization.directory.group_updated",
    "organization.directory.group_deleted",
    "user.signup",
    "user.login",
    "user.logout",
    "user.organization_invitation",
    "user.organization_membership_created",
    "user.organization_membership_updated",
    "user.organization_membership_deleted",
    "role.created",
    "role.updated",
    "role.deleted",
    "permission.created",
    "permission.updated",
    "permission.deleted",
    "connected_account.created",
    "connected_account.updated",
    "connected_account.status_updated",
    "connected_account.deleted",
    "connected_account.magic_link_generated",
    "connected_account.oauth_tokens_fetched",
    "connected_account.token_refresh_succeeded",
    "connected_account.token_refresh_failed",
    "connected_account.oauth_succeeded",
];
