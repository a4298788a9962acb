//! Which events came before: a webhook is sent again when nobody answers, and exports overlap.
//!
//! Shared by everybody who reads, since the same event may come in two files. What an event says is
//! its content: the values of its documented fields, whatever their order and the white space.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, Hasher};
use std::sync::{Mutex, PoisonError};

use foldhash::{fast, quality};

use crate::event::{Attribute, Event, Operation};

/// What makes an event the one it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identity {
    /// Of the event id, or of all that the event says where it has none.
    pub key: u64,
    /// Of all that it says.
    pub content: u64,
}

/// How an event arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// It was not seen before.
    New,
    /// It was seen before and says the same.
    Again,
    /// One with its id was seen before that says something else.
    Conflicting,
}

/// Readers rarely wait for each other with so many parts.
const SHARDS: usize = 256;

/// The events that arrived so far.
pub struct Deliveries {
    ids: quality::RandomState,
    values: fast::RandomState,
    shards: Vec<Aligned>,
}

/// Each in cache lines of its own: readers on several processors must not wait for a neighbour's.
#[derive(Default)]
#[repr(align(128))]
struct Aligned(Mutex<Shard>);

#[derive(Default)]
struct Shard {
    /// By key the content that came first.
    first: HashMap<u64, u64, fast::RandomState>,
    /// Further contents of the same key.
    more: HashSet<Identity>,
}

impl Default for Deliveries {
    fn default() -> Self {
        Self {
            ids: quality::RandomState::default(),
            values: fast::RandomState::default(),
            shards: (0..SHARDS).map(|_| Aligned::default()).collect(),
        }
    }
}

impl Deliveries {
    /// What makes the event the one it is. Without an id only changes and portal links have
    /// something: views may well be the same twice.
    pub fn identity(&self, event: &Event<'_>) -> Option<Identity> {
        let id = event.fields.all(Attribute::Id).next();
        if id.is_none() && matches!(event.operation, Operation::Viewed | Operation::Other) {
            return None;
        }
        let content = self.content(event);
        let key = id.map_or(content, |id| self.ids.hash_one((event.source, &*id)));
        Some(Identity { key, content })
    }

    /// A sum, so that the order of the fields does not matter.
    fn content(&self, event: &Event<'_>) -> u64 {
        let fields = &event.fields;
        let values = fields.bindings.iter().map(|binding| {
            let mut hasher = self.values.build_hasher();
            hasher.write_u64(u64::from(binding.field) << 32 | u64::from(binding.element));
            hasher.write(fields.span(binding).decode(fields.text).as_bytes());
            hasher.finish()
        });
        values.fold(self.ids.hash_one(event.source), u64::wrapping_add)
    }

    /// Takes the event in.
    pub fn arrive(&self, identity: Identity) -> Arrival {
        let Aligned(shard) = &self.shards[identity.key as usize % SHARDS];
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let Shard { first, more } = &mut *shard;
        match first.entry(identity.key) {
            Entry::Vacant(entry) => {
                entry.insert(identity.content);
                Arrival::New
            }
            Entry::Occupied(entry) if *entry.get() == identity.content => Arrival::Again,
            Entry::Occupied(_) if more.insert(identity) => Arrival::Conflicting,
            Entry::Occupied(_) => Arrival::Again,
        }
    }
}
