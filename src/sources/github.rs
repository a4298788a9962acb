//! GitHub: the audit log of an organization or an enterprise, as it is streamed, exported or read from the API.
//!
//! Fields and actions follow GitHub's pages on audit log events of organizations and enterprises. They document
//! hundreds of actions, of which those about single sign-on are listed here. A line is one flat object, and its times
//! are numbers.
//!
//! An organization or enterprise has one identity provider, and no event gives it an id, so it goes by the id of the
//! organization or enterprise. That single sign-on becomes mandatory is not logged.

use std::ops::Range;
use std::sync::LazyLock;

use super::{CatchAll, Root, Source, Trees};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::UNKNOWN_VALUE;
use crate::model::neutral::ActorKind;
use crate::model::operation::Operation;
use crate::sources::action::Action;
use crate::sources::table::{EpochUnit, Expect, Field, FieldKind};
use crate::sources::vocabulary::{Term, Vocabulary};
use crate::sources::wrapper::{EVENT, EVENT_BRIDGE};

/// The source.
pub static SOURCE: Source = Source {
    name: "github",
    title: "GitHub",
    about: "GitHub audit log (streaming, exports and the API)",
    ids: "github",
    detects,
    mark: None,
    wrappers: &[&EVENT, &EVENT_BRIDGE],
    complement: None,
    actions: ACTIONS,
    catch_all: Some(CatchAll {
        action: Action::other("*", "not about single sign-on"),
        except: &["saml", "oidc", "sso", "identity_provider", "external_identity"],
    }),
    composite: None,
    actor_kind: None,
    restore: None,
    fields: FIELDS,
    trees: LazyLock::new(|| Trees::build(FIELDS)),
    unknown_group: PROVIDER,
    cross_checks: &[],
};

/// An action with a time as a number or an id of the log, by an actor who is named by a text.
fn detects(root: &Root<'_>) -> bool {
    root.has_text("action")
        && root.has(&["@timestamp", "created_at", "at_sign_timestamp", "_document_id"])
        && !root.has_container("actor")
        && !root.has_container("targets")
}

/// Events about the identity provider of an organization.
const PROVIDER: &str = "provider";
/// Events about that of an enterprise, which may name an organization besides.
const ENTERPRISE: &str = "provider of an enterprise";

/// An event about the identity provider of an organization.
const fn provider(name: &'static str, operation: Operation, about: &'static str) -> Action {
    Action::new(name, operation, about).group(PROVIDER)
}

/// An event about the identity provider of an enterprise.
const fn enterprise(name: &'static str, operation: Operation, about: &'static str) -> Action {
    Action::new(name, operation, about).group(ENTERPRISE)
}

#[rustfmt::skip]
static ACTIONS: &[Action] = &[
    provider("org.enable_saml", Operation::Enabled, "SAML single sign-on was enabled for an organization").protocol("saml"),
    provider("org.disable_saml", Operation::Disabled, "SAML single sign-on was disabled for an organization").protocol("saml"),
    provider("org.update_saml_provider_settings", Operation::Updated, "the SAML provider of an organization was changed").protocol("saml"),
    enterprise("business.enable_saml", Operation::Enabled, "SAML single sign-on was enabled for an enterprise").protocol("saml"),
    enterprise("business.disable_saml", Operation::Disabled, "SAML single sign-on was disabled for an enterprise").protocol("saml"),
    enterprise("business.update_saml_provider_settings", Operation::Updated, "the SAML provider of an enterprise was changed").protocol("saml"),
    enterprise("business.enable_oidc", Operation::Enabled, "OIDC single sign-on was enabled for an enterprise").protocol("oidc"),
    enterprise("business.disable_oidc", Operation::Disabled, "OIDC single sign-on was disabled for an enterprise").protocol("oidc"),
    Action::new("org.recovery_codes_generated", Operation::Viewed, "codes that let an owner in without single sign-on were made"),
    Action::new("org.recovery_codes_viewed", Operation::Viewed, "codes that let an owner in without single sign-on were seen"),
    Action::new("org.recovery_codes_downloaded", Operation::Viewed, "codes that let an owner in without single sign-on were downloaded"),
    Action::new("org.recovery_codes_printed", Operation::Viewed, "codes that let an owner in without single sign-on were printed"),
    Action::new("business.recovery_codes_generated", Operation::Viewed, "codes that let an owner in without single sign-on were made"),
    Action::new("business.recovery_codes_viewed", Operation::Viewed, "codes that let an owner in without single sign-on were seen"),
    Action::new("business.recovery_codes_downloaded", Operation::Viewed, "codes that let an owner in without single sign-on were downloaded"),
    Action::new("business.recovery_codes_printed", Operation::Viewed, "codes that let an owner in without single sign-on were printed"),
    Action::other("org.recovery_code_used", "an owner got in without single sign-on"),
    Action::other("org.recovery_code_failed", "an owner could not get in without single sign-on").failed(),
    Action::other("business.recovery_code_used", "an owner got in without single sign-on"),
    Action::other("business.recovery_code_failed", "an owner could not get in without single sign-on").failed(),
    Action::other("business.enable_open_scim", "provisioning by others than the identity provider was enabled"),
    Action::other("business.disable_open_scim", "provisioning by others than the identity provider was disabled"),
    Action::other("org.revoke_sso_session", "a session was ended"),
    Action::other("org.revoke_external_identity", "an identity was taken from a member"),
    Action::other("business.revoke_sso_session", "a session was ended"),
    Action::other("business.revoke_external_identity", "an identity was taken from a member"),
    Action::other("org.sso_response", "a member logged in through the identity provider"),
    Action::other("business.sso_response", "a member logged in through the identity provider"),
    Action::other("external_identity.deprovision", "an identity was taken from a member"),
    Action::other("external_identity.provision", "an identity was given to a member"),
    Action::other("external_identity.update", "an identity of a member was changed"),
    Action::other("external_identity.scim_api_failure", "an identity could not be provisioned").failed(),
    Action::other("external_identity.scim_api_success", "an identity was provisioned").succeeded(),
    Action::other("org_credential_authorization.grant", "a credential may be used with single sign-on"),
    Action::other("org_credential_authorization.deauthorize", "a credential may no longer be used with single sign-on"),
    Action::other("org_credential_authorization.revoke", "a credential may no longer be used with single sign-on"),
];

