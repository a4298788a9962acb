//! Writes the canonical form of an event's content, which [`content`](crate::model::content) describes.

use std::borrow::Cow;
use std::ops::Range;

use crate::json::{Document, Kind, Node, NodeId, Span, TokenKind, tokens};
use crate::model::attribute::ATTRIBUTES;
use crate::model::content::{CanonicalContent, FORM, push_text, push_value};
use crate::model::fields::Fields;
use crate::reader::bind::Binder;
use crate::reader::bind::index::is_content;
use crate::reader::bind::shares::Share;
use crate::sources::{FieldKind, Source, Tree, Wrapper};
use crate::text::cut::truncate;

/// A value in the canonical form of a line.
#[derive(Clone, Debug)]
pub struct CanonicalValue {
    /// Its bytes in the form, without quotes.
    pub place: Range<u32>,
    /// Where it is in the line.
    pub span: Span,
    /// Its binding, if it is the value of a field.
    pub binding: Option<u32>,
}

impl Binder<'_, '_, '_> {
    /// Writes the form up to the time, if digests are wanted and the event may be valid.
    pub(super) fn write_content(&mut self, layers: &[(&Wrapper, NodeId)]) {
        if self.bound.shares.is_empty() || self.diagnostics.is_invalid() {
            return;
        }
        let (source, document) = (self.source, self.document);
        let values = std::mem::take(&mut self.bound.canonical_values);
        let (fields, shares) = (self.bound.fields(document.text), &*self.bound.shares);
        let mut writer = Writer { source, document, fields, shares, values, form: String::new() };
        writer.form.push_str(&format!("[\"{FORM}\",\"{}\",", source.name));
        writer.event(layers, self.tree);
        writer.form.push(',');
        writer.delivered();
        writer.form.push(',');
        let Writer { values, form, .. } = writer;
        self.bound.canonical_values = values;
        self.bound.index.canonical = Some(CanonicalContent { text: form, slots: Vec::new() });
    }
}

struct Writer<'b, 'a> {
    source: &'static Source,
    document: Document<'a>,
    fields: Fields<'b>,
    shares: &'b [Share],
    values: Vec<CanonicalValue>,
    form: String,
}

/// A member of an object that is written.
struct Member<'a> {
    key: Cow<'a, str>,
    node: NodeId,
    /// What the table says about it.
    tree: Option<&'static Tree>,
}

