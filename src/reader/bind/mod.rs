//! Binds a parsed line to its source's table: which value is which field, and what is missing,
//! of another type, or known to no document.

mod action;
mod index;
mod metadata;
mod rest;

use crate::json::{Document, Kind, NodeId, Span, push_key};
use crate::model::diagnostic::{
    AMBIGUOUS_EVENT, DUPLICATE_KEY, MISSING_FIELD, ODD_TYPE, UNKNOWN_FIELD, WRONG_TYPE,
};
use crate::model::diagnostics::Diagnostics;
use crate::model::fields::{Binding, FieldId, Index};
use crate::model::operation::Operation;
use crate::reader::values;
use crate::sources::{Action, Field, FieldKind, Source, Tree};
use crate::text::suggest::nearest;
use action::{Sso, action};
use rest::Rest;

/// No object of a table has more documented members.
const MOST_MEMBERS: usize = 64;

/// A bound line.
#[derive(Default)]
pub struct Bound {
    /// Where the bound values are.
    /// Behind them those of other values, which [`Index::said`] knows.
    pub spans: Vec<Span>,
    /// Which value is which field, in the order of the line.
    pub bindings: Vec<Binding>,
    /// What is where among them.
    pub index: Index,
    rest: Rest,
}

/// Binds the line and returns its operation; every structural problem becomes a finding.
pub fn bind(
    source: &'static Source,
    document: Document<'_>,
    sink: &mut Diagnostics<'_>,
    bound: &mut Bound,
) -> Operation {
    bound.bindings.clear();
    bound.spans.clear();
    bound.rest.clear();
    let event = source.event_root(document);
    if let Some(doubt) = source.doubt(document, event) {
        let key = document.nodes[doubt].key.unwrap_or(document.nodes[doubt].span);
        sink.add(&AMBIGUOUS_EVENT, key, |finding| {
            let read = if doubt == event { "what is in it" } else { "the object around it" };
            finding.message =
                format!("`{}` makes the line two events, of which {read} is read", finding.path);
            finding.expected = Some("one event a line".to_owned());
        });
    }
    let (action, sso) = action(source, document, event, sink);
    let mut binder = Binder { source, document, sink, bound, sso };
    if event != 0 {
        binder.envelope(event);
    }
    binder.object(event, &source.tree, At::TOP);
    if let Some(action) = action {
        binder.needs(action, event);
    }
    let Bound { spans, bindings, index, rest } = bound;
    index::fill(source, bindings, index);
    rest.settle(spans, index);
    action.map_or(Operation::Other, |action| action.operation)
}

/// Where in the event an object is.
#[derive(Clone, Copy)]
struct At {
    element: u32,
    is_primary: bool,
    in_metadata: bool,
    /// Its path; see [`rest`].
    path: u64,
}

impl At {
    const TOP: Self = Self { element: 0, is_primary: true, in_metadata: false, path: 0 };
}

struct Binder<'b, 'a, 's> {
    source: &'static Source,
    document: Document<'a>,
    sink: &'b mut Diagnostics<'s>,
    bound: &'b mut Bound,
    sso: Sso,
}

