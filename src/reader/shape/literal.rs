//! Literal text of a skeleton, whose first thirty-two bytes are compared at once.
//!
//! A call to compare bytes costs as much as comparing, and nearly all literals are shorter.

use wide::u8x16;

const LANES: usize = 16;
const HEAD: usize = 2 * LANES;
/// A bit for each lane.
const ALL: u32 = (1 << LANES) - 1;

/// Text that has to be there to the byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The first lanes, and `0xFF` for each of their bytes that does not count.
    head: [u8x16; 2],
    ignored: [u8x16; 2],
    bytes: Box<[u8]>,
}

impl Literal {
    /// The literal of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        let counted = bytes.len().min(HEAD);
        let (mut head, mut ignored) = ([0; HEAD], [0xFF; HEAD]);
        head[..counted].copy_from_slice(&bytes[..counted]);
        ignored[..counted].fill(0);
        Self { head: lanes(&head), ignored: lanes(&ignored), bytes: bytes.into() }
    }

    /// Length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether its head stands at the beginning, which is all of it if [`Self::is_head`].
    #[inline(always)]
    pub fn head_begins(&self, bytes: &[u8]) -> bool {
        let Some(first) = bytes.first_chunk() else {
            return bytes.starts_with(&self.bytes);
        };
        let [a, b] = lanes(first);
        let is_head =
            (a.simd_eq(self.head[0]) | self.ignored[0]) & (b.simd_eq(self.head[1]) | self.ignored[1]);
        is_head.to_bitmask() == ALL
    }

    /// Whether all of it is compared at once.
    pub fn is_head(&self) -> bool {
        self.bytes.len() <= HEAD
    }

    /// Whether what comes after its head is there, given that the head stands at the beginning.
    pub fn rest_follows(&self, bytes: &[u8]) -> bool {
        bytes.get(HEAD..self.bytes.len()) == self.bytes.get(HEAD..)
    }
}

#[inline(always)]
fn lanes(bytes: &[u8; HEAD]) -> [u8x16; 2] {
    let (lanes, _) = bytes.as_chunks::<LANES>();
    [u8x16::new(lanes[0]), u8x16::new(lanes[1])]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn agrees_with_starts_with(literal in prop::collection::vec(0..3_u8, 0..80), rest in prop::collection::vec(0..3_u8, 0..40), flip in 0..120_usize) {
            let mut bytes = [literal.clone(), rest].concat();
            if let Some(byte) = bytes.get_mut(flip) {
                *byte ^= 1;
            }
            let known = Literal::new(&literal);
            let begins = known.head_begins(&bytes) && (known.is_head() || known.rest_follows(&bytes));
            prop_assert_eq!(begins, bytes.starts_with(&literal));
        }
    }
}
