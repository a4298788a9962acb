//! What a line of Okta's System Log means.

use serde_json::{Value, json};

use super::{Found, date_time, either, filled, first, list, object, open, text, text_or_integer};
use crate::oracle::reading::{Invalid, Normal, Valid, some_text};

pub fn looks_like(event: &Value) -> bool {
    let is_text = |key: &str| event.get(key).is_some_and(Value::is_string);
    let beside = ["published", "uuid", "outcome", "legacyEventType", "legacyeventtype"];
    (is_text("eventType") || is_text("eventtype")) && beside.iter().any(|key| event.get(key).is_some())
}

pub fn okta(event: &Value) -> Valid<Normal> {
    let action = either(event, ["eventType", "eventtype"])?.ok_or(Invalid)?;
    let action = action.as_str().filter(|action| !action.is_empty()).ok_or(Invalid)?;
    let when = date_time(filled(event, "published")?)?;
    text_or_integer(event, "version")?;
    text(event, "severity")?;
    for names in [["displayMessage", "displaymessage"], ["legacyEventType", "legacyeventtype"]] {
        either(event, names)?.map_or(Some(""), Value::as_str).ok_or(Invalid)?;
    }
    for names in [["authenticationContext", "authenticationcontext"], ["securityContext", "securitycontext"]]
    {
        either(event, names)?.is_none_or(Value::is_object).then_some(()).ok_or(Invalid)?;
    }
    object(event, "transaction")?;
    object(event, "device")?;
    let debug = either(event, ["debugContext", "debugcontext"])?.unwrap_or(&Value::Null);
    (debug.is_null() || debug.is_object()).then_some(()).ok_or(Invalid)?;
    let by = object(event, "actor")?;
    let client = object(event, "client")?;
    let outcome = object(event, "outcome")?;
    text(outcome, "reason")?;
    let targets = list(event, "target")?;
    for target in targets {
        for name in ["type", "id", "alternateId", "displayName"] {
            text(target, name)?;
        }
        text(open(target, "detailEntry"), "policyType")?;
    }
    let chain = list(object(event, "request")?, "ipChain")?;
    let hops = chain.iter().map(|hop| text(hop, "ip")).collect::<Valid<Vec<_>>>()?;
    let lower = action.to_ascii_lowercase();
    let is_unknown = is_unknown(&lower);
    let is_routing = targets.iter().any(|target| {
        let policy = target["detailEntry"]["policyType"].as_str().unwrap_or_default().to_ascii_lowercase();
        ["idpdiscovery", "idp_discovery"].contains(&policy.as_str())
    });
    let kind = text(by, "type")?;
    let login = text(by, "alternateId")?;
    let result = text(outcome, "result")?.map(str::to_ascii_uppercase);
    let agent = open(client, "userAgent");
    let mut found = Found {
        id: some_text(text(event, "uuid")?),
        outcome: named_outcome(&lower).or(match result.as_deref() {
            Some("SUCCESS" | "ALLOW") => Some("success"),
            Some("FAILURE" | "DENY" | "RATE_LIMIT") => Some("failure"),
            _ => None,
        }),
        actor: json!({
            "kind": kind.and_then(kind_of), "type": some_text(kind), "id": some_text(text(by, "id")?),
            "name": some_text(text(by, "displayName")?),
            "email": some_text(login.filter(|login| login.contains('@'))),
        }),
        is_outbound: is_outbound(&lower),
        user_agent: some_text(text(agent, "rawUserAgent")?),
        is_documented: !is_unknown,
        ..Found::default()
    };
    found.ips.extend(text(client, "ipAddress")?.map(str::to_owned));
    found.ips.extend(hops.first().copied().flatten().map(str::to_owned));
    if is_unknown || LIFECYCLE.iter().any(|known| known.0 == lower) {
        let protocol = text(open(debug, "debugData"), "protocol")?;
        let of = |target: &&Value| {
            let kind = target["type"].as_str();
            kind != Some("User") && kind != Some("PublicClientApp")
        };
        let provider = targets.iter().find(of).unwrap_or(&Value::Null);
        found.connection = json!({
            "id": some_text(text(provider, "id")?), "name": some_text(text(provider, "displayName")?),
            "type": first([protocol]), "protocol": protocol.and_then(protocol_of),
        });
    }
    Ok(found.normal("okta", &when, [action, operation(&lower, is_routing)]))
}

fn kind_of(kind: &str) -> Option<&'static str> {
    match kind.to_ascii_lowercase().as_str() {
        "user" => Some("user"),
        "publicclientapp" | "publicclientappentity" => Some("service"),
        "systemprincipal" => Some("system"),
        _ => None,
    }
}

