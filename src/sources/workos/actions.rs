//! The documented names of WorkOS events.

use crate::model::fields::Fields;
use crate::model::operation::Operation;
use crate::sources::action::Action;
use crate::sources::workos::fields::{
    AUTH_METHOD, CERTIFICATE, CONNECTION, FAILED_DOMAIN, IMPERSONATION, IMPERSONATOR, ORGANIZATION, RESOURCE,
    SESSION, SSO,
};

/// A session in which somebody else acts than its user.
fn of_session(fields: &Fields<'_>) -> Operation {
    let is_text = |field| fields.text(field, 0).is_some_and(|text| !text.is_empty());
    let is_impersonation = || fields.text(AUTH_METHOD, 0).is_some_and(|method| method == IMPERSONATION);
    if IMPERSONATOR.into_iter().any(is_text) || is_impersonation() {
        Operation::Impersonated
    } else {
        Operation::Other
    }
}

/// An event about a domain of an organization.
const fn domain(name: &'static str, about: &'static str) -> Action {
    Action::new(name, Operation::DomainChanged, about).group(RESOURCE)
}

/// An event that is not about SSO.
const fn other(name: &'static str, about: &'static str) -> Action {
    Action::other(name, about).group(RESOURCE)
}

#[rustfmt::skip]
pub static ACTIONS: &[Action] = &[
    Action::new("connection.activated", Operation::Enabled, "a connection was activated, for the first time or again").group(CONNECTION),
    Action::new("connection.deactivated", Operation::Disabled, "a connection was deactivated").group(CONNECTION),
    Action::new("connection.deleted", Operation::Deleted, "a connection was deleted").group(CONNECTION),
    Action::new("connection.saml_certificate_renewed", Operation::KeyChanged, "a certificate of a connection was renewed").group(CERTIFICATE),
    Action::new("connection.saml_certificate_renewal_required", Operation::KeyExpiring, "a certificate of a connection will expire or has expired").group(CERTIFICATE),
    domain("organization_domain.created", "a domain was added to an organization").gives(),
    domain("organization_domain.updated", "a domain of an organization was changed"),
    domain("organization_domain.verified", "a domain of an organization was verified").gives(),
    domain("organization_domain.deleted", "a domain was removed from an organization").takes(),
    Action::new("organization_domain.verification_failed", Operation::DomainChanged, "a domain of an organization could not be verified").group(FAILED_DOMAIN).failed(),
    Action::other("organization.created", "an organization was created").group(ORGANIZATION),
    Action::other("organization.updated", "an organization was changed").group(ORGANIZATION),
    Action::other("organization.deleted", "an organization was deleted").group(ORGANIZATION),
    Action::other("authentication.sso_started", "a user began to log in through a connection").group(SSO),
    Action::other("authentication.sso_succeeded", "a user logged in through a connection").group(SSO).succeeded(),
    Action::other("authentication.sso_failed", "a user could not log in through a connection").group(SSO).failed(),
    Action::other("authentication.sso_timed_out", "a login through a connection took too long").group(SSO).failed(),
    Action::other("session.created", "a session began; `impersonated` if somebody other than its user acts in it").group(SESSION).refined_by(of_session).may_be(&[Operation::Impersonated]).gives(),
    Action::other("session.revoked", "a session was ended").group(SESSION),
    other("api_key.created", "about an API key"),
    other("api_key.revoked", "about an API key"),
    other("api_key.updated", "about an API key"),
    other("authentication.email_verification_failed", "about a login"),
    other("authentication.email_verification_succeeded", "about a login"),
    other("authentication.magic_auth_failed", "about a login"),
    other("authentication.magic_auth_succeeded", "about a login"),
    other("authentication.mfa_failed", "about a login"),
    other("authentication.mfa_succeeded", "about a login"),
    other("authentication.oauth_failed", "about a login"),
    other("authentication.oauth_succeeded", "about a login"),
    other("authentication.passkey_failed", "about a login"),
    other("authentication.passkey_succeeded", "about a login"),
    other("authentication.password_failed", "about a login"),
    other("authentication.password_succeeded", "about a login"),
    other("authentication.radar_risk_detected", "about a login"),
    other("authentication.reauthentication_succeeded", "about a login"),
    other("dsync.activated", "about a directory"),
    other("dsync.deactivated", "about a directory"),
    other("dsync.deleted", "about a directory"),
    other("dsync.group.created", "about a directory"),
    other("dsync.group.deleted", "about a directory"),
    other("dsync.group.updated", "about a directory"),
    other("dsync.group.user_added", "about a directory"),
    other("dsync.group.user_removed", "about a directory"),
    other("dsync.token.created", "about a directory"),
    other("dsync.token.revoked", "about a directory"),
    other("dsync.user.created", "about a directory"),
    other("dsync.user.deleted", "about a directory"),
    other("dsync.user.updated", "about a directory"),
    other("email_verification.created", "about a verification of an e-mail address"),
    other("flag.created", "about a feature flag"),
    other("flag.deleted", "about a feature flag"),
    other("flag.rule_updated", "about a feature flag"),
    other("flag.updated", "about a feature flag"),
    other("group.created", "about a group"),
    other("group.deleted", "about a group"),
    other("group.member_added", "about a group"),
    other("group.member_removed", "about a group"),
    other("group.updated", "about a group"),
    other("invitation.accepted", "about an invitation"),
    other("invitation.created", "about an invitation"),
    other("invitation.resent", "about an invitation"),
    other("invitation.revoked", "about an invitation"),
    other("magic_auth.created", "about a code for a login"),
    other("organization_membership.added", "about a membership"),
    other("organization_membership.created", "about a membership"),
    other("organization_membership.deleted", "about a membership"),
    other("organization_membership.removed", "about a membership"),
    other("organization_membership.updated", "about a membership"),
    other("organization_role.created", "about a role of an organization"),
    other("organization_role.deleted", "about a role of an organization"),
    other("organization_role.updated", "about a role of an organization"),
    other("password_reset.created", "about a reset of a password"),
    other("password_reset.succeeded", "about a reset of a password"),
    other("permission.created", "about a permission"),
    other("permission.deleted", "about a permission"),
    other("permission.updated", "about a permission"),
    other("pipes.account_connection.add_failed", "about an account connected to another service"),
    other("pipes.account_connection.connected", "about an account connected to another service"),
    other("pipes.account_connection.connection_failed", "about an account connected to another service"),
    other("pipes.account_connection.disconnected", "about an account connected to another service"),
    other("pipes.account_connection.reauthorization_needed", "about an account connected to another service"),
    other("pipes.connected_account.connected", "about an account connected to another service"),
    other("pipes.connected_account.connection_failed", "about an account connected to another service"),
    other("pipes.connected_account.disconnected", "about an account connected to another service"),
    other("pipes.connected_account.reauthorization_needed", "about an account connected to another service"),
    other("radar.challenge_created", "about a challenge after a suspicious login"),
    other("resource_export.completed", "about an export"),
    other("resource_export.created", "about an export"),
    other("resource_export.downloaded", "about an export"),
    other("resource_export.failed", "about an export"),
    other("role.created", "about a role"),
    other("role.deleted", "about a role"),
    other("role.updated", "about a role"),
    other("user.created", "about a user"),
    other("user.deleted", "about a user"),
    other("user.updated", "about a user"),
    other("vault.byok_key.deleted", "about an encrypted value or key"),
    other("vault.byok_key.verification_completed", "about an encrypted value or key"),
    other("vault.data.created", "about an encrypted value or key"),
    other("vault.data.deleted", "about an encrypted value or key"),
    other("vault.data.read", "about an encrypted value or key"),
    other("vault.data.updated", "about an encrypted value or key"),
    other("vault.dek.decrypted", "about an encrypted value or key"),
    other("vault.dek.read", "about an encrypted value or key"),
    other("vault.kek.created", "about an encrypted value or key"),
    other("vault.kek.deleted", "about an encrypted value or key"),
    other("vault.metadata.read", "about an encrypted value or key"),
    other("vault.names.listed", "about an encrypted value or key"),
    other("waitlist_user.approved", "about a person on the waiting list"),
    other("waitlist_user.created", "about a person on the waiting list"),
    other("waitlist_user.denied", "about a person on the waiting list"),
];
