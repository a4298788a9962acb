//! Columnar files in memory, and files whose digests are made right again.

use std::io::Cursor;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use ssoaudit::columnar::{Reader, Result, Schema, Values, Writer};

/// A file in memory that is open.
pub type Open<'a> = Reader<Cursor<&'a [u8]>>;

/// A file with these row groups.
pub fn file(schema: &Schema, row_groups: &[Vec<Values>], key_values: &[(String, String)]) -> Vec<u8> {
    let mut writer = Writer::new(Vec::new(), schema.clone()).unwrap();
    row_groups.iter().for_each(|columns| writer.row_group(columns).unwrap());
    writer.finish(key_values).unwrap()
}

pub fn open(bytes: &[u8]) -> Result<Open<'_>> {
    Reader::open(Cursor::new(bytes))
}

/// Everything that the file has, row group by row group.
pub fn read_all(file: &mut Open<'_>) -> Result<Vec<Vec<Values>>> {
    let columns: Vec<_> = (0..file.schema().columns().len()).collect();
    (0..file.row_groups().len()).map(|group| file.read(group, &columns)).collect()
}

/// What a caller sees of a column: the value of every row.
#[derive(Debug, PartialEq)]
enum Rows {
    Text(Vec<Option<String>>),
    Other(Values),
    Fixed(usize, Vec<Option<Vec<u8>>>),
}

fn rows(values: &Values) -> Rows {
    let range = 0..values.rows();
    match values {
        Values::Text(column) => Rows::Text(range.map(|row| column.get(row).map(str::to_owned)).collect()),
        Values::Fixed(column) => {
            Rows::Fixed(column.size(), range.map(|row| column.get(row).map(<[u8]>::to_vec)).collect())
        }
        other => Rows::Other(other.clone()),
    }
}

pub fn assert_same(read: &[Vec<Values>], written: &[Vec<Values>]) {
    let rows = |groups: &[Vec<Values>]| -> Vec<Vec<_>> {
        groups.iter().map(|columns| columns.iter().map(rows).collect()).collect()
    };
    assert_eq!(rows(read), rows(written));
}

/// Bytes between the JSON of the manifest and the footer.
const TAIL: usize = 48;

/// Where the manifest and the footer begin, by what stands at the end.
fn bounds(bytes: &[u8]) -> Option<(usize, usize)> {
    let end = bytes.len().checked_sub(8)?;
    let length = u32::from_le_bytes(bytes[end..end + 4].try_into().ok()?);
    let footer = end.checked_sub(length as usize)?;
    let tail = footer.checked_sub(TAIL)?;
    let length = u64::from_le_bytes(bytes[tail..tail + 8].try_into().ok()?);
    Some((tail.checked_sub(usize::try_from(length).ok()?)?, footer))
}

fn hex(bytes: &[u8]) -> Json {
    ssoaudit::text::hex::hex(&Sha256::digest(bytes)).into()
}

/// The part of the file with another manifest, whose digests are right: what an attacker would write.
pub fn resealed(bytes: &[u8], change: impl FnOnce(&mut Json)) -> Option<Vec<u8>> {
    let (manifest, footer) = bounds(bytes)?;
    let mut json: Json = serde_json::from_slice(&bytes[manifest..footer - TAIL]).ok()?;
    change(&mut json);
    seal(&mut json, bytes.get(4..manifest)?);
    if let Some(digest) = json.get_mut("footer_sha256") {
        *digest = hex(&bytes[footer..]);
    }
    let mut sealed = serde_json::to_vec(&json).ok()?;
    let length = sealed.len() as u64;
    sealed.extend(length.to_le_bytes());
    sealed.extend(b"SSOACOL\x01");
    sealed.extend(Sha256::digest(&sealed));
    Some([&bytes[..manifest], &sealed, &bytes[footer..]].concat())
}

/// Gives every part its digest; the last one is as long as there are bytes.
fn seal(json: &mut Json, mut bytes: &[u8]) {
    let groups = json.get_mut("row_groups").and_then(Json::as_array_mut).map(std::mem::take);
    let mut groups = groups.unwrap_or_default();
    let chunks = groups.iter_mut().filter_map(|group| group.get_mut("chunks")?.as_array_mut()).flatten();
    for part in chunks.filter_map(|chunk| chunk.get_mut("part")) {
        let length = part.get("bytes").and_then(Json::as_u64).unwrap_or_default();
        let (here, rest) = bytes.split_at(bytes.len().min(length as usize));
        *part = serde_json::json!({ "bytes": here.len(), "sha256": hex(here) });
        bytes = rest;
    }
    if let Some(object) = json.as_object_mut() {
        object.insert("row_groups".to_owned(), groups.into());
        let page_index = serde_json::json!({ "bytes": bytes.len(), "sha256": hex(bytes) });
        object.insert("page_index".to_owned(), page_index);
    }
}
