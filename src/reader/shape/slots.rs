//! Makes the index of a line, which refers to its spans, refer to the slots of its shape. Content that is part of the
//! skeleton is hashed and written once, for all lines of the shape.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::model::attribute::ATTRIBUTES;
use crate::model::content::CanonicalContent;
use crate::model::fields::{ContentValue, Index, ShapeFacts};
use crate::reader::bind::{Bound, CanonicalValue};
use crate::text::cut::piece;
use crate::text::keyed_hash::KEYS;

/// Numbers the shapes of all workers.
static NEXT_SHAPE: AtomicU64 = AtomicU64::new(1);

/// What becomes of a span of the slow path.
#[derive(Clone, Copy)]
pub struct Slot {
    /// Its slot in the shape; `u32::MAX` while it has none.
    pub slot: u32,
    /// Its text is part of the skeleton.
    pub is_fixed: bool,
}

/// Makes the index of the line refer to slots; `None` if a value has none, as it is an object or a list that counts as
/// it is written.
pub fn index_slots(text: &str, bound: &Bound, slots: &[Slot], index: &mut Index) -> Option<()> {
    let Bound { spans, index: of_line, .. } = bound;
    if slots.iter().any(|slot| slot.slot == u32::MAX) {
        return None;
    }
    let slot = |at: &u32| slots.get(*at as usize).map_or(u32::MAX, |slot| slot.slot);
    let (fixed, open): (Vec<_>, Vec<_>) =
        of_line.content.iter().partition(|value| slots.get(value.slot as usize).is_some_and(|s| s.is_fixed));
    let hash = |value: &ContentValue| KEYS.text(value.key, spans[value.slot as usize].raw(text).as_bytes());
    index.fixed_hash = fixed.iter().map(hash).fold(of_line.fixed_hash, u64::wrapping_add);
    index.content = open.iter().map(|value| ContentValue { slot: slot(&value.slot), ..*value }).collect();
    index.best = of_line.best.each_ref().map(slot);
    let position = |best: &u32| index.content.iter().position(|value| value.slot == *best);
    index.best_content = index.best.each_ref().map(|best| position(best).map_or(u32::MAX, |at| at as u32));
    index.shape = ShapeFacts {
        number: NEXT_SHAPE.fetch_add(1, Ordering::Relaxed),
        fixed: (0..ATTRIBUTES.len())
            .filter(|at| is_fixed(bound, slots, *at))
            .fold(0, |bits, at| bits | 1 << at),
    };
    if let Some(canonical) = &of_line.canonical {
        index.canonical = Some(without_values(canonical, bound, slots)?);
    }
    Some(())
}

/// Whether all texts of the attribute of this number are part of the skeleton.
fn is_fixed(Bound { bindings, index, .. }: &Bound, slots: &[Slot], attribute: usize) -> bool {
    let range = index.starts[attribute] as usize..index.starts[attribute + 1] as usize;
    index.attributes.get(range).unwrap_or_default().iter().all(|(_, at)| {
        let binding = bindings.get(*at as usize);
        binding.and_then(|it| slots.get(it.slot as usize)).is_some_and(|slot| slot.is_fixed)
    })
}

/// The form of a line without the values that other lines of its shape have in their slots.
fn without_values(form: &CanonicalContent, bound: &Bound, slots: &[Slot]) -> Option<CanonicalContent> {
    let (mut open, mut from) = (CanonicalContent::default(), 0);
    for CanonicalValue { place, span, binding } in &bound.canonical_values {
        let unbound = || bound.spans.iter().position(|other| other == span);
        let Slot { slot, is_fixed } = slots[binding.map(|at| at as usize).or_else(unbound)?];
        if is_fixed {
            continue;
        }
        open.text.push_str(piece(&form.text, from, place.start as usize));
        open.slots.push((open.text.len() as u32, (slot != u32::MAX).then_some(slot)?));
        from = place.end as usize;
    }
    open.text.push_str(piece(&form.text, from, form.text.len()));
    Some(open)
}
