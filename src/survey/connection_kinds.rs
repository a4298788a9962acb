//! Kinds of connections: the vendor's type with the neutral protocol and provider.

use std::hash::{Hash, Hasher};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::survey::counter::{Counter, Seen};
use crate::survey::ids::{Id, KindId, TypeId};
use crate::survey::interner::IdMap;
use crate::survey::text_tuples::TupleInterner;

/// The kinds met so far.
#[derive(Default)]
pub struct ConnectionKinds {
    /// The vendor's types, counted.
    pub types: Counter<TypeId>,
    /// Every kind with its events.
    counts: IndexMap<Kind, Seen, RandomState>,
}

/// A kind of connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// The vendor's type.
    pub name: Option<TypeId>,
    /// Neutral protocol.
    pub protocol: Option<&'static str>,
    /// Neutral identity provider.
    pub provider: Option<&'static str>,
}

impl Hash for Kind {
    /// The words are few and known: their lengths tell them apart well enough.
    fn hash<H: Hasher>(&self, state: &mut H) {
        let length = |word: Option<&str>| word.map_or(0, |word| word.len() as u64);
        state.write_u64(
            self.name.map_or(u64::MAX, |name| name.index() as u64) << 32
                | length(self.protocol) << 16
                | length(self.provider),
        );
    }
}

impl ConnectionKinds {
    /// Takes in kinds as a worker met them, with protocol and provider of each, and returns what their
    /// numbers are here.
    pub fn take(
        &mut self,
        entries: &TupleInterner<KindId, 3>,
        words: &[[Option<&'static str>; 2]],
    ) -> IdMap<KindId> {
        let kinds = entries.entries().zip(words).map(|(entry, [protocol, provider])| {
            let (name, seen, protocol, provider) = (entry.texts[0], entry.seen, *protocol, *provider);
            let name = (!name.is_empty()).then(|| self.types.names.id(name));
            if let Some(name) = name.filter(|_| seen.count > 0) {
                self.types.merge_at(name, seen);
            }
            let entry = self.counts.entry(Kind { name, protocol, provider });
            let id = KindId::new(entry.index());
            entry.or_insert(Seen::NEVER).merge(seen);
            Some(id)
        });
        IdMap(kinds.collect())
    }

    /// Takes back one of what was counted.
    pub fn uncount(&mut self, id: Option<KindId>) {
        if let Some((kind, seen)) = id.and_then(|id| self.counts.get_index_mut(id.index())) {
            seen.count -= 1;
            self.types.uncount(kind.name);
        }
    }

    /// Its vendor's type, protocol and provider.
    pub fn texts(&self, id: Option<KindId>) -> [Option<&str>; 3] {
        let kind = self.kind(id);
        [
            kind.and_then(|kind| self.types.names.get(kind.name)),
            kind.and_then(|kind| kind.protocol),
            kind.and_then(|kind| kind.provider),
        ]
    }

    /// The kind of that number.
    pub fn kind(&self, id: impl Into<Option<KindId>>) -> Option<Kind> {
        self.counts.get_index(id.into()?.index()).map(|(kind, _)| *kind)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Every kind with its events.
    pub fn counted(&self) -> impl Iterator<Item = (Kind, Seen)> {
        self.counts.iter().map(|(kind, seen)| (*kind, *seen)).filter(|(_, seen)| seen.count > 0)
    }
}
