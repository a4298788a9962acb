//! Centure: WorkOS Audit Log events about the management of organizations and their SSO.
//!
//! Fields and rules follow <https://docs.centure.ai/logs/audit-events> and the WorkOS OpenAPI
//! description (`AuditLogEventDto`). Centure's pages spell keys in camelCase, the WorkOS wire in
//! snake_case; a file may mix them, so each field takes both. Keys inside metadata are never
//! re-cased.
//!
//! Only views, portal links and deletions are logged: connections are created inside the
//! WorkOS portal, so a deletion without a creation before it is normal.

use std::sync::LazyLock;

use super::{CrossCheck, Root, Source, Tree};
use crate::json::Span;
use crate::model::attribute::Attribute;
use crate::model::diagnostic::{
    CONTRADICTION, Diagnostic, HALF_IMPERSONATION, ODD_ID, OVER_LIMIT, UNKNOWN_VALUE,
};
use crate::model::diagnostics::Diagnostics;
use crate::model::fields::{FieldId, Fields};
use crate::model::operation::Operation;
use crate::sources::table::{Action, Expect, Field, FieldKind, Vocabulary, id_of, nothing, word};
use crate::sources::workos_connection_types::CONNECTION_TYPES;

/// The source.
pub static SOURCE: Source = Source {
    name: "centure",
    title: "Centure",
    about: "Centure audit events (WorkOS Audit Logs)",
    ids: "workos",
    detects,
    wrapper: Some("event"),
    complement: Some("WorkOS events"),
    actions: ACTIONS,
    fields: FIELDS,
    tree: LazyLock::new(|| Tree::build(FIELDS)),
    cross_checks: CROSS_CHECKS,
};

/// An action with a time or targets; both spellings, and either may be missing in a broken line.
fn detects(root: &Root<'_>) -> bool {
    let time = root.has(&["occurredAt", "occurred_at"]);
    let targets = root.has_container("targets");
    (root.has(&["action"]) && (time || targets)) || (time && targets && root.has_container("actor"))
}

static ACTIONS: &[Action] = &[
    Action {
        name: "sso.view_settings",
        operation: Operation::Viewed,
        needs: Some(ORGANIZATION),
        about: "any member opened the organization's SSO settings",
    },
    Action {
        name: "sso.create_management_portal_url",
        operation: Operation::PortalOpened,
        needs: Some(ORGANIZATION),
        about: "an admin was given a link to the WorkOS portal, where connections are set up",
    },
    Action {
        name: "sso.delete_connection",
        operation: Operation::Deleted,
        needs: Some(SSO_CONNECTION),
        about: "an admin removed an SSO connection",
    },
    other("directory_sync.delete", "a directory was removed"),
    other(
        "directory_sync.create_management_portal_url",
        "an admin was given a link to set up directory sync",
    ),
    other("audit_logs.create_management_portal_url", "an admin was given a link to the audit logs"),
    other("log_streams.create_management_portal_url", "an admin was given a link to set up log streams"),
    other("user.view_settings", "a member opened the user settings"),
    other("api_key.create", "an API key was created"),
    other("organization.update_name", "the organization was renamed"),
];

const fn other(name: &'static str, about: &'static str) -> Action {
    Action { name, operation: Operation::Other, needs: None, about }
}

const ORGANIZATION: &str = "organization";
const SSO_CONNECTION: &str = "sso_connection";

const ORG_ID: &[Expect] = &[Expect::NotEmpty, Expect::Prefix("org_", &ODD_ID)];
const CONN_ID: &[Expect] = &[Expect::NotEmpty, Expect::Prefix("conn_", &ODD_ID)];

