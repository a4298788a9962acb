//! Literal text of a skeleton, compared sixteen bytes at a time.
//!
//! A call to compare bytes costs as much as comparing: most literals are one or two compares.

const LANES: usize = 16;

/// Text that has to be there to the byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    bytes: Box<[u8]>,
    /// The first lanes, and which of their bits count.
    head: u128,
    mask: u128,
}

impl Literal {
    /// The literal of these bytes.
    pub fn new(bytes: &[u8]) -> Self {
        let counted = bytes.len().min(LANES);
        let (mut head, mut mask) = ([0; LANES], [0; LANES]);
        head[..counted].copy_from_slice(&bytes[..counted]);
        mask[..counted].fill(0xFF);
        Self { bytes: bytes.into(), head: u128::from_ne_bytes(head), mask: u128::from_ne_bytes(mask) }
    }

    /// Length in bytes.
    #[inline]
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Whether it stands at the beginning.
    #[inline]
    pub fn begins(&self, bytes: &[u8]) -> bool {
        let Some(first) = bytes.first_chunk::<LANES>() else {
            return bytes.starts_with(&self.bytes);
        };
        let same = (u128::from_ne_bytes(*first) ^ self.head) & self.mask == 0;
        same && (self.bytes.len() <= LANES || self.rest_is_at(bytes))
    }

    /// Compares what comes after the head; the last lanes may overlap the ones before them.
    #[inline]
    fn rest_is_at(&self, bytes: &[u8]) -> bool {
        let Some(bytes) = bytes.get(..self.bytes.len()) else {
            return false;
        };
        let (lanes, _) = bytes[LANES..].as_chunks::<LANES>();
        let (own, _) = self.bytes[LANES..].as_chunks::<LANES>();
        let same = |(a, b): (&[u8; LANES], &[u8; LANES])| u128::from_ne_bytes(*a) == u128::from_ne_bytes(*b);
        lanes.iter().zip(own).all(same) && bytes.last_chunk::<LANES>() == self.bytes.last_chunk::<LANES>()
    }
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
