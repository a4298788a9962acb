//! Events in formats whose columns have types. A time is a point in time there, so what the vendor wrote has a column of
//! its own.

use crate::formats::rows::columns::EventColumn;
use crate::model::attribute::{ATTRIBUTES, Attribute, Value, ValueKind};
use crate::model::event::Event;
use crate::reports::sheet::{Cell, Column, Kind};

/// The column with the time as the vendor wrote it.
const TIME_TEXT: &str = "time_text";

/// The columns of a table for these columns of events.
pub fn columns(columns: &[EventColumn]) -> Vec<Column> {
    let column = |name, kind| Column::new(name, name, kind, "");
    let typed = |event_column: &EventColumn| match event_column.candidates {
        [Attribute::Time] => {
            vec![column(event_column.name, Kind::Time), column(TIME_TEXT, Kind::Text)]
        }
        candidates => vec![column(event_column.name, kind(candidates))],
    };
    columns.iter().flat_map(typed).collect()
}

/// The kind of the values of some attributes, which have all the same.
pub fn kind(attributes: &[Attribute]) -> Kind {
    let info = ATTRIBUTES.iter().find(|info| attributes.contains(&info.attribute));
    match info.map(|info| info.kind) {
        Some(ValueKind::Integer) => Kind::Integer,
        Some(ValueKind::Flag) => Kind::Flag,
        Some(ValueKind::Text) | None => Kind::Text,
    }
}

/// The cells of an event in these columns.
pub fn cells<'a>(columns: &[EventColumn], event: &'a Event<'a>) -> Vec<Cell<'a>> {
    let mut cells = Vec::with_capacity(columns.len() + 1);
    for column in columns {
        if column.candidates == [Attribute::Time] {
            cells.push(Cell::Time(event.time));
        }
        cells.push(match column.value(event) {
            None => Cell::Nothing,
            Some(Value::Text(text)) => Cell::Text(text),
            Some(Value::Integer(number)) => Cell::Integer(number),
            Some(Value::Flag(flag)) => Cell::Flag(flag),
        });
    }
    cells
}