#[rustfmt::skip]
static FIELDS: &[Field] = &[
    Field::text("action", "what happened, as `resource.action`")
        .required().means(Attribute::Action).expects(&[Expect::NotEmpty]),
    Field::text("occurredAt", "when it happened; ISO 8601, UTC with milliseconds in practice")
        .or("occurred_at").required().means(Attribute::Time).expects(&[Expect::NotEmpty, Expect::Time]),
    Field::new("version", FieldKind::Integer, "version of the action's registered schema").is_delivery_metadata(),
    Field::text("id", "id of the stored event; log streams add it")
        .in_envelope().means(Attribute::Id).expects(&[Expect::NotEmpty]),
    Field::text("organization_id", "organization; beside `event` in the ingestion body, at the root in log streams")
        .or("organizationId").in_envelope().is_delivery_metadata().means(Attribute::OrganizationId).expects(ORG_ID),

    Field::new("actor", FieldKind::Object, "who did it").required(),
    Field::text("actor.type", "always `user`")
        .required().means(Attribute::ActorType).expects(&[Expect::OneOf(&ACTOR_TYPES)]),
    Field::text("actor.id", "user id")
        .required().means(Attribute::ActorId).expects(&[Expect::NotEmpty, Expect::Prefix("user_", &ODD_ID)]),
    Field::text("actor.name", "full name").means(Attribute::ActorName),
    Field::new("actor.metadata", FieldKind::Metadata, "more about the actor"),
    Field::text("actor.metadata.first_name", "first name"),
    Field::text("actor.metadata.last_name", "last name"),
    Field::text("actor.metadata.email", "e-mail address").means(Attribute::ActorEmail),
    Field::text("actor.metadata.impersonator_email", "who acted in the actor's session; empty when nobody did")
        .means(Attribute::ImpersonatorEmail),
    Field::text("actor.metadata.impersonator_reason", "why they did; empty when nobody did")
        .means(Attribute::ImpersonatorReason),

    Field::new("targets", FieldKind::List, "what it was done to").required(),
    Field::text("targets[].type", "kind of target")
        .required().expects(&[Expect::OneOf(&TARGET_TYPES)]),
    Field::text("targets[].id", "id of the target").required().expects(&[Expect::NotEmpty]),
    Field::text("targets[].name", "name of the target"),
    Field::new("targets[].metadata", FieldKind::Metadata, "more about the target"),
    Field::text("targets[type=organization].id", "organization id")
        .required().means(Attribute::OrganizationId).expects(ORG_ID),
    Field::text("targets[type=organization].name", "organization name").means(Attribute::OrganizationName),
    Field::text("targets[type=organization].metadata.name", "organization name again")
        .means(Attribute::OrganizationName),
    Field::text("targets[type=sso_connection].id", "connection id")
        .required().means(Attribute::ConnectionId).expects(CONN_ID),
    Field::text("targets[type=sso_connection].name", "`{connection_type} Connection`")
        .means(Attribute::ConnectionName),
    Field::new("targets[type=sso_connection].metadata", FieldKind::Metadata, "the connection's facts").required(),
    Field::text("targets[type=sso_connection].metadata.connection_id", "connection id again")
        .required().expects(CONN_ID),
    Field::text("targets[type=sso_connection].metadata.connection_type", "WorkOS connection type")
        .required().means(Attribute::ConnectionType).expects(&[Expect::OneOf(&CONNECTION_TYPES)]),
    Field::text("targets[type=sso_connection].metadata.organization_id", "organization that owned the connection")
        .required().means(Attribute::OrganizationId).expects(ORG_ID),

    Field::new("context", FieldKind::Object, "where it came from").required(),
    Field::text("context.location", "IP address, or `unknown`; WorkOS allows any geolocation identifier")
        .required().means(Attribute::Ip).expects(&[Expect::AtMost(45, &OVER_LIMIT)]),
    Field::text("context.userAgent", "user agent, or `unknown`")
        .or("user_agent").required().means(Attribute::UserAgent).expects(&[Expect::AtMost(500, &OVER_LIMIT)]),

    Field::new("metadata", FieldKind::Metadata, "more about the event").required(),
    Field::text("metadata.source", "route of the page, ids filled in").required().means(Attribute::Page),
];

static ACTOR_TYPES: Vocabulary = Vocabulary {
    noun: "actor type",
    code: &UNKNOWN_VALUE,
    terms: &[word("user")],
    classify_unknown: nothing,
};

static TARGET_TYPES: Vocabulary = Vocabulary {
    noun: "target type",
    code: &UNKNOWN_VALUE,
    terms: &[
        word(ORGANIZATION),
        word(SSO_CONNECTION),
        word("directory_sync"),
        word("user"),
        word("api_key"),
        word("project"),
    ],
    classify_unknown: nothing,
};

const IMPERSONATOR_EMAIL: FieldId = id_of(FIELDS, "actor.metadata.impersonator_email");
const IMPERSONATOR_REASON: FieldId = id_of(FIELDS, "actor.metadata.impersonator_reason");
const ORGANIZATION_BESIDE: FieldId = id_of(FIELDS, "organization_id");
const ORGANIZATION_TARGET: FieldId = id_of(FIELDS, "targets[type=organization].id");
const CONNECTION_TARGET: FieldId = id_of(FIELDS, "targets[type=sso_connection].id");
const CONNECTION_NAME: FieldId = id_of(FIELDS, "targets[type=sso_connection].name");
const CONNECTION_ID: FieldId = id_of(FIELDS, "targets[type=sso_connection].metadata.connection_id");
const CONNECTION_TYPE: FieldId = id_of(FIELDS, "targets[type=sso_connection].metadata.connection_type");
const CONNECTION_ORGANIZATION: FieldId =
    id_of(FIELDS, "targets[type=sso_connection].metadata.organization_id");
