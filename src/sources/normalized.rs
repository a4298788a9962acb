//! The normalized event (`ssoaudit.event.v2`), which `filter --normalize` prints: an event of any other source that was
//! read before.
//!
//! Its source, operation and everything else that tables tell are taken over as they were written, so that a later
//! version says the same of it. A name that this version does not know is an error.

use std::sync::LazyLock;

use super::{CatchAll, Mark, Root, Source, Trees, logging, protocols, providers};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::JUDGED;
use crate::model::event::{Restored, RetainedFields, SCHEMA};
use crate::model::fields::{FieldId, Fields};
use crate::model::neutral::{ActorKind, Direction, Outcome};
use crate::model::operation::{OPERATIONS, Operation};
use crate::sources::action::Action;
use crate::sources::table::{Expect, Field, FieldKind, KnownNames, id_of};

/// The source.
pub static SOURCE: Source = Source {
    name: "normalized",
    title: "ssoaudit",
    about: "normalized events of ssoaudit (filter --normalize), with the source that logged them",
    ids: "normalized",
    detects,
    mark: Some(Mark { key: "schema", begins: "ssoaudit.event." }),
    wrappers: &[],
    complement: None,
    actions: &[],
    catch_all: Some(CatchAll {
        // Restored events have an operation of their own.
        action: Action::other("*", "its operation is the one that it was first read with")
            .refined_by(|_| Operation::Other),
        except: &[],
    }),
    composite: None,
    actor_kind: None,
    restore: Some(restore),
    fields: FIELDS,
    trees: LazyLock::new(|| Trees::build(FIELDS)),
    unknown_group: "",
    cross_checks: &[],
};

/// The schema of any version.
fn detects(root: &Root<'_>) -> bool {
    root.has_text("schema")
}

static SCHEMAS: KnownNames = KnownNames { noun: "version of the normalized event", names: || vec![SCHEMA] };
static SOURCES: KnownNames =
    KnownNames { noun: "source", names: || logging().iter().map(|source| source.name).collect() };
static OPERATION_NAMES: KnownNames =
    KnownNames { noun: "operation", names: || OPERATIONS.iter().map(|it| it.name).collect() };
static OUTCOMES: KnownNames =
    KnownNames { noun: "outcome", names: || Outcome::ALL.iter().map(|it| it.name()).collect() };
static ACTOR_KINDS: KnownNames =
    KnownNames { noun: "kind of actor", names: || ActorKind::ALL.iter().map(|it| it.name()).collect() };
static DIRECTIONS: KnownNames =
    KnownNames { noun: "direction", names: || Direction::ALL.iter().map(|it| it.name()).collect() };
static PROTOCOLS: KnownNames = KnownNames { noun: "protocol", names: || protocols().collect() };
static PROVIDERS: KnownNames = KnownNames { noun: "identity provider", names: || providers().collect() };
static CODES: KnownNames = KnownNames {
    noun: "code",
    names: || JUDGED.iter().flat_map(|codes| codes.iter().map(|code| code.name)).collect(),
};

