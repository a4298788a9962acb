//! `provider-swapped`: a connection gives way to another one with another identity provider.

use std::cell::OnceCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::rules::bursts::is_longer;
use crate::rules::classes::Class;
use crate::rules::context::RuleContext;
use crate::rules::outcome::{BLANK, RuleResult};
use crate::rules::params::Param;
use crate::rules::rule::Rule;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::sources::OTHER;
use crate::survey::Change;
use crate::survey::ids::{ChangeId, Id, KindId, MessageId};

pub static RULE: Rule = Rule::new("provider-swapped", Severity::Medium, judge)
    .about("a deleted or disabled connection is followed by one with another identity provider")
    .params(&[Param::age(
        "window",
        7 * 86_400,
        "how long after the deletion or disabling the other connection may be created or enabled to count",
    )])
    .looks_for(&[Operation::Deleted, Operation::Disabled])
    .means(
        "A connection was deleted or disabled, and within the window one with another identity provider was \
         created or enabled in the same organization; a disabled one has to stay disabled until then. \
         Exactly the window later is still within it. If there are several such connections, the finding \
         names the first in time. A connection that itself changes to another provider is for \
         `connection-altered`. Connections are compared only if both of their providers are known. The rule \
         judges only where creations or enablings would be seen: where the source logs them, or another \
         source that shares its ids and knows the organization does.",
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

/// The next connections that are created or enabled in an organization.
#[derive(Clone, Copy)]
struct Next {
    follower: Follower,
    /// The next one whose provider differs from that of `follower`.
    other: Option<Follower>,
}

/// A change that creates or enables a connection.
#[derive(Clone, Copy)]
struct Follower {
    /// Index of the change.
    index: u32,
    operation: Operation,
    provider: Provider,
    time: Timestamp,
}

/// A removal and the change that follows it within the window, given by their indices. There can be as many as changes.
struct Swap {
    removal: u32,
    follower: u32,
    /// The operation of the follower, and its provider.
    operation: Operation,
    provider: Provider,
}

fn judge(context: &RuleContext<'_>) -> RuleResult {
    let providers = Providers::of(context);
    let logs_following = context.sources_logging(&[Operation::Created, Operation::Enabled]);
    let is_watched = watched(context, &logs_following);
    let mut swaps = swaps(context, &providers);
    let within = context.policy_duration("window");
    let mut result = RuleResult::default();
    result.violations.reserve_exact(swaps.len());
    // Messages by the provider before, the provider after and the operation.
    let mut messages: HashMap<(Provider, Provider, Operation), MessageId, RandomState> = HashMap::default();
    let is_removal =
        |Class { traits, .. }: &Class| traits.did(Operation::Deleted) || traits.did(Operation::Disabled);
    for (index, change) in context.attempts_of(is_removal) {
        let owner = context.owner_of(index, &change);
        let is_seen =
            logs_following[change.action.index()] || owner.is_some_and(|owner| is_watched[owner.index()]);
        let Some(before) = providers.at(index, &change).filter(|_| is_seen) else {
            result.not_applicable += 1;
            continue;
        };
        if let Some(Swap { follower, operation, provider: after, .. }) = swap_of(index, &mut swaps) {
            let message = *messages.entry((before, after, operation)).or_insert_with(|| {
                let ([before, after], done) = ([before, after].map(|it| providers.word(it)), operation.name());
                result.messages.push(&format!(
                    " with provider {before}, and {BLANK} with provider {after} was {done} by {BLANK} {BLANK} \
                     later (within {within})"
                ))
            });
            result.find_both(Subject::Change(index), ChangeId::new(follower as usize), message);
        } else if providers.word(before) == OTHER {
            // Two undocumented providers may or may not be the same.
            result.not_applicable += 1;
        } else {
            result.judged += 1;
        }
    }
    result
}

/// The swap that a removal begins. Swaps are in reverse time order; those before the removal are dropped.
fn swap_of(removal: usize, swaps: &mut Vec<Swap>) -> Option<Swap> {
    while swaps.pop_if(|swap| (swap.removal as usize) < removal).is_some() {}
    swaps.pop_if(|swap| swap.removal as usize == removal)
}

/// For each organization, whether a source that knows it logs what may follow a removal. `logs_following` says for
/// each action whether its source does.
fn watched(context: &RuleContext<'_>, logs_following: &[bool]) -> Vec<bool> {
    let mut watched = vec![false; context.survey.organizations.names.len()];
    let classes = context.classes();
    let is_logged = classes.map(|class| logs_following[class.traits.action.index()]);
    for step in context.steps.iter().flatten() {
        if let Some(owner) = step.owner {
            watched[owner.index()] |= is_logged[classes.number(step.change.index())];
        }
    }
    watched
}

/// Finds removals followed by a connection with another provider in the same organization, the latest first.
fn swaps(context: &RuleContext<'_>, providers: &Providers<'_>) -> Vec<Swap> {
    let survey = context.survey;
    let mut next: Vec<Option<Next>> = vec![None; survey.organizations.names.len()];
    // For each connection, the change that ends its current disabling.
    let mut ends = vec![u32::MAX; survey.connections.len()];
    let mut swaps: Vec<Swap> = Vec::new();
    let window = context.age("window");
    // Backwards, so that later changes are known.
    for step in context.steps.iter().rev().flatten() {
        let (change, index) = (&survey.changes.at(step.change.index()), step.change.index() as u32);
        let Some(connection) = change.connection else {
            continue;
        };
        let end = ends[connection.index()];
        if step.after != State::Disabled {
            ends[connection.index()] = index;
        }
        let Some((provider, owner)) = providers.at(step.change.index(), change).zip(step.owner) else {
            continue;
        };
        let next = &mut next[owner.index()];
        let is_away = matches!(step.after, State::Deleted | State::Disabled);
        if is_away && step.before != Some(step.after) {
            let follower = other_than(provider, *next);
            let follower = follower.filter(|follower| step.after == State::Deleted || follower.index < end);
            let follower = follower.filter(|follower| !is_longer(change.time, follower.time, window));
            swaps.extend(follower.map(|Follower { index: follower, operation, provider, .. }| Swap {
                removal: index,
                follower,
                operation,
                provider,
            }));
        }
        // A connection enabled after its deletion may not exist, but somebody did enable one.
        let is_there = matches!(step.after, State::Created | State::Active)
            || (step.after == State::Unknown && step.reported == State::Active);
        if is_there && step.before != Some(step.after) {
            let follower = Follower { index, operation: change.operation, provider, time: change.time };
            *next = Some(Next { follower, other: other_than(provider, *next) });
        }
    }
    swaps
}

/// The next connection with another provider.
fn other_than(provider: Provider, next: Option<Next>) -> Option<Follower> {
    let Next { follower, other } = next?;
    if follower.provider == provider { other } else { Some(follower) }
}

/// The index of an identity provider among those that the log names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Provider(u16);

/// The providers of connections at the time of each change.
struct Providers<'a> {
    context: &'a RuleContext<'a>,
    words: Vec<&'static str>,
    /// For each kind of connection, its provider.
    of_kinds: Vec<Option<Provider>>,
    /// The provider in force at each change. It is computed on demand, as it is rarely needed.
    in_force: OnceCell<Vec<Option<Provider>>>,
}

