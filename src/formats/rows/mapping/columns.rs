//! Events in a schema that others define, in columns.

use std::iter::once;

use super::{Field, Json, Mapping, Object, Rest, bit, rest};
use crate::columnar::{Result, Schema};
use crate::formats::table::columnar::nullable;
use crate::model::attribute::Value;
use crate::model::event::Event;
use crate::reports::sheet::{Cell, Kind};

/// The columns of a schema: one for each path, and one for the object of the rest, which is JSON there.
pub struct MappedColumns {
    rest: &'static Rest,
    /// Of each column its path, and the fields of which one has its value.
    columns: Vec<(&'static str, Vec<&'static Field>)>,
}

impl MappedColumns {
    /// The columns of a mapping, in the order of its fields.
    pub fn new(mapping: &'static Mapping) -> Self {
        let mut columns: Vec<(_, Vec<_>)> = Vec::new();
        for field in mapping.fields {
            match columns.iter_mut().find(|(path, _)| *path == field.path) {
                Some((_, fields)) => fields.push(field),
                None => columns.push((field.path, vec![field])),
            }
        }
        Self { rest: &mapping.rest, columns }
    }

    /// Their schema, where objects are groups; rows are sorted by one of the fields.
    pub fn schema(&self, sorted_by: &str) -> Result<Schema> {
        let columns = self.columns.iter().map(|(path, fields)| nullable(path, fields[0].kind()));
        let columns: Vec<_> = columns.chain(once(nullable(self.rest.name(), Kind::Text))).collect();
        let sorted_by = columns.iter().position(|column| column.name == sorted_by);
        let sorted_by = sorted_by.expect("the mapping has the field");
        Schema::new(columns)?.in_groups()?.sorted_by(vec![sorted_by])
    }

    /// The cells of an event.
    pub fn cells<'a>(&self, event: &Event<'a>) -> Vec<Cell<'a>> {
        let mut told = 0_u64;
        let value = |(_, fields): &(_, Vec<&Field>)| {
            let (field, value) = fields.iter().find_map(|field| Some((field, field.value(event)?)))?;
            told |= field.attribute.map_or(0, bit);
            Some(value.into())
        };
        let mut cells: Vec<_> =
            self.columns.iter().map(value).map(|cell| cell.unwrap_or(Cell::Nothing)).collect();
        cells.push(rest_cell(self.rest, event, told));
        cells
    }
}

/// The attributes that no field has told, as JSON; nothing if there are none.
fn rest_cell(object_of: &Rest, event: &Event<'_>, told: u64) -> Cell<'static> {
    let mut json = Vec::new();
    let mut object = Object::new(&mut json);
    rest(event, told).for_each(|(name, value)| object.member(object_of.path(name), &value));
    object.close();
    let json = String::from_utf8(json).expect("JSON is UTF-8");
    if json == "{}" { Cell::Nothing } else { Cell::Text(json.into()) }
}

impl<'a> From<Json<'a>> for Cell<'a> {
    fn from(value: Json<'a>) -> Self {
        match value {
            Json::Value(Value::Text(text)) => Self::Text(text),
            Json::Value(Value::Integer(number)) => Self::Integer(number),
            Json::Value(Value::Flag(flag)) => Self::Flag(flag),
            Json::List(texts) => Self::List(texts.iter().map(|text| (*text).into()).collect()),
        }
    }
}
