//! Which of many things in time order happened at the same time, in a bit and a half of memory for each.

use std::cmp::Ordering;

/// Tells the moments of things in time order apart.
#[derive(Default)]
pub struct Moments {
    /// A bit for each thing that happened later than the one before.
    later: Vec<u64>,
    /// How many such bits are in the words before.
    before: Vec<u32>,
}

impl Moments {
    /// Of so many things; `is_later` says of each but the first whether it happened later than the one before.
    pub fn of(count: usize, is_later: impl Fn(usize) -> bool) -> Self {
        let mut moments = Self { later: vec![0; count.div_ceil(WORD)], before: Vec::new() };
        for index in (1..count).filter(|index| is_later(*index)) {
            moments.later[index / WORD] |= 1 << (index % WORD);
        }
        let mut sum = 0;
        moments.before.extend(moments.later.iter().map(|word| {
            let before = sum;
            sum += word.count_ones();
            before
        }));
        moments
    }

    /// Compares when two things happened.
    pub fn compare(&self, a: usize, b: usize) -> Ordering {
        self.number(a).cmp(&self.number(b))
    }

    /// How many moments were before.
    fn number(&self, index: usize) -> u32 {
        let (word, bit) = (index / WORD, index % WORD);
        self.before[word] + (self.later[word] & (u64::MAX >> (WORD - 1 - bit))).count_ones()
    }
}

/// Bits of a word.
const WORD: usize = u64::BITS as usize;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn times_are_compared(mut times in prop::collection::vec(0..40_u8, 1..300)) {
            times.sort_unstable();
            let moments = Moments::of(times.len(), |index| times[index] > times[index - 1]);
            for a in 0..times.len() {
                for b in 0..times.len() {
                    prop_assert_eq!(moments.compare(a, b), times[a].cmp(&times[b]));
                }
            }
        }
    }
}
