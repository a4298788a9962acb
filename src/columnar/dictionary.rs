//! Columns whose rows refer to values by a code, so that what a value costs is paid once, not for every row.

use std::hash::BuildHasher;

use foldhash::fast::RandomState;
use hashbrown::HashTable;

use crate::text::cut;

/// The code of a row without a value.
pub const NULL: u32 = u32::MAX;

/// StringArray one after the other in one allocation, numbered from 0.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct StringArray {
    bytes: String,
    ends: Vec<usize>,
}

impl StringArray {
    /// The texts that end at these bytes, if each of them does so where a character begins.
    pub fn from_ends(bytes: String, ends: Vec<usize>) -> Option<Self> {
        let is_whole = ends.last().copied().unwrap_or_default() == bytes.len();
        let are_texts = ends.is_sorted() && ends.iter().all(|end| bytes.is_char_boundary(*end));
        (is_whole && are_texts).then_some(Self { bytes, ends })
    }

    /// Adds a text, and returns its number.
    pub fn push(&mut self, text: &str) -> u32 {
        self.bytes.push_str(text);
        self.ends.push(self.bytes.len());
        self.ends.len() as u32 - 1
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// How many bytes they have together.
    pub fn bytes(&self) -> usize {
        self.bytes.len()
    }

    /// The text of a number.
    pub fn get(&self, number: u32) -> Option<&str> {
        let number = number as usize;
        let start = number.checked_sub(1).map_or(Some(0), |before| self.ends.get(before).copied())?;
        self.ends.get(number).map(|end| cut::piece(&self.bytes, start, *end))
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| cut::piece(&self.bytes, *start, *end))
    }
}

/// A column of texts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct TextColumn {
    values: StringArray,
    codes: Vec<u32>,
}

impl TextColumn {
    /// A column whose rows have these codes, each of them [`NULL`] or the number of a text.
    pub fn new(values: StringArray, codes: Vec<u32>) -> Option<Self> {
        are_codes(&codes, values.len()).then_some(Self { values, codes })
    }

    /// The texts that codes refer to. A text is mostly there once, but nobody may rely on that.
    pub fn values(&self) -> &StringArray {
        &self.values
    }

    /// The code of every row.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The text of a row, counted from 0; `None` if it has none.
    pub fn get(&self, row: usize) -> Option<&str> {
        self.values.get(*self.codes.get(row)?)
    }
}

/// A column of values that all have the same number of bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FixedColumn {
    size: usize,
    values: Vec<u8>,
    codes: Vec<u32>,
}

impl FixedColumn {
    /// A column whose values are so many bytes each, and whose rows have these codes, each of them [`NULL`] or the
    /// number of a value.
    pub fn new(size: usize, values: Vec<u8>, codes: Vec<u32>) -> Option<Self> {
        let is_whole = size > 0 && values.len().is_multiple_of(size);
        (is_whole && are_codes(&codes, values.len() / size)).then_some(Self { size, values, codes })
    }

    /// Bytes of a value.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The values that codes refer to, one after the other. A value is mostly there once, but nobody may rely on that.
    pub fn values(&self) -> &[u8] {
        &self.values
    }

    /// The code of every row.
    pub fn codes(&self) -> &[u32] {
        &self.codes
    }

    /// The value of a row, counted from 0; `None` if it has none.
    pub fn get(&self, row: usize) -> Option<&[u8]> {
        self.value(*self.codes.get(row)?)
    }

    /// The value of a code.
    pub fn value(&self, code: u32) -> Option<&[u8]> {
        let start = (code as usize).checked_mul(self.size)?;
        self.values.get(start..start.checked_add(self.size)?)
    }
}

fn are_codes(codes: &[u32], values: usize) -> bool {
    // The greatest one without a branch for each, where `NULL` becomes the least.
    let greatest = codes.iter().map(|code| code.wrapping_sub(NULL)).max();
    greatest.is_none_or(|greatest| greatest as usize <= values)
}

/// The codes of values seen so far.
#[derive(Default)]
struct Interner {
    codes: HashTable<u32>,
    hasher: RandomState,
}

impl Interner {
    /// The code of a value, if it was seen; otherwise it is noted under `new`.
    fn code<'v>(&mut self, value: &[u8], new: u32, seen: impl Fn(u32) -> &'v [u8]) -> Option<u32> {
        let Self { codes, hasher } = self;
        let hash = |value: &[u8]| hasher.hash_one(value);
        let found = codes.find(hash(value), |code| seen(*code) == value).copied();
        if found.is_none() {
            codes.insert_unique(hash(value), new, |code| hash(seen(*code)));
        }
        found
    }
}

/// Makes a column of texts that come row by row.
#[derive(Default)]
pub struct TextBuilder {
    column: TextColumn,
    interner: Interner,
}

impl TextBuilder {
    /// Adds a row.
    pub fn push(&mut self, text: Option<&str>) {
        let TextColumn { values, codes } = &mut self.column;
        let code = text.map(|text| {
            let seen = |code| values.get(code).unwrap_or_default().as_bytes();
            let known = self.interner.code(text.as_bytes(), values.len() as u32, seen);
            known.unwrap_or_else(|| values.push(text))
        });
        codes.push(code.unwrap_or(NULL));
    }

    /// Adds rows of a column.
    pub fn append(&mut self, column: &TextColumn, rows: impl Iterator<Item = usize>) {
        let mut codes = vec![NULL; column.values.len()];
        for row in rows {
            let code = column.codes[row];
            let known = codes.get(code as usize).copied();
            if known == Some(NULL) {
                self.push(column.values.get(code));
                codes[code as usize] = self.column.codes.last().copied().unwrap_or(NULL);
            } else {
                self.column.codes.push(known.unwrap_or(NULL));
            }
        }
    }

    /// The column so far.
    pub fn column(&self) -> &TextColumn {
        &self.column
    }

    /// The column.
    pub fn finish(self) -> TextColumn {
        self.column
    }
}

/// Makes a column of values of `N` bytes that come row by row.
pub struct FixedBuilder<const N: usize> {
    column: FixedColumn,
    interner: Interner,
}

impl<const N: usize> Default for FixedBuilder<N> {
    fn default() -> Self {
        let column = FixedColumn { size: N, values: Vec::new(), codes: Vec::new() };
        Self { column, interner: Interner::default() }
    }
}

impl<const N: usize> FixedBuilder<N> {
    /// Adds a row.
    pub fn push(&mut self, value: Option<&[u8; N]>) {
        let code = value.map(|value| {
            let column = &mut self.column;
            let new = self.interner.codes.len() as u32;
            let known = self.interner.code(value, new, |code| column.value(code).unwrap_or_default());
            known.unwrap_or_else(|| {
                column.values.extend_from_slice(value);
                new
            })
        });
        self.column.codes.push(code.unwrap_or(NULL));
    }

    /// The column.
    pub fn finish(self) -> FixedColumn {
        self.column
    }
}
