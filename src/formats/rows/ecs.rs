//! Elastic Common Schema 8.11. `testdata/ecs/` has what the schema says of these fields.
//!
//! In an impersonated session, `user` is who acted and `user.effective` whose session it was. An event without a
//! category or an outcome has none here, as the schema asks for.

use crate::formats::rows::mapping::{Field, Json, Mapping, Rest, attribute, attribute_if, derived};
use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::operation::Operation;
use chrono_tz::Tz;

/// The mapping.
pub const ECS: Mapping = Mapping { name: "ecs", fields: FIELDS, rest: Rest::Nested("ssoaudit") };

type Words = &'static [&'static str];

const SSO: Words = &["configuration", "iam"];

/// The categories and types of every operation.
static CATEGORIES: &[(Operation, Words, Words)] = &[
    (Operation::Viewed, SSO, &["access", "admin"]),
    (Operation::PortalOpened, SSO, &["admin", "info"]),
    (Operation::Created, SSO, &["admin", "creation"]),
    (Operation::Enabled, SSO, &["admin", "change"]),
    (Operation::Disabled, SSO, &["admin", "change"]),
    (Operation::Deleted, SSO, &["admin", "deletion"]),
    (Operation::Updated, SSO, &["admin", "change"]),
    (Operation::KeyChanged, SSO, &["admin", "change"]),
    (Operation::KeyExpiring, SSO, &["admin", "info"]),
    (Operation::Enforced, SSO, &["admin", "change"]),
    (Operation::Relaxed, SSO, &["admin", "change"]),
    (Operation::DomainChanged, SSO, &["admin", "change"]),
    (Operation::Assigned, SSO, &["admin", "change"]),
    (Operation::Unassigned, SSO, &["admin", "change"]),
    (Operation::Impersonated, &["iam"], &["info", "user"]),
    (Operation::Other, &[], &[]),
];

const FIELDS: &[Field] = &[
    derived("@timestamp", |event| Json::text(event.time.rfc3339(Tz::UTC))).telling(Attribute::EpochMs),
    derived("ecs.version", |_| Json::text("8.11.0")),
    derived("event.kind", |_| Json::text("event")),
    derived("event.category", |event| some(categories(event).1)),
    derived("event.type", |event| some(categories(event).2)),
    attribute("event.id", Attribute::Id),
    attribute("event.action", Attribute::Action),
    attribute("event.outcome", Attribute::Outcome),
    attribute("event.provider", Attribute::Source),
    attribute("event.module", Attribute::Source),
    derived("event.dataset", |event| Json::text(format!("{}.audit", event.source))),
    attribute("observer.vendor", Attribute::Source),
    attribute("organization.id", Attribute::OrganizationId),
    attribute("organization.name", Attribute::OrganizationName),
    attribute_if(is_own_session, "user.id", Attribute::ActorId),
    attribute_if(is_own_session, "user.name", Attribute::ActorName),
    attribute_if(is_own_session, "user.email", Attribute::ActorEmail),
    attribute("user.email", Attribute::ImpersonatorEmail),
    attribute_if(is_impersonated, "user.effective.id", Attribute::ActorId),
    attribute_if(is_impersonated, "user.effective.name", Attribute::ActorName),
    attribute_if(is_impersonated, "user.effective.email", Attribute::ActorEmail),
    attribute("source.ip", Attribute::Ip),
    attribute("user_agent.original", Attribute::UserAgent),
];

fn categories(event: &Event<'_>) -> &'static (Operation, Words, Words) {
    &CATEGORIES[event.operation as usize]
}

/// The list, unless it is empty.
fn some(words: Words) -> Option<Json<'static>> {
    (!words.is_empty()).then_some(Json::List(words))
}

fn is_impersonated(event: &Event<'_>) -> bool {
    event.is_impersonated()
}

fn is_own_session(event: &Event<'_>) -> bool {
    !event.is_impersonated()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::OPERATIONS;

    #[test]
    fn categories_are_in_the_order_of_operations() {
        let operations = CATEGORIES.iter().map(|(operation, ..)| *operation);
        assert!(operations.eq(OPERATIONS.iter().map(|info| info.operation)));
    }
}
