//! What is where among the values of a bound line, and which of them tell its event from others.

use std::hash::{BuildHasher, Hash, Hasher};

use crate::model::attribute::ATTRIBUTES;
use crate::model::attribute::Attribute;
use crate::model::fields::{Binding, FieldId, Index, Said};
use crate::reader::bind::rest::HASHER;
use crate::sources::{Field, Source};

/// Says what is where among the bindings of a line, which are in its order and have their places as slots.
pub fn fill(source: &Source, bindings: &[Binding], index: &mut Index) {
    let fields = source.fields;
    index.attributes.clear();
    index.fields.clear();
    index.fields.resize(fields.len(), (0, 0));
    for (at, binding) in bindings.iter().enumerate() {
        let at = u32::try_from(at).unwrap_or(u32::MAX);
        let (first, end) = &mut index.fields[binding.field as usize];
        if *end == 0 {
            *first = at;
        }
        *end = at.saturating_add(1);
        if let Some(attribute) = fields[binding.field as usize].means {
            index.attributes.push((attribute, at));
        }
    }
    index.attributes.sort_unstable_by_key(|(attribute, at)| (*attribute, bindings[*at as usize].field, *at));
    index.best.fill(u32::MAX);
    for (attribute, at) in index.attributes.iter().rev().filter(|(_, at)| bindings[*at as usize].is_primary) {
        index.best[*attribute as usize] = bindings[*at as usize].slot;
    }
    let mut start = 0;
    for (attribute, at) in index.starts.iter_mut().enumerate() {
        let before = |named: &&(Attribute, u32)| (named.0 as usize) < attribute;
        start += index.attributes[start as usize..].iter().take_while(before).count() as u32;
        *at = start;
    }
    say(source, bindings, index);
}

/// What tells the event from others. Of what comes with the delivery the best text for an attribute counts,
/// but not whether the delivery or the event gives it.
fn say(source: &Source, bindings: &[Binding], index: &mut Index) {
    let fields = source.fields;
    let Index { best, said, best_said, fixed, .. } = index;
    let best = |attribute: Attribute| best[attribute as usize];
    let says = |at: &u32| {
        let Field { means, is_delivery_metadata, .. } = fields[bindings[*at as usize].field as usize];
        means != Some(Attribute::Time)
            && !(is_delivery_metadata && means.is_none_or(|means| best(means) == *at))
    };
    let place = |at: &u32| (bindings[*at as usize].field, bindings[*at as usize].element);
    let mut sorted: Vec<_> = (0..bindings.len() as u32).filter(says).collect();
    sorted.sort_unstable_by_key(|at| (place(at), *at));
    let mut hasher = HASHER.build_hasher();
    source.name.hash(&mut hasher);
    let mut add = |place: (FieldId, u32)| place.hash(&mut hasher);
    sorted.iter().map(place).for_each(&mut add);
    said.clear();
    for equal in sorted.chunk_by(|a, b| place(a) == place(b)) {
        said.extend((0..).zip(equal).map(|(nth, slot)| Said { key: key(place(slot), nth), slot: *slot }));
    }
    for (id, field) in (0..).zip(fields).filter(|(_, field)| field.is_delivery_metadata) {
        if let Some(slot) = field.means.map(best).filter(|at| *at != u32::MAX) {
            said.push(Said { key: key((id, 0), u32::MAX), slot });
            add((id, 0));
        }
    }
    *fixed = hasher.finish();
    *best_said = [u32::MAX; ATTRIBUTES.len()];
}

/// The key of the nth value for a field in a list element.
fn key(place: (FieldId, u32), nth: u32) -> u64 {
    HASHER.hash_one((place, nth))
}
