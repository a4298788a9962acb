//! A tree to a condition, whose names and types are checked.

use std::collections::HashSet;

use memchr::memmem::Finder;
use regex::RegexBuilder;

use super::condition::{Condition, Method, TextTest};
use super::mistake::Mistake;
use super::names;
use super::operand::Operand;
use super::operands::{Compiled, exactly, operand_of, text_of};
use super::parse::{Named, Part, PartKind};
use super::relation::Relation;
use super::value::{Constant, ValueType};
use crate::model::time::Timestamp;

/// The condition that a part of an expression is.
pub fn condition(part: &Part, now: Timestamp) -> Compiled<Condition> {
    match &part.kind {
        PartKind::All(parts) => conditions(parts, now).map(Condition::All),
        PartKind::Any(parts) => conditions(parts, now).map(Condition::Any),
        PartKind::Not(part) => Ok(Condition::Not(Box::new(condition(part, now)?))),
        PartKind::Related(left, Relation::In, right) => is_in(left, right, now),
        PartKind::Related(left, relation, right) => comparison(left, *relation, right, now),
        PartKind::Call(name, arguments) if name == "has" => {
            let [argument] = exactly(arguments, &part.at, "has(attribute)")?;
            has(argument, now)
        }
        PartKind::Call(name, arguments) if name == "matches" => {
            let [text, pattern] = exactly(arguments, &part.at, "matches(text, \"pattern\")")?;
            matches(text, pattern, now)
        }
        PartKind::Method(receiver, method, arguments) if method.name != "size" => {
            by_method(receiver, method, arguments, now)
        }
        _ => match operand_of(part, now)? {
            Operand::Constant(Constant::Flag(holds)) => Ok(Condition::Always(holds)),
            Operand::Enabled => Err(Mistake::new(
                &part.at,
                "not every event says this; write == true, == false or == null after it",
            )),
            field @ Operand::Field(_) => {
                Ok(Condition::Compare(field, Relation::Equal, Operand::Constant(Constant::Flag(true))))
            }
            operand => {
                let message = format!("expected a condition, found {}; compare it", operand.kind().name());
                Err(Mistake::new(&part.at, message))
            }
        },
    }
}

fn conditions(parts: &[Part], now: Timestamp) -> Compiled<Vec<Condition>> {
    parts.iter().map(|part| condition(part, now)).collect()
}

fn comparison(left: &Part, relation: Relation, right: &Part, now: Timestamp) -> Compiled<Condition> {
    let (a, b) = (operand_of(left, now)?, operand_of(right, now)?);
    if !can_be_compared(a.kind(), b.kind(), relation) {
        let at = left.at.start..right.at.end;
        let (a, b) = (a.kind(), b.kind());
        return Err(Mistake::new(&at, incomparable(a, b, relation)));
    }
    if relation == Relation::Unequal {
        return Ok(Condition::Not(Box::new(compared(a, Relation::Equal, b))));
    }
    Ok(compared(a, relation, b))
}

fn is_in(left: &Part, right: &Part, now: Timestamp) -> Compiled<Condition> {
    let operand = operand_of(left, now)?;
    match &right.kind {
        PartKind::List(parts) => is_one_of(operand, parts.iter(), now),
        PartKind::Map(entries) => {
            entries.iter().try_for_each(|(_, value)| operand_of(value, now).map(drop))?;
            is_one_of(operand, entries.iter().map(|(key, _)| key), now)
        }
        _ => match operand_of(right, now)? {
            container if container.kind() == ValueType::Any => Ok(Condition::IsIn(operand, container)),
            other => {
                let found = other.kind().name();
                let message = format!("expected a list such as [\"a\", \"b\"] after `in`, found {found}");
                Err(Mistake::new(&right.at, message))
            }
        },
    }
}

/// Whether an operand is one of these. Texts are looked up all at once.
fn is_one_of<'p>(
    operand: Operand,
    parts: impl Iterator<Item = &'p Part>,
    now: Timestamp,
) -> Compiled<Condition> {
    let (mut conditions, mut texts) = (Vec::new(), HashSet::default());
    for part in parts {
        match operand_of(part, now)? {
            Operand::Constant(Constant::Text(text))
                if matches!(operand.kind(), ValueType::Text | ValueType::Any) =>
            {
                texts.insert(text);
            }
            element if can_be_compared(operand.kind(), element.kind(), Relation::In) => {
                conditions.push(compared(operand.clone(), Relation::Equal, element));
            }
            element => {
                let message = incomparable(operand.kind(), element.kind(), Relation::In);
                return Err(Mistake::new(&part.at, message));
            }
        }
    }
    if !texts.is_empty() {
        conditions.push(Condition::Text(operand, TextTest::IsOneOf(texts)));
    }
    Ok(Condition::Any(conditions))
}

