//! Okta: the System Log, as it comes from its API, in event hooks and on Amazon EventBridge.
//!
//! Fields follow `LogEvent` in Okta's OpenAPI description, and actions its catalogue of event types, of which there
//! are more than a thousand. No field is required there, and every optional one may be null. Tools that store the log
//! write some keys in lower case, so these fields take both spellings.
//!
//! Events do not say whose tenant they are from. What becomes of an attempt is in `outcome`.

use std::ops::Range;
use std::sync::LazyLock;

use super::{CatchAll, Root, Source, Trees};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::UNKNOWN_VALUE;
use crate::model::fields::{FieldId, Fields};
use crate::model::neutral::{ActorKind, Outcome};
use crate::model::operation::Operation;
use crate::sources::action::Action;
use crate::sources::table::{Expect, Field, FieldKind, id_of};
use crate::sources::vocabulary::{Term, Vocabulary};
use crate::sources::wrapper::{EVENT, EVENT_BRIDGE};

/// The source.
pub static SOURCE: Source = Source {
    name: "okta",
    title: "Okta",
    about: "Okta System Log (API, event hooks and EventBridge)",
    ids: "okta",
    detects,
    mark: None,
    wrappers: &[&EVENT, &EVENT_BRIDGE],
    complement: None,
    actions: ACTIONS,
    catch_all: Some(CatchAll {
        action: Action::other("*", "not about identity providers"),
        except: &[
            "system.idp.",
            "identity_provider",
            "identityprovider",
            "impersonation",
            "domain.federation",
            "policy.rule.",
            "policy.lifecycle.",
        ],
    }),
    composite: None,
    actor_kind: None,
    restore: None,
    fields: FIELDS,
    trees: LazyLock::new(|| Trees::build(FIELDS)),
    unknown_group: IDP,
    cross_checks: &[],
};

/// The type of an event with what only the log has beside it.
fn detects(root: &Root<'_>) -> bool {
    let has_type = root.has_text("eventType") || root.has_text("eventtype");
    has_type && root.has(&["published", "uuid", "outcome", "legacyEventType", "legacyeventtype"])
}

/// Events about an identity provider, which is their target.
const IDP: &str = "identity provider";

const fn idp(name: &'static str, operation: Operation, about: &'static str) -> Action {
    Action::new(name, operation, about).group(IDP)
}

/// An event about a rule of a policy, of which only those that choose an identity provider are about SSO.
macro_rules! routing {
    ($name:literal, $operation:ident, $about:literal) => {
        Action::other($name, $about)
            .refined_by(|fields| if_routing(fields, Operation::$operation))
            .may_be(&[Operation::$operation])
    };
}

fn if_routing(fields: &Fields<'_>, operation: Operation) -> Operation {
    let mut types = fields.each(POLICY_TYPE).map(|(_, span)| span.decode(fields.text));
    // The log has one spelling, and the API of policies another.
    let is_routing = |policy: &str| {
        ["IdpDiscovery", "IDP_DISCOVERY"].iter().any(|routing| policy.eq_ignore_ascii_case(routing))
    };
    if types.any(|policy| is_routing(&policy)) { operation } else { Operation::Other }
}

/// An event about an application, to which Okta is the identity provider.
const fn application(name: &'static str, about: &'static str) -> Action {
    Action::other(name, about).outbound()
}

/// An event about the domains of Office 365 that trust Okta.
const fn office365(name: &'static str, about: &'static str) -> Action {
    Action::new(name, Operation::DomainChanged, about).outbound()
}

const ACCESS: &str = "about access by Okta's support to the organization";

