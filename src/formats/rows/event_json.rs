//! The normalized event as JSON (`ssoaudit.event.v2`), whole or some of its attributes.

use crate::formats::json_objects;
use crate::formats::rows::attribute_tree::{Group, Member};
use crate::model::attribute::{ATTRIBUTES, Attribute, Value};
use crate::model::event::{Event, SCHEMA};

/// Writes all attributes on one line, without a line end.
pub fn all(event: &Event<'_>, out: &mut Vec<u8>) {
    let attributes = ATTRIBUTES.iter().collect::<Vec<_>>();
    out.extend_from_slice(format!("{{\"schema\":\"{SCHEMA}\",").as_bytes());
    members(event, Group::root(&attributes), out);
    out.push(b'}');
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
                object(event, group, out);
            }
        }
    }
}

fn object(event: &Event<'_>, group: Group<'_>, out: &mut Vec<u8>) {
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
