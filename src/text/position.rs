//! Where a byte of a text is, as people count: lines and columns.

use std::str::from_utf8;

/// A place in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// 1-based line.
    pub line: u64,
    /// 1-based column in characters.
    pub column: u64,
}

impl Position {
    /// Where a file begins.
    pub const START: Self = Self { line: 1, column: 1 };
}

/// Finds the positions of bytes of a text. Each is found from the one before, as a text may be long and somebody may
/// ask for many.
#[derive(Clone, Copy)]
pub struct PositionCursor {
    /// The position of the first byte.
    origin: Position,
    /// The byte that was asked for last, and its position.
    offset: usize,
    position: Position,
}

impl PositionCursor {
    /// For a text whose first byte is at `origin`.
    pub fn new(origin: Position) -> Self {
        Self { origin, offset: 0, position: origin }
    }

    /// The position of a byte of the text, which is the same at every call; what is behind its end is at the end.
    pub fn move_to(&mut self, text: &[u8], offset: usize) -> Position {
        let offset = offset.min(text.len());
        let is_back = offset < self.offset;
        let between = &text[offset.min(self.offset)..offset.max(self.offset)];
        let line_ends = memchr::memchr_iter(b'\n', between).count() as u64;
        let Position { line, column } = self.position;
        let line = if is_back { line - line_ends } else { line + line_ends };
        let column = if line_ends > 0 {
            let before = &text[..offset];
            match memchr::memrchr(b'\n', before) {
                Some(line_end) => 1 + characters(&before[line_end + 1..]),
                None => self.origin.column + characters(before),
            }
        } else if is_back {
            column - characters(between)
        } else {
            column + characters(between)
        };
        (self.offset, self.position) = (offset, Position { line, column });
        self.position
    }
}

/// The text that bytes are, or the position of the first one that is not UTF-8.
pub fn utf8(bytes: &[u8]) -> Result<&str, Position> {
    from_utf8(bytes).map_err(|error| PositionCursor::new(Position::START).move_to(bytes, error.valid_up_to()))
}

/// Characters of a text that may not be UTF-8: all bytes that continue no other one.
fn characters(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn bytes_that_are_no_text_have_a_position() {
        assert_eq!(utf8("ü".as_bytes()), Ok("ü"));
        assert_eq!(utf8(b"a\n\xC3\xBC \xFF"), Err(Position { line: 2, column: 3 }));
    }

    proptest! {
        #[test]
        fn positions_do_not_depend_on_what_was_asked_before(
            text in "[aü\n]{0,20}",
            offsets in prop::collection::vec(0..30_usize, 1..9),
        ) {
            let origin = Position { line: 3, column: 5 };
            let mut cursor = PositionCursor::new(origin);
            for offset in offsets {
                let offset = (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
                let before = &text[..offset];
                let line = 3 + before.matches('\n').count() as u64;
                let column = match before.rsplit_once('\n') {
                    Some((_, rest)) => 1 + rest.chars().count(),
                    None => 5 + before.chars().count(),
                };
                prop_assert_eq!(cursor.move_to(text.as_bytes(), offset), Position { line, column: column as u64 });
            }
        }
    }
}
