//! Values of Centure's events that have to agree with each other.

use std::borrow::Cow;

use super::fields::FIELDS;
use crate::json::Span;
use crate::model::diagnostic::{CONTRADICTION, HALF_IMPERSONATION};
use crate::model::diagnostics::Diagnostics;
use crate::model::fields::{FieldId, Fields};
use crate::model::operation::Operation;
use crate::sources::cross_check::CrossCheck;
use crate::sources::table::id_of;

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

pub static CROSS_CHECKS: &[CrossCheck] = &[
    CrossCheck::when_any(
        [IMPERSONATOR_EMAIL, IMPERSONATOR_REASON],
        |email, reason| email.is_empty() == reason.is_empty(),
        impersonation,
    ),
    CrossCheck::when_both([CONNECTION_TYPE, CONNECTION_NAME], begins_with, connection_name),
    CrossCheck::when_both([PAGE, ORGANIZATION_TARGET], is_of_organization, page),
    CrossCheck::when_both([PAGE, CONNECTION_ORGANIZATION], is_of_organization, page_of_deletion),
    CrossCheck::equal([CONNECTION_TARGET, CONNECTION_ID], connection_id),
    CrossCheck::equal([CONNECTION_TARGET; 2], one_connection),
    CrossCheck::equal([ORGANIZATION_TARGET; 2], one_organization),
    CrossCheck::equal([CONNECTION_ORGANIZATION, ORGANIZATION_TARGET], organization_of_target),
    CrossCheck::equal([CONNECTION_ORGANIZATION, ORGANIZATION_BESIDE], organization_beside_connection),
    CrossCheck::equal([ORGANIZATION_TARGET, ORGANIZATION_BESIDE], organization_beside_target),
];

fn organization_of_target(fields: &Fields<'_>, operation: Operation, diagnostics: &mut Diagnostics<'_>) {
    same_organization([CONNECTION_ORGANIZATION, ORGANIZATION_TARGET], fields, operation, diagnostics);
}

fn organization_beside_connection(
    fields: &Fields<'_>,
    operation: Operation,
    diagnostics: &mut Diagnostics<'_>,
) {
    same_organization([CONNECTION_ORGANIZATION, ORGANIZATION_BESIDE], fields, operation, diagnostics);
}

fn organization_beside_target(fields: &Fields<'_>, operation: Operation, diagnostics: &mut Diagnostics<'_>) {
    same_organization([ORGANIZATION_TARGET, ORGANIZATION_BESIDE], fields, operation, diagnostics);
}

/// Every field of an SSO event that names its organization names the same one.
fn same_organization(
    [first, other]: [FieldId; 2],
    fields: &Fields<'_>,
    operation: Operation,
    diagnostics: &mut Diagnostics<'_>,
) {
    if operation != Operation::Other && fields.each(first).next().is_some() {
        let ids = fields.each(first).take(1).chain(fields.each(other));
        check_same("organization", ids, fields.text, diagnostics);
    }
}

fn page(fields: &Fields<'_>, operation: Operation, diagnostics: &mut Diagnostics<'_>) {
    if !matches!(operation, Operation::Deleted | Operation::Other) {
        check_page(fields, ORGANIZATION_TARGET, diagnostics);
    }
}

fn page_of_deletion(fields: &Fields<'_>, operation: Operation, diagnostics: &mut Diagnostics<'_>) {
    if operation == Operation::Deleted {
        check_page(fields, CONNECTION_ORGANIZATION, diagnostics);
    }
}

/// The page's route names the organization of the event.
fn check_page(fields: &Fields<'_>, organization: FieldId, diagnostics: &mut Diagnostics<'_>) {
    let page = fields.text(PAGE, 0).unwrap_or_default();
    let Some(in_route) = organization_of_route(&page) else {
        return;
    };
    for (_, span) in fields.each(organization) {
        let organization = span.decode(fields.text);
        if organization == in_route
            || organization.is_empty()
            || is_of_organization(page.as_bytes(), organization.as_bytes())
        {
            continue;
        }
        diagnostics.add(&CONTRADICTION, span, |diagnostic| {
            diagnostic.message = format!(
                "the organization is {}, but the page's route names `{in_route}`",
                diagnostic.quoted()
            );
            diagnostic.expected = Some(in_route.to_owned());
        });
    }
}

// An SSO event has one target (Centure's SSO events page) and is taken to be about the first: a second one would
// go unseen.

