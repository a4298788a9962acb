//! What a line of Auth0 means: of a tenant's log, of self-service SSO, or of an event stream.

use serde_json::{Value, json};

use super::{Found, date_time, filled, first, open, text, text_or_integer};
use crate::oracle::reading::{Invalid, Normal, Valid, require};

pub fn looks_like(entry: &Value) -> bool {
    let has = |keys: &[&str]| keys.iter().any(|key| entry.get(key).is_some());
    let is_entry = has(&["date", "log_id"])
        && has(&["log_id", "client_id", "description", "ip", "user_id", "tenant_name"]);
    let is_cloud_event =
        entry.get("specversion").is_some_and(Value::is_string) && has(&["a0tenant", "a0stream"]);
    entry.get("type").is_some_and(Value::is_string) && (is_entry || is_cloud_event)
}

/// What an event says beyond its envelope.
enum About {
    Connection,
    Organization,
    SelfService,
    StreamConnection,
    StreamOrganization,
    Else,
}

/// `entry` is `root`, or in the members that wrap it.
pub fn auth0(root: &Value, entry: &Value) -> Valid<Normal> {
    let kind = filled(entry, "type")?;
    let mut ids = Vec::new();
    // Log streams repeat the id beside the entry.
    let mut outer = root;
    while !std::ptr::eq(outer, entry) {
        ids.push(text(outer, "log_id")?);
        let inner = ["event", "detail", "data"].iter().filter_map(|key| outer.get(key));
        outer = inner.into_iter().find(|inner| inner.is_object()).ok_or(Invalid)?;
    }
    ids.extend([text(entry, "log_id")?, text(entry, "id")?]);
    let times = [text(entry, "date")?, text(entry, "time")?];
    require(times.into_iter().flatten().all(|time| date_time(time).is_ok()))?;
    let when = date_time(times[0].or(times[1]).ok_or(Invalid)?)?;
    for name in
        ["description", "client_id", "client_name", "environment_name", "specversion", "source", "a0stream"]
    {
        text(entry, name)?;
    }
    let details = open(entry, "details");
    let step = text(details, "ss_sso_event_name")?;
    let request = open(details, "request");
    let [method, path] = [text(request, "method")?, text(request, "path")?];
    text(request, "channel")?;
    let by = open(open(request, "auth"), "user");
    let response = open(details, "response");
    let status = text_or_integer(response, "statusCode")?;
    let lower = kind.to_ascii_lowercase();
    let is_test = text(entry, "a0purpose")? == Some("test");
    let Meaning { action, operation, about, outcome } = meaning(kind, step, method.zip(path), is_test);
    let names = [
        [text(by, "user_id")?, text(entry, "user_id")?],
        [text(by, "name")?, text(entry, "user_name")?],
        [text(by, "email")?, None],
    ];
    let [actor_id, name, email] = names.map(first);
    let is_person = [&actor_id, &name, &email].into_iter().any(|text| !text.is_null());
    let agent = open(open(open(entry, "data"), "context"), "request");
    let mut found = Found {
        id: first(ids),
        outcome: outcome.or(ended(&lower, status.as_deref())),
        actor: json!({
            "kind": if is_person { Some("user") } else { method.map(|_| "service") },
            "id": actor_id, "name": name, "email": email,
        }),
        environment: first([text(entry, "tenant_name")?, text(entry, "a0tenant")?]),
        user_agent: first([text(entry, "user_agent")?, text(agent, "user_agent")?]),
        is_documented: action.to_ascii_lowercase() != lower || !lower.contains("ss_sso"),
        ..Found::default()
    };
    let ips = [text(entry, "ip")?, text(agent, "ip")?];
    found.ips.extend(ips.into_iter().flatten().map(str::to_owned));
    let segments = segments(path.unwrap_or_default());
    let [sent, answered] = [open(request, "body"), open(response, "body")];
    let object = open(open(entry, "data"), "object");
    match about {
        About::Connection => {
            let strategy = first([text(answered, "strategy")?, text(sent, "strategy")?]);
            let classes = strategy.as_str().map_or([None; 2], classes);
            found.connection = json!({
                "id": first([text(answered, "id")?, segments.get(2).map(String::as_str)]),
                "name": first([text(answered, "name")?, text(sent, "name")?]),
                "type": strategy, "protocol": classes[0], "provider": classes[1],
            });
        }
        About::Organization => {
            let is_about_one =
                segments.get(3).is_some_and(|it| !it.eq_ignore_ascii_case("discovery-domains"));
            let in_path = segments.get(4).filter(|_| is_about_one);
            found.connection =
                json!({ "id": first([in_path.map(String::as_str), text(sent, "connection_id")?]) });
            found.organization = json!({ "id": first([segments.get(2).map(String::as_str)]) });
        }
        About::SelfService => {
            found.connection = json!({ "name": first([text(details, "connection_name")?]) });
        }
        About::StreamConnection => {
            let strategy = first([text(object, "strategy")?]);
            let classes = strategy.as_str().map_or([None; 2], classes);
            found.connection = json!({
                "id": first([text(object, "id")?]), "name": first([text(object, "name")?]),
                "type": strategy, "protocol": classes[0], "provider": classes[1],
            });
        }
        About::StreamOrganization => {
            let organization = open(object, "organization");
            found.organization = json!({
                "id": first([text(organization, "id")?]), "name": first([text(organization, "name")?]),
            });
            found.connection = json!({ "id": first([text(open(object, "connection"), "id")?]) });
        }
        About::Else => {}
    }
    Ok(found.normal("auth0", &when, [&action, operation]))
}

