//! Literal text of a skeleton, compared sixteen bytes at a time.
//!
//! A call to compare bytes costs as much as comparing: nearly all literals are two compares.

const LANES: usize = 16;
const HEAD: usize = 2 * LANES;

/// Text that has to be there to the byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// The first lanes, and which of their bits count.
    head: [u128; 2],
    mask: [u128; 2],
    bytes: Box<[u8]>,
}

impl Literal {
    /// The literal of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        let counted = bytes.len().min(HEAD);
        let (mut head, mut mask) = ([0; HEAD], [0; HEAD]);
        head[..counted].copy_from_slice(&bytes[..counted]);
        mask[..counted].fill(0xFF);
        Self { head: lanes(&head), mask: lanes(&mask), bytes: bytes.into() }
    }

    /// Length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it stands at the beginning.
    #[inline(always)]
    pub fn begins(&self, bytes: &[u8]) -> bool {
        let Some(first) = bytes.first_chunk::<HEAD>() else {
            return bytes.starts_with(&self.bytes);
        };
        let [a, b] = lanes(first);
        let differs = ((a ^ self.head[0]) & self.mask[0]) | ((b ^ self.head[1]) & self.mask[1]);
        differs == 0 && (self.bytes.len() <= HEAD || self.rest_is_at(bytes))
    }

    /// Compares what comes after the head.
    #[inline(never)]
    fn rest_is_at(&self, bytes: &[u8]) -> bool {
        bytes.get(HEAD..self.bytes.len()) == self.bytes.get(HEAD..)
    }
}

#[inline]
fn lanes(bytes: &[u8; HEAD]) -> [u128; 2] {
    let [a, b] = bytes.as_chunks::<LANES>().0 else {
        return [0; 2];
    };
    [u128::from_ne_bytes(*a), u128::from_ne_bytes(*b)]
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
            prop_assert_eq!(Literal::new(&literal).begins(&bytes), bytes.starts_with(&literal));
        }
    }
}
