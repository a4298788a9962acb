//! Histories: files in which events are kept as columns (`ssoaudit collect` writes them). Their rows are read as
//! such, or as the lines of normalized events.

pub mod columns;
mod lines;
pub mod metadata;
mod rows;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use crate::columnar;
use crate::input::history::columns::SCHEMA;
use crate::input::history::metadata::{KEY, Metadata, VERSION};
use crate::input::{Input, Meter, Place, Stream, open_file};

pub use crate::input::history::lines::Lines;
pub use crate::input::history::rows::Rows;

/// The first bytes of a history, as of any file of Parquet.
pub const MAGIC: &[u8] = b"PAR1";

/// So many bytes of lines are rendered at once.
const LINES_BYTES: usize = 1 << 18;

/// A row group unpacks to at most so many bytes; those that are written unpack to far fewer.
const MAX_UNPACKED_BYTES: usize = 1 << 29;

/// A history that is open.
pub struct History {
    reader: columnar::Reader<File>,
    /// What it says of itself.
    pub metadata: Metadata,
}

impl History {
    /// Opens the history of that path.
    pub fn open(path: &Path) -> io::Result<Self> {
        let reader = columnar::Reader::open(open_file(path)?).map_err(unreadable)?;
        let own = reader.key_values().iter().find(|(key, _)| key == KEY);
        let Some((_, json)) = own else {
            return Err(damaged(
                "it has columns, but they are not those of a history; give the exports, or a history that `ssoaudit collect` made of them",
            ));
        };
        let version = serde_json::from_str::<Version>(json)
            .map_err(|_| damaged("its metadata is not readable"))?
            .version;
        if version > VERSION {
            return Err(io::Error::other(format!(
                "it is a history of version {version}, and this version of ssoaudit reads up to {VERSION}; use a newer one"
            )));
        }
        let metadata =
            serde_json::from_str(json).map_err(|_| damaged("its metadata is not that of a history"))?;
        if *reader.schema() != *SCHEMA {
            return Err(damaged("its columns are not those of a history"));
        }
        Ok(Self { reader, metadata })
    }

    /// Opens an input, if it is a history by its first bytes.
    pub fn of(input: &Input) -> io::Result<Option<Self>> {
        let Place::File(path) = &input.place else {
            return Ok(None);
        };
        // What can be read only once is no file of columns.
        if !path.metadata()?.is_file() {
            return Ok(None);
        }
        let mut head = Vec::new();
        open_file(path)?.take(MAGIC.len() as u64).read_to_end(&mut head)?;
        if head == MAGIC { Self::open(path).map(Some) } else { Ok(None) }
    }

    /// Its row groups. `meter` counts the bytes that are read.
    pub fn into_row_groups(self, extent: Extent, meter: Meter) -> RowGroups {
        let all = 0..self.reader.row_groups().len();
        let changes = self.metadata.changes.as_ref().filter(|_| extent == Extent::Changes);
        let is_wanted = |index: &usize| changes.is_none_or(|changes| changes.contains(index));
        let left = all.rev().filter(is_wanted).collect();
        let columns = match extent {
            // Nothing of a file that is read as a whole may be damaged.
            Extent::All => (0..SCHEMA.columns().len()).collect(),
            Extent::Changes => Rows::columns(),
        };
        RowGroups { history: self, meter, left, columns }
    }

    /// Its events as lines. `meter` counts the bytes that are read.
    pub fn into_lines(self, meter: Meter) -> HistoryLines {
        let row_groups = self.into_row_groups(Extent::All, meter);
        HistoryLines { row_groups, lines: None, rendered: Vec::new(), at: 0 }
    }
}

/// Which events of a history are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Extent {
    /// All of them.
    #[default]
    All,
    /// Those that reports about changes need: changes, and enough others for the names of organizations, actors and
    /// connections and for the range of each source.
    Changes,
}

/// The version alone, which is read before anything that may be different in another one.
#[derive(serde::Deserialize)]
struct Version {
    version: u32,
}

/// The row groups of a history, read one after the other.
pub struct RowGroups {
    history: History,
    meter: Meter,
    /// Those that are left, the last one first.
    left: Vec<usize>,
    columns: Vec<usize>,
}

impl RowGroups {
    /// The rows of the next row group; `None` at the end.
    pub fn read_next(&mut self) -> io::Result<Option<Arc<Rows>>> {
        let Some(index) = self.left.pop() else {
            return Ok(None);
        };
        let reader = &mut self.history.reader;
        let chunks = reader.row_groups().get(index).map(|group| &*group.chunks).unwrap_or_default();
        if chunks.iter().map(|chunk| chunk.unpacked).sum::<usize>() > MAX_UNPACKED_BYTES {
            return Err(damaged(
                "one of its row groups unpacks to more than 512 MiB, which none that was collected does",
            ));
        }
        let Self { columns, .. } = self;
        self.meter.add(columns.iter().filter_map(|column| Some(chunks.get(*column)?.part.bytes)).sum());
        let values = reader.read(index, columns).map_err(unreadable)?;
        let rows = Rows::new(values).ok_or_else(|| damaged("a row lacks what every event has"))?;
        Ok(Some(Arc::new(rows)))
    }
}

/// The events of a history as lines.
pub struct HistoryLines {
    row_groups: RowGroups,
    /// The lines of the row group at hand, and the next row.
    lines: Option<(Lines, usize)>,
    rendered: Vec<u8>,
    /// How many of the rendered bytes were read.
    at: usize,
}

impl HistoryLines {
    /// Renders further lines; `false` at the end.
    fn advance(&mut self) -> io::Result<bool> {
        self.rendered.clear();
        self.at = 0;
        while self.rendered.len() < LINES_BYTES {
            match &mut self.lines {
                Some((lines, row)) if *row < lines.rows() => {
                    lines.render(*row, &mut self.rendered);
                    *row += 1;
                }
                _ => {
                    let Some(rows) = self.row_groups.read_next()? else {
                        break;
                    };
                    let lines = Lines::new(rows);
                    let lines = lines.ok_or_else(|| damaged("its columns are not those of a history"))?;
                    self.lines = Some((lines, 0));
                }
            }
        }
        Ok(!self.rendered.is_empty())
    }
}

impl Stream for HistoryLines {}

impl Read for HistoryLines {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at == self.rendered.len() && !self.advance()? {
            return Ok(0);
        }
        let length = (&self.rendered[self.at..]).read(buffer)?;
        self.at += length;
        Ok(length)
    }
}

fn unreadable(error: columnar::Error) -> io::Error {
    match error {
        columnar::Error::Io(error) => error,
        error => io::Error::other(error.to_string()),
    }
}

fn damaged(problem: &str) -> io::Error {
    io::Error::other(problem.to_owned())
}
