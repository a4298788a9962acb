//! Marks every byte at which a JSON string can end or turn out to be no plain text: quotes,
//! backslashes and control characters.
//!
//! One pass over a block does for all its strings; where a string ends is then the next set bit.

use wide::u8x16;

const LANES: usize = 16;
const WORD: usize = u64::BITS as usize;

/// One bit a byte.
#[derive(Default)]
pub struct Marks {
    words: Vec<u64>,
}

impl Marks {
    /// Marks the bytes of a block.
    pub fn fill(&mut self, bytes: &[u8]) {
        self.words.clear();
        self.words.reserve(bytes.len() / WORD + 1);
        let (chunks, rest) = bytes.as_chunks::<WORD>();
        self.words.extend(chunks.iter().map(word));
        let mut last = [b' '; WORD];
        last[..rest.len()].copy_from_slice(rest);
        self.words.push(word(&last));
    }

    /// The first marked byte at `at` or after it, if there is one.
    #[inline]
    pub fn next(&self, at: usize) -> Option<usize> {
        let mut index = at / WORD;
        let mut word = self.words.get(index)? & (u64::MAX << (at % WORD));
        while word == 0 {
            index += 1;
            word = *self.words.get(index)?;
        }
        Some(index * WORD + word.trailing_zeros() as usize)
    }
}

#[inline]
fn word(bytes: &[u8; WORD]) -> u64 {
    let [a, b, c, d] = bytes.as_chunks::<LANES>().0 else {
        return 0;
    };
    u64::from(lane_marks(*a))
        | u64::from(lane_marks(*b)) << LANES
        | u64::from(lane_marks(*c)) << (2 * LANES)
        | u64::from(lane_marks(*d)) << (3 * LANES)
}

#[inline]
fn lane_marks(bytes: [u8; LANES]) -> u32 {
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
        fn agrees_with_a_look_at_every_byte(bytes in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'a'), Just(b'"')], 0..300), at in 0..320_usize) {
            let mut marks = Marks::default();
            marks.fill(b"something before");
            marks.fill(&bytes);
            let is_marked = |byte: &u8| matches!(byte, b'"' | b'\\' | 0..=0x1F);
            let expected = bytes.iter().skip(at).position(is_marked).map(|found| at + found);
            prop_assert_eq!(marks.next(at), expected);
        }
    }
}
