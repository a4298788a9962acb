//! `actor-across-orgs`: one actor changes many organizations in a short time.

use std::collections::HashSet;

use crate::rules::bursts::find_bursts;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::of_classes::OfClass;
use crate::rules::outcome::RuleResult;
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::wording::human_duration;
use crate::text::plural::counted;

pub static RULE: Rule = Rule::new("actor-across-orgs", Severity::Medium, judge)
    .about("one actor changes many organizations in a short time")
    .unplannable()
    .params(&[
        Param::count("count", 3, "how many organizations one actor may change within the window"),
        Param::age("window", 3600, "the time in which they are counted"),
    ])
    .means(
        "One actor created portal URLs or changed connections in more organizations within the window than \
         expected. Events that follow each other this closely are reported once, as one finding about all of \
         them: no suppression by organization or connection accepts it.",
    )
    .why(
        "An administrator works for one organization, or for a few; a run through many is what a stolen \
         account of the vendor's staff or a runaway script looks like.",
    )
    .example(
        "Within twenty minutes the same user opens the portal of five customers and deletes their \
         connections.",
    )
    .fix(
        "Ask the actor whether it was them and why. If not, end their sessions, reset their credentials and \
         review every organization that is named.",
    )
    .soc2(&["CC6.1", "CC7.2", "CC7.3"])
    .iso27001(&["A.8.2", "A.8.16"])
    .nist(&["AC-2", "AU-6", "SI-4"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    find_bursts(
        context,
        |Class { traits, .. }| match traits.has_failed {
            true => OfClass::Excluded,
            false if traits.has_actor && traits.has_organization => OfClass::Fine,
            false => OfClass::NotApplicable,
        },
        |change| change.organization,
        |burst| message(context, burst),
    )
}

fn message(context: &RuleContext<'_>, burst: &[usize]) -> String {
    const MAX_NAMED: usize = 5;
    let changes = &context.survey.changes;
    let (first, last) = (&changes.at(burst[0]), &changes.at(burst[burst.len() - 1]));
    let mut organizations: Vec<_> = burst.iter().map(|index| changes.at(*index).organization).collect();
    let mut seen = HashSet::new();
    organizations.retain(|organization| seen.insert(*organization));
    let names: Vec<_> = organizations.iter().take(MAX_NAMED).map(|id| context.organization(*id)).collect();
    let more = if organizations.len() > MAX_NAMED { ", …" } else { "" };
    format!(
        "{} changed {} in {}: {}{more} (more than {} within {})",
        context.actor(first.actor),
        counted(organizations.len() as u64, "organization"),
        human_duration(last.time.seconds_since(first.time)),
        names.join(", "),
        context.count("count"),
        context.policy_duration("window"),
    )
}
