//! Deletions that two sources log: sources that share their ids each write down the same deletion, one as what
//! somebody asked for, the other as what was done. Together, the two events are one deletion. Events that name
//! different organizations are not.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::sources;
use crate::survey::ids::{ActionId, ChangeId, ConnectionId, Id};
use crate::survey::{Change, Survey};

/// How far apart the two events about a deletion may be.
pub const WINDOW_SECONDS: u64 = 600;

/// For each deletion, the event of another source about it.
#[derive(Default)]
pub struct Confirmations {
    /// By index of the change; empty if there is no such pair.
    partners: Vec<Option<ChangeId>>,
}

impl Confirmations {
    /// Finds the pairs of events about one deletion that are at most so many seconds apart. Each event is in one
    /// pair; the earlier events of a connection are paired first.
    pub fn of(survey: &Survey, seconds: u64) -> Self {
        let mut partners = Vec::new();
        if !has_shared_deletions(survey) {
            return Self { partners };
        }
        // For each connection, its deletions since it was last created or enabled.
        let mut deletions: HashMap<ConnectionId, Vec<ChangeId>, RandomState> = HashMap::default();
        for (id, change) in ChangeId::first(survey.changes.len()).zip(survey.changes.iter()) {
            let (Some(connection), Some(_)) = (change.connection, change.state()) else {
                continue;
            };
            let earlier = deletions.entry(connection).or_default();
            if change.operation != Operation::Deleted {
                earlier.clear();
                continue;
            }
            if let Some(partner) = partner(survey, (id, seconds), earlier, &partners) {
                partners.resize(survey.changes.len(), None);
                partners[id.index()] = Some(partner);
                let key = survey.changes.key(partner.index());
                for version in earlier.iter().filter(|id| survey.changes.key(id.index()) == key) {
                    partners[version.index()].get_or_insert(id);
                }
            }
            earlier.push(id);
        }
        Self { partners }
    }

    /// Whether no deletion is logged by two sources.
    pub fn is_empty(&self) -> bool {
        self.partners.is_empty()
    }

    /// The event of another source about the same deletion.
    #[inline]
    pub fn partner(&self, change: usize) -> Option<ChangeId> {
        self.partners.get(change).copied().flatten()
    }

    /// The event that stands for the deletion instead of this one, if another does: the one that says more about who
    /// did it (an impersonator, an address, an e-mail address, any actor), or else the earlier one.
    #[inline]
    pub fn original(&self, survey: &Survey, change: usize) -> Option<ChangeId> {
        // Every rule asks for every change, and most changes have no partner.
        self.partner(change).filter(|partner| says_more(survey, *partner, change))
    }

    /// Whether another selected event stands for the same deletion.
    pub fn is_told_twice(&self, survey: &Survey, change: usize) -> bool {
        self.original(survey, change)
            .is_some_and(|original| survey.changes.at(original.index()).scopes.is_selected())
    }
}

/// Whether the partner of a change stands for both.
fn says_more(survey: &Survey, partner: ChangeId, change: usize) -> bool {
    let is_first = partner.index() > change;
    let key = |change: &Change| {
        let email = survey.actor_email(change.actor);
        (change.is_impersonated(), change.ip.is_some(), email.is_some(), change.actor.is_some())
    };
    let (own, other) = (key(&survey.changes.at(change)), key(&survey.changes.at(partner.index())));
    other > own || (other == own && !is_first)
}

/// The first of the earlier deletions that the change confirms. Another version of an event is part of its pair.
fn partner(
    survey: &Survey,
    (id, seconds): (ChangeId, u64),
    earlier: &[ChangeId],
    partners: &[Option<ChangeId>],
) -> Option<ChangeId> {
    let partner_of = |id: &ChangeId| partners.get(id.index()).copied().flatten();
    let at = |id: &ChangeId| survey.changes.at(id.index());
    let (change, key) = (at(&id), survey.changes.key(id.index()));
    if let Some(version) = earlier.iter().find(|id| survey.changes.key(id.index()) == key) {
        return partner_of(version);
    }
    let is_near = |time: Timestamp| change.time.nanos_since(time) <= u128::from(seconds) * 1_000_000_000;
    let is_other = |id: &&ChangeId| {
        let (own, other) = (change.organization, at(id).organization);
        source(survey, at(id).action) != source(survey, change.action)
            && (own == other || own.is_none() || other.is_none())
    };
    earlier.iter().filter(is_other).find(|id| partner_of(id).is_none() && is_near(at(id).time)).copied()
}

fn source(survey: &Survey, action: ActionId) -> &'static str {
    survey.action_facts.get(action.index()).map_or("", |facts| facts.0)
}

/// Whether the log has deletions of several sources that share their ids.
fn has_shared_deletions(survey: &Survey) -> bool {
    let deleting = |name: &str| {
        survey
            .action_facts
            .iter()
            .any(|(source, operation)| *source == name && *operation == Operation::Deleted)
    };
    let mut spaces = sources::ALL.iter().filter(|source| deleting(source.name)).map(|source| source.ids);
    let mut seen: Vec<&str> = Vec::new();
    spaces.any(|space| {
        let is_shared = seen.contains(&space);
        seen.push(space);
        is_shared
    })
}
