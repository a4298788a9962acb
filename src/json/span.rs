//! Where in a text a value stands, and what it says there.

use std::borrow::Cow;
use std::ops::Range;
use std::str::Chars;

use crate::text::cut::piece;

/// A piece of the text: a string without its quotes, or anything else as it stands.
///
/// Packed, as every node has two of them, and nodes are most of the memory that a hostile line needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(Rust, packed)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// A string with at least one backslash.
    pub escaped: bool,
}

impl Span {
    /// The text as written.
    #[inline]
    pub fn raw(self, text: &str) -> &str {
        piece(text, self.start as usize, self.end as usize)
    }

    /// The bytes of the text as written, or none if it is beyond the end.
    #[inline]
    pub fn bytes(self, text: &str) -> &[u8] {
        text.as_bytes().get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The text with its escapes resolved.
    #[inline]
    pub fn decode(self, text: &str) -> Cow<'_, str> {
        let raw = self.raw(text);
        if self.escaped { Cow::Owned(unescape(raw)) } else { Cow::Borrowed(raw) }
    }

    /// Where that range of the decoded text is.
    pub fn slice(self, text: &str, range: Range<usize>) -> Self {
        let at = |offset| {
            let offset = if self.escaped { raw_offset(self.raw(text), offset) } else { offset };
            self.start + offset as u32
        };
        Self { start: at(range.start), end: at(range.end), ..self }
    }
}

/// Resolves the escapes of a string that [`parse`](super::parse()) has accepted.
fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut after = escape.chars();
        text.push(match after.next() {
            Some('b') => '\u{8}',
            Some('f') => '\u{c}',
            Some('n') => '\n',
            Some('r') => '\r',
            Some('t') => '\t',
            Some('u') => {
                let mut unit = unit(&mut after);
                if matches!(unit, 0xD800..=0xDBFF) {
                    // The other half, after another `\u`.
                    after.nth(1);
                    unit = 0x10000 + ((unit - 0xD800) << 10) + (self::unit(&mut after) & 0x3FF);
                }
                char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            Some(other) => other,
            None => break,
        });
        rest = after.as_str();
    }
    text.push_str(rest);
    text
}

/// Where in a raw text the character begins that is at an offset of the decoded one.
fn raw_offset(raw: &str, offset: usize) -> usize {
    let (mut at, mut decoded) = (0, 0);
    while decoded < offset && at < raw.len() {
        let rest = raw.get(at..).unwrap_or_default();
        let length = match rest.as_bytes() {
            // A pair of surrogates.
            [
                b'\\',
                b'u',
                b'd' | b'D',
                b'8' | b'9' | b'a' | b'b' | b'A' | b'B',
                _,
                _,
                b'\\',
                b'u',
                b'd' | b'D',
                b'c'..=b'f' | b'C'..=b'F',
                ..,
            ] => 12,
            [b'\\', b'u', ..] => 6,
            [b'\\', ..] => 2,
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        let is_escape = rest.starts_with('\\');
        decoded += if is_escape { unescape(rest.get(..length).unwrap_or(rest)).len() } else { length };
        at += length;
    }
    at.min(raw.len())
}

/// The number that four hexadecimal digits stand for.
fn unit(digits: &mut Chars<'_>) -> u32 {
    digits.take(4).fold(0, |value, digit| value * 16 + digit.to_digit(16).unwrap_or_default())
}
