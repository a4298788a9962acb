//! What a rule is: its name, how bad its findings are, what it can be told, and what it means.

use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::params::Param;
use crate::rules::severity::Severity;

/// A rule.
pub struct Rule {
    /// Name in kebab-case; it names what must not happen.
    pub id: &'static str,
    /// When it fires, in one line.
    pub about: &'static str,
    /// How bad a finding is unless the policy says otherwise.
    pub severity: Severity,
    /// Whether it is on unless the policy says otherwise.
    pub activation: Activation,
    /// Which of [`SCOPES`](crate::rules::SCOPES) can confine it.
    pub scopes: &'static [&'static str],
    /// Which planned changes cover what it finds about their change.
    pub plan_coverage: PlanCoverage,
    /// What the policy can set.
    pub params: &'static [Param],
    /// What it means, why it matters, an example, how to fix.
    pub explain: Explain,
    /// The controls it gives evidence for.
    pub controls: Controls,
    /// Judges.
    pub judge: for<'a> fn(&RuleContext<'a>) -> RuleResult,
}

/// Whether a rule is on unless the policy says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// It is.
    On,
    /// It is not.
    Off,
    /// It is when the policy has what the rule needs.
    When(Prerequisite),
}

/// A part of the policy that a rule needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prerequisite {
    /// A roster.
    Roster,
    /// At least one change window or freeze.
    WindowsOrFreezes,
    /// Something in at least one of the rule's own lists.
    OwnList,
}

impl Prerequisite {
    /// When the policy has it, after `when there`.
    pub fn condition(self) -> &'static str {
        match self {
            Self::Roster => "is a roster",
            Self::WindowsOrFreezes => "are windows or freezes",
            Self::OwnList => "is something in one of its lists",
        }
    }
}

/// Which planned changes cover what a rule finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanCoverage {
    /// All: the rule is about what was done.
    All,
    /// Those that name the actor: the rule is about who did it, and the others announce nobody.
    WithActor,
    /// None: the rule is about the record, or about more than one change.
    None,
}

impl PlanCoverage {
    /// What to tell whoever writes a policy; nothing where it is as one expects.
    pub fn told(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::WithActor => Some("Only a planned change that names its actor covers what is found."),
            Self::None => Some("No planned change covers what is found."),
        }
    }
}

/// What there is to know about a rule, each part some sentences.
pub struct Explain {
    /// What it means when it fires.
    pub means: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// An example.
    pub example: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// Controls that a rule gives evidence for.
pub struct Controls {
    /// SOC 2 common criteria: `CC6.1`.
    pub soc2: &'static [&'static str],
    /// ISO/IEC 27001:2022, Annex A: `A.5.15`.
    pub iso27001: &'static [&'static str],
    /// NIST SP 800-53 r5: `AC-2`.
    pub nist: &'static [&'static str],
}