/// A failure is one whatever else says so; 200 to 299 are success.
fn ended(kind: &str, status: Option<&str>) -> Option<&'static str> {
    let status = status.and_then(|status| status.parse::<f64>().ok()).unwrap_or_default();
    let is_failure = ["fapi", "ss_sso_failure"].contains(&kind)
        || (100.0..200.0).contains(&status)
        || (300.0..600.0).contains(&status);
    let is_success = kind == "ss_sso_success" || (200.0..300.0).contains(&status);
    if is_failure { Some("failure") } else { is_success.then_some("success") }
}

/// The segments of a path after `/api`, if that is there.
fn segments(path: &str) -> Vec<String> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let mut all: Vec<String> =
        path.split('/').map(|it| it.trim().to_owned()).filter(|it| !it.is_empty() && it != ".").collect();
    if all.first().is_some_and(|first| first.eq_ignore_ascii_case("api")) {
        all.remove(0);
    }
    all
}

struct Meaning {
    action: String,
    operation: &'static str,
    about: About,
    outcome: Option<&'static str>,
}

fn meaning(kind: &str, step: Option<&str>, call: Option<(&str, &str)>, is_test: bool) -> Meaning {
    let lower = kind.to_ascii_lowercase();
    let as_it_is = |operation, about| Meaning { action: kind.to_owned(), operation, about, outcome: None };
    match lower.as_str() {
        "sapi" | "fapi" | "mgmt_api_read" => {
            let call = call.and_then(|(method, path)| called(&method.to_ascii_uppercase(), path));
            call.unwrap_or_else(|| as_it_is("other", About::Else))
        }
        "ss_sso_success" | "ss_sso_failure" => {
            let step = step.unwrap_or_default().to_ascii_lowercase();
            match STEPS.iter().find(|(name, _)| *name == step) {
                Some((name, operation)) => Meaning {
                    action: (*name).to_owned(),
                    operation,
                    about: About::SelfService,
                    outcome: name.ends_with("_unsuccessful").then_some("failure"),
                },
                None => as_it_is("other", About::Else),
            }
        }
        _ => {
            let streamed = STREAMED.iter().find(|(name, _)| *name == lower);
            let Some((name, operation)) = streamed else {
                return as_it_is("other", About::Else);
            };
            let of_organization = name.starts_with("organization.");
            let about = if of_organization { About::StreamOrganization } else { About::StreamConnection };
            as_it_is(if is_test { "other" } else { operation }, about)
        }
    }
}

const STEPS: [(&str, &str); 10] = [
    ("ss_sso_ticket_generation", "portal-opened"),
    ("ss_sso_ticket_consumption", "viewed"),
    ("ss_sso_connection_creation", "created"),
    ("ss_sso_connection_update", "updated"),
    ("ss_sso_enable_connection", "enabled"),
    ("ss_sso_add_domain", "domain-changed"),
    ("ss_sso_delete_verified_domain", "domain-changed"),
    ("ss_sso_domain_verification_successful", "domain-changed"),
    ("ss_sso_domain_verification_unsuccessful", "domain-changed"),
    ("ss_sso_provisioning_token_creation", "other"),
];