#[rustfmt::skip]
static ACTIONS: &[Action] = &[
    idp("system.idp.lifecycle.create", Operation::Created, "an identity provider was created"),
    idp("system.idp.lifecycle.activate", Operation::Enabled, "an identity provider was activated"),
    idp("system.idp.lifecycle.deactivate", Operation::Disabled, "an identity provider was deactivated"),
    idp("system.idp.lifecycle.delete", Operation::Deleted, "an identity provider was deleted"),
    idp("system.idp.lifecycle.update", Operation::Updated, "an identity provider was changed"),
    idp("system.idp.lifecycle.read_client_secret", Operation::Viewed, "a client secret of an identity provider was read"),
    Action::new("system.idp.key.create", Operation::KeyChanged, "a certificate for identity providers was added"),
    Action::new("system.idp.key.update", Operation::KeyChanged, "a certificate for identity providers was replaced"),
    Action::new("system.idp.key.delete", Operation::KeyChanged, "a certificate for identity providers was removed"),
    Action::new("user.session.impersonation.grant", Operation::Impersonated, ACCESS).gives(),
    Action::new("user.session.impersonation.extend", Operation::Impersonated, ACCESS).gives(),
    Action::new("user.session.impersonation.revoke", Operation::Impersonated, ACCESS).takes(),
    Action::new("user.session.impersonation.initiate", Operation::Impersonated, ACCESS).gives(),
    Action::new("user.session.impersonation.end", Operation::Impersonated, ACCESS).takes(),
    routing!("policy.rule.add", Assigned, "a rule was added to a policy; about SSO if the policy chooses an identity provider"),
    routing!("policy.rule.update", Updated, "a rule of a policy was changed; about SSO if the policy chooses an identity provider"),
    routing!("policy.rule.delete", Unassigned, "a rule was removed from a policy; about SSO if the policy chooses an identity provider"),
    routing!("policy.rule.activate", Assigned, "a rule of a policy was activated; about SSO if the policy chooses an identity provider"),
    routing!("policy.rule.deactivate", Unassigned, "a rule of a policy was deactivated; about SSO if the policy chooses an identity provider"),
    routing!("policy.lifecycle.create", Updated, "a policy was created; about SSO if it chooses an identity provider"),
    routing!("policy.lifecycle.update", Updated, "a policy was changed; about SSO if it chooses an identity provider"),
    routing!("policy.lifecycle.delete", Updated, "a policy was deleted; about SSO if it chooses an identity provider"),
    routing!("policy.lifecycle.activate", Updated, "a policy was activated; about SSO if it chooses an identity provider"),
    routing!("policy.lifecycle.deactivate", Updated, "a policy was deactivated; about SSO if it chooses an identity provider"),
    office365("app.office365.api.set.domain.federation.success", "a domain of Office 365 was made to trust Okta").succeeded().gives(),
    office365("app.office365.api.change.domain.federation.success", "how a domain of Office 365 trusts Okta was changed").succeeded(),
    office365("app.office365.api.remove.domain.federation.success", "a domain of Office 365 no longer trusts Okta").succeeded().takes(),
    office365("app.office365.api.error.set.domain.federation.failure", "a domain of Office 365 could not be made to trust Okta").failed().gives(),
    office365("app.office365.api.error.set.domain.federation.failure.access.denied", "a domain of Office 365 could not be made to trust Okta").failed().gives(),
    office365("app.office365.api.error.set.domain.federation.failure.domain.default", "a domain of Office 365 could not be made to trust Okta").failed().gives(),
    office365("app.office365.api.error.set.domain.federation.failure.domain.not.found", "a domain of Office 365 could not be made to trust Okta").failed().gives(),
    office365("app.office365.api.error.remove.domain.federation.failure", "trust of a domain of Office 365 could not be removed").failed().takes(),
    office365("app.office365.api.error.remove.domain.federation.failure.access.denied", "trust of a domain of Office 365 could not be removed").failed().takes(),
    office365("app.office365.api.error.remove.domain.federation.failure.domain.not.found", "trust of a domain of Office 365 could not be removed").failed().takes(),
    application("application.lifecycle.create", "an application was created"),
    application("application.lifecycle.update", "an application was changed"),
    application("application.lifecycle.activate", "an application was activated"),
    application("application.lifecycle.deactivate", "an application was deactivated"),
    application("application.lifecycle.delete", "an application was deleted"),
    application("app.keys.generate", "a key of an application was made"),
    application("app.keys.rotate", "a key of an application was replaced"),
    application("app.keys.clone", "a key of an application was copied"),
    application("app.keys.delete", "a key of an application was removed"),
    Action::other("support.org.view", "somebody of Okta looked at the organization"),
    Action::other("support.org.update", "somebody of Okta changed the organization"),
    Action::other("user.authentication.auth_via_IDP", "somebody logged in through an identity provider"),
    Action::other("user.authentication.auth_via_inbound_SAML", "somebody logged in through an identity provider"),
    Action::other("user.authentication.auth_via_social", "somebody logged in through an identity provider"),
    Action::other("user.authentication.sso", "somebody logged in to an application"),
    Action::other("system.log_stream.lifecycle.deactivate", "the log is no longer passed on to a stream"),
    Action::other("system.log_stream.lifecycle.delete", "a stream of the log was deleted"),
];

