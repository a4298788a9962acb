//! Writes rows of cells as JSON objects. This is optimized, as reports and verdicts have hundreds of thousands of rows.

use std::io;

use chrono_tz::Tz;

use crate::formats::cells::rounded;
use crate::reports::sheet::Cell;
use crate::text::escape::write_json;
use crate::text::plain::is_plain;

/// The bytes before each value of an object, made once for all rows of a table.
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

/// Writes cells as an object.
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

/// Writes a cell as a value.
pub fn cell(cell: &Cell<'_>, out: &mut Vec<u8>) -> io::Result<()> {
    match cell {
        Cell::Nothing => {
            out.extend_from_slice(b"null");
            Ok(())
        }
        Cell::Text(text) => self::text(text, out),
        Cell::Number(number) | Cell::Duration(number) => write_json(number, out),
        Cell::Integer(number) => write_json(number, out),
        Cell::Share(share) => write_json(&rounded(*share), out),
        Cell::Time(time) => {
            plain(&time.rfc3339(Tz::UTC), out);
            Ok(())
        }
        Cell::Flag(flag) => write_json(flag, out),
        Cell::List(texts) if texts.is_empty() => {
            out.extend_from_slice(b"[]");
            Ok(())
        }
        Cell::List(texts) => write_json(texts, out),
    }
}

/// Writes a text. Most texts are plain, which is checked for many bytes at once.
pub fn text(text: &str, out: &mut Vec<u8>) -> io::Result<()> {
    if !is_plain(text.as_bytes(), [b'#', b'"', b'\\']) {
        return write_json(text, out);
    }
    plain(text, out);
    Ok(())
}

/// Writes a text that needs no escape.
pub fn plain(text: &str, out: &mut Vec<u8>) {
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Whether finished JSON has nothing that must be escaped for display.
pub fn is_plain_json(json: &[u8]) -> bool {
    is_plain(json, [b'#'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn plain_text_is_written_as_any_other(text in "[ -~\u{c0}-\u{5ff}]*") {
            let (mut short, mut long) = (Vec::new(), Vec::new());
            super::text(&text, &mut short)?;
            write_json(&text, &mut long)?;
            prop_assert_eq!(short, long);
        }
    }
}
