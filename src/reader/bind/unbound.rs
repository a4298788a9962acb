//! The values of a line that are bound to no field of its source's table: whether two events have the same
//! content depends on them as well.
//!
//! A value is identified by the hash of its path from the event's root, with keys decoded and those of the table
//! in one spelling, so that neither the order of members nor a wrapper matters. As long as there are few such
//! values, a line of the same skeleton needs only their places. Of more, only a sum of hashes is kept, and no
//! skeleton is learned.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::LazyLock;

use foldhash::quality::RandomState;

use crate::json::{Document, Kind, MAX_WITHOUT_OBJECT, NodeId, TokenKind, tokens};
use crate::model::fields::{ContentValue, Index, Span};

/// More values than this are summed up; a line with so many is not learned.
const MAX_KEPT: usize = 512;

/// One key for the process: the hashes of all workers are compared.
pub static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// The values of a line that are bound to no field.
#[derive(Default)]
pub struct Unbound {
    few: Vec<UnboundValue>,
    /// Once there are too many: how many there are, and the sum of their hashes.
    many: Option<(u64, u64)>,
}

/// A value that is bound to no field, or an object or array with nothing in it.
struct UnboundValue {
    identity: Identity,
    /// Where it is, if it is a text, number or boolean.
    span: Option<Span>,
}

/// What values in the same place of two events have in common.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Identity {
    path: u64,
    kind: u8,
    /// Hash of what a long list holds besides objects, otherwise 0.
    list_content: u64,
}

/// The path of an object's member.
pub fn member_path(path: u64, key: &str) -> u64 {
    HASHER.hash_one((path, key))
}

/// The path of a list's element.
pub fn element_path(path: u64, index: u32) -> u64 {
    HASHER.hash_one((path, index))
}

impl Unbound {
    /// Forgets the line before.
    pub fn clear(&mut self) {
        self.few.clear();
        self.many = None;
    }

    /// Takes in a value with everything inside it.
    pub fn add(&mut self, document: Document<'_>, node: NodeId, path: u64) {
        let end = document.nodes[node].next as usize;
        match document.nodes[node].kind {
            Kind::Array if self.add_long_list(document, node, path) => {
                let (mut id, mut index) = (node + 1, 0);
                while id < end {
                    let is_object = document.nodes[id].kind == Kind::Object;
                    if is_object {
                        self.add(document, id, element_path(path, index));
                        index += 1;
                    }
                    id = if is_object { document.nodes[id].next as usize } else { id + 1 };
                }
            }
            Kind::Array if end > node + 1 => {
                for (element, index) in document.children(node).zip(0..) {
                    self.add(document, element, element_path(path, index));
                }
            }
            Kind::Object if end > node + 1 => {
                for member in document.children(node) {
                    self.add(document, member, member_path(path, &document.key(member)));
                }
            }
            _ => self.push(document, node, path),
        }
    }

    /// Takes in a list of which perhaps not every element is a node, except for its objects; does nothing and
    /// returns `false` for every other list.
    pub fn add_long_list(&mut self, document: Document<'_>, list: NodeId, path: u64) -> bool {
        let is_long = is_long_list(document, list);
        if is_long {
            self.push(document, list, path);
        }
        is_long
    }

    fn push(&mut self, document: Document<'_>, node: NodeId, path: u64) {
        let (kind, has_text) = match document.nodes[node].kind {
            Kind::Text => (0, true),
            Kind::Number => (1, true),
            Kind::True | Kind::False => (2, true),
            Kind::Null => (3, false),
            Kind::Object => (4, false),
            Kind::Array => (5, false),
        };
        let list_content = if is_long_list(document, node) { hash_list(document, node) } else { 0 };
        let span = has_text.then_some(document.nodes[node].span);
        let value = UnboundValue { identity: Identity { path, kind, list_content }, span };
        if self.many.is_none() && self.few.len() < MAX_KEPT {
            return self.few.push(value);
        }
        let hash = |value: &UnboundValue| {
            HASHER.hash_one((value.identity, value.span.map(|span| span.decode(document.text))))
        };
        let (count, sum) = self.many.get_or_insert_default();
        for value in self.few.drain(..).chain([value]) {
            (*count, *sum) = (*count + 1, sum.wrapping_add(hash(&value)));
        }
    }

    /// Adds the values to the content of the event.
    pub fn add_to(&mut self, spans: &mut Vec<Span>, index: &mut Index) {
        let Index { content, fixed_hash, .. } = index;
        if let Some(many) = self.many {
            *fixed_hash = HASHER.hash_one((*fixed_hash, many));
            return;
        }
        if self.few.is_empty() {
            return;
        }
        let mut hasher = HASHER.build_hasher();
        hasher.write_u64(*fixed_hash);
        self.few.sort_unstable_by_key(|value| value.identity);
        for same in self.few.chunk_by(|a, b| a.identity == b.identity) {
            for (value, nth) in same.iter().zip(0_u32..) {
                value.identity.hash(&mut hasher);
                if let Some(span) = value.span {
                    let slot = u32::try_from(spans.len()).unwrap_or(u32::MAX);
                    content.push(ContentValue { key: HASHER.hash_one((value.identity, nth)), slot });
                    spans.push(span);
                }
            }
        }
        *fixed_hash = hasher.finish();
    }
}

/// Whether it is a list of which perhaps not every element is a node.
fn is_long_list(document: Document<'_>, node: NodeId) -> bool {
    let end = document.nodes[node].next as usize;
    document.nodes[node].kind == Kind::Array && end > node + MAX_WITHOUT_OBJECT
}

/// Hash of what a list holds except for the objects that are nodes, whatever the white space. It reads the text, as
/// not every element of a long list is a node.
fn hash_list(document: Document<'_>, list: NodeId) -> u64 {
    let Document { text, nodes } = document;
    let mut hasher = HASHER.build_hasher();
    let mut hash = |from: usize, to: usize| {
        for (kind, span) in tokens(text, from..to) {
            match kind {
                TokenKind::Punctuation => hasher.write(span.raw(text).as_bytes()),
                TokenKind::Text => span.decode(text).hash(&mut hasher),
                TokenKind::Literal => (b'0', span.raw(text)).hash(&mut hasher),
            }
        }
    };
    let mut from = nodes[list].span.start as usize;
    for id in (list..nodes[list].next as usize).filter(|id| nodes[*id].kind == Kind::Object) {
        let (start, end) = (nodes[id].span.start as usize, nodes[id].span.end as usize);
        if start >= from {
            hash(from, start + 1);
            from = end;
        }
    }
    hash(from, nodes[list].span.end as usize);
    hasher.finish()
}
