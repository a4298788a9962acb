//! The tokens of a piece of valid JSON, without the white space between them. They are found in the text, as not every
//! element of a long array is a node.

use std::ops::Range;

use crate::json::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    /// A bracket, brace, comma or colon.
    Punctuation,
    /// A string or a key; the span is what is between its quotes.
    Text,
    /// A number, `true`, `false` or `null`.
    Literal,
}

/// The tokens in a range that begins and ends between tokens.
pub fn tokens(text: &str, range: Range<usize>) -> impl Iterator<Item = (TokenKind, Span)> {
    let bytes = text.as_bytes().get(..range.end).unwrap_or_default();
    let mut at = range.start;
    std::iter::from_fn(move || {
        let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
        at += bytes.get(at..)?.iter().take_while(|byte| is_space(byte)).count();
        let (start, rest) = (at, bytes.get(at..)?);
        let span = |start: usize, end: usize, escaped| Span { start: start as u32, end: end as u32, escaped };
        match rest.first()? {
            b'"' => {
                let (length, escaped) = string(rest.get(1..)?);
                at += length + 2;
                Some((TokenKind::Text, span(start + 1, start + 1 + length, escaped)))
            }
            b'[' | b']' | b'{' | b'}' | b',' | b':' => {
                at += 1;
                Some((TokenKind::Punctuation, span(start, at, false)))
            }
            _ => {
                let is_over = |byte: &u8| is_space(byte) || matches!(byte, b',' | b']' | b'}');
                at += rest.iter().position(is_over).unwrap_or(rest.len());
                Some((TokenKind::Literal, span(start, at, false)))
            }
        }
    })
}

/// The length of a string up to its quote, and whether it has an escape.
fn string(rest: &[u8]) -> (usize, bool) {
    let (mut length, mut escaped) = (0, false);
    while let Some(byte) = rest.get(length).filter(|byte| **byte != b'"') {
        escaped |= *byte == b'\\';
        length += 1 + usize::from(*byte == b'\\');
    }
    (length, escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_is_no_token() {
        let text = "[ \"a \\\"]\\\\\" ,\t{\"\":-1.0e5}, true ,null]";
        let tokens: Vec<_> = tokens(text, 0..text.len()).map(|(_, span)| span.raw(text)).collect();
        assert_eq!(
            tokens,
            ["[", "a \\\"]\\\\", ",", "{", "", ":", "-1.0e5", "}", ",", "true", ",", "null", "]"]
        );
    }
}
