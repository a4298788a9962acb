//! A vendor's own fields, by their paths in the JSON that was logged.

use std::borrow::Cow;

use super::value::Value;
use crate::json::{self, Document, Kind, Node, NodeId};

/// The path of a field: keys with dots between them, and numbers of elements, counted from 0.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// The path that a text is; `None` if a part of it is empty.
    pub fn new(text: &str) -> Option<Self> {
        let keys: Vec<_> = text.split('.').map(str::to_owned).collect();
        (!keys.iter().any(String::is_empty)).then_some(Self(keys))
    }

    /// Hands over all values that the path leads to, until one is accepted, and returns whether that happened. A key of
    /// the elements of a list is looked for in all of them, and a key with dots in it is found as well.
    pub fn any(&self, document: Document<'_>, accept: &mut dyn FnMut(NodeId) -> bool) -> bool {
        !document.nodes.is_empty() && descend(document, 0, &self.0, accept)
    }
}

fn descend(
    document: Document<'_>,
    node: NodeId,
    keys: &[String],
    accept: &mut dyn FnMut(NodeId) -> bool,
) -> bool {
    let Some((first, others)) = keys.split_first() else {
        return accept(node);
    };
    match document.nodes[node].kind {
        Kind::Array => match first.parse::<usize>() {
            Ok(index) => document
                .children(node)
                .nth(index)
                .is_some_and(|element| descend(document, element, others, accept)),
            Err(_) => document.children(node).any(|element| descend(document, element, keys, accept)),
        },
        Kind::Object => document.children(node).any(|member| {
            let key = document.key(member);
            (1..=keys.len()).any(|count| {
                let is_key = if count == 1 { key == **first } else { is_joined(&key, &keys[..count]) };
                is_key && descend(document, member, &keys[count..], accept)
            })
        }),
        _ => false,
    }
}

/// Whether a key is these with dots between them.
fn is_joined(key: &str, keys: &[String]) -> bool {
    key.contains('.') && key.split('.').eq(keys)
}

/// The values of a line.
pub fn nodes(text: &str) -> Vec<Node> {
    let mut nodes = Vec::new();
    // A line that is no JSON is no event.
    if json::parse(text, &mut nodes).is_err() {
        nodes.clear();
    }
    nodes
}

/// The value of a node.
pub fn value<'d>(document: Document<'d>, id: NodeId) -> Value<'d> {
    let node = document.nodes[id];
    match node.kind {
        Kind::Text => Value::Text(node.span.decode(document.text)),
        Kind::True => Value::Flag(true),
        Kind::False => Value::Flag(false),
        Kind::Null => Value::Null,
        Kind::Number => number(node.span.raw(document.text)),
        Kind::Array | Kind::Object => Value::Container(document, id),
    }
}

fn number(text: &str) -> Value<'static> {
    match text.parse() {
        Ok(number) => Value::Integer(number),
        Err(_) => text.parse().map_or(Value::Null, Value::Float),
    }
}

/// The elements of a list, or the keys of an object.
pub fn contents<'d>(document: Document<'d>, id: NodeId) -> impl Iterator<Item = Value<'d>> {
    let is_list = document.nodes[id].kind == Kind::Array;
    document.children(id).map(move |child| {
        if is_list {
            value(document, child)
        } else {
            Value::Text(Cow::Owned(document.key(child).into_owned()))
        }
    })
}
