//! Rules for tests of policies: one of every default, with settings of every type.

use crate::rules::{
    Activation, Controls, Explain, Param, PlanCoverage, Prerequisite, Rule, RuleContext, RuleResult, SCOPES,
    Severity, TermKind,
};

/// The rules.
pub(crate) static CHECKS: &[&Rule] = &[
    &Rule {
        params: &[Param::age("grace", 86_400, "how long it may take")],
        ..check("org-left-without-sso", Severity::High, Activation::On)
    },
    &check("change-by-stranger", Severity::High, Activation::When(Prerequisite::Roster)),
    &check("change-outside-window", Severity::Medium, Activation::When(Prerequisite::WindowsOrFreezes)),
    &Rule {
        params: &[
            Param::terms("types", TermKind::ConnectionType, "connection types nobody wants"),
            Param::count("most", 3, "how many are borne"),
            Param::terms("speech", TermKind::Protocol, "protocols nobody wants"),
        ],
        scopes: &["organizations", "sources"],
        plan_coverage: PlanCoverage::WithActor,
        ..check("unwanted-connection-type", Severity::Low, Activation::When(Prerequisite::OwnList))
    },
    &Rule {
        params: &[
            Param::count("most", 10, "how many are too many"),
            Param::age("within", 5400, "in which time"),
            Param::terms("except", TermKind::ConnectionType, "which types may change"),
            Param::terms("nobody", TermKind::Protocol, "which protocols may be used"),
        ],
        scopes: &[],
        plan_coverage: PlanCoverage::None,
        ..check("too-many-changes", Severity::Info, Activation::Off)
    },
];

const fn check(id: &'static str, severity: Severity, activation: Activation) -> Rule {
    Rule {
        id,
        about: "a sample",
        severity,
        activation,
        scopes: SCOPES,
        plan_coverage: PlanCoverage::All,
        params: &[],
        explain: Explain { means: "", why: "", example: "", fix: "" },
        controls: Controls { soc2: &[], iso27001: &[], nist: &[] },
        judge,
    }
}

fn judge(_: &RuleContext<'_>) -> RuleResult {
    RuleResult::default()
}
