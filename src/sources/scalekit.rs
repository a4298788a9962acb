//! Scalekit: webhook events about organizations, their connections, directories and users.
//!
//! Fields and rules follow `ScalekitEvent` and `ConnectionEventData` in Scalekit's OpenAPI
//! description. Keys are snake_case on the wire; events that went through an SDK may have the
//! protobuf names in camelCase, so each field takes both.
//!
//! The envelope carries no actor, IP address or user agent.

use std::sync::LazyLock;

use super::{CrossCheck, Root, Source, Trees};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::{
    BAD_ID, CONTRADICTION, OVER_LIMIT, UNKNOWN_CONNECTION_TYPE, UNKNOWN_PROVIDER, UNKNOWN_STATUS,
    UNKNOWN_VALUE,
};
use crate::model::diagnostics::Diagnostics;
use crate::model::fields::{FieldId, Fields};
use crate::model::operation::Operation;
use crate::sources::action::Action;
use crate::sources::table::{Expect, Field, FieldKind, id_in, id_of};
use crate::sources::vocabulary::{OTHER, Term, Vocabulary};

/// The source.
pub static SOURCE: Source = Source {
    name: "scalekit",
    title: "Scalekit",
    about: "Scalekit webhook events",
    ids: "scalekit",
    detects,
    mark: None,
    wrappers: &[],
    complement: None,
    actions: ACTIONS,
    catch_all: None,
    composite: None,
    actor_kind: None,
    restore: None,
    fields: FIELDS,
    trees: LazyLock::new(|| Trees::build(FIELDS)),
    unknown_group: "",
    cross_checks: CROSS_CHECKS,
};

/// A key of the envelope that other sources do not have, with a type or data.
fn detects(root: &Root<'_>) -> bool {
    let envelope =
        ["spec_version", "specVersion", "environment_id", "environmentId", "occurred_at", "occurredAt"];
    root.has(&envelope) && root.has(&["type", "data"])
}

/// The group of actions that name none: all but those about domains.
const USUAL: &str = "";
/// Events about a domain of an organization.
const DOMAIN: &str = "domain";

/// An event about a domain of an organization.
const fn domain(name: &'static str, about: &'static str) -> Action {
    Action::new(name, Operation::DomainChanged, about).group(DOMAIN)
}

#[rustfmt::skip]
static ACTIONS: &[Action] = &[
    Action::new("organization.sso_created", Operation::Created, "a connection was created"),
    Action::new("organization.sso_enabled", Operation::Enabled, "a connection was enabled"),
    Action::new("organization.sso_disabled", Operation::Disabled, "a connection was disabled"),
    Action::new("organization.sso_deleted", Operation::Deleted, "a connection was deleted"),
    domain("organization.domain_created", "a domain was added to an organization").gives(),
    domain("organization.domain_deleted", "a domain was removed from an organization").takes(),
    domain("organization.domain_dns_verification_success", "a domain was verified").gives(),
    domain("organization.domain_dns_verification_failed", "a domain could not be verified").failed(),
    Action::other("organization.created", "an organization was created"),
    Action::other("organization.updated", "an organization was changed"),
    Action::other("organization.deleted", "an organization was deleted"),
    Action::other("organization.directory_enabled", "directory sync was enabled"),
    Action::other("organization.directory_disabled", "directory sync was disabled"),
    Action::other("organization.directory.user_created", "a directory user was created"),
    Action::other("organization.directory.user_updated", "a directory user was changed"),
    Action::other("organization.directory.user_deleted", "a directory user was deleted"),
    Action::other("organization.directory.group_created", "a directory group was created"),
    Action::other("organization.directory.group_updated", "a directory group was changed"),
    Action::other("organization.directory.group_deleted", "a directory group was deleted"),
    Action::other("user.signup", "a user signed up"),
    Action::other("user.login", "a user logged in"),
    Action::other("user.logout", "a user logged out"),
    Action::other("user.organization_invitation", "a user was invited to an organization"),
    Action::other("user.organization_membership_created", "a user became a member of an organization"),
    Action::other("user.organization_membership_updated", "a membership was changed"),
    Action::other("user.organization_membership_deleted", "a user is no longer a member of an organization"),
    Action::other("role.created", "a role was created"),
    Action::other("role.updated", "a role was changed"),
    Action::other("role.deleted", "a role was deleted"),
    Action::other("permission.created", "a permission was created"),
    Action::other("permission.updated", "a permission was changed"),
    Action::other("permission.deleted", "a permission was deleted"),
    Action::other("connected_account.created", "a connected account was created"),
    Action::other("connected_account.updated", "a connected account was changed"),
    Action::other("connected_account.status_updated", "a connected account changed its status"),
    Action::other("connected_account.deleted", "a connected account was deleted"),
    Action::other("connected_account.magic_link_generated", "a magic link was made for a connected account"),
    Action::other("connected_account.oauth_tokens_fetched", "tokens were fetched for a connected account"),
    Action::other("connected_account.token_refresh_succeeded", "a connected account's token was refreshed"),
    Action::other("connected_account.token_refresh_failed", "a connected account's token could not be refreshed"),
    Action::other("connected_account.oauth_succeeded", "a connected account was authorized"),
];

