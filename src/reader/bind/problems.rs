//! The diagnostics of a line's structure: what is missing, mistyped, given twice or unknown.

use crate::json::{Kind, NodeId};
use crate::model::attribute::Attribute;
use crate::model::diagnostic::{DUPLICATE_KEY, MISSING_FIELD, ODD_TYPE, UNKNOWN_FIELD, WRONG_TYPE};
use crate::reader::bind::Binder;
use crate::sources::{Action, Field, Tree};
use crate::text::suggest::nearest;

impl Binder<'_, '_, '_> {
    /// An action whose list lacks the element that it is about.
    pub(super) fn needs(&mut self, action: &Action, event: NodeId) {
        let Some(value) = action.needs else {
            return;
        };
        let document = self.document;
        let lists = self.tree.members.iter().filter_map(|list| Some((list.key, list.discriminator?)));
        for (list, key) in lists.filter_map(|(list, key)| Some((document.member(event, list)?, key))) {
            let is_wanted = |item| document.member_text(item, key).is_some_and(|text| text == value);
            if document.nodes[list].kind == Kind::Array && !document.children(list).any(is_wanted) {
                self.diagnostics.add(&MISSING_FIELD, document.nodes[list].span, |diagnostic| {
                    diagnostic.message = format!("`{}` has no element of {key} `{value}`", diagnostic.path);
                    diagnostic.found = None;
                    diagnostic.expected =
                        Some(format!("one with \"{key}\":\"{value}\" in a `{}` event", action.name));
                });
            }
        }
    }

    /// An event without a time, of a source that gives one of several fields for it.
    pub(super) fn needs_time(&mut self, event: NodeId) {
        let fields = self.source.fields;
        let is_time = |field: &&Field| field.attribute == Some(Attribute::Time);
        let has_one = self.bound.bindings.iter().any(|it| is_time(&&fields[usize::from(it.field)]));
        let mut times = fields.iter().filter(is_time);
        if let Some(time) = times.next().filter(|time| !has_one && !time.required) {
            self.missing(event, time);
        }
    }

    pub(super) fn missing(&mut self, object: NodeId, field: &Field) {
        self.diagnostics.add_missing(object, field.key(), |diagnostic| {
            diagnostic.message = format!("missing required field `{}`", diagnostic.path);
            diagnostic.found = None;
            let spelling = field.alias.map_or(String::new(), |alias| format!(", also spelled `{alias}`"));
            diagnostic.expected = Some(format!("{}: {}{spelling}", field.kind.name(), field.about));
        });
    }

    pub(super) fn wrong_type(&mut self, node: NodeId, expected: &str) {
        let node = self.document.nodes[node];
        let found = match node.kind {
            Kind::Number if expected == "an integer" => "a fraction",
            kind => kind.name(),
        };
        self.diagnostics.add(&WRONG_TYPE, node.span, |diagnostic| {
            diagnostic.message = format!("`{}` is {found}, expected {expected}", diagnostic.path);
            diagnostic.expected = Some(expected.to_owned());
        });
    }

    pub(super) fn odd_type(&mut self, node: NodeId) {
        let node = self.document.nodes[node];
        self.diagnostics.add(&ODD_TYPE, node.span, |diagnostic| {
            diagnostic.message = format!(
                "`{}` is {}, expected a string; it counts as written",
                diagnostic.path,
                node.kind.name()
            );
            diagnostic.expected = Some("a string".to_owned());
        });
    }

    pub(super) fn duplicate_alias(&mut self, member: NodeId) {
        self.diagnostics.add(&DUPLICATE_KEY, self.document.key_span(member), |diagnostic| {
            diagnostic.message =
                format!("{} gives a field that another spelling already gives", diagnostic.quoted());
            diagnostic.expected = Some("each field once".to_owned());
        });
    }

    pub(super) fn unknown(&mut self, member: NodeId, tree: &Tree) {
        if UNKNOWN_FIELD.level < self.diagnostics.least {
            return;
        }
        let key = self.document.key(member);
        let known = tree.members.iter().map(|member| member.key);
        self.diagnostics.add(&UNKNOWN_FIELD, self.document.key_span(member), |diagnostic| {
            diagnostic.message = format!("`{}` is not a documented field", diagnostic.path);
            diagnostic.nearest = nearest(&key, known);
        });
    }
}
