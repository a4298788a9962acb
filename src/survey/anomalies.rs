//! Lines and events that need attention by themselves: invalid, contradictory, too late, unexplained,
//! unknown, or letting somebody in.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use sha2::{Digest, Sha256};

use crate::model::scopes::Scopes;
use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::NamesInEvent;
use crate::survey::ids::{ActionId, ActorId, ConnectionId, KindId, OrganizationId};

/// A line or event that needs attention by itself. Its ids refer to the tables of the survey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// What is wrong with it.
    pub kind: AnomalyKind,
    /// When it happened. An invalid line has no time.
    pub time: Option<Timestamp>,
    /// A sentence about what is wrong, the impersonator of an unexplained event, or who was let in why, as far as the
    /// event says it.
    pub message: String,
    /// The code of the diagnostic, or nothing if there is none.
    pub code: &'static str,
    /// Identifies it in every export. For an event, it is made of the source, the id and what happened, as
    /// several events may share an id. For an invalid line, it is a hash of its bytes, or nothing if the line
    /// was too long to be kept.
    pub key: String,
    /// A hash of the event's content, by which repeated deliveries are recognized. It differs from run to
    /// run.
    pub content: u64,
    /// The action.
    pub action: Option<ActionId>,
    /// The organization.
    pub organization: Option<OrganizationId>,
    /// The connection.
    pub connection: Option<ConnectionId>,
    /// The connection's kind.
    pub connection_kind: Option<KindId>,
    /// The scopes that the event is in. An invalid line is always selected.
    pub scopes: Scopes,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// The names that the event carries.
    pub names: NamesInEvent,
    /// Where it is in the input.
    pub place: LineRef,
}

/// What is wrong with a line or event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnomalyKind {
    /// The line is invalid.
    Invalid,
    /// The event contradicts itself.
    Contradiction,
    /// The event is later than the present.
    Future,
    /// Somebody acted in another's session without giving a reason. Changes made that way are among the
    /// changes.
    Unexplained,
    /// The event's action is not documented.
    UnknownAction,
    /// The event's action is not documented, but it looks like one that changes connections.
    AlmostChange,
    /// Somebody was let into another's session, or into an organization.
    Impersonated,
}

impl AnomalyKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 7] = [
        Self::Invalid,
        Self::Contradiction,
        Self::Future,
        Self::Unexplained,
        Self::UnknownAction,
        Self::AlmostChange,
        Self::Impersonated,
    ];
}

/// How many anomalies of each kind are kept. Those with the smallest keys stay, so the choice does not depend
/// on the order of the input.
const MAX_KEPT: usize = 10_000;

/// The anomalies of a survey.
#[derive(Default)]
pub struct Anomalies {
    /// Up to `MAX_KEPT` anomalies of each kind, in the order of the input.
    pub kept: Vec<Anomaly>,
    /// For each kind, how many anomalies were not kept.
    pub overflow: [u64; AnomalyKind::ALL.len()],
    /// For each kind, the sum of the digests of the keys of all anomalies, kept or not. It does not depend on
    /// the run or the order of the input.
    pub digests: [u128; AnomalyKind::ALL.len()],
    /// For each kind, the digest of the key of every event by the hash of its content. An event that is
    /// delivered again counts once, even if its first delivery was not kept.
    events: [HashMap<u64, u128, RandomState>; AnomalyKind::ALL.len()],
    /// How many lines are invalid.
    lines: u64,
}

impl Anomalies {
    /// How many anomalies of a kind there are. An event that was delivered again counts once.
    pub fn count(&self, kind: AnomalyKind) -> u64 {
        let kept = self.kept.iter().filter(|anomaly| anomaly.kind == kind).count() as u64;
        kept + self.overflow[kind as usize]
    }

    /// Adds an anomaly.
    pub(super) fn add(&mut self, anomaly: Anomaly, order: impl Fn(LineRef, LineRef) -> Ordering) {
        let kind = anomaly.kind as usize;
        let digest = || Sha256::digest(&anomaly.key).first_chunk().copied().map_or(0, u128::from_be_bytes);
        match anomaly.kind {
            AnomalyKind::Invalid => {
                self.lines += 1;
                self.digests[kind] = self.digests[kind].wrapping_add(digest());
            }
            _ => {
                self.events[kind].entry(anomaly.content).or_insert_with(digest);
            }
        }
        self.kept.push(anomaly);
        if self.kept.len() > 2 * AnomalyKind::ALL.len() * MAX_KEPT {
            self.evict(order);
        }
    }

