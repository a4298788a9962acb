//! The rules, one file each; the registry is in [`super`].

pub(crate) mod actor_across_orgs;
pub(crate) mod certificate_expiring;
pub(crate) mod conflicting_duplicate;
pub(crate) mod connection_altered;
pub(crate) mod connection_deleted;
pub(crate) mod connection_disabled;
pub(crate) mod contradictory_event;
pub(crate) mod deleted_without_visit;
pub(crate) mod duplicate_deletion;
pub(crate) mod event_from_the_future;
pub(crate) mod foreign_connection;
pub(crate) mod identity_changed;
pub(crate) mod impersonated_change;
pub(crate) mod impersonation_without_reason;
pub(crate) mod invalid_event;
pub(crate) mod log_gap;
pub(crate) mod new_address;
pub(crate) mod not_on_roster;
pub(crate) mod org_left_without_sso;
pub(crate) mod outside_change_window;
pub(crate) mod portal_url_burst;
pub(crate) mod portal_without_change;
pub(crate) mod provider_swapped;
pub(crate) mod same_person;
pub(crate) mod unapproved_connection_type;
pub(crate) mod unknown_action;
