//! Times in eight bytes instead of twelve, as a survey holds millions of them.

use crate::model::time::Timestamp;

/// A time from 1970 to 2514: its seconds above the bits of its nanoseconds.
#[derive(Clone, Copy)]
pub struct ShortTime(u64);

/// So many bits are enough for nanoseconds.
const NANOS_BITS: u32 = 30;

impl ShortTime {
    /// Stands for a time that is too early or too late.
    pub const OTHER: Self = Self(u64::MAX);

    /// The short form of a time, or [`Self::OTHER`].
    #[inline]
    pub fn of(time: Timestamp) -> Self {
        let Timestamp { seconds, nanos } = time;
        match u64::try_from(seconds) {
            Ok(seconds) if seconds < u64::MAX >> NANOS_BITS => Self(seconds << NANOS_BITS | u64::from(nanos)),
            _ => Self::OTHER,
        }
    }

    /// The time, unless it is too early or too late.
    #[inline]
    pub fn get(self) -> Option<Timestamp> {
        let nanos = (self.0 & ((1 << NANOS_BITS) - 1)) as u32;
        (self.0 != u64::MAX).then_some(Timestamp { seconds: (self.0 >> NANOS_BITS) as i64, nanos })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_short_time_is_the_time_or_none(
            seconds in prop_oneof![any::<i64>(), -2..2_i64, 0..1_i64 << 34, (1_i64 << 34) - 3..(1_i64 << 34) + 2],
            nanos in 0..1_000_000_000_u32,
        ) {
            let time = Timestamp { seconds, nanos };
            let is_short = (0..(1_i64 << 34) - 1).contains(&seconds);
            prop_assert_eq!(ShortTime::of(time).get(), is_short.then_some(time));
        }
    }
}
