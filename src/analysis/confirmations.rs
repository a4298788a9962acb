//! Deletions that two sources log: sources that share their ids each write down the same deletion, one as what
//! somebody asked for, the other as what was done. Together, the two events are one deletion. Events that name
//! different organizations are not.

use std::collections::{HashMap, VecDeque};

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::sources;
use crate::survey::ids::{ActionId, ChangeId, ConnectionId, Id, OrganizationId};
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
        let mut open: HashMap<ConnectionId, OpenDeletions, RandomState> = HashMap::default();
        // The deletions whose events have other versions, by their connection and the key of the event.
        let mut versions: HashMap<(ConnectionId, u64), Vec<ChangeId>, RandomState> = HashMap::default();
        for (id, change) in ChangeId::first(survey.changes.len()).zip(survey.changes.iter()) {
            let (Some(connection), Some(_)) = (change.connection, change.state()) else {
                continue;
            };
            if change.operation != Operation::Deleted {
                open.remove(&connection);
                continue;
            }
            let deletions = open.entry(connection).or_insert_with(|| OpenDeletions::since(id));
            let since = deletions.since;
            let versions_of = |id: ChangeId| (connection, survey.changes.key(id.index()));
            // Another version of an event is part of its pair.
            let known =
                versions.get(&versions_of(id)).into_iter().flatten().find(|version| **version >= since);
            let partner = match known {
                Some(version) => partner_of(&partners, *version),
                None => deletions.partner(survey, (&change, seconds), &partners),
            };
            if change.is_conflicting {
                versions.entry(versions_of(id)).or_default().push(id);
            }
            if let Some(partner) = partner {
                partners.resize(survey.changes.len(), None);
                partners[id.index()] = Some(partner);
                let versions = versions.get(&versions_of(partner)).into_iter().flatten();
                for version in versions.filter(|version| **version >= since).chain([&partner]) {
                    partners[version.index()].get_or_insert(id);
                }
            } else {
                deletions.add(survey, id, &change);
            }
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

/// The deletions of a connection since it was last created or enabled.
struct OpenDeletions {
    /// The first of them.
    since: ChangeId,
    /// Those that had no partner when they were added.
    alone: Vec<AloneDeletions>,
}

/// Those that one source says of one organization, in time order.
struct AloneDeletions {
    source: &'static str,
    organization: Option<OrganizationId>,
    ids: VecDeque<ChangeId>,
}

impl OpenDeletions {
    fn since(since: ChangeId) -> Self {
        // Nearly always, a source deletes a connection once.
        Self { since, alone: Vec::with_capacity(1) }
    }

    fn add(&mut self, survey: &Survey, id: ChangeId, change: &Change) {
        let (source, organization) = (source(survey, change.action), change.organization);
        let known = self.alone.iter().position(|of| (of.source, of.organization) == (source, organization));
        let at = known.unwrap_or_else(|| {
            self.alone.push(AloneDeletions { source, organization, ids: VecDeque::new() });
            self.alone.len() - 1
        });
        self.alone[at].ids.push_back(id);
    }

    /// The first of the earlier deletions that the change confirms.
    fn partner(
        &mut self,
        survey: &Survey,
        (change, seconds): (&Change, u64),
        partners: &[Option<ChangeId>],
    ) -> Option<ChangeId> {
        let (own, ours) = (source(survey, change.action), change.organization);
        let is_far = |time: Timestamp| change.time.nanos_since(time) > u128::from(seconds) * 1_000_000_000;
        // What is too far away is so for all later changes as well.
        let is_over = |id: &mut ChangeId| {
            partner_of(partners, *id).is_some() || is_far(survey.changes.at(id.index()).time)
        };
        let others =
            self.alone.iter_mut().filter(|AloneDeletions { source, organization: theirs, .. }| {
                *source != own && (ours == *theirs || ours.is_none() || theirs.is_none())
            });
        let firsts = others.filter_map(|AloneDeletions { ids, .. }| {
            while ids.pop_front_if(is_over).is_some() {}
            ids.front().copied()
        });
        firsts.min()
    }
}

fn partner_of(partners: &[Option<ChangeId>], id: ChangeId) -> Option<ChangeId> {
    partners.get(id.index()).copied().flatten()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::scopes::Scopes;
    use crate::scan::{BlockId, LineRef};
    use proptest::prelude::*;

    /// A change of a connection: its source, whether it deletes it, the organization, and how long after the one before.
    type Generated = (bool, bool, Option<u8>, u8);

    fn survey(generated: &[Generated]) -> Survey {
        let mut survey = Survey::default();
        let sources = ["centure", "workos"];
        for (source, operation) in
            sources.iter().flat_map(|source| [(*source, Operation::Deleted), (*source, Operation::Created)])
        {
            survey.action_id(&format!("{source} {}", operation.name()), source, operation);
            survey.action_facts.push((source, operation));
        }
        let connection = Some(survey.connections.push("conn_1"));
        let mut seconds = 0;
        for (is_second, is_created, organization, after) in generated {
            seconds += i64::from(*after) * 100;
            let action = ActionId::new(2 * usize::from(*is_second) + usize::from(*is_created));
            let organization = organization.map(|number| survey.organizations.names.id(&number.to_string()));
            survey.changes.push(Change {
                time: Timestamp { seconds, nanos: 0 },
                operation: if *is_created { Operation::Created } else { Operation::Deleted },
                has_failed: false,
                has_outcome: false,
                is_in_portal: false,
                scopes: Scopes::SELECTED,
                is_conflicting: false,
                redeliveries: 0,
                event: None,
                action,
                connection,
                organization,
                kind: None,
                actor: None,
                actor_kind: None,
                ip: None,
                impersonator: None,
                reason: None,
                place: LineRef { block: BlockId { input: 0, number: 0 }, line: 0 },
            });
        }
        survey
    }

    /// The same pairs, found by comparing every deletion with all before it.
    fn expected(generated: &[Generated]) -> Vec<Option<usize>> {
        let mut partners = vec![None; generated.len()];
        let times: Vec<_> = generated
            .iter()
            .scan(0, |time, change| {
                *time += u64::from(change.3) * 100;
                Some(*time)
            })
            .collect();
        let mut since = 0;
        for (index, (is_second, is_created, organization, _)) in generated.iter().enumerate() {
            if *is_created {
                since = index + 1;
                continue;
            }
            let partner = (since..index).find(|other| {
                let (other_is_second, _, theirs, _) = generated[*other];
                let is_same = *organization == theirs || organization.is_none() || theirs.is_none();
                let is_near = times[index] - times[*other] <= WINDOW_SECONDS;
                partners[*other].is_none() && other_is_second != *is_second && is_same && is_near
            });
            if let Some(partner) = partner {
                (partners[index], partners[partner]) = (Some(partner), Some(index));
            }
        }
        partners
    }

    proptest! {
        #[test]
        fn pairs_are_those_of_a_full_search(
            generated in prop::collection::vec((any::<bool>(), prop::bool::weighted(0.1), prop::option::of(0..3_u8), 0..4_u8), 0..60),
        ) {
            let survey = survey(&generated);
            let confirmations = Confirmations::of(&survey, WINDOW_SECONDS);
            let partners = (0..generated.len()).map(|index| confirmations.partner(index).map(|partner| partner.index()));
            prop_assert_eq!(partners.collect::<Vec<_>>(), expected(&generated));
        }
    }
}
