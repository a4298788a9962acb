//! `domain-added`: an organization got a domain, or a domain of it was verified.

use crate::model::operation::Operation;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::sources::Transfer;
use crate::survey::ids::Id;

pub static RULE: Rule = Rule::new("domain-added", Severity::Medium, judge)
    .about("a domain of an organization was added or verified")
    .about_organizations()
    .looks_for(&[Operation::DomainChanged])
    .means(
        "A domain was added to an organization, or verified for it. Adding and verifying are two events, and \
         each is a finding; removing a domain, changing one and failing to verify one are not.",
    )
    .why(
        "Users are sent to an organization's identity provider by the domain of their e-mail address. Whoever \
         adds a domain that belongs to somebody else decides how its users log in, and may log in as them.",
    )
    .example("An administrator adds the domain of another customer, and somebody in support verifies it by hand.")
    .fix(
        "Make sure that the organization owns the domain and asked for it. If not, remove the domain, and look \
         for logins of its users through the organization's connections since.",
    )
    .soc2(&["CC6.1", "CC6.2", "CC8.1"])
    .iso27001(&["A.5.16", "A.8.5", "A.8.32"])
    .nist(&["IA-4", "IA-8", "CM-3"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let actions = context.documented_actions();
    RuleResult::of_operations(
        context,
        |_| true,
        RULE.looks_for,
        |index| {
            let change = context.survey.changes.at(index);
            let (_, action) = actions[change.action.index()];
            let adding = action.filter(|action| action.transfer == Some(Transfer::Gives));
            // What the source documents says whether the domain was added or verified.
            Decision::of(adding.map(|action| format!(": {}", action.about)))
        },
    )
}
