//! The documented fields of WorkOS events. What `data` holds depends on the event.

use crate::model::attribute::Attribute;
use crate::model::diagnostic::{ODD_ID, UNKNOWN_VALUE};
use crate::model::fields::FieldId;
use crate::model::neutral::ActorKind;
use crate::sources::table::{Expect, Field, FieldKind, id_of};
use crate::sources::vocabulary::{Term, Vocabulary};
use crate::sources::workos_connection_types::CONNECTION_TYPES;

/// Events about a connection.
pub const CONNECTION: &str = "connection";
/// Events about a certificate of a connection.
pub const CERTIFICATE: &str = "certificate";
/// Events about an organization.
pub const ORGANIZATION: &str = "organization";
/// Events about a domain that could not be verified.
pub const FAILED_DOMAIN: &str = "failed domain";
/// Events about logins through a connection.
pub const SSO: &str = "sso";
/// Events about sessions.
pub const SESSION: &str = "session";
/// Other events, which may be about something in an organization.
pub const RESOURCE: &str = "resource";

/// The groups of events that the actor in their context caused.
const BY_ACTOR: &[&str] = &[CONNECTION, CERTIFICATE, ORGANIZATION, FAILED_DOMAIN, RESOURCE];

const ORG_ID: &[Expect] = &[Expect::NotEmpty, Expect::Prefix("org_", &ODD_ID)];
const CONN_ID: &[Expect] = &[Expect::NotEmpty, Expect::Prefix("conn_", &ODD_ID)];

