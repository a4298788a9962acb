//! Rows as JSON: the line an event was read from, the normalized event, or some of its attributes.

use crate::formats::json_objects;
use crate::formats::rows::{Body, Match, event_json};
use crate::text::escape;

/// Writes a row as a line. Returns where the origin of the event belongs, if it does.
pub fn line(body: &Body, row: &Match<'_>, out: &mut Vec<u8>) -> Option<usize> {
    let raw = row.raw.strip_suffix(b"\n").unwrap_or(row.raw);
    let origin = object(body, &Match { raw, ..*row }, out);
    out.push(b'\n');
    origin
}

/// Writes a row as an element of an array. Original lines are escaped too, as the array is JSON of our making. Returns
/// where the origin of the event belongs, if it does.
pub fn element(body: &Body, row: &Match<'_>, out: &mut Vec<u8>) -> Option<usize> {
    if !matches!(body, Body::Original) {
        return object(body, row, out);
    }
    original_element(row, out);
    None
}

fn original_element(row: &Match<'_>, out: &mut Vec<u8>) {
    let (mut line, mut dense) = (row.raw.trim_ascii_end(), Vec::new());
    if json_objects::is_plain_json(line) {
        return out.extend_from_slice(line);
    }
    if line.iter().any(u8::is_ascii_control) {
        compact(line, &mut dense);
        line = &dense;
    }
    out.extend_from_slice(escape::json(&String::from_utf8_lossy(line)).as_bytes());
}

fn object(body: &Body, row: &Match<'_>, out: &mut Vec<u8>) -> Option<usize> {
    match body {
        Body::Normalized => return event_json::all(row.event, row.diagnostics, out),
        Body::Some(attributes) => event_json::some(row.event, attributes, out),
        Body::Original if memchr::memchr(b'\n', row.raw).is_some() => compact(row.raw, out),
        Body::Original => out.extend_from_slice(row.raw),
    }
    None
}

/// Removes the white space between tokens of valid JSON, so that it fits on a line.
fn compact(raw: &[u8], out: &mut Vec<u8>) {
    let (mut in_string, mut escaped) = (false, false);
    for byte in raw {
        if in_string {
            in_string = *byte != b'"' || escaped;
            escaped = *byte == b'\\' && !escaped;
        } else if byte.is_ascii_whitespace() {
            continue;
        } else {
            in_string = *byte == b'"';
        }
        out.push(*byte);
    }
}
