//! The types of Auth0's events, and the calls of its Management API.

use std::sync::LazyLock;

use crate::model::fields::Fields;
use crate::model::operation::Operation;
use crate::sources::action::Action;
use crate::sources::auth0::fields::{
    API_CONNECTION, API_ORGANIZATION, EVENT_NAME, METHOD, PATH, PURPOSE, SELF_SERVICE, STREAM_CONNECTION,
    STREAM_ORGANIZATION, TYPE,
};
use crate::sources::auth0::path::{fits, segments};
use crate::sources::composite::TextOf;

/// The action of a log entry: of a call of the Management API its method and path, and of self-service SSO the name
/// of what happened.
pub fn action(text: TextOf<'_, '_>) -> Option<&'static str> {
    let kind = text(TYPE)?;
    let is = |name: &&str| kind.eq_ignore_ascii_case(name);
    if ["sapi", "fapi", "mgmt_api_read"].iter().any(is) {
        call(&text(METHOD)?, &text(PATH)?)
    } else if ["ss_sso_success", "ss_sso_failure"].iter().any(is) {
        let name = text(EVENT_NAME)?;
        of_group(SELF_SERVICE).find(|documented| documented.eq_ignore_ascii_case(&name))
    } else {
        None
    }
}

/// A documented call.
struct Call {
    name: &'static str,
    segments: Vec<&'static str>,
}

/// The methods of documented calls.
const METHODS: [&str; 4] = ["POST", "PATCH", "DELETE", "GET"];

/// The documented calls of each method.
static CALLS: LazyLock<[Vec<Call>; METHODS.len()]> = LazyLock::new(|| {
    METHODS.map(|wanted| {
        let calls = ACTIONS.iter().filter_map(|action| Some((action.name, action.name.split_once(' ')?)));
        let calls = calls.filter(|(_, (method, _))| *method == wanted);
        calls.map(|(name, (_, path))| Call { name, segments: segments(path).collect() }).collect()
    })
});

/// No documented path has more segments.
const MAX_SEGMENTS: usize = 8;

/// A call with names in place of ids.
fn call(method: &str, path: &str) -> Option<&'static str> {
    let mut buffer = [""; MAX_SEGMENTS];
    let mut count = 0;
    for segment in segments(path) {
        *buffer.get_mut(count)? = segment;
        count += 1;
    }
    let segments = buffer.get(..count)?;
    let method = METHODS.iter().position(|known| known.eq_ignore_ascii_case(method))?;
    CALLS[method].iter().find(|call| fits(segments, &call.segments)).map(|call| call.name)
}

fn of_group(group: &str) -> impl Iterator<Item = &'static str> {
    ACTIONS.iter().filter(move |action| action.group == group).map(|action| action.name)
}

/// An event of a stream, unless it is a test of the stream.
macro_rules! streamed {
    ($name:literal, $operation:ident, $about:literal) => {
        Action::new($name, Operation::$operation, $about)
            .refined_by(|fields| unless_test(fields, Operation::$operation))
            .may_be(&[Operation::Other])
    };
}

fn unless_test(fields: &Fields<'_>, operation: Operation) -> Operation {
    if fields.text(PURPOSE, 0).is_some_and(|purpose| purpose == "test") {
        Operation::Other
    } else {
        operation
    }
}

const fn connection(call: &'static str, operation: Operation, about: &'static str) -> Action {
    Action::new(call, operation, about).group(API_CONNECTION)
}

const fn organization(call: &'static str, operation: Operation, about: &'static str) -> Action {
    Action::new(call, operation, about).group(API_ORGANIZATION)
}

const fn self_service(name: &'static str, operation: Operation, about: &'static str) -> Action {
    Action::new(name, operation, about).group(SELF_SERVICE)
}

