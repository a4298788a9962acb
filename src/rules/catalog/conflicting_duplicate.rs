//! `conflicting-duplicate`: one event id stands for different events.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::of_classes::OfClass;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::survey::Change;

pub static RULE: Rule = Rule::new("conflicting-duplicate", Severity::High, judge)
    .about("events with the same id say different things")
    .unplannable()
    .means(
        "Two events carry the same event id and differ in what they say. A true redelivery says the same, so \
         at least one of them is not what the source sent. Of three or more versions, each is a finding \
         except the first in time; of two, the one that is a change.",
    )
    .why(
        "Ids make a log trustworthy: a second version of an event may be an attempt to rewrite history, or a \
         fault along the way that loses events.",
    )
    .example(
        "An event id first stands for the disabling of a connection, and in a later file for the deletion of \
         another one.",
    )
    .fix(
        "Fetch the event from its source again, compare it with both versions, and look for what altered it \
         between source and archive.",
    )
    .soc2(&["CC2.1", "CC7.2"])
    .iso27001(&["A.5.28", "A.8.15"])
    .nist(&["AU-9", "AU-10", "SI-7"]);

/// Events that share an id.
struct Versions {
    /// The earliest event, or the only change among two events.
    first: Subject,
    /// The number of events.
    count: usize,
    is_first_covered: bool,
    /// Whether any other of them is in the scope.
    is_further_covered: bool,
}

/// Reports every event of a conflict except the earliest. That one is reported only if no other is in the scope, as a
/// conflict is in the scope if any of its events is.
fn judge(context: &RuleContext<'_>) -> RuleResult {
    let survey = context.survey;
    let versions = versions(context);
    let is_reported = |subject: Subject, key: u64| {
        versions.get(&key).is_some_and(|versions| versions.first != subject || !versions.is_further_covered)
    };
    let message = |event: &Change, description: String| {
        let id = survey.ids.text(event.event);
        let failed = if event.has_failed { "in an attempt that failed, " } else { "" };
        format!("event {id} says something else elsewhere; here, {failed}{description}")
    };
    let of_class = |Class { traits, has_details }: &Class| match traits {
        _ if !traits.has_event => OfClass::NotApplicable,
        _ if *has_details => OfClass::Each,
        _ => OfClass::Fine,
    };
    let mut result = RuleResult::of_classes(context, of_class, |index| {
        let change = context.survey.changes.at(index);
        if !change.is_conflicting || !is_reported(Subject::Change(index), survey.changes.key(index)) {
            return Decision::Fine;
        }
        Decision::ViolatesWith(message(&change, context.describe_change(&change)))
    });
    for (index, event) in survey.conflicting.iter().enumerate().filter(|(_, event)| context.covers(event)) {
        let subject = Subject::Conflicting(index);
        if is_reported(subject, survey.conflicting_keys[index]) {
            result.judged += 1;
            result.find(subject, &message(event, context.describe_other(event)));
        }
    }
    result.sort(survey);
    result
}

/// Groups events by the key of their id.
fn versions(context: &RuleContext<'_>) -> HashMap<u64, Versions, RandomState> {
    let survey = context.survey;
    let changes = context.classes().indices(|class| class.has_details);
    let changes = changes.map(|index| (index, survey.changes.at(index)));
    let changes = changes.filter(|(_, change)| change.is_conflicting);
    let changes =
        changes.map(|(index, change)| (Subject::Change(index), (change, survey.changes.key(index))));
    let others = survey.conflicting.iter().copied().zip(survey.conflicting_keys.iter().copied()).enumerate();
    let others = others.map(|(index, event)| (Subject::Conflicting(index), event));
    let mut all: HashMap<u64, Versions, RandomState> = HashMap::default();
    for (mut subject, (event, key)) in changes.chain(others) {
        let mut is_covered = context.covers(&event);
        let Some(versions) = all.get_mut(&key) else {
            let (first, is_first_covered) = (subject, is_covered);
            all.insert(key, Versions { first, count: 1, is_first_covered, is_further_covered: false });
            continue;
        };
        versions.count += 1;
        // If a change conflicts with an event that is none, the change is reported.
        if versions.count == 2 && subject.change().is_none() && versions.first.change().is_some() {
            std::mem::swap(&mut versions.first, &mut subject);
            std::mem::swap(&mut versions.is_first_covered, &mut is_covered);
        }
        versions.is_further_covered |= is_covered;
    }
    all
}
