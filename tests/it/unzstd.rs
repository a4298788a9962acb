//! zstd: however a file is made of frames, and whatever is wrong with it, any number of threads makes of it what one
//! does, and that is what the decoder alone makes of it.

use std::io::{BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use proptest::prelude::*;
use ssoaudit::input::{Input, Meter, Place, Readers};
use zstd::zstd_safe::CParameter;

use crate::support::cuts::transcript;
use crate::support::run::{fixture, ssoaudit, ssoaudit_with_input};

const MIB: usize = 1 << 20;
/// A frame that is longer is not unpacked as a whole.
const MOST: usize = 8 * MIB;

/// What was read, how it ended, and what was counted of the file.
#[derive(PartialEq, Eq)]
struct Told {
    bytes: Vec<u8>,
    error: Option<String>,
    read: u64,
}

impl std::fmt::Debug for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} bytes, {:?}, {} packed", self.bytes.len(), self.error, self.read)
    }
}

/// Reads a file with so many threads, so many bytes at a time.
fn read(path: &Path, threads: usize, at_once: usize) -> Told {
    let input = Input { name: "-".to_owned(), place: Place::File(path.to_owned()) };
    let meter = Meter::hashing();
    let (mut reader, ahead) = input.open_ahead(&meter, &Readers { threads, idle: Arc::default() }).unwrap();
    assert_eq!(ahead.is_some(), threads > 1);
    let is_over = AtomicBool::new(false);
    let mut bytes = Vec::new();
    let mut buffer = vec![0; at_once];
    let error = std::thread::scope(|scope| {
        if let Some(ahead) = &ahead {
            for _ in 1..threads {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        ahead.work();
                        std::thread::yield_now();
                    }
                });
            }
        }
        let error = loop {
            match reader.read(&mut buffer) {
                Ok(0) => break None,
                Ok(length) => bytes.extend_from_slice(&buffer[..length]),
                Err(error) => break Some(error.to_string()),
            }
        };
        is_over.store(true, Ordering::Relaxed);
        error
    });
    let digest = meter.digest(0).unwrap();
    assert_eq!(digest.bytes, meter.bytes());
    Told { bytes, error, read: digest.bytes }
}

/// What several threads make of a file, which is what one does.
fn agreed(packed: &[u8]) -> Told {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(packed).unwrap();
    let alone = read(file.path(), 1, 1 << 19);
    assert_eq!(alone.read, packed.len() as u64, "all of the file counts, even after damage");
    for (threads, at_once) in [(1, 1 << 12), (2, 1 << 19), (2, 777), (4, 1 << 20)] {
        assert_eq!(read(file.path(), threads, at_once), alone, "{threads} threads, {at_once} at once");
    }
    alone
}

/// What the decoder alone makes of it, if it is given a byte at a time, and whether it finds it whole.
fn decoded(packed: &[u8]) -> (Vec<u8>, bool) {
    let packed = BufReader::with_capacity(1, packed);
    let mut bytes = Vec::new();
    let is_whole = zstd::stream::read::Decoder::with_buffer(packed).unwrap().read_to_end(&mut bytes).is_ok();
    (bytes, is_whole)
}

fn skippable(kind: u8, content: &[u8]) -> Vec<u8> {
    [&[0x50 | kind, 0x2A, 0x4D, 0x18], &(content.len() as u32).to_le_bytes()[..], content].concat()
}

/// A frame that says how long it is.
fn sized(text: &[u8], level: i32) -> Vec<u8> {
    let mut compressor = zstd::bulk::Compressor::new(level).unwrap();
    compressor.set_parameter(CParameter::ChecksumFlag(true)).unwrap();
    compressor.compress(text).unwrap()
}

/// A frame that does not, with a block that was ended early.
fn unsized_(text: &[u8], level: i32) -> Vec<u8> {
    let mut encoder = zstd::stream::write::Encoder::new(Vec::new(), level).unwrap();
    encoder.include_checksum(level > 1).unwrap();
    let (first, rest) = text.split_at(text.len() / 3);
    encoder.write_all(first).unwrap();
    encoder.flush().unwrap();
    encoder.write_all(rest).unwrap();
    encoder.finish().unwrap()
}

/// How a part of a text is packed.
#[derive(Clone, Copy, Debug)]
enum Packing {
    Sized,
    Unsized,
    /// With a note before it that says how long it is packed, as by `pzstd`.
    Noted,
    /// With a note that is wrong.
    Misnoted,
    /// With a frame before it that is to be passed over, and one of nothing.
    AfterNothing,
}