const MILLISECONDS: &[Expect] = &[Expect::NotEmpty, Expect::Epoch(EpochUnit::Milliseconds)];

#[rustfmt::skip]
static FIELDS: &[Field] = &[
    Field::text("action", "what happened, as `category.verb`").required().maps_to(Attribute::Action).expects(&[Expect::NotEmpty]),
    Field::new("@timestamp", FieldKind::TextOrInteger, "when it happened, in milliseconds since 1970")
        .alias("at_sign_timestamp").maps_to(Attribute::Time).expects(MILLISECONDS),
    Field::new("created_at", FieldKind::TextOrInteger, "when it was logged, in milliseconds since 1970; nearly always the same")
        .maps_to(Attribute::Time).expects(MILLISECONDS),
    Field::text("_document_id", "id of the entry; exports of the web page lack it").maps_to(Attribute::Id),
    Field::text("actor", "login of who did it").maps_to(Attribute::ActorName),
    Field::new("actor_id", FieldKind::TextOrInteger, "id of who did it").maps_to(Attribute::ActorId),
    Field::new("actor_is_bot", FieldKind::Flag, "whether a program did it").expects(&[Expect::OneOf(&BOTS)]),
    Field::text("actor_ip", "address it came from; only if the log may have addresses").maps_to(Attribute::Ip),
    Field::text("user_agent", "user agent it came from").maps_to(Attribute::UserAgent),
    Field::new("business_id", FieldKind::Any, "id of the enterprise").only_in(&[ENTERPRISE]).part(all).maps_to(Attribute::OrganizationId),
    Field::new("business", FieldKind::Any, "name of the enterprise").only_in(&[ENTERPRISE]).part(all).maps_to(Attribute::OrganizationName),
    Field::new("org_id", FieldKind::Any, "id of the organization").maps_to(Attribute::OrganizationId),
    Field::new("business_id", FieldKind::Any, "id of the enterprise").maps_to(Attribute::OrganizationId),
    Field::new("org", FieldKind::Any, "name of the organization").maps_to(Attribute::OrganizationName),
    Field::new("business", FieldKind::Any, "name of the enterprise").maps_to(Attribute::OrganizationName),
    Field::new("org_id", FieldKind::Any, "the organization's identity provider").only_in(&[PROVIDER])
        .part(all).maps_to(Attribute::ConnectionId),
    Field::new("business_id", FieldKind::Any, "the enterprise's identity provider").only_in(&[ENTERPRISE])
        .part(all).maps_to(Attribute::ConnectionId),
    Field::text("issuer", "issuer of the identity provider").only_in(&[PROVIDER, ENTERPRISE]).maps_to(Attribute::ConnectionName),
    Field::text("sso_url", "where the identity provider lets people in").only_in(&[PROVIDER, ENTERPRISE]),
    Field::text("name", "what it is about, such as the enterprise"),
    Field::new("data", FieldKind::Any, "further facts of some actions"),
    Field::text("operation_type", "kind of the change, such as `modify`"),
    Field::text("programmatic_access_type", "the kind of credential that a program or person used"),
    Field::text("user", "login of the member it happened to"),
];

/// All of a text.
fn all(text: &str) -> Option<Range<usize>> {
    (!text.is_empty()).then_some(0..text.len())
}

static BOTS: Vocabulary = Vocabulary {
    noun: "flag",
    code: &UNKNOWN_VALUE,
    terms: &[Term::actor("true", ActorKind::Service), Term::actor("false", ActorKind::User)],
    classify_unknown: Term::none,
};
