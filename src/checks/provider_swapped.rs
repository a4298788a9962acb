//! `provider-swapped`: a connection gives way to one with another identity provider.

use std::cell::LazyCell;

use super::bursts::is_longer;
use super::words::took;
use super::{Answer, Case, Check, Controls, Explain, Judgement, Param, Severity, Value};
use crate::event::Operation;
use crate::history::{Change, State};
use crate::names::NONE;
use crate::sources::OTHER;

/// The rule.
pub static CHECK: Check = Check {
    id: "provider-swapped",
    about: "a deleted connection is followed by one with another identity provider",
    severity: Severity::Medium,
    default: super::Default::On,
    scopes: super::SCOPES,
    covered_by: super::Plans::All,
    params: &[Param {
        key: "window",
        default: Value::Age(7 * 86_400),
        about: "how long after the deletion the other connection may be created or enabled to count",
    }],
    explain: Explain {
        means: "A connection was deleted, and within the window one with another identity provider was \
                created or enabled in the same organization. Only connections whose providers are both \
                known are compared. It is judged only where creations or enablings would be seen: where \
                the source logs them, or another one does that knows the organization.",
        why: "Whoever runs the identity provider decides who the users are. Moving an organization to \
              another one is rare and announced; it is also how an account is taken over for good.",
        example: "A connection to the company's provider is deleted, and an hour later one to a provider \
                  that anybody can register with is enabled.",
        fix: "Confirm the migration with the organization through a channel of your own. If it is \
              unknown there, disable the new connection and end its sessions.",
    },
    controls: Controls {
        soc2: &["CC6.1", "CC8.1"],
        iso27001: &["A.5.16", "A.8.5", "A.8.32"],
        nist: &["IA-2", "IA-8", "CM-3"],
    },
    judge,
};

/// What becomes created or enabled next in an organization.
#[derive(Clone, Copy)]
struct Next<'a> {
    change: &'a Change,
    provider: &'static str,
    /// The same for the next one whose provider is another than this one's.
    other: Option<(&'a Change, &'static str)>,
}

fn judge(case: &Case<'_>) -> Judgement {
    let changes = &case.survey.changes;
    let named = |change: &Change| case.survey.kinds.kind(change.kind)?.provider;
    // Mostly nobody asks.
    let last_named = LazyCell::new(|| last_named(case, named));
    let provider = |change: &Change| {
        named(change).or_else(|| last_named.get(change.connection as usize).copied().flatten())
    };
    let logging = case.logging(&[Operation::Created, Operation::Enabled]);
    let mut watched = vec![false; case.survey.organizations.names.len()];
    // Backwards, so that what comes next is known.
    let mut next: Vec<Option<Next<'_>>> = vec![None; case.survey.organizations.names.len()];
    let mut swaps: Vec<(usize, (&Change, &'static str))> = Vec::new();
    for step in case.steps.iter().rev().flatten() {
        let change = &changes[step.change];
        if let Some(is_watched) = watched.get_mut(step.owner as usize) {
            *is_watched |= logging[change.action as usize];
        }
        let (Some(provider), true) = (provider(change), step.owner != NONE) else {
            continue;
        };
        if step.after == State::Deleted && step.before != Some(State::Deleted) {
            swaps.extend(other_than(provider, next[step.owner as usize]).map(|swap| (step.change, swap)));
        }
        // Whether one that was enabled after it was deleted is there is unknown; that it was enabled is not.
        let is_there = matches!(step.after, State::Created | State::Active)
            || (step.after == State::Unknown && step.told == State::Active);
        if is_there && step.before != Some(step.after) {
            let next = &mut next[step.owner as usize];
            *next = Some(Next { change, provider, other: other_than(provider, *next) });
        }
    }
    let (window, within) = (case.age("window"), case.written("window"));
    Judgement::of(case.changes_that(Operation::Deleted), |index, change| {
        let is_watched = watched.get(case.hit(index, change) as usize).is_some_and(|is_watched| *is_watched);
        let Some(before) = provider(change).filter(|_| is_watched || logging[change.action as usize]) else {
            return Answer::NotApplicable;
        };
        // The last one is the first in time.
        while swaps.pop_if(|swap| swap.0 < index).is_some() {}
        let swap = swaps.pop_if(|swap| swap.0 == index).map(|(_, swap)| swap);
        let swap = swap.filter(|swap| !is_longer(change.time, swap.0.time, window));
        // Two that no document names may be one or not.
        let otherwise = if before == OTHER { Answer::NotApplicable } else { Answer::Fine };
        swap.map_or(otherwise, |(follower, after)| {
            let (connection, actor) = (case.connection(follower.connection), case.actor(follower.actor));
            let (done, later) = (follower.operation.name(), took(follower.time.seconds_since(change.time)));
            let providers = [" with provider ", before, ", and ", connection, " with provider ", after];
            let deed = [" was ", done, " by ", actor, " ", &later, " later (within ", &within, ")"];
            // Formatting so many takes several times as long.
            Answer::Bad([&providers[..], &deed].concat().concat())
        })
    })
}

/// What comes next with another provider.
fn other_than<'a>(provider: &str, next: Option<Next<'a>>) -> Option<(&'a Change, &'static str)> {
    let next = next?;
    if next.provider == provider { next.other } else { Some((next.change, next.provider)) }
}

/// By connection the provider that was named last.
fn last_named(case: &Case<'_>, named: impl Fn(&Change) -> Option<&'static str>) -> Vec<Option<&'static str>> {
    let mut providers = vec![None; case.survey.connections.len()];
    for change in
        case.survey.changes.iter().filter(|change| change.connection != NONE && change.time <= case.now)
    {
        if let Some(provider) = named(change) {
            providers[change.connection as usize] = Some(provider);
        }
    }
    providers
}
