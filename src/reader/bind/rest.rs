//! What a line says besides the fields that its source's table knows: whether two events say the same
//! depends on that as well.
//!
//! A value is told by the hash of its path from the event's root, with keys decoded and those of the table
//! in one spelling, so that neither the order of members nor a wrapper matters. As long as there are few, a
//! line of the same skeleton needs only their places; of more, only a sum is kept, and no skeleton is
//! learned.

use std::hash::{BuildHasher, Hash, Hasher};
use std::sync::LazyLock;

use foldhash::quality::RandomState;

use crate::json::{Document, Kind, MOST_WITHOUT_OBJECT, NodeId};
use crate::model::fields::{Index, Said, Span};
use crate::sources::Tree;

/// More than this are added up: no line with so many values is learned.
const MOST: usize = 512;

/// One key for the process: readers have to agree.
pub static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

/// Values of a line that are bound to no field.
#[derive(Default)]
pub struct Rest {
    few: Vec<Loose>,
    /// Once there are too many: how many there are, and the sum of their hashes.
    many: Option<(u64, u64)>,
}

/// A value that is bound to no field, or an object or array with nothing in it.
struct Loose {
    path: u64,
    sort: u8,
    /// Of a long list the hash of what it holds besides objects, otherwise 0.
    content: u64,
    /// Where it is, if it is a text, number or flag.
    span: Option<Span>,
}

/// The path of a member.
pub fn inside(path: u64, key: &str) -> u64 {
    HASHER.hash_one((path, key))
}

/// The path of an element.
pub fn nth(path: u64, index: u32) -> u64 {
    HASHER.hash_one((path, index))
}

impl Rest {
    /// Forgets the line before.
    pub fn clear(&mut self) {
        self.few.clear();
        self.many = None;
    }

    /// Takes in all of a value.
    pub fn add(&mut self, document: Document<'_>, node: NodeId, path: u64) {
        let at = document.nodes[node];
        match at.kind {
            Kind::Array if self.is_long(document, node, path) => {
                let (mut id, mut index) = (node + 1, 0);
                while id < at.next as usize {
                    let is_object = document.nodes[id].kind == Kind::Object;
                    if is_object {
                        self.add(document, id, nth(path, index));
                        index += 1;
                    }
                    id = if is_object { document.nodes[id].next as usize } else { id + 1 };
                }
            }
            Kind::Array if at.next as usize > node + 1 => {
                for (element, index) in document.children(node).zip(0..) {
                    self.add(document, element, nth(path, index));
                }
            }
            Kind::Object if at.next as usize > node + 1 => self.members(document, node, None, path),
            _ => self.push(document, node, path, 0),
        }
    }

    /// Takes in the members of an object; what the tree knows has one spelling.
    pub fn members(&mut self, document: Document<'_>, object: NodeId, tree: Option<&Tree>, path: u64) {
        for member in document.children(object) {
            let key = document.key(member);
            let known = tree.and_then(|tree| tree.member(&key)).map(|(_, child)| child.key);
            self.add(document, member, inside(path, known.unwrap_or(&key)));
        }
    }

    /// Whether of a list perhaps not every element is remembered. If so, it is taken in but for its objects.
    pub fn is_long(&mut self, document: Document<'_>, list: NodeId, path: u64) -> bool {
        let is_long = document.nodes[list].next as usize > list + MOST_WITHOUT_OBJECT;
        if is_long {
            self.push(document, list, path, tokens(document, list));
        }
        is_long
    }

    fn push(&mut self, document: Document<'_>, node: NodeId, path: u64, content: u64) {
        let at = document.nodes[node];
        let (sort, has_text) = match at.kind {
            Kind::Text => (0, true),
            Kind::Number => (1, true),
            Kind::True | Kind::False => (2, true),
            Kind::Null => (3, false),
            Kind::Object => (4, false),
            Kind::Array => (5, false),
        };
        let loose = Loose { path, sort, content, span: has_text.then_some(at.span) };
        if self.many.is_none() && self.few.len() < MOST {
            return self.few.push(loose);
        }
        let hash = |loose: &Loose| {
            let text = loose.span.map(|span| span.decode(document.text));
            HASHER.hash_one((loose.path, loose.sort, loose.content, text))
        };
        let (count, sum) = self.many.get_or_insert_default();
        for loose in self.few.drain(..).chain([loose]) {
            (*count, *sum) = (*count + 1, sum.wrapping_add(hash(&loose)));
        }
    }

    /// Adds it to what the event says.
    pub fn settle(&mut self, spans: &mut Vec<Span>, index: &mut Index) {
        let Index { said, fixed, .. } = index;
        if let Some(many) = self.many {
            *fixed = HASHER.hash_one((*fixed, many));
            return;
        }
        if self.few.is_empty() {
            return;
        }
        let mut hasher = HASHER.build_hasher();
        hasher.write_u64(*fixed);
        self.few.sort_unstable_by_key(|loose| (loose.path, loose.sort, loose.content));
        let what = |loose: &Loose| (loose.path, loose.sort, loose.content);
        for equal in self.few.chunk_by(|a, b| what(a) == what(b)) {
            for (loose, nth) in equal.iter().zip(0_u32..) {
                what(loose).hash(&mut hasher);
                if let Some(span) = loose.span {
                    let slot = u32::try_from(spans.len()).unwrap_or(u32::MAX);
                    said.push(Said { key: HASHER.hash_one((what(loose), nth)), slot });
                    spans.push(span);
                }
            }
        }
        *fixed = hasher.finish();
    }
}

/// Hash of what a list holds but for the objects that are nodes, whatever the white space: of a long one not every
/// element is a node.
fn tokens(document: Document<'_>, list: NodeId) -> u64 {
    let Document { text, nodes } = document;
    let mut hasher = HASHER.build_hasher();
    let objects = (list..nodes[list].next as usize).filter(|id| nodes[*id].kind == Kind::Object);
    let mut objects = objects.map(|id| nodes[id].span).peekable();
    let (mut at, end) = (nodes[list].span.start as usize, nodes[list].span.end as usize);
    let bytes = text.as_bytes();
    while at < end {
        let start = at;
        match bytes[at] {
            b' ' | b'\t' | b'\r' | b'\n' => at += 1,
            b'{' => {
                while objects.next_if(|span| (span.start as usize) < at).is_some() {}
                let remembered = objects.next_if(|span| span.start as usize == at);
                at = remembered.map_or(at + 1, |span| span.end as usize);
                hasher.write_u8(b'{');
            }
            b'"' => {
                let mut escaped = false;
                at += 1;
                while at < end && bytes[at] != b'"' {
                    escaped |= bytes[at] == b'\\';
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                Span { start: start as u32 + 1, end: at as u32, escaped }.decode(text).hash(&mut hasher);
                at += 1;
            }
            b'[' | b']' | b',' | b'}' | b':' => {
                hasher.write_u8(bytes[at]);
                at += 1;
            }
            _ => {
                let is_over = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b',' | b']' | b'}');
                at += bytes[at..end].iter().position(is_over).unwrap_or(end - at);
                hasher.write_u8(b'0');
                bytes[start..at].hash(&mut hasher);
            }
        }
    }
    hasher.finish()
}
