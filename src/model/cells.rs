//! Where the cells of a row are in its file, and in the JSON that the row became: diagnostics point to cells and call
//! values by their columns.

use std::cell::OnceCell;
use std::ops::Range;
use std::sync::Arc;

/// A column as diagnostics know it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPlace {
    /// Its name in the header.
    pub name: String,
    /// The path of its values in the JSON of a row, such as `actor.id`.
    pub path: String,
    /// Whether its cells hold JSON.
    pub is_json: bool,
}

/// A row with the places of its cells.
#[derive(Clone, Debug)]
pub struct Cells {
    /// The row as it stands in the file.
    pub row: Vec<u8>,
    /// The columns.
    pub columns: Arc<[ColumnPlace]>,
    /// For each column where its cell is in the row, with its quotes if it has some.
    pub raw: Vec<Range<usize>>,
    /// For each column where its value is in the JSON; an empty cell has none.
    pub json: Vec<Option<Range<usize>>>,
    /// Where in the row quotes in quoted cells are, and where in the text of their cell, once somebody asks: a row may
    /// have millions.
    pub quotes: OnceCell<Vec<(usize, usize)>>,
}

impl Cells {
    /// The piece of the row that a piece of the JSON came from: a part of a cell that holds JSON, another cell as a
    /// whole, and the beginning of the row for what no cell gives.
    pub fn locate(&self, json: Range<usize>, path: &str) -> Range<usize> {
        let within = |value: &Option<Range<usize>>| {
            value.as_ref().is_some_and(|value| (value.start..value.end).contains(&json.start))
        };
        let Some(column) = self.json.iter().position(within) else {
            return self.column_at(path).map_or(0..0, |column| self.content(column));
        };
        let content = self.content(column);
        match &self.json[column] {
            Some(value) if self.columns[column].is_json => {
                let at = |offset: usize| self.raw_offset(&content, offset.saturating_sub(value.start));
                at(json.start)..at(json.end)
            }
            _ => content,
        }
    }

    /// The path of a value as the row's columns name it: the name of the column that gives the value, and the rest of
    /// the path in it.
    pub fn renamed(&self, path: String) -> String {
        let column = self.columns.iter().filter_map(|it| Some((it, rest_of(&path, &it.path)?)));
        match column.max_by_key(|(column, _)| column.path.len()) {
            Some((column, rest)) => format!("{}{rest}", column.name),
            None => path,
        }
    }

    /// The first column that gives a value of that path, or a part of it.
    pub fn column_at(&self, path: &str) -> Option<usize> {
        self.columns.iter().position(|column| rest_of(&column.path, path).is_some())
    }

    /// Whether a place in the JSON is in a cell, rather than between cells.
    pub fn is_in_cell(&self, offset: usize) -> bool {
        self.json.iter().flatten().any(|value| value.contains(&offset))
    }

    /// Where the text of a cell is, without its quotes.
    fn content(&self, column: usize) -> Range<usize> {
        let cell = self.raw.get(column).cloned().unwrap_or_default();
        let is_quoted = cell.len() >= 2 && self.row.get(cell.start) == Some(&b'"');
        if is_quoted { cell.start + 1..cell.end - 1 } else { cell }
    }

    /// Where in the row a byte of a cell's text is: of each quote in a quoted cell, the row has two.
    fn raw_offset(&self, content: &Range<usize>, offset: usize) -> usize {
        let all = self.quotes.get_or_init(|| self.find_quotes());
        let from = all.partition_point(|(at, _)| *at < content.start);
        let until = all.partition_point(|(at, _)| *at < content.end);
        let passed = all[from..until].partition_point(|(_, in_text)| *in_text < offset);
        (content.start + offset + passed).min(content.end)
    }

    fn find_quotes(&self) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        for content in (0..self.raw.len()).map(|column| self.content(column)) {
            if content.start == 0 || self.row[content.start - 1] != b'"' {
                continue;
            }
            let quotes = memchr::memchr_iter(b'"', &self.row[content.clone()]).step_by(2);
            found.extend(quotes.enumerate().map(|(before, at)| (content.start + at, at - before)));
        }
        found
    }
}

/// What follows in a path after the path of an object or list that it leads through, or of the value itself.
fn rest_of<'p>(path: &'p str, outer: &str) -> Option<&'p str> {
    let rest = path.strip_prefix(outer)?;
    (rest.is_empty() || rest.starts_with(['.', '['])).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells() -> Cells {
        let column =
            |name: &str, path: &str, is_json| ColumnPlace { name: name.into(), path: path.into(), is_json };
        Cells {
            row: b"a,\"{\"\"k\"\":1}\",".to_vec(),
            columns: [
                column("Act", "action", false),
                column("Meta", "metadata", true),
                column("Id", "actor.id", false),
            ]
            .into(),
            raw: vec![0..1, 2..13, 14..14],
            // {"action":"a","metadata":{"k":1}}
            json: vec![Some(10..13), Some(25..32), None],
            quotes: OnceCell::new(),
        }
    }

    #[test]
    fn a_place_in_a_cell_of_json_is_found_and_others_are_whole_cells() {
        let cells = cells();
        assert_eq!(&cells.row[cells.locate(30..31, "metadata.k")], b"1");
        assert_eq!(&cells.row[cells.locate(26..29, "metadata.k")], b"\"\"k\"\"");
        assert_eq!(cells.locate(11..12, "action"), 0..1);
        assert_eq!(cells.locate(0..1, "actor"), 14..14);
        assert_eq!(cells.locate(0..1, ""), 0..0);
    }

    #[test]
    fn paths_are_named_by_columns() {
        let cells = cells();
        assert_eq!(cells.renamed("metadata.k".into()), "Meta.k");
        assert_eq!(cells.renamed("metadata".into()), "Meta");
        assert_eq!(cells.renamed("metadatas".into()), "metadatas");
        assert_eq!(cells.column_at("actor"), Some(2));
        assert_eq!(cells.column_at("act"), None);
    }
}
