//! Columns whose rows have several texts each.

use std::ops::Range;

use super::dictionary::{TextBuilder, TextColumn};

/// A column of lists of texts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct ListColumn {
    texts: TextColumn,
    ranges: Vec<Option<Range<usize>>>,
}

impl ListColumn {
    /// The texts of all rows, one list after the other.
    pub fn texts(&self) -> &TextColumn {
        &self.texts
    }

    /// For every row which of the texts are in its list; `None` if it has no list.
    pub fn ranges(&self) -> &[Option<Range<usize>>] {
        &self.ranges
    }

    /// The list of a row, counted from 0; `None` if it has none.
    pub fn get(&self, row: usize) -> Option<Vec<&str>> {
        self.ranges.get(row)?.clone()?.map(|at| self.texts.get(at)).collect()
    }
}

/// Makes a column of lists that come row by row.
#[derive(Default)]
pub struct ListBuilder {
    texts: TextBuilder,
    ranges: Vec<Option<Range<usize>>>,
}

impl ListBuilder {
    /// Adds a row.
    pub fn push(&mut self, list: Option<&[&str]>) {
        let start = self.texts.column().codes().len();
        let range = list.map(|list| {
            list.iter().for_each(|text| self.texts.push(Some(text)));
            start..start + list.len()
        });
        self.ranges.push(range);
    }

    /// The column.
    pub fn finish(self) -> ListColumn {
        ListColumn { texts: self.texts.finish(), ranges: self.ranges }
    }
}
