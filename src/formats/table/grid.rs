//! A grid of cells and how it is fitted into a terminal.
//!
//! Wide columns give way first. A column may offer shorter forms of its cells; what still does
//! not fit is cut with `…`, and columns that find no room at all are hidden: those of the highest
//! rank first, the last one first among equals.

use anstyle::Style;
use unicode_width::UnicodeWidthStr;

use crate::text::width::Cut;

/// A column of a grid.
#[derive(Clone, Debug)]
pub struct GridColumn {
    /// Header.
    pub title: String,
    /// Where a text that is too long is cut.
    pub cut: Cut,
    /// Terminal columns below which it is of no use.
    pub min: usize,
    /// When there is no room it goes before columns with a smaller rank.
    pub rank: u8,
    /// Numbers end at the same place, so that their sizes can be compared.
    pub to_right: bool,
}

/// A row of a grid.
#[derive(Clone, Debug, Default)]
pub struct GridRow {
    /// For each column the forms of its text, the longest first; already escaped.
    pub cells: Vec<Vec<String>>,
    /// How the row is coloured.
    pub style: Style,
}

impl GridRow {
    /// About how many bytes of memory it holds.
    pub fn weight(&self) -> usize {
        self.cells.iter().flatten().map(|text| size_of::<String>() + text.len()).sum()
    }
}

/// A grid fitted into a width.
pub struct FittedGrid {
    /// Indices of the columns shown.
    pub shown: Vec<usize>,
    /// For each shown column the form its cells take and its width.
    pub forms: Vec<(usize, usize)>,
}

/// No column is wider where the width has no limit, as every row is as wide as the widest: a few columns more
/// than browsers call themselves with.
pub const WIDEST: usize = 200;

/// Space between two columns.
pub const GAP: usize = 2;

/// Fits the columns into `width` terminal columns; each into [`WIDEST`] when there is none.
pub fn fit(columns: &[GridColumn], rows: &[GridRow], width: Option<usize>) -> FittedGrid {
    let needs: Vec<_> =
        columns.iter().enumerate().map(|(index, column)| Need::of(column, rows, index)).collect();
    let Some(width) = width else {
        return FittedGrid {
            shown: (0..columns.len()).collect(),
            forms: needs.iter().map(|need| (0, need.forms[0].min(WIDEST))).collect(),
        };
    };
    let mut shown: Vec<_> = (0..columns.len()).collect();
    while shown.len() > 1 && total(shown.iter().map(|index| needs[*index].min)) > width {
        let goes = shown.iter().enumerate().max_by_key(|(_, index)| columns[**index].rank);
        let Some((at, _)) = goes else {
            break;
        };
        shown.remove(at);
    }
    let needs: Vec<_> = shown.iter().map(|index| &needs[*index]).collect();
    let room = width.saturating_sub(GAP * needs.len().saturating_sub(1));
    let bounds: Vec<_> = needs.iter().map(|need| (need.min, need.forms[0])).collect();
    let first = share(room, &bounds);
    // A column that took a shorter form leaves room for the others.
    let settled: Vec<_> = needs.iter().zip(&first).map(|(need, width)| need.settle(*width)).collect();
    let bounds: Vec<_> = needs.iter().zip(&settled).map(|(need, settled)| need.bounds(*settled)).collect();
    let widths = share(room, &bounds);
    let forms = settled.iter().zip(widths).map(|((form, _), width)| (*form, width)).collect();
    FittedGrid { shown, forms }
}

/// How much room a column needs.
struct Need {
    /// Width of each form.
    forms: Vec<usize>,
    min: usize,
}

impl Need {
    fn of(column: &GridColumn, rows: &[GridRow], index: usize) -> Self {
        let count = rows.iter().map(|row| row.cells[index].len()).max().unwrap_or(1);
        let title = column.title.width();
        let forms: Vec<_> = (0..count)
            .map(|form| {
                let widths = rows.iter().map(|row| form_of(&row.cells[index], form).width());
                widths.max().unwrap_or(0).max(title)
            })
            .collect();
        let least = forms.last().copied().unwrap_or(title);
        Self { min: if count > 1 { least.min(forms[0]) } else { least.min(column.min.max(title)) }, forms }
    }

    /// The longest form that fits, and its width.
    fn settle(&self, width: usize) -> (usize, usize) {
        let last = self.forms.len() - 1;
        let form = self.forms.iter().position(|form| *form <= width).unwrap_or(last);
        (form, self.forms[form])
    }

    fn bounds(&self, (form, width): (usize, usize)) -> (usize, usize) {
        if self.forms.len() > 1 && form > 0 { (width, width) } else { (self.min.min(width), width) }
    }
}

/// Shares room among columns with bounds `(least, wanted)`: the widest give way first.
fn share(room: usize, bounds: &[(usize, usize)]) -> Vec<usize> {
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

/// The form of a cell, or its last one.
pub fn form_of(cell: &[String], form: usize) -> &str {
    cell.get(form).or(cell.last()).map_or("", String::as_str)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_column_is_as_wide_as_anybody_likes() {
        let column = GridColumn { title: "a".to_owned(), cut: Cut::End, min: 10, rank: 0, to_right: false };
        for (length, width) in [(0, 1), (WIDEST, WIDEST), (WIDEST + 1, WIDEST), (1 << 20, WIDEST)] {
            let row = GridRow { cells: vec![vec!["x".repeat(length)]], ..GridRow::default() };
            assert_eq!(fit(std::slice::from_ref(&column), &[row], None).forms, [(0, width)]);
        }
    }

    #[test]
    fn hides_by_rank_and_from_the_end() {
        let column =
            |rank| GridColumn { title: String::new(), cut: Cut::End, min: 10, rank, to_right: false };
        let columns = [column(0), column(2), column(0), column(2), column(1)];
        let row = GridRow { cells: vec![vec!["0123456789".to_owned()]; 5], ..GridRow::default() };
        for (width, shown) in [
            (58, vec![0, 1, 2, 3, 4]),
            (50, vec![0, 1, 2, 4]),
            (40, vec![0, 2, 4]),
            (25, vec![0, 2]),
            (5, vec![0]),
        ] {
            assert_eq!(fit(&columns, std::slice::from_ref(&row), Some(width)).shown, shown, "{width}");
        }
    }

    #[test]
    fn shares_room_from_the_widest() {
        assert_eq!(share(30, &[(5, 10), (5, 40)]), [10, 20]);
        assert_eq!(share(100, &[(5, 10), (5, 40)]), [10, 40]);
        assert_eq!(share(31, &[(5, 20), (5, 20)]), [16, 15]);
        assert_eq!(share(8, &[(5, 20), (5, 20)]), [5, 5]);
        assert_eq!(share(3, &[(5, 20)]), [3]);
    }
}