const ID_LENGTH: Expect = Expect::AtMost(32, &BAD_ID);

#[rustfmt::skip]
static FIELDS: &[Field] = &[
    Field::text("spec_version", "version of the envelope; `1` so far")
        .alias("specVersion").required().expects(&[Expect::Digits]),
    Field::text("id", "event id; a redelivered event has the same")
        .required().maps_to(Attribute::Id)
        .expects(&[Expect::NotEmpty, Expect::Prefix("evt_", &BAD_ID), ID_LENGTH]),
    Field::text("type", "what happened")
        .required().maps_to(Attribute::Action).expects(&[Expect::NotEmpty]),
    Field::text("object", "kind of object it happened to")
        .required().expects(&[Expect::OneOf(&OBJECTS)]),
    Field::text("occurred_at", "when it happened; RFC 3339, UTC, up to nine fractional digits")
        .alias("occurredAt").required().maps_to(Attribute::Time).expects(&[Expect::NotEmpty, Expect::Time]),
    Field::text("environment_id", "environment it happened in")
        .alias("environmentId").required().maps_to(Attribute::EnvironmentId)
        .expects(&[Expect::NotEmpty, Expect::Prefix("env_", &BAD_ID), ID_LENGTH]),
    Field::text("organization_id", "organization; absent on role, permission and connected-account events")
        .alias("organizationId").maps_to(Attribute::OrganizationId)
        .expects(&[Expect::NotEmpty, Expect::Prefix("org_", &BAD_ID), ID_LENGTH]),
    Field::text("display_name", "the type in words")
        .alias("displayName").expects(&[Expect::AtMost(200, &OVER_LIMIT)]),
    Field::new("data", FieldKind::Object, "what the type says; listed here for the SSO types").required(),
    Field::new("data", FieldKind::OpenObject, "the domain").only_in(&[DOMAIN]).required(),
    Field::text("data.organization_id", "organization that has the domain")
        .only_in(&[DOMAIN]).alias("organizationId").maps_to(Attribute::OrganizationId)
        .expects(&[Expect::NotEmpty, Expect::Prefix("org_", &BAD_ID)]),
    Field::text("data.id", "connection id")
        .required().only_in(&[USUAL]).sso_only().maps_to(Attribute::ConnectionId)
        .expects(&[Expect::NotEmpty, Expect::Prefix("conn_", &BAD_ID)]),
    Field::text("data.organization_id", "organization that owns the connection")
        .alias("organizationId").required().only_in(&[USUAL]).sso_only().maps_to(Attribute::OrganizationId)
        .expects(&[Expect::NotEmpty, Expect::Prefix("org_", &BAD_ID)]),
    Field::text("data.connection_type", "how the connection authenticates")
        .alias("connectionType").only_in(&[USUAL]).sso_only().maps_to(Attribute::ConnectionType)
        .expects(&[Expect::OneOf(&CONNECTION_TYPES)]),
    Field::text("data.provider", "identity provider")
        .only_in(&[USUAL]).sso_only().maps_to(Attribute::ConnectionProvider).expects(&[Expect::OneOf(&PROVIDERS)]),
    Field::new("data.enabled", FieldKind::Flag, "whether users can log in through it; only on enabled and disabled")
        .only_in(&[USUAL]).sso_only().maps_to(Attribute::ConnectionEnabled),
    Field::text("data.status", "how far along its set-up is; only on enabled and disabled")
        .only_in(&[USUAL]).sso_only().maps_to(Attribute::ConnectionStatus).expects(&[Expect::OneOf(&STATUSES)]),
];

static OBJECTS: Vocabulary = Vocabulary {
    noun: "object",
    code: &UNKNOWN_VALUE,
    terms: &[
        Term::plain("Organization"),
        Term::plain("Connection"),
        Term::plain("Role"),
        Term::plain("Directory"),
        Term::plain("DirectoryUser"),
        Term::plain("DirectoryGroup"),
        Term::plain("Permission"),
        Term::plain("OrgMembership"),
        Term::plain("User"),
        Term::plain("ConnectedAccount"),
    ],
    classify_unknown: Term::none,
};

/// `ConnectionType` of the SDKs; organizations' SSO uses `OIDC` and `SAML`.
static CONNECTION_TYPES: Vocabulary = Vocabulary {
    noun: "connection type",
    code: &UNKNOWN_CONNECTION_TYPE,
    terms: &[
        Term::protocol("OIDC", "oidc"),
        Term::protocol("SAML", "saml"),
        Term::protocol("PASSWORD", "password"),
        Term::protocol("OAUTH", "oauth"),
        Term::protocol("PASSWORDLESS", "passwordless"),
        Term::protocol("BASIC", "basic"),
        Term::protocol("BEARER", "bearer"),
        Term::protocol("API_KEY", "api-key"),
        Term::protocol("WEBAUTHN", "webauthn"),
        Term::protocol("OAUTH_M2M", "oauth"),
        Term::protocol("TRELLO_OAUTH1", "oauth"),
        Term::protocol("GOOGLE_DWD", "other"),
        Term::protocol("TRUSTED_IDP", "other"),
        Term::protocol("SMART_FHIR", "other"),
        Term::protocol("NO_AUTH", "other"),
        Term::protocol("INVALID", "other"),
    ],
    classify_unknown: |_| [Some(OTHER), None],
};

