//! What the tables of sources tell of a row that gives attributes: its source, its operation, and what follows from its
//! action and its values, as far as no column gives it.

use std::borrow::Cow;

use serde_json::json;

use crate::input::table::Layout;
use crate::model::attribute::Attribute;
use crate::model::diagnostic::UNKNOWN_ACTION;
use crate::model::operation::Operation;
use crate::reader::values::DerivedValues;
use crate::sources::{Action, Expect, Source, logging, normalized};
use crate::text::cut::shortened;

/// The attributes that tables tell.
pub const TOLD: [Attribute; 7] = [
    Attribute::Source,
    Attribute::Operation,
    Attribute::Outcome,
    Attribute::ActorKind,
    Attribute::ConnectionProtocol,
    Attribute::ConnectionProvider,
    Attribute::ConnectionDirection,
];

/// The source that logged a row cannot be told.
pub enum UnknownSource {
    /// No source documents the action.
    None,
    /// These do.
    Several(Vec<&'static str>),
}

/// What is told of a row with these values: the text of each attribute of [`TOLD`], empty where a column gives it, and
/// the diagnostics of the event, as a normalized event has them. `source` is the source of rows that name none.
pub fn told(
    layout: &Layout,
    values: &[Cow<'_, str>],
    source: Option<&'static Source>,
) -> Result<Vec<Cow<'static, str>>, UnknownSource> {
    let has_column = |attribute| layout.attributes.iter().any(|(other, _)| *other == attribute);
    let text = |attribute| {
        let slot = layout.attributes.iter().find(|(other, _)| *other == attribute);
        slot.and_then(|(_, slot)| values.get(*slot)).map_or("", |text| text)
    };
    let name = text(Attribute::Action);
    let source = match has_column(Attribute::Source) {
        // Whether its source is a known one is asked when the event is read.
        true => normalized::source_named(text(Attribute::Source)),
        // An event without an action is refused for that.
        false if name.is_empty() => source,
        false => Some(source.map_or_else(|| source_of(name), Ok)?),
    };
    let action = source.and_then(|source| source.action(name));
    let operation = action.map_or(Operation::Other, |action| action.operation);
    let derived = source.map(|source| derived(source, action, text)).unwrap_or_default();
    let direction = action.and_then(|action| action.direction);
    let told = TOLD.iter().map(|attribute| match attribute {
        _ if has_column(*attribute) => None,
        Attribute::Source => source.map(|source| source.name),
        Attribute::Operation => Some(operation.name()),
        Attribute::Outcome => derived.outcome.map(|outcome| outcome.name()),
        Attribute::ActorKind => derived.actor_kind.map(|kind| kind.name()),
        Attribute::ConnectionProtocol => derived.protocol,
        Attribute::ConnectionProvider => derived.provider,
        _ => direction.map(|direction| direction.name()),
    });
    let mut told: Vec<_> = told.map(|text| Cow::Borrowed(text.unwrap_or_default())).collect();
    let is_unknown =
        source.is_some() && action.is_none() && !has_column(Attribute::Operation) && !name.is_empty();
    told.push(if is_unknown { unknown_action(name).into() } else { Cow::Borrowed("") });
    Ok(told)
}

/// The one source that documents an action.
fn source_of(action: &str) -> Result<&'static Source, UnknownSource> {
    let mut documenting = logging().iter().filter(|source| source.listed_action(action).is_some());
    match (documenting.next(), documenting.next()) {
        (None, _) => Err(UnknownSource::None),
        (Some(source), None) => Ok(source),
        (Some(one), Some(other)) => {
            let all = [one, other].into_iter().chain(documenting);
            Err(UnknownSource::Several(all.map(|source| source.name).collect()))
        }
    }
}

/// What follows from the action, and from the values of the fields of a source that list their values.
fn derived<'t>(
    source: &Source,
    action: Option<&Action>,
    text: impl Fn(Attribute) -> &'t str,
) -> DerivedValues {
    let mut derived = DerivedValues::default();
    for field in source.fields {
        for expect in field.expects {
            let text = || field.attribute.map(&text).filter(|text| !text.is_empty());
            if let Expect::OneOf(vocabulary) = expect
                && let Some(text) = text()
            {
                derived.add(vocabulary, vocabulary.term(text), text);
            }
        }
    }
    derived.outcome = action.and_then(|action| action.outcome).or(derived.outcome);
    derived.protocol = action.and_then(|action| action.protocol).or(derived.protocol);
    derived
}

/// The diagnostics of an event whose action no table has.
fn unknown_action(name: &str) -> String {
    const MAX_CHARS: usize = 80;
    let message = format!("unknown action `{}`", shortened(name, MAX_CHARS));
    json!([{ "code": UNKNOWN_ACTION.name, "message": message }]).to_string()
}
