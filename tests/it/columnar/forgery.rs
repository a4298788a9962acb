//! Whoever forges a file can give it the right digests: what it says is an error or a value, and takes bounded memory.

use serde_json::{Value as Json, json};
use ssoaudit::columnar::{Error, Kind, MAX_CHUNK_BYTES, MAX_ROWS};

use super::sample;
use crate::support::columnar::{file, open, read_all, resealed};
use crate::support::columnar_pages::{
    CODES, DATA, DELTA_NUMBERS, DELTA_STRINGS, DICTIONARY, PLAIN, forged, page, page_of_size, varint, zigzag,
};

fn outcome(bytes: &[u8]) -> Result<usize, Error> {
    open(bytes).and_then(|mut file| read_all(&mut file)).map(|groups| groups.len())
}

#[test]
fn a_manifest_that_lies_is_refused() {
    let (schema, values) = sample(500);
    let whole = file(&schema, &[values], &[]);
    assert_eq!(outcome(&resealed(&whole, |_| ()).unwrap()).unwrap(), 1);
    let values = "its values are not what is said about them";
    for (pointer, value, expected) in [
        ("/row_groups/0/rows", json!(499), "too many rows"),
        ("/row_groups/0/rows", json!(501), "too few rows"),
        ("/row_groups/0/rows", json!(0), "row group 0 has an impossible size"),
        ("/row_groups/0/rows", json!(MAX_ROWS + 1), "row group 0 has an impossible size"),
        ("/row_groups/0/rows", json!(-1), "is not what a manifest has there"),
        ("/row_groups/0/rows", json!(1e300), "is not what a manifest has there"),
        ("/row_groups/0/chunks", json!([]), "row group 0 has an impossible size"),
        ("/row_groups/0/chunks/0/range", json!([0, 1]), values),
        ("/row_groups/0/chunks/0/range", json!([1, 0]), "cannot be"),
        ("/row_groups/0/chunks/0/range", json!(null), "cannot be"),
        ("/row_groups/0/chunks/2/range", json!([0, 1]), "cannot be"),
        ("/row_groups/0/chunks/0/nulls", json!(1), "cannot be"),
        ("/row_groups/0/chunks/1/nulls", json!(1), values),
        ("/row_groups/0/chunks/1/nulls", json!(501), "cannot be"),
        ("/row_groups/0/chunks/1/unpacked", json!(1), "larger than its column"),
        ("/row_groups/0/chunks/1/unpacked", json!(MAX_CHUNK_BYTES + 1), "cannot be"),
        ("/columns/1/nullable", json!(false), "cannot be"),
        ("/columns/2/nullable", json!(true), "column \"event.id\""),
        ("/columns/0/kind", json!("integer"), ""),
        ("/columns/0/kind", json!("text"), "cannot be"),
        ("/columns/2/kind", json!("boolean"), "not used for them"),
        ("/columns/3/kind", json!({"fixed": 16}), "column \"actor.email\""),
        ("/columns/5/kind", json!({"fixed": 15}), "not used for them"),
        ("/columns/5/kind", json!({"fixed": 0}), "cannot have 0 bytes"),
        ("/columns/5/kind", json!({"fixed": u64::MAX}), "cannot have"),
        ("/columns/5/kind", json!("text"), "not used for them"),
        ("/columns/5/name", json!("file"), "two columns"),
        ("/columns", json!([]), "no columns"),
        ("/sorted_by", json!([7]), "no column 7"),
        ("/row_groups/0/chunks/0", json!({}), "is not what a manifest has there"),
    ] {
        let change = |json: &mut Json| *json.pointer_mut(pointer).unwrap() = value.clone();
        let bytes = resealed(&whole, change).unwrap();
        match outcome(&bytes) {
            Ok(_) => assert_eq!(expected, "", "{pointer} {value}"),
            Err(error) => {
                assert!(matches!(error, Error::Damaged { .. }), "{error}");
                assert!(
                    !expected.is_empty() && error.to_string().contains(expected),
                    "{pointer} {value}: {error}"
                );
            }
        }
    }
    let extra = resealed(&whole, |json| json["more"] = json!(1)).unwrap();
    assert!(outcome(&extra).unwrap_err().to_string().contains("is not what a manifest has there"));
}

