//! Binds a parsed line to its source's table: which value is which field, and what is missing,
//! mistyped or unknown.

mod action;
mod canonical;
mod context;
pub mod index;
mod lists;
mod metadata;
mod parts;
mod problems;
mod shares;
mod unbound;

use crate::json::{Document, Kind, NodeId, Span};
use crate::model::diagnostic::AMBIGUOUS_EVENT;
use crate::model::diagnostics::Diagnostics;
use crate::model::fields::{Binding, FieldId, Fields, Index};
use crate::reader::values;
use crate::sources::{Action, Field, FieldKind, Source, Tree, Wrapper};
use action::{Sso, action};
pub use canonical::CanonicalValue;
use context::BindContext;
use shares::Share;
use unbound::Unbound;

/// No object of a table has more documented members.
const MAX_MEMBERS: usize = 64;

/// The values of a bound line.
#[derive(Default)]
pub struct Bound {
    /// Where they are: first those of fields, then those unbound values that [`Index::content`] refers to.
    pub spans: Vec<Span>,
    /// Which value is which field, in the order of the line.
    pub bindings: Vec<Binding>,
    /// Lookup tables over the bindings.
    pub index: Index,
    /// The values in the canonical form of the content, in its order.
    pub canonical_values: Vec<CanonicalValue>,
    unbound: Unbound,
    /// For each node what of it belongs to the content; empty if digests are not wanted.
    shares: Vec<Share>,
}

impl Bound {
    /// The values of the line that this text is.
    pub fn fields<'a>(&'a self, text: &'a str) -> Fields<'a> {
        Fields { text, spans: &self.spans, bindings: &self.bindings, index: &self.index }
    }
}

/// Binds the line and returns its documented action; every structural problem becomes a diagnostic.
pub fn bind(
    source: &'static Source,
    document: Document<'_>,
    diagnostics: &mut Diagnostics<'_>,
    bound: &mut Bound,
) -> Option<&'static Action> {
    bound.bindings.clear();
    bound.spans.clear();
    bound.unbound.clear();
    let layers = source.layers(document);
    let event = layers.last().map_or(0, |(_, event)| *event);
    if let Some(other) = source.other_event(document, event) {
        diagnostics.add(&AMBIGUOUS_EVENT, document.key_span(other.member), |diagnostic| {
            let read = if other.member == event { "what is in it" } else { "the object around it" };
            let sources = match other.source {
                Some(other) if other.name == source.name => format!("two events of {}", source.name),
                Some(other) => format!("an event of {} and one of {}", source.name, other.name),
                None => "two events".to_owned(),
            };
            diagnostic.message =
                format!("`{}` makes the line {sources}, of which {read} is read", diagnostic.path);
            diagnostic.expected = Some("one event a line".to_owned());
        });
    }
    let (action, sso) = action(source, document, event, diagnostics);
    let tree = source.tree_of(action);
    let mut binder = Binder { source, tree, document, diagnostics, bound, sso };
    let mut outer = 0;
    for (wrapper, inner) in &layers {
        binder.envelope(wrapper, outer, *inner);
        outer = *inner;
    }
    binder.object(event, tree, BindContext::TOP);
    binder.needs_time(event);
    if let Some(action) = action {
        binder.needs(action, event);
    }
    index::fill(source, document.text, binder.bound);
    binder.write_content(&layers);
    bound.unbound.add_to(&mut bound.spans, &mut bound.index);
    action
}

struct Binder<'b, 'a, 'd> {
    source: &'static Source,
    /// The fields that events of the action may have.
    tree: &'static Tree,
    document: Document<'a>,
    diagnostics: &'b mut Diagnostics<'d>,
    bound: &'b mut Bound,
    sso: Sso,
}

