//! Judges custom rules by the events that were found for them while the log was read.

use chrono_tz::Tz;

use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::custom::{Correlation, Custom, Product};
use crate::rules::outcome::RuleResult;
use crate::rules::scope::ScopeFacts;
use crate::rules::subject::Subject;
use crate::survey::ids::Id;
use crate::survey::{Change, Match, MatchRange};
use crate::text::plural::counted;

/// So many of the events that were correlated are named besides the last one.
pub const MAX_NAMED: usize = 5;

/// Judges a custom rule.
pub(super) fn judge(context: &RuleContext<'_>) -> RuleResult {
    let Some(custom) = context.custom else {
        return RuleResult::default();
    };
    let mut result = match &custom.correlation {
        None => each(context, custom),
        Some(correlation) => together(context, custom, &**correlation),
    };
    for list in &custom.lists {
        let MatchRange { kept, overflow, .. } = context.survey.matches.range(*list);
        if overflow > 0 {
            let others = counted(overflow, "later event");
            let message = format!(
                "{others} match besides the {} earliest ones, too many to judge one by one",
                kept.1 - kept.0
            );
            result.find(Subject::Unlisted(*list), &message);
        }
    }
    (result.judged, result.not_applicable) = judged(context, custom);
    result.sort(context.survey);
    result
}

fn each(context: &RuleContext<'_>, custom: &Custom) -> RuleResult {
    let mut result = RuleResult::default();
    for index in matches(context, custom) {
        let message = format!(
            "{}: {}",
            custom.title,
            context.describe_other(&context.survey.matches.kept[index].event)
        );
        result.find(Subject::Matched(index as u32), &message);
    }
    result
}

fn together(context: &RuleContext<'_>, custom: &Custom, correlation: &dyn Correlation) -> RuleResult {
    let kept = &context.survey.matches.kept;
    let mut indices: Vec<_> = matches(context, custom).collect();
    // Of simultaneous matches, those of earlier lists come first.
    indices.sort_by_key(|index| (kept[*index].event.time, kept[*index].list));
    let all: Vec<_> = indices.iter().map(|index| &kept[*index]).collect();
    let mut result = RuleResult::default();
    for completed in correlation.completed(&all) {
        let Some((last, others)) = completed.split_last() else {
            continue;
        };
        let index = |at: &usize| indices[*at] as u32;
        let first = completed.first().unwrap_or(last);
        let named_others: Vec<_> = others.iter().map(|at| all[*at]).collect();
        let message = format!(
            "{}: {}, {}, completed by {}{}",
            custom.title,
            counted(completed.len() as u64, "event"),
            correlation.condition(),
            context.describe_other(&all[*last].event),
            named(context, &named_others),
        );
        let size = completed.len() as u32;
        result.find(Subject::Correlated(index(first), index(last), size), &message);
        result.correlated.insert(index(last), others.iter().map(index).collect());
    }
    result
}

/// Names the first of the other events by their ids and times.
fn named(context: &RuleContext<'_>, others: &[&Match]) -> String {
    let name = |found: &&Match| {
        let time = found.event.time.to_the_second(Tz::UTC);
        match context.survey.ids.get(found.event.event) {
            Some(id) => format!("{id} at {time}"),
            None => format!("{} at {time}", context.survey.action(found.event.action).unwrap_or_default()),
        }
    };
    let names: Vec<_> = others.iter().take(MAX_NAMED).map(name).collect();
    match others.len().saturating_sub(MAX_NAMED) {
        _ if names.is_empty() => String::new(),
        0 => format!("; before it: {} (UTC)", names.join(", ")),
        more => format!("; before it: {} (UTC) and {more} more", names.join(", ")),
    }
}

/// The indices of the matches in the scope of the rule, in the order of their lists.
fn matches<'a>(context: &RuleContext<'a>, custom: &'a Custom) -> impl Iterator<Item = usize> + use<'a> {
    let (survey, scope) = (context.survey, context.scope);
    let indices = custom.lists.iter().flat_map(move |list| {
        let (first, end) = survey.matches.range(*list).kept;
        first..end
    });
    indices.filter(move |index| {
        let event = &survey.matches.kept[*index].event;
        let Change { scopes, organization, kind, action, .. } = *event;
        scope.covers(&ScopeFacts { scopes, organization, kind, action: Some(action) })
    })
}

/// How many events in the scope of the rule it judged, and how many it could not judge.
fn judged(context: &RuleContext<'_>, custom: &Custom) -> (u64, u64) {
    let events = context.events();
    let facts = &context.survey.action_facts;
    let includes: Vec<_> = facts.iter().map(|(source, _)| custom.product.includes(source)).collect();
    let ours = match custom.product {
        Product::Any => events,
        _ if context.scope.is_everything() => {
            let known = context.index.events_by_action(context.survey);
            known.iter().zip(&includes).filter(|(_, includes)| **includes).map(|(events, _)| events).sum()
        }
        _ => {
            let is_ours = |class: &Class| !class.traits.has_failed && includes[class.traits.action.index()];
            let changes = context.count_of(is_ours);
            let others = context.observed().into_iter();
            let others = others.filter(|(class, _)| includes[class.action.index()]);
            changes + others.map(|(_, count)| count).sum::<u64>()
        }
    };
    let ours = ours.min(events);
    // A delivery may be one of several of an event, so no more than all events lack their lines.
    let without_line = if custom.reads_lines { context.survey.matches.without_line.min(ours) } else { 0 };
    (ours - without_line, events - ours + without_line)
}