fn has(part: &Part, now: Timestamp) -> Compiled<Condition> {
    match operand_of(part, now)? {
        operand @ (Operand::Attribute(_)
        | Operand::Enabled
        | Operand::EpochMs
        | Operand::Time
        | Operand::Field(_)) => Ok(Condition::Has(operand)),
        _ => Err(Mistake::new(&part.at, "`has` is about an attribute, or a vendor's field(\"path\")")),
    }
}

fn by_method(receiver: &Part, method: &Named, arguments: &[Part], now: Timestamp) -> Compiled<Condition> {
    let how = match method.name.as_str() {
        "startsWith" => Method::StartsWith,
        "endsWith" => Method::EndsWith,
        "contains" => Method::Contains,
        "matches" => {
            let [pattern] = exactly(arguments, &method.at, "text.matches(\"pattern\")")?;
            return matches(receiver, pattern, now);
        }
        name => return Err(Mistake::new(&method.at, names::unknown_call("method", name))),
    };
    let usage = format!("text.{}(\"text\")", method.name);
    let [argument] = exactly(arguments, &method.at, &usage)?;
    let (receiver, argument) = (text_of(receiver, now)?, text_of(argument, now)?);
    Ok(match argument {
        Operand::Constant(Constant::Text(text)) => Condition::Text(
            receiver,
            match how {
                Method::StartsWith => TextTest::StartsWith(text),
                Method::EndsWith => TextTest::EndsWith(text),
                Method::Contains => TextTest::Contains(Box::new(Finder::new(&text).into_owned())),
            },
        ),
        argument => Condition::Method(receiver, how, argument),
    })
}

fn matches(text: &Part, pattern: &Part, now: Timestamp) -> Compiled<Condition> {
    let text = text_of(text, now)?;
    let PartKind::Text(source) = &pattern.kind else {
        return Err(Mistake::new(&pattern.at, "a pattern has to be a text in quotes"));
    };
    let regex = RegexBuilder::new(source).size_limit(1 << 20).build();
    let regex = regex.map_err(|error| {
        let reason = error.to_string();
        let reason = reason.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned();
        Mistake::new(&pattern.at, format!("this is not a pattern: {reason}"))
    })?;
    Ok(Condition::Text(text, TextTest::Matches(Box::new(regex))))
}

/// A comparison. One of a text with a constant is a test of its own, as most are.
fn compared(left: Operand, relation: Relation, right: Operand) -> Condition {
    match (left, right) {
        (Operand::Constant(Constant::Text(text)), other)
        | (other, Operand::Constant(Constant::Text(text)))
            if matches!(other.kind(), ValueType::Text | ValueType::Any) && relation == Relation::Equal =>
        {
            Condition::Text(other, TextTest::Is(text))
        }
        (other, Operand::Constant(Constant::Text(text))) => {
            Condition::Text(other, TextTest::Compares(relation, text))
        }
        (Operand::Constant(Constant::Text(text)), other) => {
            Condition::Text(other, TextTest::Compares(relation.turned(), text))
        }
        (left, right) => Condition::Compare(left, relation, right),
    }
}

fn can_be_compared(a: ValueType, b: ValueType, relation: Relation) -> bool {
    use ValueType::{Any, Duration, Flag, Null, Number, Text, Time};
    if relation.is_order() {
        return match (a, b) {
            (Any, other) | (other, Any) => matches!(other, Any | Text | Number),
            _ => a == b && matches!(a, Text | Number | Time | Duration),
        };
    }
    match (a, b) {
        (Any, other) | (other, Any) => !matches!(other, Time | Duration),
        (Flag | Null, Flag | Null) => true,
        _ => a == b,
    }
}

fn incomparable(a: ValueType, b: ValueType, relation: Relation) -> String {
    use ValueType::{Any, Duration, Null, Text, Time};
    let advice = match (a, b) {
        (Time, Text) | (Text, Time) => "; write timestamp(\"2025-01-31T00:00:00Z\")",
        (Time, Any) | (Any, Time) => "; write timestamp(field(\"path\"))",
        (Duration, _) | (_, Duration) => "; a duration is compared with another one, as in time - now",
        (Text, Null) | (Null, Text) => "; has(attribute) tells whether an event has one",
        _ => "",
    };
    format!("{} cannot be compared with {} by `{}`{advice}", a.name(), b.name(), relation.symbol())
}