fn protocol_of(protocol: &str) -> Option<&'static str> {
    match protocol.to_ascii_uppercase().as_str() {
        "SAML" | "SAML2" => Some("saml"),
        "OIDC" => Some("oidc"),
        _ => None,
    }
}

/// What happens to an identity provider, which is the target.
const LIFECYCLE: [(&str, &str); 6] = [
    ("system.idp.lifecycle.create", "created"),
    ("system.idp.lifecycle.activate", "enabled"),
    ("system.idp.lifecycle.deactivate", "disabled"),
    ("system.idp.lifecycle.delete", "deleted"),
    ("system.idp.lifecycle.update", "updated"),
    ("system.idp.lifecycle.read_client_secret", "viewed"),
];
const KEYS: [&str; 3] = ["system.idp.key.create", "system.idp.key.update", "system.idp.key.delete"];
const SUPPORT: [&str; 5] = ["grant", "extend", "revoke", "initiate", "end"];
const FEDERATION: &str = ".domain.federation.";

fn operation(action: &str, is_routing: bool) -> &'static str {
    if let Some((_, operation)) = LIFECYCLE.iter().find(|known| known.0 == action) {
        return operation;
    }
    if KEYS.contains(&action) {
        return "key-changed";
    }
    if is_support(action) {
        return "impersonated";
    }
    if is_federation(action) {
        return "domain-changed";
    }
    match action {
        _ if !is_routing => "other",
        "policy.rule.add" | "policy.rule.activate" => "assigned",
        "policy.rule.delete" | "policy.rule.deactivate" => "unassigned",
        "policy.rule.update" => "updated",
        policy if is_policy(policy) => "updated",
        _ => "other",
    }
}

fn is_support(action: &str) -> bool {
    action.strip_prefix("user.session.impersonation.").is_some_and(|what| SUPPORT.contains(&what))
}

fn is_policy(action: &str) -> bool {
    let what = ["create", "update", "delete", "activate", "deactivate"];
    action.strip_prefix("policy.lifecycle.").is_some_and(|it| what.contains(&it))
}

fn is_rule(action: &str) -> bool {
    let what = ["add", "update", "delete", "activate", "deactivate"];
    action.strip_prefix("policy.rule.").is_some_and(|it| what.contains(&it))
}

/// Of these, only those that are generated.
fn is_federation(action: &str) -> bool {
    [
        "set.domain.federation.success",
        "error.set.domain.federation.failure",
        "error.remove.domain.federation.failure",
    ]
    .iter()
    .any(|what| action.strip_prefix("app.office365.api.") == Some(what))
}

fn is_outbound(action: &str) -> bool {
    is_federation(action) || ["application.lifecycle.update", "app.keys.rotate"].contains(&action)
}

fn named_outcome(action: &str) -> Option<&'static str> {
    is_federation(action).then(|| if action.ends_with("success") { "success" } else { "failure" })
}

/// Not listed, and yet it may be about identity providers.
fn is_unknown(action: &str) -> bool {
    let is_listed = LIFECYCLE.iter().any(|known| known.0 == action)
        || KEYS.contains(&action)
        || is_support(action)
        || is_federation(action)
        || is_policy(action)
        || is_rule(action);
    let may_be = [
        "system.idp.",
        "identity_provider",
        "identityprovider",
        "impersonation",
        "policy.rule.",
        "policy.lifecycle.",
    ];
    !is_listed
        && (may_be.iter().any(|text| action.contains(text))
            || format!("{action}.").contains(FEDERATION)
            || action.contains("domain.federation")
            || is_near_a_change(action))
}

/// Whether a name is nearly that of something that changes identity providers or who is sent to them.
fn is_near_a_change(name: &str) -> bool {
    const CHANGES: &[&str] = &[
        "system.idp.lifecycle.create",
        "system.idp.lifecycle.activate",
        "system.idp.lifecycle.deactivate",
        "system.idp.lifecycle.delete",
        "system.idp.lifecycle.update",
        "system.idp.key.create",
        "system.idp.key.update",
        "system.idp.key.delete",
        "policy.rule.add",
        "policy.rule.update",
        "policy.rule.delete",
        "policy.rule.activate",
        "policy.rule.deactivate",
        "policy.lifecycle.create",
        "policy.lifecycle.update",
        "policy.lifecycle.delete",
        "policy.lifecycle.activate",
        "policy.lifecycle.deactivate",
    ];
    let name = name.to_lowercase();
    CHANGES.iter().any(|change| strsim::damerau_levenshtein(change, &name) <= 2)
}