const PAGE: FieldId = id_of(FIELDS, "metadata.source");

static CROSS_CHECKS: &[CrossCheck] = &[
    CrossCheck {
        fields: [IMPERSONATOR_EMAIL, IMPERSONATOR_REASON],
        agree: |email, reason| email.is_empty() == reason.is_empty(),
        needs_both: false,
        check: impersonation,
    },
    CrossCheck {
        fields: [CONNECTION_TYPE, CONNECTION_NAME],
        agree: begins_with,
        needs_both: true,
        check: connection_name,
    },
    CrossCheck {
        fields: [PAGE, ORGANIZATION_TARGET],
        agree: is_of_organization,
        needs_both: true,
        check: route,
    },
    CrossCheck {
        fields: [PAGE, CONNECTION_ORGANIZATION],
        agree: is_of_organization,
        needs_both: true,
        check: route_of_deletion,
    },
    same([CONNECTION_TARGET, CONNECTION_ID], connection_id),
    same([CONNECTION_TARGET; 2], one_connection),
    same([ORGANIZATION_TARGET; 2], one_organization),
    same([CONNECTION_ORGANIZATION, ORGANIZATION_TARGET], organization_of_target),
    same([CONNECTION_ORGANIZATION, ORGANIZATION_BESIDE], organization_beside_connection),
    same([ORGANIZATION_TARGET, ORGANIZATION_BESIDE], organization_beside_target),
];

type ValueCheck = fn(&Fields<'_>, Operation, &mut Diagnostics<'_>);

/// Values that have to be the same.
const fn same(fields: [FieldId; 2], check: ValueCheck) -> CrossCheck {
    CrossCheck { fields, agree: same_text, needs_both: true, check }
}

fn same_text(one: &str, other: &str) -> bool {
    one == other
}

fn organization_of_target(fields: &Fields<'_>, operation: Operation, sink: &mut Diagnostics<'_>) {
    organizations([CONNECTION_ORGANIZATION, ORGANIZATION_TARGET], fields, operation, sink);
}

fn organization_beside_connection(fields: &Fields<'_>, operation: Operation, sink: &mut Diagnostics<'_>) {
    organizations([CONNECTION_ORGANIZATION, ORGANIZATION_BESIDE], fields, operation, sink);
}

fn organization_beside_target(fields: &Fields<'_>, operation: Operation, sink: &mut Diagnostics<'_>) {
    organizations([ORGANIZATION_TARGET, ORGANIZATION_BESIDE], fields, operation, sink);
}

/// Whatever names the organization of an SSO event names the same one.
fn organizations(named: [FieldId; 2], fields: &Fields<'_>, operation: Operation, sink: &mut Diagnostics<'_>) {
    let [first, other] = named;
    if operation != Operation::Other
        && let Some((_, first)) = fields.each(first).next()
    {
        let others = fields.each(other).map(|(_, span)| span);
        names_another("organization", &first.decode(fields.text), others, sink, fields.text);
    }
}

fn route(fields: &Fields<'_>, operation: Operation, sink: &mut Diagnostics<'_>) {
    if !matches!(operation, Operation::Deleted | Operation::Other) {
        same_organization(fields, ORGANIZATION_TARGET, sink);
    }
}

fn route_of_deletion(fields: &Fields<'_>, operation: Operation, sink: &mut Diagnostics<'_>) {
    if operation == Operation::Deleted {
        same_organization(fields, CONNECTION_ORGANIZATION, sink);
    }
}

/// The page's route names the organization of the event.
fn same_organization(fields: &Fields<'_>, names_organization: FieldId, sink: &mut Diagnostics<'_>) {
    let page = fields.text(PAGE, 0).unwrap_or_default();
    let Some(in_route) = organization_of_route(&page) else {
        return;
    };
    for (_, span) in fields.each(names_organization) {
        let organization = span.decode(fields.text);
        if organization == in_route || organization.is_empty() || is_of_organization(&page, &organization) {
            continue;
        }
        sink.add(&CONTRADICTION, span, |finding| {
            finding.message =
                format!("the organization is {}, but the page's route names `{in_route}`", finding.quoted());
            finding.expected = Some(in_route.to_owned());
        });
    }
}

