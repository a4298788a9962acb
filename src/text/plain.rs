//! Which texts certainly need no escape. It is found for many bytes at once, as nearly all texts of a log are plain.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, mask8x16, u8x16};

const LANES: usize = 16;
/// The first byte of the characters from U+0080 to U+00BF.
const WITH_MARKS: u8 = 0xC2;
/// The first byte of the characters from U+0340 to U+037F.
const WITH_JOINER: u8 = 0xCD;
/// The first byte of the characters from U+05C0 to U+05FF.
const LAST_LETTERS: u8 = 0xD7;

// Texts are short, and to choose the code that suits the processor best would take longer than to read most of them.

/// Whether UTF-8 is certainly printable and has none of these signs, which are ASCII. Plain are ASCII and the letters
/// from Latin to Hebrew, U+00C0 to U+05FF, except for the 64 characters around U+034F, which is invisible.
#[inline]
pub fn is_plain<const SIGNS: usize>(bytes: &[u8], signs: [u8; SIGNS]) -> bool {
    dispatch!(Level::baseline(), simd => !is_any(simd, bytes, |bytes| {
        let is = |byte: u8| bytes.simd_eq(u8x16::splat(simd, byte));
        let is_control = bytes.simd_le(u8x16::splat(simd, b' ' - 1));
        let is_later = bytes.simd_ge(u8x16::splat(simd, LAST_LETTERS + 1));
        let odd = is_control | is_later | is(0x7F) | is(WITH_MARKS) | is(WITH_JOINER);
        signs.iter().fold(odd, |odd, sign| odd | is(*sign))
    }))
}

/// Whether there is one of these bytes among others.
#[inline]
pub fn has_any<const SIGNS: usize>(bytes: &[u8], signs: [u8; SIGNS]) -> bool {
    dispatch!(Level::baseline(), simd => is_any(simd, bytes, |bytes| {
        let none = mask8x16::splat(simd, false);
        signs.iter().fold(none, |found, sign| found | bytes.simd_eq(u8x16::splat(simd, *sign)))
    }))
}

/// Whether bytes are found among these. The ones that fill up a short text are letters.
#[inline(always)]
fn is_any<S: Simd>(simd: S, bytes: &[u8], find: impl Fn(u8x16<S>) -> mask8x16<S>) -> bool {
    let find = |bytes: &[u8; LANES]| find(u8x16::load_array_ref(simd, bytes));
    let Some(last) = bytes.last_chunk::<LANES>() else {
        let mut filled = [b'a'; LANES];
        filled[..bytes.len()].copy_from_slice(bytes);
        return find(&filled).any_true();
    };
    // The last lanes overlap the previous ones, so that no byte has to be moved.
    let (chunks, _) = bytes.as_chunks::<LANES>();
    chunks.iter().fold(find(last), |found, bytes| found | find(bytes)).any_true()
}

/// Calls `each` with the place of every ASCII byte that is no letter, no digit and none of ` -,`, in order.
#[inline]
pub fn for_each_sign(bytes: &[u8], mut each: impl FnMut(usize)) {
    let (chunks, rest) = bytes.as_chunks::<LANES>();
    let mut filled = [b'a'; LANES];
    filled[..rest.len()].copy_from_slice(rest);
    for (number, chunk) in chunks.iter().chain([&filled]).enumerate() {
        let mut signs = dispatch!(Level::baseline(), simd => signs(simd, chunk));
        while signs != 0 {
            each(number * LANES + signs.trailing_zeros() as usize);
            signs &= signs - 1;
        }
    }
}

/// A bit for each of these bytes.
#[inline(always)]
fn signs<S: Simd>(simd: S, bytes: &[u8; LANES]) -> u64 {
    let splat = |byte: u8| u8x16::splat(simd, byte);
    let bytes = u8x16::load_array_ref(simd, bytes);
    let is = |byte| bytes.simd_eq(splat(byte));
    let is_within =
        |bytes: u8x16<S>, first: u8, last: u8| (bytes - splat(first)).simd_le(splat(last - first));
    let is_letter = is_within(bytes | splat(0x20), b'a', b'z');
    let is_other = is_within(bytes, 0x80, 0xFF) | is(b' ') | is(b'-') | is(b',');
    (!(is_letter | is_within(bytes, b'0', b'9') | is_other)).to_bitmask()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::characters::is_harmful;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plain_text_is_found_as_character_by_character(text in prop_oneof![".*", "[ -~]*", "[a-zé]{0,40}[\"\\\\#~ \u{7f}-\u{d0}\u{590}-\u{620}]?[a-zא]{0,40}"]) {
            let is_plain_one =
                |one: char| matches!(one, ' '..='~' | '\u{C0}'..='\u{33F}' | '\u{380}'..='\u{5FF}');
            prop_assert!(!text.chars().any(|one| is_plain_one(one) && is_harmful(one)));
            prop_assert_eq!(is_plain(text.as_bytes(), []), text.chars().all(is_plain_one));
            let has_sign = text.contains(['#', '"']);
            prop_assert_eq!(has_any(text.as_bytes(), [b'#', b'"']), has_sign);
            let is_plain_without = text.chars().all(is_plain_one) && !has_sign;
            prop_assert_eq!(is_plain(text.as_bytes(), [b'#', b'"']), is_plain_without);
            let mut signs = Vec::new();
            for_each_sign(text.as_bytes(), |at| signs.push(at));
            let is_sign = |c: &char| c.is_ascii() && !c.is_ascii_alphanumeric() && !" -,".contains(*c);
            let expected = text.char_indices().filter(|(_, c)| is_sign(c)).map(|(at, _)| at);
            prop_assert_eq!(signs, expected.collect::<Vec<_>>());
        }
    }
}