#[test]
fn another_version_is_named() {
    let (schema, values) = sample(3);
    let bytes = resealed(&file(&schema, &[values], &[]), |_| ()).unwrap();
    let mark = bytes.windows(7).position(|window| window == b"SSOACOL").unwrap();
    let start = bytes.windows(10).position(|window| window == b"{\"columns\"").unwrap();
    let mut later = bytes.clone();
    later[mark + 7] = 2;
    let digest = <sha2::Sha256 as sha2::Digest>::digest(&later[start..mark + 8]);
    later[mark + 8..mark + 40].copy_from_slice(&digest);
    assert_eq!(
        outcome(&later).unwrap_err().to_string(),
        "the file has layout 2, which this version cannot read"
    );
}

#[track_caller]
fn assert_refused(kind: Kind, rows: usize, chunk: &[Vec<u8>], expected: &str) {
    let error = outcome(&forged(kind, rows, &chunk.concat())).unwrap_err().to_string();
    assert!(error.starts_with("the file is damaged: column \"a\" of row group 0, at byte 4: "), "{error}");
    assert!(error.ends_with(expected), "{error}");
}

/// The header of differences, with so many values, and the first of them.
fn delta(block: u64, miniblocks: u64, count: u64, first: i64) -> Vec<u8> {
    [varint(block), varint(miniblocks), varint(count), zigzag(first)].concat()
}

#[test]
fn pages_made_by_hand_are_read() {
    let numbers = page(DATA, 1, DELTA_NUMBERS, &delta(128, 4, 1, 0));
    assert_eq!(outcome(&forged(Kind::Integer, 1, &numbers)).unwrap(), 1);
    let codes = [page(DICTIONARY, 1, PLAIN, b"\x01\0\0\0x"), page(DATA, 9, CODES, &[0, 18])].concat();
    assert_eq!(outcome(&forged(Kind::Text, 9, &codes)).unwrap(), 1);
}

#[test]
fn pages_that_lie_are_refused() {
    let refused = assert_refused;
    let integer = |bytes: &[u8]| [page(DATA, 1, DELTA_NUMBERS, bytes)];
    refused(Kind::Integer, 1, &[], "too few rows");
    refused(Kind::Integer, 1, &[b"\x15".to_vec()], "it ends too early");
    refused(Kind::Integer, 1, &[vec![0xFF; 30]], "not used here");
    refused(Kind::Integer, 1, &integer(&delta(0, 0, 1, 0)), "an impossible size");
    refused(Kind::Integer, 1, &integer(&delta(1 << 40, 1, 1, 0)), "an impossible size");
    refused(Kind::Integer, 1, &integer(&delta(128, 128, 1, 0)), "an impossible size");
    refused(Kind::Integer, 1, &integer(&delta(128, 4, u64::MAX, 0)), "another number of values");
    refused(Kind::Integer, 1, &integer(&[&delta(128, 4, 1, 0)[..], b"x"].concat()), "follows its last value");
    refused(Kind::Integer, 1, &integer(&[0xFF; 40]), "too large");
    refused(Kind::Integer, 1, &[page(DATA, 1, 6, b"x")], "an encoding that is not used here");
    refused(Kind::Integer, 1, &[page(DATA, -1, DELTA_NUMBERS, b"x")], "negative");
    refused(Kind::Integer, 1, &[page(DATA, 1 << 40, DELTA_NUMBERS, b"x")], "too many rows");
    refused(Kind::Integer, 1, &[page(9, 1, DELTA_NUMBERS, b"x")], "not used here");
    refused(Kind::Text, 1, &[page(DATA, 1, CODES, &[0, 2])], "a code stands for no value");
    let dictionary = |count, bytes: &[u8]| page(DICTIONARY, count, PLAIN, bytes);
    let x = || dictionary(1, b"\x01\0\0\0x");
    refused(Kind::Text, 1, &[x(), x(), page(DATA, 1, CODES, &[0, 2])], "not used here");
    refused(Kind::Text, 1, &[dictionary(2, b"\x01\0\0\0x")], "more values than there are rows");
    refused(Kind::Text, 1, &[dictionary(1, b"\x09\0\0\0x")], "it ends too early");
    refused(Kind::Text, 1, &[dictionary(1, b"\x01\0\0\0\xFF"), page(DATA, 1, CODES, &[0, 2])], "not UTF-8");
    refused(
        Kind::Text,
        9,
        &[dictionary(2, b"\x01\0\0\0\xC3\x01\0\0\0\xA9"), page(DATA, 9, CODES, &[0, 18])],
        "not UTF-8",
    );
    refused(Kind::Text, 1, &[x(), page(DATA, 1, CODES, &[33, 2])], "too many bits");
    refused(Kind::Text, 1, &[x(), page(DATA, 1, CODES, &[1, 2, 2])], "too many bits");
    refused(Kind::Text, 1, &[x(), page(DATA, 1, CODES, &[0, 2, 9])], "follows its last value");
    refused(
        Kind::Text,
        1,
        &[page(DATA, 1, DELTA_STRINGS, &[delta(128, 4, 1, 1), delta(128, 4, 1, 0)].concat())],
        "than the one before has",
    );
    refused(
        Kind::Text,
        1,
        &[page(DATA, 1, DELTA_STRINGS, &[delta(128, 4, 1, 0), delta(128, 4, 1, -1)].concat())],
        "negative",
    );
    refused(Kind::Boolean, 9, &[page(DATA, 9, PLAIN, &[1])], "not used for them");
    refused(Kind::Fixed(4), 2, &[page(DATA, 2, PLAIN, &[1; 7])], "not used for them");
    refused(Kind::Float, 2, &[page(DATA, 2, PLAIN, &[1; 17])], "not used for them");
    refused(Kind::Float, 2, &[page(DATA, 2, PLAIN, &[1; 8])], "not used for them");
    refused(Kind::List, 1, &[page(DATA, 1, DELTA_STRINGS, b"")], "for other programs");
}

