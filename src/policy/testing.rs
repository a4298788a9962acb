//! Rules for tests of policies: one of every default, with settings of every type.

use crate::rules::{Param, Prerequisite, Rule, RuleContext, RuleResult, Severity, TermKind};

/// The rules.
pub(crate) static CHECKS: &[&Rule] = &[
    &rule("org-left-without-sso", Severity::High).params(&[Param::age(
        "grace",
        86_400,
        "how long it may take",
    )]),
    &rule("change-by-stranger", Severity::High).when(Prerequisite::Roster),
    &rule("change-outside-window", Severity::Medium).when(Prerequisite::WindowsOrFreezes),
    &rule("unwanted-connection-type", Severity::Low)
        .when(Prerequisite::OwnList)
        .about_links()
        .planned_with_actor()
        .params(&[
            Param::terms("types", TermKind::ConnectionType, "connection types nobody wants"),
            Param::count("most", 3, "how many are borne"),
            Param::terms("speech", TermKind::Protocol, "protocols nobody wants"),
        ]),
    &rule("too-many-changes", Severity::Info).off().unscoped().unplannable().params(&[
        Param::count("most", 10, "how many are too many"),
        Param::age("within", 5400, "in which time"),
        Param::optional_age("pause", 7200, "after which pause it is no longer one"),
        Param::terms("except", TermKind::ConnectionType, "which types may change"),
        Param::terms("nobody", TermKind::Protocol, "which protocols may be used"),
    ]),
];

const fn rule(id: &'static str, severity: Severity) -> Rule {
    Rule::new(id, severity, judge).about("a sample")
}

fn judge(_: &RuleContext<'_>) -> RuleResult {
    RuleResult::default()
}
