//! WorkOS: events of the Events API, which are also those of webhooks.
//!
//! Names, fields and rules follow `EventSchema` in the WorkOS OpenAPI description and
//! <https://workos.com/docs/events>. Keys are snake_case on the wire; events that went through an SDK have camelCase
//! outside of `context`, so each field takes both. Webhooks of 2021 and 2022 lack `object` and `created_at`.
//!
//! A connection is logged when it is first activated, which is all that is logged of its creation. Events have no
//! address but those about sessions and logins.

mod actions;
mod fields;

use std::sync::LazyLock;

use self::actions::ACTIONS;
use self::fields::FIELDS;
use super::{Root, Source, Trees};

/// The source.
pub static SOURCE: Source = Source {
    name: "workos",
    title: "WorkOS",
    about: "WorkOS events (Events API and webhooks)",
    // Documented to be the same as those in WorkOS Audit Logs.
    ids: "workos",
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
    unknown_group: fields::CONNECTION,
    cross_checks: &[],
};

/// The name of an event beside its data. Other sources wrap an event in an object of that key.
fn detects(root: &Root<'_>) -> bool {
    root.has_text("event") && root.has_container("data")
}
