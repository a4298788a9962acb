//! What a line holds: the values of its source's fields, still as written. Knows no vendor.
//!
//! Whoever parses a line fills this; events, selection and value checks only read it.

use std::borrow::Cow;

use crate::event::Attribute;
pub use crate::json::{Kind, Span};

/// Index of a field in its source's table.
pub type FieldId = u16;

/// The value of one field in one line.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Which field.
    pub field: FieldId,
    /// Index of the list element it is in; 0 outside of lists.
    pub element: u16,
    /// JSON type.
    pub kind: Kind,
    /// Where it is in the line.
    pub span: Span,
}

/// All values of a line.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    /// The line, or the event's text where it spans several lines.
    pub text: &'a str,
    /// Values in the order of the line.
    pub bindings: &'a [Binding],
    /// Which attribute is which binding, sorted by attribute, the preferred binding first.
    pub attributes: &'a [(Attribute, u16)],
}

impl<'a> Fields<'a> {
    /// The best non-empty value for the attribute.
    pub fn first(&self, attribute: Attribute) -> Option<&'a Binding> {
        self.each(attribute).next()
    }

    /// Every non-empty text for the attribute, best first.
    pub fn all(&self, attribute: Attribute) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let text = self.text;
        self.each(attribute).map(move |binding| binding.span.decode(text))
    }

    /// The field's text in a list element (0 outside of lists).
    pub fn text(&self, field: FieldId, element: u16) -> Option<Cow<'a, str>> {
        self.find(field, element).map(|binding| binding.span.decode(self.text))
    }

    /// The field's value in a list element (0 outside of lists).
    pub fn find(&self, field: FieldId, element: u16) -> Option<&'a Binding> {
        self.bindings.iter().find(|binding| binding.field == field && binding.element == element)
    }

    fn each(&self, attribute: Attribute) -> impl Iterator<Item = &'a Binding> + use<'a> {
        let bindings = self.bindings;
        let first = self.attributes.partition_point(|named| named.0 < attribute);
        self.attributes[first..]
            .iter()
            .take_while(move |named| named.0 == attribute)
            .map(move |named| &bindings[named.1 as usize])
            .filter(|binding| binding.span.start < binding.span.end)
    }
}
