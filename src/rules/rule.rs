//! The definition of a rule: its name, severity, settings and explanation, and the function that evaluates it.

use std::fmt;

use crate::model::operation::Operation;
use crate::rules::context::RuleContext;
use crate::rules::custom::{Custom, Product};
use crate::rules::custom_judge;
use crate::rules::outcome::RuleResult;
use crate::rules::params::{Param, SCOPES, SCOPES_WITHOUT_CONNECTION, Settings};
use crate::rules::severity::Severity;
use crate::survey::SilenceLimits;

/// A rule. It is built by [`Rule::new`] and methods for what differs from the default.
pub struct Rule {
    /// The name in kebab-case, which says what must not happen.
    pub id: &'static str,
    /// One line about what it finds.
    pub about: &'static str,
    /// The severity of its findings unless the policy says otherwise.
    pub severity: Severity,
    /// Whether it is on unless the policy says otherwise.
    pub activation: Activation,
    /// The operations of all events that it finds; empty if it finds events whatever they did, or the absence of some.
    pub looks_for: &'static [Operation],
    /// The scopes that can restrict it, out of [`SCOPES`].
    pub scopes: &'static [&'static str],
    /// Which planned changes cover its findings.
    pub plan_coverage: PlanCoverage,
    /// What the policy can set.
    pub params: &'static [Param],
    /// Which silences it judges, if it judges any, given the values of its settings.
    pub silences: Option<fn(&Settings) -> SilenceLimits>,
    /// What `check --explain` says about it.
    pub explain: Explain,
    /// The controls it gives evidence for.
    pub controls: Controls,
    /// The function that evaluates it.
    pub judge: Judge,
    /// What it has besides if it was written by a user.
    pub custom: Option<&'static Custom>,
}

impl fmt::Debug for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.id)
    }
}

/// The function that evaluates a rule.
pub type Judge = for<'a> fn(&RuleContext<'a>) -> RuleResult;

impl Rule {
    /// A rule that is on, can be restricted to any scope, is covered by every planned change and has no settings.
    pub const fn new(id: &'static str, severity: Severity, judge: Judge) -> Self {
        Self {
            id,
            about: "",
            severity,
            activation: Activation::On,
            looks_for: &[],
            scopes: SCOPES,
            plan_coverage: PlanCoverage::All,
            params: &[],
            silences: None,
            explain: Explain { means: "", why: "", example: "", fix: "" },
            controls: Controls { soc2: &[], iso27001: &[], nist: &[] },
            judge,
            custom: None,
        }
    }

    /// A rule that a user wrote.
    pub fn of_user(id: &'static str, severity: Severity, custom: &'static Custom) -> Self {
        let plan_coverage = if custom.correlation.is_some() { PlanCoverage::None } else { PlanCoverage::All };
        Self { custom: Some(custom), plan_coverage, ..Self::new(id, severity, custom_judge::judge) }
    }

    /// The product that it is about, if no source reads that.
    pub fn unread_product(&self) -> Option<&str> {
        match &self.custom?.product {
            Product::Unread(product) => Some(product),
            _ => None,
        }
    }

    /// The parts of its explanation that are not empty, each with its title. `fix` is the title of what to do.
    pub fn parts(&self, fix: &'static str) -> Vec<(&'static str, &str)> {
        let Explain { means, why, example, fix: how } = self.explain;
        let built_in = [("What it means", means), ("Why it matters", why), ("Example", example), (fix, how)];
        let custom = self.custom.iter().flat_map(|custom| &custom.parts);
        let custom = custom.map(|(title, text)| (*title, text.as_str()));
        built_in.into_iter().chain(custom).filter(|(_, text)| !text.is_empty()).collect()
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

    /// On only if the policy has this part.
    pub const fn when(mut self, prerequisite: Prerequisite) -> Self {
        self.activation = Activation::When(prerequisite);
        self
    }

    /// The rule is about portal links, which have no connection and hence no connection type.
    pub const fn about_links(mut self) -> Self {
        self.scopes = SCOPES_WITHOUT_CONNECTION;
        self
    }

    /// The rule is about organizations, which have no connection type.
    pub const fn about_organizations(mut self) -> Self {
        self.scopes = SCOPES_WITHOUT_CONNECTION;
        self
    }

    /// It finds events of these operations only, so that it is not applicable to a log whose sources log none of them.
    pub const fn looks_for(mut self, operations: &'static [Operation]) -> Self {
        self.looks_for = operations;
        self
    }

    /// The rule is about the log as a whole, so no scope can restrict it.
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

    /// It judges silences longer than these.
    pub const fn silences(mut self, limits: fn(&Settings) -> SilenceLimits) -> Self {
        self.silences = Some(limits);
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

/// Whether a rule is on by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// It is on.
    On,
    /// It is off.
    Off,
    /// It is on if the policy has the part that it needs.
    When(Prerequisite),
}

/// A part of the policy that a rule needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prerequisite {
    /// A roster.
    Roster,
    /// At least one change window or freeze.
    WindowsOrFreezes,
    /// An entry in at least one of the rule's own lists.
    OwnList,
}

impl Prerequisite {
    /// Describes when the policy has it; the text follows `when the policy`.
    pub fn condition(self) -> &'static str {
        match self {
            Self::Roster => "has a roster",
            Self::WindowsOrFreezes => "has windows or freezes",
            Self::OwnList => "has something in one of the rule's lists",
        }
    }
}

/// Which planned changes cover the findings of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanCoverage {
    /// All of them, as the rule is about what was done.
    All,
    /// Those that name the actor, as the rule is about who did it.
    WithActor,
    /// None, as the rule is about the log or about several changes.
    None,
}

impl PlanCoverage {
    /// A note for authors of policies; `None` if it is the expected case.
    pub fn note(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::WithActor => Some("Only a planned change that names the actor covers its findings."),
            Self::None => Some("No planned change covers its findings."),
        }
    }
}

/// The explanation of a rule. Each part consists of sentences.
#[derive(Clone, Copy)]
pub struct Explain {
    /// What it means when it fires.
    pub means: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// An example.
    pub example: &'static str,
    /// How to fix it.
    pub fix: &'static str,
}

/// Controls that a rule gives evidence for.
#[derive(Clone, Copy)]
pub struct Controls {
    /// SOC 2 common criteria: `CC6.1`.
    pub soc2: &'static [&'static str],
    /// ISO/IEC 27001:2022, Annex A: `A.5.15`.
    pub iso27001: &'static [&'static str],
    /// NIST SP 800-53 r5: `AC-2`.
    pub nist: &'static [&'static str],
}
