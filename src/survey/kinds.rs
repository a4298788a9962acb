//! Kinds of connections: the vendor's type with the neutral protocol and provider.

use std::borrow::Cow;
use std::hash::{Hash, Hasher};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::event::Event;
use crate::names::{Counter, Id, NONE, Renumbered, Seen};
use crate::time::Timestamp;

/// The kinds met so far.
#[derive(Default)]
pub struct Kinds {
    /// The vendor's types, counted.
    pub types: Counter,
    /// Every kind with its events.
    counts: IndexMap<Kind, Seen, RandomState>,
}

/// A kind of connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The vendor's type.
    pub name: Id,
    /// Neutral protocol.
    pub protocol: Option<&'static str>,
    /// Neutral identity provider.
    pub provider: Option<&'static str>,
}

impl Hash for Kind {
    /// The words are few and known: their lengths tell them apart well enough.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let length = |word: Option<&str>| word.map_or(0, |word| word.len() as u64);
        state.write_u64(u64::from(self.name) << 32 | length(self.protocol) << 16 | length(self.provider));
    }
}

impl Kinds {
    /// The number of the event's kind; `name` is the vendor's type.
    pub fn id(&mut self, event: &Event<'_>, name: Option<Cow<'_, str>>) -> Id {
        let name = name.map_or(NONE, |text| self.types.names.id(&text));
        if name == NONE && event.protocol.is_none() && event.provider.is_none() {
            return NONE;
        }
        self.add(Kind { name, protocol: event.protocol, provider: event.provider }, Seen::NEVER)
    }

    fn add(&mut self, kind: Kind, seen: Seen) -> Id {
        let entry = self.counts.entry(kind);
        let id = entry.index() as Id;
        entry.or_insert(Seen::NEVER).merge(seen);
        id
    }

    /// Counts the kind of that number.
    pub fn count(&mut self, id: Id, time: Timestamp) {
        if let Some((kind, seen)) = self.counts.get_index_mut(id as usize) {
            seen.merge(Seen::once(time));
            if kind.name != NONE {
                self.types.count(kind.name, time);
            }
        }
    }

    /// Takes back one of what was counted.
    pub fn uncount(&mut self, id: Id) {
        if let Some((kind, seen)) = self.counts.get_index_mut(id as usize) {
            seen.count -= 1;
            self.types.uncount(kind.name);
        }
    }

    /// Its vendor's type, protocol and provider.
    pub fn texts(&self, id: Id) -> [Option<&str>; 3] {
        let kind = self.counts.get_index(id as usize).map(|(kind, _)| *kind);
        [
            kind.and_then(|kind| self.types.names.get(kind.name)),
            kind.and_then(|kind| kind.protocol),
            kind.and_then(|kind| kind.provider),
        ]
    }

    /// Every kind with its events.
    pub fn counted(&self) -> impl Iterator<Item = (Kind, Seen)> {
        self.counts.iter().map(|(kind, seen)| (*kind, *seen)).filter(|(_, seen)| seen.count > 0)
    }

    /// Adds those of another and returns what the numbers of that one are here.
    pub fn merge(&mut self, other: Self) -> Renumbered {
        let names = self.types.merge(other.types);
        let kinds = other.counts.into_iter();
        Renumbered(
            kinds.map(|(kind, seen)| self.add(Kind { name: names.of(kind.name), ..kind }, seen)).collect(),
        )
    }
}
