//! What a worker keeps of events that are more than counted, until repeated deliveries are known.

use crate::survey::ids::SeenId;
use crate::survey::pile::Pile;

/// An event that is kept until repeated deliveries are known, and where it is stored.
#[derive(Clone, Copy)]
pub struct Delivery {
    /// See [`EventKey::key`](crate::survey::duplicates::EventKey::key).
    pub key: u64,
    /// Half of the hash of its content. That is enough, as it is compared only among deliveries with the same key.
    pub content: u32,
    /// Where it is stored.
    pub kept: Stored,
    /// Its visit, or its observation if observations are wanted.
    pub seen: Option<SeenId>,
}

/// Where an event is stored: among the changes, among the other events, or nowhere.
#[derive(Clone, Copy)]
pub struct Stored(u32);

impl Stored {
    pub const NOWHERE: Self = Self(u32::MAX);
    /// Not stored, and counted as `other`.
    pub const NOWHERE_OTHER: Self = Self(u32::MAX - 1);
    const IS_OTHER: u32 = 1 << 31;

    /// The change of that index.
    pub fn in_changes(index: u32) -> Self {
        Self(index)
    }

    /// The other event of that index.
    pub fn in_others(index: u32) -> Self {
        Self(index | Self::IS_OTHER)
    }

    /// Its index among the changes.
    pub fn change(self) -> Option<u32> {
        (self.0 & Self::IS_OTHER == 0).then_some(self.0)
    }

    /// Its index among the other events.
    pub fn other(self) -> Option<u32> {
        let is_somewhere = self.0 < Self::NOWHERE_OTHER.0;
        (is_somewhere && self.0 & Self::IS_OTHER != 0).then_some(self.0 & !Self::IS_OTHER)
    }

    pub fn is_other_nowhere(self) -> bool {
        self.0 == Self::NOWHERE_OTHER.0
    }
}

/// The deliveries of a worker: those of changes, in their order, then all others. Most are changes, which need no more
/// than a key and half of a hash.
#[derive(Default)]
pub struct Identities {
    /// The key of each change.
    pub change_keys: Pile<u64>,
    /// The content of each change. In one piece, which is given back as a whole.
    change_contents: Vec<u32>,
    /// Of the changes up to the last one that was seen: none if neither visits nor observations are wanted.
    changes_seen: Pile<Option<SeenId>>,
    others: Pile<Delivery>,
}

impl Identities {
    /// Adds an event. The changes come in the order of their indexes.
    pub fn push(&mut self, delivery: Delivery) {
        let Some(index) = delivery.kept.change() else {
            self.others.push(delivery);
            return;
        };
        self.change_keys.push(delivery.key);
        self.change_contents.push(delivery.content);
        if delivery.seen.is_some() {
            for _ in self.changes_seen.len()..index {
                self.changes_seen.push(None);
            }
            self.changes_seen.push(delivery.seen);
        }
    }

    /// How many deliveries there are.
    pub fn len(&self) -> u32 {
        self.change_keys.len() + self.others.len()
    }

    /// The key of each delivery.
    pub fn keys(&self) -> impl Iterator<Item = u64> {
        self.change_keys.iter().copied().chain(self.others.iter().map(|delivery| delivery.key))
    }

    /// The delivery of an index among all.
    pub fn delivery(&self, index: u32) -> Delivery {
        match index.checked_sub(self.change_keys.len()) {
            Some(other) => self.others[other],
            None => Delivery {
                key: self.change_keys[index],
                content: self.change_contents[index as usize],
                kept: Stored::in_changes(index),
                seen: self.changes_seen.get(index).copied().flatten(),
            },
        }
    }
}
