//! Auth0: the log of a tenant, with the events of self-service SSO, and event streams.
//!
//! Fields and types follow Auth0's schemas of log types, and the events of streams its SDK. A log entry comes by
//! itself from the API and in a member `data` from a log stream; an event of a stream is a CloudEvent. What was done
//! through the Management API is known by method and path. Keys have one spelling.
//!
//! That connections are enabled and disabled is not logged but where customers set up SSO themselves, and these
//! entries give a connection's name alone.

mod actions;
mod fields;
mod path;

use std::sync::LazyLock;

use self::actions::{ACTIONS, action};
use self::fields::{FIELDS, METHOD};
use super::{CatchAll, Composite, Root, Source, Trees};
use crate::model::attribute::Attribute;
use crate::model::fields::Fields;
use crate::model::neutral::ActorKind;
use crate::sources::action::Action;
use crate::sources::wrapper::{EVENT, EVENT_BRIDGE, Wrapper};

/// The source.
pub static SOURCE: Source = Source {
    name: "auth0",
    title: "Auth0",
    about: "Auth0 tenant log, self-service SSO and event streams",
    ids: "auth0",
    detects,
    mark: None,
    wrappers: &[&EVENT, &EVENT_BRIDGE, &LOG_STREAM],
    complement: None,
    actions: ACTIONS,
    catch_all: Some(CatchAll {
        action: Action::other("*", "not about connections"),
        except: &["ss_sso", "connection."],
    }),
    composite: Some(Composite { action }),
    actor_kind: Some(actor_kind),
    restore: None,
    fields: FIELDS,
    trees: LazyLock::new(|| Trees::build(FIELDS)),
    unknown_group: "",
    cross_checks: &[],
};

/// A log entry of a log stream.
static LOG_STREAM: Wrapper = Wrapper { key: "data", beside: &[] };

/// A type with what a log entry has besides, or a CloudEvent with keys of Auth0. No value is asked: lines of one shape
/// are of one source.
fn detects(root: &Root<'_>) -> bool {
    const OF_ENTRY: &[&str] = &["log_id", "client_id", "description", "ip", "user_id", "tenant_name"];
    let is_entry = root.has(&["date", "log_id"]) && root.has(OF_ENTRY);
    let is_cloud_event = || root.has_text("specversion") && root.has(&["a0tenant", "a0stream"]);
    root.has_text("type") && (is_entry || is_cloud_event())
}

/// A person if there is one, and a program where the Management API was called without one.
fn actor_kind(fields: &Fields<'_>) -> Option<ActorKind> {
    let names_one = |attribute| fields.best(attribute).is_some();
    if [Attribute::ActorId, Attribute::ActorEmail, Attribute::ActorName].into_iter().any(names_one) {
        return Some(ActorKind::User);
    }
    fields.find(METHOD, 0).map(|_| ActorKind::Service)
}