    /// Adds the anomalies of a worker, whose ids `translated` makes those of the survey.
    pub fn merge(&mut self, other: Self, translated: impl Fn(Anomaly) -> Anomaly) {
        self.kept.extend(other.kept.into_iter().map(translated));
        for (ours, theirs) in self.events.iter_mut().zip(other.events) {
            ours.extend(theirs);
        }
        for (ours, theirs) in self.digests.iter_mut().zip(other.digests) {
            *ours = ours.wrapping_add(theirs);
        }
        self.lines += other.lines;
    }

    /// Sums up what was added. To be called once, before reading.
    pub fn settle(&mut self) {
        self.evict(|a, b| a.cmp(&b));
        self.kept.sort_by_key(|anomaly| anomaly.place);
        self.overflow = self.events.each_ref().map(|events| events.len() as u64);
        self.overflow[AnomalyKind::Invalid as usize] = self.lines;
        for anomaly in &self.kept {
            self.overflow[anomaly.kind as usize] -= 1;
        }
        for (sum, events) in self.digests.iter_mut().zip(std::mem::take(&mut self.events)) {
            *sum = events.into_values().fold(*sum, u128::wrapping_add);
        }
    }

    /// Drops repeated deliveries after the first and whatever is more than [`MAX_KEPT`].
    fn evict(&mut self, order: impl Fn(LineRef, LineRef) -> Ordering) {
        self.kept.sort_by(|a, b| order(a.place, b.place));
        let mut seen: HashSet<(AnomalyKind, u64)> = HashSet::new();
        self.kept.retain(|anomaly| {
            anomaly.kind == AnomalyKind::Invalid || seen.insert((anomaly.kind, anomaly.content))
        });
        self.kept.sort_by(|a, b| a.key.cmp(&b.key));
        let mut kept = [0; AnomalyKind::ALL.len()];
        self.kept.retain(|anomaly| {
            let count = &mut kept[anomaly.kind as usize];
            *count += 1;
            *count <= MAX_KEPT
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::BlockId;

    /// An event with this content and a key made of it, on this line.
    fn anomaly(kind: AnomalyKind, content: u64, line: u32) -> Anomaly {
        Anomaly {
            kind,
            time: None,
            message: String::new(),
            code: "",
            key: format!("{content:06}"),
            content,
            action: None,
            organization: None,
            connection: None,
            connection_kind: None,
            actor: None,
            names: NamesInEvent::NONE,
            scopes: Scopes::SELECTED,
            place: LineRef { block: BlockId { input: 0, number: 0 }, line },
        }
    }

    #[test]
    fn a_flood_is_the_same_however_it_is_read_and_however_often_it_comes() {
        const COUNT: u64 = 30_000;
        let outcome = |kind: AnomalyKind, workers: &[Vec<u64>]| {
            let mut line = 0;
            let mut anomalies = Anomalies::default();
            for contents in workers {
                let mut worker = Anomalies::default();
                for content in contents {
                    line += 1;
                    worker.add(anomaly(kind, *content, line), |a, b| a.cmp(&b));
                }
                anomalies.merge(worker, |anomaly| anomaly);
            }
            anomalies.settle();
            let mut keys: Vec<_> = anomalies.kept.iter().map(|anomaly| anomaly.content).collect();
            keys.sort_unstable();
            (keys, anomalies.overflow[kind as usize], anomalies.digests[kind as usize])
        };
        let all: Vec<u64> = (0..COUNT).collect();
        let backwards: Vec<u64> = all.iter().rev().copied().collect();
        let [early, late] = [&all[..COUNT as usize / 3], &all[COUNT as usize / 3..]].map(<[u64]>::to_vec);
        let expected = outcome(AnomalyKind::Unexplained, std::slice::from_ref(&all));
        assert_eq!((expected.0.len(), expected.1), (MAX_KEPT, COUNT - MAX_KEPT as u64));
        for workers in [&[[&all[..], &backwards, &all].concat()][..], &[late, early, backwards]] {
            assert!(outcome(AnomalyKind::Unexplained, workers) == expected);
        }
        // Invalid lines count each time.
        let few = all[..MAX_KEPT].to_vec();
        let twice = outcome(AnomalyKind::Invalid, &[few.clone(), few]);
        assert_eq!((twice.0.len(), twice.1), (MAX_KEPT, MAX_KEPT as u64));
    }
}
