//! A Bloom filter of hashes: it tells of most hashes that it has not met them.

/// The bits of the hashes that it has met.
pub struct BloomFilter {
    /// Their number is a power of two.
    words: Vec<u64>,
}

/// The minimum number of bits for each hash.
const BITS: usize = 8;

impl BloomFilter {
    /// An empty filter with room for so many hashes.
    pub fn with_room(hashes: usize) -> Self {
        Self { words: vec![0; (hashes * BITS / 64 + 1).next_power_of_two()] }
    }

    /// A filter of these hashes.
    pub fn of(hashes: impl ExactSizeIterator<Item = u64>) -> Self {
        let mut filter = Self::with_room(hashes.len());
        hashes.for_each(|hash| {
            filter.insert(hash);
        });
        filter
    }

    /// Whether it has room for so many hashes.
    pub fn has_room(&self, hashes: usize) -> bool {
        hashes * BITS / 64 < self.words.len()
    }

    /// Adds a hash, and returns whether it may have met it before.
    #[inline]
    pub fn insert(&mut self, hash: u64) -> bool {
        let (word, mask) = self.slot(hash);
        let were_set = self.words[word] & mask == mask;
        self.words[word] |= mask;
        were_set
    }

    /// Whether it may have met a hash.
    #[inline]
    pub fn may_have(&self, hash: u64) -> bool {
        let (word, mask) = self.slot(hash);
        self.words[word] & mask == mask
    }

    /// The index of a hash's word, and the hash's two bits in it.
    #[inline]
    fn slot(&self, hash: u64) -> (usize, u64) {
        ((hash >> 6) as usize & (self.words.len() - 1), 1 << (hash & 63) | 1 << (hash >> 58))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_it_has_met_it_never_denies(hashes in prop::collection::vec(any::<u64>(), 0..500), other: u64) {
            let mut filter = BloomFilter::with_room(hashes.len());
            prop_assert!(filter.has_room(hashes.len()));
            prop_assert!(hashes.is_empty() || !filter.insert(hashes[0]));
            hashes.iter().for_each(|hash| { filter.insert(*hash); });
            let same = BloomFilter::of(hashes.iter().copied());
            for hash in hashes.iter().chain([&other]) {
                prop_assert_eq!(filter.may_have(*hash), same.may_have(*hash));
                prop_assert!(filter.may_have(*hash) || !hashes.contains(hash));
            }
        }
    }

    #[test]
    fn it_knows_most_of_what_it_has_not_met() {
        let hash = |number: u64| number.wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
        let filter = BloomFilter::of((0..4_000).map(hash).collect::<Vec<_>>().into_iter());
        assert!((4_000..8_000).filter(|number| filter.may_have(hash(*number))).count() < 800);
    }
}
