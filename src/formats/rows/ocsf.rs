//! OCSF 1.3.0 (Open Cybersecurity Schema Framework), class Entity Management. `testdata/ocsf/` has what the schema says
//! of these fields.
//!
//! The entity is the connection if the event names one, or is about one without naming it, and else the organization:
//! an organization whose connection was deleted was not deleted. Nothing is judged here: the severity is unknown, and so
//! is the status where a source only logs what was done.

use crate::formats::rows::mapping::{Field, Json, Mapping, Rest, attribute, attribute_if, derived};
use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::neutral::{ActorKind, Outcome};
use crate::model::operation::Operation;
use crate::reports::sheet::Kind;

/// The mapping.
pub const OCSF: Mapping = Mapping { name: "ocsf", fields: FIELDS, rest: Rest::Dotted("unmapped") };

const CLASS: i64 = 3004;

/// A number of the schema with its caption.
type Coded = (i64, &'static str);

const UNKNOWN: Coded = (0, "Unknown");
const CREATE: Coded = (1, "Create");
const READ: Coded = (2, "Read");
const UPDATE: Coded = (3, "Update");
const DELETE: Coded = (4, "Delete");
const ENABLE: Coded = (8, "Enable");
const DISABLE: Coded = (9, "Disable");
const OTHER: Coded = (99, "Other");

const ORGANIZATION: Coded = (4, "Organization");
const CONNECTION: Coded = (OTHER.0, "SSO connection");

/// The activity of every operation, and what its entity is if the event names no connection.
static ACTIVITIES: &[(Operation, Coded, Coded)] = &[
    (Operation::Viewed, READ, ORGANIZATION),
    (Operation::PortalOpened, OTHER, ORGANIZATION),
    (Operation::Created, CREATE, CONNECTION),
    (Operation::Enabled, ENABLE, CONNECTION),
    (Operation::Disabled, DISABLE, CONNECTION),
    (Operation::Deleted, DELETE, CONNECTION),
    (Operation::Updated, UPDATE, CONNECTION),
    (Operation::KeyChanged, UPDATE, CONNECTION),
    (Operation::KeyExpiring, OTHER, CONNECTION),
    (Operation::Enforced, UPDATE, ORGANIZATION),
    (Operation::Relaxed, UPDATE, ORGANIZATION),
    (Operation::DomainChanged, UPDATE, ORGANIZATION),
    (Operation::Assigned, UPDATE, CONNECTION),
    (Operation::Unassigned, UPDATE, CONNECTION),
    (Operation::Impersonated, OTHER, ORGANIZATION),
    (Operation::Other, OTHER, ORGANIZATION),
];

/// The attribute `actor` is one of the profile `host`.
#[rustfmt::skip]
const FIELDS: &[Field] = &[
    derived("metadata.version", |_| Json::text("1.3.0")),
    derived("metadata.profiles", |_| Some(Json::List(&["host"]))).of_kind(Kind::List),
    // Nothing else tells that the actor is the one whose session it was.
    derived("metadata.labels", |event| event.is_impersonated().then_some(Json::List(&["impersonated"]))).of_kind(Kind::List),
    attribute("metadata.product.name", Attribute::Source),
    attribute("metadata.product.vendor_name", Attribute::Source),
    attribute("metadata.log_provider", Attribute::Source),
    attribute("metadata.uid", Attribute::Id),
    attribute("metadata.event_code", Attribute::Action),
    attribute("metadata.original_time", Attribute::Time),
    attribute("metadata.tenant_uid", Attribute::EnvironmentId),
    attribute("time", Attribute::EpochMs),
    derived("category_uid", |_| Json::integer(3)).of_kind(Kind::Integer),
    derived("category_name", |_| Json::text("Identity & Access Management")),
    derived("class_uid", |_| Json::integer(CLASS)).of_kind(Kind::Integer),
    derived("class_name", |_| Json::text("Entity Management")),
    derived("activity_id", |event| Json::integer(activity(event).0)).of_kind(Kind::Integer),
    derived("activity_name", |event| match activity(event) {
        OTHER => Json::text(event.action()),
        (_, name) => Json::text(name),
    }),
    derived("type_uid", |event| Json::integer(CLASS * 100 + activity(event).0)).of_kind(Kind::Integer),
    derived("type_name", |event| Json::text(format!("Entity Management: {}", activity(event).1))),
    derived("severity_id", |_| Json::integer(UNKNOWN.0)).of_kind(Kind::Integer),
    derived("severity", |_| Json::text(UNKNOWN.1)),
    derived("status_id", |event| Json::integer(status(event).0)).of_kind(Kind::Integer).telling(Attribute::Outcome),
    derived("status", |event| Json::text(status(event).1)),
    attribute("actor.user.uid", Attribute::ActorId),
    attribute("actor.user.name", Attribute::ActorName),
    // A user has an id or a name.
    attribute_if(has_only_email, "actor.user.name", Attribute::ActorEmail),
    attribute_if(has_plain_email, "actor.user.email_addr", Attribute::ActorEmail),
    derived("actor.user.type_id", |event| Json::integer(user_type(event)?.0)).of_kind(Kind::Integer).telling(Attribute::ActorKind),
    derived("actor.user.type", |event| Json::text(user_type(event)?.1)),
    attribute_if(is_connection, "entity.uid", Attribute::ConnectionId),
    attribute_if(is_connection, "entity.name", Attribute::ConnectionName),
    attribute_if(is_organization, "entity.uid", Attribute::OrganizationId),
    attribute_if(is_organization, "entity.name", Attribute::OrganizationName),
    // An entity has a name or an id, or else an organization.
    derived("entity.name", |event| if is_anonymous(event) { Json::text(UNKNOWN.1) } else { None }),
    derived("entity.type_id", |event| Json::integer(entity(event).0)).of_kind(Kind::Integer),
    derived("entity.type", |event| Json::text(entity(event).1)),
    attribute("entity.org.uid", Attribute::OrganizationId),
    attribute("entity.org.name", Attribute::OrganizationName),
    attribute_if(is_connection, "entity.data.type", Attribute::ConnectionType),
    attribute_if(is_connection, "entity.data.protocol", Attribute::ConnectionProtocol),
    attribute_if(is_connection, "entity.data.provider", Attribute::ConnectionProvider),
    attribute_if(is_connection, "entity.data.direction", Attribute::ConnectionDirection),
    attribute_if(is_connection, "entity.data.enabled", Attribute::ConnectionEnabled),
    attribute_if(is_connection, "entity.data.status", Attribute::ConnectionStatus),
    attribute("src_endpoint.ip", Attribute::Ip),
    attribute("http_request.user_agent", Attribute::UserAgent),
];

fn activity(event: &Event<'_>) -> Coded {
    ACTIVITIES[event.operation as usize].1
}

fn status(event: &Event<'_>) -> Coded {
    match event.outcome {
        None => UNKNOWN,
        Some(Outcome::Success) => (1, "Success"),
        Some(Outcome::Failure) => (2, "Failure"),
    }
}

/// The type of the actor, if there is one.
fn user_type(event: &Event<'_>) -> Option<Coded> {
    let of_kind = match event.actor_kind {
        None => UNKNOWN,
        Some(ActorKind::User) => (1, "User"),
        Some(ActorKind::System) => (3, "System"),
        Some(ActorKind::Service) => (OTHER.0, "Service"),
    };
    event.has_actor().then_some(of_kind)
}

/// The type of the entity.
fn entity(event: &Event<'_>) -> Coded {
    let of_operation = ACTIVITIES[event.operation as usize].2;
    if has_one(event, NAMES_CONNECTION) {
        CONNECTION
    } else if of_operation == ORGANIZATION && !has_one(event, NAMES_ORGANIZATION) {
        UNKNOWN
    } else {
        of_operation
    }
}

const NAMES_CONNECTION: [Attribute; 2] = [Attribute::ConnectionId, Attribute::ConnectionName];
const NAMES_ORGANIZATION: [Attribute; 2] = [Attribute::OrganizationId, Attribute::OrganizationName];

fn is_connection(event: &Event<'_>) -> bool {
    entity(event) == CONNECTION
}

fn is_organization(event: &Event<'_>) -> bool {
    entity(event) == ORGANIZATION
}

/// Nothing tells which entity it is.
fn is_anonymous(event: &Event<'_>) -> bool {
    !has_one(event, NAMES_CONNECTION) && !has_one(event, NAMES_ORGANIZATION)
}

fn has_only_email(event: &Event<'_>) -> bool {
    !has_one(event, [Attribute::ActorId, Attribute::ActorName])
}

fn has_one(event: &Event<'_>, attributes: [Attribute; 2]) -> bool {
    attributes.iter().any(|attribute| event.value(*attribute).is_some())
}

/// Whether the actor's e-mail address is one in the grammar of the schema, which knows ASCII only.
fn has_plain_email(event: &Event<'_>) -> bool {
    let has_only = |text: &str, signs: &[u8]| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || signs.contains(&byte))
    };
    let email = event.text(Attribute::ActorEmail).unwrap_or_default();
    let parts = email.split_once('@').and_then(|(user, host)| Some((user, host.split_once('.')?)));
    parts.is_some_and(|(user, (first, rest))| {
        has_only(user, b"!#$%&'*+,-./=?^_`{|}~") && has_only(first, b"-") && has_only(rest, b"-.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::OPERATIONS;

    #[test]
    fn activities_are_in_the_order_of_operations() {
        let operations = ACTIVITIES.iter().map(|(operation, ..)| *operation);
        assert!(operations.eq(OPERATIONS.iter().map(|info| info.operation)));
    }
}