impl<'a> Writer<'_, 'a> {
    fn event(&mut self, layers: &[(&Wrapper, NodeId)], tree: &'static Tree) {
        let (mut members, mut event) = (Vec::new(), 0);
        for (_, inner) in layers {
            let is_shared = |member: &Member<'_>| self.shares[member.node] != Share::Inside;
            members.extend(self.members(event, Some(tree)).filter(is_shared));
            event = *inner;
        }
        members.extend(self.members(event, Some(tree)));
        self.object(members);
    }

    /// The texts for the attributes that the delivery may give.
    fn delivered(&mut self) {
        let fields = self.source.fields.iter().filter(|field| field.is_delivery_metadata);
        let mut attributes: Vec<_> = fields.filter_map(|field| field.attribute).collect();
        attributes.sort_unstable_by_key(|attribute| ATTRIBUTES[*attribute as usize].name);
        attributes.dedup();
        self.form.push('{');
        let mut separator = "";
        for attribute in attributes {
            let slot = self.fields.index.best[attribute as usize];
            if let Some(span) = self.fields.spans.get(slot as usize) {
                self.form.push_str(&format!("{separator}\"{}\":", ATTRIBUTES[attribute as usize].name));
                self.quoted(*span, Some(slot));
                separator = ",";
            }
        }
        self.form.push('}');
    }

    /// The members of an object, whose keys are in the spelling of the table.
    fn members(
        &self,
        object: NodeId,
        tree: Option<&'static Tree>,
    ) -> impl Iterator<Item = Member<'a>> + use<'a> {
        let document = self.document;
        document.children(object).map(move |node| {
            let key = document.key(node);
            match tree.and_then(|tree| tree.member(&key)) {
                Some((_, tree)) => Member { key: Cow::Borrowed(tree.key), node, tree: Some(tree) },
                None => Member { key, node, tree: None },
            }
        })
    }

    /// Writes an object and returns whether it has a member that belongs to the content.
    fn object(&mut self, mut members: Vec<Member<'a>>) -> bool {
        members.sort_by(|a, b| a.key.cmp(&b.key));
        self.form.push('{');
        let mut separator = "";
        for Member { key, node, tree } in members {
            let before = self.form.len();
            self.form.push_str(separator);
            self.form.push('"');
            push_text(&key, &mut self.form);
            self.form.push_str("\":");
            if self.value(node, tree) {
                separator = ",";
            } else {
                truncate(&mut self.form, before);
            }
        }
        self.form.push('}');
        !separator.is_empty()
    }

    /// Writes a value and returns whether it belongs to the content.
    fn value(&mut self, node: NodeId, tree: Option<&'static Tree>) -> bool {
        let (share, Node { kind, span, .. }) = (self.shares[node], self.document.nodes[node]);
        let tree = tree.filter(|_| share == Share::Inside);
        match (kind, share) {
            (_, Share::Bound(binding)) => return self.field(span, binding),
            (Kind::Object, _) => {
                return self.object(self.members(node, tree).collect()) || share == Share::Whole;
            }
            (Kind::Array, _) => self.list(node, tree),
            (_, Share::Inside) => return false,
            (Kind::Null, _) => self.form.push_str("null"),
            (Kind::Text, _) => self.quoted(span, None),
            _ => self.bare(span, None),
        }
        true
    }

    /// Writes the value of a field in the type that the table gives it, if it belongs to the content.
    fn field(&mut self, span: Span, binding: u32) -> bool {
        let bound = &self.fields.bindings[binding as usize];
        if !is_content(self.source, &self.fields, bound) {
            return false;
        }
        match self.source.fields[usize::from(bound.field)].kind {
            FieldKind::Flag | FieldKind::Integer => self.bare(span, Some(binding)),
            FieldKind::Any => {
                self.form.push('[');
                self.quoted(span, Some(binding));
                self.form.push(']');
            }
            _ => self.quoted(span, Some(binding)),
        }
        true
    }

    /// Writes a list. Elements that are no nodes are written token by token: none has an object of several members.
    fn list(&mut self, list: NodeId, tree: Option<&'static Tree>) {
        let nodes = self.document.nodes;
        let mut from = nodes[list].span.start as usize;
        for element in self.document.children(list) {
            let span = nodes[element].span;
            let quote = usize::from(nodes[element].kind == Kind::Text);
            self.tokens(from..span.start as usize - quote);
            if let Share::Bound(binding) = self.shares[element] {
                self.quoted(span, Some(binding));
            } else {
                let tree = tree.and_then(|tree| tree.element_at(self.document, element));
                self.value(element, tree.map(|(_, tree)| tree));
            }
            from = span.end as usize + quote;
        }
        self.tokens(from..nodes[list].span.end as usize);
    }

    fn tokens(&mut self, range: Range<usize>) {
        for (kind, span) in tokens(self.document.text, range) {
            let quote = if kind == TokenKind::Text { "\"" } else { "" };
            self.form.push_str(quote);
            push_value(self.document.text, span, &mut self.form);
            self.form.push_str(quote);
        }
    }

    fn quoted(&mut self, span: Span, binding: Option<u32>) {
        self.form.push('"');
        self.bare(span, binding);
        self.form.push('"');
    }

    fn bare(&mut self, span: Span, binding: Option<u32>) {
        let start = self.form.len() as u32;
        push_value(self.document.text, span, &mut self.form);
        self.values.push(CanonicalValue { place: start..self.form.len() as u32, span, binding });
    }
}