impl Binder<'_, '_, '_> {
    /// Binds the members beside a wrapped event: the few fields that may stand there, none of them required.
    fn envelope(&mut self, wrapper: &Wrapper, outer: NodeId, inner: NodeId) {
        let tree = self.tree;
        let is_in_envelope =
            |child: &Tree| child.field.is_some_and(|id| self.source.fields[id as usize].in_envelope);
        let (known, other): (Vec<_>, Vec<_>) =
            self.document.children(outer).filter(|member| *member != inner).partition(|member| {
                tree.member(&self.document.key(*member)).is_some_and(|(_, child)| is_in_envelope(child))
            });
        self.members(known.into_iter(), tree, BindContext::TOP);
        for member in other {
            if !wrapper.beside.contains(&&*self.document.key(member)) {
                self.unknown(member, tree);
            }
        }
    }

    fn object(&mut self, object: NodeId, tree: &Tree, context: BindContext) {
        let seen = self.members(self.document.children(object), tree, context);
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
        context: BindContext,
    ) -> [Option<NodeId>; MAX_MEMBERS] {
        let mut seen = [None::<NodeId>; MAX_MEMBERS];
        for member in members {
            let Some(index) = self.member(member, tree, context) else {
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
    fn member(&mut self, member: NodeId, tree: &Tree, context: BindContext) -> Option<usize> {
        let key = self.document.key(member);
        let Some((index, child)) = tree.member(&key) else {
            // No document lists what else the data of an unknown action may have.
            let is_open = tree.field.is_some_and(|id| {
                let kind = self.source.fields[usize::from(id)].kind;
                matches!(kind, FieldKind::OpenObject | FieldKind::Any)
            });
            if !is_open && (self.sso == Sso::Known || !tree.is_sso_only) {
                self.unknown(member, tree);
            }
            if let Some(limits) = context.metadata {
                self.metadata_member(member, limits);
            }
            self.add_unbound(member, unbound::member_path(context.path, &key));
            return None;
        };
        let field = &self.source.fields[child.field? as usize];
        if field.sso_only && !self.may_bind(member, field) {
            self.leave_unbound(member, child, context);
            return Some(index);
        }
        self.value(member, child, context);
        if let Some(limits) = context.metadata {
            self.metadata_length(member, limits);
        }
        Some(index)
    }

    /// Whether a member is what a field of events about connections stands for in this event.
    fn may_bind(&self, node: NodeId, field: &Field) -> bool {
        let text = || self.document.string(node).unwrap_or_default();
        self.sso == Sso::Known
            || self.sso == Sso::Possible
                && field.kind.is_of(self.document.nodes[node].kind)
                && field.expects.iter().all(|expect| values::is_possible(expect, &text()))
    }

    /// Takes in a value that does not become a field, although it is at a field's path.
    fn leave_unbound(&mut self, node: NodeId, tree: &Tree, context: BindContext) {
        self.add_unbound(node, unbound::member_path(context.path, tree.key));
    }

    /// Binds the value of a field in the object that `context` describes.
    fn value(&mut self, node: NodeId, tree: &Tree, context: BindContext) {
        let Some(id) = tree.field else {
            return;
        };
        let field = &self.source.fields[id as usize];
        let Document { text, nodes } = self.document;
        match (field.kind, nodes[node].kind) {
            (FieldKind::Text | FieldKind::TextOrInteger, Kind::Text)
            | (FieldKind::Flag, Kind::True | Kind::False)
            | (FieldKind::Any, Kind::Text | Kind::Number | Kind::True | Kind::False) => {
                self.put(id, node, context);
                self.parts(tree, node, context);
            }
            (FieldKind::Any, Kind::Array) => self.any_list(node, tree, context),
            (FieldKind::Integer | FieldKind::TextOrInteger, Kind::Number)
                if is_integer(nodes[node].span.raw(text)) =>
            {
                self.put(id, node, context);
            }
            (
                FieldKind::Object | FieldKind::OpenObject | FieldKind::Any | FieldKind::Metadata(_),
                Kind::Object,
            )
            | (FieldKind::List, Kind::Array) => {
                self.container(node, tree, context);
            }
            (_, Kind::Null) if !field.required && context.metadata.is_none() => {
                // Whoever delivers an event may leave out what is null or not.
                if !field.is_delivery_metadata && !field.in_envelope {
                    self.leave_unbound(node, tree, context);
                }
            }
            // Any scalar may stand in metadata.
            (FieldKind::Text, Kind::Number | Kind::True | Kind::False)
                if context.metadata.is_some() && !field.required =>
            {
                self.leave_unbound(node, tree, context);
                // What gives an attribute must not vanish because of its type.
                if field.attribute.is_some() {
                    self.put(id, node, context);
                    self.odd_type(node);
                }
            }
            _ => self.wrong_type(node, field.kind.name()),
        }
    }

    /// Binds what is in an object or list; an empty one is a value by itself.
    fn container(&mut self, node: NodeId, tree: &Tree, context: BindContext) {
        let path = unbound::member_path(context.path, tree.key);
        let inner = BindContext { path, ..context };
        match tree.field.map(|id| self.source.fields[id as usize].kind) {
            Some(FieldKind::Metadata(limits)) => {
                self.metadata_keys(node, limits);
                self.object(node, tree, BindContext { metadata: Some(limits), ..inner });
            }
            Some(FieldKind::List) => self.list(node, tree, inner),
            _ if tree.members.is_empty() || (tree.is_sso_only && self.sso == Sso::No) => {
                self.leave_members_unbound(node, tree, path);
            }
            _ => self.object(node, tree, inner),
        }
        if self.document.nodes[node].next as usize == node + 1 {
            self.leave_unbound(node, tree, context);
        }
    }

    /// Takes in the members of an object that is not looked into; those of the tree in one spelling.
    fn leave_members_unbound(&mut self, object: NodeId, tree: &Tree, path: u64) {
        for member in self.document.children(object) {
            let key = self.document.key(member);
            let key = tree.member(&key).map_or(&*key, |(_, child)| child.key);
            self.add_unbound(member, unbound::member_path(path, key));
        }
    }

    fn add_unbound(&mut self, node: NodeId, path: u64) {
        self.bound.unbound.add(self.document, node, path);
        self.share_whole(node);
    }

    #[inline]
    fn put(&mut self, field: FieldId, node: NodeId, context: BindContext) {
        self.share_bound(node);
        self.put_span(field, self.document.nodes[node].span, context);
    }

    fn put_span(&mut self, field: FieldId, span: Span, context: BindContext) {
        let slot = u32::try_from(self.bound.spans.len()).unwrap_or(u32::MAX);
        self.bound.spans.push(span);
        let BindContext { element, is_primary, .. } = context;
        self.bound.bindings.push(Binding { field, element, slot, is_primary });
    }
}

/// JSON Schema's integer: `2`, also `2.0`.
fn is_integer(number: &str) -> bool {
    let is_fraction = number.contains(['.', 'e', 'E']);
    !is_fraction || number.parse::<f64>().is_ok_and(|value| value.fract() == 0.0)
}
