//! A table of a page: the columns that fit stand side by side, and the others are in the details of each row.

use chrono_tz::Tz;
use unicode_width::UnicodeWidthStr;

use crate::formats::sheets::html::values::{self, DisplayValue, Mark};
use crate::reports::sheet::{Cell, Column, Kind, Table};

/// A table as templates print it.
pub struct Grid<'a> {
    /// The columns that stand side by side.
    pub heads: Vec<Head>,
    /// The rows.
    pub rows: Vec<Row<'a>>,
    /// Whether any row has a mark, so that a column for marks is needed.
    pub has_marks: bool,
    /// Whether any row has details.
    pub has_details: bool,
    /// The titles of columns without any value.
    pub without_value: String,
    /// What to say if there are no rows.
    pub empty: &'a str,
    /// How many rows were left out, if any.
    pub left_out: Option<String>,
    /// How many rows there are.
    pub count: String,
}

/// The head of a column.
pub struct Head {
    /// The column.
    pub column: Column,
    /// The CSS class of its cells.
    pub class: &'static str,
    /// By what its cells are sorted: `number` or `text`.
    pub order: &'static str,
}

/// A row.
pub struct Row<'a> {
    /// Its mark.
    pub mark: Mark,
    /// The cells that stand side by side.
    pub cells: Vec<Value<'a>>,
    /// The other values that it has, with their columns.
    pub details: Vec<(Column, Value<'a>)>,
}

/// A value with what sorts it.
pub struct Value<'a> {
    /// The CSS class.
    pub class: &'static str,
    /// The number by which it is sorted, unless that is its text.
    pub key: Option<String>,
    /// The value.
    pub display: DisplayValue<'a>,
}

/// The maximum number of rows of a table; more would be too much for readers and browsers.
const MAX_ROWS: usize = 5000;

/// More rows than that are worth a filter.
const FEW_ROWS: usize = 10;

/// More rows than that get a box of their own to scroll in, in which the head stays.
const ROWS_OF_SCREENS: usize = 50;

/// How many characters stand side by side on a page of 1280 pixels; a sheet of paper in landscape has as much room.
const ROOM: usize = 138;

/// How many characters of an id, and of a text, make a line that reads well.
const ID_LINE: usize = 17;
const TEXT_LINE: usize = 20;

/// The characters that the widest column of a style sheet has room for.
const MAX_WIDTH: usize = 46;

/// The characters that bold letters and an arrow add to the title of a column.
const HEAD_ROOM: usize = 3;

/// The characters that the space between two columns takes.
const GAP: usize = 3;

/// The characters of the column of marks, and of the one that opens details.
const MARK_ROOM: usize = 12;

impl<'a> Grid<'a> {
    /// The grid of a table.
    pub fn of(table: &Table<'a>, zone: Tz) -> Self {
        let value = |(cell, column): (Cell<'a>, &Column)| Value {
            class: values::kind_class(column.kind),
            key: values::sort_key(&cell),
            display: values::display_value(cell, column.kind, zone),
        };
        let rows = table.rows.iter().take(MAX_ROWS).map(|row| {
            let cells: Vec<_> = row.cells.into_iter().zip(&table.columns).map(value).collect();
            (values::mark(row.tone), cells)
        });
        let rows: Vec<_> = rows.collect();
        let layout = Layout::of(&table.columns, &rows);
        let left_out = table.left_out + (table.rows.len() - rows.len()) as u64;
        let without_value = columns_of(&table.columns, &layout.without_value);
        Self {
            heads: columns_of(&table.columns, &layout.side_by_side).map(Head::of).collect(),
            has_marks: rows.iter().any(|(mark, _)| !mark.word.is_empty()),
            has_details: !layout.details.is_empty(),
            without_value: without_value.map(|column| column.title).collect::<Vec<_>>().join(", "),
            empty: table.empty,
            left_out: (left_out > 0).then(|| values::number(left_out)),
            count: values::count(rows.len() as u64, "row"),
            rows: rows.into_iter().map(|row| layout.row(&table.columns, row)).collect(),
        }
    }

    /// Whether a reader may want to filter the rows.
    pub fn has_tools(&self) -> bool {
        self.has_details || self.rows.len() > FEW_ROWS
    }

    /// Whether it has many more rows than a screen.
    pub fn is_long(&self) -> bool {
        self.rows.len() > ROWS_OF_SCREENS
    }

    /// How many columns there are in all.
    pub fn width(&self) -> usize {
        self.heads.len() + usize::from(self.has_marks) + usize::from(self.has_details)
    }
}

impl Head {
    fn of(column: &Column) -> Self {
        let class = values::kind_class(column.kind);
        Self {
            column: *column,
            class,
            order: if ["figure", "time"].contains(&class) { "number" } else { "text" },
        }
    }
}

fn columns_of<'c>(columns: &'c [Column], which: &[usize]) -> impl Iterator<Item = &'c Column> {
    which.iter().filter_map(|index| columns.get(*index))
}

/// Which columns stand where, by their indexes.
struct Layout {
    side_by_side: Vec<usize>,
    details: Vec<usize>,
    without_value: Vec<usize>,
}

impl Layout {
    /// Those of the lowest rank stand side by side, as many as there is room for.
    fn of(columns: &[Column], rows: &[(Mark, Vec<Value<'_>>)]) -> Self {
        let has_value = |index: &usize| {
            rows.iter().any(|(_, cells)| !matches!(cells[*index].display, DisplayValue::Nothing))
        };
        let (mut with, without_value): (Vec<_>, Vec<_>) = (0..columns.len()).partition(has_value);
        with.sort_by_key(|index| columns[*index].rank);
        let has_marks = rows.iter().any(|(mark, _)| !mark.word.is_empty());
        let mut room = ROOM - if has_marks { MARK_ROOM } else { 0 };
        let fits = |index: &usize| {
            let cells = rows.iter().map(|(_, cells)| &cells[*index].display);
            let width = width(&columns[*index], cells) + GAP;
            let fits = width <= room;
            room = if fits { room - width } else { 0 };
            fits
        };
        let (mut side_by_side, mut details): (Vec<_>, Vec<_>) = with.into_iter().partition(fits);
        side_by_side.sort_unstable();
        details.sort_unstable();
        Self { side_by_side, details, without_value }
    }

    fn row<'a>(&self, columns: &[Column], (mark, cells): (Mark, Vec<Value<'a>>)) -> Row<'a> {
        let mut cells: Vec<_> = cells.into_iter().map(Some).collect();
        let mut take = |index: &usize| cells.get_mut(*index).and_then(Option::take);
        let side_by_side = self.side_by_side.iter().filter_map(&mut take).collect();
        let details = self.details.iter().filter_map(|index| Some((columns[*index], take(index)?)));
        let has_value = |(_, value): &(Column, Value<'_>)| !matches!(value.display, DisplayValue::Nothing);
        Row { mark, cells: side_by_side, details: details.filter(has_value).collect() }
    }
}

/// The characters that a column takes: those of its longest cell, or of a line of it if it has several, which is as long
/// as its longest word.
fn width<'v, 'a: 'v>(column: &Column, cells: impl Iterator<Item = &'v DisplayValue<'a>>) -> usize {
    let width = |cell: &DisplayValue<'_>| match column.kind {
        // They are broken anywhere.
        Kind::Id => cell.width().min(ID_LINE),
        Kind::Text | Kind::List => cell.width().min(TEXT_LINE.max(cell.word_width().min(MAX_WIDTH))),
        _ => cell.width(),
    };
    cells.map(width).max().unwrap_or_default().max(column.title.width() + HEAD_ROOM)
}
