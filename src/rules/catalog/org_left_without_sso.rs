//! `org-left-without-sso`: an organization has no active connection for longer than allowed.

use std::cell::LazyCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::analysis::lifecycle::{Gap, Gaps};
use crate::analysis::reach::Certainty;
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::rules::bursts::is_longer;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::outcome::RuleResult;
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::rules::wording::human_duration;
use crate::survey::Change;
use crate::survey::ids::{Id, OrganizationId};

pub static RULE: Rule = Rule::new("org-left-without-sso", Severity::Critical, judge)
    .about("an organization has no active connection for too long after one was deleted or disabled")
    .params(&[Param::age("grace", 24 * 3600, "how long an organization may be without an active connection")])
    .looks_for(&[Operation::Deleted, Operation::Disabled])
    .means(
        "A deletion or disabling took away the last active connection of an organization, and none became \
         active within the grace period. Where the log ends earlier, only the time up to its end counts: the \
         end for the sources that would log it and know the organization, or else for the source of the \
         change. Exactly the grace period is still within it. Where no source that knows the organization \
         logs creations and enablings, or its log does not cover that time, another connection may have been \
         set up unseen: then the finding says that it cannot be confirmed and why, names the first portal \
         URL that was opened for the organization afterwards, and is `medium` at most, whatever the policy \
         sets. The same holds if one of its connections was enabled or disabled after it was deleted, \
         without a creation in between. The finding is about the organization that the connection belongs \
         to, whichever one the event names, and the rule's scope goes by it too; a selection on the command \
         line goes by the event.",
    )
    .why(
        "Without SSO, users are locked out or fall back to passwords, where the identity provider's \
         multi-factor and leaver controls do not apply.",
    )
    .example(
        "The only connection of an organization is deleted on Monday at 9:00 and its successor is enabled on \
         Wednesday.",
    )
    .fix(
        "Enable a connection for the organization now, and find out why the old one was removed. Plan \
         replacements so that the new connection is active before the old one goes.",
    )
    .soc2(&["CC6.1", "CC7.2", "CC7.5"])
    .iso27001(&["A.5.16", "A.8.5", "A.8.14"])
    .nist(&["IA-2", "IA-8", "CP-10"]);

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let survey = context.survey;
    let mut gaps = Gaps::until(context.now);
    context
        .steps
        .iter()
        .flatten()
        .for_each(|step| gaps.add(step, || survey.changes.at(step.change.index()).time));
    let links = LazyCell::new(|| links(context, &gaps.list));
    let mut result = RuleResult { judged: judged(context), ..RuleResult::default() };
    for gap in &gaps.list {
        let (index, change) = (gap.cause, survey.changes.at(gap.cause));
        let organization = context.owner_of(index, &change);
        if !context.in_scope_as(organization, &change) {
            continue;
        }
        let end = match gap.end {
            Some(end) => survey.changes.at(end).time,
            None => context.reach.until(gap.organization, &change, &[Operation::Enabled]),
        };
        if !is_longer(change.time, end, context.age("grace")) {
            continue;
        }
        let certainty = context.reach.certainty(gap.organization, change.action, (change.time, end));
        let certainty = if gap.is_contradictory { certainty.contradicted() } else { certainty };
        let mut message = message(context, gap, end, certainty);
        if let Some(doubt) = certainty.doubt() {
            let link = links.get(&index).map(|link| link_after(context, &change, link));
            let link = link.unwrap_or_default();
            message.push_str(&format!("; this cannot be confirmed: {}{link}", doubt.advice()));
        }
        result.find_state(Subject::OrganizationChange(index as u32, organization), &message, certainty);
    }
    result
}

/// How many changes of states are about organizations in the rule's scope.
fn judged(context: &RuleContext<'_>) -> u64 {
    let classes = context.classes();
    let is_of_state = |class: &Class| class.traits.state().is_some();
    if context.scope.has_all_organizations() {
        let counted = classes.iter().filter(|(class, _)| is_of_state(class) && context.covers_class(class));
        return counted.map(|(_, count)| count).sum();
    }
    let changes = classes.indices(is_of_state).map(|index| (index, context.survey.changes.at(index)));
    let counted =
        changes.filter(|(index, change)| context.in_scope_as(context.owner_of(*index, change), change));
    counted.count() as u64
}

/// Describes a gap that lasts until `end`.
fn message(context: &RuleContext<'_>, gap: &Gap, end: Timestamp, certainty: Certainty) -> String {
    let change = context.survey.changes.at(gap.cause);
    let so_far = if gap.end.is_none() { ", up to the end of the log," } else { "" };
    let which = if certainty.doubt().is_some() { " that the log shows" } else { "" };
    format!(
        "{} had no active connection{which} for {}{so_far} after {} was {} by {} (grace {})",
        context.organization(gap.organization),
        human_duration(end.seconds_since(change.time)),
        context.connection(change.connection),
        change.operation.name(),
        context.actor(change.actor),
        context.policy_duration("grace"),
    )
}

/// Names a portal URL through which another connection may have been set up after a change.
fn link_after(context: &RuleContext<'_>, change: &Change, link: &Change) -> String {
    let later = human_duration(link.time.seconds_since(change.time));
    let actor = context.actor(link.actor);
    format!(", and a portal URL was opened for it {later} later by {actor}")
}

/// The first portal URL of the organization in each gap, by the change that began the gap.
fn links(context: &RuleContext<'_>, gaps: &[Gap]) -> HashMap<usize, Change, RandomState> {
    let opened = context.classes().indices(|class| class.traits.did(Operation::PortalOpened));
    let opened = opened.map(|index| (index, context.survey.changes.at(index)));
    // For each organization, its open gap; the last entry is for changes without an organization.
    let mut open: Vec<Option<&Gap>> = vec![None; context.survey.organizations.names.len() + 1];
    let last = open.len() - 1;
    let entry_of = |organization: Option<OrganizationId>| organization.map_or(last, Id::index);
    let mut gaps = gaps.iter().peekable();
    let mut links = HashMap::default();
    for (index, change) in opened.take_while(|(_, change)| change.time <= context.now) {
        while let Some(gap) = gaps.next_if(|gap| gap.cause < index) {
            open[entry_of(gap.organization)] = Some(gap);
        }
        if let Some(gap) = open[entry_of(change.organization)].take()
            && gap.end.is_none_or(|end| index < end)
        {
            links.insert(gap.cause, change);
        }
    }
    links
}
