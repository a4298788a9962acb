//! JSON with places: one walk over a text that checks all of RFC 8259 and keeps where every value starts and ends.
//!
//! That is why it is not a general parser: every diagnostic names a column. Strings stay as written until somebody
//! asks for them.

mod keys;
mod parse;
pub mod schema;
mod span;
pub mod strict;
pub mod string_scan;
mod tokens;

use std::borrow::Cow;
use std::hash::BuildHasher;

use foldhash::fast::RandomState;

pub use keys::KeySet;
pub use parse::{Fault, MAX_DEPTH, MAX_WITHOUT_OBJECT, escape_length, parse};
pub use span::Span;
pub use tokens::{TokenKind, tokens};

use crate::text::cut::shortened;

/// Type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `{…}`
    Object,
    /// `[…]`
    Array,
    /// `"…"`
    Text,
    /// A number.
    Number,
    /// `true`
    True,
    /// `false`
    False,
    /// `null`
    Null,
}

impl Kind {
    /// The type's name with its article, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::Array => "an array",
            Self::Text => "a string",
            Self::Number => "a number",
            Self::True | Self::False => "a boolean",
            Self::Null => "null",
        }
    }
}

/// A value in the order of the text; its members or elements follow it up to `next`.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    /// Type of the value.
    pub kind: Kind,
    /// Where it is.
    pub span: Span,
    /// Its key, if it is a member of an object.
    pub key: Option<Span>,
    /// Index of the first node that is not inside it.
    pub next: u32,
}

/// A parsed text.
#[derive(Clone, Copy, Debug)]
pub struct Document<'a> {
    /// The text.
    pub text: &'a str,
    /// Its values in order; the first is the root.
    pub nodes: &'a [Node],
}

/// Index of a node.
pub type NodeId = usize;

impl<'a> Document<'a> {
    /// Members or elements of a value, in order.
    pub fn children(self, id: NodeId) -> impl Iterator<Item = NodeId> + use<'a> {
        let end = self.nodes[id].next as usize;
        let mut next = id + 1;
        std::iter::from_fn(move || {
            let child = next;
            (child < end).then(|| {
                next = self.nodes[child].next as usize;
                child
            })
        })
    }

    /// A member's key, decoded; empty for what is no member.
    pub fn key(self, id: NodeId) -> Cow<'a, str> {
        self.nodes[id].key.map_or(Cow::Borrowed(""), |key| key.decode(self.text))
    }

    /// Whether a member's key is this, in whatever way it is written.
    fn has_key(self, id: NodeId, name: &str) -> bool {
        match self.nodes[id].key {
            Some(key) if !key.escaped => {
                let (start, end) = (key.start as usize, key.end as usize);
                end - start == name.len() && self.text.as_bytes().get(start..end) == Some(name.as_bytes())
            }
            key => key.map_or(Cow::Borrowed(""), |key| key.decode(self.text)) == name,
        }
    }

    /// Where a member's key is; of what is no member, the value itself.
    pub fn key_span(self, id: NodeId) -> Span {
        self.nodes[id].key.unwrap_or(self.nodes[id].span)
    }

    /// The first member of that name.
    pub fn member(self, id: NodeId, name: &str) -> Option<NodeId> {
        (self.nodes[id].kind == Kind::Object)
            .then(|| self.children(id).find(|child| self.has_key(*child, name)))?
    }

    /// A string's text, decoded; `None` for other types.
    pub fn string(self, id: NodeId) -> Option<Cow<'a, str>> {
        let node = self.nodes[id];
        (node.kind == Kind::Text).then(|| node.span.decode(self.text))
    }

    /// The decoded text of the first member of that name, if it is a string.
    pub fn member_text(self, id: NodeId, name: &str) -> Option<Cow<'a, str>> {
        self.string(self.member(id, name)?)
    }

    /// Members whose key an earlier member of the same object has already.
    pub fn duplicates(self) -> impl Iterator<Item = NodeId> {
        const FEW: usize = 16;
        // With the hash of its key. A hostile line may have millions, so little is kept of each, and once.
        let mut duplicates: Vec<(u32, u32)> = Vec::new();
        for (id, node) in self.nodes.iter().enumerate() {
            if node.kind != Kind::Object || node.next as usize <= id + 2 {
                continue;
            }
            let members = self.children(id).count();
            if members > FEW {
                let more = self.duplicates_among(id, members);
                if duplicates.is_empty() {
                    duplicates = more;
                } else {
                    duplicates.extend(more);
                }
                continue;
            }
            let mut keys = KeySet::default();
            let repeated = self.children(id).enumerate().filter(|(index, member)| {
                keys.add(self, *member) && {
                    let key = self.key(*member);
                    self.children(id).take(*index).any(|other| self.has_key(other, &key))
                }
            });
            duplicates.extend(repeated.map(|(_, member)| (0, member as u32)));
        }
        duplicates.into_iter().map(|(_, member)| member as usize)
    }

    /// The same among the members of one object, with the hashes of their keys, which are compared first.
    fn duplicates_among(self, id: NodeId, members: usize) -> Vec<(u32, u32)> {
        const FIRST: u32 = u32::MAX;
        let hasher = RandomState::default();
        let mut hashes = Vec::with_capacity(members);
        let hash = |member| (hasher.hash_one(&*self.key(member)) as u32, member as u32);
        hashes.extend(self.children(id).map(hash));
        hashes.sort_unstable();
        for same in hashes.chunk_by_mut(|a, b| a.0 == b.0) {
            let key = |of: (u32, u32)| self.key(of.1 as usize);
            for at in (0..same.len()).rev() {
                let (before, this) = (&same[..at], key(same[at]));
                if !before.iter().any(|before| key(*before) == this) {
                    same[at].1 = FIRST;
                }
            }
        }
        hashes.retain(|(_, member)| *member != FIRST);
        hashes.sort_unstable_by_key(|(_, member)| *member);
        hashes
    }
}

