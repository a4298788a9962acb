//! What WorkOS documents of metadata objects: how many keys, which, and which values.

use crate::json::{Kind, NodeId};
use crate::model::diagnostic::OVER_LIMIT;
use crate::reader::bind::Binder;
use crate::reader::values;

/// WorkOS: a metadata object has at most so many keys.
const METADATA_KEYS: usize = 50;
/// WorkOS: a metadata key has at most so many characters.
const METADATA_KEY_CHARS: usize = 40;
/// WorkOS: a metadata string has at most so many characters.
const METADATA_VALUE_CHARS: usize = 500;

impl Binder<'_, '_, '_> {
    pub(super) fn metadata_keys(&mut self, object: NodeId) {
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

    pub(super) fn metadata_value(&mut self, member: NodeId) {
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

    pub(super) fn metadata_length(&mut self, member: NodeId) {
        let node = self.document.nodes[member];
        if node.kind == Kind::Text {
            let length = self.document.string(member).map_or(0, |text| text.chars().count());
            if length > METADATA_VALUE_CHARS {
                values::over_limit(self.sink, node.span, length, METADATA_VALUE_CHARS, &OVER_LIMIT);
            }
        }
    }
}
