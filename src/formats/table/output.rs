//! Where rows go that come one after the other.

use std::io::Write;

use anyhow::{Context, Result};

use crate::columnar::Schema;
use crate::formats::table::columnar::{self, ColumnarWriter};
use crate::formats::table::{Layout, TableFormat};
use crate::output::Output;
use crate::reports::sheet::Column;

/// An output of rendered rows.
pub enum RowOutput {
    /// They are written as they are.
    Text(Output),
    /// They are put into columns.
    Columns {
        /// What puts them there.
        writer: Box<ColumnarWriter<Output>>,
        /// What messages call the output.
        name: String,
    },
}

impl RowOutput {
    /// An output for the rows of a table format. The format writes what precedes them.
    pub fn new(format: &TableFormat, columns: &[Column], output: Output) -> Result<Self> {
        match format.layout {
            Layout::Text(_) => Ok(Self::Text(output)),
            Layout::Columns => {
                let schema =
                    columnar::schema(columns).with_context(|| format!("--format {}", format.name))?;
                Self::with_schema(schema, output)
            }
        }
    }

    /// An output for packed rows of this schema.
    pub fn with_schema(schema: Schema, output: Output) -> Result<Self> {
        let name = output.name();
        let writer = ColumnarWriter::new(schema, output).with_context(|| writing(&name))?;
        Ok(Self::Columns { writer: Box::new(writer), name })
    }

    /// Writes whole rows, and what stands around them in a text.
    pub fn write(&mut self, rows: &[u8]) -> Result<()> {
        match self {
            Self::Text(output) => output.write(rows),
            Self::Columns { writer, name } => writer.write_all(rows).with_context(|| writing(name)),
        }
    }

    /// Ends the output.
    pub fn finish(self) -> Result<()> {
        match self {
            Self::Text(output) => output.finish(),
            Self::Columns { writer, name } => writer.finish().with_context(|| writing(&name))?.finish(),
        }
    }
}

fn writing(name: &str) -> String {
    format!("writing {name}")
}