/// The way from the root to the value whose path was asked for last. The next one is found from there, so that
/// asking for the paths of all values in order costs one walk.
#[derive(Default)]
pub struct Trail {
    /// From the root down: a member or element, and its index in its parent.
    steps: Vec<(NodeId, usize)>,
}

impl Trail {
    /// The path of a value, such as `targets[0].metadata.name`; empty for the root.
    pub fn path(&mut self, document: Document<'_>, id: NodeId) -> String {
        let nodes = document.nodes;
        let (mut path, mut parent, mut depth) = (String::new(), 0, 0);
        while parent != id {
            let known = self.steps.get(depth).copied();
            let (mut child, mut index) = known.filter(|(child, _)| *child <= id).unwrap_or((parent + 1, 0));
            while nodes[child].next as usize <= id {
                (child, index) = (nodes[child].next as usize, index + 1);
            }
            if known.is_none_or(|known| known.0 != child) {
                self.steps.truncate(depth);
                self.steps.push((child, index));
            }
            if nodes[parent].kind == Kind::Array {
                path.push_str(&format!("[{index}]"));
            } else {
                push_key(&mut path, &document.key(child));
            }
            (parent, depth) = (child, depth + 1);
        }
        path
    }
}

/// Adds a key to a path, in brackets where dots would mislead; a long key is cut.
pub fn push_key(path: &mut String, key: &str) {
    const MAX_CHARS: usize = 100;
    let key = &*shortened(key, MAX_CHARS);
    let is_plain =
        !key.is_empty() && key.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '@' | '$'));
    if !is_plain {
        path.push_str(&format!("[{key:?}]"));
        return;
    }
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(key);
}

fn hex4(bytes: &[u8]) -> Option<u32> {
    bytes
        .get(..4)?
        .iter()
        .try_fold(0, |value, byte| char::from(*byte).to_digit(16).map(|digit| value * 16 + digit))
}

#[cfg(test)]
mod tests;
