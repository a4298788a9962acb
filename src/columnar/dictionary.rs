//! Columns whose rows refer to values by a code, so that what a value costs is paid once, not for every row.

use hashbrown::HashTable;

use crate::text::cut;
use crate::text::keyed_hash::KEYS;

/// The code of a row without a value.
pub const NULL: u32 = u32::MAX;

/// Texts one after the other in one allocation, numbered from 0.
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

    /// All of them as one text.
    pub fn text(&self) -> &str {
        &self.bytes
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
    let greatest = codes.iter().fold(0, |greatest: u32, code| greatest.max(code.wrapping_sub(NULL)));
    greatest as usize <= values
}

/// A value that was seen: the low half of its hash, and its code. With the former, most others need not be compared.
#[derive(Clone, Copy)]
struct Seen {
    hash: u32,
    code: u32,
}

/// The hash by which the table of what was seen finds a value.
fn spread(hash: u32) -> u64 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    u64::from(hash).wrapping_mul(ODD)
}

/// Makes a column of texts that come row by row.
#[derive(Default)]
pub struct TextBuilder {
    column: TextColumn,
    seen: HashTable<Seen>,
    /// The hash of each value.
    hashes: Vec<u32>,
    /// Whether no value is looked for among those seen.
    is_distinct: bool,
}

impl TextBuilder {
    /// For texts of which hardly any two are the same, so that looking for each would be in vain.
    pub fn distinct() -> Self {
        Self { is_distinct: true, ..Self::default() }
    }

    /// Makes room for so many rows.
    pub fn reserve(&mut self, rows: usize) {
        self.column.codes.reserve(rows);
    }

    /// Adds a row.
    pub fn push(&mut self, text: Option<&str>) {
        self.push_hashed(text, KEYS.text(0, text.unwrap_or_default().as_bytes()));
    }

    /// Adds a row; texts that are the same have to come with the same hash.
    #[inline]
    pub fn push_hashed(&mut self, text: Option<&str>, hash: u64) {
        match text {
            Some(text) => self.push_text(text, hash as u32),
            None => self.column.codes.push(NULL),
        }
    }

    fn push_text(&mut self, text: &str, hash: u32) {
        let Self { column: TextColumn { values, codes }, seen, hashes, is_distinct } = self;
        let is_same = |it: &Seen| it.hash == hash && values.get(it.code) == Some(text);
        let known = if *is_distinct { None } else { seen.find(spread(hash), is_same) };
        if let Some(known) = known {
            return codes.push(known.code);
        }
        let code = values.push(text);
        hashes.push(hash);
        codes.push(code);
        if !*is_distinct {
            seen.insert_unique(spread(hash), Seen { hash, code }, |it| spread(it.hash));
        }
    }

    /// Adds rows of another one.
    pub fn append(&mut self, other: &Self, rows: impl Iterator<Item = usize>) {
        let TextColumn { values, codes } = &other.column;
        let mut own = vec![NULL; values.len()];
        for row in rows {
            let code = codes[row];
            let known = own.get(code as usize).copied();
            if known == Some(NULL) {
                self.push_text(values.get(code).unwrap_or_default(), other.hashes[code as usize]);
                own[code as usize] = self.column.codes.last().copied().unwrap_or(NULL);
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
