//! Whatever happens to a file: it is an error that says where, and what was not asked for is not read.

use std::cell::RefCell;
use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::ops::Range;
use std::rc::Rc;

use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use ssoaudit::columnar::{Error, Place, Reader};

use super::sample;
use crate::support::columnar::{assert_same, file, open, read_all};

fn small() -> Vec<u8> {
    let (schema, values) = sample(5);
    file(&schema, &[values, sample(2).1], &[("key".to_owned(), "value".to_owned())])
}

fn error_of(bytes: &[u8]) -> Option<Error> {
    open(bytes).and_then(|mut file| read_all(&mut file)).err()
}

#[test]
fn no_byte_can_change() {
    let whole = small();
    assert!(error_of(&whole).is_none());
    for at in 0..whole.len() {
        for change in [1, 0x80, 0xFF] {
            let mut bytes = whole.clone();
            bytes[at] ^= change;
            assert!(error_of(&bytes).is_some(), "byte {at} of {}", whole.len());
        }
    }
}

#[test]
fn no_byte_can_be_missing_or_too_many() {
    let whole = small();
    for at in 0..whole.len() {
        assert!(error_of(&whole[..at]).is_some(), "the first {at} of {}", whole.len());
        assert!(error_of(&whole[at + 1..]).is_some(), "without the first {}", at + 1);
        assert!(error_of(&[&whole[..at], &whole[at + 1..]].concat()).is_some(), "without byte {at}");
        assert!(error_of(&[&whole[..at], b"\0", &whole[at..]].concat()).is_some(), "with another byte {at}");
    }
    assert!(error_of(&[&*whole, &*whole].concat()).is_some());
    assert!(error_of(&[&*whole, b"PAR1"].concat()).is_some());
}

#[test]
fn a_larger_file_survives_no_damage() {
    let (schema, values) = sample(30_000);
    let whole = file(&schema, &[values, sample(9_000).1], &[]);
    let config = ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() };
    let damage = (any::<prop::sample::Index>(), 1..=255_u8, any::<prop::sample::Index>(), 0..5_u8);
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let result = TestRunner::new_with_rng(config, rng).run(&damage, |(at, change, other, kind)| {
        let (at, other) = (at.index(whole.len()), other.index(whole.len()));
        let mut bytes = whole.clone();
        match kind {
            0 => bytes.truncate(at),
            1 => bytes[at..].fill(0),
            2 if bytes[at..].first() != bytes[other..].first() => bytes.swap(at, other),
            _ => bytes[at] ^= change,
        }
        prop_assert!(bytes == whole || error_of(&bytes).is_some(), "{kind} at {at}");
        Ok(())
    });
    result.unwrap();
}

#[test]
fn an_error_says_where() {
    let whole = small();
    let find = |needle: &[u8]| whole.windows(needle.len()).position(|window| window == needle).unwrap();
    let manifest = find(b"{\"columns\"");
    let tail = find(b"SSOACOL");
    let chunk = "column \"time\" of row group 0, at byte 4";
    for (at, expected) in [
        (0, "the file is damaged: its first bytes: they are not those of Parquet"),
        (4, &*format!("the file is damaged: {chunk}: its SHA-256 is not the one that was recorded")),
        (manifest - 1, "the file is damaged: the page index: its SHA-256 is not the one that was recorded"),
        (manifest, "the file is damaged: the manifest: its SHA-256 is not the one that was recorded"),
        (tail, "ssoaudit did not write this file, or it was cut off: its manifest is not before its footer"),
        (tail + 7, "the file is damaged: the manifest: its SHA-256 is not the one that was recorded"),
        (tail + 40, "the file is damaged: the footer: its SHA-256 is not the one that was recorded"),
        (
            whole.len() - 1,
            "ssoaudit did not write this file, or it was cut off: it does not end as Parquet does",
        ),
    ] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        assert_eq!(error_of(&bytes).unwrap().to_string(), expected, "byte {at}");
    }
}