#[rustfmt::skip]
static FIELDS: &[Field] = &[
    Field::text("schema", "name and version of the format").required().discriminator().expects(&[Expect::Known(&SCHEMAS)]),
    Field::new("texts", FieldKind::Object, "all texts of attributes for which the event gives several, the one that it is about first"),
    Field::new("texts.id", FieldKind::Any, "event ids").maps_to(Attribute::Id),
    Field::new("texts.action", FieldKind::Any, "names for what happened").maps_to(Attribute::Action),
    Field::new("texts.actor", FieldKind::Object, "texts about who did it"),
    Field::new("texts.actor.type", FieldKind::Any, "kinds of actor").maps_to(Attribute::ActorType),
    Field::new("texts.actor.id", FieldKind::Any, "ids").maps_to(Attribute::ActorId),
    Field::new("texts.actor.name", FieldKind::Any, "names").maps_to(Attribute::ActorName),
    Field::new("texts.actor.email", FieldKind::Any, "e-mail addresses").maps_to(Attribute::ActorEmail),
    Field::new("texts.actor.impersonator", FieldKind::Object, "texts about who acted in the actor's session"),
    Field::new("texts.actor.impersonator.email", FieldKind::Any, "e-mail addresses").maps_to(Attribute::ImpersonatorEmail),
    Field::new("texts.actor.impersonator.reason", FieldKind::Any, "reasons").maps_to(Attribute::ImpersonatorReason),
    Field::new("texts.organization", FieldKind::Object, "texts about organizations"),
    Field::new("texts.organization.id", FieldKind::Any, "ids").maps_to(Attribute::OrganizationId),
    Field::new("texts.organization.name", FieldKind::Any, "names").maps_to(Attribute::OrganizationName),
    Field::new("texts.connection", FieldKind::Object, "texts about connections"),
    Field::new("texts.connection.id", FieldKind::Any, "ids").maps_to(Attribute::ConnectionId),
    Field::new("texts.connection.name", FieldKind::Any, "names").maps_to(Attribute::ConnectionName),
    Field::new("texts.connection.type", FieldKind::Any, "the vendor's connection types").maps_to(Attribute::ConnectionType),
    Field::new("texts.connection.status", FieldKind::Any, "statuses").maps_to(Attribute::ConnectionStatus),
    Field::new("texts.certificate", FieldKind::Object, "texts about certificates"),
    Field::new("texts.certificate.type", FieldKind::Any, "types").maps_to(Attribute::CertificateType),
    Field::new("texts.certificate.expires", FieldKind::Any, "when they expire").maps_to(Attribute::CertificateExpires),
    Field::new("texts.environment_id", FieldKind::Any, "ids of environments").maps_to(Attribute::EnvironmentId),
    Field::new("texts.ip", FieldKind::Any, "addresses, or what the source gives instead").maps_to(Attribute::Ip),
    Field::new("texts.user_agent", FieldKind::Any, "user agents").maps_to(Attribute::UserAgent),
    Field::new("texts.page", FieldKind::Any, "pages").maps_to(Attribute::Page),
    Field::text("source", "the source that logged the event").required().discriminator().expects(&[Expect::Known(&SOURCES)]),
    Field::text("id", "event id").maps_to(Attribute::Id),
    Field::text("time", "when it happened").required().maps_to(Attribute::Time).expects(&[Expect::NotEmpty, Expect::Time]),
    Field::new("epoch_ms", FieldKind::Integer, "the same in milliseconds since 1970-01-01T00:00:00Z; not read"),
    Field::text("action", "the vendor's name for what happened").required().maps_to(Attribute::Action).expects(&[Expect::NotEmpty]),
    Field::text("operation", "the neutral word for it").required().discriminator().expects(&[Expect::Known(&OPERATION_NAMES)]),
    Field::text("outcome", "how the attempt ended").discriminator().expects(&[Expect::Known(&OUTCOMES)]),
    Field::new("actor", FieldKind::Object, "who did it"),
    Field::text("actor.kind", "neutral kind of actor").discriminator().expects(&[Expect::Known(&ACTOR_KINDS)]),
    Field::text("actor.type", "the vendor's kind of actor").maps_to(Attribute::ActorType),
    Field::text("actor.id", "id").maps_to(Attribute::ActorId),
    Field::text("actor.name", "name").maps_to(Attribute::ActorName),
    Field::text("actor.email", "e-mail address").maps_to(Attribute::ActorEmail),
    Field::new("actor.impersonator", FieldKind::Object, "who acted in the actor's session"),
    Field::text("actor.impersonator.email", "e-mail address").maps_to(Attribute::ImpersonatorEmail),
    Field::text("actor.impersonator.reason", "why they did").maps_to(Attribute::ImpersonatorReason),
    Field::new("organization", FieldKind::Object, "the organization concerned"),
    Field::text("organization.id", "id").maps_to(Attribute::OrganizationId),
    Field::text("organization.name", "name").maps_to(Attribute::OrganizationName),
    Field::new("connection", FieldKind::Object, "the SSO connection"),
    Field::text("connection.id", "id").maps_to(Attribute::ConnectionId),
    Field::text("connection.name", "name").maps_to(Attribute::ConnectionName),
    Field::text("connection.type", "the vendor's connection type").maps_to(Attribute::ConnectionType),
    Field::text("connection.protocol", "neutral protocol").discriminator().expects(&[Expect::Known(&PROTOCOLS)]),
    Field::text("connection.provider", "neutral identity provider").discriminator().expects(&[Expect::Known(&PROVIDERS)]),
    Field::text("connection.direction", "which way people sign in through it").discriminator().expects(&[Expect::Known(&DIRECTIONS)]),
    Field::new("connection.enabled", FieldKind::Flag, "whether users can log in through it").maps_to(Attribute::ConnectionEnabled),
    Field::text("connection.status", "how far along its set-up is").maps_to(Attribute::ConnectionStatus),
    Field::new("certificate", FieldKind::Object, "the connection's certificate"),
    Field::text("certificate.type", "the vendor's type").maps_to(Attribute::CertificateType),
    Field::text("certificate.expires", "when it expires").maps_to(Attribute::CertificateExpires),
    Field::text("environment_id", "id of the vendor's environment").maps_to(Attribute::EnvironmentId),
    Field::text("ip", "address it came from").maps_to(Attribute::Ip),
    Field::text("user_agent", "user agent it came from").maps_to(Attribute::UserAgent),
    Field::text("page", "page of the application it was done on").maps_to(Attribute::Page),
    Field::new("diagnostics", FieldKind::List, "what was wrong with the line, as far as rules look at it"),
    Field::text("diagnostics[].code", "code").required().discriminator().expects(&[Expect::Known(&CODES)]),
    Field::text("diagnostics[].message", "what was wrong").required(),
    Field::text("content", "digest of the content of the line").delivery_metadata().expects(&[Expect::Hexadecimal(32)]),
    Field::new("origin", FieldKind::Object, "where the event was read first"),
    Field::text("origin.input", "name of the input").required().delivery_metadata(),
    Field::new("origin.line", FieldKind::Integer, "line in the input, counted from 1").required().delivery_metadata(),
    Field::new("origin.copy", FieldKind::Integer, "which one it is of several events on that line that say the same, counted from 0").delivery_metadata(),
];

