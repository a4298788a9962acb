//! Binds a parsed line to its source's table: which value is which field, and what is missing,
//! of another type, or known to no document.

mod index;

use crate::event::{Attribute, Operation};
use crate::fields::{Binding, FieldId, Index};
use crate::finding::{
    DUPLICATE_KEY, MISSING_FIELD, OTHER_EVENT, OVER_LIMIT, UNKNOWN_ACTION, UNKNOWN_FIELD, WRONG_TYPE,
};
use crate::json::{Document, Kind, NodeId, Span, push_key};
use crate::nearest::nearest;
use crate::sink::Sink;
use crate::sources::{Action, Field, FieldKind, Source, Tree};
use crate::values;

/// WorkOS: a metadata object has at most so many keys.
const METADATA_KEYS: usize = 50;
/// WorkOS: a metadata key has at most so many characters.
const METADATA_KEY_CHARS: usize = 40;
/// WorkOS: a metadata string has at most so many characters.
const METADATA_VALUE_CHARS: usize = 500;

/// No object of a table has more documented members.
const MOST_MEMBERS: usize = 64;

/// A bound line.
#[derive(Default)]
pub struct Bound {
    /// Where the bound values are.
    pub spans: Vec<Span>,
    /// Which value is which field, in the order of the line.
    pub bindings: Vec<Binding>,
    /// What is where among them.
    pub index: Index,
}

/// Binds the line and returns its operation; every structural problem becomes a finding.
pub fn bind(
    source: &'static Source,
    document: Document<'_>,
    sink: &mut Sink<'_>,
    bound: &mut Bound,
) -> Operation {
    bound.bindings.clear();
    bound.spans.clear();
    let event = source.event_root(document);
    let action = action(source, document, event, sink);
    let mut binder = Binder {
        source,
        document,
        sink,
        bound,
        is_sso: action.is_some_and(|action| action.operation != Operation::Other),
    };
    if event != 0 {
        binder.envelope(event);
    }
    binder.object(event, &source.tree, At::TOP);
    if let Some(action) = action {
        binder.needs(action, event);
    }
    index::fill(source.fields, &bound.bindings, &mut bound.index);
    action.map_or(Operation::Other, |action| action.operation)
}

fn action(
    source: &'static Source,
    document: Document<'_>,
    event: NodeId,
    sink: &mut Sink<'_>,
) -> Option<&'static Action> {
    let names_action = |field: &&Field| field.means == Some(Attribute::Action);
    let key = source.fields.iter().find(names_action)?.key();
    let id = document.member(event, key)?;
    let name = document.string(id).filter(|name| !name.is_empty())?;
    let span = document.nodes[id].span;
    let Some(action) = source.action(&name) else {
        sink.add(&UNKNOWN_ACTION, span, |finding| {
            finding.message = format!("unknown action {}", finding.quoted());
            finding.expected = Some(format!("an action {} documents", source.name));
            finding.nearest = nearest(&name, source.actions.iter().map(|action| action.name));
        });
        return None;
    };
    if action.operation == Operation::Other {
        sink.add(&OTHER_EVENT, span, |finding| {
            finding.message = format!("{} is not about SSO connections: {}", finding.quoted(), action.about);
        });
    }
    Some(action)
}

/// Where in the event a value is.
#[derive(Clone, Copy)]
struct At {
    element: u32,
    leads: bool,
    in_metadata: bool,
}

impl At {
    const TOP: Self = Self { element: 0, leads: true, in_metadata: false };
}

struct Binder<'b, 'a, 's> {
    source: &'static Source,
    document: Document<'a>,
    sink: &'b mut Sink<'s>,
    bound: &'b mut Bound,
    is_sso: bool,
}

