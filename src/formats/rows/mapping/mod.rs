//! Events in a schema that others define: a table says what each field has. Attributes that no field has are put into
//! an object of their own, so that nothing is lost.

mod columns;

use std::borrow::Cow;
use std::iter::once;

pub use columns::MappedColumns;

use crate::formats::json_objects;
use crate::formats::rows::{event_json, typed};
use crate::model::attribute::{ATTRIBUTES, Attribute, Value};
use crate::model::event::Event;
use crate::reports::sheet::Kind;
use crate::text::escape::write_json;

/// A schema, and how an event is put into it.
pub struct Mapping {
    /// Name of the format on the command line.
    pub name: &'static str,
    /// The fields. Those of one object are adjacent, and at most one of those with the same path has a value.
    pub fields: &'static [Field],
    /// The object of the attributes that no field has.
    pub rest: Rest,
}

/// A field of the schema.
pub struct Field {
    path: &'static str,
    /// The attribute that its value is, or can be told from its value.
    attribute: Option<Attribute>,
    content: Content,
    /// The kind of its values, if it follows from the event.
    kind: Kind,
}

enum Content {
    /// The attribute, if the event satisfies this.
    AttributeIf(fn(&Event<'_>) -> bool),
    Derived(Derive),
}

/// Makes a value of an event; `None` leaves the field out.
type Derive = for<'a> fn(&Event<'a>) -> Option<Json<'a>>;

/// A value in JSON.
pub enum Json<'a> {
    /// A text, a number or a flag.
    Value(Value<'a>),
    /// A list of texts.
    List(&'static [&'static str]),
}

impl<'a> Json<'a> {
    /// A text that there is.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Option<Self> {
        Some(Self::Value(Value::Text(text.into())))
    }

    /// A number that there is.
    pub fn integer(number: i64) -> Option<Self> {
        Some(Self::Value(Value::Integer(number)))
    }
}

/// The object of the attributes that no field has.
pub enum Rest {
    /// Its members have the dotted names of attributes.
    Dotted(&'static str),
    /// It is nested like the normalized event.
    Nested(&'static str),
}

impl Rest {
    /// The name of the object.
    pub fn name(&self) -> &'static str {
        let (Self::Dotted(name) | Self::Nested(name)) = self;
        name
    }

    /// The path of an attribute in it.
    fn path(&self, attribute: &'static str) -> impl Iterator<Item = &'static str> {
        let is_nested = matches!(self, Self::Nested(_));
        attribute.split(move |sign| is_nested && sign == '.')
    }
}

/// A field of this dotted path for an attribute.
pub const fn attribute(path: &'static str, attribute: Attribute) -> Field {
    attribute_if(|_| true, path, attribute)
}

/// A field for an attribute of the events that satisfy a condition.
pub const fn attribute_if(
    condition: fn(&Event<'_>) -> bool,
    path: &'static str,
    attribute: Attribute,
) -> Field {
    Field { path, attribute: Some(attribute), content: Content::AttributeIf(condition), kind: Kind::Text }
}

/// A field that follows from the event: a text, unless it is said to be of another kind.
pub const fn derived(path: &'static str, derive: Derive) -> Field {
    Field { path, attribute: None, content: Content::Derived(derive), kind: Kind::Text }
}

impl Field {
    /// The same field, from which an attribute can be told.
    pub const fn telling(self, attribute: Attribute) -> Self {
        Self { attribute: Some(attribute), ..self }
    }

    /// The same field, whose values are of another kind than text.
    pub const fn of_kind(self, kind: Kind) -> Self {
        Self { kind, ..self }
    }

    /// The kind of its values.
    fn kind(&self) -> Kind {
        let attribute = self.attribute.filter(|_| matches!(self.content, Content::AttributeIf(_)));
        attribute.map_or(self.kind, |attribute| typed::kind(&[attribute]))
    }

    fn value<'a>(&self, event: &Event<'a>) -> Option<Json<'a>> {
        match self.content {
            Content::AttributeIf(condition) if !condition(event) => None,
            Content::AttributeIf(_) => event.value(self.attribute?).map(Json::Value),
            Content::Derived(derive) => derive(event),
        }
    }
}

/// Writes an event as a line.
pub fn line(mapping: &Mapping, event: &Event<'_>, out: &mut Vec<u8>) {
    let mut told = 0_u64;
    let mut object = Object::new(out);
    for field in mapping.fields {
        let Some(value) = field.value(event) else { continue };
        told |= field.attribute.map_or(0, bit);
        object.member(field.path.split('.'), &value);
    }
    for (name, value) in rest(event, told) {
        object.member(once(mapping.rest.name()).chain(mapping.rest.path(name)), &value);
    }
    object.close();
    out.push(b'\n');
}

/// The attributes that no field has told, by their names.
fn rest<'a>(event: &Event<'a>, told: u64) -> impl Iterator<Item = (&'static str, Json<'a>)> {
    let rest = ATTRIBUTES.iter().filter(move |info| told & bit(info.attribute) == 0);
    rest.filter_map(|info| Some((info.name, Json::Value(event.value(info.attribute)?))))
}

/// Attributes are fewer than bits.
fn bit(attribute: Attribute) -> u64 {
    1 << attribute as u64
}

/// An object that is being written, with the objects in it.
struct Object<'o> {
    out: &'o mut Vec<u8>,
    /// The names of the objects that are open.
    open: Vec<&'static str>,
}

impl<'o> Object<'o> {
    fn new(out: &'o mut Vec<u8>) -> Self {
        out.push(b'{');
        Self { out, open: Vec::new() }
    }

    /// Writes a value at a path, in the objects that are open as far as they are on it.
    fn member(&mut self, path: impl Iterator<Item = &'static str>, value: &Json<'_>) {
        let mut path = path.peekable();
        let shared = self.open.iter().take_while(|name| path.next_if_eq(*name).is_some()).count();
        self.out.extend(self.open.drain(shared..).map(|_| b'}'));
        while let Some(name) = path.next() {
            if !self.out.ends_with(b"{") {
                self.out.push(b',');
            }
            json_objects::plain(name, self.out);
            self.out.push(b':');
            if path.peek().is_some() {
                self.out.push(b'{');
                self.open.push(name);
            }
        }
        match value {
            Json::Value(value) => event_json::value(value, self.out),
            Json::List(texts) => write_json(*texts, self.out).expect("memory takes all"),
        }
    }

    fn close(self) {
        self.out.extend(self.open.iter().map(|_| b'}'));
        self.out.push(b'}');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use proptest::sample::subsequence;

    /// Objects are adjacent, and names come again in other objects.
    const PATHS: [&str; 9] = ["a", "b.a", "b.c.a", "b.c.d.e", "b.c.d.f", "b.g", "h.a", "h.c.d.e", "i"];

    proptest! {
        #[test]
        fn values_are_read_back_at_their_paths(paths in subsequence(&PATHS[..], 0..=PATHS.len())) {
            let (mut out, mut expected) = (Vec::new(), serde_json::json!({}));
            let mut object = Object::new(&mut out);
            for (number, path) in (0..).zip(&paths) {
                object.member(path.split('.'), &Json::Value(Value::Integer(number)));
                path.split('.').fold(&mut expected, |object, name| &mut object[name]).clone_from(&number.into());
            }
            object.close();
            let line = String::from_utf8(out)?;
            prop_assert_eq!(line.matches(':').count(), line.matches('{').count() - 1 + paths.len());
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&line)?, expected);
        }
    }
}
