//! Finds where a string ends: at the first quote, unless a backslash or a control character comes
//! before it.
//!
//! Thirty-two bytes are compared at once, which is all that many values have. A bitmap of the whole block, made
//! beforehand, cost more than it saved.

use wide::u8x16;

const LANES: usize = 16;
const STRIDE: usize = 2 * LANES;

/// How many bytes come before the first quote, backslash or control character.
#[inline(always)]
pub fn length(text: &[u8]) -> Option<usize> {
    match text.first_chunk().map(stride_marks) {
        Some(marks) if marks != 0 => Some(marks.trailing_zeros() as usize),
        Some(_) => length_after(text, STRIDE),
        None => length_after(text, 0),
    }
}

/// The same if none comes among the first `begin` bytes.
#[inline(never)]
fn length_after(text: &[u8], begin: usize) -> Option<usize> {
    let mut rest = text.get(begin..)?;
    while let Some((stride, after)) = rest.split_first_chunk() {
        let marks = stride_marks(stride);
        if marks != 0 {
            return Some(text.len() - rest.len() + marks.trailing_zeros() as usize);
        }
        rest = after;
    }
    rest.iter().position(ends).map(|found| text.len() - rest.len() + found)
}

fn ends(byte: &u8) -> bool {
    matches!(byte, b'"' | b'\\' | 0..=0x1F)
}

/// A bit for each byte that ends a string.
#[inline(always)]
fn stride_marks(stride: &[u8; STRIDE]) -> u32 {
    let (lanes, _) = stride.as_chunks();
    marks(lanes[0]) | marks(lanes[1]) << LANES
}

#[inline(always)]
fn marks(bytes: [u8; LANES]) -> u32 {
    // With its second bit flipped, a quote comes right after the control characters, which stay together: one comparison
    // finds all of them.
    const FLIP: u8 = 2;
    let flipped = u8x16::new(bytes) ^ u8x16::splat(FLIP);
    let marked =
        flipped.min(u8x16::splat(b'"' ^ FLIP)).simd_eq(flipped) | flipped.simd_eq(u8x16::splat(b'\\' ^ FLIP));
    marked.to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_a_look_at_every_byte(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a'), Just(b'a'), Just(b'"')], 0..200)) {
            prop_assert_eq!(length(&bytes), bytes.iter().position(ends));
        }
    }
}
