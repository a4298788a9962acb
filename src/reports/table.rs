//! Tables of reports. Each column carries the function that makes its cells, so no cell can end up in another column.

use std::cmp::Ordering;

use crate::reports::sheet::{Cell, Column, Row, Rows, Table, Tone};
use crate::survey::Survey;

/// A column of a table whose rows are about items of type `T`.
pub struct ColumnOf<T> {
    column: Column,
    cell: for<'a> fn(&'a Survey, &T) -> Cell<'a>,
}

impl Column {
    /// The column with the function that makes its cell for an item.
    pub const fn cell<T>(self, cell: for<'a> fn(&'a Survey, &T) -> Cell<'a>) -> ColumnOf<T> {
        ColumnOf { column: self, cell }
    }
}

/// The layout of a table, independent of its items.
pub struct TableLayout<'a, T> {
    /// The columns.
    pub columns: &'a [ColumnOf<T>],
    /// The tone of an item's row.
    pub tone: fn(&T) -> Tone,
    /// The sentence printed if there are no items.
    pub empty: &'static str,
}

impl<'a, T: Send + Sync + 'a> TableLayout<'a, T> {
    /// A table with a row for each item; rows are made on demand when they are printed.
    pub fn table(self, survey: &'a Survey, items: impl Into<Items<T>>) -> Table<'a> {
        let Self { columns, tone, empty } = self;
        let items = items.into();
        let left_out = items.left_out;
        let rows = Rows::new(items.len(), move |index| {
            let item = items.get(index);
            Row {
                cells: columns.iter().map(|column| (column.cell)(survey, item)).collect(),
                tone: tone(item),
            }
        });
        Table { columns: columns.iter().map(|column| column.column).collect(), rows, empty, left_out }
    }
}

/// The plain tone, for tables whose rows all have it.
pub fn plain<T>(_: &T) -> Tone {
    Tone::Plain
}

/// The items that get a row, in the order of their rows.
pub struct Items<T> {
    all: Vec<T>,
    /// Indices of the items in row order; `None` if the items are already in order.
    order: Option<Vec<u32>>,
    left_out: u64,
}

impl<T> Items<T> {
    /// The items at the given indices, in that order.
    pub fn in_order(all: Vec<T>, order: Vec<u32>) -> Self {
        Self { all, order: Some(order), left_out: 0 }
    }

    /// The first `top` items by a key; ties keep their order.
    pub fn top<K: Ord>(top: usize, items: impl IntoIterator<Item = T>, key: impl Fn(&T) -> K) -> Self {
        let mut items: Vec<_> = (0_u64..).zip(items).map(|(at, item)| ((key(&item), at), item)).collect();
        let order = |a: &((K, u64), T), b: &((K, u64), T)| -> Ordering { a.0.cmp(&b.0) };
        let left_out = items.len().saturating_sub(top) as u64;
        if left_out > 0 {
            items.select_nth_unstable_by(top, order);
            items.truncate(top);
        }
        items.sort_unstable_by(order);
        Self { all: items.into_iter().map(|(_, item)| item).collect(), order: None, left_out }
    }

    /// Keeps only the first items, up to the limit if there is one.
    pub fn limited(mut self, limit: Option<usize>) -> Self {
        let count = limit.map_or(self.len(), |limit| limit.min(self.len()));
        self.left_out += (self.len() - count) as u64;
        match &mut self.order {
            Some(order) => order.truncate(count),
            None => self.all.truncate(count),
        }
        self
    }

    /// Maps the items. They must not have been given an order.
    pub fn map<U>(self, each: impl Fn(T) -> U) -> Items<U> {
        Items { all: self.all.into_iter().map(each).collect(), order: self.order, left_out: self.left_out }
    }

    fn len(&self) -> usize {
        self.order.as_ref().map_or(self.all.len(), Vec::len)
    }

    fn get(&self, index: usize) -> &T {
        match &self.order {
            Some(order) => &self.all[order[index] as usize],
            None => &self.all[index],
        }
    }
}

impl<T> From<Vec<T>> for Items<T> {
    fn from(all: Vec<T>) -> Self {
        Self { all, order: None, left_out: 0 }
    }
}
