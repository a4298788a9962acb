//! Whatever the bytes are: they inflate to what the decoder alone makes of them, never to a panic,
//! and blocks stay small.
//!
//! The first five bytes say what the rest is: as it stands, after the first bytes of gzip or zstd, or
//! compressed in so many parts, with zeros after it or after a frame to be passed over. One byte is damaged
//! unless the last is 0.

use std::io::{BufReader, Read, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use ssoaudit::input::{Blocks, Input, Meter, Place, Readers, Sizes};

/// No more is inflated: a few bytes can be many.
const MOST: u64 = 1 << 22;
const GZIP: &[u8] = &[0x1F, 0x8B];
const ZSTD: &[u8] = &[0x28, 0xB5, 0x2F, 0xFD];
/// Of three bytes.
const SKIPPABLE: &[u8] = &[0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, b'{', 0, b'\n'];
/// How files begin that are not read.
const OTHERS: [&[u8]; 4] = [b"BZh", b"\xFD7zX", b"\x04\x22\x4D\x18", b"PK\x03\x04"];
const SIZES: Sizes = Sizes { block: 1 << 12, max_line: 1 << 14 };
/// The kind of a file shows in 64 KiB; apart from that, a block is a line and what was read with it.
const MOST_BLOCK: usize = 1 << 17;

/// Inflates the bytes in every way.
pub fn check(bytes: &[u8]) {
    let Some(([form, parts, low, high, damage], rest)) = bytes.split_first_chunk() else {
        return;
    };
    let mut packed = match form % 5 {
        0 => rest.to_vec(),
        1 => [GZIP, &[8, 0], rest].concat(),
        2 => [ZSTD, rest].concat(),
        3 => in_parts(rest, *parts, gzip),
        _ => in_parts(rest, *parts, |part| zstd::encode_all(part, 1).unwrap()),
    };
    match (form % 5, form / 5 % 2) {
        (3, 1) => packed.extend(vec![0; usize::from(*parts)]),
        (4, 1) => packed = [SKIPPABLE, &packed].concat(),
        _ => {}
    }
    let at = usize::from(u16::from_le_bytes([*low, *high])) % packed.len().max(1);
    if let Some(byte) = packed.get_mut(at) {
        *byte ^= damage;
    }

    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&packed).unwrap();
    let input = Input { name: "-".to_owned(), place: Place::File(file.path().to_owned()) };
    let meter = Meter::default();
    let (text, ending) = read_to_end(input.open(&meter).map(Box::new));
    assert!(meter.bytes() <= packed.len() as u64);
    let readers = Readers { threads: 3, idle: Arc::default() };
    let opened = input.open_ahead(&Meter::default(), &readers);
    let (ahead, ahead_ending) = read_to_end(opened.map(|(reader, _)| reader));
    assert_eq!((&ahead, format!("{ahead_ending:?}")), (&text, format!("{ending:?}")));
    // Whether zstd refuses a frame with nothing in it depends on how much of it is there when it begins.
    let expected = [packed.len(), 1].map(|at_once| reference(&packed, at_once));
    for (expected, _) in &expected {
        // Decoders give what they have before an error, which depends on how much they are asked for.
        let shorter = text.len().min(expected.len());
        assert_eq!(text[..shorter], expected[..shorter]);
    }
    let is_as_expected = |(expected, expected_ending): &(Vec<u8>, std::io::Result<()>)| {
        ending.is_ok() == expected_ending.is_ok() && (ending.is_err() || text.len() == expected.len())
    };
    let endings = || expected.each_ref().map(|(_, ending)| ending);
    assert!(expected.iter().any(is_as_expected), "{ending:?}, not {:?}", endings());
    if *damage == 0 && form % 5 >= 3 {
        assert_eq!((text.as_slice(), ending.is_ok()), (rest, true));
    }
    if let Ok(reader) = input.open(&Meter::default()) {
        let mut blocks = Blocks::new(reader.take(MOST), SIZES);
        let mut buffer = Vec::new();
        while let Ok(Some(block)) = blocks.next(&mut buffer) {
            buffer = block.into_buffer();
            assert!(buffer.len() <= MOST_BLOCK, "a block of {} bytes", buffer.len());
        }
    }
}

fn in_parts(text: &[u8], parts: u8, pack: impl Fn(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let length = (text.len() / (1 + usize::from(parts % 4))).max(1);
    if text.is_empty() { pack(text) } else { text.chunks(length).flat_map(pack).collect() }
}

fn gzip(part: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(part).unwrap();
    encoder.finish().unwrap()
}

fn read_to_end(reader: std::io::Result<impl Read>) -> (Vec<u8>, std::io::Result<()>) {
    let mut text = Vec::new();
    let ending = reader.and_then(|reader| reader.take(MOST).read_to_end(&mut text));
    (text, ending.map(drop))
}

/// What the decoders alone make of the bytes; zstd is given so many at once.
fn reference(packed: &[u8], at_once: usize) -> (Vec<u8>, std::io::Result<()>) {
    if OTHERS.iter().any(|magic| packed.starts_with(magic)) {
        (Vec::new(), Err(std::io::Error::other("not read")))
    } else if packed.starts_with(GZIP) {
        members(packed)
    } else if packed.starts_with(ZSTD)
        || (packed.len() > 3 && packed[0] >> 4 == 5 && packed[1..].starts_with(&SKIPPABLE[1..4]))
    {
        let bytes = BufReader::with_capacity(at_once, packed);
        read_to_end(zstd::stream::read::Decoder::with_buffer(bytes))
    } else {
        read_to_end(Ok(packed))
    }
}

/// Members of gzip, each on its own.
fn members(mut packed: &[u8]) -> (Vec<u8>, std::io::Result<()>) {
    let mut text = Vec::new();
    while packed.iter().any(|byte| *byte != 0) {
        let zeros = packed.iter().take_while(|byte| **byte == 0).count();
        packed = &packed[zeros..];
        let (more, ending) = read_to_end(Ok(GzDecoder::new(&mut packed)));
        text.extend(more);
        if text.len() as u64 >= MOST {
            text.truncate(MOST as usize);
            return (text, Ok(()));
        }
        if ending.is_err() {
            return (text, ending);
        }
    }
    (text, Ok(()))
}
