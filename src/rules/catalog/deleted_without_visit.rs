//! `deleted-without-visit`: a deletion by somebody who did not look at the organization's settings before.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::rules::bursts::is_longer;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::survey::Change;
use crate::survey::ids::{ActorId, Id, OrganizationId};
use crate::survey::{BloomFilter, Observation};

pub static RULE: Rule = Rule::new("deleted-without-visit", Severity::Medium, judge)
    .about(
        "a connection was deleted by somebody who had not visited the organization's SSO settings shortly \
         before",
    )
    .planned_with_actor()
    .params(&[Param::age(
        "window",
        3600,
        "how long before the deletion its actor must have viewed the settings or opened the portal",
    )])
    .looks_for(&[Operation::Deleted])
    .means(
        "A connection was deleted, and within the window before that, its actor neither viewed the SSO \
         settings of the organization that the deletion names nor created a portal URL for it; a visit \
         exactly that long before counts. A visit to another organization does not count. A deletion that \
         names no organization is not judged, and neither is one without a visit if its source's log begins \
         less than the window before it.",
    )
    .why(
        "The delete button is on the settings page. A request without a visit was made by a script, or with \
         a session or token that was taken from somebody.",
    )
    .example("A connection is deleted in the name of an administrator who was last seen a week ago.")
    .fix(
        "Ask the actor. If they did not do it, end their sessions, revoke their tokens and set the \
         connection up again.",
    )
    .soc2(&["CC6.1", "CC7.2"])
    .iso27001(&["A.8.5", "A.8.16"])
    .nist(&["AU-6", "SC-23", "SI-4"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let survey = context.survey;
    let is_visit = context.actions_of(|operation| operation.info().is_visit);
    let sources_logging = context.sources_logging(&[Operation::Viewed, Operation::PortalOpened]);
    let window = context.age("window");
    let key = |change: &Change| {
        let key = (change.actor?, change.organization?);
        sources_logging[change.action.index()].then_some(key)
    };
    let deletes = |class: &Class| class.traits.did(Operation::Deleted);
    let mut numbers: HashMap<(ActorId, OrganizationId), usize, RandomState> = HashMap::default();
    let number = |(_, change): (usize, Change)| {
        let next = numbers.len();
        Some(*numbers.entry(key(&change)?).or_insert(next))
    };
    let of_deletions: Vec<_> = context.attempts_of(deletes).map(number).collect();
    let mut of_deletions = of_deletions.into_iter();
    // The latest visit by number of the actor and the organization.
    let mut last = vec![Timestamp::MIN; numbers.len()];
    let visits = survey.observations.of_classes(|class| class.has_actor && is_visit[class.action.index()]);
    // Most visits are of organizations in which the actor deletes nothing, and need not be looked up.
    let hash = |key: &(ActorId, OrganizationId)| numbers.hasher().hash_one(key);
    let filter = BloomFilter::of(numbers.keys().map(hash));
    let visit = |seen: Observation| {
        let key = (seen.actor?, seen.organization?);
        filter.may_have(hash(&key)).then_some((seen.time, key))
    };
    let mut visits = visits.filter_map(visit).peekable();
    let within = context.policy_duration("window");
    let message = format!(", who had not visited the organization's settings within {within} before");
    RuleResult::of_each(context, deletes, |index| {
        let change = context.survey.changes.at(index);
        let Some(number) = of_deletions.next().flatten() else {
            return Decision::NotApplicable;
        };
        while let Some((time, key)) = visits.next_if(|(time, _)| *time <= change.time) {
            if let Some(number) = numbers.get(&key) {
                last[*number] = time;
            }
        }
        let last = last[number];
        let is_fresh = last != Timestamp::MIN && !is_longer(last, change.time, window);
        // A visit may have happened before the log begins.
        let (begin, _) = context.reach.span(change.action);
        if !is_fresh && change.time.seconds_since(begin) < window {
            return Decision::NotApplicable;
        }
        Decision::of((!is_fresh).then_some(&message))
    })
}
