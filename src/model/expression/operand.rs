//! What expressions compare: constants and what an event says.

use std::borrow::Cow;

use super::field::{self, FieldPath};
use super::judged::Judged;
use super::value::{Constant, Value, ValueType, nanos};
use crate::model::attribute::Attribute;
use crate::model::time;

/// Something that has a value, or several, for each event.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// The same for every event.
    Constant(Constant),
    /// The texts of an attribute, `""` if there are none.
    Attribute(Attribute),
    /// Whether the connection is enabled; `null` if the event does not say.
    Enabled,
    /// The time in milliseconds since 1970.
    EpochMs,
    /// The time.
    Time,
    /// The values of a vendor's own field, `null` if there are none.
    Field(FieldPath),
    /// How many characters a text has, or how many elements or members anything else.
    Size(Box<Self>),
    /// The times that texts are.
    TimeOf(Box<Self>),
    /// A time so many nanoseconds later.
    Later(Box<Self>, i128),
    /// The nanoseconds from a constant time to another one.
    Since(Box<Self>, i128),
}

impl Operand {
    /// What kind of values it has.
    pub fn kind(&self) -> ValueType {
        match self {
            Self::Constant(constant) => constant.kind(),
            Self::Attribute(_) => ValueType::Text,
            Self::Enabled => ValueType::Flag,
            Self::EpochMs | Self::Size(_) => ValueType::Number,
            Self::Time | Self::TimeOf(_) | Self::Later(..) => ValueType::Time,
            Self::Since(..) => ValueType::Duration,
            Self::Field(_) => ValueType::Any,
        }
    }

    /// Whether it needs this attribute.
    pub fn asks_for(&self, wanted: Attribute) -> bool {
        match self {
            Self::Attribute(attribute) => *attribute == wanted,
            Self::Size(of) | Self::TimeOf(of) | Self::Later(of, _) | Self::Since(of, _) => {
                of.asks_for(wanted)
            }
            _ => false,
        }
    }

    /// Hands over the values for an event until one is accepted, and returns whether that happened.
    pub fn any(&self, judged: &Judged<'_>, accept: &mut dyn FnMut(&Value<'_>) -> bool) -> bool {
        match self {
            Self::Constant(constant) => accept(&constant.value()),
            Self::Attribute(attribute) => {
                judged.any_text(*attribute, |text| accept(&Value::Text(Cow::Borrowed(text))))
            }
            Self::Enabled => accept(&judged.enabled().map_or(Value::Null, Value::Flag)),
            Self::EpochMs => accept(&Value::Integer(judged.event.time.epoch_ms())),
            Self::Time => accept(&Value::Time(nanos(judged.event.time))),
            Self::Field(path) => {
                let document = judged.document();
                let mut is_missing = true;
                let is_accepted = path.any(document, &mut |node| {
                    is_missing = false;
                    accept(&field::value(document, node))
                });
                is_accepted || is_missing && accept(&Value::Null)
            }
            Self::Size(of) => of.any(judged, &mut |value| size(value).is_some_and(|size| accept(&size))),
            Self::TimeOf(of) => of.any(judged, &mut |value| time_of(value).is_some_and(|time| accept(&time))),
            Self::Later(of, by) => of.any(judged, &mut |value| match value {
                Value::Time(nanos) => accept(&Value::Time(nanos + by)),
                _ => false,
            }),
            Self::Since(of, from) => of.any(judged, &mut |value| match value {
                Value::Time(nanos) => accept(&Value::Duration(nanos - from)),
                _ => false,
            }),
        }
    }
}

fn size(value: &Value<'_>) -> Option<Value<'static>> {
    let size = match value {
        Value::Text(text) => text.chars().count(),
        Value::Container(document, id) => document.children(*id).count(),
        _ => return None,
    };
    Some(Value::Integer(size as i64))
}

fn time_of(value: &Value<'_>) -> Option<Value<'static>> {
    let Value::Text(text) = value else { return None };
    time::parse(text).map(|parsed| Value::Time(nanos(parsed.timestamp)))
}
