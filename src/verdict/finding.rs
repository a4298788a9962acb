//! Findings: the compact key that a verdict is made of, and the full finding for output.

use std::cmp::Ordering;

use crate::analysis::reach::Certainty;
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::rules::Severity;
use crate::rules::fingerprint::Fingerprint;
use crate::rules::wording::ChangeDescription;

/// The part of a finding that the verdict depends on. There can be as many findings as changes and few of them are
/// usually displayed, so the rest is computed on demand by [`Resolve`].
#[derive(Clone, Copy, Debug)]
pub struct FindingKey {
    /// Index of the rule in [`Verdict::rules`](super::Verdict::rules).
    pub rule: u16,
    /// Its severity.
    pub severity: Severity,
    /// Whether it is open or accepted.
    pub status: Status,
    /// Whether the baseline contains it, whatever its status.
    pub is_in_baseline: bool,
    /// Its index among the violations of its rule.
    pub number: u32,
}

/// Knows the findings of keys.
pub trait Resolve<'a>: Send + Sync {
    /// Computes the full finding of a key.
    fn finding(&self, key: &FindingKey) -> Finding<'a>;

    /// Compares when two findings of a rule happened; those without a time come first.
    fn compare_times(&self, a: &FindingKey, b: &FindingKey) -> Ordering;
}

/// What a rule found. Its texts are borrowed from the survey.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// Index of the rule in [`Verdict::rules`](super::Verdict::rules).
    pub rule: u16,
    /// Its severity.
    pub severity: Severity,
    /// The operation to describe before `message`, if that only continues the sentence.
    pub begins_with: Option<Operation>,
    /// The message, or the rest of it after the description of the operation; see [`Self::message`].
    pub message: String,
    /// How certain it is, if it is about a state.
    pub certainty: Option<Certainty>,
    /// Identifies the finding in every export that contains it.
    pub fingerprint: Fingerprint,
    /// Whether it is open or accepted.
    pub status: Status,
    /// The ticket or the reason that accepts it.
    pub justification: Option<&'a str>,
    /// Whether the baseline contains it, whatever its status.
    pub is_in_baseline: bool,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// The name of its file and its 1-based line there.
    pub position: Option<(&'a str, u64)>,
    /// The same of the next event, if it is about a silence that ended.
    pub next: Option<(&'a str, u64)>,
    /// The same of the other events that a custom rule correlates, in time order.
    pub others: Vec<(&'a str, u64)>,
    /// The vendor's action.
    pub action: Option<&'a str>,
    /// Id of the organization.
    pub organization: Option<&'a str>,
    /// Name of the organization.
    pub organization_name: Option<&'a str>,
    /// Id of the connection.
    pub connection: Option<&'a str>,
    /// The best name of the actor.
    pub actor: Option<&'a str>,
    /// Id of the actor.
    pub actor_id: Option<&'a str>,
}

impl Finding<'_> {
    /// The message: a sentence without a full stop.
    pub fn message(&self) -> String {
        let Some(operation) = self.begins_with else {
            return self.message.clone();
        };
        let Self { connection, organization, organization_name, actor, .. } = *self;
        let description = ChangeDescription { operation, connection, organization, organization_name, actor };
        description.followed_by(&self.message)
    }
}

/// Whether a finding is accepted, and by what. Only open findings can fail the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing accepts it.
    Open,
    /// A planned change covers it, given by its index in [`Policy::planned`](crate::policy::Policy::planned).
    Planned(u32),
    /// A suppression accepts it, given by its index in [`Policy::suppressions`](crate::policy::Policy::suppressions).
    Suppressed(u32),
    /// The baseline contains it.
    Baseline,
}

impl Status {
    /// The names of all statuses, by rank.
    pub const NAMES: [&'static str; 4] = ["open", "planned", "suppressed", "baseline"];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self.rank()]
    }

    /// Its index in [`Self::NAMES`].
    pub fn rank(self) -> usize {
        match self {
            Self::Open => 0,
            Self::Planned(_) => 1,
            Self::Suppressed(_) => 2,
            Self::Baseline => 3,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_small() {
        // There can be as many findings as changes.
        assert_eq!(size_of::<FindingKey>(), 16);
    }
}
