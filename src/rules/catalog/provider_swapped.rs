//! `provider-swapped`: a connection gives way to another one with another identity provider.

use std::cell::LazyCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::state::State;
use crate::rules::bursts::is_longer;
use crate::rules::context::RuleContext;
use crate::rules::outcome::BLANK;
use crate::rules::outcome::{Decision, RuleResult};
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::sources::OTHER;
use crate::survey::Change;
use crate::survey::interner::{Id, NONE};

pub static RULE: Rule = Rule::new("provider-swapped", Severity::Medium, judge)
    .about("a deleted or disabled connection is followed by one with another identity provider")
    .params(&[Param::age(
        "window",
        7 * 86_400,
        "how long after the deletion or disabling the other connection may be created or enabled to count",
    )])
    .means(
        "A connection was deleted or disabled, and within the window one with another identity provider was \
         created or enabled in the same organization; a disabled one has to stay disabled until then. \
         Exactly the window later is still within. Of several such connections the first in time is told. \
         What a connection's own change to another provider is, `connection-altered` tells. Only connections \
         whose providers are both known are compared. It is judged only where creations or enablings would \
         be seen: where the source logs them, or another one does that shares its ids and knows the \
         organization.",
    )
    .why(
        "Whoever runs the identity provider decides who the users are. Moving an organization to another one \
         is rare and announced; it is also how an account is taken over for good.",
    )
    .example(
        "A connection to the company's provider is deleted, and an hour later one to a provider that anybody \
         can register with is enabled.",
    )
    .fix(
        "Confirm the migration with the organization through a channel of your own. If it is unknown there, \
         disable the new connection and end its sessions.",
    )
    .soc2(&["CC6.1", "CC8.1"])
    .iso27001(&["A.5.16", "A.8.5", "A.8.32"])
    .nist(&["IA-2", "IA-8", "CM-3"]);

/// What becomes created or enabled next in an organization.
#[derive(Clone, Copy)]
struct Next {
    follower: Follower,
    /// The same for the next one whose provider is another than this one's.
    other: Option<Follower>,
}

/// What follows: the index of the change and the provider.
#[derive(Clone, Copy)]
struct Follower {
    index: u32,
    provider: &'static str,
}

/// A removal and what follows it, as indexes of changes.
struct Swap {
    removal: u32,
    follower: u32,
}

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let changes = &context.survey.changes;
    let named = |change: &Change| context.survey.kinds.kind(change.kind)?.provider;
    // Mostly nobody asks.
    let in_force = LazyCell::new(|| in_force(context, named));
    let provider =
        |index: usize, change: &Change| named(change).or_else(|| in_force.get(index).copied().flatten());
    let sources_logging = context.sources_logging(&[Operation::Created, Operation::Enabled]);
    let mut watched = vec![false; context.survey.organizations.names.len()];
    // Backwards, so that what comes next is known.
    let mut next: Vec<Option<Next>> = vec![None; context.survey.organizations.names.len()];
    // By connection from which change on it is disabled no longer.
    let mut leaves = vec![u32::MAX; context.survey.connections.len()];
    let mut swaps: Vec<Swap> = Vec::new();
    for step in context.steps.iter().rev().flatten() {
        let (change, index) = (&changes[step.change], step.change as u32);
        if let Some(is_watched) = watched.get_mut(step.owner as usize) {
            *is_watched |= sources_logging[change.action as usize];
        }
        let left = leaves[change.connection as usize];
        if step.after != State::Disabled {
            leaves[change.connection as usize] = index;
        }
        let (Some(provider), true) = (provider(step.change, change), step.owner != NONE) else {
            continue;
        };
        let is_away = matches!(step.after, State::Deleted | State::Disabled);
        if is_away && step.before != Some(step.after) {
            let swap = other_than(provider, next[step.owner as usize]);
            let swap = swap.filter(|swap| step.after == State::Deleted || swap.index < left);
            swaps.extend(swap.map(|swap| Swap { removal: index, follower: swap.index }));
        }
        // Whether one that was enabled after it was deleted is there is unknown; that it was enabled is not.
        let is_there = matches!(step.after, State::Created | State::Active)
            || (step.after == State::Unknown && step.told == State::Active);
        if is_there && step.before != Some(step.after) {
            let next = &mut next[step.owner as usize];
            *next = Some(Next { follower: Follower { index, provider }, other: other_than(provider, *next) });
        }
    }
    let (window, within) = (context.age("window"), context.policy_duration("window"));
    let is_away = |change: &Change| matches!(change.operation, Operation::Deleted | Operation::Disabled);
    let mut result = RuleResult::default();
    // By provider before, provider after and what was done.
    let mut messages: HashMap<[&str; 3], Id, RandomState> = HashMap::default();
    for (index, change) in context.changes().filter(|(_, change)| is_away(change)) {
        let subject = Subject::Change(index);
        let is_watched =
            watched.get(context.owner_of(index, change) as usize).is_some_and(|is_watched| *is_watched);
        let Some(before) =
            provider(index, change).filter(|_| is_watched || sources_logging[change.action as usize])
        else {
            result.add(subject, Decision::NotApplicable);
            continue;
        };
        // The last one is the first in time.
        while swaps.pop_if(|swap| (swap.removal as usize) < index).is_some() {}
        let swap = swaps.pop_if(|swap| swap.removal as usize == index);
        let follower = swap.map(|swap| (swap.follower, &changes[swap.follower as usize]));
        let follower = follower.filter(|(_, follower)| !is_longer(change.time, follower.time, window));
        let told = follower.and_then(|(other, follower)| {
            Some((other, provider(other as usize, follower)?, follower.operation.name()))
        });
        let Some((other, after, done)) = told else {
            // Two that no document names may be one or not.
            let otherwise = if before == OTHER { Decision::NotApplicable } else { Decision::Fine };
            result.add(subject, otherwise);
            continue;
        };
        let message = *messages.entry([before, after, done]).or_insert_with(|| {
            result.messages.push(&format!(
                " with provider {before}, and {BLANK} with provider {after} was {done} by {BLANK} {BLANK} later \
                 (within {within})"
            ))
        });
        result.find_both(subject, other, message);
    }
    result
}

/// What comes next with another provider.
fn other_than(provider: &str, next: Option<Next>) -> Option<Follower> {
    let Next { follower, other } = next?;
    if follower.provider == provider { other } else { Some(follower) }
}

/// By change the provider that its connection has, where its event does not say: the one that was named last
/// before it, or else first after it, between two deletions. What is later than the present names nothing.
fn in_force(
    context: &RuleContext<'_>,
    named: impl Fn(&Change) -> Option<&'static str>,
) -> Vec<Option<&'static str>> {
    let changes = &context.survey.changes;
    let mut providers = vec![None; changes.len()];
    let mut lives = vec![None; context.survey.connections.len()];
    let connected = || changes.iter().enumerate().filter(|(_, change)| change.connection != NONE);
    let is_past = |change: &Change| change.time <= context.now;
    for (index, change) in connected() {
        let life = &mut lives[change.connection as usize];
        *life = named(change).filter(|_| is_past(change)).or(*life);
        providers[index] = *life;
        if change.operation == Operation::Deleted {
            *life = None;
        }
    }
    lives.fill(None);
    for (index, change) in connected().rev().filter(|(_, change)| is_past(change)) {
        let life = &mut lives[change.connection as usize];
        if change.operation == Operation::Deleted {
            *life = None;
        }
        *life = named(change).or(*life);
        providers[index] = providers[index].or(*life);
    }
    providers
}