fn packed(text: &[u8], packing: Packing) -> Vec<u8> {
    let note = |frame: Vec<u8>, bytes: usize| [skippable(0, &(bytes as u32).to_le_bytes()), frame].concat();
    match packing {
        Packing::Sized => sized(text, 1),
        Packing::Unsized => unsized_(text, 1),
        Packing::Noted => {
            let frame = unsized_(text, 3);
            let bytes = frame.len();
            note(frame, bytes)
        }
        Packing::Misnoted => note(sized(text, 3), 3),
        Packing::AfterNothing => {
            [skippable(7, b"{}\n"), sized(b"", 1), unsized_(b"", 3), sized(text, 1)].concat()
        }
    }
}

/// The table at the end of a seekable file, for frames of so many bytes, packed and unpacked.
fn seek_table(frames: &[(usize, usize)]) -> Vec<u8> {
    let mut table: Vec<_> = frames
        .iter()
        .flat_map(|(packed, unpacked)| [(*packed as u32).to_le_bytes(), (*unpacked as u32).to_le_bytes()])
        .flatten()
        .collect();
    table.extend((frames.len() as u32).to_le_bytes());
    table.push(0);
    table.extend(0x8F92_EAB1_u32.to_le_bytes());
    skippable(0xE, &table)
}

/// A frame of blocks of one repeated byte each, and what it says of its length.
fn repeating(bytes: &[u8], block: u32, says: Option<u32>) -> Vec<u8> {
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, if says.is_some() { 0x80 } else { 0 }, 7 << 3];
    frame.extend(says.into_iter().flat_map(u32::to_le_bytes));
    for (at, byte) in bytes.iter().enumerate() {
        let head = block << 3 | 1 << 1 | u32::from(at + 1 == bytes.len());
        frame.extend(&head.to_le_bytes()[..3]);
        frame.push(*byte);
    }
    frame
}

fn packing() -> impl Strategy<Value = Packing> {
    prop_oneof![
        Just(Packing::Sized),
        Just(Packing::Unsized),
        Just(Packing::Noted),
        Just(Packing::Misnoted),
        Just(Packing::AfterNothing),
    ]
}

#[derive(Clone, Debug)]
enum Damage {
    None,
    /// Bits of a byte are turned, at so many parts of a thousand.
    Turned(usize, u8),
    /// The file ends there.
    Cut(usize),
    /// What follows is no frame.
    Garbage(Vec<u8>),
}

fn damage() -> impl Strategy<Value = Damage> {
    prop_oneof![
        2 => Just(Damage::None),
        3 => (0..1000_usize, 1..=255_u8).prop_map(|(at, bits)| Damage::Turned(at, bits)),
        2 => (0..1000_usize).prop_map(Damage::Cut),
        1 => prop::collection::vec(any::<u8>(), 1..20).prop_map(Damage::Garbage),
    ]
}

fn damaged(mut packed: Vec<u8>, damage: &Damage) -> Vec<u8> {
    // The first bytes say that it is zstd.
    let place = |at: usize, packed: &[u8]| 4 + (packed.len() - 4) * at / 1000;
    match damage {
        Damage::None => {}
        Damage::Turned(at, bits) => {
            let at = place(*at, &packed).min(packed.len() - 1);
            packed[at] ^= bits;
        }
        Damage::Cut(at) => packed.truncate(place(*at, &packed)),
        Damage::Garbage(bytes) => packed.extend(bytes),
    }
    packed
}

