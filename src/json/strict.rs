//! JSON files that users keep, read strictly: a file that is half understood would decide wrongly.

use crate::json::{Document, Kind, Node, NodeId, parse};
use crate::text::suggest::unknown;

/// What is wrong with a file.
pub struct Problem {
    /// The byte of the text at which it is wrong.
    pub offset: usize,
    /// What is wrong there.
    pub message: String,
}

/// Parses the text of a file into `nodes`.
pub fn document<'a>(text: &'a str, nodes: &'a mut Vec<Node>) -> Result<Document<'a>, Problem> {
    parse(text, nodes).map_err(|fault| {
        let expected = fault.expected.unwrap_or("less nesting");
        Problem { offset: fault.offset, message: format!("this is not JSON: expected {expected}") }
    })?;
    Ok(Document { text, nodes })
}

/// The members of an object that should have exactly the keys given.
pub struct Members<const N: usize> {
    keys: [&'static str; N],
    /// The value of each key, `None` where it is missing.
    pub values: [Option<NodeId>; N],
    /// Other keys, and keys that are there twice, in the order of the text.
    pub problems: Vec<Problem>,
}

impl<const N: usize> Members<N> {
    /// The members of an object.
    pub fn of(document: Document<'_>, object: NodeId, keys: [&'static str; N]) -> Self {
        let mut members = Self { keys, values: [None; N], problems: Vec::new() };
        for member in document.children(object) {
            let key = document.key(member);
            let message = match keys.iter().position(|expected| **expected == *key) {
                Some(at) if members.values[at].is_none() => {
                    members.values[at] = Some(member);
                    continue;
                }
                Some(_) => format!("key `{key}` is there twice"),
                None => unknown("key", &key, keys),
            };
            members.problems.push(Problem { offset: key_start(document, member), message });
        }
        members
    }

    /// The keys that are missing.
    pub fn missing(&self) -> impl Iterator<Item = &'static str> {
        self.keys.into_iter().zip(self.values).filter(|(_, value)| value.is_none()).map(|(key, _)| key)
    }

    /// The value of every key, if none is missing.
    pub fn complete(&self) -> Option<[NodeId; N]> {
        let is_complete = self.values.iter().all(Option::is_some);
        is_complete.then(|| self.values.map(Option::unwrap_or_default))
    }
}

/// The byte at which a value begins, with its quote.
pub fn start(document: Document<'_>, value: NodeId) -> usize {
    let node = document.nodes[value];
    node.span.start as usize - usize::from(node.kind == Kind::Text)
}

fn key_start(document: Document<'_>, member: NodeId) -> usize {
    document.nodes[member].key.map_or(0, |key| key.start as usize - 1)
}
