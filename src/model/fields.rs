//! What a line holds: the values of its source's fields, still as written. Knows no vendor.
//!
//! Whoever parses a line fills this; events, selection and value checks only read it.

use std::borrow::Cow;

pub use crate::json::Span;
use crate::model::attribute::{ATTRIBUTES, Attribute};

/// Index of a field in its source's table.
pub type FieldId = u16;

/// A field that a line has a value for.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Which field.
    pub field: FieldId,
    /// Index of the list element it is in; 0 outside of lists.
    pub element: u32,
    /// Which of the line's values it is.
    pub slot: u32,
    /// It is outside of lists or in the first element of its type: an event is about these, and
    /// attributes of different elements must not be mixed.
    pub is_primary: bool,
}

/// All values of a line.
#[derive(Clone, Copy)]
pub struct Fields<'a> {
    /// The line, or the event's text where it spans several lines.
    pub text: &'a str,
    /// Where its values are.
    pub spans: &'a [Span],
    /// Which value is which field, in the order of the line.
    pub bindings: &'a [Binding],
    /// What is where among the bindings.
    pub index: &'a Index,
}

/// What is where among the bindings of a line.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// Which attribute is which binding, sorted by attribute, the preferred binding first.
    pub attributes: Vec<(Attribute, u32)>,
    /// For each attribute where in `attributes` its bindings begin; they end where the next ones
    /// do.
    pub starts: [u32; ATTRIBUTES.len() + 1],
    /// For each attribute the slot of the first of its bindings that leads; `u32::MAX` where it has
    /// none.
    pub best: [u32; ATTRIBUTES.len()],
    /// For each field its first binding, and the one after its last; equal where it has none.
    pub fields: Vec<(u32, u32)>,
    /// What the event says besides its time, whatever way it came: fields, sorted by field and element, then all
    /// other values, sorted by path.
    pub said: Vec<Said>,
    /// For each attribute which of `said` is the first of its bindings that leads; `u32::MAX` where none is, and for
    /// all of them where the skeleton was not learned.
    pub best_said: [u32; ATTRIBUTES.len()],
    /// What gives the same part of the hash of all that in every such line: of which source it is, and what each
    /// value is, field and element, or path and type; what has no text, which is nulls, and objects and arrays with
    /// nothing in them; and those values that are part of a learned skeleton, which are not among the others.
    pub fixed: u64,
}

/// A value that an event says.
#[derive(Clone, Copy, Debug)]
pub struct Said {
    /// Hash of what it is: its field and element or its path, in every line the same.
    pub key: u64,
    /// Which of the line's values it is.
    pub slot: u32,
}

impl<'a> Fields<'a> {
    /// The best non-empty text for the attribute that the event is about.
    #[inline(always)]
    pub fn best(&self, attribute: Attribute) -> Option<Cow<'a, str>> {
        let span = *self.spans.get(self.index.best[attribute as usize] as usize)?;
        if span.start < span.end && !span.escaped {
            return Some(Cow::Borrowed(span.raw(self.text)));
        }
        let only = self.index.starts[attribute as usize + 1] - self.index.starts[attribute as usize] == 1;
        if only && span.start == span.end { None } else { self.leading_first(attribute) }
    }

    /// The same as bytes, where they are what is written; nothing where they are not.
    #[inline(always)]
    pub fn plain(&self, attribute: Attribute) -> Option<&'a [u8]> {
        let Some(span) = self.spans.get(self.index.best[attribute as usize] as usize) else {
            return Some(&[]);
        };
        let is_plain = span.start < span.end && !span.escaped;
        if is_plain { self.text.as_bytes().get(span.start as usize..span.end as usize) } else { None }
    }

    /// The hash of the best texts for these attributes, of those of all that is said; nothing where they are not
    /// said, or the skeleton was not learned.
    #[inline(always)]
    pub fn hash<const N: usize>(&self, attributes: [Attribute; N], hashes: &[u64]) -> Option<u64> {
        let index = self.index;
        let mut sum = 0_u64;
        for attribute in attributes {
            match hashes.get(index.best_said[attribute as usize] as usize) {
                Some(hash) => sum = sum.wrapping_add(*hash),
                None if index.best[attribute as usize] == u32::MAX => {}
                None => return None,
            }
        }
        Some(sum)
    }

    #[inline(never)]
    fn leading_first(&self, attribute: Attribute) -> Option<Cow<'a, str>> {
        self.leading(attribute).next()
    }

    /// The non-empty texts for the attribute that the event is about, best first.
    pub fn leading(&self, attribute: Attribute) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let text = self.text;
        self.named(attribute)
            .filter(|(binding, _)| binding.is_primary)
            .map(move |(_, span)| span.decode(text))
    }

    /// Every non-empty text for the attribute, those of further list elements as well.
    pub fn all(&self, attribute: Attribute) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let text = self.text;
        self.named(attribute).map(move |(_, span)| span.decode(text))
    }

    /// The field's text in a list element (0 outside of lists).
    #[inline]
    pub fn text(&self, field: FieldId, element: u32) -> Option<Cow<'a, str>> {
        self.find(field, element).map(|span| span.decode(self.text))
    }

    /// Where the field's value in a list element (0 outside of lists) is.
    #[inline]
    pub fn find(&self, field: FieldId, element: u32) -> Option<Span> {
        self.each(field).find(|(at, _)| *at == element).map(|(_, span)| span)
    }

    /// Where the value of a binding is.
    #[inline]
    pub fn span(&self, binding: &Binding) -> Span {
        self.spans[binding.slot as usize]
    }

    /// Every value of the field, with the index of its list element (0 outside of lists).
    #[inline]
    pub fn each(&self, field: FieldId) -> impl Iterator<Item = (u32, Span)> + use<'a> {
        let Self { spans, bindings, index, .. } = *self;
        let (first, end) = index.fields.get(field as usize).copied().unwrap_or_default();
        let some = bindings.get(first as usize..end as usize).unwrap_or_default();
        let its = some.iter().filter(move |binding| binding.field == field);
        its.map(move |binding| (binding.element, spans[binding.slot as usize]))
    }

    /// Of each list element that has the first of these fields: its values of all of them.
    pub fn by_element<const N: usize>(
        &self,
        fields: [FieldId; N],
    ) -> impl Iterator<Item = [Option<Span>; N]> {
        let places = fields.iter().filter_map(|field| self.index.fields.get(*field as usize));
        let places = places.filter(|(first, end)| first < end);
        let around = places.copied().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_default();
        let some = self.bindings.get(around.0 as usize..around.1 as usize).unwrap_or_default();
        // What an element holds stands together in the line.
        let elements = some.chunk_by(|a, b| a.element == b.element);
        elements
            .map(move |bindings| {
                fields.map(|field| {
                    bindings.iter().find(|binding| binding.field == field).map(|binding| self.span(binding))
                })
            })
            .filter(|values| values[0].is_some())
    }

    fn named(&self, attribute: Attribute) -> impl Iterator<Item = (&'a Binding, Span)> + use<'a> {
        let Self { spans, bindings, index, .. } = *self;
        let from = index.starts[attribute as usize] as usize;
        let to = index.starts[attribute as usize + 1] as usize;
        let named = index.attributes.get(from..to).unwrap_or_default();
        named
            .iter()
            .map(move |named| &bindings[named.1 as usize])
            .map(move |binding| (binding, spans[binding.slot as usize]))
            .filter(|(_, span)| span.start < span.end)
    }
}
