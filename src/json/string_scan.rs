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
    let mut rest = text;
    while let Some((stride, after)) = rest.split_first_chunk::<STRIDE>() {
        let [a, b] = stride.as_chunks::<LANES>().0 else {
            return None;
        };
        let marks = marks(*a) | marks(*b) << LANES;
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

#[inline(always)]
fn marks(bytes: [u8; LANES]) -> u32 {
    let bytes = u8x16::new(bytes);
    let marked = bytes.simd_eq(u8x16::splat(b'"'))
        | bytes.simd_eq(u8x16::splat(b'\\'))
        | bytes.min(u8x16::splat(0x1F)).simd_eq(bytes);
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
