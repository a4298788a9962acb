//! Repeated events, of which the first one in the order of the input stays.

use std::collections::HashSet;

use crate::survey::Survey;
use crate::survey::duplicates::{Item, for_each_repeated};
use crate::survey::identities::{Identities, Stored};
use crate::survey::ids::Id;
use crate::survey::worker::WorkerSurvey;

/// Where repeated deliveries are stored, and which events are conflicting.
#[derive(Default)]
pub struct Repeats {
    /// Repeated events with the number of their worker.
    pub kept: Vec<(u32, Stored)>,
    /// Events other than changes that share their id with a different event, with their key.
    pub conflicting: Vec<(Item, u64)>,
    /// Visits or observations of repeated events.
    pub seen: HashSet<Item>,
}

impl Survey {
    /// Finds repeated deliveries. The changes that stay are marked with how often they were repeated, and
    /// whether they conflict with others.
    pub(super) fn settle_deliveries(
        &mut self,
        workers: &mut [WorkerSurvey],
        identities: &[Identities],
    ) -> Repeats {
        let mut repeats = Repeats::default();
        let delivery = |item: &Item| identities[item.0 as usize].delivery(item.1);
        let content = |item: &Item| delivery(item).content;
        let counts: Vec<_> = identities.iter().map(Identities::len).collect();
        let keys = |worker: u32| identities[worker as usize].keys();
        let mut repeated = Vec::new();
        for_each_repeated(&counts, keys, |first, again| repeated.push((first, again)));
        repeated.sort_unstable();
        for group in repeated.chunk_by(|a, b| a.0 == b.0) {
            let again = group.iter().map(|(_, again)| *again);
            let mut group: Vec<_> = std::iter::once(group[0].0).chain(again).collect();
            let place =
                |item: &Item| workers[item.0 as usize].kept(delivery(item).kept).map(|kept| kept.place);
            group.sort_by_cached_key(|item| (content(item), place(item)));
            let versions: Vec<_> = group.chunk_by(|a, b| content(a) == content(b)).collect();
            let is_conflicting = versions.len() > 1;
            self.conflicts += versions.len() as u64 - 1;
            for version in versions {
                let (first, again) = (version[0], &version[1..]);
                self.redeliveries += again.len() as u64;
                let kept = delivery(&first).kept;
                let changes = &mut workers[first.0 as usize].changes;
                if let Some(details) = kept.change().and_then(|index| changes.details_mut(index)) {
                    (details.is_conflicting, details.redeliveries) = (is_conflicting, again.len() as u32);
                } else if is_conflicting && let Some(index) = kept.other() {
                    repeats.conflicting.push(((first.0, index), delivery(&first).key));
                }
                self.other -=
                    again.iter().filter(|item| delivery(item).kept.is_other_nowhere()).count() as u64;
                repeats.kept.extend(again.iter().map(|item| (item.0, delivery(item).kept)));
                repeats.seen.extend(
                    again.iter().filter_map(|item| Some((item.0, delivery(item).seen?.index() as u32))),
                );
            }
        }
        repeats
    }
}
