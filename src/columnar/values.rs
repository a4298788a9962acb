//! The values of one column in one row group.

use std::cmp::Ordering;

use super::dictionary::{FixedColumn, NULL, TextColumn};
use super::list::ListColumn;
use super::schema::Kind;

/// The values of a column, one for every row; `None` or [`NULL`] where a row has none.
#[derive(Clone, Debug, PartialEq)]
pub enum Values {
    /// Texts.
    Text(TextColumn),
    /// Numbers.
    Integer(Vec<Option<i64>>),
    /// Booleans.
    Boolean(Vec<Option<bool>>),
    /// Microseconds since 1970 in UTC.
    Time(Vec<Option<i64>>),
    /// Numbers with a fraction.
    Float(Vec<Option<f64>>),
    /// Several texts.
    List(ListColumn),
    /// Values of the same number of bytes.
    Fixed(FixedColumn),
}

impl Values {
    /// What the values are.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Text(_) => Kind::Text,
            Self::Integer(_) => Kind::Integer,
            Self::Boolean(_) => Kind::Boolean,
            Self::Time(_) => Kind::Time,
            Self::Float(_) => Kind::Float,
            Self::List(_) => Kind::List,
            Self::Fixed(column) => Kind::Fixed(column.size()),
        }
    }

    /// How many rows there are.
    pub fn rows(&self) -> usize {
        match self {
            Self::Text(column) => column.codes().len(),
            Self::Integer(values) | Self::Time(values) => values.len(),
            Self::Boolean(values) => values.len(),
            Self::Float(values) => values.len(),
            Self::List(column) => column.ranges().len(),
            Self::Fixed(column) => column.codes().len(),
        }
    }

    /// How many rows have no value.
    pub fn nulls(&self) -> usize {
        let without_code = |codes: &[u32]| codes.iter().filter(|code| **code == NULL).count();
        match self {
            Self::Text(column) => without_code(column.codes()),
            Self::Integer(values) | Self::Time(values) => missing(values),
            Self::Boolean(values) => missing(values),
            Self::Float(values) => missing(values),
            Self::List(column) => missing(column.ranges()),
            Self::Fixed(column) => without_code(column.codes()),
        }
    }

    /// The least and the greatest number or time; `None` if there is none.
    pub fn range(&self) -> Option<(i64, i64)> {
        let (Self::Integer(values) | Self::Time(values)) = self else { return None };
        let present = values.iter().flatten().map(|value| (*value, *value));
        present.reduce(|(least, greatest), (value, _)| (least.min(value), greatest.max(value)))
    }

    /// How two rows compare; one without a value comes first.
    pub fn compare(&self, row: usize, other: usize) -> Ordering {
        match self {
            Self::Text(column) => column.get(row).cmp(&column.get(other)),
            Self::Integer(values) | Self::Time(values) => values.get(row).cmp(&values.get(other)),
            Self::Boolean(values) => values.get(row).cmp(&values.get(other)),
            Self::Float(values) => {
                let value = |row| values.get(row).copied().flatten();
                value(row).partial_cmp(&value(other)).unwrap_or(Ordering::Equal)
            }
            Self::List(column) => column.get(row).cmp(&column.get(other)),
            Self::Fixed(column) => column.get(row).cmp(&column.get(other)),
        }
    }
}

fn missing<T>(values: &[Option<T>]) -> usize {
    values.iter().filter(|value| value.is_none()).count()
}
