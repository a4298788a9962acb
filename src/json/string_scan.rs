//! Finds where a string ends: at the first quote, unless a backslash or a control character comes
//! before it.
//!
//! Thirty-two bytes are compared at once, which is all that many values have, and then twice as many. A bitmap of the
//! whole block, made beforehand, cost more than it saved.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, u8x32};

const STRIDE: usize = 32;

/// How many bytes come before the first quote, backslash or control character.
pub fn length(text: &[u8]) -> Option<usize> {
    dispatch!(Level::new(), simd => length_with(simd, text))
}

/// The same for code that is compiled for several kinds of processors.
#[inline(always)]
pub fn length_with<S: Simd>(simd: S, text: &[u8]) -> Option<usize> {
    match text.first_chunk().map(|stride| stride_marks(simd, stride)) {
        Some(marks) if marks != 0 => Some(marks.trailing_zeros() as usize),
        Some(_) => simd.vectorize(|| length_after(simd, text, STRIDE)),
        None => simd.vectorize(|| length_after(simd, text, 0)),
    }
}

/// The same if none comes among the first `begin` bytes.
#[inline(always)]
fn length_after<S: Simd>(simd: S, text: &[u8], begin: usize) -> Option<usize> {
    let mut rest = text.get(begin..)?;
    while let Some((two, after)) = rest.split_first_chunk::<{ 2 * STRIDE }>() {
        // Together: how many strides there are before the end cannot be predicted.
        let ([first, second], _) = two.as_chunks() else {
            return None;
        };
        let [first, second] = [stride_marks(simd, first), stride_marks(simd, second)].map(u64::from);
        let marks = second << STRIDE | first;
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
fn stride_marks<S: Simd>(simd: S, stride: &[u8; STRIDE]) -> u32 {
    // With its second bit flipped, a quote comes right after the control characters, which stay together: one comparison
    // finds all of them.
    const FLIP: u8 = 2;
    let splat = |byte: u8| u8x32::splat(simd, byte ^ FLIP);
    let flipped = u8x32::load_array_ref(simd, stride) ^ u8x32::splat(simd, FLIP);
    let marked = flipped.simd_le(splat(b'"')) | flipped.simd_eq(splat(b'\\'));
    marked.to_bitmask() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_a_look_at_every_byte(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a'), Just(b'a'), Just(b'"')], 0..200)) {
            let expected = bytes.iter().position(ends);
            prop_assert_eq!(length(&bytes), expected);
            prop_assert_eq!(dispatch!(Level::baseline(), simd => length_with(simd, &bytes)), expected);
        }
    }
}
