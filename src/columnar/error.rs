//! What can be wrong with a columnar file, and where.

use std::fmt::{self, Display, Formatter};
use std::io;

/// What a columnar file gives, or why it does not.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a columnar file cannot be read or written.
#[derive(Debug)]
pub enum Error {
    /// Reading or writing failed.
    Io(io::Error),
    /// The file was not written by this layer, or its end is missing. The text says what was not found.
    Foreign(&'static str),
    /// The file has a layout of this version, which is not known here.
    Version(u8),
    /// Bytes are not those that were written, or they contradict each other.
    Damaged {
        /// Where.
        place: Place,
        /// What is wrong there.
        problem: String,
    },
    /// What is asked for does not fit the schema, or exceeds a limit.
    Unfit(String),
}

impl Error {
    /// A file of Parquet by somebody else, or one whose end was changed.
    pub const NO_MANIFEST: Self = Self::Foreign("its manifest is not before its footer");
}

/// A part of a columnar file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// The bytes with which every Parquet file begins.
    Start,
    /// One column of one row group.
    Chunk {
        /// The row group, counted from 0.
        row_group: usize,
        /// The column's name.
        column: String,
        /// The offset of its first byte in the file.
        start: u64,
    },
    /// The bounds of pages, for other readers.
    PageIndex,
    /// The manifest.
    Manifest,
    /// The metadata of Parquet, for other readers.
    Footer,
}

impl Display for Place {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start => out.write_str("its first bytes"),
            Self::Chunk { row_group, column, start } => {
                write!(out, "column {column:?} of row group {row_group}, at byte {start}")
            }
            Self::PageIndex => out.write_str("the page index"),
            Self::Manifest => out.write_str("the manifest"),
            Self::Footer => out.write_str("the footer"),
        }
    }
}

impl Display for Error {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(out),
            Self::Foreign(missing) => {
                write!(out, "ssoaudit did not write this file, or it was cut off: {missing}")
            }
            Self::Version(version) => {
                write!(out, "the file has layout {version}, which this version cannot read")
            }
            Self::Damaged { place, problem } => write!(out, "the file is damaged: {place}: {problem}"),
            Self::Unfit(problem) => out.write_str(problem),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(error) => Some(error),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
