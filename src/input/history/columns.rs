//! The columns of a history: when an event happened, its attributes, and what reading it again needs.

use std::sync::LazyLock;

use crate::columnar::{Column, Kind, Schema};
use crate::model::attribute::{ATTRIBUTES, Attribute, AttributeInfo, ValueKind};
use crate::model::time::Timestamp;

/// The columns before those of attributes.
const BEFORE: usize = 3;

/// Index of the time in microseconds.
pub const TIME: usize = 0;
/// Index of the time in nanoseconds since 1970, which times before 1678 and after 2261 do not have.
pub const EPOCH_NS: usize = 1;
/// Index of the time as the vendor wrote it, unless that is the usual way.
pub const TIME_TEXT: usize = 2;

/// The attributes that have a column, in order. The times have columns of their own.
pub static IN_COLUMNS: LazyLock<Vec<&'static AttributeInfo>> = LazyLock::new(|| {
    let is_time = |info: &&AttributeInfo| matches!(info.attribute, Attribute::Time | Attribute::EpochMs);
    ATTRIBUTES.iter().filter(|info| !is_time(info)).collect()
});

/// The columns behind those of attributes, by their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Further {
    /// All texts of attributes that have several, as JSON.
    AllTexts,
    /// The diagnostics that rules look at, as JSON.
    Diagnostics,
    /// Digest of the content.
    Content,
    /// Name of the input where the event was read first.
    Input,
    /// Line in that input.
    Line,
    /// The other places where the event was read, as JSON: `[["input",line,copy],…]`.
    Origins,
    /// How many places there are.
    Count,
    /// Whether it is a change or portal link, or about a certificate.
    IsChange,
}

impl Further {
    /// Index of the column.
    pub fn index(self) -> usize {
        attribute_index(IN_COLUMNS.len()) + self as usize
    }
}

/// Nanoseconds since 1970, as far as the column can have them.
pub fn epoch_nanos(time: Timestamp) -> Option<i64> {
    i64::try_from(i128::from(time.seconds) * 1_000_000_000 + i128::from(time.nanos)).ok()
}

/// Index of the column of an attribute, by its index among [`IN_COLUMNS`].
pub fn attribute_index(attribute: usize) -> usize {
    BEFORE + attribute
}

/// The schema of a history.
pub static SCHEMA: LazyLock<Schema> = LazyLock::new(|| {
    let column = |name: &str, kind: Kind, nullable: bool| Column { name: name.to_owned(), kind, nullable };
    let mut columns = vec![
        column("time", Kind::Time, false),
        column("epoch_ns", Kind::Integer, true),
        column("time_text", Kind::Text, true),
    ];
    columns.extend(IN_COLUMNS.iter().map(|info| {
        let kind = if info.kind == ValueKind::Flag { Kind::Boolean } else { Kind::Text };
        column(&info.name.replace('.', "_"), kind, !info.always)
    }));
    columns.extend([
        column("texts", Kind::Text, true),
        column("diagnostics", Kind::Text, true),
        column("content", Kind::Fixed(16), false),
        column("origin_input", Kind::Text, false),
        column("origin_line", Kind::Integer, false),
        column("origins", Kind::Text, true),
        column("count", Kind::Integer, false),
        column("is_change", Kind::Boolean, false),
    ]);
    let schema = Schema::new(columns).and_then(|schema| schema.sorted_by(vec![TIME]));
    schema.expect("names are different, and the time is a column")
});
