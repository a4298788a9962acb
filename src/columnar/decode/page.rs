//! The pages of a column chunk: their headers, which are a structure in the compact protocol of Thrift, and their bytes.

use super::bits::{hybrid, only_run};
use super::cursor::{Cursor, Decoded};

/// How the values of a page are written, by the numbers that Parquet gives encodings.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Encoding {
    /// One after the other.
    Plain,
    /// Differences of numbers.
    DeltaNumbers,
    /// Differences of byte strings.
    DeltaStrings,
    /// Codes of values in a dictionary.
    Codes,
}

impl Encoding {
    fn of(number: i64) -> Decoded<Self> {
        match number {
            0 => Ok(Self::Plain),
            5 => Ok(Self::DeltaNumbers),
            7 => Ok(Self::DeltaStrings),
            8 => Ok(Self::Codes),
            _ => Err("a page has an encoding that is not used here"),
        }
    }
}

/// What stands before the bytes of a page: numbers by the ids that Parquet gives fields.
#[derive(Default)]
struct Header {
    outer: [Option<i64>; 9],
    inner: [Option<i64>; 9],
    /// The field that has the inner structure.
    inside: usize,
}

const KIND: usize = 1;
const UNPACKED: usize = 2;
const PACKED: usize = 3;
const DATA: usize = 5;
const DICTIONARY: usize = 7;

/// Types of the compact protocol.
const STOP: u8 = 0;
const TRUE: u8 = 1;
const FALSE: u8 = 2;
const NUMBER: u8 = 5;
const STRUCTURE: u8 = 12;

impl Header {
    fn read(cursor: &mut Cursor<'_>) -> Decoded<Self> {
        let mut header = Self::default();
        let Self { outer, inner, inside } = &mut header;
        fields(cursor, |field, kind, cursor| {
            if kind != STRUCTURE {
                return number(outer, field, kind, cursor);
            }
            if std::mem::replace(inside, field) != 0 {
                return Err("the header of a page has two structures");
            }
            fields(cursor, |field, kind, cursor| number(inner, field, kind, cursor))
        })?;
        Ok(header)
    }

    fn size(field: Option<i64>) -> Decoded<usize> {
        let size = field.ok_or("the header of a page lacks a number")?;
        usize::try_from(size).map_err(|_| "a size is negative")
    }
}

/// Goes over the fields of a structure.
fn fields(
    cursor: &mut Cursor<'_>,
    mut each: impl FnMut(usize, u8, &mut Cursor<'_>) -> Decoded<()>,
) -> Decoded<()> {
    let mut field = 0;
    loop {
        let byte = cursor.byte()?;
        let (step, kind) = (byte >> 4, byte & 0xF);
        if kind == STOP {
            return if step == 0 { Ok(()) } else { Err("the header of a page is malformed") };
        }
        if step == 0 {
            return Err("the header of a page is malformed");
        }
        field += usize::from(step);
        each(field, kind, cursor)?;
    }
}

fn number(numbers: &mut [Option<i64>], field: usize, kind: u8, cursor: &mut Cursor<'_>) -> Decoded<()> {
    let value = match kind {
        NUMBER => cursor.zigzag()?,
        TRUE => 1,
        FALSE => 0,
        _ => return Err("the header of a page has a field that is not used here"),
    };
    *numbers.get_mut(field).ok_or("the header of a page has a field that is not used here")? = Some(value);
    Ok(())
}

/// What the manifest says of a chunk, as far as its pages are concerned.
#[derive(Clone, Copy)]
pub struct Expected {
    /// Rows of the chunk.
    pub rows: usize,
    /// Bytes of all its pages when they are unpacked, with their headers.
    pub unpacked: usize,
    /// Whether a row may lack a value.
    pub nullable: bool,
}

/// The distinct values of a chunk.
pub struct Dictionary {
    /// How many there are.
    pub count: usize,
    /// The values, one after the other.
    pub bytes: Vec<u8>,
}

/// Some rows of a chunk.
pub struct DataPage {
    /// How many rows there are.
    rows: usize,
    /// For every row 1 if it has a value, and 0 if not; nothing if all or none have.
    levels: Option<Vec<u32>>,
    /// How many values there are.
    pub count: usize,
    /// How they are written.
    pub encoding: Encoding,
    bytes: Vec<u8>,
    start: usize,
}

impl DataPage {
    /// The encoded values.
    pub fn bytes(&self) -> &[u8] {
        self.bytes.get(self.start..).unwrap_or_default()
    }

    /// Adds a value for every row, where only those are given that are there.
    pub fn rows<T: Copy>(&self, values: impl IntoIterator<Item = T>, absent: T, all: &mut Vec<T>) {
        let values = values.into_iter().take(self.count);
        match &self.levels {
            None if self.count == 0 => all.extend(std::iter::repeat_n(absent, self.rows)),
            None => all.extend(values),
            Some(levels) => {
                // Which rows have a value cannot be predicted, so that none of this may be a branch.
                let values: Vec<_> = values.chain([absent]).collect();
                let mut next = 0;
                all.extend(levels.iter().map(|level| {
                    let value = values.get(next).copied().unwrap_or(absent);
                    next += *level as usize;
                    if *level == 1 { value } else { absent }
                }));
            }
        }
    }
}

/// The pages of a chunk that are still to come.
pub struct Pages<'a> {
    cursor: Cursor<'a>,
    /// Rows and unpacked bytes that are still to come.
    left: Expected,
    decompressor: zstd::bulk::Decompressor<'static>,
}

