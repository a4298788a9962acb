//! Where a walk over the bytes of a file is, and what stands before that on the line.

use crate::model::diagnostics::Position;

/// A place in the file and what stands before it on its line.
#[derive(Clone, Copy)]
pub struct Cursor {
    /// The place.
    pub position: Position,
    /// The column of what stands first on the line.
    pub indent: Option<u64>,
    /// The line has had nothing but the ends of other things.
    pub only_ends: bool,
}

impl Cursor {
    /// At the beginning of a line.
    pub fn at_line(line: u64) -> Self {
        Self { position: Position { line, column: 1 }, indent: None, only_ends: true }
    }

    /// Goes over a byte.
    #[inline]
    pub fn advance(&mut self, byte: u8) {
        match byte {
            b'\n' => *self = Self::at_line(self.position.line + 1),
            b' ' | b'\t' | b'\r' => self.position.column += 1,
            _ => {
                self.indent.get_or_insert(self.position.column);
                self.only_ends &= matches!(byte, b'}' | b']' | b',');
                self.position.column += u64::from(byte & 0xC0 != 0x80);
            }
        }
    }

    /// Goes over bytes that change nothing but the column.
    pub fn pass(&mut self, bytes: &[u8]) {
        self.position.column += bytes.iter().filter(|byte| **byte & 0xC0 != 0x80).count() as u64;
    }
}
