//! Which columns a file has, and how large its parts may be.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use super::error::{Error, Result};
use crate::text::cut::piece;

/// A row group has at most so many rows.
pub const MAX_ROWS: usize = 1 << 20;
/// A column of a row group has at most so many bytes when it is unpacked, and so many bytes of text.
pub const MAX_CHUNK_BYTES: usize = 1 << 28;
/// The packed bytes of a column of a row group, and everything else that is read at once, has at most so many bytes.
pub const MAX_PART_BYTES: u64 = 1 << 29;
/// The name of a column has at most so many bytes.
pub const MAX_NAME_BYTES: usize = 1 << 8;
/// A value of [`Kind::Fixed`] has at most so many bytes.
pub const MAX_FIXED_BYTES: usize = 1 << 10;

/// What the values of a column are.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// UTF-8.
    Text,
    /// A signed number of 64 bits.
    Integer,
    /// True or false.
    Boolean,
    /// Microseconds since 1970 in UTC.
    Time,
    /// A number with a fraction, of 64 bits.
    Float,
    /// Several texts, for other programs: [`Reader`](super::Reader) refuses to decode them.
    List,
    /// So many bytes.
    Fixed(usize),
}

/// A column of a file.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Column {
    /// Its name, of which no two columns have the same. Dots mean nothing unless the schema is nested.
    pub name: String,
    /// What its values are.
    pub kind: Kind,
    /// Whether a row may lack a value.
    pub nullable: bool,
}

/// The columns of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Schema {
    columns: Vec<Column>,
    sorted_by: Vec<usize>,
    nesting: Nesting,
}

/// What other programs make of dots in the names of columns. [`Reader`](super::Reader) always sees flat columns.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Nesting {
    /// Nothing.
    Flat,
    /// Groups: `a.b` is the column `b` in the group `a`. A group is there in every row.
    Groups,
}

impl Schema {
    /// A schema of these columns. It refuses no columns at all, two of the same name, and names and fixed values of no
    /// size or of too large a one.
    pub fn new(columns: Vec<Column>) -> Result<Self> {
        let unfit = |problem: String| Err(Error::Unfit(problem));
        if columns.is_empty() {
            return unfit("there are no columns".to_owned());
        }
        let mut names = HashSet::new();
        for Column { name, kind, .. } in &columns {
            if !(1..=MAX_NAME_BYTES).contains(&name.len()) {
                return unfit(format!("the name of a column cannot have {} bytes", name.len()));
            }
            if !names.insert(name) {
                return unfit(format!("there are two columns {name:?}"));
            }
            if let Kind::Fixed(size) = kind
                && !(1..=MAX_FIXED_BYTES).contains(size)
            {
                return unfit(format!("values of {name:?} cannot have {size} bytes"));
            }
        }
        Ok(Self { columns, sorted_by: Vec::new(), nesting: Nesting::Flat })
    }

    /// The same columns, where the rows of each row group are sorted by these columns: ascending, rows without a value
    /// first. It refuses columns that do not exist.
    pub fn sorted_by(self, columns: Vec<usize>) -> Result<Self> {
        match columns.iter().find(|column| **column >= self.columns.len()) {
            Some(column) => Err(Error::Unfit(format!("there is no column {column} to sort by"))),
            None => Ok(Self { sorted_by: columns, ..self }),
        }
    }

    /// The same columns in groups. The columns of a group have to be adjacent: it refuses what would be two groups, or a
    /// group and a column, of the same name.
    pub fn in_groups(self) -> Result<Self> {
        let mut groups = HashSet::new();
        let mut open: Vec<&str> = Vec::new();
        for Column { name, .. } in &self.columns {
            let around: Vec<_> = name.match_indices('.').map(|(end, _)| piece(name, 0, end)).collect();
            let shared = open.iter().zip(&around).take_while(|(open, group)| open == group).count();
            let is_again = around.iter().skip(shared).any(|group| !groups.insert(*group));
            if is_again || self.columns.iter().any(|column| around.contains(&column.name.as_str())) {
                return Err(Error::Unfit(format!("the groups of column {name:?} are there twice")));
            }
            open = around;
        }
        Ok(Self { nesting: Nesting::Groups, ..self })
    }

    /// What other programs make of dots in the names of columns.
    pub fn nesting(&self) -> Nesting {
        self.nesting
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The indices of the columns by which rows are sorted, the most important one first. A reader has only the word of
    /// the file for it.
    pub fn sort_columns(&self) -> &[usize] {
        &self.sorted_by
    }
}