const STREAMED: [(&str, &str); 6] = [
    ("connection.created", "created"),
    ("connection.updated", "updated"),
    ("connection.deleted", "deleted"),
    ("organization.connection.added", "assigned"),
    ("organization.connection.updated", "updated"),
    ("organization.connection.removed", "unassigned"),
];

/// What a call does, by its method and the segments of its path.
fn called(method: &str, path: &str) -> Option<Meaning> {
    let segments: Vec<String> = segments(path).iter().map(|it| it.to_ascii_lowercase()).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let (pattern, operation, about) = match (method, segments.as_slice()) {
        ("POST", ["v2", "connections"]) => ("/v2/connections", "created", About::Connection),
        ("GET", ["v2", "connections"]) => ("/v2/connections", "viewed", About::Connection),
        ("GET", ["v2", "connections", _]) => ("/v2/connections/{id}", "viewed", About::Connection),
        ("PATCH", ["v2", "connections", _]) => ("/v2/connections/{id}", "updated", About::Connection),
        ("DELETE", ["v2", "connections", _]) => ("/v2/connections/{id}", "deleted", About::Connection),
        ("PATCH", ["v2", "connections", _, "clients"]) => {
            ("/v2/connections/{id}/clients", "assigned", About::Connection)
        }
        ("POST", ["v2", "connections", _, "keys", "rotate"]) => {
            ("/v2/connections/{id}/keys/rotate", "key-changed", About::Connection)
        }
        ("DELETE", ["v2", "connections", _, "users"]) => {
            ("/v2/connections/{id}/users", "other", About::Connection)
        }
        (
            "POST" | "PATCH" | "DELETE",
            ["v2", "organizations", _, list @ ("enabled_connections" | "connections"), rest @ ..],
        ) if rest.len() == usize::from(method != "POST") => {
            let operation = match method {
                "POST" => "assigned",
                "PATCH" => "updated",
                _ => "unassigned",
            };
            let pattern = match (*list, rest.is_empty()) {
                ("connections", true) => "/v2/organizations/{organization}/connections",
                ("connections", false) => "/v2/organizations/{organization}/connections/{id}",
                (_, true) => "/v2/organizations/{organization}/enabled_connections",
                (_, false) => "/v2/organizations/{organization}/enabled_connections/{id}",
            };
            (pattern, operation, About::Organization)
        }
        ("POST", ["v2", "organizations", _, "discovery-domains"]) => {
            ("/v2/organizations/{organization}/discovery-domains", "domain-changed", About::Organization)
        }
        ("PATCH" | "DELETE", ["v2", "organizations", _, "discovery-domains", _]) => (
            "/v2/organizations/{organization}/discovery-domains/{domain}",
            "domain-changed",
            About::Organization,
        ),
        ("POST", ["v2", "self-service-profiles", _, "sso-ticket"]) => {
            ("/v2/self-service-profiles/{profile}/sso-ticket", "portal-opened", About::Else)
        }
        ("POST", ["v2", "self-service-profiles", _, "sso-ticket", _, "revoke"]) => {
            ("/v2/self-service-profiles/{profile}/sso-ticket/{ticket}/revoke", "other", About::Else)
        }
        _ => return None,
    };
    Some(Meaning { action: format!("{method} {pattern}"), operation, about, outcome: None })
}

/// Protocol and provider of a strategy, of those that are generated.
fn classes(strategy: &str) -> [Option<&'static str>; 2] {
    match strategy.to_ascii_lowercase().as_str() {
        "samlp" => [Some("saml"), Some("custom")],
        "oidc" => [Some("oidc"), Some("custom")],
        "okta" => [Some("oidc"), Some("okta")],
        "waad" => [Some("oidc"), Some("microsoft")],
        "adfs" => [Some("ws-fed"), Some("adfs")],
        "ad" => [Some("ldap"), Some("microsoft")],
        "auth0" => [Some("password"), None],
        _ => [None; 2],
    }
}
