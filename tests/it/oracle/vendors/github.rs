//! What a line of GitHub's audit log means.

use serde_json::{Value, json};

use super::{Found, either, epoch, filled, first, scalars, text, text_or_integer};
use crate::oracle::reading::{Invalid, Normal, Valid, require, some_text};

pub const TIMES: [&str; 3] = ["@timestamp", "at_sign_timestamp", "created_at"];

pub fn looks_like(event: &Value) -> bool {
    let is_container = |key: &str| event.get(key).is_some_and(|value| value.is_object() || value.is_array());
    event.get("action").is_some_and(Value::is_string)
        && TIMES.iter().chain(&["_document_id"]).any(|key| event.get(key).is_some())
        && !is_container("actor")
        && !is_container("targets")
}

pub fn github(event: &Value) -> Valid<Normal> {
    let action = filled(event, "action")?;
    let logged = either(event, ["@timestamp", "at_sign_timestamp"])?.unwrap_or(&Value::Null);
    let times = [epoch(logged, 1000)?, epoch(event.get("created_at").unwrap_or(&Value::Null), 1000)?];
    let when = times.into_iter().flatten().next().ok_or(Invalid)?;
    for name in ["name", "operation_type", "programmatic_access_type", "user"] {
        text(event, name)?;
    }
    let is_bot = event.get("actor_is_bot").unwrap_or(&Value::Null);
    require(is_bot.is_null() || is_bot.is_boolean())?;
    let actor_id = text_or_integer(event, "actor_id")?;
    let lower = action.to_ascii_lowercase();
    let operation = operation(&lower);
    let is_enterprise = lower.starts_with("business.") && CHANGES.contains(&operation);
    let may_be = ["saml", "oidc", "sso", "identity_provider", "external_identity"];
    let is_unknown = operation == "other"
        && may_be.iter().any(|text| lower.contains(text))
        && !OTHERS.contains(&lower.as_str());
    // The whole of a list counts, and of what is named the first.
    let [org_ids, business_ids] = ["org_id", "business_id"].map(|name| scalars(event, name));
    let [orgs, businesses] = ["org", "business"].map(|name| scalars(event, name));
    let best = |mut all: Vec<[Vec<String>; 2]>| {
        if is_enterprise {
            all.iter_mut().for_each(|both| both.reverse());
        }
        let all: Vec<String> = all.into_iter().flatten().flatten().collect();
        first(all.iter().map(|text| Some(text.as_str())))
    };
    let mut found = Found {
        id: some_text(text(event, "_document_id")?),
        outcome: ["org.recovery_code_failed", "business.recovery_code_failed"]
            .contains(&lower.as_str())
            .then_some("failure"),
        actor: json!({
            "kind": is_bot.as_bool().map(|is_bot| if is_bot { "service" } else { "user" }),
            "id": some_text(actor_id.as_deref()), "name": some_text(text(event, "actor")?),
        }),
        organization: json!({
            "id": best(vec![[org_ids.clone(), business_ids.clone()]]), "name": best(vec![[orgs.clone(), businesses.clone()]]),
        }),
        organizations: [
            [org_ids.clone(), business_ids.clone()].concat(),
            [orgs.clone(), businesses.clone()].concat(),
        ],
        ips: text(event, "actor_ip")?.map(str::to_owned).into_iter().collect(),
        user_agent: some_text(text(event, "user_agent")?),
        is_documented: !is_unknown,
        ..Found::default()
    };
    if CHANGES.contains(&operation) || is_unknown {
        text(event, "sso_url")?;
        let ids = if is_enterprise { business_ids } else { org_ids };
        let protocol = (!is_unknown).then(|| if lower.contains("oidc") { "oidc" } else { "saml" });
        found.connection = json!({
            "id": first(ids.iter().map(|id| Some(id.as_str()))), "name": some_text(text(event, "issuer")?),
            "protocol": protocol,
        });
    }
    Ok(found.normal("github", &when, [action, operation]))
}

const CHANGES: [&str; 3] = ["enabled", "disabled", "updated"];

fn operation(action: &str) -> &'static str {
    match action {
        "org.enable_saml" | "business.enable_saml" | "business.enable_oidc" => "enabled",
        "org.disable_saml" | "business.disable_saml" | "business.disable_oidc" => "disabled",
        "org.update_saml_provider_settings" | "business.update_saml_provider_settings" => "updated",
        codes => {
            let codes = codes.strip_prefix("org.").or_else(|| codes.strip_prefix("business."));
            let codes = codes.and_then(|codes| codes.strip_prefix("recovery_codes_"));
            let seen = ["generated", "viewed", "downloaded", "printed"];
            if codes.is_some_and(|codes| seen.contains(&codes)) { "viewed" } else { "other" }
        }
    }
}

/// What is documented and changes nothing, of those whose names may be about single sign-on.
const OTHERS: [&str; 4] =
    ["org.sso_response", "business.sso_response", "org.revoke_sso_session", "business.revoke_sso_session"];
