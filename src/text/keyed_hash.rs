//! The hash of several texts. It is the sum of a hash of each text and its place among them, so that no text has to
//! wait for the one before, and parts of the sum can be computed in advance.
//!
//! It mixes as `foldhash` does, whose function for texts of more than 16 bytes is not inlined. An event has some
//! twenty texts, most of them short.

use std::hash::BuildHasher;
use std::sync::LazyLock;

use foldhash::quality::RandomState;

/// Bytes that are mixed at once.
const PAIR: usize = 16;

/// Random numbers, so that nobody who writes a log can predict hashes.
pub struct Keys {
    start: u64,
    step: u64,
    factor: u64,
}

/// The keys of the process, which all threads share.
pub static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let random = RandomState::default();
    let [start, step, factor] = [0, 1, 2].map(|number| random.hash_one(number));
    Keys { start, step, factor }
});

impl Keys {
    /// The hash of two numbers at a place.
    #[inline(always)]
    pub fn numbers(&self, place: u64, [one, other]: [u64; 2]) -> u64 {
        self.mixed(self.at(place) ^ one, other)
    }

    /// The hash of a text at the place with this key.
    #[inline(always)]
    pub fn text(&self, key: u64, text: &[u8]) -> u64 {
        // Parts may overlap, so that the length has to count as well.
        let key = key.rotate_right(text.len() as u32);
        // Two chains, as each step of one waits for the step before.
        let other = key ^ self.step;
        if let Some(last) = text.last_chunk::<{ 2 * PAIR }>() {
            let mut both = [key, other];
            for two in text.as_chunks().0 {
                both = self.with_two(both, two);
            }
            let [one, other] = self.with_two(both, last);
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