impl Binder<'_, '_, '_> {
    /// Members beside a wrapped event: the few fields that may stand there, none of them required.
    fn envelope(&mut self, event: NodeId) {
        let tree = &self.source.tree;
        let is_outside =
            |child: &Tree| child.field.is_some_and(|id| self.source.fields[id as usize].in_envelope);
        let (known, other): (Vec<_>, Vec<_>) =
            self.document.children(0).filter(|member| *member != event).partition(|member| {
                tree.member(&self.document.key(*member)).is_some_and(|(_, child)| is_outside(child))
            });
        self.members(known.into_iter(), tree, At::TOP);
        for member in other {
            self.unknown(member, tree);
        }
    }

    fn object(&mut self, object: NodeId, tree: &Tree, at: At) {
        let seen = self.members(self.document.children(object), tree, at);
        for (index, member) in tree.members.iter().enumerate() {
            let field = member.field.map(|id| &self.source.fields[id as usize]);
            if let Some(field) = field
                && field.required
                && seen[index].is_none()
                && (self.sso == Sso::Known || !field.sso_only)
            {
                self.missing(object, field);
            }
        }
    }

    /// Binds members and returns which member is which child of the tree.
    fn members(
        &mut self,
        members: impl Iterator<Item = NodeId>,
        tree: &Tree,
        at: At,
    ) -> [Option<NodeId>; MOST_MEMBERS] {
        let mut seen = [None::<NodeId>; MOST_MEMBERS];
        for member in members {
            let Some(index) = self.member(member, tree, at) else {
                continue;
            };
            let key = self.document.key(member);
            if seen[index].is_some_and(|earlier| self.document.key(earlier) != key) {
                self.duplicate_alias(member);
            }
            seen[index] = Some(member);
        }
        seen
    }

    /// Binds a member and returns which child of the tree it is.
    fn member(&mut self, member: NodeId, tree: &Tree, at: At) -> Option<usize> {
        let key = self.document.key(member);
        let Some((index, child)) = tree.member(&key) else {
            // No document lists what else the data of an unknown action may have.
            if self.sso == Sso::Known || !tree.is_sso_only {
                self.unknown(member, tree);
            }
            if at.in_metadata {
                self.metadata_value(member);
            }
            self.bound.rest.add(self.document, member, rest::inside(at.path, &key));
            return None;
        };
        let id = child.field?;
        let field = &self.source.fields[id as usize];
        if field.sso_only && !self.binds(member, field) {
            self.rest(member, child, at);
            return Some(index);
        }
        self.value(member, id, child, at);
        if at.in_metadata {
            self.metadata_length(member);
        }
        Some(index)
    }

    /// Whether a field of events about connections is one here.
    fn binds(&self, node: NodeId, field: &Field) -> bool {
        let text = || self.document.string(node).unwrap_or_default();
        self.sso == Sso::Known
            || self.sso == Sso::Possible
                && field.kind.is_of(self.document.nodes[node].kind)
                && field.expects.iter().all(|expect| values::is_possible(expect, &text()))
    }

    /// Takes in a value that is no field, although its place is one's.
    fn rest(&mut self, node: NodeId, tree: &Tree, at: At) {
        self.bound.rest.add(self.document, node, rest::inside(at.path, tree.key));
    }

    /// `at` is where the object is that has the value.
    fn value(&mut self, node: NodeId, id: FieldId, tree: &Tree, at: At) {
        let field = &self.source.fields[id as usize];
        let kind = self.document.nodes[node].kind;
        let span = self.document.nodes[node].span;
        match (field.kind, kind) {
            (FieldKind::Text, Kind::Text) | (FieldKind::Flag, Kind::True | Kind::False) => {
                self.put(id, at, span);
            }
            (FieldKind::Integer, Kind::Number) if is_integer(span.raw(self.document.text)) => {
                self.put(id, at, span);
            }
            (FieldKind::Object, Kind::Object) if tree.is_sso_only && self.sso == Sso::No => {
                let path = rest::inside(at.path, tree.key);
                self.bound.rest.members(self.document, node, Some(tree), path);
                self.if_hollow(node, tree, at);
            }
            (FieldKind::Object, Kind::Object) => {
                self.object(node, tree, At { path: rest::inside(at.path, tree.key), ..at });
                self.if_hollow(node, tree, at);
            }
            (FieldKind::Metadata, Kind::Object) => {
                self.metadata_keys(node);
                let path = rest::inside(at.path, tree.key);
                self.object(node, tree, At { in_metadata: true, path, ..at });
                self.if_hollow(node, tree, at);
            }
            (FieldKind::List, Kind::Array) => {
                self.list(node, tree, rest::inside(at.path, tree.key));
                self.if_hollow(node, tree, at);
            }
            (_, Kind::Null) if !field.required && !at.in_metadata => {
                // Whoever delivers an event may leave out what is null or not.
                if !field.is_delivery_metadata && !field.in_envelope {
                    self.rest(node, tree, at);
                }
            }
            // WorkOS allows any scalar in metadata.
            (FieldKind::Text, Kind::Number | Kind::True | Kind::False)
                if at.in_metadata && !field.required =>
            {
                self.rest(node, tree, at);
                // What means something must not vanish because of its type.
                if field.means.is_some() {
                    self.put(id, at, span);
                    self.odd_type(node);
                }
            }
            _ => self.wrong_type(node, field.kind.name()),
        }
    }

    /// An object or list with nothing in it.
    fn if_hollow(&mut self, node: NodeId, tree: &Tree, at: At) {
        if self.document.nodes[node].next as usize == node + 1 {
            self.rest(node, tree, at);
        }
    }

    fn put(&mut self, field: FieldId, at: At, span: Span) {
        let slot = u32::try_from(self.bound.spans.len()).unwrap_or(u32::MAX);
        self.bound.spans.push(span);
        self.bound.bindings.push(Binding { field, element: at.element, slot, is_primary: at.is_primary });
    }

    fn list(&mut self, list: NodeId, tree: &Tree, path: u64) {
        self.bound.rest.is_long(self.document, list, path);
        let mut met = vec![false; tree.elements.len()];
        for (index, item) in self.document.children(list).enumerate() {
            if self.document.nodes[item].kind != Kind::Object {
                self.wrong_type(item, "an object");
                continue;
            }
            let kind = self.document.member(item, "type").and_then(|id| self.document.string(id));
            if let Some((kind, element)) = tree.element(kind.as_deref()) {
                let is_primary = !std::mem::replace(&mut met[kind], true);
                let index = u32::try_from(index).unwrap_or(u32::MAX);
                let path = rest::nth(path, index);
                self.object(item, element, At { element: index, is_primary, in_metadata: false, path });
            }
        }
    }

    fn needs(&mut self, action: &Action, event: NodeId) {
        let Some(kind) = action.needs else {
            return;
        };
        let lists = self.source.fields.iter().filter(|field| field.kind == FieldKind::List);
        for field in lists {
            let Some(list) = self.document.member(event, field.key()) else {
                continue;
            };
            let is_wanted = |item: NodeId| {
                let id = self.document.member(item, "type");
                id.and_then(|id| self.document.string(id)).is_some_and(|text| text == kind)
            };
            if self.document.nodes[list].kind == Kind::Array && !self.document.children(list).any(is_wanted) {
                self.sink.add(&MISSING_FIELD, self.document.nodes[list].span, |finding| {
                    finding.message = format!("`{}` has no element of type `{kind}`", finding.path);
                    finding.found = None;
                    finding.expected =
                        Some(format!("one with \"type\":\"{kind}\" in a `{}` event", action.name));
                });
            }
        }
    }

    fn missing(&mut self, object: NodeId, field: &Field) {
        let start = self.document.nodes[object].span.start;
        let brace = Span { start, end: start + 1, escaped: false };
        self.sink.add(&MISSING_FIELD, brace, |finding| {
            push_key(&mut finding.path, field.key());
            finding.message = format!("missing required field `{}`", finding.path);
            finding.found = None;
            let spelling = field.alias.map_or(String::new(), |alias| format!(", also spelled `{alias}`"));
            finding.expected = Some(format!("{}: {}{spelling}", field.kind.name(), field.about));
        });
    }

    fn wrong_type(&mut self, node: NodeId, expected: &str) {
        let node = self.document.nodes[node];
        let found = match node.kind {
            Kind::Number if expected == "an integer" => "a fraction",
            kind => kind.name(),
        };
        self.sink.add(&WRONG_TYPE, node.span, |finding| {
            finding.message = format!("`{}` is {found}, expected {expected}", finding.path);
            finding.expected = Some(expected.to_owned());
        });
    }

    fn odd_type(&mut self, node: NodeId) {
        let node = self.document.nodes[node];
        self.sink.add(&ODD_TYPE, node.span, |finding| {
            finding.message = format!(
                "`{}` is {}, expected a string; it counts as written",
                finding.path,
                node.kind.name()
            );
            finding.expected = Some("a string".to_owned());
        });
    }

    fn duplicate_alias(&mut self, member: NodeId) {
        let key = self.document.nodes[member].key.unwrap_or(self.document.nodes[member].span);
        self.sink.add(&DUPLICATE_KEY, key, |finding| {
            finding.message =
                format!("{} gives a field that another spelling gives already", finding.quoted());
            finding.expected = Some("each field once".to_owned());
        });
    }

    fn unknown(&mut self, member: NodeId, tree: &Tree) {
        if !self.sink.notices {
            return;
        }
        let key = self.document.key(member);
        let known = tree.members.iter().map(|member| member.key);
        let span = self.document.nodes[member].key.unwrap_or(self.document.nodes[member].span);
        self.sink.add(&UNKNOWN_FIELD, span, |finding| {
            finding.message = format!("`{}` is no documented field", finding.path);
            finding.nearest = nearest(&key, known);
        });
    }
}

/// JSON Schema's integer: `2`, also `2.0`.
fn is_integer(number: &str) -> bool {
    let is_fraction = number.contains(['.', 'e', 'E']);
    !is_fraction || number.parse::<f64>().is_ok_and(|value| value.fract() == 0.0)
}