fn one_connection(fields: &Fields<'_>, operation: Operation, sink: &mut Diagnostics<'_>) {
    if operation == Operation::Deleted {
        names_one(fields, CONNECTION_TARGET, "connection", sink);
    }
}

fn one_organization(fields: &Fields<'_>, operation: Operation, sink: &mut Diagnostics<'_>) {
    if operation != Operation::Other {
        names_one(fields, ORGANIZATION_TARGET, "organization", sink);
    }
}

/// An SSO event has one target (Centure's SSO events page), and is taken to be about the first: a second
/// one would go unseen.
fn names_one(fields: &Fields<'_>, target: FieldId, noun: &str, sink: &mut Diagnostics<'_>) {
    let mut ids = fields.each(target).map(|(_, span)| span);
    if let Some(first) = ids.next() {
        names_another(noun, &first.decode(fields.text), ids, sink, fields.text);
    }
}

fn names_another(
    noun: &str,
    first: &str,
    others: impl Iterator<Item = Span>,
    sink: &mut Diagnostics<'_>,
    text: &str,
) {
    for span in others.filter(|span| span.decode(text) != first) {
        sink.add(&CONTRADICTION, span, |finding| {
            finding.message = format!("the {noun} is `{first}`, but {} is named as well", finding.quoted());
            finding.expected = Some(first.to_owned());
        });
    }
}

fn connection_id(fields: &Fields<'_>, operation: Operation, sink: &mut Diagnostics<'_>) {
    said_twice(fields, operation, [CONNECTION_TARGET, CONNECTION_ID], str::eq, sink, |finding, target| {
        finding.message =
            format!("the connection is {}, but the target's id is `{target}`", finding.quoted());
        finding.expected = Some(target.to_owned());
    });
}

fn connection_name(fields: &Fields<'_>, operation: Operation, sink: &mut Diagnostics<'_>) {
    said_twice(fields, operation, [CONNECTION_TYPE, CONNECTION_NAME], begins_with, sink, |finding, kind| {
        finding.message = format!("the connection's name is {}, but its type is `{kind}`", finding.quoted());
        finding.expected = Some(format!("{kind} Connection"));
    });
}

/// A deletion says its connection's id and type twice (Centure's SSO events page).
fn said_twice(
    fields: &Fields<'_>,
    operation: Operation,
    places: [FieldId; 2],
    agree: fn(&str, &str) -> bool,
    sink: &mut Diagnostics<'_>,
    tell: impl Fn(&mut Diagnostic, &str),
) {
    for said in fields.by_element(places) {
        let ([Some(first), Some(again)], Operation::Deleted) = (said, operation) else {
            continue;
        };
        let [said, repeated] = [first, again].map(|span| span.decode(fields.text));
        if !agree(&said, &repeated) && !repeated.is_empty() {
            sink.add(&CONTRADICTION, again, |finding| tell(finding, &said));
        }
    }
}

fn begins_with(kind: &str, name: &str) -> bool {
    name.get(..kind.len()).is_some_and(|start| start.eq_ignore_ascii_case(kind))
}

fn impersonation(fields: &Fields<'_>, _: Operation, sink: &mut Diagnostics<'_>) {
    let given = |field| fields.find(field, 0).filter(|span| span.start < span.end);
    let (given, missing) = match (given(IMPERSONATOR_EMAIL), given(IMPERSONATOR_REASON)) {
        (Some(email), None) => (email, "impersonator_reason"),
        (None, Some(reason)) => (reason, "impersonator_email"),
        _ => return,
    };
    sink.add(&HALF_IMPERSONATION, given, |finding| {
        finding.message = format!("an impersonation without `{missing}`");
        finding.expected = Some("both impersonator_email and impersonator_reason, or neither".to_owned());
    });
}

const COLLECTION: &str = "/organizations/";

/// Whether a route plainly is one of this organization.
fn is_of_organization(route: &str, organization: &str) -> bool {
    let rest = route.strip_prefix(COLLECTION).and_then(|rest| rest.strip_prefix(organization));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The organization in a route such as `/organizations/org_01J…/sso`.
fn organization_of_route(route: &str) -> Option<&str> {
    let (_, after) = route.split_once(COLLECTION)?;
    let id = after.split(['/', '?', '#']).next()?;
    (!id.is_empty()).then_some(id)
}
