//! Rows of cells as JSON objects: reports and verdicts have hundreds of thousands of them.

use std::io;

use chrono_tz::Tz;

use super::escape::write_json;
use super::sheets::cells::rounded;
use crate::sheet::Cell;

/// What stands before each value of an object: made once, as tables have many rows.
pub fn keys<'a>(section: Option<&str>, keys: impl Iterator<Item = &'a str>) -> io::Result<Vec<Vec<u8>>> {
    let mut before = b"{".to_vec();
    if let Some(section) = section {
        before.extend_from_slice(b"\"section\":");
        write_json(section, &mut before)?;
        before.push(b',');
    }
    let keys = keys.map(|key| {
        let mut before = std::mem::replace(&mut before, b",".to_vec());
        write_json(key, &mut before)?;
        before.push(b':');
        Ok(before)
    });
    keys.collect()
}

/// Cells as an object.
pub fn object<'a>(
    keys: &[Vec<u8>],
    cells: impl IntoIterator<Item = &'a Cell<'a>>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    for (key, cell) in keys.iter().zip(cells) {
        out.extend_from_slice(key);
        self::cell(cell, out)?;
    }
    out.extend_from_slice(if keys.is_empty() { b"{}" } else { b"}" });
    Ok(())
}

/// A value.
pub fn cell(cell: &Cell<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    match cell {
        Cell::Nothing => write_json(&(), out),
        Cell::Text(text) => self::text(text, out),
        Cell::Number(number) | Cell::Duration(number) => write_json(number, out),
        Cell::Share(share) => write_json(&rounded(*share), out),
        Cell::Time(time) => text(&time.rfc3339(Tz::UTC), out),
        Cell::Flag(flag) => write_json(flag, out),
        Cell::List(texts) => write_json(texts, out),
    }
}

/// A text; most need not be looked at one character after another.
fn text(text: &str, out: &mut Vec<u8>) -> io::Result<()> {
    let is_plain = |byte: u8| matches!(byte, b' '..=b'~') & !matches!(byte, b'"' | b'\\' | b'#');
    if !text.bytes().fold(true, |all, byte| all & is_plain(byte)) {
        return write_json(text, out);
    }
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}
