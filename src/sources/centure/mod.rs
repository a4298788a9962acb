//! Centure: WorkOS Audit Log events about the management of organizations and their SSO.
//!
//! Fields and rules follow <https://docs.centure.ai/logs/audit-events> and the WorkOS OpenAPI
//! description (`AuditLogEventDto`). Centure's pages spell keys in camelCase, the WorkOS wire in
//! snake_case; a file may mix them, so each field takes both. Keys inside metadata are never
//! re-cased.
//!
//! Only views, portal links and deletions are logged: connections are created inside the
//! WorkOS portal, so a deletion without a creation before it is normal.

mod cross_checks;
mod fields;

use std::sync::LazyLock;

use self::cross_checks::CROSS_CHECKS;
use self::fields::{FIELDS, ORGANIZATION, SSO_CONNECTION};
use super::{Root, Source, Trees};
use crate::model::operation::Operation;
use crate::sources::action::Action;
use crate::sources::wrapper::EVENT;

/// The source.
pub static SOURCE: Source = Source {
    name: "centure",
    title: "Centure",
    about: "Centure audit events (WorkOS Audit Logs)",
    ids: "workos",
    detects,
    mark: None,
    wrappers: &[&EVENT],
    complement: Some("WorkOS events"),
    actions: ACTIONS,
    catch_all: None,
    composite: None,
    actor_kind: None,
    restore: None,
    fields: FIELDS,
    trees: LazyLock::new(|| Trees::build(FIELDS)),
    unknown_group: "",
    cross_checks: CROSS_CHECKS,
};

/// An action with a time or targets; both spellings, and either may be missing in a broken line.
fn detects(root: &Root<'_>) -> bool {
    let time = root.has(&["occurredAt", "occurred_at"]);
    let targets = root.has_container("targets");
    (root.has(&["action"]) && (time || targets)) || (time && targets && root.has_container("actor"))
}

static ACTIONS: &[Action] = &[
    Action::new("sso.view_settings", Operation::Viewed, "any member opened the organization's SSO settings")
        .needs(ORGANIZATION),
    Action::new(
        "sso.create_management_portal_url",
        Operation::PortalOpened,
        "an admin was given a link to the WorkOS portal, where connections are set up",
    )
    .needs(ORGANIZATION),
    Action::new("sso.delete_connection", Operation::Deleted, "an admin removed an SSO connection")
        .needs(SSO_CONNECTION),
    Action::other("directory_sync.delete", "a directory was removed"),
    Action::other(
        "directory_sync.create_management_portal_url",
        "an admin was given a link to set up directory sync",
    ),
    Action::other("audit_logs.create_management_portal_url", "an admin was given a link to the audit logs"),
    Action::other(
        "log_streams.create_management_portal_url",
        "an admin was given a link to set up log streams",
    ),
    Action::other("user.view_settings", "a member opened the user settings"),
    Action::other("api_key.create", "an API key was created"),
    Action::other("organization.update_name", "the organization was renamed"),
];
