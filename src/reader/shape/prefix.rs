//! What the text of a slot has to begin with.

use crate::json::Span;

/// The first bytes that the value of a slot has to have, compared as a number.
pub struct SlotPrefix {
    /// The slot.
    pub slot: u32,
    value: u64,
    mask: u64,
}

impl SlotPrefix {
    /// A prefix longer than a number is left to the slow path's way of checking.
    pub fn new(slot: u32, prefix: &str) -> Option<Self> {
        let (mut value, mut mask) = ([0; 8], [0; 8]);
        value.get_mut(..prefix.len())?.copy_from_slice(prefix.as_bytes());
        mask[..prefix.len()].fill(0xFF);
        Some(Self { slot, value: u64::from_ne_bytes(value), mask: u64::from_ne_bytes(mask) })
    }

    /// A value shorter than the prefix differs from it in the quote that ends it.
    #[inline(always)]
    pub fn begins(&self, text: &[u8], span: Span) -> bool {
        let first = text.get(span.start as usize..).and_then(|rest| rest.first_chunk());
        first.is_some_and(|first| (u64::from_ne_bytes(*first) ^ self.value) & self.mask == 0)
    }
}
