//! The rules of `check`, one file each: what must not happen, judged over events and histories.
//!
//! A rule is a pure function: it sees what was collected and its settings, and says what it found.
//! Planned changes, suppressions and the verdict are none of its business.

mod bursts;
mod catalog;
mod change_index;
mod change_window;
mod context;
mod deciding_names;
pub mod fingerprint;
mod outcome;
mod params;
mod rule;
mod scope;
mod severity;
mod subject;
pub mod wording;

pub use change_index::Lists;
pub use change_window::{Freeze, Window};
pub use context::Case;
pub use deciding_names::{DecidingNames, Patterns};
pub use outcome::{Judgement, Violation};
pub use params::{Param, SCOPES, SCOPES_OF_LINKS, Value, Words};
pub use rule::{Check, Controls, Default, Explain, Plans};
pub use scope::{Coverage, Scope};
pub use severity::Severity;
pub use subject::{Burst, Renamed, Subject};

/// Every rule, the worst first, then by name.
pub static ALL: &[&Check] = &[
    &catalog::org_left_without_sso::CHECK,
    &catalog::conflicting_duplicate::CHECK,
    &catalog::connection_altered::CHECK,
    &catalog::foreign_connection::CHECK,
    &catalog::impersonated_change::CHECK,
    &catalog::invalid_event::CHECK,
    &catalog::not_on_roster::CHECK,
    &catalog::actor_across_orgs::CHECK,
    &catalog::connection_deleted::CHECK,
    &catalog::contradictory_event::CHECK,
    &catalog::deleted_without_visit::CHECK,
    &catalog::duplicate_deletion::CHECK,
    &catalog::event_from_the_future::CHECK,
    &catalog::identity_changed::CHECK,
    &catalog::impersonation_without_reason::CHECK,
    &catalog::log_gap::CHECK,
    &catalog::outside_change_window::CHECK,
    &catalog::portal_url_burst::CHECK,
    &catalog::provider_swapped::CHECK,
    &catalog::same_person::CHECK,
    &catalog::unapproved_connection_type::CHECK,
    &catalog::connection_disabled::CHECK,
    &catalog::new_address::CHECK,
    &catalog::portal_without_change::CHECK,
    &catalog::unknown_action::CHECK,
];
