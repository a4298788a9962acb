//! What an expression demands of an event.

use std::collections::HashSet;

use foldhash::fast::RandomState;
use memchr::memmem::Finder;
use regex::Regex;

use super::field;
use super::judged::Judged;
use super::operand::Operand;
use super::relation::Relation;
use super::value::{Constant, Value, timestamp};
use crate::model::attribute::Attribute;
use crate::model::time::Timestamp;

/// What holds for an event or does not.
#[derive(Debug)]
pub enum Condition {
    /// Always the same.
    Always(bool),
    /// All of these hold.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// A test holds for a text of the operand.
    Text(Operand, TextTest),
    /// A method holds for a text of the operand and one of another.
    Method(Operand, Method, Operand),
    /// A value of the first is in this relation to one of the second.
    Compare(Operand, Relation, Operand),
    /// A value of the first is in a list or a key in an object of the second.
    IsIn(Operand, Operand),
    /// The event says something of it.
    Has(Operand),
}

/// What has to hold for a text.
#[derive(Debug)]
pub enum TextTest {
    /// It is this.
    Is(String),
    /// It is one of these.
    IsOneOf(HashSet<String, RandomState>),
    /// It comes before or after this.
    Compares(Relation, String),
    /// It begins with this.
    StartsWith(String),
    /// It ends with this.
    EndsWith(String),
    /// It has this in it.
    Contains(Box<Finder<'static>>),
    /// It has something in it that matches this.
    Matches(Box<Regex>),
}

impl TextTest {
    /// Whether it holds.
    #[inline]
    pub fn holds(&self, text: &str) -> bool {
        match self {
            Self::Is(other) => text == other,
            Self::IsOneOf(others) => others.contains(text),
            Self::Compares(relation, other) => relation.is(text.cmp(other)),
            Self::StartsWith(start) => text.starts_with(start),
            Self::EndsWith(end) => text.ends_with(end),
            Self::Contains(finder) => finder.find(text.as_bytes()).is_some(),
            Self::Matches(regex) => regex.is_match(text),
        }
    }
}

/// A comparison of two texts by a method of the first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `startsWith`
    StartsWith,
    /// `endsWith`
    EndsWith,
    /// `contains`
    Contains,
}

impl Method {
    fn holds(self, text: &str, other: &str) -> bool {
        match self {
            Self::StartsWith => text.starts_with(other),
            Self::EndsWith => text.ends_with(other),
            Self::Contains => text.contains(other),
        }
    }
}

impl Condition {
    /// Whether it holds for an event.
    pub fn holds(&self, judged: &Judged<'_>) -> bool {
        match self {
            Self::Always(holds) => *holds,
            Self::All(conditions) => conditions.iter().all(|condition| condition.holds(judged)),
            Self::Any(conditions) => conditions.iter().any(|condition| condition.holds(judged)),
            Self::Not(condition) => !condition.holds(judged),
            Self::Text(Operand::Attribute(attribute), test) => {
                judged.any_text(*attribute, |text| test.holds(text))
            }
            Self::Text(operand, test) => {
                operand.any(judged, &mut |value| matches!(value, Value::Text(text) if test.holds(text)))
            }
            Self::Method(operand, method, other) => operand.any(judged, &mut |value| {
                let Value::Text(text) = value else { return false };
                other.any(
                    judged,
                    &mut |value| matches!(value, Value::Text(other) if method.holds(text, other)),
                )
            }),
            Self::Compare(left, relation, right) => left.any(judged, &mut |value| {
                right.any(judged, &mut |other| {
                    if *relation == Relation::Equal {
                        value.equals(other)
                    } else {
                        value.compare(other).is_some_and(|ordering| relation.is(ordering))
                    }
                })
            }),
            Self::IsIn(operand, container) => operand.any(judged, &mut |value| {
                container.any(judged, &mut |container| match container {
                    Value::Container(document, id) => {
                        field::contents(*document, *id).any(|content| content.equals(value))
                    }
                    _ => false,
                })
            }),
            Self::Has(Operand::Field(path)) => {
                let document = judged.document();
                path.any(document, &mut |node| !matches!(field::value(document, node), Value::Null))
            }
            Self::Has(operand) => operand.any(judged, &mut |value| match value {
                Value::Text(text) => !text.is_empty(),
                Value::Null => false,
                _ => true,
            }),
        }
    }

    /// Whether it needs this attribute.
    pub fn asks_for(&self, wanted: Attribute) -> bool {
        match self {
            Self::Always(_) => false,
            Self::All(conditions) | Self::Any(conditions) => {
                conditions.iter().any(|condition| condition.asks_for(wanted))
            }
            Self::Not(condition) => condition.asks_for(wanted),
            Self::Text(operand, _) | Self::Has(operand) => operand.asks_for(wanted),
            Self::Method(left, _, right) | Self::Compare(left, _, right) | Self::IsIn(left, right) => {
                left.asks_for(wanted) || right.asks_for(wanted)
            }
        }
    }

    /// The time in which it can hold, the end excluded.
    pub fn period(&self) -> (Timestamp, Timestamp) {
        let (mut begin, mut end) = (Timestamp::MIN, Timestamp::MAX);
        match self {
            Self::All(conditions) => {
                for (from, to) in conditions.iter().map(Self::period) {
                    (begin, end) = (begin.max(from), end.min(to));
                }
            }
            Self::Compare(Operand::Time, relation, Operand::Constant(Constant::Time(nanos))) => {
                match relation {
                    Relation::GreaterOrEqual => begin = timestamp(*nanos),
                    Relation::Greater => begin = timestamp(nanos + 1),
                    Relation::Less => end = timestamp(*nanos),
                    Relation::LessOrEqual => end = timestamp(nanos + 1),
                    _ => {}
                }
            }
            _ => {}
        }
        (begin, end)
    }
}
