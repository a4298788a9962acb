//! Writing an event as a line, in more than one way.

use serde_json::Value;

use super::dice::Dice;
use super::reading::camel;
use super::time::nanoseconds;

/// How a line is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// As it comes.
    Plain,
    /// Keys in any order and in either spelling, white space anywhere, the time in another zone.
    Free,
}

/// Keys that vendors document in two spellings, below which parents they do so.
const RESPELLED: [(&str, &str); 8] = [
    ("", "occurred_at"),
    ("", "spec_version"),
    ("", "environment_id"),
    ("", "organization_id"),
    ("", "display_name"),
    ("context", "user_agent"),
    ("data", "organization_id"),
    ("data", "connection_type"),
];

/// The line of an event.
pub fn spelled(event: &Value, spelling: Spelling, dice: &mut Dice) -> String {
    let mut line = String::new();
    write(event, "", spelling, dice, &mut line);
    line
}

fn write(value: &Value, parent: &str, spelling: Spelling, dice: &mut Dice, line: &mut String) {
    let is_free = spelling == Spelling::Free;
    let space = |dice: &mut Dice, line: &mut String| {
        if is_free && dice.percent(20) {
            line.push_str(dice.pick(&[" ", "  ", "\t"]));
        }
    };
    match value {
        Value::Object(members) => {
            let is_wrapper = !["action", "spec_version"].iter().any(|key| members.contains_key(*key));
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            if is_free {
                dice.shuffle(&mut members);
            }
            line.push('{');
            for (at, (key, value)) in members.into_iter().enumerate() {
                line.push_str(if at > 0 { "," } else { "" });
                space(dice, line);
                // Of what is not about connections nobody says how `data` is spelt.
                let is_respelled = RESPELLED.contains(&(parent, key)) && is_free && dice.percent(40);
                let written = if is_respelled { camel(key) } else { key.clone() };
                line.push_str(&Value::from(written).to_string());
                space(dice, line);
                line.push(':');
                space(dice, line);
                if is_free && parent.is_empty() && key == "occurred_at" && dice.percent(50) {
                    line.push_str(&Value::from(elsewhere(value.as_str().unwrap())).to_string());
                } else if parent.is_empty() && key == "event" {
                    // In a wrapper it is the event; in an event it is data, in which every letter counts.
                    let spelling = if is_wrapper { spelling } else { Spelling::Plain };
                    write(value, "", spelling, dice, line);
                } else {
                    write(value, key, spelling, dice, line);
                }
            }
            space(dice, line);
            line.push('}');
        }
        Value::Array(items) => {
            line.push('[');
            for (at, item) in items.iter().enumerate() {
                line.push_str(if at > 0 { "," } else { "" });
                space(dice, line);
                write(item, "[]", spelling, dice, line);
            }
            line.push(']');
        }
        scalar => line.push_str(&scalar.to_string()),
    }
}

/// The same moment on a clock two hours ahead.
fn elsewhere(time: &str) -> String {
    let nanos = nanoseconds(time).unwrap();
    super::history::utc(nanos + 7200 * 1_000_000_000).replace('Z', "+02:00")
}
