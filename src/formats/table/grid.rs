//! Fits a grid of cells into a terminal.
//!
//! The widest columns are narrowed first. A column may offer shorter forms of its cells, and a text that still does not
//! fit is cut with `…`. If columns do not fit at all, empty ones are hidden first, then those with the highest rank,
//! and among equals the last one.

use anstyle::Style;

use crate::text::width::{Cut, width};

/// A column of a grid.
#[derive(Clone, Debug)]
pub struct GridColumn {
    /// The header.
    pub title: String,
    /// Where a text that is too long is cut.
    pub cut: Cut,
    /// Its smallest useful width in terminal columns.
    pub min: usize,
    /// Columns with a higher rank are hidden first.
    pub rank: u8,
    /// Whether cells are right-aligned, so that numbers are easy to compare.
    pub to_right: bool,
}

/// A row of a grid.
#[derive(Clone, Debug, Default)]
pub struct GridRow {
    /// For each column, its cell.
    pub cells: Vec<Forms>,
    /// How the row is coloured.
    pub style: Style,
}

/// A cell in one form or two, already escaped.
#[derive(Clone, Debug, Default)]
pub struct Forms {
    longest: String,
    shorter: Option<String>,
}

impl From<String> for Forms {
    fn from(longest: String) -> Self {
        Self { longest, shorter: None }
    }
}

impl From<[String; 2]> for Forms {
    fn from([longest, shorter]: [String; 2]) -> Self {
        Self { longest, shorter: Some(shorter) }
    }
}

impl Forms {
    /// The longest form.
    pub fn into_longest(self) -> String {
        self.longest
    }

    /// A form by its number, or the last one if there are fewer.
    pub fn get(&self, form: usize) -> &str {
        self.shorter.as_ref().filter(|_| form > 0).unwrap_or(&self.longest)
    }

    fn count(&self) -> usize {
        1 + usize::from(self.shorter.is_some())
    }
}

impl GridRow {
    /// Estimates its memory in bytes.
    pub fn weight(&self) -> usize {
        let texts = |cell: &Forms| cell.longest.len() + cell.shorter.as_ref().map_or(0, String::len);
        self.cells.iter().map(|cell| size_of::<Forms>() + texts(cell)).sum()
    }
}

/// A column that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FittedColumn {
    /// Its index in the grid.
    pub index: usize,
    /// The form that its cells take.
    pub form: usize,
    /// Its width.
    pub width: usize,
}

/// The maximum width of a column if there is no terminal width, as one long text widens every row. User agents are
/// usually a little shorter.
pub const WIDEST: usize = 200;

/// The space between two columns.
pub const GAP: usize = 2;

/// Fits the columns into `width` terminal columns. Without a width, each column has [`WIDEST`].
pub fn fit(columns: &[GridColumn], rows: &[GridRow], width: Option<usize>) -> Vec<FittedColumn> {
    let mut needs: Vec<_> =
        columns.iter().enumerate().map(|(index, column)| Need::of(column, rows, index)).collect();
    let Some(width) = width else {
        let column =
            |need: &Need| FittedColumn { index: need.index, form: 0, width: need.forms[0].min(WIDEST) };
        return needs.iter().map(column).collect();
    };
    while needs.len() > 1 && total(needs.iter().map(|need| need.min)) > width {
        let key = |need: &Need| (need.is_empty, columns[need.index].rank);
        let hidden = needs.iter().enumerate().max_by_key(|(_, need)| key(need));
        let Some((hidden, _)) = hidden else {
            break;
        };
        needs.remove(hidden);
    }
    let room = width.saturating_sub(GAP * needs.len().saturating_sub(1));
    let bounds: Vec<_> = needs.iter().map(|need| (need.min, need.forms[0])).collect();
    let first = distribute(room, &bounds);
    // Columns that took a shorter form leave room for the others.
    let chosen: Vec<_> = needs.iter().zip(&first).map(|(need, width)| need.choose_form(*width)).collect();
    let bounds: Vec<_> = needs.iter().zip(&chosen).map(|(need, chosen)| need.bounds(*chosen)).collect();
    let columns = needs.iter().zip(chosen).zip(distribute(room, &bounds));
    let columns = columns.map(|((need, (form, _)), width)| FittedColumn { index: need.index, form, width });
    let mut columns: Vec<_> = columns.collect();
    lengthen(&mut columns, &needs, room);
    columns
}

/// Gives columns the longest form for which there is still room, as the first distribution shares it before forms are
/// chosen.
fn lengthen(columns: &mut [FittedColumn], needs: &[Need], room: usize) {
    let mut left = room.saturating_sub(columns.iter().map(|column| column.width).sum());
    for (column, need) in columns.iter_mut().zip(needs) {
        let longer = (0..column.form).find(|form| need.forms[*form] <= column.width + left);
        if let Some(form) = longer {
            left -= need.forms[form].saturating_sub(column.width);
            (column.form, column.width) = (form, need.forms[form].max(column.width));
        }
    }
}

/// The width requirements of a column.
struct Need {
    /// Its index in the grid.
    index: usize,
    /// The width of each form.
    forms: Vec<usize>,
    /// Whether it has a title only.
    is_empty: bool,
    min: usize,
}

