//! The normalized event as JSON (`ssoaudit.event.v1`), whole or some of its attributes.

use crate::model::attribute::{ATTRIBUTES, Attribute, AttributeInfo, Value};
use crate::model::event::{Event, SCHEMA};
use crate::text::cut::split;
use crate::text::escape::write_json;

/// Writes the whole event as one line without a line end.
pub fn whole(event: &Event<'_>, out: &mut Vec<u8>) {
    let all = ATTRIBUTES.iter().collect::<Vec<_>>();
    out.extend_from_slice(format!("{{\"schema\":\"{SCHEMA}\",").as_bytes());
    members(event, &all, "", out);
    out.push(b'}');
}

/// Writes only these attributes, nested as in the whole event.
pub fn some(event: &Event<'_>, attributes: &[Attribute], out: &mut Vec<u8>) {
    let chosen: Vec<_> = ATTRIBUTES.iter().filter(|info| attributes.contains(&info.attribute)).collect();
    out.push(b'{');
    members(event, &chosen, "", out);
    out.push(b'}');
}

/// Writes attributes whose names begin with `prefix`; those of one group stand together.
fn members(event: &Event<'_>, chosen: &[&AttributeInfo], prefix: &str, out: &mut Vec<u8>) {
    let mut rest = chosen;
    while let [first, ..] = rest {
        if rest.len() < chosen.len() {
            out.push(b',');
        }
        let name = split(first.name, prefix.len()).1;
        let Some((group, _)) = name.split_once('.') else {
            string(name, out);
            out.push(b':');
            value(event.value(first.attribute), out);
            rest = &rest[1..];
            continue;
        };
        let path = split(first.name, prefix.len() + group.len() + 1).0;
        let (inside, after) = rest.split_at(rest.partition_point(|info| info.name.starts_with(path)));
        string(group, out);
        out.push(b':');
        if inside.iter().any(|info| event.value(info.attribute).is_some()) {
            out.push(b'{');
            members(event, inside, path, out);
            out.push(b'}');
        } else {
            out.extend_from_slice(b"null");
        }
        rest = after;
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
    write_json(text, out).expect("memory takes all");
}
