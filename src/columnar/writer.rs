//! Writing a file: row groups one after the other, then what says where everything is.

use std::cmp::Ordering;
use std::io::{self, Write};

use parquet::file::metadata::KeyValue;
use parquet::file::writer::SerializedFileWriter;

use super::encode::{self, Encoded};
use super::error::{Error, Result};
use super::manifest::{Manifest, Part, RowGroup, sha256};
use super::schema::{MAX_PART_BYTES, MAX_ROWS, Schema};
use super::values::Values;
use crate::parallel;

/// Bytes at the end of a file of Parquet: the length of its metadata, and a mark.
const END_BYTES: usize = 8;

/// Writes a file. It holds one row group at a time, and less than a kilobyte for every page before.
pub struct Writer<W: Write + Send> {
    file: SerializedFileWriter<Target<W>>,
    schema: Schema,
    row_groups: Vec<RowGroup>,
}

impl<W: Write + Send> Writer<W> {
    /// Begins a file.
    pub fn new(out: W, schema: Schema) -> Result<Self> {
        let target = Target { out, held: None };
        let types = encode::parquet_schema(&schema).map_err(encode::error)?;
        let file = SerializedFileWriter::new(target, types, encode::file_properties(&schema));
        Ok(Self { file: file.map_err(encode::error)?, schema, row_groups: Vec::new() })
    }

    /// Writes some rows: the values of every column, in the order of the schema. Without rows it does nothing. The bytes
    /// do not depend on how many threads encode them.
    ///
    /// It refuses rows that do not fit the schema or are not sorted as it says, more rows than [`MAX_ROWS`], and more
    /// bytes in a column than [`MAX_CHUNK_BYTES`](super::MAX_CHUNK_BYTES); others can be written instead. After an error
    /// of the disk the file cannot be completed.
    pub fn row_group(&mut self, columns: &[Values]) -> Result<()> {
        let rows = fitting_rows(&self.schema, columns)?;
        if rows == 0 {
            return Ok(());
        }
        let types = self.file.schema_descr();
        let indices: Vec<_> = (0..columns.len()).collect();
        let encoded = parallel::map_each(&indices, |index| encode::chunk(types, *index, &columns[*index]));
        let encoded: Vec<_> = encoded.into_iter().collect::<Result<_>>()?;
        let mut group = self.file.next_row_group().map_err(encode::error)?;
        let mut chunks = Vec::with_capacity(encoded.len());
        for Encoded { bytes, close, chunk } in encoded {
            group.append_column(&bytes, close).map_err(encode::error)?;
            chunks.push(chunk);
        }
        group.close().map_err(encode::error)?;
        self.row_groups.push(RowGroup { rows, chunks });
        Ok(())
    }

    /// Ends the file, with what is to be said of it, and returns what it was written to. It refuses hundreds of
    /// thousands of row groups.
    pub fn finish(mut self, key_values: &[(String, String)]) -> Result<W> {
        for (key, value) in key_values {
            self.file.append_key_value_metadata(KeyValue::new(key.clone(), value.clone()));
        }
        self.file.flush()?;
        self.file.inner_mut().held = Some(Vec::new());
        let Target { mut out, held } = self.file.into_inner().map_err(encode::error)?;
        let held = held.unwrap_or_default();
        let (page_index, footer) = held.split_at(footer_start(&held));
        let manifest = Manifest {
            columns: self.schema.columns().to_vec(),
            sorted_by: self.schema.sort_columns().to_vec(),
            key_values: key_values.to_vec(),
            row_groups: self.row_groups,
            page_index: Part::of(page_index),
            footer_sha256: sha256(footer),
        };
        // Nothing before the manifest refers to what comes behind it, so that it moves nothing.
        for part in [page_index, &manifest.to_bytes()?, footer] {
            if part.len() as u64 > MAX_PART_BYTES {
                return Err(Error::Unfit("the file has more row groups than can be described".to_owned()));
            }
            out.write_all(part)?;
        }
        out.flush()?;
        Ok(out)
    }
}

/// Where the metadata begins in what the crate writes after the last row group.
fn footer_start(held: &[u8]) -> usize {
    let length = held.last_chunk::<END_BYTES>().and_then(|end| end.first_chunk()).copied();
    let length = u32::from_le_bytes(length.unwrap_or_default()) as usize;
    held.len().saturating_sub(length + END_BYTES)
}

/// Where the crate writes to.
struct Target<W> {
    out: W,
    /// What has to wait, from the last row group on.
    held: Option<Vec<u8>>,
}

impl<W: Write> Write for Target<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.held {
            Some(held) => held.write(bytes),
            None => self.out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// How many rows there are, if the columns fit the schema and each other.
fn fitting_rows(schema: &Schema, columns: &[Values]) -> Result<usize> {
    let unfit = |problem| Err(Error::Unfit(problem));
    let rows = columns.first().map_or(0, Values::rows);
    if columns.len() != schema.columns().len() || rows > MAX_ROWS {
        return unfit(format!("{} columns of {rows} rows are not a row group", columns.len()));
    }
    for (column, values) in schema.columns().iter().zip(columns) {
        let name = &column.name;
        if values.kind() != column.kind {
            return unfit(format!("values of column {name:?} are of another kind"));
        }
        if values.rows() != rows {
            return unfit(format!("column {name:?} has {} rows, the first has {rows}", values.rows()));
        }
        if !column.nullable && values.nulls() > 0 {
            return unfit(format!("column {name:?} lacks a value"));
        }
    }
    let follows = |row| {
        let mut orders = schema.sort_columns().iter().map(|column| columns[*column].compare(row, row + 1));
        orders.find(|order| order.is_ne()).is_none_or(Ordering::is_lt)
    };
    if !(0..rows.saturating_sub(1)).all(follows) {
        return unfit("the rows are not sorted as the schema says".to_owned());
    }
    Ok(rows)
}
