//! The normalized event as JSON (`ssoaudit.event.v2`), whole or some of its attributes.
//!
//! The whole event can be read again (`sources/normalized.rs`). Besides its attributes, it has what reading it again
//! needs: all texts of attributes that have several, the diagnostics that rules look at, and where it was read first.

use crate::formats::json_objects;
use crate::model::attribute::{ATTRIBUTES, Attribute, Value};
use crate::model::attribute_tree::{Group, Member};
use crate::model::diagnostic::Diagnostic;
use crate::model::event::{Event, Origin, SCHEMA};
use crate::model::retained;
use crate::text::hex::hex;

/// Writes the whole event on one line, without a line end. Returns where [`origin`] belongs if the event is read for
/// the first time.
pub fn all(event: &Event<'_>, diagnostics: &[Diagnostic], out: &mut Vec<u8>) -> Option<usize> {
    let attributes = ATTRIBUTES.iter().collect::<Vec<_>>();
    out.extend_from_slice(format!("{{\"schema\":\"{SCHEMA}\",").as_bytes());
    members(event, Group::root(&attributes), out);
    let retained =
        [("texts", retained::texts(event)), ("diagnostics", retained::diagnostics(event, diagnostics))];
    for (key, json) in retained {
        if let Some(json) = json {
            out.extend_from_slice(format!(",\"{key}\":{json}").as_bytes());
        }
    }
    // A digest would let anybody try whether a text is the one behind a pseudonym.
    if let Some(digest) = event.digest(&mut String::new()).filter(|_| event.redactor.is_none()) {
        out.extend_from_slice(format!(",\"content\":\"{}\"", hex(&digest)).as_bytes());
    }
    let place = match event.origin() {
        Some(Origin { input, line, .. }) => {
            origin(&input, line, out);
            None
        }
        None => Some(out.len()),
    };
    out.push(b'}');
    place
}

/// Writes where an event was read, as a further member of it.
pub fn origin(input: &str, line: u64, out: &mut Vec<u8>) {
    out.extend_from_slice(b",\"origin\":{\"input\":");
    string(input, out);
    out.extend_from_slice(format!(",\"line\":{line}}}").as_bytes());
}

/// Writes only these attributes, nested as in the whole event.
pub fn some(event: &Event<'_>, attributes: &[Attribute], out: &mut Vec<u8>) {
    let chosen: Vec<_> = ATTRIBUTES.iter().filter(|info| attributes.contains(&info.attribute)).collect();
    out.push(b'{');
    members(event, Group::root(&chosen), out);
    out.push(b'}');
}

fn members(event: &Event<'_>, group: Group<'_>, out: &mut Vec<u8>) {
    for (index, member) in group.members().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        match member {
            Member::Attribute(name, info) => {
                string(name, out);
                out.push(b':');
                match event.value(info.attribute) {
                    Some(value) => self::value(&value, out),
                    None => out.extend_from_slice(b"null"),
                }
            }
            Member::Group(name, group) => {
                string(name, out);
                out.push(b':');
                object_or_null(event, group, out);
            }
        }
    }
}

fn object_or_null(event: &Event<'_>, group: Group<'_>, out: &mut Vec<u8>) {
    if group.attributes.iter().any(|info| event.value(info.attribute).is_some()) {
        out.push(b'{');
        members(event, group, out);
        out.push(b'}');
    } else {
        out.extend_from_slice(b"null");
    }
}

/// Writes the value of an attribute.
pub fn value(value: &Value<'_>, out: &mut Vec<u8>) {
    match value {
        Value::Text(text) => string(text, out),
        Value::Integer(number) => out.extend_from_slice(number.to_string().as_bytes()),
        Value::Flag(flag) => out.extend_from_slice(flag.to_string().as_bytes()),
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    json_objects::text(text, out).expect("memory takes all");
}
