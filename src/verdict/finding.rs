//! What a rule found: as little of it as a verdict depends on, and all of it for whoever prints it.

use crate::analysis::reach::Certainty;
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::rules::Severity;
use crate::rules::fingerprint::Fingerprint;
use crate::rules::wording::ChangeDescription;

/// A finding as far as the verdict depends on it. There can be as many as changes, and mostly people are
/// shown few of them: the rest is told when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct FindingKey<'a> {
    /// Index of the rule in [`Verdict::rules`](super::Verdict::rules).
    pub rule: u16,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is known already.
    pub status: Status<'a>,
    /// The baseline has it, whatever else is known.
    pub is_in_baseline: bool,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// Which of those of its rule it is.
    pub number: u32,
}

/// Tells the whole of a finding.
pub type Resolve<'a> = Box<dyn Fn(&FindingKey<'a>) -> Finding<'a> + Send + Sync + 'a>;

/// Something that a rule found; texts stay where they are kept.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// Index of the rule in [`Verdict::rules`](super::Verdict::rules).
    pub rule: u16,
    /// How bad it is.
    pub severity: Severity,
    /// The operation that the message begins with, if the rest of it goes on from there.
    pub begins_with: Option<Operation>,
    /// What happened, or the rest of it; see [`Self::message`].
    pub message: String,
    /// How it is known, where it is about a state.
    pub certainty: Option<Certainty>,
    /// The same in every run over an export that has it.
    pub fingerprint: Fingerprint,
    /// Whether it is known already.
    pub status: Status<'a>,
    /// The baseline has it, whatever else is known.
    pub is_in_baseline: bool,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// Name of its file, and its 1-based line there.
    pub place: Option<(&'a str, u64)>,
    /// The vendor's action.
    pub action: Option<&'a str>,
    /// Id of the organization.
    pub organization: Option<&'a str>,
    /// Name of the organization.
    pub organization_name: Option<&'a str>,
    /// Id of the connection.
    pub connection: Option<&'a str>,
    /// What to call who did it.
    pub actor: Option<&'a str>,
    /// Id of who did it.
    pub actor_id: Option<&'a str>,
}

impl Finding<'_> {
    /// What happened, in a sentence without a full stop.
    pub fn message(&self) -> String {
        let Some(operation) = self.begins_with else {
            return self.message.clone();
        };
        let Self { connection, organization, organization_name, actor, .. } = *self;
        let description = ChangeDescription { operation, connection, organization, organization_name, actor };
        description.followed_by(&self.message)
    }
}

/// Whether a finding is known already; only open ones can violate the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status<'a> {
    /// It is not.
    Open,
    /// It was announced.
    Planned {
        /// Where it was approved.
        ticket: &'a str,
    },
    /// It is accepted.
    Suppressed {
        /// Why.
        reason: &'a str,
    },
    /// The baseline has it.
    Baseline,
}

impl<'a> Status<'a> {
    /// The names of all, in their order.
    pub const NAMES: [&'static str; 4] = ["open", "planned", "suppressed", "baseline"];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self.rank()]
    }

    /// Why it is what it is: a ticket, or a reason.
    pub fn because(self) -> Option<&'a str> {
        match self {
            Self::Planned { ticket: because } | Self::Suppressed { reason: because } => Some(because),
            Self::Open | Self::Baseline => None,
        }
    }

    /// Its place in [`Self::NAMES`].
    pub fn rank(self) -> usize {
        match self {
            Self::Open => 0,
            Self::Planned { .. } => 1,
            Self::Suppressed { .. } => 2,
            Self::Baseline => 3,
        }
    }
}
