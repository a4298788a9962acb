//! A file that grows: what is appended is read as it comes, until the file is replaced or truncated.

use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::open_file;
use super::stream::Stream;

/// How long to wait before looking whether the file has grown.
const INTERVAL: Duration = Duration::from_millis(200);

/// A file that is read as it grows.
#[derive(Debug)]
pub struct Followed {
    /// Where it is.
    pub path: PathBuf,
    end: Mutex<Option<FollowEnd>>,
}

/// Why a file grows no more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FollowEnd {
    /// Its path leads to another file now.
    Replaced,
    /// It is shorter than what was read of it.
    Truncated,
}

impl Followed {
    /// Follows the file at a path, which need not exist yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, end: Mutex::new(None) }
    }

    /// Why the latest reader of the file came to an end, if it did.
    pub fn end(&self) -> Option<FollowEnd> {
        *self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Opens the file, once it exists.
pub fn open(followed: &Arc<Followed>) -> io::Result<impl Stream + use<>> {
    loop {
        match open_file(&followed.path) {
            Ok(file) => return Ok(Growing { file, followed: Arc::clone(followed), read: 0 }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => thread::sleep(INTERVAL),
            Err(error) => return Err(error),
        }
    }
}

struct Growing {
    file: File,
    followed: Arc<Followed>,
    /// Bytes that were read.
    read: u64,
}

impl Growing {
    /// Why the file will not grow any more; nothing while its path leads nowhere, as between the two steps of a
    /// rotation.
    fn end(&self) -> io::Result<Option<FollowEnd>> {
        let own = self.file.metadata()?;
        if own.len() < self.read {
            return Ok(Some(FollowEnd::Truncated));
        }
        Ok(is_elsewhere(&own, &self.followed.path).then_some(FollowEnd::Replaced))
    }
}

impl Read for Growing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut end = None;
        loop {
            let length = self.file.read(buffer)?;
            self.read += length as u64;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            if end.is_some() {
                *self.followed.end.lock().unwrap_or_else(PoisonError::into_inner) = end;
                return Ok(0);
            }
            // It may have grown before it was replaced.
            end = self.end()?;
            if end.is_none() {
                thread::sleep(INTERVAL);
            }
        }
    }
}

impl Stream for Growing {
    fn has_more_within(&self, _time: Duration) -> Option<bool> {
        self.file.metadata().ok().map(|metadata| metadata.len() > self.read)
    }
}

#[cfg(unix)]
fn is_elsewhere(file: &Metadata, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    path.metadata().is_ok_and(|other| (other.dev(), other.ino()) != (file.dev(), file.ino()))
}

/// Other systems do not replace a file that is open.
#[cfg(not(unix))]
fn is_elsewhere(_: &Metadata, _: &Path) -> bool {
    false
}