fn one_connection(fields: &Fields<'_>, operation: Operation, diagnostics: &mut Diagnostics<'_>) {
    if operation == Operation::Deleted {
        check_same("connection", fields.each(CONNECTION_TARGET), fields.text, diagnostics);
    }
}

fn one_organization(fields: &Fields<'_>, operation: Operation, diagnostics: &mut Diagnostics<'_>) {
    if operation != Operation::Other {
        check_same("organization", fields.each(ORGANIZATION_TARGET), fields.text, diagnostics);
    }
}

/// All of the ids, each with its list element, are the first one.
fn check_same(
    noun: &str,
    mut ids: impl Iterator<Item = (u32, Span)>,
    text: &str,
    diagnostics: &mut Diagnostics<'_>,
) {
    let Some((_, first)) = ids.next() else {
        return;
    };
    let first = first.decode(text);
    for (_, span) in ids.filter(|(_, span)| span.decode(text) != first) {
        diagnostics.add(&CONTRADICTION, span, |diagnostic| {
            diagnostic.message = format!("the {noun} is `{first}`, but {} is named too", diagnostic.quoted());
            diagnostic.expected = Some(first.clone().into_owned());
        });
    }
}

fn connection_id(fields: &Fields<'_>, operation: Operation, diagnostics: &mut Diagnostics<'_>) {
    for (id, repeated) in
        disagreeing([CONNECTION_TARGET, CONNECTION_ID], |one, other| one == other, fields, operation)
    {
        diagnostics.add(&CONTRADICTION, repeated, |diagnostic| {
            diagnostic.message =
                format!("the connection is {}, but the target's id is `{id}`", diagnostic.quoted());
            diagnostic.expected = Some(id.into_owned());
        });
    }
}

fn connection_name(fields: &Fields<'_>, operation: Operation, diagnostics: &mut Diagnostics<'_>) {
    for (kind, name) in disagreeing([CONNECTION_TYPE, CONNECTION_NAME], begins_with, fields, operation) {
        diagnostics.add(&CONTRADICTION, name, |diagnostic| {
            diagnostic.message =
                format!("the connection's name is {}, but its type is `{kind}`", diagnostic.quoted());
            diagnostic.expected = Some(format!("{kind} Connection"));
        });
    }
}

/// The targets of a deletion in which a field does not agree with the one that repeats it: the text of the first
/// and the place of the second. A deletion gives its connection's id and type twice (Centure's SSO events page).
fn disagreeing<'a>(
    repeated: [FieldId; 2],
    agree: fn(&[u8], &[u8]) -> bool,
    fields: &Fields<'a>,
    operation: Operation,
) -> impl Iterator<Item = (Cow<'a, str>, Span)> {
    let text = fields.text;
    let targets = fields.by_element(repeated).filter(move |_| operation == Operation::Deleted);
    targets.filter_map(move |target| {
        let [Some(first), Some(second)] = target else {
            return None;
        };
        let [value, repeated] = [first, second].map(|span| span.decode(text));
        (!agree(value.as_bytes(), repeated.as_bytes()) && !repeated.is_empty()).then_some((value, second))
    })
}

fn begins_with(kind: &[u8], name: &[u8]) -> bool {
    name.get(..kind.len()).is_some_and(|start| start.eq_ignore_ascii_case(kind))
}

fn impersonation(fields: &Fields<'_>, _: Operation, diagnostics: &mut Diagnostics<'_>) {
    let given = |field| fields.find(field, 0).filter(|span| span.start < span.end);
    let (given, missing) = match (given(IMPERSONATOR_EMAIL), given(IMPERSONATOR_REASON)) {
        (Some(email), None) => (email, "impersonator_reason"),
        (None, Some(reason)) => (reason, "impersonator_email"),
        _ => return,
    };
    diagnostics.add(&HALF_IMPERSONATION, given, |diagnostic| {
        diagnostic.message = format!("an impersonation without `{missing}`");
        diagnostic.expected = Some("both impersonator_email and impersonator_reason, or neither".to_owned());
    });
}

const COLLECTION: &str = "/organizations/";

/// Whether a route certainly is one of this organization.
fn is_of_organization(route: &[u8], organization: &[u8]) -> bool {
    let rest = route.strip_prefix(COLLECTION.as_bytes()).and_then(|rest| rest.strip_prefix(organization));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// The organization in a route such as `/organizations/org_01J…/sso`.
fn organization_of_route(route: &str) -> Option<&str> {
    let (_, after) = route.split_once(COLLECTION)?;
    let id = after.split(['/', '?', '#']).next()?;
    (!id.is_empty()).then_some(id)
}
