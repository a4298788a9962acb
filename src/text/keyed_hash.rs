//! The hash of several texts: the sum of what each of them gives at its place, so that none has to wait for the
//! one before, and some can be added up beforehand.
//!
//! It mixes as `foldhash` does, whose function for texts of more than 16 bytes is not inlined: an event says some
//! twenty texts, most of them short.

use std::hash::BuildHasher;
use std::sync::LazyLock;

use foldhash::quality::RandomState;

/// Bytes that are taken in at once.
const PAIR: usize = 16;

/// Numbers that make hashes unpredictable to whoever writes a log.
pub struct Keys {
    start: u64,
    step: u64,
    factor: u64,
}

/// Those of the process: all threads have to agree.
pub static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let random = RandomState::default();
    let [start, step, factor] = [0, 1, 2].map(|number| random.hash_one(number));
    Keys { start, step, factor }
});

impl Keys {
    /// What two numbers give at a place.
    #[inline(always)]
    pub fn numbers(&self, place: u64, [one, other]: [u64; 2]) -> u64 {
        self.mixed(self.at(place) ^ one, other)
    }

    /// What a text gives at a place that has such a key.
    #[inline(always)]
    pub fn text(&self, key: u64, text: &[u8]) -> u64 {
        // Parts may overlap, so the length has to count as well; how it does depends on what nobody knows.
        let key = key.rotate_right(text.len() as u32);
        // Two chains, as one would wait for itself.
        let other = key ^ self.step;
        if let Some(last) = text.last_chunk::<{ 2 * PAIR }>() {
            let (twos, _) = text.as_chunks::<{ 2 * PAIR }>();
            let [one, other] =
                twos.iter().chain([last]).fold([key, other], |both, two| self.with_two(both, two));
            one.wrapping_add(other)
        } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            self.with_pair(key, first).wrapping_add(self.with_pair(other, last))
        } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            self.mixed(key ^ u64::from_ne_bytes(*first), u64::from_ne_bytes(*last))
        } else if let (Some(first), Some(last)) = (text.first_chunk(), text.last_chunk()) {
            self.mixed(key ^ u64::from(u32::from_ne_bytes(*first)), u32::from_ne_bytes(*last).into())
        } else {
            let few = text.iter().fold(0, |few, byte| few << 8 | u64::from(*byte));
            self.mixed(key ^ few, 0)
        }
    }

    /// The key of a place.
    #[inline(always)]
    pub fn at(&self, place: u64) -> u64 {
        self.start.wrapping_add(self.step.wrapping_mul(place))
    }

    #[inline(always)]
    fn with_two(&self, [one, other]: [u64; 2], two: &[u8; 2 * PAIR]) -> [u64; 2] {
        let (pairs, _) = two.as_chunks();
        [self.with_pair(one, &pairs[0]), self.with_pair(other, &pairs[1])]
    }

    #[inline(always)]
    fn with_pair(&self, mixed: u64, pair: &[u8; PAIR]) -> u64 {
        let both = u128::from_ne_bytes(*pair);
        self.mixed(mixed ^ both as u64, (both >> 64) as u64)
    }

    #[inline(always)]
    fn mixed(&self, keyed: u64, other: u64) -> u64 {
        let product = u128::from(keyed) * u128::from(self.factor ^ other);
        product as u64 ^ (product >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn other_texts_have_another_hash(
            one in prop::collection::vec("[a\0]{0,90}", 0..4),
            other in prop::collection::vec("[a\0]{0,90}", 0..4),
        ) {
            let hash = |texts: &[String]| {
                (0..).zip(texts).fold(0_u64, |sum, (place, text)| sum.wrapping_add(KEYS.text(KEYS.at(place), text.as_bytes())))
            };
            prop_assert_eq!(hash(&one) == hash(&other), one == other);
        }
    }
}
