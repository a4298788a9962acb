//! Literal text of a skeleton, whose first thirty-two bytes are compared at once.
//!
//! A call to compare bytes costs as much as comparing, and nearly all literals are shorter.

use fearless_simd::prelude::*;
use fearless_simd::u8x32;

/// How many bytes are compared at once.
const WINDOW: usize = 32;

/// Text that has to be there to the byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Its first bytes, filled up with others.
    head: [u8; WINDOW],
    /// A bit for each of those that fill it up.
    ignored: u32,
    bytes: Box<[u8]>,
}

impl Literal {
    /// The literal of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        let counted = bytes.len().min(WINDOW);
        let mut head = [0; WINDOW];
        head[..counted].copy_from_slice(&bytes[..counted]);
        let ignored = u32::MAX.checked_shl(counted as u32).unwrap_or(0);
        Self { head, ignored, bytes: bytes.into() }
    }

    /// Length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether its head stands at the beginning, which is all of it if [`Self::is_head`].
    #[inline(always)]
    pub fn head_begins<S: Simd>(&self, simd: S, bytes: &[u8]) -> bool {
        let Some(first) = bytes.first_chunk() else {
            return bytes.starts_with(&self.bytes);
        };
        same(simd, first, &self.head) | self.ignored == u32::MAX
    }

    /// Whether all of it is compared at once.
    pub fn is_head(&self) -> bool {
        self.bytes.len() <= WINDOW
    }

    /// Whether what comes after its head is there, given that the head stands at the beginning.
    #[inline(always)]
    pub fn rest_follows<S: Simd>(&self, simd: S, bytes: &[u8]) -> bool {
        let literal = &*self.bytes;
        let (Some(bytes), Some(last)) = (bytes.get(..literal.len()), literal.last_chunk()) else {
            return bytes.starts_with(literal);
        };
        // The last window may overlap the head.
        let is_last = bytes.last_chunk().is_some_and(|bytes| same(simd, bytes, last) == u32::MAX);
        is_last && (literal.len() <= 2 * WINDOW || bytes.get(WINDOW..) == literal.get(WINDOW..))
    }
}

/// A bit for each byte that is the same.
#[inline(always)]
fn same<S: Simd>(simd: S, one: &[u8; WINDOW], other: &[u8; WINDOW]) -> u32 {
    let [one, other] = [one, other].map(|bytes| u8x32::load_array_ref(simd, bytes));
    one.simd_eq(other).to_bitmask() as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use fearless_simd::{Level, dispatch};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_starts_with(literal in prop::collection::vec(0..3_u8, 0..80), rest in prop::collection::vec(0..3_u8, 0..40), flip in 0..120_usize) {
            let mut bytes = [literal.clone(), rest].concat();
            if let Some(byte) = bytes.get_mut(flip) {
                *byte ^= 1;
            }
            let known = Literal::new(&literal);
            for level in [Level::new(), Level::baseline()] {
                let begins = dispatch!(level, simd => {
                    known.head_begins(simd, &bytes) && (known.is_head() || known.rest_follows(simd, &bytes))
                });
                prop_assert_eq!(begins, bytes.starts_with(&literal));
            }
        }
    }
}
