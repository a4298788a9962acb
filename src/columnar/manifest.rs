//! The manifest: what the reader believes of a file, under one digest.
//!
//! It stands between the page index and the footer, where other readers of Parquet pass over it:
//!
//! ```text
//! JSON │ its length, 8 bytes, the lowest first │ "SSOACOL" and the version │ SHA-256 of all before, 32 bytes │ footer
//! ```

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::{Error, Place, Result};
use super::schema::{Column, Kind, MAX_CHUNK_BYTES, MAX_PART_BYTES, MAX_ROWS, Schema};
use super::values::Values;
use crate::text::hex::hex;

/// Bytes between the JSON and the footer.
pub const TAIL_BYTES: usize = LENGTH_BYTES + MARK.len() + 1 + DIGEST_BYTES;
const LENGTH_BYTES: usize = 8;
const DIGEST_BYTES: usize = 32;
const MARK: &[u8; 7] = b"SSOACOL";
const VERSION: u8 = 1;

/// What a file consists of. Its parts follow each other without a gap, so that lengths say where each one is.
#[derive(Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The columns of the schema.
    pub columns: Vec<Column>,
    /// The indices of the columns by which rows are sorted.
    pub sorted_by: Vec<usize>,
    /// What the writer said of the file.
    pub key_values: Vec<(String, String)>,
    /// The row groups.
    pub row_groups: Vec<RowGroup>,
    /// The page index.
    pub page_index: Part,
    /// SHA-256 of everything behind the manifest.
    pub footer_sha256: String,
}

/// Some rows: so many chunks, one for each column.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RowGroup {
    /// How many rows there are.
    pub rows: usize,
    /// A chunk for every column, in the order of the schema.
    pub chunks: Vec<Chunk>,
}

/// The values of a column in a row group.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Chunk {
    /// Where its bytes are, and which.
    pub part: Part,
    /// How many bytes its pages have when they are unpacked.
    pub unpacked: usize,
    /// How many rows have no value.
    pub nulls: usize,
    /// The least and the greatest number or time, if there is one.
    pub range: Option<(i64, i64)>,
}

/// Some bytes of the file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    /// How many.
    pub bytes: u64,
    /// Their SHA-256 in hexadecimal.
    pub sha256: String,
}

impl Part {
    /// The part that these bytes are.
    pub fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes.len() as u64, sha256: sha256(bytes) }
    }

    /// Refuses bytes that are not those of this part.
    pub fn verify(&self, bytes: &[u8], place: impl FnOnce() -> Place) -> Result<()> {
        if sha256(bytes) == self.sha256 { Ok(()) } else { Err(other_bytes(place())) }
    }
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// The bytes at a place are not those that were written.
pub fn other_bytes(place: Place) -> Error {
    Error::Damaged { place, problem: "its SHA-256 is not the one that was recorded".to_owned() }
}

fn contradiction(problem: impl Into<String>) -> Error {
    Error::Damaged { place: Place::Manifest, problem: problem.into() }
}

impl Manifest {
    /// The manifest as it stands in a file, with its tail.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let mut bytes = serde_json::to_vec(self).map_err(std::io::Error::from)?;
        let length = bytes.len() as u64;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(MARK);
        bytes.push(VERSION);
        let digest = Sha256::digest(&bytes);
        bytes.extend_from_slice(&digest);
        Ok(bytes)
    }

    /// How many bytes of JSON stand before a tail.
    pub fn length(tail: &[u8; TAIL_BYTES]) -> Option<u64> {
        let (length, rest) = tail.split_first_chunk()?;
        rest.starts_with(MARK).then_some(u64::from_le_bytes(*length))
    }

    /// Reads a manifest with its tail. Nothing is believed before its digest is verified.
    pub fn read(bytes: &[u8]) -> Result<Self> {
        let (content, digest) = bytes.split_last_chunk::<DIGEST_BYTES>().ok_or(Error::NO_MANIFEST)?;
        if Sha256::digest(content).as_slice() != digest {
            return Err(other_bytes(Place::Manifest));
        }
        let (json, [.., version]) =
            content.split_last_chunk::<{ TAIL_BYTES - DIGEST_BYTES }>().ok_or(Error::NO_MANIFEST)?;
        if *version != VERSION {
            return Err(Error::Version(*version));
        }
        // What is there instead may be long, and is not for a terminal.
        let foreign = |error: serde_json::Error| {
            contradiction(format!("its byte {} is not what a manifest has there", error.column()))
        };
        serde_json::from_slice(json).map_err(foreign)
    }

    /// The schema, if everything that the manifest says of row groups fits it.
    pub fn schema(&self) -> Result<Schema> {
        let schema = Schema::new(self.columns.clone()).and_then(|it| it.sorted_by(self.sorted_by.clone()));
        let schema = schema.map_err(|error| contradiction(error.to_string()))?;
        for (index, group) in self.row_groups.iter().enumerate() {
            if !(1..=MAX_ROWS).contains(&group.rows) || group.chunks.len() != self.columns.len() {
                return Err(contradiction(format!("row group {index} has an impossible size")));
            }
            let mut columns = self.columns.iter().zip(&group.chunks);
            if let Some((column, _)) = columns.find(|(column, chunk)| !chunk.fits(column, group.rows)) {
                return Err(contradiction(format!(
                    "what it says about column {:?} in row group {index} cannot be",
                    column.name
                )));
            }
        }
        Ok(schema)
    }
}

impl Chunk {
    /// Whether a column of so many rows can be like this.
    fn fits(&self, column: &Column, rows: usize) -> bool {
        let has_range = matches!(column.kind, Kind::Integer | Kind::Time) && self.nulls < rows;
        self.nulls <= rows
            && (column.nullable || self.nulls == 0)
            && self.unpacked <= MAX_CHUNK_BYTES
            && self.part.bytes <= MAX_PART_BYTES
            && self.range.is_some() == has_range
            && self.range.is_none_or(|(least, greatest)| least <= greatest)
    }

    /// Whether it says of these values what they are.
    pub fn describes(&self, values: &Values) -> bool {
        self.nulls == values.nulls() && self.range == values.range()
    }
}
