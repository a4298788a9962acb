//! Columnar files whose pages are made by hand, and whose digests are right.

use serde_json::json;
use ssoaudit::columnar::{Column, Kind, MAX_CHUNK_BYTES, Schema};

use super::columnar::{file, resealed};

/// A number as the compact protocol of Thrift has it.
pub fn zigzag(number: i64) -> Vec<u8> {
    varint((number << 1 ^ number >> 63) as u64)
}

pub fn varint(mut number: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
    bytes
}

pub const DATA: i64 = 0;
pub const DICTIONARY: i64 = 2;
pub const PLAIN: i64 = 0;
pub const DELTA_NUMBERS: i64 = 5;
pub const DELTA_STRINGS: i64 = 7;
pub const CODES: i64 = 8;

/// A page with these numbers in its head.
pub fn page(kind: i64, values: i64, encoding: i64, bytes: &[u8]) -> Vec<u8> {
    let packed = zstd::bulk::compress(bytes, 1).unwrap();
    page_of_size(kind, [values, encoding], bytes.len() as i64, &packed)
}

pub fn page_of_size(kind: i64, [values, encoding]: [i64; 2], size: i64, packed: &[u8]) -> Vec<u8> {
    let mut page = Vec::new();
    for number in [kind, size, packed.len() as i64] {
        page.push(0x15);
        page.extend(zigzag(number));
    }
    page.push(if kind == DATA { 0x2C } else { 0x4C });
    for number in [values, encoding] {
        page.push(0x15);
        page.extend(zigzag(number));
    }
    page.extend([0, 0]);
    page.extend(packed);
    page
}

/// A file of one column in which no value is missing, and so many rows, whose chunk has these bytes.
pub fn forged(kind: Kind, rows: usize, chunk: &[u8]) -> Vec<u8> {
    let schema = Schema::new(vec![Column { name: "a".to_owned(), kind, nullable: false }]).unwrap();
    let empty = file(&schema, &[], &[]);
    let bytes = [&empty[..4], chunk, &empty[4..]].concat();
    let has_range = matches!(kind, Kind::Integer | Kind::Time);
    let group = json!({ "rows": rows, "chunks": [{
        "part": { "bytes": chunk.len(), "sha256": "" }, "unpacked": MAX_CHUNK_BYTES,
        "nulls": 0, "range": if has_range { json!([0, 0]) } else { json!(null) },
    }]});
    resealed(&bytes, |json| json["row_groups"] = json!([group])).unwrap()
}
