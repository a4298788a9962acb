//! The documented fields of Auth0's log entries and stream events that say who did what to a connection.

use crate::model::attribute::Attribute;
use crate::model::diagnostic::UNKNOWN_CONNECTION_TYPE;
use crate::model::fields::FieldId;
use crate::model::neutral::Outcome;
use crate::sources::auth0::path::{connection_in, organization_in};
use crate::sources::table::{Expect, Field, FieldKind, id_of};
use crate::sources::vocabulary::{Term, Vocabulary};

/// Calls about a connection.
pub const API_CONNECTION: &str = "call about a connection";
/// Calls about connections and domains of an organization.
pub const API_ORGANIZATION: &str = "call about an organization";
/// Events of self-service SSO.
pub const SELF_SERVICE: &str = "self-service";
/// Stream events about a connection.
pub const STREAM_CONNECTION: &str = "connection";
/// Stream events about a connection of an organization.
pub const STREAM_ORGANIZATION: &str = "organization";

const TYPES: &[Expect] = &[Expect::OneOf(&STRATEGIES)];

#[rustfmt::skip]
pub static FIELDS: &[Field] = &[
    Field::text("type", "what happened").required().maps_to(Attribute::Action)
        .expects(&[Expect::NotEmpty, Expect::Outcome(outcome_of_type)]),
    Field::text("log_id", "id of the log entry; log streams repeat it beside the entry")
        .in_envelope().delivery_metadata().maps_to(Attribute::Id),
    Field::text("id", "id of the stream event").maps_to(Attribute::Id),
    Field::text("date", "when it happened; ISO 8601").maps_to(Attribute::Time).expects(&[Expect::NotEmpty, Expect::Time]),
    Field::text("time", "when it happened; ISO 8601").maps_to(Attribute::Time).expects(&[Expect::NotEmpty, Expect::Time]),
    Field::text("description", "a sentence"),
    Field::text("client_id", "application that it was done with"),
    Field::text("client_name", "its name"),
    Field::text("ip", "address it came from").maps_to(Attribute::Ip),
    Field::text("user_agent", "user agent it came from").maps_to(Attribute::UserAgent),
    Field::text("tenant_name", "tenant").maps_to(Attribute::EnvironmentId),
    Field::text("a0tenant", "tenant").maps_to(Attribute::EnvironmentId),
    Field::text("environment_name", "region of the tenant"),
    Field::text("specversion", "version of CloudEvents"),
    Field::text("source", "tenant, as a name of CloudEvents"),
    Field::text("a0stream", "the event stream"),
    Field::text("a0purpose", "`test` for an event that tests the stream"),
    Field::new("details", FieldKind::Any, "what was asked for and answered"),
    Field::text("details.ss_sso_event_name", "what happened in a set-up by the customer").discriminator(),
    Field::text("details.connection_name", "name of the connection that is set up").only_in(&[SELF_SERVICE])
        .maps_to(Attribute::ConnectionName),
    Field::new("details.request", FieldKind::Any, "the call"),
    Field::text("details.request.method", "HTTP method of the call").discriminator(),
    Field::text("details.request.path", "path of the call"),
    Field::text("details.request.channel", "where it was called from; the dashboard if it is `https://manage.auth0.com/`"),
    Field::new("details.request.auth", FieldKind::Any, "who called"),
    Field::new("details.request.auth.user", FieldKind::Any, "the person who called"),
    Field::text("details.request.auth.user.user_id", "id").maps_to(Attribute::ActorId),
    Field::text("details.request.auth.user.name", "name").maps_to(Attribute::ActorName),
    Field::text("details.request.auth.user.email", "e-mail address").maps_to(Attribute::ActorEmail),
    Field::new("details.response", FieldKind::Any, "the answer"),
    Field::new("details.response.statusCode", FieldKind::TextOrInteger, "status of the answer")
        .expects(&[Expect::Outcome(outcome_of_status)]),
    Field::new("details.response.body", FieldKind::Any, "what was answered"),
    Field::text("details.response.body.id", "connection id").only_in(&[API_CONNECTION]).maps_to(Attribute::ConnectionId),
    Field::text("details.request.path", "connection id in the path").only_in(&[API_CONNECTION, API_ORGANIZATION])
        .part(connection_in).maps_to(Attribute::ConnectionId),
    Field::text("details.request.path", "organization in the path").only_in(&[API_ORGANIZATION])
        .part(organization_in).maps_to(Attribute::OrganizationId),
    Field::new("details.request.body", FieldKind::Any, "what was sent"),
    Field::text("details.request.body.connection_id", "connection id").only_in(&[API_ORGANIZATION]).maps_to(Attribute::ConnectionId),
    Field::text("details.response.body.name", "name of the connection").only_in(&[API_CONNECTION]).maps_to(Attribute::ConnectionName),
    Field::text("details.request.body.name", "name of the connection").only_in(&[API_CONNECTION]).maps_to(Attribute::ConnectionName),
    Field::text("details.response.body.strategy", "how the connection authenticates")
        .only_in(&[API_CONNECTION]).maps_to(Attribute::ConnectionType).expects(TYPES),
    Field::text("details.request.body.strategy", "how the connection authenticates")
        .only_in(&[API_CONNECTION]).maps_to(Attribute::ConnectionType).expects(TYPES),
    Field::text("user_id", "who did it, or to whom it happened").maps_to(Attribute::ActorId),
    Field::text("user_name", "name").maps_to(Attribute::ActorName),
    Field::new("data", FieldKind::Any, "what a stream event is about"),
    Field::new("data.object", FieldKind::Any, "the object"),
    Field::text("data.object.id", "connection id").only_in(&[STREAM_CONNECTION]).maps_to(Attribute::ConnectionId),
    Field::text("data.object.name", "name of the connection").only_in(&[STREAM_CONNECTION]).maps_to(Attribute::ConnectionName),
    Field::text("data.object.strategy", "how the connection authenticates")
        .only_in(&[STREAM_CONNECTION]).maps_to(Attribute::ConnectionType).expects(TYPES),
    Field::new("data.object.organization", FieldKind::Any, "the organization").only_in(&[STREAM_ORGANIZATION]),
    Field::text("data.object.organization.id", "organization id").only_in(&[STREAM_ORGANIZATION]).maps_to(Attribute::OrganizationId),
    Field::text("data.object.organization.name", "name of the organization")
        .only_in(&[STREAM_ORGANIZATION]).maps_to(Attribute::OrganizationName),
    Field::new("data.object.connection", FieldKind::Any, "the connection").only_in(&[STREAM_ORGANIZATION]),
    Field::text("data.object.connection.id", "connection id").only_in(&[STREAM_ORGANIZATION]).maps_to(Attribute::ConnectionId),
    Field::new("data.context", FieldKind::Any, "how it came about"),
    Field::new("data.context.request", FieldKind::Any, "the request"),
    Field::text("data.context.request.ip", "address it came from").maps_to(Attribute::Ip),
    Field::text("data.context.request.user_agent", "user agent it came from").maps_to(Attribute::UserAgent),
];