impl<'a> Pages<'a> {
    /// The pages that these bytes are.
    pub fn new(bytes: &'a [u8], expected: Expected) -> Decoded<Self> {
        let decompressor = zstd::bulk::Decompressor::new().map_err(|_| "zstd cannot be started")?;
        Ok(Self { cursor: Cursor(bytes), left: expected, decompressor })
    }

    /// The dictionary, which stands before all data.
    pub fn dictionary(&mut self) -> Decoded<Option<Dictionary>> {
        let mut ahead = self.cursor;
        if Header::read(&mut ahead)?.inside != DICTIONARY {
            return Ok(None);
        }
        let header = Header::read(&mut self.cursor)?;
        if (header.outer[KIND], Encoding::of(header.inner[2].unwrap_or(-1))?) != (Some(2), Encoding::Plain) {
            return Err("the dictionary has an encoding that is not used here");
        }
        let count = Header::size(header.inner[1])?;
        if count > self.left.rows {
            return Err("the dictionary has more values than there are rows");
        }
        Ok(Some(Dictionary { count, bytes: self.unpack(&header)? }))
    }

    /// The next page of data; `None` after the last one.
    pub fn next_data(&mut self) -> Decoded<Option<DataPage>> {
        if self.cursor.is_empty() {
            return if self.left.rows == 0 { Ok(None) } else { Err("it has too few rows") };
        }
        let header = Header::read(&mut self.cursor)?;
        if (header.outer[KIND], header.inside) != (Some(0), DATA) {
            return Err("a page is of a kind that is not used here");
        }
        let rows = Header::size(header.inner[1])?;
        self.left.rows = self.left.rows.checked_sub(rows).ok_or("it has too many rows")?;
        let encoding = Encoding::of(header.inner[2].unwrap_or(-1))?;
        let bytes = self.unpack(&header)?;
        let page = DataPage { rows, levels: None, count: rows, encoding, bytes, start: 0 };
        if self.left.nullable { with_levels(page).map(Some) } else { Ok(Some(page)) }
    }

    fn unpack(&mut self, header: &Header) -> Decoded<Vec<u8>> {
        let packed = self.cursor.take(Header::size(header.outer[PACKED])?)?;
        let size = Header::size(header.outer[UNPACKED])?;
        self.left.unpacked =
            self.left.unpacked.checked_sub(size).ok_or("a page is larger than its column")?;
        let bytes = self.decompressor.decompress(packed, size).map_err(|_| "a page cannot be unpacked")?;
        if bytes.len() == size { Ok(bytes) } else { Err("a page does not have the size that it says") }
    }
}

/// The page with what it says at its beginning: which rows have a value.
fn with_levels(page: DataPage) -> Decoded<DataPage> {
    let mut cursor = Cursor(&page.bytes);
    let length = cursor.length()?;
    let levels = cursor.take(length)?;
    let start = page.bytes.len() - cursor.rest().len();
    // Most columns have a value in every row of a page, or in none.
    match only_run(levels, 1) {
        Some((rows, 1)) if rows == page.rows => return Ok(DataPage { start, ..page }),
        Some((rows, 0)) if rows == page.rows => return Ok(DataPage { count: 0, start, ..page }),
        _ => {}
    }
    let levels = hybrid(levels, 1, page.rows)?;
    let count = levels.iter().filter(|level| **level == 1).count();
    Ok(DataPage { levels: Some(levels), count, start, ..page })
}