#[test]
fn what_is_no_file_of_ours_is_refused() {
    for bytes in [&b""[..], b"PAR1", b"PAR1PAR1", b"PAR1\0\0\0\0PAR1", b"{\"event\":1}\n", &[0xFF; 100]] {
        assert!(matches!(error_of(bytes), Some(Error::Foreign(_))), "{bytes:?}");
    }
    let mut end = [0x20; 100].to_vec();
    end.extend(b"\xFF\xFF\xFF\xFFPAR1");
    assert!(matches!(error_of(&end), Some(Error::Foreign(_))));
}

/// A file that notes what is read of it.
struct Noting<'a> {
    bytes: Cursor<&'a [u8]>,
    reads: Rc<RefCell<Vec<Range<u64>>>>,
}

impl Read for Noting<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let start = self.bytes.position();
        let count = self.bytes.read(into)?;
        self.reads.borrow_mut().push(start..start + count as u64);
        Ok(count)
    }
}

impl Seek for Noting<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.bytes.seek(to)
    }
}

#[test]
fn a_projection_reads_only_what_it_wants() {
    let (schema, values) = sample(9_000);
    let mut bytes = file(&schema, &[values.clone(), values.clone()], &[]);
    let reads = Rc::default();
    let mut opened = Reader::open(Noting { bytes: Cursor::new(&bytes), reads: Rc::clone(&reads) }).unwrap();
    let part = |index: usize| opened.row_groups()[1].chunks[index].part.bytes;
    let before: u64 = opened.row_groups()[0].chunks.iter().map(|chunk| chunk.part.bytes).sum();
    let start = 4 + before + (0..3).map(part).sum::<u64>();
    let wanted = start..start + part(3);
    let chunks_end = 4 + 2 * before;
    assert!(reads.borrow().iter().all(|read| read.end <= 4 || read.start >= chunks_end));

    reads.borrow_mut().clear();
    let read = opened.read(1, &[3]).unwrap();
    assert_same(&[read], &[vec![values[3].clone()]]);
    assert!(reads.borrow().iter().all(|read| wanted.start <= read.start && read.end <= wanted.end));
    assert_eq!(
        reads.borrow().iter().map(|read| read.end - read.start).sum::<u64>(),
        wanted.end - wanted.start
    );

    // Damage elsewhere does not matter to it.
    bytes[wanted.start as usize - 1] ^= 1;
    let mut damaged = open(&bytes).unwrap();
    assert_same(
        &[damaged.read(1, &[3, 0, 3]).unwrap()],
        &[[3, 0, 3].map(|index| values[index].clone()).to_vec()],
    );
    let error = damaged.read(1, &[0, 2]).unwrap_err();
    let Error::Damaged { place: Place::Chunk { row_group: 1, column, .. }, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(column, "event.id");
    assert_eq!(damaged.read(2, &[0]).unwrap_err().to_string(), "there is no row group 2");
    assert_eq!(damaged.read(0, &[7]).unwrap_err().to_string(), "there is no column 7");
}

/// A file whose end vanishes after it was opened.
struct Shrinking<'a>(Cursor<&'a [u8]>, Rc<RefCell<u64>>);

impl Read for Shrinking<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.1.borrow().saturating_sub(self.0.position());
        (&mut self.0).take(left).read(into)
    }
}

impl Seek for Shrinking<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.0.seek(to)
    }
}

#[test]
fn a_file_may_shrink_while_it_is_read() {
    let bytes = small();
    let size = Rc::new(RefCell::new(bytes.len() as u64));
    let mut opened = Reader::open(Shrinking(Cursor::new(&bytes), Rc::clone(&size))).unwrap();
    *size.borrow_mut() = 10;
    assert!(matches!(opened.read(0, &[0]), Err(Error::Foreign(_))));
}

#[derive(Debug)]
struct Failing;

impl Read for Failing {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("the disk is gone"))
    }
}

impl Seek for Failing {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(1_000)
    }
}

#[test]
fn a_disk_that_fails_is_no_damage() {
    let error = Reader::open(Failing).unwrap_err();
    assert!(matches!(&error, Error::Io(_)) && error.to_string() == "the disk is gone", "{error:?}");
}