impl Need {
    fn of(column: &GridColumn, rows: &[GridRow], index: usize) -> Self {
        let count = rows.iter().map(|row| row.cells[index].count()).max().unwrap_or(1);
        let title = width(&column.title);
        let forms: Vec<_> = (0..count)
            .map(|form| {
                let widths = rows.iter().map(|row| width(row.cells[index].get(form)));
                widths.max().unwrap_or(0).max(title)
            })
            .collect();
        let least = forms.last().copied().unwrap_or(title);
        let min = if count > 1 { least.min(forms[0]) } else { least.min(column.min.max(title)) };
        let is_empty = rows.iter().all(|row| row.cells[index].longest.is_empty());
        Self { index, forms, is_empty, min }
    }

    /// The longest form that fits, and its width.
    fn choose_form(&self, width: usize) -> (usize, usize) {
        let last = self.forms.len() - 1;
        let form = self.forms.iter().position(|form| *form <= width).unwrap_or(last);
        (form, self.forms[form])
    }

    fn bounds(&self, (form, width): (usize, usize)) -> (usize, usize) {
        if self.forms.len() > 1 && form > 0 { (width, width) } else { (self.min.min(width), width) }
    }
}

/// Distributes room among columns with bounds `(least, wanted)`; the widest are narrowed first.
fn distribute(room: usize, bounds: &[(usize, usize)]) -> Vec<usize> {
    let at_most = |cap: usize| bounds.iter().map(move |(least, wanted)| (*wanted).min(cap.max(*least)));
    let widest = bounds.iter().map(|bound| bound.1).max().unwrap_or(0);
    let cap = (0..=widest).rev().find(|cap| at_most(*cap).sum::<usize>() <= room).unwrap_or(0);
    let mut widths: Vec<_> = at_most(cap).collect();
    let mut left = room.saturating_sub(widths.iter().sum());
    for (width, (_, wanted)) in widths.iter_mut().zip(bounds) {
        if left > 0 && *width < *wanted {
            *width += 1;
            left -= 1;
        }
    }
    if let [only] = widths.as_mut_slice() {
        *only = (*only).min(room.max(1));
    }
    widths
}

fn total(widths: impl Iterator<Item = usize>) -> usize {
    let (sum, count) = widths.fold((0, 0), |(sum, count), width| (sum + width, count + 1));
    sum + GAP * (count - 1_usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_is_as_wide_as_anybody_likes() {
        let column = GridColumn { title: "a".to_owned(), cut: Cut::End, min: 10, rank: 0, to_right: false };
        for (length, width) in [(0, 1), (WIDEST, WIDEST), (WIDEST + 1, WIDEST), (1 << 20, WIDEST)] {
            let row = GridRow { cells: vec!["x".repeat(length).into()], ..GridRow::default() };
            let fitted = FittedColumn { index: 0, form: 0, width };
            assert_eq!(fit(std::slice::from_ref(&column), &[row], None), [fitted]);
        }
    }

    #[test]
    fn hides_by_rank_and_from_the_end() {
        let column =
            |rank| GridColumn { title: String::new(), cut: Cut::End, min: 10, rank, to_right: false };
        let columns = [column(0), column(2), column(0), column(2), column(1)];
        let row = GridRow { cells: vec!["0123456789".to_owned().into(); 5], ..GridRow::default() };
        for (width, displayed) in [
            (58, vec![0, 1, 2, 3, 4]),
            (50, vec![0, 1, 2, 4]),
            (40, vec![0, 2, 4]),
            (25, vec![0, 2]),
            (5, vec![0]),
        ] {
            let fitted = fit(&columns, std::slice::from_ref(&row), Some(width));
            assert_eq!(fitted.iter().map(|column| column.index).collect::<Vec<_>>(), displayed, "{width}");
        }
    }

    #[test]
    fn no_short_form_is_taken_while_there_is_room() {
        let column =
            |rank| GridColumn { title: String::new(), cut: Cut::End, min: 10, rank, to_right: false };
        let forms = |text: &str| Forms::from([text.to_owned(), text[..text.len() - 1].to_owned()]);
        let row =
            GridRow { cells: vec![forms(&"a".repeat(20)), forms(&"b".repeat(30))], ..GridRow::default() };
        let widths = |width| -> Vec<_> {
            let fitted = fit(&[column(0), column(0)], std::slice::from_ref(&row), Some(width));
            fitted.iter().map(|column| (column.form, column.width)).collect()
        };
        assert_eq!(widths(52), [(0, 20), (0, 30)]);
        assert_eq!(widths(51), [(0, 20), (1, 29)]);
        assert_eq!(widths(50), [(1, 19), (1, 29)]);
    }

    #[test]
    fn shares_room_from_the_widest() {
        assert_eq!(distribute(30, &[(5, 10), (5, 40)]), [10, 20]);
        assert_eq!(distribute(100, &[(5, 10), (5, 40)]), [10, 40]);
        assert_eq!(distribute(31, &[(5, 20), (5, 20)]), [16, 15]);
        assert_eq!(distribute(8, &[(5, 20), (5, 20)]), [5, 5]);
        assert_eq!(distribute(3, &[(5, 20)]), [3]);
    }
}
