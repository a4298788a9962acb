//! Generated events of vendors that log attempts, in wrappers and out of them.

use proptest::prelude::*;

use super::corpus::{Json, Part, join, literal, may, member_of, must, object, text};
use super::corpus::{LOCATIONS, NAMES, ORG_IDS, TIMES};

/// An event in what transports put around it, or as it is.
fn wrapped(event: BoxedStrategy<Json>) -> BoxedStrategy<Json> {
    let bus = object(vec![
        must("version", text(&["0"])),
        must("detail-type", text(&["SystemLog"])),
        must("source", text(&["aws.partner/acme"])),
        must("time", text(&["2025-01-15T14:30:00Z"])),
    ]);
    let beside = object(vec![must("host", text(&["h"])), must("time", literal(&["1748854800"]))]);
    let in_key = |key: &'static str, event: Json, beside: Json| {
        join(vec![beside, Json::Object(vec![member_of(key, event)])])
    };
    prop_oneof![
        6 => event.clone(),
        1 => (event.clone(), bus).prop_map(move |(event, beside)| in_key("detail", event, beside)),
        1 => (event, beside).prop_map(move |(event, beside)| in_key("event", event, beside)),
    ]
    .boxed()
}

/// Numbers, digits and date-times as times, of which a few are none.
fn epoch(numbers: &'static [&'static str], digits: &'static [&'static str]) -> BoxedStrategy<Json> {
    prop_oneof![4 => literal(numbers), 1 => text(digits), 1 => text(TIMES)].boxed()
}