#[rustfmt::skip]
pub static FIELDS: &[Field] = &[
    Field::text("object", "always `event`; old webhooks lack it"),
    Field::text("id", "event id; it is the same in the Events API and in every delivery of a webhook")
        .required().maps_to(Attribute::Id).expects(&[Expect::NotEmpty]),
    Field::text("event", "what happened, as `resource.action`")
        .required().maps_to(Attribute::Action).expects(&[Expect::NotEmpty]),
    Field::text("created_at", "when it happened; RFC 3339 with milliseconds. Old webhooks lack it")
        .alias("createdAt").maps_to(Attribute::Time).expects(&[Expect::NotEmpty, Expect::Time]),
    Field::new("context", FieldKind::OpenObject, "how it came about"),
    Field::text("context.client_id", "client id of the environment").maps_to(Attribute::EnvironmentId),
    Field::new("context.actor", FieldKind::OpenObject, "who did it; in events about logins and sessions, somebody other than the user"),
    Field::text("context.actor.id", "user, API key or other actor").only_in(BY_ACTOR).maps_to(Attribute::ActorId),
    Field::text("context.actor.name", "name").only_in(BY_ACTOR).maps_to(Attribute::ActorName),
    Field::text("context.actor.source", "where it was done; `admin_portal` is the customer's administrator")
        .only_in(BY_ACTOR).maps_to(Attribute::ActorType).expects(&[Expect::OneOf(&ACTOR_SOURCES)]),
    Field::new("data", FieldKind::OpenObject, "what it happened to; listed here for events about SSO, sessions and organizations").required(),
    Field::text("data.updated_at", "when the object was last changed; the time of an event that has none of its own")
        .alias("updatedAt").maps_to(Attribute::Time).expects(&[Expect::Time]),

    Field::text("data.id", "connection id")
        .only_in(&[CONNECTION]).sso_only().required().maps_to(Attribute::ConnectionId).expects(CONN_ID),
    Field::text("data.organization_id", "organization that the connection belongs to")
        .only_in(&[CONNECTION]).sso_only().alias("organizationId").maps_to(Attribute::OrganizationId).expects(ORG_ID),
    Field::text("data.name", "name of the connection").only_in(&[CONNECTION]).sso_only().maps_to(Attribute::ConnectionName),
    Field::text("data.connection_type", "how the connection authenticates; SDKs call it `type`")
        .only_in(&[CONNECTION]).sso_only().alias("type").maps_to(Attribute::ConnectionType)
        .expects(&[Expect::OneOf(&CONNECTION_TYPES)]),
    Field::text("data.state", "state of the connection; before its deletion if it was deleted")
        .only_in(&[CONNECTION]).sso_only().maps_to(Attribute::ConnectionStatus),

    Field::new("data.connection", FieldKind::OpenObject, "the connection of the certificate").only_in(&[CERTIFICATE]).required(),
    Field::text("data.connection.id", "connection id")
        .only_in(&[CERTIFICATE]).required().maps_to(Attribute::ConnectionId).expects(CONN_ID),
    Field::text("data.connection.organization_id", "organization that the connection belongs to")
        .only_in(&[CERTIFICATE]).alias("organizationId").maps_to(Attribute::OrganizationId).expects(ORG_ID),
    Field::new("data.certificate", FieldKind::OpenObject, "the certificate").only_in(&[CERTIFICATE]),
    Field::text("data.certificate.certificate_type", "what it is for: `ResponseSigning`, `RequestSigning` or `ResponseEncryption`")
        .only_in(&[CERTIFICATE]).alias("certificateType").maps_to(Attribute::CertificateType),
    // No expectation: an event counts even if nobody can read when the certificate expires.
    Field::text("data.certificate.expiry_date", "when it expires; after a renewal, when the new one does")
        .only_in(&[CERTIFICATE]).alias("expiryDate").maps_to(Attribute::CertificateExpires),

    Field::text("data.id", "organization id")
        .only_in(&[ORGANIZATION]).required().maps_to(Attribute::OrganizationId).expects(ORG_ID),
    Field::text("data.name", "name of the organization").only_in(&[ORGANIZATION]).maps_to(Attribute::OrganizationName),

    Field::new("data.organization_domain", FieldKind::OpenObject, "the domain").only_in(&[FAILED_DOMAIN])
        .alias("organizationDomain").required(),
    Field::text("data.organization_domain.organization_id", "organization of the domain")
        .only_in(&[FAILED_DOMAIN]).alias("organizationId").maps_to(Attribute::OrganizationId).expects(ORG_ID),

    Field::text("data.user_id", "user who logs in").only_in(&[SSO]).alias("userId").maps_to(Attribute::ActorId),
    Field::text("data.email", "e-mail address of the user").only_in(&[SSO]).maps_to(Attribute::ActorEmail),
    Field::text("data.ip_address", "address it came from").only_in(&[SSO]).alias("ipAddress").maps_to(Attribute::Ip),
    Field::text("data.user_agent", "user agent it came from").only_in(&[SSO]).alias("userAgent").maps_to(Attribute::UserAgent),
    Field::new("data.sso", FieldKind::OpenObject, "through which connection").only_in(&[SSO]),
    Field::text("data.sso.connection_id", "connection id")
        .only_in(&[SSO]).alias("connectionId").maps_to(Attribute::ConnectionId).expects(CONN_ID),
    Field::text("data.sso.organization_id", "organization of the connection")
        .only_in(&[SSO]).alias("organizationId").maps_to(Attribute::OrganizationId).expects(ORG_ID),

    Field::text("data.user_id", "user whose session it is").only_in(&[SESSION]).alias("userId").maps_to(Attribute::ActorId),
    Field::text("data.organization_id", "organization of the session")
        .only_in(&[SESSION]).alias("organizationId").maps_to(Attribute::OrganizationId).expects(ORG_ID),
    Field::text("data.ip_address", "address it came from").only_in(&[SESSION]).alias("ipAddress").maps_to(Attribute::Ip),
    Field::text("data.user_agent", "user agent it came from").only_in(&[SESSION]).alias("userAgent").maps_to(Attribute::UserAgent),
    Field::text("data.auth_method", "how the user logged in").only_in(&[SESSION]).alias("authMethod")
        .expects(&[Expect::OneOf(&AUTH_METHODS)]),
    Field::new("data.impersonator", FieldKind::OpenObject, "who acts in the session, if it is not its user").only_in(&[SESSION]),
    Field::text("data.impersonator.email", "who it is").only_in(&[SESSION]).maps_to(Attribute::ImpersonatorEmail),
    Field::text("data.impersonator.reason", "why they do").only_in(&[SESSION]).maps_to(Attribute::ImpersonatorReason),

    Field::text("data.organization_id", "organization that it belongs to")
        .only_in(&[RESOURCE]).alias("organizationId").maps_to(Attribute::OrganizationId).expects(ORG_ID),
];

/// Who acts in a session, and why.
pub const IMPERSONATOR: [FieldId; 2] =
    [id_of(FIELDS, "data.impersonator.email"), id_of(FIELDS, "data.impersonator.reason")];
/// How a user logged in.
pub const AUTH_METHOD: FieldId = id_of(FIELDS, "data.auth_method");
/// The value of [`AUTH_METHOD`] of a session in which somebody else acts.
pub const IMPERSONATION: &str = "impersonation";

static ACTOR_SOURCES: Vocabulary = Vocabulary {
    noun: "source of an actor",
    code: &UNKNOWN_VALUE,
    terms: &[
        Term::actor("api", ActorKind::Service),
        Term::actor("dashboard", ActorKind::User),
        Term::actor_in_portal("admin_portal", ActorKind::User),
        Term::actor("system", ActorKind::System),
    ],
    classify_unknown: Term::none,
};

static AUTH_METHODS: Vocabulary = Vocabulary {
    noun: "authentication method",
    code: &UNKNOWN_VALUE,
    terms: &[
        Term::plain("cross_app_auth"),
        Term::plain("external_auth"),
        Term::plain(IMPERSONATION),
        Term::plain("magic_code"),
        Term::plain("migrated_session"),
        Term::plain("oauth"),
        Term::plain("passkey"),
        Term::plain("password"),
        Term::plain("sso"),
        Term::plain("unknown"),
    ],
    classify_unknown: Term::none,
};
