//! Expressions agree with the crate `cel`, which knows nothing of events.

use std::collections::HashMap;
use std::sync::LazyLock;

use cel::objects::Key;
use cel::{Context, Program, Value};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use ssoaudit::model::attribute::{ATTRIBUTES, Attribute, ValueKind};
use ssoaudit::model::event::Event;
use ssoaudit::model::expression::Expression;
use ssoaudit::model::time;
use ssoaudit::reader::Scratch;
use ssoaudit::text::position::Position;

use super::generated::{Generated, expression};
use crate::support::both_ways::READING;
use crate::support::run::fixture;

const NOW: &str = "2025-07-01T00:00:00Z";

/// A line, and what it says as the crate has it: attributes without a value are empty texts.
struct Sample {
    line: String,
    values: HashMap<Key, Value>,
    json: serde_json::Value,
}

static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
    let mut scratch = Scratch::default();
    let mut samples = Vec::new();
    for line in String::from_utf8(fixture("sso-events.ndjson")).unwrap().lines() {
        let origin = Position { line: 1, column: 1 };
        let read = ssoaudit::reader::read(line.as_bytes(), origin, &READING, &mut scratch);
        let Some(event) = read.event.filter(is_plain) else { continue };
        let json = serde_json::from_str(line).unwrap();
        samples.push(Sample { line: line.to_owned(), values: values(&event), json });
    }
    // The fewer there are, the more expressions can be tried.
    let step = samples.len() / 40;
    samples.into_iter().step_by(step).collect()
});

/// Whether no attribute has several texts: with one each, an event is what CEL knows.
fn is_plain(event: &Event<'_>) -> bool {
    ATTRIBUTES.iter().all(|info| event.further_texts(info.attribute).is_none())
}

fn values(event: &Event<'_>) -> HashMap<Key, Value> {
    let mut values = HashMap::new();
    for info in ATTRIBUTES {
        let text = event.text(info.attribute).map(|text| text.into_owned());
        let value = match info.attribute {
            Attribute::Time => Value::Timestamp(text_time(&event.time.rfc3339(chrono_tz::Tz::UTC))),
            Attribute::EpochMs => Value::Int(event.time.epoch_ms()),
            Attribute::ConnectionEnabled => text.map_or(Value::Null, |text| Value::Bool(text == "true")),
            _ => {
                assert_eq!(info.kind, ValueKind::Text);
                text.unwrap_or_default().into()
            }
        };
        insert(&mut values, &info.name.split('.').collect::<Vec<_>>(), value);
    }
    values
}

fn text_time(text: &str) -> chrono::DateTime<chrono::FixedOffset> {
    chrono::DateTime::parse_from_rfc3339(text).unwrap()
}

fn insert(values: &mut HashMap<Key, Value>, path: &[&str], value: Value) {
    let [first, rest @ ..] = path else { return };
    let key = Key::from(*first);
    if rest.is_empty() {
        values.insert(key, value);
        return;
    }
    let mut inner = match values.remove(&key) {
        Some(Value::Map(map)) => map.map.as_ref().clone(),
        _ => HashMap::new(),
    };
    insert(&mut inner, rest, value);
    values.insert(key, inner.into());
}

/// What is at a path in the JSON of a line.
fn field(json: &serde_json::Value, path: &str) -> Value {
    match path.split('.').try_fold(json, |json, key| json.get(key)) {
        Some(serde_json::Value::String(text)) => text.as_str().into(),
        Some(serde_json::Value::Bool(flag)) => Value::Bool(*flag),
        Some(serde_json::Value::Number(number)) => Value::Int(number.as_i64().unwrap()),
        _ => Value::Null,
    }
}

/// Whether an expression holds for each sample, by the crate.
fn by_cel(source: &str) -> Vec<bool> {
    let program = Program::compile(source).unwrap_or_else(|error| panic!("{source}: {error}"));
    let holds = |sample: &Sample| {
        let mut context = Context::default();
        for (key, value) in &sample.values {
            context.add_variable_from_value(key.to_string(), value.clone());
        }
        context.add_variable_from_value("now", Value::Timestamp(text_time(NOW)));
        let json = sample.json.clone();
        context
            .add_function("field", move |path: std::sync::Arc<String>| -> Value { field(&json, &path) })
            .unwrap();
        match program.execute(&context) {
            Ok(Value::Bool(holds)) => holds,
            other => panic!("{source}: {other:?}"),
        }
    };
    SAMPLES.iter().map(holds).collect()
}

/// The same by this project.
fn by_own(source: &str) -> Vec<bool> {
    let now = time::parse(NOW).unwrap().timestamp;
    let expression = Expression::new(source, now).unwrap_or_else(|error| panic!("{source}: {error}"));
    let mut scratch = Scratch::default();
    let mut holds = |sample: &Sample| {
        let origin = Position { line: 1, column: 1 };
        let read = ssoaudit::reader::read(sample.line.as_bytes(), origin, &READING, &mut scratch);
        expression.holds(&read.event.unwrap())
    };
    SAMPLES.iter().map(&mut holds).collect()
}

#[test]
fn they_agree() {
    assert!(SAMPLES.len() >= 40, "{} samples", SAMPLES.len());
    let mut runner = TestRunner::new(ProptestConfig { cases: 2000, ..ProptestConfig::default() });
    let mixed = std::cell::Cell::new(0);
    runner
        .run(&expression(), |Generated { own, cel }| {
            let (own_holds, cel_holds) = (by_own(&own), by_cel(&cel));
            prop_assert_eq!(&own_holds, &cel_holds, "{} / {}", own, cel);
            let is_mixed = own_holds.contains(&true) && own_holds.contains(&false);
            mixed.set(mixed.get() + u32::from(is_mixed));
            Ok(())
        })
        .unwrap();
    // Expressions that select all or nothing prove little.
    assert!(mixed.get() > 400, "{} of 2000 expressions select some and not all", mixed.get());
}
