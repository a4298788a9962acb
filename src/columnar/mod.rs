//! Typed columns in files: Apache Parquet that any tool can read, and that proves to us that it is what was written.
//!
//! A file is Parquet of flat columns, written through the `parquet` crate. Plain Parquet protects neither its metadata nor,
//! as most write it, its data: a byte that changed on a disk can become another actor. So there is a manifest (see
//! [`manifest`]) before the footer, where other readers pass over it. It has the schema, what the writer said of the file,
//! the size of every part, and the SHA-256 of each; and it has its own. Every byte of a file is covered by one of these:
//!
//! ```text
//! "PAR1" │ chunks of row group 0 │ … │ page index │ manifest │ footer, its length, "PAR1"
//! ```
//!
//! The reader finds the manifest by the length of the footer, verifies its digest, then that of the footer and of the page
//! index, which it does not interpret; what Parquet says of the file is for others. A chunk is verified before it is decoded,
//! and a projection reads only the chunks it wants.
//!
//! A digest shows damage. It does not show intent: whoever changes a file can compute new digests. So nothing that is read
//! is handed to code that may panic or believe a size: no part of the `parquet` crate reads, [`decode`] is our own, works on
//! checked slices, and is bounded by the limits of [`schema`]. Fuzzing gives it chunks whose digests are right.
//!
//! A file that is not complete, or not from this writer, is an error. A file does not say who wrote it.

mod decode;
mod dictionary;
mod encode;
mod error;
mod manifest;
mod reader;
mod schema;
mod values;
mod writer;

pub use dictionary::{FixedBuilder, FixedColumn, NULL, StringArray, TextBuilder, TextColumn};
pub use error::{Error, Place, Result};
pub use manifest::{Chunk, Part, RowGroup};
pub use reader::{Fetched, Reader};
pub use schema::{Column, Kind, MAX_CHUNK_BYTES, MAX_FIXED_BYTES, MAX_ROWS, Schema};
pub use values::Values;
pub use writer::Writer;
