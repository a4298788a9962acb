//! An object that may be an event.

use std::borrow::Cow;

use crate::json::{Document, KeySet, Kind, NodeId};

/// An object with its keys, by which sources recognize their events.
#[derive(Clone, Copy)]
pub struct Root<'a> {
    /// The line.
    pub document: Document<'a>,
    /// The object.
    pub id: NodeId,
    keys: KeySet,
}

impl<'a> Root<'a> {
    /// That object.
    pub fn of(document: Document<'a>, id: NodeId) -> Self {
        Self { document, id, keys: KeySet::of(document, id) }
    }

    /// The first member of that name.
    pub fn member(&self, key: &str) -> Option<NodeId> {
        self.keys.may_have(key).then(|| self.document.member(self.id, key))?
    }

    /// The member of that name, if it is an object.
    pub fn object(&self, key: &str) -> Option<NodeId> {
        self.member(key).filter(|id| self.document.nodes[*id].kind == Kind::Object)
    }

    /// The decoded text of the member of that name, if it is a string.
    pub fn text(&self, key: &str) -> Option<Cow<'a, str>> {
        self.document.string(self.member(key)?)
    }

    /// Has one of these keys, whatever its value.
    pub fn has(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.member(key).is_some())
    }

    /// The object that is the value of this key.
    pub fn within(&self, key: &str) -> Option<Self> {
        self.object(key).map(|id| Self::of(self.document, id))
    }

    /// Has this key with a string as its value.
    pub fn has_text(&self, key: &str) -> bool {
        self.member(key).is_some_and(|id| self.document.nodes[id].kind == Kind::Text)
    }

    /// Has this key with an object or array as its value.
    pub fn has_container(&self, key: &str) -> bool {
        let is_container = |id: NodeId| matches!(self.document.nodes[id].kind, Kind::Object | Kind::Array);
        self.member(key).is_some_and(is_container)
    }
}
