//! The values of a line, bound to the fields of its source's table and still as written. Knows no vendor.
//!
//! The reader fills this; events, selections and value checks only read it.

use std::borrow::Cow;

pub use crate::json::Span;
use crate::model::attribute::{ATTRIBUTES, Attribute};
use crate::model::content::CanonicalContent;

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
    /// It is outside of lists or in the first list element of its kind: an event is about these, and attributes
    /// of different elements must not be mixed.
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
    /// Lookup tables over the bindings.
    pub index: &'a Index,
}

/// Lookup tables over the bindings of a line: by attribute, by field, and its content.
#[derive(Clone, Debug, Default)]
pub struct Index {
    /// The bindings that give attributes, sorted by attribute, the preferred one first.
    pub attributes: Vec<(Attribute, u32)>,
    /// For each attribute where in `attributes` its bindings begin; they end where those of the next one begin.
    pub starts: [u32; ATTRIBUTES.len() + 1],
    /// For each attribute the slot of its first primary binding; `u32::MAX` where it has none.
    pub best: [u32; ATTRIBUTES.len()],
    /// For each field its first binding, and the one after its last; equal where it has none.
    pub fields: Vec<(u32, u32)>,
    /// The content of the event, which is what it says besides its time, however it was delivered: the values of
    /// fields, sorted by field and element, then all other values, sorted by path.
    pub content: Vec<ContentValue>,
    /// For each attribute which of `content` is its first primary binding; `u32::MAX` where none is, and for every
    /// attribute of a line whose skeleton was not learned.
    pub best_content: [u32; ATTRIBUTES.len()],
    /// The part of the content's hash that is the same for every line of this structure: its source; field and
    /// element, or path and type, of each value; values without a text, which are nulls and empty objects and
    /// arrays; and values that are part of a learned skeleton, which are not in `content`.
    pub fixed_hash: u64,
    /// The canonical form of the content, if digests are wanted.
    pub canonical: Option<CanonicalContent>,
    /// What all lines of a learned shape have in common.
    pub shape: ShapeFacts,
}

/// What all lines of a learned shape have in common.
#[derive(Clone, Copy, Debug, Default)]
pub struct ShapeFacts {
    /// The number of the shape in the process; 0 for what is no shape.
    pub number: u64,
    /// A bit for each attribute whose texts are the same in all of them, which may be none.
    pub fixed: u64,
}

impl ShapeFacts {
    /// Whether an attribute has the same texts in all lines.
    #[inline]
    pub fn is_fixed(self, attribute: Attribute) -> bool {
        self.fixed & 1 << attribute as u64 != 0
    }
}

const _: () = assert!(ATTRIBUTES.len() <= u64::BITS as usize);

/// A value of an event's content.
#[derive(Clone, Copy, Debug)]
pub struct ContentValue {
    /// Hash of its field and element or of its path: the same in every line.
    pub key: u64,
    /// Which of the line's values it is.
    pub slot: u32,
}

/// The hash of some texts of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TextsHash {
    /// The event has none of them.
    NoText,
    /// Their hash.
    Hash(u64),
    /// A text is empty, written with escapes or not part of the content, or the skeleton was not learned.
    Unknown,
}

impl<'a> Fields<'a> {
    /// The best non-empty text for the attribute among those that the event is about.
    #[inline(always)]
    pub fn best(&self, attribute: Attribute) -> Option<Cow<'a, str>> {
        let span = *self.spans.get(self.index.best[attribute as usize] as usize)?;
        if span.start < span.end && !span.escaped {
            return Some(Cow::Borrowed(span.raw(self.text)));
        }
        let only = self.index.starts[attribute as usize + 1] - self.index.starts[attribute as usize] == 1;
        if only && span.start == span.end { None } else { self.first_primary(attribute) }
    }

    /// The hash of the best texts for these attributes, given the hashes of the content.
    #[inline(always)]
    pub fn hash<const N: usize>(&self, attributes: [Attribute; N], hashes: &[u64]) -> TextsHash {
        let index = self.index;
        let mut sum = TextsHash::NoText;
        for attribute in attributes {
            let Some(span) = self.spans.get(index.best[attribute as usize] as usize) else {
                continue;
            };
            let hash = hashes.get(index.best_content[attribute as usize] as usize);
            let Some(hash) = hash.filter(|_| span.start < span.end && !span.escaped) else {
                return TextsHash::Unknown;
            };
            sum = TextsHash::Hash(hash.wrapping_add(if let TextsHash::Hash(sum) = sum { sum } else { 0 }));
        }
        sum
    }

    #[inline(never)]
    fn first_primary(&self, attribute: Attribute) -> Option<Cow<'a, str>> {
        self.primary(attribute).next()
    }

    /// The non-empty texts for the attribute that the event is about, best first.
    pub fn primary(&self, attribute: Attribute) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let text = self.text;
        self.of_attribute(attribute)
            .filter(|(binding, _)| binding.is_primary)
            .map(move |(_, span)| span.decode(text))
    }

    /// How many values there are for the attribute, empty ones included.
    #[inline]
    pub fn count(&self, attribute: Attribute) -> usize {
        let Index { starts, .. } = self.index;
        (starts[attribute as usize + 1] - starts[attribute as usize]) as usize
    }

    /// Every non-empty text for the attribute, those of further list elements as well.
    pub fn all(&self, attribute: Attribute) -> impl Iterator<Item = Cow<'a, str>> + use<'a> {
        let text = self.text;
        self.of_attribute(attribute).map(move |(_, span)| span.decode(text))
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
        let of_field = some.iter().filter(move |binding| binding.field == field);
        of_field.map(move |binding| (binding.element, spans[binding.slot as usize]))
    }

    /// For each list element that has `fields[0]`, its values of all `fields`.
    pub fn by_element<const N: usize>(
        &self,
        fields: [FieldId; N],
    ) -> impl Iterator<Item = [Option<Span>; N]> {
        let ranges = fields.iter().filter_map(|field| self.index.fields.get(*field as usize));
        let ranges = ranges.filter(|(first, end)| first < end);
        let (first, end) = ranges.copied().reduce(|a, b| (a.0.min(b.0), a.1.max(b.1))).unwrap_or_default();
        let some = self.bindings.get(first as usize..end as usize).unwrap_or_default();
        // The bindings of an element are next to each other.
        let elements = some.chunk_by(|a, b| a.element == b.element);
        elements
            .map(move |bindings| {
                fields.map(|field| {
                    bindings.iter().find(|binding| binding.field == field).map(|binding| self.span(binding))
                })
            })
            .filter(|values| values[0].is_some())
    }

    fn of_attribute(&self, attribute: Attribute) -> impl Iterator<Item = (&'a Binding, Span)> + use<'a> {
        let Self { spans, bindings, index, .. } = *self;
        let from = index.starts[attribute as usize] as usize;
        let to = index.starts[attribute as usize + 1] as usize;
        let indexed = index.attributes.get(from..to).unwrap_or_default();
        indexed
            .iter()
            .map(move |(_, at)| &bindings[*at as usize])
            .map(move |binding| (binding, spans[binding.slot as usize]))
            .filter(|(_, span)| span.start < span.end)
    }
}
