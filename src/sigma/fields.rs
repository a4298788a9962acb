//! The fields of an event, as rules name them: attributes of the normalized event by their dotted names, and whatever
//! else the vendor's line has.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::RandomState;
use serde_json::Value as Json;

use crate::model::attribute::{self, ATTRIBUTES, Attribute};
use crate::model::event::Event;
use crate::sources::{self, Source};

/// The attribute that a field names; `None` if it is a field of the vendor's.
pub fn attribute(field: &str) -> Option<Attribute> {
    static BY_NAME: LazyLock<HashMap<&str, Attribute, RandomState>> =
        LazyLock::new(|| ATTRIBUTES.iter().map(|info| (info.name, info.attribute)).collect());
    BY_NAME.get(field).copied()
}

/// The value of an attribute.
pub enum AttributeValue<'e> {
    /// A text, a number or a flag.
    One(attribute::Value<'e>),
    /// All different texts, as the event has several targets.
    Several(Vec<Cow<'e, str>>),
}

/// An event with its line. What several rules ask for is found out once.
pub struct EventFields<'e> {
    event: &'e Event<'e>,
    /// The values of attributes, once they are asked for.
    values: [OnceCell<Option<AttributeValue<'e>>>; ATTRIBUTES.len()],
    /// The line, once something is asked of it; `None` if it is not the vendor's.
    line: OnceCell<Option<Line>>,
}

/// The line of an event.
struct Line {
    json: Json,
    /// The keys of the wrappers that hold the event, the outermost first.
    wrappers: Vec<&'static str>,
}

impl<'e> EventFields<'e> {
    /// The fields of an event.
    pub fn new(event: &'e Event<'e>) -> Self {
        Self { event, values: [const { OnceCell::new() }; ATTRIBUTES.len()], line: OnceCell::new() }
    }

    /// The value of an attribute.
    pub fn value(&self, attribute: Attribute) -> Option<&AttributeValue<'e>> {
        self.values[attribute as usize].get_or_init(|| value(self.event, attribute)).as_ref()
    }

    /// The line as it is written.
    pub fn text(&self) -> &str {
        self.event.fields.text
    }

    /// The whole line, if it is the vendor's.
    pub fn line(&self) -> Option<&Json> {
        self.read().map(|line| &line.json)
    }

    /// Every value at a path, in the event, or else in what is around it.
    pub fn at_path(&self, path: &str) -> Vec<&Json> {
        let Some(Line { json, wrappers }) = self.read() else {
            return Vec::new();
        };
        let inside = |depth: usize| {
            let object = wrappers.iter().take(depth).try_fold(json, |outer, key| outer.get(key));
            object.map(|object| at_path(object, path)).filter(|values| !values.is_empty())
        };
        (0..=wrappers.len()).rev().find_map(inside).unwrap_or_default()
    }

    fn read(&self) -> Option<&Line> {
        self.line
            .get_or_init(|| self.event.retained.is_none().then(|| Line::of(self.event)).flatten())
            .as_ref()
    }
}

impl Line {
    fn of(event: &Event<'_>) -> Option<Self> {
        let json: Json = serde_json::from_str(event.fields.text).ok()?;
        let source = sources::ALL.iter().find(|source| source.name == event.source);
        let (mut wrappers, mut outer) = (Vec::new(), &json);
        for wrapper in source.into_iter().flat_map(|source| source.wrappers) {
            if let Some(inner) = outer.get(wrapper.key).filter(|inner| inner.is_object()) {
                wrappers.push(wrapper.key);
                outer = inner;
            }
        }
        Some(Self { json, wrappers })
    }
}

fn value<'e>(event: &Event<'e>, attribute: Attribute) -> Option<AttributeValue<'e>> {
    // What happened, and where it is logged, is one thing, even if several values name it.
    let is_one = matches!(attribute, Attribute::Action | Attribute::Source | Attribute::Operation);
    let several = if is_one { None } else { event.further_texts(attribute) };
    several.map(AttributeValue::Several).or_else(|| event.value(attribute).map(AttributeValue::One))
}

/// Every value at a dotted path: exactly as it is spelled, or else with the case of ASCII letters ignored. Each element of
/// a list is followed, or the one that `[0]` or `[-1]` after a key names.
pub fn at_path<'j>(object: &'j Json, path: &str) -> Vec<&'j Json> {
    if let Some(value) = object.get(path) {
        return vec![value];
    }
    let mut found = vec![object];
    for step in path.split('.') {
        let (key, index) = indexed(step);
        let values = found.into_iter().flat_map(elements).filter_map(|object| member(object, key));
        found = match index {
            None => values.collect(),
            Some(index) => values.filter_map(|list| element(list, index)).collect(),
        };
    }
    found
}

/// The key of a step, and the index of the list element that it names.
fn indexed(step: &str) -> (&str, Option<i64>) {
    let parts = step.strip_suffix(']').and_then(|step| step.rsplit_once('['));
    let indexed = parts.and_then(|(key, index)| Some((key, Some(index.parse().ok()?))));
    indexed.unwrap_or((step, None))
}

fn element(list: &Json, index: i64) -> Option<&Json> {
    let list = list.as_array()?;
    let from_end = || list.len().checked_sub(usize::try_from(index.unsigned_abs()).ok()?);
    list.get(usize::try_from(index).ok().or_else(from_end)?)
}

fn elements(value: &Json) -> Box<dyn Iterator<Item = &Json> + '_> {
    match value {
        Json::Array(elements) => Box::new(elements.iter()),
        other => Box::new(std::iter::once(other)),
    }
}

fn member<'j>(object: &'j Json, key: &str) -> Option<&'j Json> {
    let object = object.as_object()?;
    let any_case = || object.iter().find(|(name, _)| name.eq_ignore_ascii_case(key)).map(|(_, value)| value);
    object.get(key).or_else(any_case)
}

/// The field that alone names the action of a source's events, if there is one.
pub fn action_field(source: &Source) -> Option<&'static str> {
    let mut fields = source.fields.iter().filter(|field| field.attribute == Some(Attribute::Action));
    let only = fields
        .next()
        .filter(|field| source.composite.is_none() && field.alias.is_none() && field.part.is_none());
    only.filter(|_| fields.next().is_none()).map(|field| field.path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_lead_through_lists_and_any_case() {
        let object = json!({ "eventType": "a", "target": [{ "id": 1 }, { "ID": [2, 3] }, 4], "a.b": 5 });
        let at = |path| at_path(&object, path).into_iter().cloned().collect::<Vec<_>>();
        assert_eq!(at("eventtype"), [json!("a")]);
        assert_eq!(at("Target.id"), [json!(1), json!([2, 3])]);
        assert_eq!(at("target[1].id[-1]"), [json!(3)]);
        assert_eq!(at("a.b"), [json!(5)]);
        assert_eq!(at("target.id.x"), Vec::<Json>::new());
        assert_eq!(at("nothing"), Vec::<Json>::new());
    }
}