#[test]
fn bombs_are_refused() {
    let refused = assert_refused;
    let zeros = zstd::bulk::compress(&vec![0; 48 << 20], 1).unwrap();
    // More than it says, less than it says, and more than a column may have.
    refused(Kind::Text, 1, &[page_of_size(DICTIONARY, [1, PLAIN], 100, &zeros)], "cannot be unpacked");
    refused(
        Kind::Text,
        1,
        &[page_of_size(DICTIONARY, [1, PLAIN], 49 << 20, &zeros)],
        "not have the size that it says",
    );
    refused(
        Kind::Text,
        1,
        &[page_of_size(DICTIONARY, [1, PLAIN], 1 << 40, &zeros)],
        "larger than its column",
    );
    // Millions of empty texts.
    refused(
        Kind::Text,
        9,
        &[page_of_size(DICTIONARY, [9, PLAIN], 48 << 20, &zeros)],
        "not have the size that it says",
    );
    // A run of codes beyond all rows.
    let run = [&[0][..], &varint(u64::MAX << 1)].concat();
    let x = page(DICTIONARY, 1, PLAIN, b"\x01\0\0\0x");
    refused(
        Kind::Text,
        MAX_ROWS,
        &[x.clone(), page(DATA, MAX_ROWS as i64, CODES, &run)],
        "a run is too long",
    );
    let packed = [&[32][..], &varint(u64::MAX)].concat();
    refused(Kind::Text, MAX_ROWS, &[x, page(DATA, MAX_ROWS as i64, CODES, &packed)], "a run is too long");
    // Every text is the one before and a letter: half a million million bytes.
    let blocks = (MAX_ROWS - 1).div_ceil(1 << 16);
    let series = |first, step| {
        let block = [zigzag(step), vec![0]].concat();
        [delta(1 << 16, 1, MAX_ROWS as u64, first), block.repeat(blocks)].concat()
    };
    let longer = [series(0, 1), series(1, 0), vec![b'x'; MAX_ROWS]].concat();
    let longer = page(DATA, MAX_ROWS as i64, DELTA_STRINGS, &longer);
    refused(Kind::Text, MAX_ROWS, &[longer], "its texts have too many bytes");
}