#[rustfmt::skip]
pub static ACTIONS: &[Action] = &[
    connection("POST /v2/connections", Operation::Created, "a connection was created"),
    connection("PATCH /v2/connections/{id}", Operation::Updated, "a connection was changed"),
    connection("DELETE /v2/connections/{id}", Operation::Deleted, "a connection was deleted"),
    connection("GET /v2/connections", Operation::Viewed, "connections were read with their secrets"),
    connection("GET /v2/connections/{id}", Operation::Viewed, "a connection was read with its secrets"),
    connection("PATCH /v2/connections/{id}/clients", Operation::Assigned, "a connection was attached to applications"),
    connection("POST /v2/connections/{id}/keys/rotate", Operation::KeyChanged, "the key of a connection was replaced"),
    connection("DELETE /v2/connections/{id}/users", Operation::Other, "a user of a connection was deleted"),
    connection("POST /v2/connections/{id}/scim-configuration", Operation::Other, "about provisioning"),
    connection("PATCH /v2/connections/{id}/scim-configuration", Operation::Other, "about provisioning"),
    connection("DELETE /v2/connections/{id}/scim-configuration", Operation::Other, "about provisioning"),
    connection("POST /v2/connections/{id}/directory-provisioning", Operation::Other, "about provisioning"),
    connection("PATCH /v2/connections/{id}/directory-provisioning", Operation::Other, "about provisioning"),
    connection("DELETE /v2/connections/{id}/directory-provisioning", Operation::Other, "about provisioning"),
    organization("POST /v2/organizations/{organization}/enabled_connections", Operation::Assigned, "a connection was attached to an organization"),
    organization("PATCH /v2/organizations/{organization}/enabled_connections/{id}", Operation::Updated, "how an organization uses a connection was changed"),
    organization("DELETE /v2/organizations/{organization}/enabled_connections/{id}", Operation::Unassigned, "a connection was detached from an organization"),
    organization("POST /v2/organizations/{organization}/connections", Operation::Assigned, "a connection was attached to an organization"),
    organization("PATCH /v2/organizations/{organization}/connections/{id}", Operation::Updated, "how an organization uses a connection was changed"),
    organization("DELETE /v2/organizations/{organization}/connections/{id}", Operation::Unassigned, "a connection was detached from an organization"),
    organization("POST /v2/organizations/{organization}/discovery-domains", Operation::DomainChanged, "a domain was added to an organization").gives(),
    organization("PATCH /v2/organizations/{organization}/discovery-domains/{domain}", Operation::DomainChanged, "a domain of an organization was changed"),
    organization("DELETE /v2/organizations/{organization}/discovery-domains/{domain}", Operation::DomainChanged, "a domain was removed from an organization").takes(),
    Action::new("POST /v2/self-service-profiles/{profile}/sso-ticket", Operation::PortalOpened, "a customer was given a link to set up SSO"),
    Action::other("POST /v2/self-service-profiles/{profile}/sso-ticket/{ticket}/revoke", "a link to set up SSO was revoked"),
    self_service("ss_sso_ticket_generation", Operation::PortalOpened, "a customer was given a link to set up SSO"),
    self_service("ss_sso_ticket_consumption", Operation::Viewed, "a link to set up SSO was opened"),
    self_service("ss_sso_connection_creation", Operation::Created, "a customer created a connection"),
    self_service("ss_sso_connection_update", Operation::Updated, "a customer changed a connection"),
    self_service("ss_sso_enable_connection", Operation::Enabled, "a customer enabled a connection"),
    self_service("ss_sso_add_domain", Operation::DomainChanged, "a customer added a domain").gives(),
    self_service("ss_sso_delete_pending_domain", Operation::DomainChanged, "a customer removed a domain that was not verified").takes(),
    self_service("ss_sso_delete_verified_domain", Operation::DomainChanged, "a customer removed a verified domain").takes(),
    self_service("ss_sso_domain_verification_successful", Operation::DomainChanged, "a domain was verified").gives(),
    self_service("ss_sso_domain_verification_unsuccessful", Operation::DomainChanged, "a domain could not be verified").failed().gives(),
    self_service("ss_sso_associate_verified_domain", Operation::DomainChanged, "a customer attached a verified domain to a connection").gives(),
    self_service("ss_sso_provisioning_token_creation", Operation::Other, "about provisioning"),
    self_service("ss_sso_provisioning_token_deletion", Operation::Other, "about provisioning"),
    self_service("ss_sso_provisioning_attribute_update", Operation::Other, "about provisioning"),
    self_service("ss_sso_google_workspace_provisioning_consent_completed", Operation::Other, "about provisioning"),
    self_service("ss_sso_missing_configuration", Operation::Other, "a set-up lacks a part"),
    Action::other("ss_sso_info", "a step of a set-up"),
    streamed!("connection.created", Created, "a connection was created").group(STREAM_CONNECTION),
    streamed!("connection.updated", Updated, "a connection was changed").group(STREAM_CONNECTION),
    streamed!("connection.deleted", Deleted, "a connection was deleted").group(STREAM_CONNECTION),
    streamed!("organization.connection.added", Assigned, "a connection was attached to an organization").group(STREAM_ORGANIZATION),
    streamed!("organization.connection.updated", Updated, "how an organization uses a connection was changed").group(STREAM_ORGANIZATION),
    streamed!("organization.connection.removed", Unassigned, "a connection was detached from an organization").group(STREAM_ORGANIZATION),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_documented_calls_are_known() {
        let documented = ACTIONS.iter().filter(|action| action.name.contains(' ')).count();
        assert_eq!(CALLS.iter().map(Vec::len).sum::<usize>(), documented);
    }

    #[test]
    fn calls_are_known_by_method_and_path() {
        for (method, path, expected) in [
            ("post", "/api/v2/connections", Some("POST /v2/connections")),
            ("PATCH", "/v2/connections/con_1?x=/2", Some("PATCH /v2/connections/{id}")),
            ("delete", "/api/v2/connections/con_1/", Some("DELETE /v2/connections/{id}")),
            ("delete", "/api/v2/connections/con_1/users", Some("DELETE /v2/connections/{id}/users")),
            ("delete", "/API/V2/Connections/con_1", Some("DELETE /v2/connections/{id}")),
            ("delete", "//api//v2/./connections//con_1", Some("DELETE /v2/connections/{id}")),
            ("delete", "api/v2/%63onnections/con_1", Some("DELETE /v2/connections/{id}")),
            (
                "delete",
                "https://acme.eu.auth0.com/api/v2/connections/con_1",
                Some("DELETE /v2/connections/{id}"),
            ),
            ("delete", " /api/v2/connections/con_1", Some("DELETE /v2/connections/{id}")),
            ("delete", "/api/api/v2/connections/con_1", None),
            ("delete", "/api/v2/connections%2Fcon_1", None),
            ("delete", "%", None),
            ("delete", "/api/v2/connections", None),
            ("patch", "/api/v2/connectionsx/con_1", None),
            ("post", "/api/v2/organizations/org_1/enabled_connections", Some(ASSIGN)),
            ("post", "", None),
        ] {
            assert_eq!(call(method, path), expected, "{method} {path}");
        }
        const ASSIGN: &str = "POST /v2/organizations/{organization}/enabled_connections";
    }
}
