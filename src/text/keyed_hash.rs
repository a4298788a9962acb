//! The hash of several texts. It is the sum of a hash of each text and its place among them, so that no text has to
//! wait for the one before, and parts of the sum can be computed in advance.
//!
//! It mixes as `foldhash` does, which branches by the length of a text. An event has some twenty texts, nearly all of
//! them shorter than a window, and their lengths cannot be predicted.

use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::LazyLock;

use foldhash::quality::RandomState;

/// Bytes that are mixed at once.
const PAIR: usize = 16;
const WINDOW: usize = 2 * PAIR;

/// From the index of a length on, a window that keeps that many of the last bytes.
static KEPT: [u8; 2 * WINDOW] = {
    let mut kept = [0; 2 * WINDOW];
    let mut at = WINDOW;
    while at < kept.len() {
        kept[at] = 0xFF;
        at += 1;
    }
    kept
};

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
    #[inline]
    pub fn text(&self, key: u64, text: &[u8]) -> u64 {
        let mut window = [0; WINDOW];
        match window.len().checked_sub(text.len()) {
            Some(before) => {
                window[before..].copy_from_slice(text);
                self.short(key, &window, text.len())
            }
            None => self.long(key, text),
        }
    }

    /// The hash of a text that is a part of a line.
    #[inline(always)]
    pub fn part(&self, key: u64, line: &[u8], part: Range<usize>) -> u64 {
        let length = part.end.wrapping_sub(part.start);
        match line.get(..part.end).and_then(|text| text.last_chunk()) {
            Some(window) if length <= WINDOW => self.short(key, window, length),
            _ => self.text(key, line.get(part).unwrap_or_default()),
        }
    }

    /// The hash of the last `length` bytes of a window. Lengths vary, and to branch by them would cost more than to mix
    /// bytes that are none.
    #[inline(always)]
    fn short(&self, key: u64, window: &[u8; WINDOW], length: usize) -> u64 {
        let kept: &[u8; WINDOW] = KEPT.get(length..).and_then(|kept| kept.first_chunk()).unwrap_or(window);
        let (words, _) = window.as_chunks();
        let (kept, _) = kept.as_chunks();
        let word = |at: usize| u64::from_ne_bytes(words[at]) & u64::from_ne_bytes(kept[at]);
        // Bytes before the text are zeros, so that the length has to count as well.
        let key = key.rotate_right(length as u32);
        let one = self.mixed(key ^ word(0), word(1));
        one.wrapping_add(self.mixed(key ^ self.step ^ word(2), word(3)))
    }

    /// The hash of a text that is longer than a window.
    #[inline(never)]
    fn long(&self, key: u64, text: &[u8]) -> u64 {
        // Windows may overlap, so that the length has to count as well.
        let key = key.rotate_right(text.len() as u32);
        // Two chains, as each step of one waits for the step before.
        let mut both = [key, key ^ self.step];
        for window in text.as_chunks().0.iter().chain(text.last_chunk()) {
            both = self.with_window(both, window);
        }
        both[0].wrapping_add(both[1])
    }

    /// The key of a place.
    #[inline(always)]
    pub fn at(&self, place: u64) -> u64 {
        self.start.wrapping_add(self.step.wrapping_mul(place))
    }

    #[inline(always)]
    fn with_window(&self, [one, other]: [u64; 2], window: &[u8; WINDOW]) -> [u64; 2] {
        let (pairs, _) = window.as_chunks();
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

        #[test]
        fn what_is_around_a_text_does_not_count(before in ".{0,40}", text in "[a-zé\0]{0,70}", after in ".{0,40}") {
            let line = [&*before, &*text, &*after].concat();
            let part = before.len()..before.len() + text.len();
            prop_assert_eq!(KEYS.part(7, line.as_bytes(), part), KEYS.text(7, text.as_bytes()));
        }
    }
}
