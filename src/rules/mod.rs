//! The rules of `check`, one file each in `catalog`, and what they share.
//!
//! A rule is a pure function of a survey and its settings to a result. It does not know about planned changes,
//! suppressions or the verdict.

mod bursts;
mod catalog;
mod change_window;
mod classes;
mod context;
mod custom;
mod custom_judge;
mod deciding_names;
pub mod fingerprint;
mod of_classes;
mod outcome;
mod params;
mod rule;
mod scope;
mod severity;
mod subject;
mod survey_index;
#[cfg(test)]
mod testing;
pub mod wording;

pub use change_window::{Freeze, Window};
pub use context::RuleContext;
pub use custom::{Correlation, Custom, Product};
pub use custom_judge::MAX_NAMED;
pub use deciding_names::{DecidingNames, Patterns};
pub use outcome::{RuleResult, Violation};
pub use params::{Param, ParamKind, SCOPES, SCOPES_WITHOUT_CONNECTION, Settings, TermKind, Value};
pub use rule::{Activation, Controls, Explain, PlanCoverage, Prerequisite, Rule};
pub use scope::{Coverage, Scope, ScopeFacts};
pub use severity::Severity;
pub use subject::{Burst, Renamed, Subject};
pub use survey_index::SurveyIndex;

/// Every rule, by severity from the highest, then by name.
pub static ALL: &[&Rule] = &[
    &catalog::org_left_without_sso::RULE,
    &catalog::sso_relaxed::RULE,
    &catalog::conflicting_duplicate::RULE,
    &catalog::connection_altered::RULE,
    &catalog::foreign_connection::RULE,
    &catalog::impersonated_change::RULE,
    &catalog::invalid_event::RULE,
    &catalog::not_on_roster::RULE,
    &catalog::actor_across_orgs::RULE,
    &catalog::certificate_expiring::RULE,
    &catalog::connection_deleted::RULE,
    &catalog::contradictory_event::RULE,
    &catalog::deleted_without_visit::RULE,
    &catalog::domain_added::RULE,
    &catalog::duplicate_deletion::RULE,
    &catalog::event_from_the_future::RULE,
    &catalog::failed_attempts::RULE,
    &catalog::identity_changed::RULE,
    &catalog::impersonation_without_reason::RULE,
    &catalog::log_gap::RULE,
    &catalog::outside_change_window::RULE,
    &catalog::portal_url_burst::RULE,
    &catalog::provider_swapped::RULE,
    &catalog::same_person::RULE,
    &catalog::support_access::RULE,
    &catalog::unapproved_connection_type::RULE,
    &catalog::unconfirmed_change::RULE,
    &catalog::changed_by_api::RULE,
    &catalog::connection_disabled::RULE,
    &catalog::new_address::RULE,
    &catalog::portal_without_change::RULE,
    &catalog::unknown_action::RULE,
];
