//! Rules for tests of policies: one of every default, with settings of every type.

use crate::rules::{
    Controls, Default, Explain, Param, PlanCoverage, Rule, RuleContext, RuleResult, SCOPES, Severity, Value,
    Words,
};

/// The rules.
pub(crate) static CHECKS: &[&Rule] = &[
    &Rule {
        params: &[Param { key: "grace", default: Value::Age(86_400), about: "how long it may take" }],
        ..check("org-left-without-sso", Severity::High, Default::On)
    },
    &check("change-by-stranger", Severity::High, Default::With("roster")),
    &check("change-outside-window", Severity::Medium, Default::With("windows or freezes")),
    &check("change-in-freeze", Severity::Medium, Default::With("freezes")),
    &check("change-without-ticket", Severity::Low, Default::With("planned")),
    &Rule {
        params: &[
            Param { key: "types", default: Value::List(&[]), about: "connection types nobody wants" },
            Param { key: "most", default: Value::Count(3), about: "how many are borne" },
            Param {
                key: "kinds",
                default: Value::Words(Words::ConnectionTypes),
                about: "types nobody wants",
            },
            Param { key: "speech", default: Value::Words(Words::Protocols), about: "protocols nobody wants" },
        ],
        scopes: &["organizations", "sources"],
        plan_coverage: PlanCoverage::WithActor,
        ..check("unwanted-connection-type", Severity::Low, Default::With("list"))
    },
    &Rule {
        params: &[
            Param { key: "most", default: Value::Count(10), about: "how many are too many" },
            Param { key: "within", default: Value::Age(5400), about: "in which time" },
            Param { key: "except", default: Value::List(&["bot*", "a\"b\\"]), about: "who may" },
            Param { key: "nobody", default: Value::List(&[]), about: "who else may" },
        ],
        scopes: &[],
        plan_coverage: PlanCoverage::None,
        ..check("too-many-changes", Severity::Info, Default::Off)
    },
];

const fn check(id: &'static str, severity: Severity, default: Default) -> Rule {
    Rule {
        id,
        about: "a sample",
        severity,
        default,
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
