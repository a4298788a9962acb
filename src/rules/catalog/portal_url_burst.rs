//! `portal-url-burst`: one actor creates many portal URLs in a short time.

use crate::analysis::bursts::bursts_of_different;
use crate::model::operation::Operation;
use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::params::{Param, Value};
use crate::rules::rule::{Controls, Explain, Rule};
use crate::rules::severity::Severity;
use crate::rules::wording::human_duration;
use crate::survey::interner::NONE;

/// The rule.
pub static RULE: Rule = Rule {
    id: "portal-url-burst",
    about: "one actor creates many portal URLs in a short time",
    severity: Severity::Medium,
    default: crate::rules::rule::Default::On,
    scopes: crate::rules::params::SCOPES_OF_LINKS,
    plan_coverage: crate::rules::rule::PlanCoverage::None,
    params: &[
        Param {
            key: "count",
            default: Value::Count(5),
            about: "how many portal URLs one actor may create within the window",
        },
        Param { key: "window", default: Value::Age(10 * 60), about: "the time in which they are counted" },
    ],
    explain: Explain {
        means: "One actor created more portal URLs within the window than expected. What follows each \
                other so closely is reported once, as one finding about all of it: a suppression by \
                organization accepts it only where all are for that organization.",
        why: "Whoever holds a portal URL can set up SSO for the organization. A person needs one; many \
              at once are a script that collects them, or a fault that hands them out.",
        example: "A user creates forty portal URLs within two minutes.",
        fix: "Ask the actor what they were doing, let the URLs expire or revoke them, and limit how many \
              can be created.",
    },
    controls: Controls {
        soc2: &["CC6.1", "CC7.2"],
        iso27001: &["A.8.2", "A.8.16"],
        nist: &["AU-6", "SI-4", "AC-6"],
    },
    judge,
};

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let changes = &context.survey.changes;
    crate::rules::bursts::judge(
        context,
        |change| (change.operation == Operation::PortalOpened).then_some(change.actor != NONE),
        |_, index| index as u32,
        |things| bursts_of_different(things, context.count("count"), context.age("window")),
        |burst| {
            let (first, last) = (&changes[burst[0]], &changes[burst[burst.len() - 1]]);
            format!(
                "{} created {} portal URLs in {}, the first for {} (more than {} within {})",
                context.actor(first.actor),
                burst.len(),
                human_duration(last.time.seconds_since(first.time)),
                context.organization(first.organization),
                context.count("count"),
                context.policy_duration("window"),
            )
        },
    )
}
