//! The names that an expression knows.

use super::operand::Operand;
use super::value::{Constant, nanos};
use crate::model::attribute::{ATTRIBUTES, Attribute};
use crate::model::time::Timestamp;
use crate::text::suggest;

/// Functions, with how they are written.
pub const FUNCTIONS: [(&str, &str); 6] = [
    ("has", "has(attribute)"),
    ("size", "size(text)"),
    ("timestamp", "timestamp(\"2025-01-31T00:00:00Z\")"),
    ("duration", "duration(\"36h\")"),
    ("field", "field(\"path.of.a.field\")"),
    ("matches", "matches(text, \"pattern\")"),
];

/// Methods of texts.
pub const METHODS: [&str; 5] = ["startsWith", "endsWith", "contains", "matches", "size"];

/// What a name stands for; otherwise why it stands for nothing.
pub fn operand(name: &str, now: Timestamp) -> Result<Operand, String> {
    match name {
        "true" => return Ok(Operand::Constant(Constant::Flag(true))),
        "false" => return Ok(Operand::Constant(Constant::Flag(false))),
        "null" => return Ok(Operand::Constant(Constant::Null)),
        "now" => return Ok(Operand::Constant(Constant::Time(nanos(now)))),
        _ => {}
    }
    let known = ATTRIBUTES.iter().find(|info| info.name == name);
    let attribute = known.ok_or_else(|| unknown(name))?.attribute;
    Ok(match attribute {
        Attribute::Time => Operand::Time,
        Attribute::EpochMs => Operand::EpochMs,
        Attribute::ConnectionEnabled => Operand::Enabled,
        _ => Operand::Attribute(attribute),
    })
}

/// Why a name stands for nothing.
fn unknown(name: &str) -> String {
    let names = || ATTRIBUTES.iter().map(|info| info.name);
    if FUNCTIONS.iter().any(|(function, _)| *function == name) {
        let (_, usage) = FUNCTIONS.into_iter().find(|(function, _)| *function == name).unwrap_or_default();
        return format!("`{name}` is a function; write {usage}");
    }
    let parts: Vec<_> =
        names().filter(|known| known.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'))).collect();
    if !parts.is_empty() {
        return format!("`{name}` has several parts; write {}", parts.join(" or "));
    }
    // A text without its quotes is a frequent mistake, and so is a vendor's own field.
    let otherwise = format!("write \"{name}\" for a text, or field(\"{name}\") for a vendor's own field");
    suggest::unknown_or("attribute", name, names().chain(["now"]), &otherwise)
}

/// Why there is no such function or method.
pub fn unknown_call(what: &str, name: &str) -> String {
    let functions = FUNCTIONS.iter().map(|(name, _)| *name);
    let all = if what == "method" { METHODS.to_vec() } else { functions.collect() };
    let otherwise = format!("there are {}", all.join(", "));
    suggest::unknown_or(what, name, all.iter().copied(), &otherwise)
}
