//! Reading a file: what it consists of, and the columns that are wanted.

use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

use super::decode::{self, Expected};
use super::error::{Error, Place, Result};
use super::manifest::{Chunk, Manifest, RowGroup, TAIL_BYTES, other_bytes, sha256};
use super::schema::{Kind, MAX_PART_BYTES, Schema};
use super::values::Values;
use crate::parallel;

const MARK: &[u8; 4] = b"PAR1";
/// The length of the footer in four bytes, and the mark.
const END_BYTES: u64 = 8;

/// A file that is open. Everything it says of itself is verified; the bytes of a chunk are when it is read.
#[derive(Debug)]
pub struct Reader<F> {
    file: F,
    schema: Schema,
    manifest: Manifest,
    /// The offset at which each row group begins.
    starts: Vec<u64>,
}

impl<F: Read + Seek> Reader<F> {
    /// Opens a file. It reads its first bytes, and what is behind the last row group.
    pub fn open(mut file: F) -> Result<Self> {
        let size = file.seek(SeekFrom::End(0))?;
        let footer = footer_range(&mut file, size)?;
        if read(&mut file, 0..MARK.len() as u64)? != MARK {
            return Err(Error::Damaged {
                place: Place::Start,
                problem: "they are not those of Parquet".to_owned(),
            });
        }
        let range = manifest_range(&mut file, footer.start)?;
        let page_index_end = range.start;
        let manifest = Manifest::read(&read(&mut file, range)?)?;
        if sha256(&read(&mut file, footer)?) != manifest.footer_sha256 {
            return Err(other_bytes(Place::Footer));
        }
        let schema = manifest.schema()?;
        let starts = starts(&manifest, page_index_end)?;
        let page_index = page_index_end - manifest.page_index.bytes..page_index_end;
        manifest.page_index.verify(&read(&mut file, page_index)?, || Place::PageIndex)?;
        Ok(Self { file, schema, manifest, starts })
    }

    /// The columns.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// What the writer said of the file.
    pub fn key_values(&self) -> &[(String, String)] {
        &self.manifest.key_values
    }

    /// The row groups; what they say of the values is verified when a column is read.
    pub fn row_groups(&self) -> &[RowGroup] {
        &self.manifest.row_groups
    }

    /// The values of some columns, given by their indices in the schema, in a row group.
    pub fn read(&mut self, row_group: usize, columns: &[usize]) -> Result<Vec<Values>> {
        self.fetch(row_group, columns)?.decode()
    }

    /// The bytes of some columns in a row group, which another thread can decode. Only these bytes are read.
    pub fn fetch(&mut self, row_group: usize, columns: &[usize]) -> Result<Fetched> {
        let missing = |what, index| Error::Unfit(format!("there is no {what} {index}"));
        let group = self.manifest.row_groups.get(row_group).zip(self.starts.get(row_group));
        let (group, start) = group.ok_or_else(|| missing("row group", row_group))?;
        let mut chunks = Vec::with_capacity(columns.len());
        for index in columns {
            let column = self.schema.columns().get(*index).zip(group.chunks.get(*index));
            let (column, chunk) = column.ok_or_else(|| missing("column", *index))?;
            let start = start + bytes(group.chunks.get(..*index).unwrap_or_default());
            let bytes = read(&mut self.file, start..start + chunk.part.bytes)?;
            let place = Place::Chunk { row_group, column: column.name.clone(), start };
            let (kind, nullable) = (column.kind, column.nullable);
            let expected = Expected { rows: group.rows, unpacked: chunk.unpacked, nullable };
            chunks.push(FetchedChunk { bytes, place, kind, expected, chunk: chunk.clone() });
        }
        Ok(Fetched(chunks))
    }
}

/// Columns of a row group that are read, but not decoded.
pub struct Fetched(Vec<FetchedChunk>);

struct FetchedChunk {
    bytes: Vec<u8>,
    place: Place,
    kind: Kind,
    expected: Expected,
    chunk: Chunk,
}

impl Fetched {
    /// The values of the columns, in the order in which they were asked for. The columns are decoded in parallel.
    pub fn decode(&self) -> Result<Vec<Values>> {
        parallel::map_each(&self.0, FetchedChunk::decode).into_iter().collect()
    }
}

impl FetchedChunk {
    fn decode(&self) -> Result<Values> {
        self.chunk.part.verify(&self.bytes, || self.place.clone())?;
        let damaged =
            |problem: &str| Error::Damaged { place: self.place.clone(), problem: problem.to_owned() };
        let values = decode::values(&self.bytes, self.kind, self.expected).map_err(damaged)?;
        if self.chunk.describes(&values) {
            Ok(values)
        } else {
            Err(damaged("its values are not what is said about them"))
        }
    }
}

/// Bytes of the file.
fn read(file: &mut (impl Read + Seek), range: Range<u64>) -> Result<Vec<u8>> {
    let length = range.end.saturating_sub(range.start);
    if length > MAX_PART_BYTES {
        return Err(Error::Unfit(format!(
            "a part of the file has {length} bytes, more than can be read at once"
        )));
    }
    file.seek(SeekFrom::Start(range.start))?;
    // The file may have become shorter since its size was asked for.
    let mut bytes = Vec::with_capacity(length as usize);
    if file.take(length).read_to_end(&mut bytes)? as u64 == length { Ok(bytes) } else { Err(CUT) }
}

const CUT: Error = Error::Foreign("its end is missing");

/// Where the footer is, with what says how long it is.
fn footer_range(file: &mut (impl Read + Seek), size: u64) -> Result<Range<u64>> {
    let end = read(file, size.checked_sub(END_BYTES).ok_or(CUT)?..size)?;
    let (length, mark) = end.split_first_chunk().ok_or(CUT)?;
    if mark != MARK {
        return Err(Error::Foreign("it does not end as Parquet does"));
    }
    let length = u64::from(u32::from_le_bytes(*length)) + END_BYTES;
    Ok(size.checked_sub(length).ok_or(Error::Foreign("it is shorter than its footer"))?..size)
}

/// Where the manifest is, which ends at this byte.
fn manifest_range(file: &mut (impl Read + Seek), end: u64) -> Result<Range<u64>> {
    let tail_start = end.checked_sub(TAIL_BYTES as u64).ok_or(Error::NO_MANIFEST)?;
    let tail = read(file, tail_start..end)?;
    let length = tail.first_chunk().and_then(Manifest::length).ok_or(Error::NO_MANIFEST)?;
    Ok(tail_start.checked_sub(length).ok_or(Error::NO_MANIFEST)?..end)
}

/// Where each row group begins, and at last the page index, if all of them fill the file up to its manifest.
fn starts(manifest: &Manifest, page_index_end: u64) -> Result<Vec<u64>> {
    let lengths = manifest.row_groups.iter().map(|group| group.chunks.iter().map(|chunk| chunk.part.bytes));
    let mut end = Some(MARK.len() as u64);
    let starts = lengths.map(|lengths| {
        let start = end;
        end = lengths.fold(end, |end, length| end?.checked_add(length));
        start
    });
    let starts: Option<Vec<_>> = starts.collect();
    let end = end.and_then(|end| end.checked_add(manifest.page_index.bytes));
    let problem = "its parts do not fill the file".to_owned();
    let unfit = Error::Damaged { place: Place::Manifest, problem };
    starts.filter(|_| end == Some(page_index_end)).ok_or(unfit)
}

fn bytes(chunks: &[Chunk]) -> u64 {
    chunks.iter().map(|chunk| chunk.part.bytes).sum()
}
