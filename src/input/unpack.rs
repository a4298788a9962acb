//! Decompression, chosen by the first bytes: gzip and zstd are read, of others is said what they are.

use std::io::{self, BufRead, BufReader, Cursor, Read};

use flate2::bufread::GzDecoder;

use super::Reader;

const GZIP: &[u8] = &[0x1F, 0x8B];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
/// A frame of zstd that is to be passed over; the first byte ends in anything.
const SKIPPABLE: &[u8] = &[0x50, 0x2A, 0x4D, 0x18];

/// What is recognised but not read: its first bytes, its name and what unpacks it. No text of JSON begins so.
const OTHERS: &[(&[u8], &str, &str)] = &[
    (b"BZh", "bzip2", "bzip2 -dc"),
    (&[0xFD, b'7', b'z', b'X'], "xz", "xz -dc"),
    (&[0x04, 0x22, 0x4D, 0x18], "lz4", "lz4 -dc"),
    (b"PK\x03\x04", "a zip archive", "unzip -p"),
];

/// As many of the first bytes as tell.
const HEAD: u64 = 4;

/// What the reader gives, unpacked.
pub fn unpack(mut reader: impl Read + Send + 'static) -> io::Result<Reader> {
    let mut head = Vec::new();
    reader.by_ref().take(HEAD).read_to_end(&mut head)?;
    let is_gzip = head.starts_with(GZIP);
    let is_zstd = head.starts_with(ZSTD) || is_skippable(&head);
    if let Some((_, name, command)) = OTHERS.iter().find(|(magic, ..)| head.starts_with(magic)) {
        return Err(io::Error::other(format!(
            "it is {name}, which is not read; unpack it, such as with `{command} FILE | ssoaudit …`"
        )));
    }
    let whole = Cursor::new(head).chain(reader);
    Ok(if is_gzip {
        Box::new(Gunzip { member: Some(GzDecoder::new(BufReader::with_capacity(1 << 17, whole))) })
    } else if is_zstd {
        let mut decoder = zstd::stream::read::Decoder::new(whole)?;
        decoder.window_log_max(LARGEST_WINDOW)?;
        Box::new(Unzstd(decoder))
    } else {
        Box::new(whole)
    })
}

fn is_skippable(head: &[u8]) -> bool {
    head.first().is_some_and(|first| first & 0xF0 == SKIPPABLE[0]) && head.get(1..) == Some(&SKIPPABLE[1..])
}

/// Members of gzip one after another, and zeros after them: whole blocks of tapes and disks leave some.
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

/// Whatever comes after zeros has to be another member.
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

/// As a power of two what a zstd stream may make its reader hold: 128 MiB, as `zstd` itself allows
/// unless it is told otherwise.
const LARGEST_WINDOW: u32 = 27;

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
