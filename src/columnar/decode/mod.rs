//! The bytes of a column chunk to its values.
//!
//! This reads the few encodings that `encode.rs` chooses, but for lists, and refuses everything else. It does not trust
//! its input: whatever the bytes are, it gives values or an error, and takes no more memory than the limits of `schema.rs`
//! allow.

mod bits;
mod cursor;
mod delta;
mod page;

use super::dictionary::{FixedColumn, NULL, StringArray, TextColumn};
use super::schema::{Kind, MAX_CHUNK_BYTES};
use super::values::Values;
use cursor::{Cursor, Decoded};
use page::{DataPage, Dictionary, Encoding, Pages};

pub use page::Expected;

/// The values of a chunk.
pub fn values(bytes: &[u8], kind: Kind, expected: Expected) -> Decoded<Values> {
    let pages = Pages::new(bytes, expected)?;
    match kind {
        Kind::Text => texts(pages, expected).map(Values::Text),
        Kind::Integer => numbers(pages, expected).map(Values::Integer),
        Kind::Time => numbers(pages, expected).map(Values::Time),
        Kind::Boolean => booleans(pages, expected).map(Values::Boolean),
        Kind::Float => floats(pages, expected).map(Values::Float),
        Kind::List => Err("lists are for other programs"),
        Kind::Fixed(size) => fixed(pages, expected, size).map(Values::Fixed),
    }
}

fn numbers(mut pages: Pages<'_>, expected: Expected) -> Decoded<Vec<Option<i64>>> {
    let mut all = Vec::with_capacity(expected.rows);
    while let Some(page) = pages.next_data()? {
        if page.encoding != Encoding::DeltaNumbers {
            return Err("numbers have an encoding that is not used for them");
        }
        let mut cursor = Cursor(page.bytes());
        let numbers = delta::numbers(&mut cursor, page.count)?;
        if !cursor.is_empty() {
            return Err("something follows its last value");
        }
        page.rows(numbers.into_iter().map(Some), None, &mut all);
    }
    Ok(all)
}

fn booleans(mut pages: Pages<'_>, expected: Expected) -> Decoded<Vec<Option<bool>>> {
    let mut all = Vec::with_capacity(expected.rows);
    while let Some(page) = pages.next_data()? {
        if page.encoding != Encoding::Plain || page.bytes().len() != page.count.div_ceil(8) {
            return Err("booleans have an encoding that is not used for them");
        }
        let mut booleans = Vec::with_capacity(page.count);
        bits::unpack(page.bytes(), 1, page.count, |bit| booleans.push(bit == 1));
        page.rows(booleans.into_iter().map(Some), None, &mut all);
    }
    Ok(all)
}

fn floats(mut pages: Pages<'_>, expected: Expected) -> Decoded<Vec<Option<f64>>> {
    let mut all = Vec::with_capacity(expected.rows);
    while let Some(page) = pages.next_data()? {
        let (values, rest) = page.bytes().as_chunks();
        if page.encoding != Encoding::Plain || values.len() != page.count || !rest.is_empty() {
            return Err("numbers with a fraction have an encoding that is not used for them");
        }
        page.rows(values.iter().map(|bytes| Some(f64::from_le_bytes(*bytes))), None, &mut all);
    }
    Ok(all)
}

/// Adds the codes of a page, which are below `limit`.
fn add_codes(page: &DataPage, limit: usize, codes: &mut Vec<u32>) -> Decoded<()> {
    let mut cursor = Cursor(page.bytes());
    let width = u32::from(cursor.byte()?);
    let here = bits::hybrid(cursor.rest(), width, page.count)?;
    if here.iter().fold(0, |greatest, code| greatest.max(*code as usize + 1)) > limit {
        return Err("a code stands for no value");
    }
    page.rows(here, NULL, codes);
    Ok(())
}

fn texts(mut pages: Pages<'_>, expected: Expected) -> Decoded<TextColumn> {
    let mut codes = Vec::with_capacity(expected.rows);
    let mut arena = Arena::default();
    if let Some(dictionary) = pages.dictionary()? {
        arena.add_dictionary(&dictionary)?;
    }
    let distinct = arena.ends.len();
    while let Some(page) = pages.next_data()? {
        match page.encoding {
            Encoding::Codes => add_codes(&page, distinct, &mut codes)?,
            Encoding::DeltaStrings => {
                let first = arena.ends.len() as u32;
                arena.add_strings(page.bytes(), page.count)?;
                page.rows(first.., NULL, &mut codes);
            }
            _ => return Err("texts have an encoding that is not used for them"),
        }
    }
    let bytes = String::from_utf8(arena.bytes).map_err(|_| "a text is not UTF-8")?;
    let texts = StringArray::from_ends(bytes, arena.ends).ok_or("a text is not UTF-8")?;
    TextColumn::new(texts, codes).ok_or("a code stands for no value")
}

/// Byte strings one after the other, of a bounded size.
#[derive(Default)]
struct Arena {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Arena {
    fn add_dictionary(&mut self, dictionary: &Dictionary) -> Decoded<()> {
        self.bytes.reserve(dictionary.bytes.len());
        self.ends.reserve(dictionary.count);
        let mut cursor = Cursor(&dictionary.bytes);
        while !cursor.is_empty() && self.ends.len() < dictionary.count {
            let length = cursor.length()?;
            self.bytes.extend_from_slice(cursor.take(length)?);
            self.ends.push(self.bytes.len());
        }
        if cursor.is_empty() && self.ends.len() == dictionary.count {
            Ok(())
        } else {
            Err("the dictionary does not have the size that it says")
        }
    }

    fn add_strings(&mut self, bytes: &[u8], count: usize) -> Decoded<()> {
        self.bytes.reserve(bytes.len());
        self.ends.reserve(count);
        // Where the string before begins.
        let mut previous = self.bytes.len();
        delta::strings(bytes, count, |prefix, suffix| {
            let Self { bytes, ends } = &mut *self;
            let end = bytes.len();
            if prefix > end - previous {
                return Err("a text begins with more than the one before has");
            }
            if prefix + suffix.len() > MAX_CHUNK_BYTES - end {
                return Err("its texts have too many bytes");
            }
            bytes.extend_from_within(previous..previous + prefix);
            bytes.extend_from_slice(suffix);
            ends.push(bytes.len());
            previous = end;
            Ok(())
        })
    }
}

fn fixed(mut pages: Pages<'_>, expected: Expected, size: usize) -> Decoded<FixedColumn> {
    let mut codes = Vec::with_capacity(expected.rows);
    let mut values = Vec::new();
    if let Some(dictionary) = pages.dictionary()? {
        if Some(dictionary.bytes.len()) != dictionary.count.checked_mul(size) {
            return Err("the dictionary does not have the size that it says");
        }
        values = dictionary.bytes;
    }
    let distinct = values.len() / size;
    while let Some(page) = pages.next_data()? {
        match page.encoding {
            Encoding::Codes => add_codes(&page, distinct, &mut codes)?,
            Encoding::Plain if Some(page.bytes().len()) == page.count.checked_mul(size) => {
                let first = (values.len() / size) as u32;
                values.extend_from_slice(page.bytes());
                page.rows(first.., NULL, &mut codes);
            }
            _ => return Err("values of one size have an encoding that is not used for them"),
        }
    }
    FixedColumn::new(size, values, codes).ok_or("a code stands for no value")
}
