//! Tables as Parquet, with a type for each kind of cell. Nothing is escaped, as readers get values and not a text.

use std::io::{self, Write};

use crate::columnar::{self, Column, Error, Kind, ListBuilder, Schema, TextBuilder, Values, Writer};
use crate::formats::table::packed::{self, Packed};
use crate::formats::table::{Audience, Layout, TableFormat};
use crate::reports::sheet;

/// Apache Parquet.
pub const PARQUET: TableFormat = TableFormat {
    name: "parquet",
    audience: Audience::Programs,
    layout: Layout::Columns,
    row: |cells, _, out| cells.iter().for_each(|cell| packed::pack(cell, out)),
};

/// A row group has at most so many rows.
const MAX_ROWS: usize = 1 << 17;
/// A row group is full when its packed rows have so many bytes, so that it needs little memory.
const MAX_BYTES: usize = 1 << 26;

/// Writes a file of the rows that are written to it, which have to be whole. It holds one row group; where that ends
/// follows from the rows alone.
pub struct ColumnarWriter<W: Write + Send> {
    writer: Writer<W>,
    columns: Vec<Cells>,
    rows: usize,
    bytes: usize,
}

/// The cells of a column in the row group that is being filled.
enum Cells {
    Text(TextBuilder),
    Integer(Vec<Option<i64>>),
    Float(Vec<Option<f64>>),
    Time(Vec<Option<i64>>),
    Flag(Vec<Option<bool>>),
    List(ListBuilder),
}

impl<W: Write + Send> ColumnarWriter<W> {
    /// Begins a file.
    pub fn new(schema: Schema, out: W) -> io::Result<Self> {
        let columns = schema.columns().iter().map(|column| Cells::new(column.kind)).collect();
        Ok(Self { writer: Writer::new(out, schema).map_err(error)?, columns, rows: 0, bytes: 0 })
    }

    fn add(&mut self, row: &mut &[u8]) -> io::Result<()> {
        let before = row.len();
        self.columns.iter_mut().try_for_each(|cells| cells.push(packed::unpack(row)?))?;
        self.rows += 1;
        self.bytes += before - row.len();
        if self.rows >= MAX_ROWS || self.bytes >= MAX_BYTES { self.write_row_group() } else { Ok(()) }
    }

    fn write_row_group(&mut self) -> io::Result<()> {
        let values: Vec<_> = self.columns.iter_mut().map(Cells::take).collect();
        (self.rows, self.bytes) = (0, 0);
        self.writer.row_group(&values).map_err(error)
    }

    /// Writes what is left, ends the file, and returns what it was written to.
    pub fn finish(mut self) -> io::Result<W> {
        self.write_row_group()?;
        self.writer.finish(&[]).map_err(error)
    }
}

