//! Inputs: which files there are, opening them, and cutting what they hold into blocks.
//!
//! The only place that opens anything for reading.

mod blocks;
mod documents;
mod follow;
mod grammar;
pub mod history;
mod kind;
mod spanning;
mod stream;
pub mod table;
mod unpack;
mod unzstd;
mod walk;

use std::collections::BTreeMap;
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sha2::{Digest, Sha256};

use history::History;
use unpack::Unpacked;
use unzstd::{AheadReader, WhenDamaged};

pub use blocks::{Block, Blocks, Form, Sizes};
pub use documents::{Misplaced, Record};
pub use follow::{FollowEnd, Followed};
pub use grammar::trim_start;
pub use kind::objects;
pub use spanning::{Limit, OpenObject, Span, first_line, line_content};
pub use stream::Stream;
pub use unzstd::{Ahead, Readers};
pub use walk::{PassedOver, collect};

/// Something to read.
#[derive(Clone, Debug)]
pub struct Input {
    /// Name for messages: the path as given, or `<stdin>`.
    pub name: String,
    /// Where it is.
    pub place: Place,
}

/// Where an input is.
#[derive(Clone, Debug)]
pub enum Place {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// A file that is read as it grows.
    Followed(Arc<Followed>),
    /// A path that cannot be read, with the reason.
    Unreadable(String),
}

/// A few bytes can unpack to any number, so files that are read whole are limited.
const MAX_WHOLE_BYTES: u64 = 64 << 20;

/// All of a small file, unpacked: a roster, a policy, a key. One that is too long is an error.
pub fn read_whole(path: &Path) -> io::Result<Vec<u8>> {
    let input = Input { name: path.display().to_string(), place: Place::File(path.to_owned()) };
    let mut bytes = Vec::new();
    input.open(&Meter::default())?.take(MAX_WHOLE_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_WHOLE_BYTES {
        let max = MAX_WHOLE_BYTES >> 20;
        return Err(io::Error::other(format!("it is longer than {max} MiB, so it is not what it should be")));
    }
    Ok(bytes)
}

/// The first bytes of a file as they are, up to so many.
pub fn beginning(path: &Path, bytes: usize) -> io::Result<Vec<u8>> {
    let mut beginning = Vec::new();
    open_file(path)?.take(bytes as u64).read_to_end(&mut beginning)?;
    Ok(beginning)
}

/// Counts the bytes read from disk or standard input, before decompression; if wanted, those of every input, and
/// computes their SHA-256.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    bytes: Arc<AtomicU64>,
    digests: Option<Arc<Mutex<BTreeMap<usize, InputDigest>>>>,
    is_hashing: bool,
    /// Index of the input at hand: two may have the same name.
    input: usize,
}

/// What was read of an input.
#[derive(Clone, Debug, Default)]
pub struct InputDigest {
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of them, if it is wanted: it takes about as long as reading.
    pub sha256: Option<Sha256>,
}

impl Meter {
    /// A meter that also counts the bytes of every input.
    pub fn of_each() -> Self {
        Self { digests: Some(Arc::default()), ..Self::default() }
    }

    /// A meter that also computes the SHA-256 of every input.
    pub fn hashing() -> Self {
        Self { is_hashing: true, ..Self::of_each() }
    }

    /// Whether it computes the SHA-256 of every input.
    pub fn is_hashing(&self) -> bool {
        self.is_hashing
    }

    /// Bytes read so far.
    pub fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// The same meter, for the input of that index.
    pub fn of_input(&self, input: usize) -> Self {
        Self { input, ..self.clone() }
    }

    /// What was read of the input of that index.
    pub fn digest(&self, input: usize) -> Option<InputDigest> {
        let digests = self.digests.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        digests.get(&input).cloned()
    }

    /// Counts bytes of an input of which no digest is wanted.
    pub fn add(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    fn count(&self, digest: &mut InputDigest, bytes: &[u8]) {
        self.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        digest.bytes += bytes.len() as u64;
        if let Some(digests) = &self.digests {
            if self.is_hashing {
                digest.sha256.get_or_insert_default().update(bytes);
            }
            let mut digests = digests.lock().unwrap_or_else(PoisonError::into_inner);
            digests.insert(self.input, digest.clone());
        }
    }
}

/// Opens a file for reading.
fn open_file(path: &Path) -> io::Result<File> {
    File::open(path)
}

/// An open input.
pub type Reader = Box<dyn Stream>;

impl Input {
    /// Size on disk in bytes; `None` for what has no size.
    pub fn size(&self) -> Option<u64> {
        match &self.place {
            Place::File(path) => path.metadata().ok().filter(Metadata::is_file).map(|it| it.len()),
            _ => None,
        }
    }

    /// Opens the input and its decompressor, which is chosen by the first bytes.
    pub fn open(&self, meter: &Meter) -> io::Result<Reader> {
        Ok(match self.unpack(meter)? {
            Unpacked::Zstd(unzstd) => Box::new(unzstd),
            Unpacked::Other(reader) => reader,
        })
    }

    /// The same for several threads: some inputs can be unpacked ahead by those that have nothing else to do.
    pub fn open_ahead(&self, meter: &Meter, readers: &Readers) -> io::Result<(Reader, Option<Arc<Ahead>>)> {
        Ok(match self.unpack(meter)? {
            Unpacked::Zstd(unzstd) if readers.threads > 1 && !self.is_live() => {
                let ahead = Arc::new(Ahead::new(unzstd, readers.clone()));
                (Box::new(AheadReader::new(Arc::clone(&ahead))), Some(ahead))
            }
            Unpacked::Zstd(unzstd) => (Box::new(unzstd), None),
            Unpacked::Other(reader) => (reader, None),
        })
    }

    fn unpack(&self, meter: &Meter) -> io::Result<Unpacked> {
        let (reader, size): (Reader, u64) = match &self.place {
            Place::Stdin => (stream::stdin()?, 0),
            Place::File(path) => {
                if let Some(history) = History::of(self)? {
                    return Ok(Unpacked::Other(Box::new(history.into_lines(meter.clone()))));
                }
                let file = open_file(path)?;
                let size = file.metadata().ok().filter(Metadata::is_file).map_or(0, |it| it.len());
                (Box::new(file), size)
            }
            Place::Followed(followed) => {
                let reader = Box::new(follow::open(followed)?);
                return unpack::refuse_packed(metered(reader, 0, meter)).map(Unpacked::Other);
            }
            Place::Unreadable(reason) => return Err(io::Error::other(reason.clone())),
        };
        let when_damaged = if self.is_live() { WhenDamaged::Leave } else { WhenDamaged::Drain };
        unpack::unpack(metered(reader, size, meter), when_damaged)
    }

    /// Whether bytes may arrive bit by bit, so that what has arrived is to be read at once.
    pub fn is_live(&self) -> bool {
        self.size().is_none()
    }
}

fn metered(reader: Reader, size: u64, meter: &Meter) -> Metered {
    Metered { reader, meter: meter.clone(), size, digest: InputDigest::default() }
}

struct Metered {
    reader: Reader,
    meter: Meter,
    /// Its size when it was opened; 0 if it has none.
    size: u64,
    digest: InputDigest,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.meter.count(&mut self.digest, &buffer[..n]);
        if n == 0 && !buffer.is_empty() && self.digest.bytes < self.size {
            let lost = self.size - self.digest.bytes;
            return Err(io::Error::other(format!("the file lost its last {lost} bytes while it was read")));
        }
        Ok(n)
    }
}

impl Stream for Metered {
    fn has_more_within(&self, time: Duration) -> Option<bool> {
        self.reader.has_more_within(time)
    }
}
