//! `conflicting-duplicate`: one event id stands for different events.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use super::{Answer, Case, Check, Controls, Explain, Judgement, Severity, Subject};
use crate::names::NONE;

/// The rule.
pub static CHECK: Check = Check {
    id: "conflicting-duplicate",
    about: "events with the same id say different things",
    severity: Severity::High,
    default: super::Default::On,
    scopes: super::SCOPES,
    covered_by: super::Plans::None,
    params: &[],
    explain: Explain {
        means: "Two events carry the same event id and differ in what they say. A true redelivery says \
                the same, so at least one of them is not what the source sent.",
        why: "Ids are what makes a log trustworthy: a second version of an event may be an attempt to \
              rewrite history, or a fault on the way that loses events.",
        example: "An event id first tells of a disabled connection, and in a later file of the deletion of \
                  another one.",
        fix: "Fetch the event from its source again, compare it with both versions, and look for what \
              altered it between source and archive.",
    },
    controls: Controls {
        soc2: &["CC2.1", "CC7.2"],
        iso27001: &["A.5.28", "A.8.15"],
        nist: &["AU-9", "AU-10", "SI-7"],
    },
    judge,
};

/// Of several events with one id the first one in time stands for what is said first, changes before others.
fn judge(case: &Case<'_>) -> Judgement {
    let survey = case.survey;
    let mut versions: HashMap<u64, (u64, usize), RandomState> = HashMap::default();
    for (index, change) in survey.changes.iter().enumerate().filter(|(_, change)| change.is_conflicting) {
        versions.entry(change.key).or_insert((0, index)).0 += 1;
    }
    let mut judgement = Judgement::of(case.changes(), |index, change| {
        if change.event == NONE {
            return Answer::NotApplicable;
        }
        let is_further = match versions.get(&change.key) {
            // The others are no changes.
            Some((1, _)) => true,
            Some((_, first)) => *first != index,
            None => false,
        };
        if !is_further {
            return Answer::Fine;
        }
        let id = survey.ids.text(change.event);
        Answer::Told(format!("event {id} says something else elsewhere; here, {}", case.deed(change)))
    });
    let mut is_known: HashSet<u64, RandomState> = HashSet::default();
    for (index, event) in survey.conflicting.iter().enumerate() {
        // Of several changes all but one were told, so that no other stands for what is said first.
        let has_first = versions.get(&event.key).is_some_and(|(count, _)| *count > 1);
        let is_further = !is_known.insert(event.key) || has_first;
        if is_further && case.covers(event) {
            let id = survey.ids.text(event.event);
            let here = case.happening([event.action, event.connection, event.organization, event.actor]);
            let message = format!("event {id} says something else elsewhere; here, {here}");
            judgement.judged += 1;
            judgement.find(Subject::Conflicting(index), message);
        }
    }
    judgement.sort(survey);
    judgement
}
