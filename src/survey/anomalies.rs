//! Lines and events that are of interest by themselves: invalid, contradictory, too late,
//! unexplained, unknown.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use sha2::{Digest, Sha256};

use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::NamesInEvent;
use crate::survey::ids::{ActionId, ActorId, ConnectionId, KindId, OrganizationId};

/// A line or event of interest by itself; the numbers are of the survey's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anomaly {
    /// What it is.
    pub kind: AnomalyKind,
    /// When it happened, if the line says so.
    pub time: Option<Timestamp>,
    /// What was found, in a sentence; who acted, where that is unexplained.
    pub message: String,
    /// Code of the finding, for lines that have one.
    pub code: &'static str,
    /// What tells it from others in every export: of an event its source, its id and what it says happened,
    /// as several may have one id; of an invalid line its bytes;
    /// empty where they were passed over.
    pub key: String,
    /// Hash of all that the event says, by which it is found again when it comes again; differs from run
    /// to run.
    pub content: u64,
    /// The action.
    pub action: Option<ActionId>,
    /// The organization.
    pub organization: Option<OrganizationId>,
    /// The connection.
    pub connection: Option<ConnectionId>,
    /// The connection's kind.
    pub connection_kind: Option<KindId>,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// What it calls organization and actor itself.
    pub names: NamesInEvent,
    /// Its block, and its 1-based line there.
    pub place: LineRef,
}

/// What is of interest about a line or event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AnomalyKind {
    /// The line is invalid.
    Invalid,
    /// The event contradicts itself.
    Contradiction,
    /// The event is later than it can be.
    Future,
    /// Somebody looked around in another's session without saying why; changes that were made so are
    /// among the changes.
    Unexplained,
    /// No document names the event's action.
    UnknownAction,
    /// Nor this one, but the action looks like one that changes connections.
    AlmostChange,
}

impl AnomalyKind {
    /// Every one, in the order of the enum.
    pub const ALL: [Self; 6] = [
        Self::Invalid,
        Self::Contradiction,
        Self::Future,
        Self::Unexplained,
        Self::UnknownAction,
        Self::AlmostChange,
    ];
}

/// Of each sort so many are kept: those with the least keys, which do not depend on the order of the input.
const MAX_KEPT: usize = 10_000;

/// What was found.
#[derive(Default)]
pub struct Anomalies {
    /// Some of each sort, in the order of the input.
    pub kept: Vec<Anomaly>,
    /// How many there were beyond them, by what they are.
    pub overflow: [u64; AnomalyKind::ALL.len()],
    /// Sums of digests of the keys of all there were, kept or not, by what they are: the same in every run and
    /// order.
    pub digests: [u128; AnomalyKind::ALL.len()],
    /// By what events are and the hash of their content the digest of their key: what came again counts once,
    /// even if the event that it came after was too much to be kept.
    events: [HashMap<u64, u128, RandomState>; AnomalyKind::ALL.len()],
    /// How many lines are invalid.
    lines: u64,
}

impl Anomalies {
    /// How many events there are of a kind, each of them once.
    pub fn count(&self, kind: AnomalyKind) -> u64 {
        let kept = self.kept.iter().filter(|anomaly| anomaly.kind == kind).count() as u64;
        kept + self.overflow[kind as usize]
    }

    /// Takes in a line or an event.
    pub(super) fn add(&mut self, anomaly: Anomaly) {
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
            self.evict();
        }
    }

    /// Takes in another's, renumbered.
    pub fn merge(&mut self, other: Self, renumbered: impl Fn(Anomaly) -> Anomaly) {
        self.kept.extend(other.kept.into_iter().map(renumbered));
        for (ours, theirs) in self.events.iter_mut().zip(other.events) {
            ours.extend(theirs);
        }
        for (ours, theirs) in self.digests.iter_mut().zip(other.digests) {
            *ours = ours.wrapping_add(theirs);
        }
        self.lines += other.lines;
    }

    /// The last thing before reading them: lets go of what is too much, and adds up what there was.
    pub fn settle(&mut self) {
        self.evict();
        self.overflow = self.events.each_ref().map(|events| events.len() as u64);
        self.overflow[AnomalyKind::Invalid as usize] = self.lines;
        for anomaly in &self.kept {
            self.overflow[anomaly.kind as usize] -= 1;
        }
        for (sum, events) in self.digests.iter_mut().zip(std::mem::take(&mut self.events)) {
            *sum = events.into_values().fold(*sum, u128::wrapping_add);
        }
    }

    /// Puts anomalies in the order of the input, keeps of events that came again the first, and lets go of
    /// those that are too many.
    fn evict(&mut self) {
        self.kept.sort_by_key(|anomaly| anomaly.place);
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
        self.kept.sort_by_key(|anomaly| anomaly.place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::BlockId;

    /// An event with this content, and a key of it, on this line.
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
            place: LineRef { block: BlockId { input: 0, number: 0 }, line },
        }
    }

    #[test]
    fn a_flood_is_the_same_however_it_is_read_and_however_often_it_comes() {
        const COUNT: u64 = 30_000;
        let outcome = |kind: AnomalyKind, readers: &[Vec<u64>]| {
            let mut line = 0;
            let mut anomalies = Anomalies::default();
            for contents in readers {
                let mut reader = Anomalies::default();
                for content in contents {
                    line += 1;
                    reader.add(anomaly(kind, *content, line));
                }
                anomalies.merge(reader, |anomaly| anomaly);
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
        for readers in [&[[&all[..], &backwards, &all].concat()][..], &[late, early, backwards]] {
            assert!(outcome(AnomalyKind::Unexplained, readers) == expected);
        }
        // Invalid lines are not told apart.
        let few = all[..MAX_KEPT].to_vec();
        let twice = outcome(AnomalyKind::Invalid, &[few.clone(), few]);
        assert_eq!((twice.0.len(), twice.1), (MAX_KEPT, MAX_KEPT as u64));
    }
}
