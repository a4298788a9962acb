//! `connection-altered`: a connection has another identity provider or type than before.

use super::words::took;
use super::{Answer, Case, Check, Controls, Explain, Judgement, Severity};
use crate::event::Operation;
use crate::history::{Change, State};

/// The rule.
pub static CHECK: Check = Check {
    id: "connection-altered",
    about: "the identity provider or type of a connection changes without a deletion",
    severity: Severity::High,
    default: super::Default::On,
    scopes: super::SCOPES,
    covered_by: super::Plans::All,
    params: &[],
    explain: Explain {
        means: "An event gives a connection another identity provider or another type than an earlier event \
                about it did, and the connection was not deleted in between. Every such change is a finding, \
                also the one back. What an event does not say is compared with nothing, and neither are two \
                providers that no document names, as they may be one; types are compared as the source writes \
                them, within one source.",
        why: "Whoever runs the identity provider decides who the users are. A connection that is turned to \
              another one in place lets strangers in under its old id, and no deletion or creation shows it.",
        example: "A connection was created with the company's provider, and is enabled with one that anybody \
                  can register with.",
        fix: "Confirm the change with the organization through a channel of your own. If it is unknown there, \
              disable the connection and end its sessions.",
    },
    controls: Controls {
        soc2: &["CC6.1", "CC8.1"],
        iso27001: &["A.5.16", "A.8.5", "A.8.32"],
        nist: &["IA-2", "IA-8", "CM-3", "CM-6"],
    },
    judge,
};

/// What an event said of a connection.
#[derive(Clone, Copy)]
struct Said<'a, T> {
    by: &'a Change,
    what: T,
}

/// What was said of a connection last.
#[derive(Clone, Copy, Default)]
struct Known<'a> {
    provider: Option<Said<'a, &'static str>>,
    /// The type, and whose word it is.
    kind: Option<Said<'a, (&'a str, &'static str)>>,
}

fn judge(case: &Case<'_>) -> Judgement {
    let survey = case.survey;
    let mut all = vec![Known::default(); survey.connections.len()];
    let is_covered = covered(case);
    let mut judgement = Judgement::default();
    for (index, change) in survey.changes.iter().enumerate() {
        let Some(known) = all.get_mut(change.connection as usize) else {
            continue;
        };
        if State::after(change.operation).is_none() {
            continue;
        }
        let answer = known.told(change, said(case, change));
        if change.operation == Operation::Deleted {
            *known = Known::default();
        }
        if is_covered[index] {
            judgement.add(super::Subject::Change(index), answer);
        }
    }
    judgement
}

fn covered(case: &Case<'_>) -> Vec<bool> {
    let mut covered = vec![false; case.survey.changes.len()];
    case.state_changes().for_each(|(index, _)| covered[index] = true);
    covered
}

/// The provider, and the type with its source.
fn said<'a>(case: &Case<'a>, change: &Change) -> (Option<&'static str>, Option<(&'a str, &'static str)>) {
    let survey = case.survey;
    let kind = survey.kinds.kind(change.kind);
    let source = survey.action_facts.get(change.action as usize).map_or("", |facts| facts.0);
    let name = kind.and_then(|kind| survey.kinds.types.names.get(kind.name));
    (kind.and_then(|kind| kind.provider), name.map(|name| (name, source)))
}

impl<'a> Known<'a> {
    /// Takes in what an event says, and tells what is different.
    fn told(
        &mut self,
        change: &'a Change,
        (provider, kind): (Option<&'static str>, Option<(&'a str, &'static str)>),
    ) -> Answer {
        if provider.is_none() && kind.is_none() {
            return Answer::NotApplicable;
        }
        let other_provider = differing(&mut self.provider, change, provider, |a, b| a == b);
        let same_type = |a: &(&str, &str), b: &(&str, &str)| a.1 != b.1 || a.0.eq_ignore_ascii_case(b.0);
        let other_kind = differing(&mut self.kind, change, kind, same_type);
        let parts = [
            other_provider.map(|(before, now)| (before.by, "provider", before.what, now)),
            other_kind.map(|(before, now)| (before.by, "type", before.what.0, now.0)),
        ];
        let told = parts.into_iter().flatten().map(|(by, what, before, now)| {
            let earlier = took(change.time.seconds_since(by.time));
            format!("with {what} {now}, which was {before} {earlier} earlier")
        });
        let told: Vec<_> = told.collect();
        if told.is_empty() { Answer::Fine } else { Answer::Bad(format!(" {}", told.join(" and "))) }
    }
}

/// What was said before and what is said now, if both are and differ. Another version of the same event is a
/// conflict, not an alteration.
fn differing<'a, T: Copy>(
    known: &mut Option<Said<'a, T>>,
    by: &'a Change,
    now: Option<T>,
    are_one: impl Fn(&T, &T) -> bool,
) -> Option<(Said<'a, T>, T)> {
    let now = now?;
    let before = *known.get_or_insert(Said { by, what: now });
    if before.by.key == by.key {
        return None;
    }
    let differs = !are_one(&before.what, &now);
    if differs {
        *known = Some(Said { by, what: now });
    }
    differs.then_some((before, now))
}
