//! Decompression, chosen by the first bytes: gzip and zstd are read, other formats are named in the error.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::GzDecoder;

use super::unzstd::{self, Unzstd, WhenDamaged, is_skippable};
use super::{Reader, Stream, history};

const GZIP: &[u8] = &[0x1F, 0x8B];

/// A format that is recognized but not read.
struct Unsupported {
    /// Its first bytes, with which no JSON begins.
    magic: &'static [u8],
    name: &'static str,
    /// What unpacks it.
    command: &'static str,
}

const UNSUPPORTED: &[Unsupported] = &[
    Unsupported { magic: b"BZh", name: "bzip2", command: "bzip2 -dc" },
    Unsupported { magic: b"\xFD7zX", name: "xz", command: "xz -dc" },
    Unsupported { magic: b"\x04\x22\x4D\x18", name: "lz4", command: "lz4 -dc" },
    Unsupported { magic: b"PK\x03\x04", name: "a zip archive", command: "unzip -p" },
];

/// So many of the first bytes decide.
const HEAD_BYTES: u64 = 4;

/// An input behind what unpacks it.
pub enum Unpacked {
    /// zstd, which can be unpacked ahead.
    Zstd(Unzstd<Reader>),
    /// Anything else.
    Other(Reader),
}

/// What the reader gives, unpacked.
pub fn unpack(mut reader: impl Stream + 'static, when_damaged: WhenDamaged) -> io::Result<Unpacked> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let is_gzip = head.starts_with(GZIP);
    let is_zstd = head.starts_with(&unzstd::MAGIC) || is_skippable(&head);
    let unsupported = UNSUPPORTED.iter().find(|format| head.starts_with(format.magic));
    if let Some(Unsupported { name, command, .. }) = unsupported {
        return Err(io::Error::other(format!(
            "it is {name}, which is not read; unpack it, such as with `{command} FILE | ssoaudit …`"
        )));
    }
    if head.starts_with(history::MAGIC) {
        return Err(io::Error::other(
            "it is Parquet, which is read only by its name; write it to a file first",
        ));
    }
    let all = Cursor::new(head).chain(reader);
    Ok(if is_gzip {
        let packed = BufReader::with_capacity(1 << 17, all);
        Unpacked::Other(Box::new(Gunzip { member: Some(GzDecoder::new(packed)) }))
    } else if is_zstd {
        let packed: Reader = Box::new(all);
        Unpacked::Zstd(Unzstd::new(packed, when_damaged)?)
    } else {
        Unpacked::Other(Box::new(all))
    })
}

/// What the reader gives, unless it is packed or a history: these have an end, and a growing file has none yet.
pub fn refuse_packed(mut reader: impl Stream + 'static) -> io::Result<Reader> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let unsupported = UNSUPPORTED.iter().map(|format| format.magic);
    let mut magics = unsupported.chain([GZIP, &unzstd::MAGIC, history::MAGIC]);
    if is_skippable(&head) || magics.any(|magic| head.starts_with(magic)) {
        return Err(io::Error::other(
            "it is compressed or Parquet, which cannot be followed; read it without --follow",
        ));
    }
    Ok(Box::new(Cursor::new(head).chain(reader)))
}

/// Reads the members of a gzip file one after another, and ignores zeros after them: tapes and disks pad blocks.
struct Gunzip<R> {
    /// `None` at the end.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Read for Gunzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let length = member.read(buffer)?;
            if length > 0 || buffer.is_empty() {
                return Ok(length);
            }
            let reader = self.member.take().map(GzDecoder::into_inner);
            self.member = reader.map(next_member).transpose()?.flatten();
        }
        Ok(0)
    }
}

impl<R: BufRead + Send> Stream for Gunzip<R> {}

/// The member after any zeros; whatever else comes there is an error when it is read.
fn next_member<R: BufRead>(mut reader: R) -> io::Result<Option<GzDecoder<R>>> {
    loop {
        let bytes = match reader.fill_buf() {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            bytes => bytes?,
        };
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        match bytes.len() {
            0 => return Ok(None),
            all if zeros < all => {
                reader.consume(zeros);
                return Ok(Some(GzDecoder::new(reader)));
            }
            all => reader.consume(all),
        }
    }
}
