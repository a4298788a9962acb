//! Kinds of connections: the vendor's type with the neutral protocol and provider.

use std::hash::{Hash, Hasher};

use foldhash::fast::RandomState;
use indexmap::IndexMap;

use crate::survey::counter::{Counter, Seen};
use crate::survey::ids::{Id, KindId, TypeId};
use crate::survey::interner::IdMap;
use crate::survey::text_tuples::TupleInterner;

/// The kinds of connections, counted.
#[derive(Default)]
pub struct ConnectionKinds {
    /// The vendor's types.
    pub types: Counter<TypeId>,
    /// Every kind with how often and when it was seen.
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
    /// Protocols and providers are few, and their lengths distinguish them well enough.
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
    /// Adds the kinds of a worker, with the protocol and provider of each, and returns the ids they have
    /// here.
    pub fn take(
        &mut self,
        entries: &TupleInterner<KindId, 3>,
        facts: &[[Option<&'static str>; 2]],
    ) -> IdMap<KindId> {
        let kinds = entries.entries().zip(facts).map(|(entry, [protocol, provider])| {
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

    /// Takes one event back from the counts.
    pub fn uncount(&mut self, id: Option<KindId>) {
        if let Some((kind, seen)) = id.and_then(|id| self.counts.get_index_mut(id.index())) {
            seen.count -= 1;
            self.types.uncount(kind.name);
        }
    }

    /// The vendor's type, the protocol and the provider of a kind.
    pub fn texts(&self, id: Option<KindId>) -> [Option<&str>; 3] {
        let kind = self.kind(id);
        [
            kind.and_then(|kind| self.types.names.get(kind.name)),
            kind.and_then(|kind| kind.protocol),
            kind.and_then(|kind| kind.provider),
        ]
    }

    /// The kind of an id.
    pub fn kind(&self, id: impl Into<Option<KindId>>) -> Option<Kind> {
        self.counts.get_index(id.into()?.index()).map(|(kind, _)| *kind)
    }

    /// How many kinds there are.
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is no kind.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// Every kind with how often and when it was seen.
    pub fn counted(&self) -> impl Iterator<Item = (Kind, Seen)> {
        self.counts.iter().map(|(kind, seen)| (*kind, *seen)).filter(|(_, seen)| seen.count > 0)
    }
}
