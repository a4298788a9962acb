//! Histories: files in which events are kept as columns (`ssoaudit collect` writes them). They are read as the lines of
//! normalized events.

pub mod columns;
mod lines;
pub mod metadata;

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use crate::columnar;
use crate::input::history::columns::SCHEMA;
use crate::input::history::lines::Lines;
use crate::input::history::metadata::{KEY, Metadata, VERSION};
use crate::input::{Input, Meter, Place, open_file};

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
            return Err(damaged("it has columns, but they are not those of a history (ssoaudit collect)"));
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

    /// Its events as lines. `meter` counts the bytes that are read.
    pub fn into_lines(self, meter: Meter) -> HistoryLines {
        HistoryLines { history: self, meter, row_group: 0, lines: None, rendered: Vec::new(), at: 0 }
    }
}

/// The version alone, which is read before anything that may be different in another one.
#[derive(serde::Deserialize)]
struct Version {
    version: u32,
}

/// The events of a history as lines.
pub struct HistoryLines {
    history: History,
    meter: Meter,
    row_group: usize,
    lines: Option<Lines>,
    rendered: Vec<u8>,
    /// How many of the rendered bytes were read.
    at: usize,
}

impl HistoryLines {
    /// Renders further lines; `false` at the end.
    fn advance(&mut self) -> io::Result<bool> {
        loop {
            self.rendered.clear();
            self.at = 0;
            if let Some(lines) = &mut self.lines {
                let more = lines.render(LINES_BYTES, &mut self.rendered);
                let more = more.ok_or_else(|| damaged("a row lacks what every event has"))?;
                if !more {
                    self.lines = None;
                }
                if !self.rendered.is_empty() {
                    return Ok(true);
                }
            }
            let reader = &mut self.history.reader;
            let Some(group) = reader.row_groups().get(self.row_group) else {
                return Ok(false);
            };
            if group.chunks.iter().map(|chunk| chunk.unpacked).sum::<usize>() > MAX_UNPACKED_BYTES {
                return Err(damaged(
                    "a row group of it unpacks to more than 512 MiB, which none does that was collected",
                ));
            }
            self.meter.add(group.chunks.iter().map(|chunk| chunk.part.bytes).sum());
            let columns: Vec<_> = (0..SCHEMA.columns().len()).collect();
            let values = reader.read(self.row_group, &columns).map_err(unreadable)?;
            self.lines =
                Some(Lines::new(values).ok_or_else(|| damaged("its columns are not those of a history"))?);
            self.row_group += 1;
        }
    }
}

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