/// The type of an entry.
pub const TYPE: FieldId = id_of(FIELDS, "type");
/// The method of a call.
pub const METHOD: FieldId = id_of(FIELDS, "details.request.method");
/// The path of a call.
pub const PATH: FieldId = id_of(FIELDS, "details.request.path");
/// What happened in self-service SSO.
pub const EVENT_NAME: FieldId = id_of(FIELDS, "details.ss_sso_event_name");
/// Whether a stream event is a test.
pub const PURPOSE: FieldId = id_of(FIELDS, "a0purpose");

/// The outcome that a type names: whole types stand for failed calls and failed set-ups.
fn outcome_of_type(kind: &str) -> Option<Outcome> {
    let is = |name: &str| kind.eq_ignore_ascii_case(name);
    if is("fapi") || is("ss_sso_failure") {
        Some(Outcome::Failure)
    } else {
        is("ss_sso_success").then_some(Outcome::Success)
    }
}

/// The outcome that a status of HTTP tells. What is none tells nothing: an attempt must not be thought to have failed
/// because a tool has spoilt its status.
fn outcome_of_status(status: &str) -> Option<Outcome> {
    let status: f64 = status.parse().ok()?;
    if (200.0..300.0).contains(&status) {
        Some(Outcome::Success)
    } else {
        (100.0..600.0).contains(&status).then_some(Outcome::Failure)
    }
}

/// Strategies of enterprise connections, and of others that are met often.
static STRATEGIES: Vocabulary = Vocabulary {
    noun: "strategy",
    code: &UNKNOWN_CONNECTION_TYPE,
    terms: &[
        of("samlp", "saml", "custom"),
        of("oidc", "oidc", "custom"),
        of("okta", "oidc", "okta"),
        of("waad", "oidc", "microsoft"),
        of("office365", "oidc", "microsoft"),
        of("adfs", "ws-fed", "adfs"),
        of("google-apps", "oidc", "google"),
        of("pingfederate", "saml", "ping-identity"),
        of("ad", "ldap", "microsoft"),
        Term::protocol("auth0", "password"),
        Term::protocol("email", "passwordless"),
        Term::protocol("sms", "passwordless"),
        of("google-oauth2", "oauth", "google"),
        of("github", "oauth", "github"),
        of("apple", "oauth", "apple"),
        of("windowslive", "oauth", "microsoft"),
        of("linkedin", "oauth", "linkedin"),
        of("facebook", "oauth", "facebook"),
        Term::protocol("oauth2", "oauth"),
    ],
    classify_unknown: Term::none,
};

const fn of(name: &'static str, protocol: &'static str, provider: &'static str) -> Term {
    Term { provider: Some(provider), ..Term::protocol(name, protocol) }
}