impl<W: Write + Send> Write for ColumnarWriter<W> {
    fn write(&mut self, rows: &[u8]) -> io::Result<usize> {
        let mut rest = rows;
        while !rest.is_empty() {
            self.add(&mut rest)?;
        }
        Ok(rows.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The schema of a table. Every column may lack values, whatever the rows are. It refuses two columns of the same name,
/// and no columns at all.
pub fn schema(columns: &[sheet::Column]) -> columnar::Result<Schema> {
    Schema::new(columns.iter().map(|column| nullable(column.key, column.kind)).collect())
}

/// A column of cells of a kind, which may be empty.
pub fn nullable(name: &str, kind: sheet::Kind) -> Column {
    let kind = match kind {
        sheet::Kind::Text | sheet::Kind::Id => Kind::Text,
        sheet::Kind::Number | sheet::Kind::Integer | sheet::Kind::Duration => Kind::Integer,
        sheet::Kind::Share => Kind::Float,
        sheet::Kind::Time => Kind::Time,
        sheet::Kind::Flag => Kind::Boolean,
        sheet::Kind::List => Kind::List,
    };
    Column { name: name.to_owned(), kind, nullable: true }
}

impl Cells {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text | Kind::Fixed(_) => Self::Text(TextBuilder::default()),
            Kind::Integer => Self::Integer(Vec::new()),
            Kind::Float => Self::Float(Vec::new()),
            Kind::Time => Self::Time(Vec::new()),
            Kind::Boolean => Self::Flag(Vec::new()),
            Kind::List => Self::List(ListBuilder::default()),
        }
    }

    fn push(&mut self, cell: Packed<'_>) -> io::Result<()> {
        match (self, cell) {
            (Self::Text(texts), Packed::Text(text)) => texts.push(Some(text)),
            (Self::Text(texts), Packed::Nothing) => texts.push(None),
            (Self::Integer(numbers), Packed::Integer(number)) => numbers.push(Some(number)),
            (Self::Integer(numbers) | Self::Time(numbers), Packed::Nothing) => numbers.push(None),
            (Self::Float(numbers), Packed::Float(number)) => numbers.push(Some(number)),
            (Self::Float(numbers), Packed::Nothing) => numbers.push(None),
            (Self::Time(times), Packed::Time(time)) => times.push(Some(time)),
            (Self::Flag(flags), Packed::Flag(flag)) => flags.push(Some(flag)),
            (Self::Flag(flags), Packed::Nothing) => flags.push(None),
            (Self::List(lists), Packed::List(texts)) => lists.push(Some(&texts)),
            (Self::List(lists), Packed::Nothing) => lists.push(None),
            (_, cell) => {
                return Err(io::Error::other(format!("{cell:?} is of another kind than its column")));
            }
        }
        Ok(())
    }

    /// The values so far; the next ones are those of another row group.
    fn take(&mut self) -> Values {
        match self {
            Self::Text(texts) => Values::Text(std::mem::take(texts).finish()),
            Self::Integer(numbers) => Values::Integer(std::mem::take(numbers)),
            Self::Float(numbers) => Values::Float(std::mem::take(numbers)),
            Self::Time(times) => Values::Time(std::mem::take(times)),
            Self::Flag(flags) => Values::Boolean(std::mem::take(flags)),
            Self::List(lists) => Values::List(std::mem::take(lists).finish()),
        }
    }
}

fn error(error: Error) -> io::Error {
    match error {
        Error::Io(error) => error,
        other => io::Error::other(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::columnar::Reader;
    use crate::reports::sheet::Cell;
    use proptest::prelude::*;
    use std::io::Cursor;

    const COLUMNS: [sheet::Column; 2] = [
        sheet::Column::new("number", "", sheet::Kind::Number, ""),
        sheet::Column::new("text", "", sheet::Kind::Text, ""),
    ];

    fn row(number: u64, text: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        [Cell::Number(number), Cell::Text(text.into())]
            .iter()
            .for_each(|cell| packed::pack(cell, &mut bytes));
        bytes
    }

    /// How many rows each row group has.
    fn row_groups(file: &[u8]) -> Vec<usize> {
        Reader::open(Cursor::new(file)).unwrap().row_groups().iter().map(|group| group.rows).collect()
    }

    proptest! {
        #[test]
        fn bytes_follow_from_the_rows_alone(numbers in prop::collection::vec(0..9_u64, 0..60), part in 1..20_usize) {
            let rows: Vec<_> = numbers.iter().map(|number| row(*number, &"x".repeat(*number as usize))).collect();
            let file = |part: usize| {
                let mut writer = ColumnarWriter::new(schema(&COLUMNS).unwrap(), Vec::new()).unwrap();
                rows.chunks(part).for_each(|rows| writer.write_all(&rows.concat()).unwrap());
                writer.finish().unwrap()
            };
            prop_assert!(file(part) == file(60));
        }
    }

    #[test]
    fn a_row_group_is_full_when_it_has_many_rows_or_bytes() {
        let file = |count: u64, text: &str| {
            let mut writer = ColumnarWriter::new(schema(&COLUMNS).unwrap(), Vec::new()).unwrap();
            (0..count).for_each(|number| writer.write_all(&row(number, text)).unwrap());
            writer.finish().unwrap()
        };
        assert_eq!(row_groups(&file(0, "")), [0; 0]);
        assert_eq!(row_groups(&file(MAX_ROWS as u64 + 1, "")), [MAX_ROWS, 1]);
        assert_eq!(row_groups(&file(70, &"x".repeat(1 << 20))), [64, 6]);
    }

    #[test]
    fn a_cell_of_another_kind_is_an_error() {
        let mut writer = ColumnarWriter::new(schema(&COLUMNS).unwrap(), Vec::new()).unwrap();
        let mut bytes = Vec::new();
        packed::pack(&Cell::Flag(true), &mut bytes);
        let error = writer.write_all(&bytes).unwrap_err().to_string();
        assert_eq!(error, "Flag(true) is of another kind than its column");
    }
}
