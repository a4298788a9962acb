//! The lookup tables over the values of a bound line, and its content: the values that tell its event from others.

use std::hash::{BuildHasher, Hash, Hasher};

use crate::model::attribute::ATTRIBUTES;
use crate::model::attribute::Attribute;
use crate::model::fields::{Binding, ContentValue, FieldId, Fields, Index};
use crate::reader::bind::Bound;
use crate::reader::bind::unbound::HASHER;
use crate::sources::{Field, Source};

/// Fills the index for the bindings of a line, which are in its order and whose slots are their indexes.
pub fn fill(source: &Source, text: &str, bound: &mut Bound) {
    let Bound { bindings, index, .. } = bound;
    index_fields(source, bindings, index);
    index_attributes(bindings, index);
    index_content(source, text, bound);
}

fn index_fields(source: &Source, bindings: &[Binding], index: &mut Index) {
    index.attributes.clear();
    index.fields.clear();
    index.fields.resize(source.fields.len(), (0, 0));
    for (at, binding) in bindings.iter().enumerate() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let (first, end) = &mut index.fields[binding.field as usize];
        if *end == 0 {
            *first = at;
        }
        *end = at.saturating_add(1);
        if let Some(attribute) = source.fields[binding.field as usize].attribute {
            index.attributes.push((attribute, at));
        }
    }
}

fn index_attributes(bindings: &[Binding], index: &mut Index) {
    index.attributes.sort_unstable_by_key(|(attribute, at)| (*attribute, bindings[*at as usize].field, *at));
    index.best.fill(u32::MAX);
    for (attribute, at) in index.attributes.iter().rev().filter(|(_, at)| bindings[*at as usize].is_primary) {
        index.best[*attribute as usize] = bindings[*at as usize].slot;
    }
    let mut start = 0;
    for (attribute, at) in index.starts.iter_mut().enumerate() {
        let before = |indexed: &&(Attribute, u32)| (indexed.0 as usize) < attribute;
        start += index.attributes[start as usize..].iter().take_while(before).count() as u32;
        *at = start;
    }
}

/// Indexes what tells the event from others. Values that depend on the delivery are left out; the best text for
/// an attribute counts even so, but not whether the delivery or the event gives it, or both.
fn index_content(source: &Source, text: &str, bound: &mut Bound) {
    // Sorted, as members may come in any order.
    let fields = bound.fields(text);
    let content = (0..).zip(fields.bindings).filter(|(_, binding)| is_content(source, &fields, binding));
    let mut sorted: Vec<u32> = content.map(|(at, _)| at).collect();
    let Bound { bindings, index, .. } = bound;
    let Index { best, content, best_content, fixed_hash, .. } = index;
    let best = |attribute: Attribute| best[attribute as usize];
    let position = |at: &u32| (bindings[*at as usize].field, bindings[*at as usize].element);
    sorted.sort_unstable_by_key(|at| (position(at), *at));
    let mut hasher = HASHER.build_hasher();
    source.name.hash(&mut hasher);
    let mut add = |position: (FieldId, u32)| position.hash(&mut hasher);
    sorted.iter().map(position).for_each(&mut add);
    content.clear();
    for same in sorted.chunk_by(|a, b| position(a) == position(b)) {
        let values = (0..).zip(same);
        content.extend(
            values.map(|(nth, slot)| ContentValue { key: content_key(position(slot), nth), slot: *slot }),
        );
    }
    for (id, field) in (0..).zip(source.fields).filter(|(_, field)| field.is_delivery_metadata) {
        if let Some(slot) = field.attribute.map(best).filter(|at| *at != u32::MAX) {
            content.push(ContentValue { key: content_key((id, 0), u32::MAX), slot });
            add((id, 0));
        }
    }
    *fixed_hash = hasher.finish();
    *best_content = [u32::MAX; ATTRIBUTES.len()];
}

/// Whether the value of a binding belongs to the content where it stands.
pub fn is_content(source: &Source, fields: &Fields<'_>, binding: &Binding) -> bool {
    let Field { attribute, is_delivery_metadata, part, .. } = source.fields[usize::from(binding.field)];
    // The whole of a part counts.
    part.is_none()
        && attribute != Some(Attribute::Time)
        && !(is_delivery_metadata && attribute.is_none_or(|attribute| is_best(fields, binding, attribute)))
}

/// Whether a value is the one that counts for an attribute, or says the same.
pub fn is_best(fields: &Fields<'_>, binding: &Binding, attribute: Attribute) -> bool {
    let best = fields.spans.get(fields.index.best[attribute as usize] as usize);
    best.is_some_and(|best| best.decode(fields.text) == fields.span(binding).decode(fields.text))
}

/// The key of the nth value for a field in a list element.
fn content_key(position: (FieldId, u32), nth: u32) -> u64 {
    HASHER.hash_one((position, nth))
}
