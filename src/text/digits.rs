//! Numbers written with digits alone, eight of which are read at once.

/// The number that digits write, of which there are eight to sixteen.
pub fn long_number(text: &[u8]) -> Option<u64> {
    let (eight, rest) = text.split_first_chunk()?;
    let add = |number: u64, digit: &u8| digit.is_ascii_digit().then(|| number * 10 + u64::from(digit - b'0'));
    if rest.len() > 8 {
        return None;
    }
    rest.iter().try_fold(u64::from(eight_digits(*eight)?), add)
}

/// How many digits are at the beginning.
pub fn leading_digits(text: &[u8]) -> usize {
    let (mut count, mut rest) = (0, text);
    while let Some((eight, after)) = rest.split_first_chunk() {
        let others = no_digits(*eight);
        if others != 0 {
            return count + others.trailing_zeros() as usize / 8;
        }
        (count, rest) = (count + 8, after);
    }
    count + rest.iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// The number that eight digits write: neighbours are joined, first to pairs, then to fours, then to all.
#[inline]
pub fn eight_digits(text: [u8; 8]) -> Option<u32> {
    if no_digits(text) != 0 {
        return None;
    }
    let digits = u64::from_le_bytes(text) ^ ZEROS;
    let pairs = digits.wrapping_mul(10 << 8 | 1) >> 8 & 0x00FF_00FF_00FF_00FF;
    let fours = pairs.wrapping_mul(100 << 16 | 1) >> 16 & 0x0000_FFFF_0000_FFFF;
    Some((fours.wrapping_mul(10_000 << 32 | 1) >> 32) as u32)
}

const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);

/// The highest bit of each byte that is no digit, up to the first of them at least: what is behind that may be wrong.
#[inline]
fn no_digits(text: [u8; 8]) -> u64 {
    const ABOVE_NINE: u64 = u64::from_le_bytes([0x80 - 10; 8]);
    const HIGH_BITS: u64 = u64::from_le_bytes([0x80; 8]);
    let digits = u64::from_le_bytes(text) ^ ZEROS;
    (digits | digits.wrapping_add(ABOVE_NINE)) & HIGH_BITS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn eight_digits_are_a_number(text in "[/-:\u{0}é]{8}|[0-9]{8}|[0-9]{3}[ -~][0-9]{4}") {
            if let Some(first) = text.as_bytes().first_chunk() {
                let expected = first.iter().all(u8::is_ascii_digit).then(|| text.parse().unwrap());
                prop_assert_eq!(eight_digits(*first), expected);
            }
        }

        #[test]
        fn leading_digits_are_counted(text in "[0-9]{0,30}[/-:a\u{0}é]{0,20}[0-9]{0,9}") {
            let expected = text.bytes().take_while(u8::is_ascii_digit).count();
            prop_assert_eq!(leading_digits(text.as_bytes()), expected);
        }

        #[test]
        fn long_numbers_are_read_as_by_the_standard_library(text in "[0-9]{1,18}|[0-9]{6,16}[ -~é][0-9]{0,4}") {
            let expected = (8..=16).contains(&text.len()).then(|| text.parse().ok()).flatten();
            prop_assert_eq!(long_number(text.as_bytes()), expected.filter(|_| !text.starts_with('+')));
        }
    }
}
