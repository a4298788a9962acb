//! The documented fields of Centure's events, and the documented values of those that list them.

use crate::model::attribute::Attribute;
use crate::model::diagnostic::{ODD_ID, OVER_LIMIT, UNKNOWN_VALUE};
use crate::model::neutral::ActorKind;
use crate::sources::table::{Expect, Field, FieldKind, MetadataLimits};
use crate::sources::vocabulary::{Term, Vocabulary};
use crate::sources::workos_connection_types::CONNECTION_TYPES;

/// Type of a target that is an organization.
pub const ORGANIZATION: &str = "organization";
/// Type of a target that is an SSO connection.
pub const SSO_CONNECTION: &str = "sso_connection";

const ORG_ID: &[Expect] = &[Expect::NotEmpty, Expect::Prefix("org_", &ODD_ID)];
const CONN_ID: &[Expect] = &[Expect::NotEmpty, Expect::Prefix("conn_", &ODD_ID)];

#[rustfmt::skip]
pub static FIELDS: &[Field] = &[
    Field::text("action", "what happened, as `resource.action`")
        .required().maps_to(Attribute::Action).expects(&[Expect::NotEmpty]),
    Field::text("occurredAt", "when it happened; ISO 8601, UTC with milliseconds in practice")
        .alias("occurred_at").required().maps_to(Attribute::Time).expects(&[Expect::NotEmpty, Expect::Time]),
    Field::new("version", FieldKind::Integer, "version of the action's registered schema").delivery_metadata(),
    Field::text("id", "id of the stored event; log streams add it")
        .in_envelope().maps_to(Attribute::Id).expects(&[Expect::NotEmpty]),
    Field::text("organization_id", "organization; beside `event` in the ingestion body, at the root in log streams")
        .alias("organizationId").in_envelope().delivery_metadata().maps_to(Attribute::OrganizationId).expects(ORG_ID),

    Field::new("actor", FieldKind::Object, "who did it").required(),
    Field::text("actor.type", "always `user`")
        .required().maps_to(Attribute::ActorType).expects(&[Expect::OneOf(&ACTOR_TYPES)]),
    Field::text("actor.id", "user id")
        .required().maps_to(Attribute::ActorId).expects(&[Expect::NotEmpty, Expect::Prefix("user_", &ODD_ID)]),
    Field::text("actor.name", "full name").maps_to(Attribute::ActorName),
    Field::new("actor.metadata", FieldKind::Metadata(&METADATA), "more about the actor"),
    Field::text("actor.metadata.first_name", "first name"),
    Field::text("actor.metadata.last_name", "last name"),
    Field::text("actor.metadata.email", "e-mail address").maps_to(Attribute::ActorEmail),
    Field::text("actor.metadata.impersonator_email", "who acted in the actor's session; empty when nobody did")
        .maps_to(Attribute::ImpersonatorEmail),
    Field::text("actor.metadata.impersonator_reason", "why they did; empty when nobody did")
        .maps_to(Attribute::ImpersonatorReason),

    Field::new("targets", FieldKind::List, "what it was done to").required(),
    Field::text("targets[].type", "kind of target")
        .required().discriminator().expects(&[Expect::OneOf(&TARGET_TYPES)]),
    Field::text("targets[].id", "id of the target").required().expects(&[Expect::NotEmpty]),
    Field::text("targets[].name", "name of the target"),
    Field::new("targets[].metadata", FieldKind::Metadata(&METADATA), "more about the target"),
    Field::text("targets[type=organization].id", "organization id")
        .required().maps_to(Attribute::OrganizationId).expects(ORG_ID),
    Field::text("targets[type=organization].name", "organization name").maps_to(Attribute::OrganizationName),
    Field::text("targets[type=organization].metadata.name", "organization name again")
        .maps_to(Attribute::OrganizationName),
    Field::text("targets[type=sso_connection].id", "connection id")
        .required().maps_to(Attribute::ConnectionId).expects(CONN_ID),
    Field::text("targets[type=sso_connection].name", "`{connection_type} Connection`")
        .maps_to(Attribute::ConnectionName),
    Field::new("targets[type=sso_connection].metadata", FieldKind::Metadata(&METADATA), "the connection's facts").required(),
    Field::text("targets[type=sso_connection].metadata.connection_id", "connection id again")
        .required().expects(CONN_ID),
    Field::text("targets[type=sso_connection].metadata.connection_type", "WorkOS connection type")
        .required().maps_to(Attribute::ConnectionType).expects(&[Expect::OneOf(&CONNECTION_TYPES)]),
    Field::text("targets[type=sso_connection].metadata.organization_id", "organization that owned the connection")
        .required().maps_to(Attribute::OrganizationId).expects(ORG_ID),

    Field::new("context", FieldKind::Object, "where it came from").required(),
    Field::text("context.location", "IP address, or `unknown`; WorkOS allows any geolocation identifier")
        .required().maps_to(Attribute::Ip).expects(&[Expect::AtMost(45, &OVER_LIMIT)]),
    Field::text("context.userAgent", "user agent, or `unknown`")
        .alias("user_agent").required().maps_to(Attribute::UserAgent).expects(&[Expect::AtMost(500, &OVER_LIMIT)]),

    Field::new("metadata", FieldKind::Metadata(&METADATA), "more about the event").required(),
    Field::text("metadata.source", "route of the page, ids filled in").required().maps_to(Attribute::Page),
];

/// WorkOS's limits on `AuditLogEventDto`'s metadata.
static METADATA: MetadataLimits =
    MetadataLimits { max_keys: 50, max_key_chars: 40, key_symbols: &['_', '-'], max_value_chars: 500 };

static ACTOR_TYPES: Vocabulary = Vocabulary {
    noun: "actor type",
    code: &UNKNOWN_VALUE,
    terms: &[Term::actor("user", ActorKind::User)],
    classify_unknown: Term::none,
};

static TARGET_TYPES: Vocabulary = Vocabulary {
    noun: "target type",
    code: &UNKNOWN_VALUE,
    terms: &[
        Term::plain(ORGANIZATION),
        Term::plain(SSO_CONNECTION),
        Term::plain("directory_sync"),
        Term::plain("user"),
        Term::plain("api_key"),
        Term::plain("project"),
    ],
    classify_unknown: Term::none,
};