impl Binder<'_, '_, '_> {
    /// Members beside a wrapped event: the few fields that may stand there, none of them required.
    fn envelope(&mut self, event: NodeId) {
        let tree = &self.source.tree;
        let is_outside = |child: &Tree| child.field.is_some_and(|id| self.source.fields[id as usize].outside);
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
                && (self.is_sso || !field.sso_only)
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
                self.respelled(member);
            }
            seen[index] = Some(member);
        }
        seen
    }

    /// Binds a member and returns which child of the tree it is.
    fn member(&mut self, member: NodeId, tree: &Tree, at: At) -> Option<usize> {
        let key = self.document.key(member);
        let Some((index, child)) = tree.member(&key) else {
            self.unknown(member, tree);
            if at.in_metadata {
                self.metadata_value(member);
            }
            return None;
        };
        let id = child.field?;
        let field = &self.source.fields[id as usize];
        if field.sso_only && !self.is_sso {
            return Some(index);
        }
        self.value(member, id, child, at);
        if at.in_metadata {
            self.metadata_length(member);
        }
        Some(index)
    }

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
            (FieldKind::Object, Kind::Object) if tree.opaque_unless_sso && !self.is_sso => {}
            (FieldKind::Object, Kind::Object) => self.object(node, tree, at),
            (FieldKind::Metadata, Kind::Object) => {
                self.metadata_keys(node);
                self.object(node, tree, At { in_metadata: true, ..at });
            }
            (FieldKind::List, Kind::Array) => self.list(node, tree),
            (_, Kind::Null) if !field.required && !at.in_metadata => {}
            // Only strings mean something here, but WorkOS allows any scalar in metadata.
            (FieldKind::Text, Kind::Number | Kind::True | Kind::False)
                if at.in_metadata && !field.required => {}
            _ => self.wrong_type(node, field.kind.name()),
        }
    }

    fn put(&mut self, field: FieldId, at: At, span: Span) {
        let slot = u32::try_from(self.bound.spans.len()).unwrap_or(u32::MAX);
        self.bound.spans.push(span);
        self.bound.bindings.push(Binding { field, element: at.element, slot, leads: at.leads });
    }

    fn list(&mut self, list: NodeId, tree: &Tree) {
        let mut met = vec![false; tree.elements.len()];
        for (index, item) in self.document.children(list).enumerate() {
            if self.document.nodes[item].kind != Kind::Object {
                self.wrong_type(item, "an object");
                continue;
            }
            let kind = self.document.member(item, "type").and_then(|id| self.document.string(id));
            if let Some((kind, element)) = tree.element(kind.as_deref()) {
                let leads = !std::mem::replace(&mut met[kind], true);
                let element_index = u32::try_from(index).unwrap_or(u32::MAX);
                self.object(item, element, At { element: element_index, leads, in_metadata: false });
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
            finding.message = format!("`{}` is missing", finding.path);
            finding.found = None;
            let spelling = field.also.map_or(String::new(), |also| format!(", also spelled `{also}`"));
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

    fn respelled(&mut self, member: NodeId) {
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

    fn metadata_keys(&mut self, object: NodeId) {
        let keys = self.document.children(object).count();
        if keys > METADATA_KEYS {
            let start = self.document.nodes[object].span;
            self.sink.add(&OVER_LIMIT, start, |finding| {
                finding.message =
                    format!("`{}` has {keys} keys, expected at most {METADATA_KEYS}", finding.path);
                finding.found = Some(keys.to_string());
                finding.expected = Some(format!("at most {METADATA_KEYS} keys"));
            });
        }
    }

    fn metadata_value(&mut self, member: NodeId) {
        let key = self.document.key(member);
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if key.chars().count() > METADATA_KEY_CHARS || !key.chars().all(is_plain) {
            let span = self.document.nodes[member].key.unwrap_or(self.document.nodes[member].span);
            self.sink.add(&OVER_LIMIT, span, |finding| {
                finding.expected = Some(format!("at most {METADATA_KEY_CHARS} of A-Z a-z 0-9 _ -"));
                finding.message = format!(
                    "metadata key {} is not made of at most {METADATA_KEY_CHARS} of A-Z a-z 0-9 _ -",
                    finding.quoted()
                );
            });
        }
        if matches!(self.document.nodes[member].kind, Kind::Null | Kind::Object | Kind::Array) {
            self.wrong_type(member, "a string, number or boolean");
        }
        self.metadata_length(member);
    }

    fn metadata_length(&mut self, member: NodeId) {
        let node = self.document.nodes[member];
        if node.kind == Kind::Text {
            let length = self.document.string(member).map_or(0, |text| text.chars().count());
            if length > METADATA_VALUE_CHARS {
                values::over_limit(self.sink, node.span, length, METADATA_VALUE_CHARS, &OVER_LIMIT);
            }
        }
    }
}

/// JSON Schema's integer: `2`, also `2.0`.
fn is_integer(number: &str) -> bool {
    let is_fraction = number.contains(['.', 'e', 'E']);
    !is_fraction || number.parse::<f64>().is_ok_and(|value| value.fract() == 0.0)
}
