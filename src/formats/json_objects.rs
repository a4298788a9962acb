//! Writes rows of cells as JSON objects. This is optimized, as reports and verdicts have hundreds of thousands of rows.

use std::io;

use chrono_tz::Tz;
use wide::u8x16;

use crate::formats::cells::rounded;
use crate::reports::sheet::Cell;
use crate::text::escape::write_json;

/// The bytes before each value of an object, made once for all rows of a table.
pub fn keys<'a>(section: Option<&str>, keys: impl Iterator<Item = &'a str>) -> io::Result<Vec<Vec<u8>>> {
    let mut before = b"{".to_vec();
    if let Some(section) = section {
        before.extend_from_slice(b"\"section\":");
        write_json(section, &mut before)?;
        before.push(b',');
    }
    let keys = keys.map(|key| {
        let mut before = std::mem::replace(&mut before, b",".to_vec());
        write_json(key, &mut before)?;
        before.push(b':');
        Ok(before)
    });
    keys.collect()
}

/// Writes cells as an object.
pub fn object<'a>(
    keys: &[Vec<u8>],
    cells: impl IntoIterator<Item = &'a Cell<'a>>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    for (key, cell) in keys.iter().zip(cells) {
        out.extend_from_slice(key);
        self::cell(cell, out)?;
    }
    out.extend_from_slice(if keys.is_empty() { b"{}" } else { b"}" });
    Ok(())
}

/// Writes a cell as a value.
pub fn cell(cell: &Cell<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    match cell {
        Cell::Nothing => write_json(&(), out),
        Cell::Text(text) => self::text(text, out),
        Cell::Number(number) | Cell::Duration(number) => write_json(number, out),
        Cell::Integer(number) => write_json(number, out),
        Cell::Share(share) => write_json(&rounded(*share), out),
        Cell::Time(time) => {
            plain(&time.rfc3339(Tz::UTC), out);
            Ok(())
        }
        Cell::Flag(flag) => write_json(flag, out),
        Cell::List(texts) => write_json(texts, out),
    }
}

/// Writes a text. Most texts are plain, which is checked for many bytes at once.
pub fn text(text: &str, out: &mut Vec<u8>) -> io::Result<()> {
    if !is_plain::<true>(text.as_bytes()) {
        return write_json(text, out);
    }
    plain(text, out);
    Ok(())
}

/// Writes a text that needs no escape.
pub fn plain(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

const LANES: usize = 16;
/// The first byte of the characters from U+0080 to U+00BF.
const WITH_MARKS: u8 = 0xC2;
/// The first byte of the characters from U+0340 to U+037F.
const WITH_JOINER: u8 = 0xCD;
/// The first byte of the characters from U+05C0 to U+05FF.
const LAST_LETTERS: u8 = 0xD7;

/// Whether finished JSON has nothing that must be escaped for display.
pub fn is_plain_json(json: &[u8]) -> bool {
    is_plain::<false>(json)
}

/// Whether UTF-8 is certainly printable and has no `#`. Plain are ASCII and the letters from Latin to Hebrew, U+00C0 to
/// U+05FF, except for the 64 characters around U+034F, which is invisible. A plain `TEXT` also has nothing that JSON
/// escapes.
fn is_plain<const TEXT: bool>(bytes: &[u8]) -> bool {
    let (chunks, rest) = bytes.as_chunks::<LANES>();
    let Some(last) = bytes.last_chunk::<LANES>() else {
        return rest.iter().all(|byte| is_plain_byte::<TEXT>(*byte));
    };
    // The smallest and the greatest byte are compared with the limits at the end. The last lanes overlap the previous
    // ones, so that no byte has to be moved.
    let scan = |(least, most, odd): (u8x16, u8x16, u8x16), bytes: &[u8; LANES]| {
        let bytes = u8x16::new(*bytes);
        let is = |byte| bytes.simd_eq(u8x16::splat(byte));
        let found = is(b'#') | is(0x7F) | is(WITH_MARKS) | is(WITH_JOINER);
        let found = if TEXT { found | is(b'"') | is(b'\\') } else { found };
        (least.min(bytes), most.max(bytes), odd | found)
    };
    let (least, most, odd) = chunks.iter().fold(scan((u8x16::MAX, u8x16::MIN, u8x16::MIN), last), scan);
    odd.to_bitmask() == 0
        && least.to_array().iter().all(|byte| *byte >= b' ')
        && most.to_array().iter().all(|byte| *byte <= LAST_LETTERS)
}

/// Whether a single byte is plain.
fn is_plain_byte<const TEXT: bool>(byte: u8) -> bool {
    (b' '..=LAST_LETTERS).contains(&byte)
        && !matches!(byte, b'#' | 0x7F | WITH_MARKS | WITH_JOINER)
        && !(TEXT && matches!(byte, b'"' | b'\\'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::characters::is_harmful;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plain_text_is_found_as_character_by_character(text in prop_oneof![".*", "[ -~]*", "[a-zé]{0,40}[\"\\\\#~ \u{7f}-\u{d0}\u{590}-\u{620}]?[a-zא]{0,40}"]) {
            let is_plain_one = |one: char| {
                matches!(one, ' '..='~' | '\u{C0}'..='\u{33F}' | '\u{380}'..='\u{5FF}')
                    && !matches!(one, '"' | '\\' | '#')
            };
            prop_assert!(!text.chars().any(|one| is_plain_one(one) && is_harmful(one)));
            prop_assert_eq!(is_plain::<true>(text.as_bytes()), text.chars().all(is_plain_one));
            let is_plain_in_json = |one: char| is_plain_one(one) || matches!(one, '"' | '\\');
            prop_assert_eq!(is_plain_json(text.as_bytes()), text.chars().all(is_plain_in_json));
        }

        #[test]
        fn plain_text_is_written_as_any_other(text in "[ -~\u{c0}-\u{5ff}]*") {
            let (mut short, mut long) = (Vec::new(), Vec::new());
            super::text(&text, &mut short)?;
            write_json(&text, &mut long)?;
            prop_assert_eq!(short, long);
        }
    }
}
