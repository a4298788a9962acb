//! The normalized event as JSON (`ssoaudit.event.v2`), whole or some of its attributes.
//!
//! The whole event can be read again (`sources/normalized.rs`). Besides its attributes, it has what reading it again
//! needs: all texts of attributes that have several, the diagnostics that rules look at, and where it was read first.

use serde::Serialize;
use serde_json::json;

use crate::formats::rows::attribute_tree::{Group, Member};
use crate::model::attribute::{ATTRIBUTES, Attribute, AttributeInfo, Value};
use crate::model::diagnostic::{Code, Diagnostic, HIDDEN, JUDGED};
use crate::model::event::{Event, SCHEMA};
use crate::text::escape::write_json;

/// Writes the whole event on one line, without a line end. Returns where [`origin`] belongs if the event is read for
/// the first time.
pub fn all(event: &Event<'_>, diagnostics: &[Diagnostic], out: &mut Vec<u8>) -> Option<usize> {
    let attributes = ATTRIBUTES.iter().collect::<Vec<_>>();
    out.extend_from_slice(format!("{{\"schema\":\"{SCHEMA}\",").as_bytes());
    members(event, Group::root(&attributes), out);
    texts(event, out);
    judged_diagnostics(event, diagnostics, out);
    let place = match event.origin() {
        Some((input, line)) => {
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

/// Writes all texts of the attributes that have others than the one that is displayed.
fn texts(event: &Event<'_>, out: &mut Vec<u8>) {
    let has_more = |info: &&AttributeInfo| {
        let texts = event.texts(info.attribute);
        texts.len() > 1 || texts.first().is_some_and(|text| event.text(info.attribute).as_ref() != Some(text))
    };
    let attributes: Vec<_> = ATTRIBUTES.iter().filter(has_more).collect();
    if !attributes.is_empty() {
        out.extend_from_slice(b",\"texts\":");
        let list = |attribute, out: &mut Vec<u8>| json(&event.texts(attribute), out);
        object(Group::root(&attributes), &list, out);
    }
}

/// Writes the diagnostics that rules look at. Their messages may quote the log, so they are not written where personal
/// texts are hidden.
fn judged_diagnostics(event: &Event<'_>, diagnostics: &[Diagnostic], out: &mut Vec<u8>) {
    let first = |codes: &&[&Code]| diagnostics.iter().find(|it| codes.contains(&it.code));
    let judged: Vec<_> = JUDGED.iter().filter_map(first).collect();
    if judged.is_empty() {
        return;
    }
    let message =
        |it: &Diagnostic| if event.redactor.is_some() { HIDDEN.to_owned() } else { it.message.clone() };
    let member = |it: &&Diagnostic| json!({ "code": it.code.name, "message": message(it) });
    out.extend_from_slice(b",\"diagnostics\":");
    json(&judged.iter().map(member).collect::<Vec<_>>(), out);
}

/// Writes only these attributes, nested as in the whole event.
pub fn some(event: &Event<'_>, attributes: &[Attribute], out: &mut Vec<u8>) {
    let chosen: Vec<_> = ATTRIBUTES.iter().filter(|info| attributes.contains(&info.attribute)).collect();
    out.push(b'{');
    members(event, Group::root(&chosen), out);
    out.push(b'}');
}

/// Writes an object of attributes that all have values.
fn object(group: Group<'_>, value: &impl Fn(Attribute, &mut Vec<u8>), out: &mut Vec<u8>) {
    for (index, member) in group.members().enumerate() {
        out.push(if index == 0 { b'{' } else { b',' });
        match member {
            Member::Attribute(name, info) => {
                string(name, out);
                out.push(b':');
                value(info.attribute, out);
            }
            Member::Group(name, group) => {
                string(name, out);
                out.push(b':');
                object(group, value, out);
            }
        }
    }
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
                value(event.value(info.attribute), out);
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

fn value(value: Option<Value<'_>>, out: &mut Vec<u8>) {
    match value {
        None => out.extend_from_slice(b"null"),
        Some(Value::Text(text)) => string(&text, out),
        Some(Value::Integer(number)) => out.extend_from_slice(number.to_string().as_bytes()),
        Some(Value::Flag(flag)) => out.extend_from_slice(flag.to_string().as_bytes()),
    }
}

fn string(text: &str, out: &mut Vec<u8>) {
    json(text, out);
}

fn json(value: &(impl Serialize + ?Sized), out: &mut Vec<u8>) {
    write_json(value, out).expect("memory takes all");
}
