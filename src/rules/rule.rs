//! What a rule is: its name, its severity, its settings, what it means and the function that judges.

use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::params::{Param, SCOPES, SCOPES_OF_LINKS};
use crate::rules::severity::Severity;

/// A rule. It is made by [`Rule::new`] and the methods that say what is special about it.
pub struct Rule {
    /// Name in kebab-case; it names what must not happen.
    pub id: &'static str,
    /// One line about what it finds.
    pub about: &'static str,
    /// The severity of its findings unless the policy says otherwise.
    pub severity: Severity,
    /// Whether it is on unless the policy says otherwise.
    pub activation: Activation,
    /// The scopes that can confine it, of [`SCOPES`].
    pub scopes: &'static [&'static str],
    /// Which planned changes cover its findings.
    pub plan_coverage: PlanCoverage,
    /// What the policy can set.
    pub params: &'static [Param],
    /// What `check --explain` says about it.
    pub explain: Explain,
    /// The controls it gives evidence for.
    pub controls: Controls,
    /// The function that judges.
    pub judge: Judge,
}

/// What a rule does: it sees what was collected, and returns what it found.
pub type Judge = for<'a> fn(&RuleContext<'a>) -> RuleResult;

impl Rule {
    /// A rule that is on, can be confined to any scope, is covered by every planned change and has no settings.
    pub const fn new(id: &'static str, severity: Severity, judge: Judge) -> Self {
        Self {
            id,
            about: "",
            severity,
            activation: Activation::On,
            scopes: SCOPES,
            plan_coverage: PlanCoverage::All,
            params: &[],
            explain: Explain { means: "", why: "", example: "", fix: "" },
            controls: Controls { soc2: &[], iso27001: &[], nist: &[] },
            judge,
        }
    }

    /// One line about what it finds.
    pub const fn about(mut self, about: &'static str) -> Self {
        self.about = about;
        self
    }

    /// Off unless the policy turns it on.
    pub const fn off(mut self) -> Self {
        self.activation = Activation::Off;
        self
    }

    /// On only where the policy has this.
    pub const fn when(mut self, prerequisite: Prerequisite) -> Self {
        self.activation = Activation::When(prerequisite);
        self
    }

    /// It is about portal links, which have no connection and so no type of one.
    pub const fn about_links(mut self) -> Self {
        self.scopes = SCOPES_OF_LINKS;
        self
    }

    /// It is about the log as a whole, so that no scope confines it.
    pub const fn unscoped(mut self) -> Self {
        self.scopes = &[];
        self
    }

    /// Only planned changes that name the actor cover its findings.
    pub const fn planned_with_actor(mut self) -> Self {
        self.plan_coverage = PlanCoverage::WithActor;
        self
    }

    /// No planned change covers its findings.
    pub const fn unplannable(mut self) -> Self {
        self.plan_coverage = PlanCoverage::None;
        self
    }

    /// What the policy can set.
    pub const fn params(mut self, params: &'static [Param]) -> Self {
        self.params = params;
        self
    }

    /// What it means when it fires.
    pub const fn means(mut self, means: &'static str) -> Self {
        self.explain.means = means;
        self
    }

    /// Why that matters.
    pub const fn why(mut self, why: &'static str) -> Self {
        self.explain.why = why;
        self
    }

    /// An example.
    pub const fn example(mut self, example: &'static str) -> Self {
        self.explain.example = example;
        self
    }

    /// What to do.
    pub const fn fix(mut self, fix: &'static str) -> Self {
        self.explain.fix = fix;
        self
    }

    /// SOC 2 common criteria that it gives evidence for.
    pub const fn soc2(mut self, criteria: &'static [&'static str]) -> Self {
        self.controls.soc2 = criteria;
        self
    }

    /// Controls of ISO/IEC 27001:2022, Annex A, that it gives evidence for.
    pub const fn iso27001(mut self, controls: &'static [&'static str]) -> Self {
        self.controls.iso27001 = controls;
        self
    }

    /// Controls of NIST SP 800-53 r5 that it gives evidence for.
    pub const fn nist(mut self, controls: &'static [&'static str]) -> Self {
        self.controls.nist = controls;
        self
    }
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

/// Which planned changes cover the findings of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanCoverage {
    /// All of them: the rule is about what was done.
    All,
    /// Those that name the actor: the rule is about who did it, which the others do not announce.
    WithActor,
    /// None: the rule is about the log, or about more than one change.
    None,
}

impl PlanCoverage {
    /// A note for whoever writes a policy; none where it is as one expects.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::WithActor => Some("Only a planned change that names its actor covers what is found."),
            Self::None => Some("No planned change covers what is found."),
        }
    }
}

/// What there is to know about a rule. Each part is some sentences.
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
