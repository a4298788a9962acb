//! `actor-across-orgs`: one actor changes many organizations in a short time.

use crate::analysis::bursts::bursts_of_different;
use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::params::{Param, Value};
use crate::rules::rule::{Controls, Explain, Rule};
use crate::rules::severity::Severity;
use crate::rules::wording::{human_duration, plural};
use crate::survey::interner::NONE;

/// The rule.
pub static RULE: Rule = Rule {
    id: "actor-across-orgs",
    about: "one actor changes many organizations in a short time",
    severity: Severity::Medium,
    default: crate::rules::rule::Default::On,
    scopes: crate::rules::params::SCOPES,
    plan_coverage: crate::rules::rule::PlanCoverage::None,
    params: &[
        Param {
            key: "count",
            default: Value::Count(3),
            about: "how many organizations one actor may change within the window",
        },
        Param { key: "window", default: Value::Age(3600), about: "the time in which they are counted" },
    ],
    explain: Explain {
        means: "One actor created portal URLs or changed connections in more organizations within the \
                window than expected. What follows each other so closely is reported once, as one finding \
                about all of it: no suppression by organization or connection accepts it.",
        why: "An administrator works for one organization, or for a few; a run through many is what a \
              stolen account of the vendor's staff or a runaway script looks like.",
        example: "Within twenty minutes the same user opens the portal of five customers and deletes their \
                  connections.",
        fix: "Ask the actor whether it was them and why. If not, end their sessions, reset their \
              credentials and review every organization that is named.",
    },
    controls: Controls {
        soc2: &["CC6.1", "CC7.2", "CC7.3"],
        iso27001: &["A.8.2", "A.8.16"],
        nist: &["AC-2", "AU-6", "SI-4"],
    },
    judge,
};

fn judge(context: &RuleContext<'_>) -> RuleResult {
    const MOST_NAMED: usize = 5;
    let survey = context.survey;
    let is_complete = |organization, actor| organization != NONE && actor != NONE;
    crate::rules::bursts::judge(
        context,
        |change| Some(is_complete(change.organization, change.actor)),
        |change, _| change.organization,
        |things| bursts_of_different(things, context.count("count"), context.age("window")),
        |burst| {
            let (first, last) = (&survey.changes[burst[0]], &survey.changes[burst[burst.len() - 1]]);
            let mut organizations: Vec<_> = burst.iter().map(|at| survey.changes[*at].organization).collect();
            let mut seen = std::collections::HashSet::new();
            organizations.retain(|organization| seen.insert(*organization));
            let names = organizations.iter().take(MOST_NAMED).map(|id| context.organization(*id).to_string());
            let more = if organizations.len() > MOST_NAMED { ", …" } else { "" };
            format!(
                "{} changed {} in {}: {}{more} (more than {} within {})",
                context.actor(first.actor),
                plural(organizations.len() as u64, "organization"),
                human_duration(last.time.seconds_since(first.time)),
                names.collect::<Vec<_>>().join(", "),
                context.count("count"),
                context.policy_duration("window"),
            )
        },
    )
}