/// `ConnectionProvider` of the SDKs.
static PROVIDERS: Vocabulary = Vocabulary {
    noun: "provider",
    code: &UNKNOWN_PROVIDER,
    terms: &[
        Term::provider("OKTA", "okta"),
        Term::provider("GOOGLE", "google"),
        Term::provider("MICROSOFT_AD", "microsoft"),
        Term::provider("AUTH0", "auth0"),
        Term::provider("ONELOGIN", "onelogin"),
        Term::provider("PING_IDENTITY", "ping-identity"),
        Term::provider("JUMPCLOUD", "jumpcloud"),
        Term::provider("CUSTOM", "custom"),
        Term::provider("GITHUB", "github"),
        Term::provider("GITLAB", "gitlab"),
        Term::provider("LINKEDIN", "linkedin"),
        Term::provider("SALESFORCE", "salesforce"),
        Term::provider("MICROSOFT", "microsoft"),
        Term::provider("IDP_SIMULATOR", "idp-simulator"),
        Term::provider("SCALEKIT", "scalekit"),
        Term::provider("ADFS", "adfs"),
        Term::plain("CONNECTION_PROVIDER_UNSPECIFIED"),
    ],
    classify_unknown: |_| [None, Some(OTHER)],
};

/// `ConnectionStatus` of the SDKs.
static STATUSES: Vocabulary = Vocabulary {
    noun: "status",
    code: &UNKNOWN_STATUS,
    terms: &[
        Term::plain("DRAFT"),
        Term::plain("IN_PROGRESS"),
        Term::plain("COMPLETED"),
        Term::plain("CONNECTION_STATUS_UNSPECIFIED"),
    ],
    classify_unknown: Term::none,
};

const ORGANIZATION: FieldId = id_of(FIELDS, "organization_id");
const DATA_ORGANIZATION: FieldId = id_in(FIELDS, "data.organization_id", USUAL);
const DOMAIN_ORGANIZATION: FieldId = id_in(FIELDS, "data.organization_id", DOMAIN);
const ENABLED: FieldId = id_of(FIELDS, "data.enabled");

static CROSS_CHECKS: &[CrossCheck] = &[
    CrossCheck { fields: [ENABLED; 2], agree: |_, _| false, needs_both: true, check: enabled },
    CrossCheck {
        fields: [ORGANIZATION, DATA_ORGANIZATION],
        agree: |one, other| one == other,
        needs_both: true,
        check: organization,
    },
    CrossCheck {
        fields: [ORGANIZATION, DOMAIN_ORGANIZATION],
        agree: |one, other| one == other,
        needs_both: true,
        check: domain_organization,
    },
];

fn enabled(fields: &Fields<'_>, operation: Operation, diagnostics: &mut Diagnostics<'_>) {
    let expected = match operation {
        Operation::Enabled => Some("true"),
        Operation::Disabled => Some("false"),
        _ => None,
    };
    if let (Some(expected), Some(enabled)) = (expected, fields.find(ENABLED, 0))
        && enabled.raw(fields.text) != expected
    {
        diagnostics.add(&CONTRADICTION, enabled, |diagnostic| {
            diagnostic.message =
                format!("`enabled` is {}, but the event says {}", diagnostic.found(), operation.name());
            diagnostic.expected = Some(expected.to_owned());
        });
    }
}

fn organization(fields: &Fields<'_>, _: Operation, diagnostics: &mut Diagnostics<'_>) {
    compare_organization(fields, (DATA_ORGANIZATION, "connection"), diagnostics);
}

fn domain_organization(fields: &Fields<'_>, _: Operation, diagnostics: &mut Diagnostics<'_>) {
    compare_organization(fields, (DOMAIN_ORGANIZATION, "domain"), diagnostics);
}

/// Compares the organization of the event with that of the connection or domain in its data.
fn compare_organization(
    fields: &Fields<'_>,
    (repeated, what): (FieldId, &str),
    diagnostics: &mut Diagnostics<'_>,
) {
    if let (Some(organization), Some(repeated)) = (fields.text(ORGANIZATION, 0), fields.find(repeated, 0)) {
        let in_data = repeated.decode(fields.text);
        if in_data != organization && !in_data.is_empty() && !organization.is_empty() {
            diagnostics.add(&CONTRADICTION, repeated, |diagnostic| {
                diagnostic.message = format!(
                    "the {what}'s organization is {}, but the event's is `{organization}`",
                    diagnostic.quoted()
                );
                diagnostic.expected = Some(organization.into_owned());
            });
        }
    }
}