/// Lines that repeat, but not too much.
fn lines(bytes: usize, seed: u64) -> Vec<u8> {
    let mut text = Vec::with_capacity(bytes + 64);
    let mut state = seed | 1;
    while text.len() < bytes {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        text.extend_from_slice(
            format!("{{\"id\":\"{:x}\",\"at\":{}}}\n", state >> 40, text.len()).as_bytes(),
        );
    }
    text.truncate(bytes);
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn threads_make_of_frames_what_the_decoder_does(
        parts in prop::collection::vec((packing(), prop_oneof![0..2000_usize, 100_000..1_500_000_usize]), 1..6),
        damage in damage(),
        has_table in any::<bool>(),
    ) {
        let texts: Vec<_> = (0..).zip(&parts).map(|(seed, (_, bytes))| lines(*bytes, seed)).collect();
        let frames: Vec<_> = parts.iter().zip(&texts).map(|((packing, _), text)| packed(text, *packing)).collect();
        let mut file = frames.concat();
        if has_table {
            file.extend(seek_table(&frames.iter().zip(&texts).map(|(a, b)| (a.len(), b.len())).collect::<Vec<_>>()));
        }
        let file = damaged(file, &damage);
        let told = agreed(&file);
        let (bytes, is_whole) = decoded(&file);
        prop_assert_eq!(told.error.is_none(), is_whole, "{:?}", told);
        prop_assert!(told.bytes.starts_with(&bytes), "what comes before damage is not lost");
        prop_assert!(!is_whole || told.bytes == bytes);
        if matches!(damage, Damage::None) {
            prop_assert!(told.bytes == texts.concat());
        }
    }

    #[test]
    fn lines_of_frames_are_the_lines_of_the_text(
        cuts in prop::collection::vec((packing(), 0..1000_usize), 1..8),
        times in 1..4_usize,
        damage in damage(),
    ) {
        let text = [fixture("sso-events.ndjson").repeat(times), b"{\"a\":\nno\n\n".to_vec()].concat();
        let mut ends: Vec<_> = cuts.iter().map(|(_, at)| text.len() * at / 1000).collect();
        ends.sort_unstable();
        *ends.last_mut().unwrap() = text.len();
        let mut begin = 0;
        let frames = cuts.iter().zip(ends).flat_map(|((packing, _), end)| {
            let part = &text[begin..end];
            begin = end;
            packed(part, *packing)
        });
        let folder = tempfile::tempdir().unwrap();
        let file = written(folder.path(), "a.zst", &damaged(frames.collect(), &damage));
        let plain = written(folder.path(), "a.ndjson", &text);
        let inputs = [&file, &plain].map(|path| Input { name: "-".to_owned(), place: Place::File(path.clone()) });
        let expected = transcript(&inputs[..1], 1, 1 << 19);
        for (threads, block_bytes) in [(1, 100), (2, 1 << 19), (2, 300), (4, 1 << 12)] {
            prop_assert_eq!(&transcript(&inputs[..1], threads, block_bytes), &expected, "{} threads", threads);
        }
        if matches!(damage, Damage::None) {
            prop_assert_eq!(expected, transcript(&inputs[1..], 2, 1 << 19));
        }
    }
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_frame_that_is_long_is_unpacked_like_any_other() {
    let text = lines(MOST + MIB, 1);
    let short = &text[..MIB];
    for long in [sized(&text, 1), unsized_(&text, 1), sized(&text[..MOST], 3), unsized_(&text[..MOST], 3)] {
        let length = decoded(&long).0.len();
        let file =
            [&sized(short, 1), &long, &unsized_(short, 3), &sized(short, 1)].map(Vec::as_slice).concat();
        let told = agreed(&file);
        let expected = [short, &text[..length], short, short].concat();
        assert!(told.error.is_none() && told.bytes == expected, "{told:?}");
        // Damage in the last of these frames hides nothing that comes before it.
        let at = file.len() - 20;
        let told = agreed(&[&file[..at], &[!file[at]], &file[at + 1..]].concat());
        assert!(told.error.is_some() && told.bytes.len() >= expected.len() - MIB, "{told:?}");
    }
}

/// What headers and tables say of lengths is nothing that memory is reserved for, or that is believed.
#[test]
fn a_frame_that_lies_about_its_length_is_an_error_after_what_it_holds() {
    let block = 128 << 10;
    for (blocks, says) in
        [(100, 1), (100, 256), (3, 4 << 20), (3, 3 * block - 1), (255, 1), (255, u32::MAX), (1, u32::MAX)]
    {
        let frame = repeating(&vec![b'\n'; blocks], block, Some(says));
        let file = [&sized(b"{}\n", 1), &frame, &sized(b"{}\n", 1)].map(Vec::as_slice).concat();
        let told = agreed(&file);
        let (bytes, is_whole) = decoded(&file);
        assert!(!is_whole && told.error.is_some(), "{blocks} {says}: {told:?}");
        assert!(told.bytes.starts_with(&bytes), "{blocks} {says}: {told:?}");
    }
    // A block may be longer than its window, which is an error as well.
    for (blocks, block) in [(300, block), (70, 1), (2, block + 1), (1, (1 << 21) - 1)] {
        let file = [repeating(&vec![b'\n'; blocks], block, None), sized(b"{}\n", 1)].concat();
        let told = agreed(&file);
        assert_eq!((told.bytes, told.error.is_none()), decoded(&file), "{blocks} {block}");
    }
    let frame = sized(b"{}\n", 1);
    for table in [seek_table(&[(1, u32::MAX as usize)]), seek_table(&[(usize::MAX >> 1, 0); 4])] {
        let told = agreed(&[&frame[..], &table, &frame, &table].concat());
        assert_eq!((&told.bytes[..], told.error), (&b"{}\n{}\n"[..], None));
    }
}

#[test]
fn frames_that_need_too_much_or_have_no_end_are_errors_where_they_are() {
    let frame = sized(b"{}\n", 1);
    let window = |log: u8| [0x28, 0xB5, 0x2F, 0xFD, 0, (log - 10) << 3, 0x09, 0, 0, b'\n'];
    for (next, told) in [
        (&window(28)[..], Some("larger than 128 MiB")),
        (&window(41), Some("larger than 128 MiB")),
        (&window(27), None),
        (&window(24), None),
        (&skippable(3, &[0; 100])[..99], Some("incomplete frame")),
        (&[0x50, 0x2A, 0x4D, 0x18, 0xFF, 0xFF, 0xFF, 0xFF, 1], Some("incomplete frame")),
        (&frame[..frame.len() - 1], Some("incomplete frame")),
        (b"\x28\xB5", Some("incomplete frame")),
        (b"{\"a\":1}\n", Some("Unknown frame descriptor")),
        // With a dictionary, and with a block of no kind.
        (b"\x28\xB5\x2F\xFD\x01\x58\x07\x09\0\0\n", Some("Dictionary mismatch")),
        (b"\x28\xB5\x2F\xFD\0\x58\x0F\0\0\n", Some("Data corruption detected")),
    ] {
        let read = agreed(&[&frame, next].concat());
        assert!(read.bytes.starts_with(b"{}\n"), "{told:?}: {read:?}");
        assert_eq!(read.error.is_some(), told.is_some(), "{told:?}: {read:?}");
        let error = read.error.unwrap_or_default();
        assert!(error.contains(told.unwrap_or_default()), "{told:?}: {error}");
    }
    let wrong = [&frame[..frame.len() - 1], &[!frame[frame.len() - 1]], &frame].concat();
    let told = agreed(&wrong);
    assert_eq!((&told.bytes[..], told.error.is_some()), (&b"{}\n"[..], true), "the checksum is wrong");
}

#[test]
fn commands_say_the_same_of_damaged_frames_with_any_number_of_threads() {
    let text = fixture("sso-events.ndjson");
    let (first, rest) = text.split_at(text.len() / 3 + 5);
    let whole = [unsized_(first, 3), sized(rest, 3), sized(&text, 1)].concat();
    let folder = tempfile::tempdir().unwrap();
    for (damage, code) in [
        (Damage::None, 0),
        (Damage::Cut(970), 2),
        (Damage::Cut(400), 2),
        (Damage::Turned(600, 0x55), 2),
        (Damage::Garbage(b"{}\n".to_vec()), 2),
    ] {
        let packed = damaged(whole.clone(), &damage);
        let path = written(folder.path(), "a.ndjson.zst", &packed);
        let path = path.to_str().unwrap();
        for args in
            [&["filter", "--normalize"][..], &["validate"], &["summary"], &["check", "--now", "2025-04-05"]]
        {
            let run = |threads: &str| {
                let run = ssoaudit(&[args, &["--threads", threads, path]].concat());
                (run.stdout, run.stderr, run.code)
            };
            let expected = run("1");
            assert!(expected.2 == code || args[0] == "check", "{damage:?} {args:?}: {}", expected.1);
            assert_eq!(run("2"), expected, "{damage:?} {args:?}");
            assert_eq!(run("5"), expected, "{damage:?} {args:?}");
            let piped = ssoaudit_with_input(&[args, &["--threads", "2"]].concat(), &packed);
            assert_eq!(piped.code, expected.2, "{damage:?} {args:?}");
            assert_eq!(piped.stderr.replace("<stdin>", path), expected.1, "{damage:?} {args:?}");
        }
    }
}
