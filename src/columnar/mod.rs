//! Typed columns in files: Apache Parquet that any tool can read, and that proves to us that it is what was written.
//!
//! A file is Parquet with columns, which may be in groups or have lists of texts for other programs. It is written
//! through the `parquet` crate. Plain Parquet does not protect its metadata, and mostly not its data: a byte that
//! changes on a disk can become another actor. So a manifest (`manifest.rs`) stands before the footer, where other
//! readers pass over it. It has the schema, what the writer says of the file, the size and the SHA-256 of every other
//! part, and its own SHA-256, so that no byte of a file can change unnoticed:
//!
//! ```text
//! "PAR1" │ chunks of row group 0 │ … │ page index │ manifest │ footer, its length, "PAR1"
//! ```
//!
//! The reader finds the manifest by the length of the footer and verifies its digest, then those of the page index and the
//! footer, which are for other readers and are not interpreted. It verifies a chunk before it decodes it, and a projection
//! reads only the chunks that are wanted.
//!
//! A digest shows damage, but not intent: whoever forges a file can compute digests, and a panic would end the program.
//! So the `parquet` crate never sees a byte of a file that is read, verified or not. `decode/` is our own, takes bytes
//! from checked slices only, and neither its memory nor its time exceeds what the limits of `schema.rs` allow. Tests and
//! fuzzing give it forged chunks whose digests are right.

mod coded;
mod decode;
mod dictionary;
mod encode;
mod error;
mod list;
mod manifest;
mod reader;
mod schema;
mod values;
mod writer;

pub use dictionary::{FixedColumn, NULL, StringArray, TextBuilder, TextColumn};
pub use error::{Error, Place, Result};
pub use list::{ListBuilder, ListColumn};
pub use manifest::{Chunk, Part, RowGroup};
pub use reader::{Fetched, Reader};
pub use schema::{Column, Kind, MAX_CHUNK_BYTES, MAX_FIXED_BYTES, MAX_NAME_BYTES, MAX_ROWS, Nesting, Schema};
pub use values::Values;
pub use writer::Writer;
