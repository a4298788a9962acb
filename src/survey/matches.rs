//! Events that match custom rules, as they were detected while events were read.

use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt::Debug;

use foldhash::fast::RandomState;
use sha2::{Digest, Sha256};

use crate::model::event::Event;
use crate::scan::LineRef;
use crate::survey::ids::{ActionId, Id};
use crate::survey::{Change, NamesInEvent};

/// Finds the events that custom rules are about. All workers share one.
pub trait EventMatcher: Debug + Send + Sync {
    /// The detections that may match an event with the source, the action and the operation of this one, whatever else it
    /// says.
    fn candidates(&self, event: &Event<'_>) -> Box<[u16]>;

    /// Hands over what some of the detections find in an event.
    fn find(&self, event: &Event<'_>, candidates: &[u16], found: &mut dyn FnMut(Detected));
}

/// What a detection found in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The number of the list that the match belongs to. A detection has a list for itself, and one for each correlation.
    pub list: u16,
    /// What a correlation needs of the event; `None` if the match is a finding by itself.
    pub correlated: Option<Correlated>,
}

/// What a correlation needs of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Correlated {
    /// A hash of the values by which events are grouped. It differs from run to run.
    pub group: u64,
    /// A hash of the values that are counted, or the bits of the number that is added up.
    pub value: u64,
}

/// An event that a custom rule matches.
#[derive(Clone, Debug)]
pub struct Match {
    /// The number of its list.
    pub list: u16,
    /// What a correlation needs of it; `None` if it is a finding by itself.
    pub correlated: Option<Correlated>,
    /// The event.
    pub event: Change,
    /// The hash of its content.
    pub(super) content: u64,
    /// The names that it carries.
    pub names: NamesInEvent,
    /// Half of the SHA-256 of what identifies it in every export.
    pub(super) digest: u128,
}

impl Match {
    pub(super) fn new(detected: Detected, (event, content): (Change, u64), key: &str) -> Self {
        let digest = Sha256::digest(key).first_chunk().copied().map_or(0, u128::from_be_bytes);
        let Detected { list, correlated } = detected;
        Self { list, correlated, event, content, names: NamesInEvent::NONE, digest }
    }
}

/// How many matches of a list are kept that are findings. The earliest ones stay, so that the choice does not depend on the
/// order of the input.
const MAX_FINDINGS: usize = 10_000;
/// The same for a list that a correlation is judged by.
const MAX_CORRELATED: usize = 500_000;

/// The matches of a list.
#[derive(Default)]
struct MatchList {
    kept: Vec<Match>,
    is_correlated: bool,
    /// The digest of every match by the hash of its content: an event that is delivered again counts once, even if its
    /// first delivery was not kept.
    digests: HashMap<u64, u128, RandomState>,
}

/// The matches that are kept of a list, and what is known of the others.
#[derive(Clone, Copy, Debug, Default)]
pub struct MatchRange {
    /// The index of the first one, and the one after the last.
    pub kept: (usize, usize),
    /// How many others there are.
    pub overflow: u64,
    /// The sum of the digests of all, which does not depend on the run or the order of the input.
    pub digest: u128,
}

/// The matches of custom rules.
#[derive(Default)]
pub struct Matches {
    /// Those that are kept, by list, and in time order within each.
    pub kept: Vec<Match>,
    /// How many events were judged of which only the normalized attributes are known, each delivery counted.
    pub without_line: u64,
    ranges: Vec<MatchRange>,
    lists: Vec<MatchList>,
    /// For each action of a worker, the detections that may match its events, once they are known.
    candidates: Vec<Option<Box<[u16]>>>,
}

impl Matches {
    /// Where the matches of a list are.
    pub fn range(&self, list: u16) -> MatchRange {
        self.ranges.get(usize::from(list)).copied().unwrap_or_default()
    }

    /// Takes the detections that may match events of an action; [`Self::put_candidates`] gives them back.
    pub(super) fn take_candidates(
        &mut self,
        action: ActionId,
        find: impl FnOnce() -> Box<[u16]>,
    ) -> Box<[u16]> {
        if self.candidates.len() <= action.index() {
            self.candidates.resize_with(action.index() + 1, || None);
        }
        self.candidates[action.index()].take().unwrap_or_else(find)
    }

    pub(super) fn put_candidates(&mut self, action: ActionId, candidates: Box<[u16]>) {
        self.candidates[action.index()] = Some(candidates);
    }

    /// Adds a match.
    pub(super) fn add(&mut self, found: Match, order: impl Fn(LineRef, LineRef) -> Ordering) {
        let list = self.list(found.list);
        list.is_correlated = found.correlated.is_some();
        list.digests.entry(found.content).or_insert(found.digest);
        list.kept.push(found);
        if list.kept.len() > 2 * list.most() {
            list.evict(&order, |a, b| order(a.event.place, b.event.place));
        }
    }

    /// Adds the matches of a worker, whose ids `renumbered` translates to those of the survey.
    pub(super) fn merge(&mut self, other: Self, renumbered: impl Fn(Match) -> Match) {
        self.without_line += other.without_line;
        for (number, theirs) in (0..).zip(other.lists) {
            let ours = self.list(number);
            ours.is_correlated |= theirs.is_correlated;
            ours.kept.extend(theirs.kept.into_iter().map(&renumbered));
            ours.digests.extend(theirs.digests);
        }
    }

    /// Sorts what was added; `tie_break` compares simultaneous events with the same digest. To be called once, before
    /// reading.
    pub(super) fn settle(&mut self, tie_break: impl Fn(&Match, &Match) -> Ordering) {
        for mut list in std::mem::take(&mut self.lists) {
            list.evict(|a, b| a.cmp(&b), &tie_break);
            list.mark_ambiguous();
            let first = self.kept.len();
            self.ranges.push(MatchRange {
                kept: (first, first + list.kept.len()),
                overflow: (list.digests.len() - list.kept.len()) as u64,
                digest: list.digests.values().fold(0, |sum, digest| sum.wrapping_add(*digest)),
            });
            self.kept.append(&mut list.kept);
        }
    }

    /// Every match that a worker has.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Match> {
        self.lists.iter_mut().flat_map(|list| &mut list.kept)
    }

    fn list(&mut self, number: u16) -> &mut MatchList {
        let number = usize::from(number);
        if self.lists.len() <= number {
            self.lists.resize_with(number + 1, MatchList::default);
        }
        &mut self.lists[number]
    }
}

impl MatchList {
    fn most(&self) -> usize {
        if self.is_correlated { MAX_CORRELATED } else { MAX_FINDINGS }
    }

    /// Drops repeated deliveries after the first, sorts the matches by time, and drops what is more than is kept.
    fn evict(
        &mut self,
        order: impl Fn(LineRef, LineRef) -> Ordering,
        tie_break: impl Fn(&Match, &Match) -> Ordering,
    ) {
        self.kept.sort_by(|a, b| order(a.event.place, b.event.place));
        let mut seen = HashSet::new();
        self.kept.retain(|found| seen.insert(found.content));
        let key = |found: &Match| (found.event.time, found.digest);
        self.kept.sort_by(|a, b| key(a).cmp(&key(b)).then_with(|| tie_break(a, b)));
        self.kept.truncate(self.most());
    }

    /// Marks events that differ only in what their fingerprints do not cover otherwise.
    fn mark_ambiguous(&mut self) {
        for same in self.kept.chunk_by_mut(|a, b| a.digest == b.digest).filter(|same| same.len() > 1) {
            same.iter_mut().for_each(|found| found.event.is_conflicting = true);
        }
    }
}