impl<'a> Providers<'a> {
    fn of(context: &'a RuleContext<'a>) -> Self {
        let kinds = &context.survey.kinds;
        let mut words = Vec::new();
        let mut provider = |word: &'static str| {
            let known = words.iter().position(|known| *known == word);
            let index = known.unwrap_or(words.len());
            if known.is_none() {
                words.push(word);
            }
            Provider(u16::try_from(index).expect("sources name few providers"))
        };
        let kinds = KindId::first(kinds.len()).map(|kind| kinds.kind(kind)?.provider.map(&mut provider));
        let of_kinds = kinds.collect();
        Self { context, words, of_kinds, in_force: OnceCell::new() }
    }

    fn word(&self, Provider(index): Provider) -> &'static str {
        self.words[usize::from(index)]
    }

    /// The provider that a change names, or else the one that other changes name for its connection.
    fn at(&self, index: usize, change: &Change) -> Option<Provider> {
        let in_force = || self.in_force.get_or_init(|| self.in_force());
        self.named(change).or_else(|| in_force()[index])
    }

    fn named(&self, change: &Change) -> Option<Provider> {
        self.of_kinds[change.kind?.index()]
    }

    /// For each change, the provider of its connection: the latest one named up to the change, or else the first one
    /// named after it, without crossing a deletion. Changes later than the present are ignored.
    fn in_force(&self) -> Vec<Option<Provider>> {
        let changes = &self.context.survey.changes;
        let mut providers = vec![None; changes.len()];
        let mut connections = vec![None; self.context.survey.connections.len()];
        let connected = || {
            let changes = changes.iter().enumerate().filter(|(_, change)| !change.has_failed);
            changes.filter_map(|(index, change)| Some((index, change, change.connection?)))
        };
        let is_past = |change: &Change| change.time <= self.context.now;
        for (index, change, connection) in connected() {
            let provider = &mut connections[connection.index()];
            *provider = self.named(&change).filter(|_| is_past(&change)).or(*provider);
            providers[index] = *provider;
            if change.operation == Operation::Deleted {
                *provider = None;
            }
        }
        connections.fill(None);
        for (index, change, connection) in connected().rev().filter(|(_, change, _)| is_past(change)) {
            let provider = &mut connections[connection.index()];
            if change.operation == Operation::Deleted {
                *provider = None;
            }
            *provider = self.named(&change).or(*provider);
            providers[index] = providers[index].or(*provider);
        }
        providers
    }
}