/// A member in the first of two spellings, or now and then in the second.
fn respelled(keys: [&'static str; 2], value: BoxedStrategy<Json>) -> Part {
    (prop::bool::weighted(0.8), value)
        .prop_map(move |(first, value)| vec![(keys[usize::from(!first)].to_owned(), value)])
        .boxed()
}

const OKTA_TYPES: &[&str] = &[
    "system.idp.lifecycle.create",
    "system.idp.lifecycle.activate",
    "system.idp.lifecycle.deactivate",
    "system.idp.lifecycle.delete",
    "System.IdP.Lifecycle.Update",
    "system.idp.lifecycle.read_client_secret",
    "system.idp.lifecycle.purge",
    "system.idp.lifecycle.delet",
    "system.idp.key.update",
    "user.session.impersonation.grant",
    "user.session.impersonation.start",
    "policy.rule.add",
    "policy.rule.update",
    "policy.rule.deactivate",
    "policy.rule.invalidate",
    "policy.lifecycle.update",
    "app.office365.api.set.domain.federation.success",
    "app.office365.api.error.remove.domain.federation.failure",
    "application.lifecycle.update",
    "app.keys.rotate",
    "user.session.start",
];

fn okta_target() -> BoxedStrategy<Json> {
    let policy = object(vec![may(must(
        "policyType",
        text(&["IdpDiscovery", "IDP_DISCOVERY", "idpdiscovery", "Password", ""]),
    ))]);
    object(vec![
        may(must("id", text(&["0oa1", "0oa2", "00u1", ""]))),
        may(must(
            "type",
            text(&["User", "IdentityProvider", "PublicClientApp", "PolicyEntity", "PolicyRule", ""]),
        )),
        may(must("displayName", text(NAMES))),
        may(must(
            "detailEntry",
            prop_oneof![3 => policy, 1 => literal(&["1"]), 1 => Just(Json::List(Vec::new()))],
        )),
    ])
}

pub fn okta_event() -> BoxedStrategy<Json> {
    let targets = prop_oneof![
        5 => prop::collection::vec(okta_target(), 0..4).prop_map(Json::List),
        1 => literal(&["null"]),
        1 => Just(Json::Object(Vec::new())),
    ];
    let actor = object(vec![
        may(must("id", text(&["00u1", "0oa9", ""]))),
        may(must(
            "type",
            text(&["User", "user", "PublicClientApp", "SystemPrincipal", "IP address", "Odd", ""]),
        )),
        may(must("alternateId", text(&["zoe@example.com", "unknown", "@", ""]))),
        may(must("displayName", text(NAMES))),
    ]);
    let agent = object(vec![may(must("rawUserAgent", text(NAMES)))]);
    let client = object(vec![
        may(must("ipAddress", text(LOCATIONS))),
        may(must("userAgent", agent)),
        may(must("zone", text(&["null"]))),
    ]);
    let hops =
        prop::collection::vec(object(vec![may(must("ip", text(LOCATIONS)))]), 0..3).prop_map(Json::List);
    let results: &[&str] =
        &["SUCCESS", "FAILURE", "failure", "ALLOW", "DENY", "RATE_LIMIT", "SKIPPED", "Odd", ""];
    let data = object(vec![may(must("protocol", text(&["SAML", "saml2", "OIDC", "Odd", ""])))]);
    let event = object(vec![
        may(must("uuid", text(&["u1", "u2", ""]))),
        must("published", text(TIMES)),
        respelled(["eventType", "eventtype"], text(OKTA_TYPES)),
        may(must("version", prop_oneof![text(&["0"]), literal(&["0", "1.5"])].boxed())),
        may(respelled(["displayMessage", "displaymessage"], text(NAMES))),
        may(must("actor", actor)),
        may(must("client", client)),
        may(must("outcome", object(vec![may(must("result", text(results)))]))),
        may(must("target", targets)),
        may(respelled(["debugContext", "debugcontext"], object(vec![may(must("debugData", data))]))),
        may(must("request", object(vec![may(must("ipChain", hops))]))),
    ]);
    wrapped(event)
}

const PATHS: &[&str] = &[
    "/api/v2/connections",
    "/api/v2/connections/con_1",
    "/v2/connections/con_1?include=/users",
    "/API/V2/Connections/con_1/",
    "//api/v2//connections/./con_1",
    "/api/v2/connections/con_1/clients",
    "/api/v2/connections/con_1/keys/rotate",
    "/api/v2/connections/con_1/users",
    "/api/v2/connections/con_1/odd",
    "/api/v2/organizations/org_1/enabled_connections",
    "/api/v2/organizations/org_1/enabled_connections/con_1",
    "/api/v2/organizations/org_é/connections/con_2",
    "/api/v2/organizations/org_1/discovery-domains",
    "/api/v2/organizations/org_1/discovery-domains/d1",
    "/api/v2/self-service-profiles/p1/sso-ticket",
    "/api/v2/self-service-profiles/p1/sso-ticket/t1/revoke",
    "/v2/guardian/policies",
    "/",
    "",
];
const STRATEGIES: &[&str] = &["samlp", "oidc", "OKTA", "waad", "adfs", "ad", "auth0", "odd", ""];
const CONNECTIONS: &[&str] = &["con_1", "con_2", ""];

/// An object, or something else that may stand for it.
fn anything_or(value: BoxedStrategy<Json>) -> BoxedStrategy<Json> {
    prop_oneof![8 => value, 1 => literal(&["null", "1"]), 1 => Just(Json::List(Vec::new()))].boxed()
}

fn auth0_entry() -> BoxedStrategy<Json> {
    let user = object(vec![
        may(must("user_id", text(&["auth0|1", ""]))),
        may(must("name", text(NAMES))),
        may(must("email", text(&["zoe@example.com", ""]))),
    ]);
    let sent = object(vec![may(must("name", text(NAMES))), may(must("connection_id", text(CONNECTIONS)))]);
    let answered = object(vec![
        may(must("id", text(CONNECTIONS))),
        may(must("name", text(NAMES))),
        may(must("strategy", text(STRATEGIES))),
    ]);
    let request = object(vec![
        may(must("method", text(&["post", "patch", "delete", "DELETE", "get", "put", ""]))),
        must("path", text(PATHS)),
        may(must("auth", anything_or(object(vec![may(must("user", anything_or(user)))])))),
        may(must("body", anything_or(sent))),
    ]);
    let status = prop_oneof![
        4 => literal(&["201", "204", "403", "204.0", "99", "301"]),
        1 => text(&["204", "500", "OK", ""]),
    ];
    let response = object(vec![may(must("statusCode", status)), may(must("body", anything_or(answered)))]);
    let details = object(vec![
        may(must("request", request)),
        may(must("response", anything_or(response))),
        may(must(
            "ss_sso_event_name",
            text(&[
                "ss_sso_ticket_generation",
                "ss_sso_connection_creation",
                "SS_SSO_enable_connection",
                "ss_sso_domain_verification_unsuccessful",
                "ss_sso_enable_conection",
            ]),
        )),
        may(must("connection_name", text(NAMES))),
    ]);
    let types: &[&str] = &[
        "sapi",
        "sapi",
        "sapi",
        "SAPI",
        "fapi",
        "mgmt_api_read",
        "ss_sso_success",
        "ss_sso_failure",
        "ss_sso_info",
        "s",
    ];
    object(vec![
        must("log_id", text(&["900200", "900201", ""])),
        must("date", text(TIMES)),
        must("type", text(types)),
        may(must("description", text(NAMES))),
        may(must("ip", text(LOCATIONS))),
        may(must("user_agent", text(NAMES))),
        may(must("user_id", text(&["auth0|2", ""]))),
        may(must("user_name", text(NAMES))),
        may(must("tenant_name", text(&["acme", ""]))),
        may(must("details", anything_or(details))),
    ])
}

fn auth0_cloud_event() -> BoxedStrategy<Json> {
    let organization = object(vec![may(must("id", text(ORG_IDS))), may(must("name", text(NAMES)))]);
    let thing = object(vec![
        must("id", text(CONNECTIONS)),
        may(must("name", text(NAMES))),
        may(must("strategy", text(STRATEGIES))),
        may(must("organization", anything_or(organization))),
        may(must("connection", anything_or(object(vec![must("id", text(CONNECTIONS))])))),
    ]);
    let request = object(vec![may(must("ip", text(LOCATIONS))), may(must("user_agent", text(NAMES)))]);
    let context = object(vec![may(must("request", anything_or(request)))]);
    let types: &[&str] = &[
        "connection.created",
        "Connection.Deleted",
        "connection.updated",
        "organization.connection.added",
        "organization.connection.removed",
        "connection.renamed",
        "user.created",
    ];
    object(vec![
        must("specversion", text(&["1.0"])),
        must("type", text(types)),
        must("source", text(&["urn:auth0:acme.eu", "urn:auth0:acme.eu", "urn:auth1:acme.eu"])),
        must("id", text(&["evt_1", "evt_2"])),
        must("time", text(TIMES)),
        must("data", object(vec![may(must("object", anything_or(thing))), may(must("context", context))])),
        may(must("a0tenant", text(&["acme", ""]))),
        may(must("a0purpose", text(&["test", "other"]))),
    ])
}

pub fn auth0_event() -> BoxedStrategy<Json> {
    let streamed = object(vec![may(must("log_id", text(&["900200", ""]))), must("data", auth0_entry())]);
    wrapped(prop_oneof![3 => auth0_entry(), 2 => streamed, 2 => auth0_cloud_event()].boxed())
}

pub fn github_event() -> BoxedStrategy<Json> {
    let times = || {
        epoch(
            &[
                "1748854800123",
                "0",
                "-1",
                "1748854800123.0",
                "1e12",
                "1.748854800123E12",
                "253402300800000",
                "1.5",
            ],
            &["1748854800123", "1748854800000.0", "-5", "soon", ""],
        )
    };
    let ids = || {
        let some = prop_oneof![literal(&["73", "9007199254740993", "null"]), text(&["73", "x", ""])].boxed();
        let list = prop::collection::vec(some.clone(), 0..3).prop_map(Json::List);
        prop_oneof![4 => some, 1 => list, 1 => Just(Json::Object(Vec::new()))].boxed()
    };
    let names = || {
        let list = prop::collection::vec(text(NAMES), 0..3).prop_map(Json::List);
        prop_oneof![4 => text(NAMES), 1 => list].boxed()
    };
    let actions: &[&str] = &[
        "org.enable_saml",
        "ORG.Disable_SAML",
        "org.update_saml_provider_settings",
        "business.enable_saml",
        "business.disable_oidc",
        "business.update_saml_provider_settings",
        "org.saml_disabled",
        "org.recovery_codes_viewed",
        "business.recovery_code_failed",
        "org.sso_response",
        "team.add_member",
        "",
    ];
    let event = object(vec![
        may(respelled(["@timestamp", "at_sign_timestamp"], times())),
        may(must("created_at", times())),
        may(must("_document_id", text(&["d1", "d2"]))),
        must("action", text(actions)),
        may(must("actor", text(NAMES))),
        may(must("actor_id", prop_oneof![literal(&["42", "1.5"]), text(&["42", ""])].boxed())),
        may(must("actor_is_bot", literal(&["true", "false"]))),
        may(must("actor_ip", text(LOCATIONS))),
        may(must("user_agent", text(NAMES))),
        may(must("org", names())),
        may(must("org_id", ids())),
        may(must("business", names())),
        may(must("business_id", ids())),
        may(must("issuer", text(NAMES))),
    ]);
    wrapped(event)
}

pub fn slack_event() -> BoxedStrategy<Json> {
    let words = || text(&["required", "Optional", "on", "members", ""]);
    let list = prop::collection::vec(words(), 0..3).prop_map(Json::List);
    let value = prop_oneof![
        3 => words(),
        1 => literal(&["true", "false", "1", "null"]),
        1 => list.clone(),
        1 => list.prop_map(|list| Json::List(vec![list])),
        1 => Just(Json::Object(vec![member_of("type", Json::Text("required".to_owned()))])),
    ];
    let actions: &[&str] = &[
        "idp_configuration_added",
        "IDP_configuration_deleted",
        "idp_prod_configuration_updated",
        "idp_configuration_removed",
        "pref.sso_setting_changed",
        "pref.sso_setting_changed",
        "user_login",
    ];
    let user = object(vec![
        may(must("id", text(&["W1", ""]))),
        may(must("name", text(NAMES))),
        may(must("email", text(&["zoe@example.com", ""]))),
    ]);
    let actor = object(vec![may(must("type", text(&["user", "USER", "app"]))), may(must("user", user))]);
    let location = object(vec![may(must("id", text(&["T1", ""]))), may(must("name", text(NAMES)))]);
    let context = object(vec![
        may(must("location", location)),
        may(must("ua", text(NAMES))),
        may(must("ip_address", text(LOCATIONS))),
    ]);
    let times = epoch(
        &["1748854800", "0", "-62167219200", "1748854800.0", "1e9", "1748854800123", "0.5"],
        &["1748854800", "1748854800.0", "x"],
    );
    let event = object(vec![
        may(must("id", text(&["s1", "s2"]))),
        must("date_create", times),
        must("action", text(actions)),
        may(must("actor", actor)),
        may(must("context", context)),
        may(must("details", anything_or(object(vec![may(must("new_value", value))])))),
    ]);
    wrapped(event)
}
