//! Slack: the audit log of an Enterprise organization, as its API returns it.
//!
//! Fields and actions follow Slack's pages on the Audit Logs API. They document hundreds of actions, of which those
//! about single sign-on are listed here. No event gives an identity provider an id or a name.
//!
//! Times are numbers of seconds; tools that store the log may write date-times. What the values of the SSO setting
//! are is not documented: one that is not understood is a change of the configuration.

use std::sync::LazyLock;

use super::{CatchAll, Root, Source, Trees};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::UNKNOWN_VALUE;
use crate::model::fields::{FieldId, Fields};
use crate::model::neutral::ActorKind;
use crate::model::operation::Operation;
use crate::sources::action::Action;
use crate::sources::table::{EpochUnit, Expect, Field, FieldKind, id_of};
use crate::sources::vocabulary::{Term, Vocabulary};
use crate::sources::wrapper::{EVENT, EVENT_BRIDGE};

/// The source.
pub static SOURCE: Source = Source {
    name: "slack",
    title: "Slack",
    about: "Slack audit log (Audit Logs API)",
    ids: "slack",
    detects,
    mark: None,
    wrappers: &[&EVENT, &EVENT_BRIDGE],
    complement: None,
    actions: ACTIONS,
    catch_all: Some(CatchAll {
        action: Action::other("*", "not about single sign-on"),
        except: &["idp_", "sso", "saml"],
    }),
    composite: None,
    actor_kind: None,
    restore: None,
    fields: FIELDS,
    trees: LazyLock::new(|| Trees::build(FIELDS)),
    unknown_group: "",
    cross_checks: &[],
};

/// An action with the time that only Slack calls so, or with where it happened as an object.
fn detects(root: &Root<'_>) -> bool {
    let has_location = || root.within("context").is_some_and(|context| context.has_container("location"));
    root.has_text("action") && (root.has(&["date_create"]) || has_location())
}

#[rustfmt::skip]
static ACTIONS: &[Action] = &[
    Action::new("idp_configuration_added", Operation::Created, "an identity provider was added"),
    Action::new("idp_configuration_deleted", Operation::Deleted, "an identity provider was deleted"),
    Action::new("idp_prod_configuration_updated", Operation::Updated, "an identity provider in use was changed"),
    Action::new("idp_test_configuration_updated", Operation::Updated, "an identity provider that is being tried was changed"),
    Action::new("pref.sso_setting_changed", Operation::Updated, "whether SSO is mandatory was changed; `enforced` or `relaxed` if the new value says so")
        .refined_by(of_setting)
        .may_be(&[Operation::Enforced, Operation::Relaxed]),
];

#[rustfmt::skip]
static FIELDS: &[Field] = &[
    Field::text("id", "id of the entry").maps_to(Attribute::Id),
    Field::new("date_create", FieldKind::TextOrInteger, "when it happened, in seconds since 1970").required()
        .maps_to(Attribute::Time).expects(&[Expect::NotEmpty, Expect::Epoch(EpochUnit::Seconds)]),
    Field::text("action", "what happened").required().maps_to(Attribute::Action).expects(&[Expect::NotEmpty]),
    Field::new("actor", FieldKind::OpenObject, "who did it"),
    Field::text("actor.type", "kind of actor").maps_to(Attribute::ActorType).expects(&[Expect::OneOf(&ACTOR_TYPES)]),
    Field::new("actor.user", FieldKind::OpenObject, "the person"),
    Field::text("actor.user.id", "id").maps_to(Attribute::ActorId),
    Field::text("actor.user.name", "name").maps_to(Attribute::ActorName),
    Field::text("actor.user.email", "e-mail address").maps_to(Attribute::ActorEmail),
    Field::new("entity", FieldKind::Any, "what it was done to"),
    Field::new("context", FieldKind::OpenObject, "how it came about"),
    Field::new("context.location", FieldKind::OpenObject, "the workspace or enterprise"),
    Field::text("context.location.id", "its id").maps_to(Attribute::OrganizationId),
    Field::text("context.location.name", "its name").maps_to(Attribute::OrganizationName),
    Field::text("context.ua", "user agent it came from").maps_to(Attribute::UserAgent),
    Field::text("context.ip_address", "address it came from").maps_to(Attribute::Ip),
    Field::new("details", FieldKind::Any, "further facts of some actions"),
    Field::new("details.new_value", FieldKind::Any, "what a setting is now"),
];

const NEW_VALUE: FieldId = id_of(FIELDS, "details.new_value");

/// Whether the setting makes SSO mandatory or optional, if its new value is one word that says so.
fn of_setting(fields: &Fields<'_>) -> Operation {
    let mut values = fields.each(NEW_VALUE).map(|(_, span)| span.decode(fields.text).to_ascii_lowercase());
    match (values.next().as_deref(), values.next()) {
        (Some("required" | "mandatory" | "enforced" | "enabled" | "on" | "true"), None) => {
            Operation::Enforced
        }
        (Some("optional" | "not_required" | "disabled" | "off" | "false" | "none"), None) => {
            Operation::Relaxed
        }
        _ => Operation::Updated,
    }
}

static ACTOR_TYPES: Vocabulary = Vocabulary {
    noun: "actor type",
    code: &UNKNOWN_VALUE,
    terms: &[Term::actor("user", ActorKind::User)],
    classify_unknown: Term::none,
};
