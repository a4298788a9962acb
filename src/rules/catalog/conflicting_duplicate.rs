//! `conflicting-duplicate`: one event id stands for different events.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::survey::interner::NONE;

pub static RULE: Rule = Rule::new("conflicting-duplicate", Severity::High, judge)
    .about("events with the same id say different things")
    .unplannable()
    .means(
        "Two events carry the same event id and differ in what they say. A true redelivery says the same, so \
         at least one of them is not what the source sent. Of three versions or more each is a finding but \
         the first in time; of two, the one that is a change.",
    )
    .why(
        "Ids are what makes a log trustworthy: a second version of an event may be an attempt to rewrite \
         history, or a fault on the way that loses events.",
    )
    .example(
        "An event id first tells of a disabled connection, and in a later file of the deletion of another \
         one.",
    )
    .fix(
        "Fetch the event from its source again, compare it with both versions, and look for what altered it \
         between source and archive.",
    )
    .soc2(&["CC2.1", "CC7.2"])
    .iso27001(&["A.5.28", "A.8.15"])
    .nist(&["AU-9", "AU-10", "SI-7"]);

/// What is known of the events with one id.
struct Versions {
    /// The one that stands for what is said first.
    first: Subject,
    /// The first one is in the scope.
    covers_first: bool,
    /// How many there are.
    count: usize,
    /// A further one is in the scope.
    covers_further: bool,
}

/// Of several events with one id the first one in time stands for what is said first, and is told only where
/// no further one is: a conflict is in the scope if any of its events is.
fn judge(context: &RuleContext<'_>) -> RuleResult {
    let survey = context.survey;
    let versions = versions(context);
    let is_told = |subject: Subject, key: u64| {
        versions.get(&key).is_some_and(|known| known.first != subject || !known.covers_further)
    };
    let mut result = RuleResult::of(context.changes(), |index, change| {
        if change.event == NONE {
            return Decision::NotApplicable;
        }
        if !change.is_conflicting || !is_told(Subject::Change(index), change.key) {
            return Decision::Fine;
        }
        let id = survey.ids.text(change.event);
        Decision::ViolatesWith(format!(
            "event {id} says something else elsewhere; here, {}",
            context.describe_change(change)
        ))
    });
    for (index, event) in survey.conflicting.iter().enumerate().filter(|(_, event)| context.covers(event)) {
        let subject = Subject::Conflicting(index);
        if is_told(subject, event.key) {
            let id = survey.ids.text(event.event);
            let here =
                context.describe_event([event.action, event.connection, event.organization, event.actor]);
            let message = format!("event {id} says something else elsewhere; here, {here}");
            result.judged += 1;
            result.find(subject, message);
        }
    }
    result.sort(survey);
    result
}

/// By the key of their id, what is known of events that share one.
fn versions(context: &RuleContext<'_>) -> HashMap<u64, Versions, RandomState> {
    let survey = context.survey;
    let changes = survey.changes.iter().enumerate().filter(|(_, change)| change.is_conflicting);
    let changes = changes.map(|(index, change)| (Subject::Change(index), change));
    let others = survey.conflicting.iter().enumerate();
    let others = others.map(|(index, event)| (Subject::Conflicting(index), event));
    let mut all: HashMap<u64, Versions, RandomState> = HashMap::default();
    for (mut subject, event) in changes.chain(others) {
        let mut is_covered = context.covers(event);
        let Some(known) = all.get_mut(&event.key) else {
            let known =
                Versions { first: subject, covers_first: is_covered, count: 1, covers_further: false };
            all.insert(event.key, known);
            continue;
        };
        known.count += 1;
        // The only change matters more than what is none.
        if known.count == 2 && subject.change().is_none() && known.first.change().is_some() {
            std::mem::swap(&mut known.first, &mut subject);
            std::mem::swap(&mut known.covers_first, &mut is_covered);
        }
        known.covers_further |= is_covered;
    }
    all
}
