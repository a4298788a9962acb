//! Decompression, chosen by the first bytes: gzip and zstd are read, other formats are named in the error.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::GzDecoder;

use super::{Reader, Stream, history};

const GZIP: &[u8] = &[0x1F, 0x8B];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
/// A skippable frame of zstd; the lower half of its first byte can be anything.
const SKIPPABLE: &[u8] = &[0x50, 0x2A, 0x4D, 0x18];

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

/// What the reader gives, unpacked.
pub fn unpack(mut reader: impl Stream + 'static) -> io::Result<Reader> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let is_gzip = head.starts_with(GZIP);
    let is_zstd = head.starts_with(ZSTD) || is_skippable(&head);
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
        Box::new(Gunzip { member: Some(GzDecoder::new(BufReader::with_capacity(1 << 17, all))) })
    } else if is_zstd {
        let mut decoder = zstd::stream::read::Decoder::new(all)?;
        decoder.window_log_max(MAX_WINDOW_LOG)?;
        Box::new(Unzstd(decoder))
    } else {
        Box::new(all)
    })
}

/// What the reader gives, unless it is packed or a history: these have an end, and a growing file has none yet.
pub fn refuse_packed(mut reader: impl Stream + 'static) -> io::Result<Reader> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD_BYTES).read_to_end(&mut head)?;
    let unsupported = UNSUPPORTED.iter().map(|format| format.magic);
    let mut magics = unsupported.chain([GZIP, ZSTD, history::MAGIC]);
    if is_skippable(&head) || magics.any(|magic| head.starts_with(magic)) {
        return Err(io::Error::other(
            "it is compressed or Parquet, which cannot be followed; read it without --follow",
        ));
    }
    Ok(Box::new(Cursor::new(head).chain(reader)))
}

fn is_skippable(head: &[u8]) -> bool {
    head.first().is_some_and(|first| first & 0xF0 == SKIPPABLE[0]) && head.get(1..) == Some(&SKIPPABLE[1..])
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

/// The largest window of a zstd stream, as a power of two: 128 MiB, the default of `zstd` itself.
const MAX_WINDOW_LOG: u32 = 27;

/// Says what to do about a window that is too large.
struct Unzstd<R>(R);

impl<R: Read> Read for Unzstd<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer).map_err(|error| match error.to_string() {
            text if text.contains("too much memory") => io::Error::other(
                "the window of this zstd stream is larger than 128 MiB; unpack it with `zstd -d --long=31` first",
            ),
            _ => error,
        })
    }
}

impl<R: Read + Send> Stream for Unzstd<R> {}
