//! The header of a table: whether a file begins with one, its delimiter, and the names of its columns.

use csv_core::{ReadRecordResult, ReaderBuilder};

use crate::input::grammar::trim_start;
use crate::input::kind::{DECIDING, Extent};

/// The header of what may be a table.
#[derive(Debug, PartialEq, Eq)]
pub struct Head {
    /// What stands between two cells.
    pub delimiter: u8,
    /// The names of the columns, as written.
    pub names: Vec<String>,
    /// Where the header ends in the bytes.
    pub end: usize,
    /// How the file is named.
    pub naming: Naming,
    /// Why it cannot be read, if it cannot.
    pub fault: Option<String>,
}

/// How a file is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Naming {
    /// As a table.
    Table,
    /// Not at all, or as something else.
    Other,
}

/// No spreadsheet of events has more columns, and more would make wrong rows slow to read.
const MAX_COLUMNS: usize = 1000;

/// What may stand between two cells, the likeliest last.
const DELIMITERS: &[u8] = b"\t;,";

impl Head {
    /// The header that these bytes begin with, if what they begin with may be one. `None` if more bytes are needed to
    /// decide that.
    ///
    /// A file that is not named like a table needs a header on one line that has nothing of JSON: one with a broken
    /// first line is still a file of lines.
    pub fn of(bytes: &[u8], extent: Extent, naming: Naming) -> Option<Option<Self>> {
        let content = trim_start(bytes);
        let is_final = extent == Extent::Whole || bytes.len() >= DECIDING;
        match content.first() {
            Some(b'{' | b'[') => return Some(None),
            None => return is_final.then_some(None),
            Some(_) => {}
        }
        let extent = if bytes.len() > DECIDING { Extent::Beginning } else { extent };
        let mut bytes = &bytes[..bytes.len().min(DECIDING)];
        let is_named = naming == Naming::Table;
        if !is_named {
            let line_end = memchr::memchr(b'\n', trim_start(bytes));
            let blank = bytes.len() - trim_start(bytes).len();
            bytes = match line_end {
                Some(line_end) => &bytes[..=blank + line_end],
                None if is_final => bytes,
                None => return None,
            };
        }
        let extent = if bytes.ends_with(b"\n") { Extent::Beginning } else { extent };
        let heads: Vec<_> = DELIMITERS.iter().map(|it| Self::delimited(*it, bytes, extent)).collect();
        if is_named && !is_final && heads.iter().any(Option::is_none) {
            return None;
        }
        let head = heads.into_iter().flatten().max_by_key(|head| (head.fault.is_some(), head.names.len()));
        if is_named {
            let head = head.unwrap_or_else(|| Self::faulty("its header does not end within 64 KiB"));
            return Some(Some(Self { naming, ..head }));
        }
        Some(
            head.filter(|head| head.fault.is_none() && head.names.len() > 1 && !has_json(&bytes[..head.end])),
        )
    }

    /// The header with this delimiter, if it ends in the bytes, or with them.
    fn delimited(delimiter: u8, bytes: &[u8], extent: Extent) -> Option<Self> {
        let mut parser = ReaderBuilder::new().delimiter(delimiter).build();
        let (mut text, mut ends) = (vec![0; bytes.len() + 1], vec![0; MAX_COLUMNS]);
        let (mut result, end, mut length, mut columns) = parser.read_record(bytes, &mut text, &mut ends);
        if result == ReadRecordResult::InputEmpty && extent == Extent::Whole {
            let rest = parser.read_record(b"", &mut text[length..], &mut ends[columns..]);
            (result, length, columns) = (rest.0, length + rest.2, columns + rest.3);
        }
        match result {
            ReadRecordResult::Record => {}
            ReadRecordResult::OutputEndsFull => {
                return Some(Self::faulty(&format!("it has more than {MAX_COLUMNS} columns")));
            }
            _ => return None,
        }
        let starts = std::iter::once(0).chain(ends.iter().copied());
        let cells = starts.zip(&ends[..columns]).map(|(start, end)| &text[start..*end]);
        let names: Option<Vec<_>> =
            cells.map(|cell| std::str::from_utf8(cell).ok().map(str::to_owned)).collect();
        let is_utf16 = [&b"\xFF\xFE"[..], b"\xFE\xFF"].iter().any(|mark| bytes.starts_with(mark))
            || text[..length].contains(&0);
        let encoding = match &names {
            _ if is_utf16 => Some("UTF-16"),
            None => Some("WINDOWS-1252"),
            Some(_) => None,
        };
        let fault = encoding.map(|encoding| {
            format!("its header is not UTF-8; convert it, such as with `iconv -f {encoding} -t UTF-8 FILE | ssoaudit …`")
        });
        Some(Self { delimiter, names: names.unwrap_or_default(), end, naming: Naming::Other, fault })
    }

    fn faulty(fault: &str) -> Self {
        Self {
            delimiter: b',',
            names: Vec::new(),
            end: 0,
            naming: Naming::Other,
            fault: Some(fault.to_owned()),
        }
    }
}

/// Whether a line has what lines of JSON have, and names of columns have not.
fn has_json(line: &[u8]) -> bool {
    memchr::memchr3(b'{', b'}', b'[', line).is_some() || memchr::memmem::find(line, b"\":").is_some()
}

impl Naming {
    /// How a file of this name is named, packed or not.
    pub fn of(name: &str) -> Self {
        let name = name.to_ascii_lowercase();
        let unpacked = [".gz", ".zst"].iter().find_map(|packed| name.strip_suffix(packed)).unwrap_or(&name);
        let is_table = [".csv", ".tsv"].iter().any(|extension| unpacked.ends_with(extension));
        if is_table { Self::Table } else { Self::Other }
    }
}