#[rustfmt::skip]
static FIELDS: &[Field] = &[
    Field::text("uuid", "event id; the same in every delivery").maps_to(Attribute::Id),
    Field::text("published", "when it happened; RFC 3339 with milliseconds").maps_to(Attribute::Time)
        .expects(&[Expect::NotEmpty, Expect::Time]),
    Field::text("eventType", "what happened, as `object.action`").required().alias("eventtype")
        .maps_to(Attribute::Action).expects(&[Expect::NotEmpty]),
    Field::new("version", FieldKind::TextOrInteger, "version of the format, `0`"),
    Field::text("severity", "`DEBUG`, `ERROR`, `INFO` or `WARN`"),
    Field::text("displayMessage", "a sentence").alias("displaymessage"),
    Field::text("legacyEventType", "another name for what happened").alias("legacyeventtype"),
    Field::new("actor", FieldKind::OpenObject, "who did it"),
    Field::text("actor.id", "id").maps_to(Attribute::ActorId),
    Field::text("actor.type", "kind of actor").maps_to(Attribute::ActorType).expects(&[Expect::OneOf(&ACTOR_TYPES)]),
    Field::text("actor.alternateId", "login, which usually is an e-mail address"),
    Field::text("actor.alternateId", "e-mail address, if the login is one").part(email).maps_to(Attribute::ActorEmail),
    Field::text("actor.displayName", "name").maps_to(Attribute::ActorName),
    Field::new("client", FieldKind::OpenObject, "from where it was done"),
    Field::text("client.ipAddress", "address it came from").maps_to(Attribute::Ip),
    Field::new("client.userAgent", FieldKind::Any, "user agent it came from"),
    Field::text("client.userAgent.rawUserAgent", "as it was sent").maps_to(Attribute::UserAgent),
    Field::new("outcome", FieldKind::OpenObject, "what became of it"),
    Field::text("outcome.result", "how it ended").expects(&[Expect::OneOf(&RESULTS)]),
    Field::text("outcome.reason", "why"),
    Field::new("target", FieldKind::List, "what it was done to, in no order"),
    Field::text("target[].type", "what it is").discriminator(),
    Field::text("target[].id", "id"),
    Field::text("target[].alternateId", "another id or a name"),
    Field::text("target[].displayName", "name"),
    Field::new("target[].detailEntry", FieldKind::Any, "further facts about it"),
    Field::text("target[].detailEntry.policyType", "kind of policy; `IdpDiscovery` chooses an identity provider"),
    Field::text("target[].id", "id of the identity provider").only_in(&[IDP]).maps_to(Attribute::ConnectionId),
    Field::text("target[].displayName", "name of the identity provider").only_in(&[IDP]).maps_to(Attribute::ConnectionName),
    Field::text("target[type=User].id", "id of a user").only_in(&[IDP]),
    Field::text("target[type=User].displayName", "name of a user").only_in(&[IDP]),
    Field::text("target[type=PublicClientApp].id", "id of a client").only_in(&[IDP]),
    Field::text("target[type=PublicClientApp].displayName", "name of a client").only_in(&[IDP]),
    Field::new("transaction", FieldKind::OpenObject, "the request or job"),
    Field::new("debugContext", FieldKind::OpenObject, "further facts").alias("debugcontext"),
    Field::new("debugContext.debugData", FieldKind::Any, "a map of them"),
    Field::text("debugContext.debugData.protocol", "protocol of the identity provider").only_in(&[IDP])
        .maps_to(Attribute::ConnectionType).expects(&[Expect::OneOf(&PROTOCOLS)]),
    Field::new("authenticationContext", FieldKind::OpenObject, "how the actor was authenticated").alias("authenticationcontext"),
    Field::new("securityContext", FieldKind::OpenObject, "about the address").alias("securitycontext"),
    Field::new("request", FieldKind::OpenObject, "the request"),
    Field::new("request.ipChain", FieldKind::List, "the addresses that it passed through"),
    Field::text("request.ipChain[].ip", "address").maps_to(Attribute::Ip),
    Field::new("device", FieldKind::OpenObject, "the device it came from"),
];

const POLICY_TYPE: FieldId = id_of(FIELDS, "target[].detailEntry.policyType");

/// All of a login that is an e-mail address.
fn email(login: &str) -> Option<Range<usize>> {
    login.contains('@').then_some(0..login.len())
}

static ACTOR_TYPES: Vocabulary = Vocabulary {
    noun: "actor type",
    code: &UNKNOWN_VALUE,
    terms: &[
        Term::actor("User", ActorKind::User),
        Term::actor("PublicClientApp", ActorKind::Service),
        Term::actor("PublicClientAppEntity", ActorKind::Service),
        Term::actor("SystemPrincipal", ActorKind::System),
        Term::plain("IP address"),
    ],
    classify_unknown: Term::none,
};

static RESULTS: Vocabulary = Vocabulary {
    noun: "result",
    code: &UNKNOWN_VALUE,
    terms: &[
        Term::outcome("SUCCESS", Outcome::Success),
        Term::outcome("ALLOW", Outcome::Success),
        Term::outcome("FAILURE", Outcome::Failure),
        Term::outcome("DENY", Outcome::Failure),
        Term::outcome("RATE_LIMIT", Outcome::Failure),
        Term::plain("SKIPPED"),
        Term::plain("CHALLENGE"),
        Term::plain("UNKNOWN"),
        Term::plain("DEFERRED"),
        Term::plain("SCHEDULED"),
        Term::plain("ABANDONED"),
        Term::plain("UNANSWERED"),
    ],
    classify_unknown: Term::none,
};

static PROTOCOLS: Vocabulary = Vocabulary {
    noun: "protocol",
    code: &UNKNOWN_VALUE,
    terms: &[
        Term::protocol("SAML", "saml"),
        Term::protocol("SAML2", "saml"),
        Term::protocol("OIDC", "oidc"),
        Term::protocol("OAUTH2", "oauth"),
        Term::protocol("MTLS", "x509"),
        Term::protocol("X509", "x509"),
    ],
    classify_unknown: Term::none,
};
