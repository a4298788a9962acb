//! Decides by its header whether a file is a table of events, and what its rows become.

use std::borrow::Cow;
use std::sync::Arc;

use crate::input::table::{Layout, Members, Naming, Plan, Planner, Rendered, Step, Value};
use crate::json::{self, Document};
use crate::model::attribute::Attribute;
use crate::model::event::SCHEMA;
use crate::model::spelling::{self, attribute_spelled};
use crate::reader::Reading;
use crate::reader::table::Mapping;
use crate::reader::table::columns::{Arranged, Columns, NEEDED, normalized_place};
use crate::reader::table::documented::place_of;
use crate::reader::table::problems::{no_column, several_columns, unknown_columns};
use crate::reader::table::told::TOLD;
use crate::sources::{Source, logging, normalized};
use crate::text::suggest::nearest;

/// Decides whether an input of that name is a table, and what its columns mean.
pub fn planner(reading: &Reading, input: &str) -> Planner {
    let Reading { source, mappings, .. } = *reading;
    let input = input.to_owned();
    Arc::new(move |head| {
        let names = numbered(&head.names);
        let planned = mapped(&names, mappings).and_then(|mapped| {
            let columns = Columns { names: &names, mapped: &mapped };
            let (arranged, vendor) = arrange(&columns, source)?;
            let missing = missing(&arranged);
            match missing.is_empty() {
                true => Ok(layout(arranged, vendor)),
                false => Err(unknown_columns(&columns, &arranged, &missing, &input)),
            }
        });
        let is_meant = |mapping: &Mapping| {
            let is_near = || nearest(&mapping.column, names.iter().map(String::as_str)).is_some();
            positions(&names, mapping).next().is_some() || is_near()
        };
        let is_spelled =
            |attribute: &Attribute| names.iter().any(|name| attribute_spelled(name) == Some(*attribute));
        let is_table =
            head.naming == Naming::Table || mappings.iter().any(is_meant) || NEEDED.iter().all(is_spelled);
        match planned {
            Ok(layout) => Plan::Table(Arc::new(layout)),
            Err(problem) if is_table => Plan::Unreadable(problem),
            Err(_) => Plan::Lines,
        }
    })
}

/// The names of columns; those without one are numbered.
fn numbered(names: &[String]) -> Vec<String> {
    let name = |(number, name): (usize, &String)| match name.trim() {
        "" => format!("column {number}"),
        name => name.to_owned(),
    };
    (1..).zip(names).map(name).collect()
}

/// The columns that a mapping may mean: those of that name, or of that name in another spelling.
fn positions(names: &[String], mapping: &Mapping) -> impl Iterator<Item = usize> {
    let is_same = |name: &str| name == mapping.column.trim();
    let is_alike = |name: &str| spelling::key(name) == spelling::key(&mapping.column);
    let has_same = names.iter().any(|name| is_same(name));
    let is_meant = |name: &str| if has_same { is_same(name) } else { is_alike(name) };
    let meant: Vec<_> = (0..names.len()).filter(|column| is_meant(&names[*column])).collect();
    meant.into_iter()
}

/// For each column the attribute that it gives by what the user says.
fn mapped(names: &[String], mappings: &[Mapping]) -> Result<Vec<Option<Attribute>>, String> {
    let mut mapped = vec![None; names.len()];
    for mapping in mappings {
        let mut columns = positions(names, mapping);
        let column = columns.next().ok_or_else(|| no_column(&mapping.column, names))?;
        if columns.next().is_some() {
            return Err(several_columns(&mapping.column));
        }
        mapped[column] = Some(mapping.attribute);
    }
    Ok(mapped)
}

/// Arranges columns as an event of the vendor's by whose fields they are named, or of the normalized event.
fn arrange(
    columns: &Columns<'_>,
    source: Option<&'static Source>,
) -> Result<(Arranged, Option<&'static Source>), String> {
    let attributes = columns.as_normalized();
    let is_asked = |vendor: &&&Source| source.is_none_or(|source| source.name == vendor.name);
    let mut vendors = logging().iter().filter(is_asked);
    let vendor = vendors
        .find(|vendor| columns.have_names_of(vendor, |members, samples| claims(vendor, members, samples)));
    // A column that names the source of each row weighs more than what the other columns look like.
    let names_sources = || {
        let of_source = |arranged: &Arranged| arranged.attributes.contains(&Some(Attribute::Source));
        source.is_none() && attributes.as_ref().is_ok_and(of_source)
    };
    match vendor.filter(|_| !names_sources()) {
        Some(vendor) => Ok((columns.as_event_of(vendor)?, Some(vendor))),
        None => Ok((attributes?, None)),
    }
}

/// Whether the source takes an object with these members for an event of its own.
fn claims(source: &'static Source, members: Members, samples: &[&'static str]) -> bool {
    let layout = Layout {
        source: source.name,
        columns: [].into(),
        attributes: Vec::new(),
        has_impersonators: false,
        has_escaped_formulas: false,
        beginning: String::new(),
        members,
    };
    let samples: Vec<_> = samples.iter().map(|sample| Cow::Borrowed(*sample)).collect();
    let (mut rendered, mut nodes) = (Rendered::default(), Vec::new());
    layout.render(&samples, &mut rendered).is_ok()
        && json::parse(&rendered.json, &mut nodes).is_ok()
        && source.claims(Document { text: &rendered.json, nodes: &nodes })
}

/// What every event needs and no column gives.
fn missing(arranged: &Arranged) -> Vec<Attribute> {
    NEEDED.into_iter().filter(|it| !arranged.attributes.contains(&Some(*it))).collect()
}

fn layout(arranged: Arranged, vendor: Option<&'static Source>) -> Layout {
    let has_impersonators = has_impersonators(&arranged.members, vendor);
    let Arranged { mut members, places, attributes, .. } = arranged;
    let (mut beginning, mut given) = (String::new(), Vec::new());
    if vendor.is_none() {
        beginning = format!("\"schema\":\"{SCHEMA}\"");
        given =
            attributes.iter().zip(0..).filter_map(|(attribute, slot)| Some(((*attribute)?, slot))).collect();
        for (attribute, slot) in TOLD.into_iter().zip(places.len()..) {
            // What a column gives stays as it is.
            let _ = members.insert(&normalized_place(attribute).path, (slot, Value::Text));
        }
        let diagnostics = [Step::Key("diagnostics".to_owned())];
        let _ = members.insert(&diagnostics, (places.len() + TOLD.len(), Value::Json));
    }
    let has = |own: &str| places.iter().any(|place| place.name == own);
    let source = vendor.map_or(normalized::SOURCE.name, |vendor| vendor.name);
    let has_escaped_formulas = vendor.is_none() && has("source") && has("operation");
    Layout {
        source,
        columns: places.into(),
        attributes: given,
        has_impersonators,
        has_escaped_formulas,
        beginning,
        members,
    }
}

/// Whether a column can name an impersonator, or events of the vendor never do.
fn has_impersonators(members: &Members, vendor: Option<&'static Source>) -> bool {
    let places = [Attribute::ImpersonatorEmail, Attribute::ImpersonatorReason].map(|attribute| {
        vendor.map_or_else(|| Some(normalized_place(attribute)), |vendor| place_of(vendor, attribute))
    });
    let mut places = places.iter().flatten().peekable();
    places.peek().is_none() || places.any(|place| members.can_give(&place.path))
}
