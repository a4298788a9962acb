//! Events of a log whose texts somebody else chose.
//!
//! Bytes are pieces between 0xFF, which no text has: which documented event, which of its texts is
//! another one, and the text. A piece can go on with the event of the one before it, or be a line.

use std::sync::LazyLock;

use serde_json::Value;

use crate::support::documented::DOCUMENTED;

/// In the second byte of a piece: it is about the event of the piece before.
const GOES_ON: u8 = 0x80;
/// In the second byte of a piece: its text is a line.
const IS_LINE: u8 = 0x7F;
/// More events are no other events.
const MOST: usize = 24;

/// A documented event, and where it has texts.
struct Template {
    event: Value,
    places: Vec<String>,
}

static TEMPLATES: LazyLock<Vec<Template>> = LazyLock::new(|| {
    let lines = DOCUMENTED.iter().flat_map(|text| text.lines());
    let template = |line: &str| {
        let event = serde_json::from_str(line).unwrap();
        let mut places = Vec::new();
        texts(&event, String::new(), &mut places);
        Template { event, places }
    };
    lines.map(template).collect()
});

/// The JSON pointers of all texts in a value.
fn texts(value: &Value, place: String, places: &mut Vec<String>) {
    match value {
        Value::String(_) => places.push(place),
        Value::Array(values) => {
            values.iter().enumerate().for_each(|(at, value)| texts(value, format!("{place}/{at}"), places));
        }
        Value::Object(members) => {
            members.iter().for_each(|(key, value)| texts(value, format!("{place}/{key}"), places));
        }
        _ => {}
    }
}

/// The lines that the bytes stand for, without line ends.
pub fn lines(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut lines: Vec<Vec<u8>> = Vec::new();
    let mut event: Option<(usize, Value)> = None;
    for piece in bytes.split(|byte| *byte == 0xFF) {
        let Some(([number, place], text)) = piece.split_first_chunk() else {
            continue;
        };
        let goes_on = place & GOES_ON != 0 && event.is_some();
        if !goes_on {
            lines.extend(event.take().map(|(_, event)| event.to_string().into_bytes()));
        }
        if lines.len() == MOST {
            break;
        }
        if place & IS_LINE == IS_LINE && !goes_on {
            lines.push(text.iter().copied().filter(|byte| *byte != b'\n').collect());
            continue;
        }
        let number = usize::from(*number) % TEMPLATES.len();
        let (number, event) = event.get_or_insert_with(|| (number, TEMPLATES[number].event.clone()));
        let places = &TEMPLATES[*number].places;
        let place = &places[usize::from(place & !GOES_ON) % places.len()];
        *event.pointer_mut(place).unwrap() = String::from_utf8_lossy(text).into();
    }
    lines.extend(event.map(|(_, event)| event.to_string().into_bytes()));
    lines
}
