//! Parts of an expression to operands, whose names and types are checked.

use std::ops::Range;

use super::duration::duration;
use super::field::FieldPath;
use super::mistake::Mistake;
use super::names::{self, FUNCTIONS};
use super::operand::Operand;
use super::parse::{Part, PartKind};
use super::value::{Constant, ValueType, nanos, timestamp};
use crate::model::time::{self, Timestamp};

/// What was made of a part, or why nothing was.
pub type Compiled<T> = Result<T, Mistake>;

/// An operand that has texts.
pub fn text_of(part: &Part, now: Timestamp) -> Compiled<Operand> {
    let operand = operand_of(part, now)?;
    match operand.kind() {
        ValueType::Text | ValueType::Any => Ok(operand),
        kind => Err(Mistake::new(&part.at, format!("expected a text, found {}", kind.name()))),
    }
}

/// The operand that a part of an expression is.
pub fn operand_of(part: &Part, now: Timestamp) -> Compiled<Operand> {
    let constant = |constant| Ok(Operand::Constant(constant));
    match &part.kind {
        PartKind::Text(text) => constant(Constant::Text(text.clone())),
        PartKind::Integer(number) => constant(Constant::Integer(*number)),
        PartKind::Float(number) => constant(Constant::Float(*number)),
        PartKind::Name(name) => names::operand(name, now).map_err(|message| Mistake::new(&part.at, message)),
        PartKind::Call(name, arguments) => call(name, arguments, &part.at, now),
        PartKind::Method(receiver, method, arguments) if method.name == "size" => {
            let [] = exactly(arguments, &method.at, "text.size()")?;
            size(receiver, now)
        }
        PartKind::Sum(parts) => sum(parts, now),
        PartKind::List(_) | PartKind::Map(_) => {
            Err(Mistake::new(&part.at, "a list can stand after `in` or in size() only"))
        }
        _ => Err(Mistake::new(
            &part.at,
            "expected a value, found a condition; join conditions with `&&` and `||`",
        )),
    }
}

fn call(name: &str, arguments: &[Part], at: &Range<usize>, now: Timestamp) -> Compiled<Operand> {
    let usage = FUNCTIONS.iter().find(|(function, _)| *function == name).map(|(_, usage)| *usage);
    let usage = usage.ok_or_else(|| Mistake::new(at, names::unknown_call("function", name)))?;
    let [argument] = exactly(arguments, at, usage)?;
    match (name, &argument.kind) {
        ("size", _) => size(argument, now),
        ("field", PartKind::Text(path)) => FieldPath::new(path)
            .map(Operand::Field)
            .ok_or_else(|| Mistake::new(&argument.at, "a part of the path is empty; write field(\"a.b\")")),
        ("duration", PartKind::Text(text)) => {
            duration(text).map(|nanos| Operand::Constant(Constant::Duration(nanos))).ok_or_else(|| {
                let message =
                    "this is not a duration; write hours, minutes and seconds such as \"36h\" or \"1h30m\"";
                Mistake::new(&argument.at, message)
            })
        }
        ("timestamp", PartKind::Text(text)) => time::parse(text)
            .filter(|parsed| !parsed.naive)
            .map(|parsed| Operand::Constant(Constant::Time(nanos(parsed.timestamp))))
            .ok_or_else(|| {
                let message = "this is not a time with a zone; write it as \"2025-01-31T00:00:00Z\"";
                Mistake::new(&argument.at, message)
            }),
        ("timestamp", _) => Ok(Operand::TimeOf(Box::new(text_of(argument, now)?))),
        ("field" | "duration", _) => {
            Err(Mistake::new(&argument.at, format!("expected a text in quotes; write {usage}")))
        }
        _ => Err(Mistake::new(
            at,
            format!("this is a condition, and a value was expected; `{name}` stands alone"),
        )),
    }
}

fn size(part: &Part, now: Timestamp) -> Compiled<Operand> {
    let count = match &part.kind {
        PartKind::List(parts) => {
            parts.iter().try_for_each(|part| operand_of(part, now).map(drop))?;
            Some(parts.len())
        }
        PartKind::Map(entries) => {
            let mut parts = entries.iter().flat_map(|(key, value)| [key, value]);
            parts.try_for_each(|part| operand_of(part, now).map(drop))?;
            Some(entries.len())
        }
        _ => None,
    };
    match count {
        Some(count) => Ok(Operand::Constant(Constant::Integer(count as i64))),
        None => Ok(Operand::Size(Box::new(text_of(part, now)?))),
    }
}

/// A time with durations added, a time since another one, or a sum of durations.
fn sum(parts: &[(i128, Part)], now: Timestamp) -> Compiled<Operand> {
    let mut sum = None;
    for (sign, part) in parts {
        let next = operand_of(part, now)?;
        let Some(before) = sum.take() else {
            sum = Some(next);
            continue;
        };
        let next = match next {
            Operand::Constant(constant) => constant,
            _ => {
                return Err(Mistake::new(
                    &part.at,
                    "only what is the same for all events can be added or subtracted",
                ));
            }
        };
        sum = Some(added(before, &next, *sign).map_err(|message| Mistake::new(&part.at, message))?);
    }
    sum.ok_or_else(|| Mistake::new(&(0..0), "there is nothing to add"))
}

fn added(before: Operand, next: &Constant, sign: i128) -> Result<Operand, &'static str> {
    const TOO_FAR: &str = "this leads to a time outside of the years 0 to 9999";
    Ok(match (before, next) {
        (Operand::Constant(Constant::Time(at)), Constant::Duration(by)) => {
            let sum =
                at.checked_add(sign * by).filter(|nanos| timestamp(*nanos).is_usual()).ok_or(TOO_FAR)?;
            Operand::Constant(Constant::Time(sum))
        }
        (Operand::Constant(Constant::Duration(before)), Constant::Duration(by)) => {
            Operand::Constant(Constant::Duration(before.checked_add(sign * by).ok_or(TOO_FAR)?))
        }
        (Operand::Constant(Constant::Time(at)), Constant::Time(from)) if sign < 0 => {
            Operand::Constant(Constant::Duration(at - from))
        }
        (Operand::Later(of, before), Constant::Duration(by)) => {
            Operand::Later(of, before.checked_add(sign * by).ok_or(TOO_FAR)?)
        }
        (time, Constant::Duration(by)) if time.kind() == ValueType::Time => {
            Operand::Later(Box::new(time), sign * by)
        }
        (time, Constant::Time(from)) if time.kind() == ValueType::Time && sign < 0 => {
            Operand::Since(Box::new(time), *from)
        }
        _ => {
            return Err(
                "only a duration can be added to a time or a duration, or a time subtracted from a time",
            );
        }
    })
}

/// As many arguments as a function takes.
pub fn exactly<'p, const N: usize>(
    arguments: &'p [Part],
    at: &Range<usize>,
    usage: &str,
) -> Compiled<[&'p Part; N]> {
    let found: Result<&[Part; N], _> = arguments.try_into();
    found.map(<[Part; N]>::each_ref).map_err(|_| Mistake::new(at, format!("expected {usage}")))
}
