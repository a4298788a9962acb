//! Metadata objects: how many keys, which keys and which values their vendor allows.

use crate::json::{Kind, NodeId};
use crate::model::diagnostic::OVER_LIMIT;
use crate::reader::bind::Binder;
use crate::reader::values::{self, FieldValue};
use crate::sources::MetadataLimits;

impl Binder<'_, '_, '_> {
    pub(super) fn metadata_keys(&mut self, object: NodeId, limits: &MetadataLimits) {
        let keys = self.document.children(object).count();
        let max = limits.max_keys;
        if keys > max {
            let span = self.document.nodes[object].span;
            self.diagnostics.add(&OVER_LIMIT, span, |diagnostic| {
                diagnostic.message = format!("`{}` has {keys} keys, expected at most {max}", diagnostic.path);
                diagnostic.found = Some(keys.to_string());
                diagnostic.expected = Some(format!("at most {max} keys"));
            });
        }
    }

    /// Checks a member that the table does not list.
    pub(super) fn metadata_member(&mut self, member: NodeId, limits: &MetadataLimits) {
        let key = self.document.key(member);
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || limits.key_symbols.contains(&c);
        if key.chars().count() > limits.max_key_chars || !key.chars().all(is_allowed) {
            self.diagnostics.add(&OVER_LIMIT, self.document.key_span(member), |diagnostic| {
                let symbols: String = limits.key_symbols.iter().flat_map(|symbol| [' ', *symbol]).collect();
                let allowed = format!("at most {} of A-Z a-z 0-9{symbols}", limits.max_key_chars);
                diagnostic.message = format!("metadata key {} is not made of {allowed}", diagnostic.quoted());
                diagnostic.expected = Some(allowed);
            });
        }
        if matches!(self.document.nodes[member].kind, Kind::Null | Kind::Object | Kind::Array) {
            self.wrong_type(member, "a string, number or boolean");
        }
        self.metadata_length(member, limits);
    }

    pub(super) fn metadata_length(&mut self, member: NodeId, limits: &MetadataLimits) {
        if let Some(text) = self.document.string(member) {
            let value = FieldValue { text: &text, span: self.document.nodes[member].span };
            values::check_length(value, limits.max_value_chars, &OVER_LIMIT, self.diagnostics);
        }
    }
}
