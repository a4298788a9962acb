//! The canonical form of an event's content, and its digest: the same in every process and on every machine, so that
//! an event that was kept is recognized in a log.
//!
//! The form is a JSON text in UTF-8 without white space:
//!
//! ```text
//! ["ssoaudit.content.v1",SOURCE,EVENT,DELIVERED,SECONDS,NANOS]
//! ```
//!
//! - `SOURCE` is the name of the source.
//! - `EVENT` is the event's object without what wraps it.
//! - `DELIVERED` is an object. For each attribute of the normalized event that some field gives which depends on the
//!   delivery, it has the text that counts, empty or not, under the attribute's name, such as `organization.id`.
//! - `SECONDS` and `NANOS` are the time: whole seconds since 1970-01-01T00:00:00Z and the nanoseconds after them.
//!
//! Members of objects are sorted by key, byte by byte. A string has only the escapes that it needs: `\"`, `\\`, `\b`,
//! `\f`, `\n`, `\r`, `\t`, and `\u00xx` in lower case for other control characters. A number is written as in the log.
//! Everything in `EVENT` is as it is, except for the fields that the source's table has for events of its action:
//!
//! - Their keys are in the first spelling.
//! - Left out are fields that give the time, and those that depend on the delivery. What depends on the delivery stays
//!   if it would give an attribute and another text than its own counts. The null of a field stays unless the delivery
//!   may add the field.
//! - A field that may also stand beside a wrapped event is a member of the event. If it stands in both places, both
//!   are members, and what is further outside comes first.
//! - An object is left out if it has members, but all of them are left out.
//! - A field that is a string or an integer is a string.
//! - A field of any type is a list if it is a string, a number or a boolean, which is then the only element; and if it
//!   is a list of less than a thousand values, counted at all depths. Elements that are numbers or booleans are strings.
//!
//! The digest is the first half of the form's SHA-256. No two events have the same one by accident; to forge two that
//! have takes some 2⁶⁴ attempts.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use crate::json::Span;
use crate::model::time::Timestamp;
use crate::text::cut::piece;

/// Name and version of the form.
pub const FORM: &str = "ssoaudit.content.v1";

/// The first 128 bits of a SHA-256.
pub type ContentDigest = [u8; 16];

/// The canonical form of what lines of one structure say, up to the time.
#[derive(Clone, Debug, Default)]
pub struct CanonicalContent {
    /// What these lines have in common, up to the time; all of it for a single line.
    pub text: String,
    /// The slots whose values are missing in `text`, with the byte before which each belongs, in order.
    pub slots: Vec<(u32, u32)>,
}

impl CanonicalContent {
    /// Writes the form of a line with these values, up to the time. `form` is cleared first.
    #[inline]
    pub fn write(&self, line: &str, spans: &[Span], form: &mut String) {
        form.clear();
        let mut from = 0;
        for (at, slot) in &self.slots {
            form.push_str(piece(&self.text, from, *at as usize));
            push_value(line, spans[*slot as usize], form);
            from = *at as usize;
        }
        form.push_str(piece(&self.text, from, self.text.len()));
    }
}

/// Adds the time to a form and returns the form's digest.
pub fn digest(time: Timestamp, form: &mut String) -> ContentDigest {
    let Timestamp { seconds, nanos } = time;
    let _ = write!(form, "{seconds},{nanos}]");
    let whole: [u8; 32] = Sha256::digest(form).into();
    let mut half = ContentDigest::default();
    half.copy_from_slice(&whole[..16]);
    half
}

/// Adds a value as it stands in a form, a string without its quotes.
#[inline]
pub fn push_value(line: &str, span: Span, form: &mut String) {
    if span.escaped {
        push_text(&span.decode(line), form);
    } else {
        form.push_str(span.raw(line));
    }
}

/// Adds a text with the escapes that a form has.
pub fn push_text(text: &str, form: &mut String) {
    let needs_escape = |byte: u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
    if !text.bytes().any(needs_escape) {
        return form.push_str(text);
    }
    for c in text.chars() {
        match c {
            '"' | '\\' => form.extend(['\\', c]),
            '\u{8}' => form.push_str("\\b"),
            '\u{c}' => form.push_str("\\f"),
            '\n' => form.push_str("\\n"),
            '\r' => form.push_str("\\r"),
            '\t' => form.push_str("\\t"),
            '\0'..='\u{1f}' => {
                let _ = write!(form, "\\u{:04x}", u32::from(c));
            }
            c => form.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn texts_are_written_as_other_programs_write_them(text in "[\0-\u{20}\"\\\\/a\u{7f}-\u{a0}é\u{2028}💥]{0,20}") {
            let mut form = "\"".to_owned();
            push_text(&text, &mut form);
            prop_assert_eq!(form + "\"", serde_json::to_string(&text).unwrap());
        }
    }
}
