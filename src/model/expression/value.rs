//! Values that expressions compare.

use std::borrow::Cow;
use std::cmp::Ordering;

use crate::json::{Document, NodeId};
use crate::model::time::Timestamp;

/// A value that does not depend on the event.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// `null`.
    Null,
    /// A time in nanoseconds since 1970.
    Time(i128),
    /// A duration in nanoseconds.
    Duration(i128),
}

/// What kind of value something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Texts.
    Text,
    /// Numbers.
    Number,
    /// `true` or `false`, or `null` where an event does not say.
    Flag,
    /// `null`.
    Null,
    /// Times.
    Time,
    /// Durations.
    Duration,
    /// Whatever the vendor logs.
    Any,
}

impl ValueType {
    /// Its name with its article, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Flag => "true or false",
            Self::Null => "null",
            Self::Time => "a time",
            Self::Duration => "a duration",
            Self::Any => "any value",
        }
    }
}

/// A value of an event.
#[derive(Clone, Debug)]
pub enum Value<'d> {
    /// A text.
    Text(Cow<'d, str>),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Flag(bool),
    /// `null`.
    Null,
    /// A time in nanoseconds since 1970.
    Time(i128),
    /// A duration in nanoseconds.
    Duration(i128),
    /// A list or an object that the vendor logged.
    Container(Document<'d>, NodeId),
}

impl Value<'_> {
    /// How two values compare; `None` if they cannot be compared.
    pub fn compare(&self, other: &Value<'_>) -> Option<Ordering> {
        match (self, other) {
            (Self::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Self::Integer(a), Value::Integer(b)) => Some(a.cmp(b)),
            (Self::Time(a), Value::Time(b)) | (Self::Duration(a), Value::Duration(b)) => Some(a.cmp(b)),
            (Self::Integer(a), Value::Float(b)) => (*a as f64).partial_cmp(b),
            (Self::Float(a), Value::Integer(b)) => a.partial_cmp(&(*b as f64)),
            (Self::Float(a), Value::Float(b)) => a.partial_cmp(b),
            _ => None,
        }
    }

    /// Whether two values are the same.
    pub fn equals(&self, other: &Value<'_>) -> bool {
        match (self, other) {
            (Self::Flag(a), Value::Flag(b)) => a == b,
            (Self::Null, Value::Null) => true,
            _ => self.compare(other) == Some(Ordering::Equal),
        }
    }
}

impl Constant {
    /// What kind of value it is.
    pub fn kind(&self) -> ValueType {
        match self {
            Self::Text(_) => ValueType::Text,
            Self::Integer(_) | Self::Float(_) => ValueType::Number,
            Self::Flag(_) => ValueType::Flag,
            Self::Null => ValueType::Null,
            Self::Time(_) => ValueType::Time,
            Self::Duration(_) => ValueType::Duration,
        }
    }

    /// The value.
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(Cow::Borrowed(text)),
            Self::Integer(number) => Value::Integer(*number),
            Self::Float(number) => Value::Float(*number),
            Self::Flag(flag) => Value::Flag(*flag),
            Self::Null => Value::Null,
            Self::Time(nanos) => Value::Time(*nanos),
            Self::Duration(nanos) => Value::Duration(*nanos),
        }
    }
}

/// Nanoseconds since 1970.
pub fn nanos(time: Timestamp) -> i128 {
    i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanos)
}

/// The time so many nanoseconds after 1970, or the first or the last of all.
pub fn timestamp(nanos: i128) -> Timestamp {
    const SECOND: i128 = 1_000_000_000;
    let out_of_range = if nanos < 0 { Timestamp::MIN } else { Timestamp::MAX };
    let below = u32::try_from(nanos.rem_euclid(SECOND)).unwrap_or_default();
    i64::try_from(nanos.div_euclid(SECOND))
        .map_or(out_of_range, |seconds| Timestamp { seconds, nanos: below })
}
