//! Inputs: which files there are, opening them, and cutting what they hold into blocks.
//!
//! The only place that opens anything for reading.

mod blocks;
mod documents;
mod walk;

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

pub use blocks::{Block, Blocks, Form, Sizes};
pub use documents::Record;
pub use walk::collect;

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
    /// A path that cannot be read, with the reason.
    Unreadable(String),
}

/// Counts the bytes read from disk or standard input, before decompression.
pub type Meter = Arc<AtomicU64>;

/// An open input.
pub type Reader = Box<dyn Read + Send>;

impl Input {
    /// Size on disk in bytes; `None` for what has no size.
    pub fn size(&self) -> Option<u64> {
        match &self.place {
            Place::File(path) => {
                path.metadata().ok().filter(|metadata| metadata.is_file()).map(|metadata| metadata.len())
            }
            _ => None,
        }
    }

    /// Opens the input and its decompressor, which is chosen by the first bytes.
    pub fn open(&self, meter: &Meter) -> io::Result<Reader> {
        let reader: Reader = match &self.place {
            Place::Stdin => Box::new(io::stdin()),
            Place::File(path) => Box::new(File::open(path)?),
            Place::Unreadable(reason) => return Err(io::Error::other(reason.clone())),
        };
        decompress(Metered { reader, meter: Arc::clone(meter) })
    }

    /// Whether bytes may trickle in, so that a short read is not to be waited on.
    pub fn is_live(&self) -> bool {
        self.size().is_none()
    }
}

const GZIP: &[u8] = &[0x1F, 0x8B];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];

fn decompress(mut reader: Metered) -> io::Result<Reader> {
    let mut head = Vec::with_capacity(ZSTD.len());
    reader.by_ref().take(ZSTD.len() as u64).read_to_end(&mut head)?;
    let (is_gzip, is_zstd) = (head.starts_with(GZIP), head.starts_with(ZSTD));
    let whole = Cursor::new(head).chain(reader);
    Ok(if is_gzip {
        Box::new(MultiGzDecoder::new(BufReader::with_capacity(1 << 17, whole)))
    } else if is_zstd {
        Box::new(zstd::stream::read::Decoder::new(whole)?)
    } else {
        Box::new(whole)
    })
}

struct Metered {
    reader: Reader,
    meter: Meter,
}

impl Read for Metered {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.reader.read(buffer)?;
        self.meter.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}
