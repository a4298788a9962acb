//! `count`: how many events there are in each group.

use super::ReportInput;
use super::columns::{FIRST, LAST};
use crate::analysis::grouping::{Group, GroupBy, GroupColumn};
use crate::model::attribute::ATTRIBUTES;
use crate::reports::sheet::{Cell, Column, Kind, Row, Rows, Section, Sheet, Table, Tone};
use crate::text::plural::counted;

/// Name and version of the JSON.
pub const SCHEMA: &str = "ssoaudit.count.v1";

const COUNT: Column = Column::new("events", "Events", Kind::Number, "how many events there are");
const SHARE: Column =
    Column::new("share", "Share", Kind::Share, "their share of all events that are counted").rank(1);

/// The groups, as many as wanted of each unit of time, with notes of what was read.
pub fn counts<'a>(groups: &'a [Group], by: &GroupBy, read: &ReportInput<'_>) -> Sheet<'a> {
    let total: u64 = groups.iter().map(|group| group.count).sum();
    let all = groups.len();
    let most = read.options.top.unwrap_or(usize::MAX);
    let periods = groups.chunk_by(|a, b| a.period == b.period);
    let shown: Vec<&Group> = periods.flat_map(|groups| groups.iter().take(most)).collect();
    let left_out = (all - shown.len()) as u64;
    let columns = by.period.map(|(unit, _)| period_column(unit.name())).into_iter();
    let columns = columns.chain(by.columns.iter().map(column)).chain([COUNT, SHARE, FIRST, LAST]).collect();
    let rows = Rows::new(shown.len(), move |index| row(shown[index], total));
    let table = Table { columns, rows, empty: "No event is selected.", left_out };
    let names: Vec<_> = by.columns.iter().map(|column| column.name).collect();
    let by_what = if names.is_empty() { String::new() } else { format!(" by {}", names.join(", ")) };
    let per = by.period.map_or(String::new(), |(unit, _)| format!(" per {}", unit.name()));
    Sheet {
        name: "count",
        schema: SCHEMA,
        title: format!("Events{by_what}{per}"),
        statements: vec![format!("{} in {}.", counted(total, "event"), counted(all as u64, "group"))],
        provenance: None,
        notes: read.notes(),
        sections: vec![Section::table("counts", "Counts", table)],
    }
}

fn period_column(unit: &'static str) -> Column {
    let title = match unit {
        "day" => "Day",
        "week" => "Week",
        "month" => "Month",
        _ => "Year",
    };
    Column::new(unit, title, Kind::Text, "when the unit of time begins")
}

fn column(column: &GroupColumn) -> Column {
    let info = ATTRIBUTES.iter().find(|info| info.name == column.name);
    let about = info.map_or("the first of its attributes that the events have", |info| info.about);
    Column::new(column.name, column.name, Kind::Text, about)
}

fn row(group: &Group, total: u64) -> Row<'_> {
    let period = group.period.iter().map(|label| Cell::from(label.as_str()));
    let values = group.values.iter().map(|value| Cell::from(value.text.as_deref()));
    let numbers = [
        Cell::Number(group.count),
        Cell::Share(group.count as f64 / total.max(1) as f64),
        Cell::Time(group.first),
        Cell::Time(group.last),
    ];
    Row { cells: period.chain(values).chain(numbers).collect(), tone: Tone::Plain }
}
