//! `portal-url-burst`: one actor creates many portal URLs in a short time.

use crate::model::operation::Operation;
use crate::rules::bursts::{events_among, find_bursts};
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::of_classes::OfClass;
use crate::rules::outcome::RuleResult;
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::wording::human_duration;

pub static RULE: Rule = Rule::new("portal-url-burst", Severity::Medium, judge)
    .about("one actor creates many portal URLs in a short time")
    .about_links()
    .unplannable()
    .params(&[
        Param::count("count", 5, "how many portal URLs one actor may create within the window"),
        Param::age("window", 10 * 60, "the time in which they are counted"),
    ])
    .looks_for(&[Operation::PortalOpened])
    .means(
        "One actor created more portal URLs within the window than expected. URLs that follow each other \
         this closely are reported once, as one finding about all of them: a suppression by organization \
         accepts it only where all of them are for that organization.",
    )
    .why(
        "Whoever holds a portal URL can set up SSO for the organization. A person needs one; many at once \
         mean a script that collects them, or a fault that hands them out.",
    )
    .example("A user creates forty portal URLs within two minutes.")
    .fix(
        "Ask the actor what they were doing, let the URLs expire or revoke them, and limit how many can be \
         created.",
    )
    .soc2(&["CC6.1", "CC7.2"])
    .iso27001(&["A.8.2", "A.8.16"])
    .nist(&["AU-6", "SI-4", "AC-6"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let changes = &context.survey.changes;
    find_bursts(
        context,
        |Class { traits, .. }| match traits.did(Operation::PortalOpened) {
            false => OfClass::Excluded,
            true if traits.has_actor => OfClass::Fine,
            true => OfClass::NotApplicable,
        },
        |change| changes.key(change.index as usize),
        |burst| {
            let (first, last) = (&changes.at(burst[0]), &changes.at(burst[burst.len() - 1]));
            format!(
                "{} created {} portal URLs in {}, the first for {} (more than {} within {})",
                context.actor(first.actor),
                events_among(context, burst),
                human_duration(last.time.seconds_since(first.time)),
                context.organization(first.organization),
                context.count("count"),
                context.policy_duration("window"),
            )
        },
    )
}
