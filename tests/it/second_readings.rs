//! What a line says in a member that its source does not know may make it another event, or a second one. A shape must
//! not pass over that, whatever lines said there before.

use serde_json::Value;
use ssoaudit::model::attribute::Attribute;
use ssoaudit::scan::LineReader;
use ssoaudit::sources;

use crate::support::both_ways::{quickly, slowly};
use crate::support::documented::DOCUMENTED;

/// The keys of actions and times, and others by which lines are recognized.
fn keys() -> Vec<&'static str> {
    let fields = sources::ALL.iter().flat_map(|source| source.fields);
    let named = fields
        .filter(|field| matches!(field.attribute, Some(Attribute::Action | Attribute::Time)))
        .flat_map(|field| [Some(field.key()), field.alias]);
    let mut keys: Vec<_> = named.flatten().chain(["schema", "specversion", "data", "message"]).collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// Values that mean something at one of these keys, after one that means nothing.
fn values() -> Vec<String> {
    let actions = sources::ALL.iter().filter_map(|source| source.actions.first());
    let texts = ["ssoaudit.event.v2", "2025-01-15T10:30:00Z", "", "sapi"].into_iter();
    let texts = texts.chain(actions.map(|action| action.name)).map(|text| format!("{text:?}"));
    ["\"nothing\"", "\"nothing\""]
        .map(str::to_owned)
        .into_iter()
        .chain(texts)
        .chain(["1736935800000".to_owned()])
        .collect()
}

/// The line with a member at the beginning of each of its objects in turn.
fn with_member<'l>(line: &'l str, member: &'l str) -> impl Iterator<Item = String> + use<'l> {
    let mut is_in_text = false;
    let mut before = ' ';
    let objects = line.char_indices().filter(move |(_, sign)| {
        is_in_text ^= *sign == '"' && before != '\\';
        before = *sign;
        *sign == '{' && !is_in_text
    });
    objects.map(move |(at, _)| {
        let (start, rest) = line.split_at(at + 1);
        let comma = if rest.trim_start().starts_with('}') { "" } else { "," };
        format!("{start}{member}{comma}{rest}\n")
    })
}

/// Documented lines of a source, as they are and in what transports put around them.
fn lines(documented: &str) -> Vec<String> {
    let some: Vec<_> = documented.lines().step_by(7).collect();
    let wrapped = some.iter().take(1).flat_map(|line| {
        [
            format!("{{\"event\":{line},\"occurredAt\":\"nothing\",\"targets\":[]}}"),
            format!("{{\"detail-type\":\"x\",\"detail\":{line},\"date\":\"nothing\",\"log_id\":\"1\",\"ip\":\"::1\"}}"),
            format!("{{\"log_id\":\"1\",\"data\":{line},\"environment_id\":\"1\"}}"),
        ]
    });
    some.iter().map(|line| (*line).to_owned()).chain(wrapped).collect()
}

/// Reads lines again and again, which must make no difference.
fn agree(lines: impl Iterator<Item = String>) {
    let text = lines.collect::<String>().repeat(2);
    let (quick, slow) = (quickly(text.as_bytes(), &mut LineReader::default()), slowly(text.as_bytes()));
    let differs = quick.iter().zip(&slow).position(|(quick, slow)| quick != slow);
    assert_eq!((differs, quick.len()), (None, slow.len()), "{text}");
}

#[test]
fn no_value_of_an_added_member_makes_another_event() {
    let (keys, values) = (keys(), values());
    for line in DOCUMENTED.iter().flat_map(|documented| lines(documented)) {
        for key in &keys {
            // For each object of the line, the line with each value there.
            let members = values.iter().map(|value| format!("{key:?}:{value}"));
            let of_values: Vec<Vec<_>> =
                members.map(|member| with_member(&line, &member).collect()).collect();
            for object in 0..of_values[0].len() {
                agree(of_values.iter().map(|lines| lines[object].clone()));
            }
        }
    }
}

/// All scalars in a value.
fn scalars<'v>(value: &'v mut Value, found: &mut Vec<&'v mut Value>) {
    match value {
        Value::Object(members) => members.iter_mut().for_each(|(_, value)| scalars(value, found)),
        Value::Array(elements) => elements.iter_mut().for_each(|value| scalars(value, found)),
        scalar => found.push(scalar),
    }
}

#[test]
fn no_value_of_a_known_member_makes_another_event() {
    for line in DOCUMENTED.iter().flat_map(|documented| lines(documented)) {
        let event: Value = serde_json::from_str(&line).unwrap();
        let with = |at: usize, value: &Value| {
            let mut event = event.clone();
            let mut found = Vec::new();
            scalars(&mut event, &mut found);
            found.get_mut(at).map(|scalar| **scalar = value.clone())?;
            Some(format!("{event}\n"))
        };
        let values: Vec<Value> = values().iter().map(|value| serde_json::from_str(value).unwrap()).collect();
        for at in (0..).take_while(|at| with(*at, &Value::Null).is_some()) {
            let lines = values.iter().filter_map(|value| with(at, value));
            agree([format!("{event}\n"), format!("{event}\n")].into_iter().chain(lines));
        }
    }
}
