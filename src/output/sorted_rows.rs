//! Rows in the order of time, of which memory holds a limited part: what is more waits in temporary files, each of them
//! sorted, that are read side by side in the end.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::ops::Range;
use std::path::PathBuf;

use crate::model::time::Timestamp;

/// Memory holds about so many bytes of rows.
const MAX_BYTES: usize = 1 << 27;

/// Rows that are being collected. Those of the same time stay in the order in which they came.
pub struct SortedRows {
    folder: PathBuf,
    max_bytes: usize,
    bytes: Vec<u8>,
    rows: Vec<(Timestamp, Range<usize>)>,
    files: Vec<File>,
}

impl SortedRows {
    /// No rows; temporary files are in this folder, and have no name there.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, max_bytes: MAX_BYTES, bytes: Vec::new(), rows: Vec::new(), files: Vec::new() }
    }

    /// Adds a row.
    pub fn push(&mut self, time: Timestamp, row: &[u8]) -> io::Result<()> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(row);
        self.rows.push((time, start..self.bytes.len()));
        if self.bytes.len() >= self.max_bytes { self.write_file() } else { Ok(()) }
    }

    /// Moves what memory holds to a file.
    fn write_file(&mut self) -> io::Result<()> {
        let mut file = BufWriter::new(tempfile::tempfile_in(&self.folder)?);
        for (time, row) in self.sorted() {
            file.write_all(&time.seconds.to_le_bytes())?;
            file.write_all(&time.nanos.to_le_bytes())?;
            file.write_all(&(row.len() as u64).to_le_bytes())?;
            file.write_all(row)?;
        }
        let mut file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        self.files.push(file);
        self.bytes.clear();
        self.rows.clear();
        Ok(())
    }

    fn sorted(&mut self) -> impl Iterator<Item = (Timestamp, &[u8])> {
        self.rows.sort_by_key(|(time, _)| *time);
        let bytes = &self.bytes;
        self.rows.iter().map(|(time, range)| (*time, bytes.get(range.clone()).unwrap_or_default()))
    }

    /// Hands out all rows, the earliest first.
    pub fn each<E: From<io::Error>>(
        mut self,
        mut take: impl FnMut(Timestamp, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.files.is_empty() {
            return self.sorted().try_for_each(|(time, row)| take(time, row));
        }
        self.write_file()?;
        let mut files: Vec<_> = self.files.into_iter().map(BufReader::new).collect();
        let mut row = Vec::new();
        let mut next = BinaryHeap::new();
        for (index, file) in files.iter_mut().enumerate() {
            next.extend(read_time(file)?.map(|time| Reverse((time, index))));
        }
        // Files are in the order in which their rows came.
        while let Some(Reverse((time, index))) = next.pop() {
            let file = &mut files[index];
            read_row(file, &mut row)?;
            take(time, &row)?;
            next.extend(read_time(file)?.map(|time| Reverse((time, index))));
        }
        Ok(())
    }
}

/// The time of the next row; `None` at the end of the file.
fn read_time(file: &mut BufReader<File>) -> io::Result<Option<Timestamp>> {
    let (mut seconds, mut nanos) = ([0; 8], [0; 4]);
    match file.read_exact(&mut seconds) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        read => read?,
    }
    file.read_exact(&mut nanos)?;
    Ok(Some(Timestamp { seconds: i64::from_le_bytes(seconds), nanos: u32::from_le_bytes(nanos) }))
}

fn read_row(file: &mut BufReader<File>, row: &mut Vec<u8>) -> io::Result<()> {
    let mut length = [0; 8];
    file.read_exact(&mut length)?;
    row.clear();
    let length = u64::from_le_bytes(length);
    if file.take(length).read_to_end(row)? as u64 == length {
        Ok(())
    } else {
        Err(io::ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_are_sorted_stably_whatever_memory_holds(
            keys in prop::collection::vec((-3..3_i64, 0..3_u32), 0..60),
            max_bytes in 1..200_usize,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorted = SortedRows { max_bytes, ..SortedRows::new(folder.path().to_owned()) };
            let mut expected = Vec::new();
            for (number, (seconds, nanos)) in keys.iter().enumerate() {
                let time = Timestamp { seconds: *seconds, nanos: *nanos };
                let row = "x".repeat(number % 7) + &number.to_string();
                sorted.push(time, row.as_bytes()).unwrap();
                expected.push((time, row));
            }
            expected.sort_by_key(|(time, _)| *time);
            let mut told = Vec::new();
            sorted
                .each(|time, row| {
                    told.push((time, String::from_utf8(row.to_vec()).unwrap()));
                    io::Result::Ok(())
                })
                .unwrap();
            prop_assert_eq!(told, expected);
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