const SOURCE_NAME: FieldId = id_of(FIELDS, "source");
const OPERATION: FieldId = id_of(FIELDS, "operation");
const OUTCOME: FieldId = id_of(FIELDS, "outcome");
const ACTOR_KIND: FieldId = id_of(FIELDS, "actor.kind");
const PROTOCOL: FieldId = id_of(FIELDS, "connection.protocol");
const PROVIDER: FieldId = id_of(FIELDS, "connection.provider");
const DIRECTION: FieldId = id_of(FIELDS, "connection.direction");

static RETAINED: RetainedFields = RetainedFields {
    input: id_of(FIELDS, "origin.input"),
    line: id_of(FIELDS, "origin.line"),
    copy: id_of(FIELDS, "origin.copy"),
    digest: id_of(FIELDS, "content"),
    code: id_of(FIELDS, "diagnostics[].code"),
    message: id_of(FIELDS, "diagnostics[].message"),
};

fn restore(fields: &Fields<'_>) -> Restored {
    let text = |field: FieldId| fields.text(field, 0).unwrap_or_default();
    let source = source_named(&text(SOURCE_NAME)).unwrap_or(&SOURCE);
    Restored {
        source: source.name,
        ids: source.id_space(),
        operation: operation_named(&text(OPERATION)).unwrap_or(Operation::Other),
        outcome: outcome_named(&text(OUTCOME)),
        actor_kind: actor_kind_named(&text(ACTOR_KIND)),
        direction: direction_named(&text(DIRECTION)),
        protocol: protocol_named(&text(PROTOCOL)),
        provider: provider_named(&text(PROVIDER)),
        retained: &RETAINED,
    }
}

/// The source of that name, if it logs events.
pub fn source_named(name: &str) -> Option<&'static Source> {
    logging().iter().find(|source| source.name == name).copied()
}

/// The operation of that name.
pub fn operation_named(name: &str) -> Option<Operation> {
    OPERATIONS.iter().find(|info| info.name == name).map(|info| info.operation)
}

/// The outcome of that name.
pub fn outcome_named(name: &str) -> Option<Outcome> {
    Outcome::ALL.into_iter().find(|it| it.name() == name)
}

/// The kind of actor of that name.
pub fn actor_kind_named(name: &str) -> Option<ActorKind> {
    ActorKind::ALL.into_iter().find(|it| it.name() == name)
}

/// The direction of that name.
pub fn direction_named(name: &str) -> Option<Direction> {
    Direction::ALL.into_iter().find(|it| it.name() == name)
}

/// The protocol of that name.
pub fn protocol_named(name: &str) -> Option<&'static str> {
    protocols().find(|it| *it == name)
}

/// The identity provider of that name.
pub fn provider_named(name: &str) -> Option<&'static str> {
    providers().find(|it| *it == name)
}
