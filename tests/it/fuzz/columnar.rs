//! Whatever the bytes are: a columnar file is read or refused, also if its digests are right, so that what its chunks say
//! is believed; and what is read can be written and is read again.
//!
//! Bytes that begin as a file are one. Others say in their first six what column they are of, and the rest is what its
//! pages unpack to: kind, encoding, rows (two bytes), values of the dictionary, its bytes.

use ssoaudit::columnar::{Kind, Schema};

use crate::support::columnar::{assert_same, file, open, read_all, resealed};
use crate::support::columnar_pages::{
    CODES, DATA, DELTA_NUMBERS, DELTA_STRINGS, DICTIONARY, PLAIN, forged, page,
};

/// Reads the bytes as they are, and as a forger would have them.
pub fn check(bytes: &[u8]) {
    if !bytes.starts_with(b"PAR1") {
        return pages(bytes);
    }
    read(bytes);
    if let Some(sealed) = resealed(bytes, |_| ()) {
        read(&sealed);
    }
}

fn pages(bytes: &[u8]) {
    let Some(([kind, encoding, low, high, count, length], rest)) = bytes.split_first_chunk() else { return };
    let kinds = [Kind::Text, Kind::Integer, Kind::Boolean, Kind::Time, Kind::Fixed(3), Kind::Float];
    let kind = kinds[usize::from(*kind) % kinds.len()];
    let encodings = [PLAIN, DELTA_NUMBERS, DELTA_STRINGS, CODES];
    let encoding = encodings[usize::from(*encoding) % encodings.len()];
    let rows = u16::from_le_bytes([*low, *high]);
    let (dictionary, data) = rest.split_at(rest.len().min((*length).into()));
    let data = page(DATA, rows.into(), encoding, data);
    let dictionary = page(DICTIONARY, (*count).into(), PLAIN, dictionary);
    let chunk = if *count > 0 { [dictionary, data].concat() } else { data };
    read(&forged(kind, rows.into(), &chunk));
}

fn read(bytes: &[u8]) {
    let Ok(mut opened) = open(bytes) else { return };
    let Ok(groups) = read_all(&mut opened) else { return };
    for (group, columns) in opened.row_groups().iter().zip(&groups) {
        assert!(columns.iter().all(|values| values.rows() == group.rows));
    }
    // Rows need not be sorted as a forger says.
    let schema = Schema::new(opened.schema().columns().to_vec()).unwrap();
    let again = file(&schema, &groups, opened.key_values());
    assert_same(&read_all(&mut open(&again).unwrap()).unwrap(), &groups);
}
