//! `connection-altered`: a connection has another identity provider or type than before.

use crate::model::operation::Operation;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::wording::human_duration;
use crate::survey::Change;
use crate::survey::Survey;
use crate::survey::interner::{Id, NONE};

pub static RULE: Rule = Rule::new("connection-altered", Severity::High, judge)
    .about("the identity provider or type of a connection changes without a deletion")
    .means(
        "An event gives a connection another identity provider or another type than an earlier event about \
         it did, and the connection was not deleted in between. Every such change is a finding, also the one \
         back. What an event does not say is compared with nothing, and neither are two providers that no \
         document names, as they may be one; types are compared as the source writes them, within one \
         source.",
    )
    .why(
        "Whoever runs the identity provider decides who the users are. A connection that is turned to \
         another one in place lets strangers in under its old id, and no deletion or creation shows it.",
    )
    .example(
        "A connection was created with the company's provider, and is enabled with one that anybody can \
         register with.",
    )
    .fix(
        "Confirm the change with the organization through a channel of your own. If it is unknown there, \
         disable the connection and end its sessions.",
    )
    .soc2(&["CC6.1", "CC8.1"])
    .iso27001(&["A.5.16", "A.8.5", "A.8.32"])
    .nist(&["IA-2", "IA-8", "CM-3", "CM-6"]);

/// By which change something was said of a connection last, and the kind that it gives; [`NONE`] if by none.
#[derive(Clone, Copy)]
struct Said {
    by: Id,
    kind: Id,
}

/// What is known of a connection.
#[derive(Clone, Copy)]
struct Known {
    provider: Said,
    name: Said,
}

const NOBODY: Said = Said { by: NONE, kind: NONE };
const NOTHING: Known = Known { provider: NOBODY, name: NOBODY };

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let survey = context.survey;
    let mut all = vec![NOTHING; survey.connections.len()];
    let mut result = RuleResult::default();
    for (index, change) in (0..).zip(&survey.changes) {
        let Some(known) = all.get_mut(change.connection as usize) else {
            continue;
        };
        if change.operation.state().is_none() {
            continue;
        }
        let answer = known.told(survey, index);
        if change.operation == Operation::Deleted {
            *known = NOTHING;
        }
        if context.covers(change) {
            result.add(crate::rules::subject::Subject::Change(index as usize), answer);
        }
    }
    result
}

fn provider(survey: &Survey, change: &Change) -> Option<&'static str> {
    survey.kinds.kind(change.kind)?.provider
}

/// The type, and whose word it is.
fn kind<'a>(survey: &'a Survey, change: &Change) -> Option<(&'a str, &'static str)> {
    let source = survey.action_facts.get(change.action as usize).map_or("", |facts| facts.0);
    let name = survey.kinds.types.names.get(survey.kinds.kind(change.kind)?.name)?;
    Some((name, source))
}

impl Known {
    /// Takes in what the change of that index says, and tells what is different.
    fn told(&mut self, survey: &Survey, index: Id) -> Decision {
        let change = &survey.changes[index as usize];
        // Nearly always; the same kind has the same provider and type, whichever source writes it.
        if change.kind != NONE && [self.provider.kind, self.name.kind] == [change.kind; 2] {
            return Decision::Fine;
        }
        if provider(survey, change).is_none() && kind(survey, change).is_none() {
            return Decision::NotApplicable;
        }
        let other_provider =
            differing(survey, &mut self.provider, index, |by| provider(survey, by), |a, b| a == b);
        let same_type = |a: &(&str, &str), b: &(&str, &str)| a.1 != b.1 || a.0.eq_ignore_ascii_case(b.0);
        let other_kind = differing(survey, &mut self.name, index, |by| kind(survey, by), same_type);
        let parts = [
            other_provider.map(|(by, before, now)| (by, "provider", before, now)),
            other_kind.map(|(by, before, now)| (by, "type", before.0, now.0)),
        ];
        let told = parts.into_iter().flatten().map(|(by, what, before, now)| {
            let earlier = human_duration(change.time.seconds_since(by.time));
            format!("with {what} {now}, which was {before} {earlier} earlier")
        });
        let told: Vec<_> = told.collect();
        if told.is_empty() { Decision::Fine } else { Decision::Violates(format!(" {}", told.join(" and "))) }
    }
}

/// By which change something was said before, and what is said before and now, if both are and differ. Another
/// version of the same event is a conflict, not an alteration.
fn differing<'a, T>(
    survey: &'a Survey,
    known: &mut Said,
    index: Id,
    said: impl Fn(&Change) -> Option<T>,
    are_one: impl Fn(&T, &T) -> bool,
) -> Option<(&'a Change, T, T)> {
    let by = &survey.changes[index as usize];
    let now = said(by)?;
    let this = Said { by: index, kind: by.kind };
    if known.by == NONE {
        *known = this;
    }
    let by_before = &survey.changes[known.by as usize];
    let before = said(by_before).filter(|before| by_before.key != by.key && !are_one(before, &now))?;
    *known = this;
    Some((by_before, before, now))
}
