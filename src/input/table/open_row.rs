//! The cells of a row, as they are found.

/// A row that has begun.
#[derive(Default)]
pub struct OpenRow {
    /// Cells that have ended.
    pub cells: usize,
    /// Where they end, but for those that no column of the header is for.
    pub ends: Vec<u32>,
    /// Where the next cell begins, counted from the start of the row.
    pub cell: usize,
    /// One of them spans lines.
    pub spans_lines: bool,
}

impl OpenRow {
    /// The cells of a row on one line; `None` if one of them is not closed, or if something follows the quote that closes
    /// it.
    pub fn of_line(row: &[u8], delimiter: u8, columns: usize) -> Option<Self> {
        let mut open = Self { ends: Vec::with_capacity(columns.min(row.len() + 1)), ..Self::default() };
        loop {
            let end = open.cell + cell_length(&row[open.cell..], delimiter)?;
            open.add(end, columns);
            if end == row.len() {
                return Some(open);
            }
        }
    }

    /// Adds a cell that ends so many bytes after the start of the row.
    pub fn add(&mut self, end: usize, columns: usize) {
        self.cells += 1;
        if self.cells <= columns {
            self.ends.push(end as u32);
        }
        self.cell = end + 1;
    }
}

/// How long the first cell of the rest of a row is.
fn cell_length(row: &[u8], delimiter: u8) -> Option<usize> {
    if row.first() != Some(&b'"') {
        return Some(memchr::memchr(delimiter, row).unwrap_or(row.len()));
    }
    let mut at = 1;
    loop {
        at += memchr::memchr(b'"', row.get(at..)?)? + 1;
        match row.get(at) {
            None => return Some(at),
            Some(byte) if *byte == delimiter => return Some(at),
            Some(b'"') => at += 1,
            Some(_) => return None,
        }
    }
}

/// Whether something follows the quote that closes a cell.
pub fn has_more_after_quote(cell: &[u8]) -> bool {
    let Some(content) = cell.strip_prefix(b"\"") else {
        return false;
    };
    let Some(content) = content.strip_suffix(b"\"") else {
        return true;
    };
    let mut quotes = memchr::memchr_iter(b'"', content);
    while let Some(at) = quotes.next() {
        if quotes.next() != Some(at + 1) {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;
    use csv_core::{ReadFieldResult, Reader};
    use proptest::prelude::*;

    /// Where the parser finds the ends of cells.
    fn ends(row: &str) -> Vec<u32> {
        let (line, mut parser) = (format!("{row}\n"), Reader::new());
        let (mut ends, mut at) = (Vec::new(), 0);
        loop {
            let (result, read, _) = parser.read_field(&line.as_bytes()[at..], &mut [0; 256]);
            at += read;
            let ReadFieldResult::Field { record_end } = result else {
                panic!("{row}: {result:?}");
            };
            ends.push(at as u32 - 1);
            if record_end {
                return ends;
            }
        }
    }

    fn cell() -> impl Strategy<Value = String> {
        prop_oneof!["[a é]{0,3}", "\"([a, é]|\"\"){0,3}\"", "[a\"é]{0,4}"]
    }

    proptest! {
        #[test]
        fn cells_of_a_line_are_those_that_the_parser_finds(cells in prop::collection::vec(cell(), 1..8), columns in 0..9_usize) {
            let row = cells.join(",");
            prop_assume!(!row.is_empty());
            let is_broken = cells.iter().any(|cell| has_more_after_quote(cell.as_bytes()));
            match OpenRow::of_line(row.as_bytes(), b',', columns) {
                Some(open) => {
                    let ends = ends(&row);
                    prop_assert_eq!((open.cells, open.cell), (ends.len(), row.len() + 1));
                    prop_assert_eq!(&open.ends, &ends[..columns.min(ends.len())]);
                    prop_assert!(!open.spans_lines);
                }
                None => prop_assert!(is_broken, "{}", row),
            }
        }
    }
}
