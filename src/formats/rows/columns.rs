//! The columns of events in tables, CSV and JSON with chosen columns.

use std::borrow::Cow;

use anyhow::{Result, anyhow};

use crate::model::attribute::{ATTRIBUTES, Attribute, Value};
use crate::model::event::Event;
use crate::text::suggest;

/// A column of events.
#[derive(Clone, Debug)]
pub struct EventColumn {
    /// Name on the command line and in headers.
    pub name: &'static str,
    /// A cell has the first of these attributes that the event has.
    pub candidates: &'static [Attribute],
    /// The attributes that it selects in JSON.
    pub attributes: Vec<Attribute>,
    /// Columns with a higher rank are hidden first for lack of room.
    pub rank: u8,
}

/// A column for several attributes, of which a cell has the first that is present.
struct Group {
    name: &'static str,
    prefix: &'static str,
    candidates: &'static [Attribute],
}

static GROUPS: &[Group] = &[
    Group {
        name: "actor",
        prefix: "actor.",
        candidates: &[Attribute::ActorName, Attribute::ActorEmail, Attribute::ActorId],
    },
    Group {
        name: "actor.impersonator",
        prefix: "actor.impersonator.",
        candidates: &[Attribute::ImpersonatorEmail, Attribute::ImpersonatorReason],
    },
    Group {
        name: "organization",
        prefix: "organization.",
        candidates: &[Attribute::OrganizationId, Attribute::OrganizationName],
    },
    Group {
        name: "connection",
        prefix: "connection.",
        candidates: &[Attribute::ConnectionId, Attribute::ConnectionName],
    },
    Group { name: "type", prefix: "connection.type", candidates: &[Attribute::ConnectionType] },
];

/// The default columns of a table, each with its rank: those with a higher one are hidden first.
const DEFAULT: &[(&str, u8)] = &[
    ("time", 0),
    ("operation", 0),
    ("actor", 0),
    ("actor.impersonator", 0),
    ("organization", 0),
    ("connection", 1),
    ("ip", 0),
    ("type", 2),
    ("action", 3),
];

/// The default columns of a table. Impersonators have one if it is they who were selected.
pub fn default(of_impersonated: OfImpersonated) -> Vec<EventColumn> {
    let is_meant = |name: &str| name != "actor.impersonator" || of_impersonated == OfImpersonated::Yes;
    let meant = DEFAULT.iter().filter(|(name, _)| is_meant(name));
    meant.filter_map(|(name, rank)| Some(EventColumn { rank: *rank, ..find(name)? })).collect()
}

/// Whether impersonated sessions were selected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OfImpersonated {
    /// They were.
    Yes,
    /// They were not, at least not by themselves.
    No,
}

/// One column for every attribute.
pub fn all() -> Vec<EventColumn> {
    ATTRIBUTES.iter().filter_map(|info| find(info.name)).collect()
}

/// The columns with these names, or an error that suggests the nearest name.
pub fn named(names: &[String]) -> Result<Vec<EventColumn>> {
    let unknown = |name: &str| anyhow!(suggest::unknown("column", name, self::names()));
    names.iter().map(|name| find(name).ok_or_else(|| unknown(name))).collect()
}

/// Every column name.
pub fn names() -> impl Iterator<Item = &'static str> + Clone {
    ATTRIBUTES.iter().map(|info| info.name).chain(GROUPS.iter().map(|group| group.name))
}

fn find(name: &str) -> Option<EventColumn> {
    if let Some(group) = GROUPS.iter().find(|group| group.name == name) {
        let attributes = ATTRIBUTES.iter().filter(|info| info.name.starts_with(group.prefix));
        return Some(EventColumn {
            name: group.name,
            candidates: group.candidates,
            attributes: attributes.map(|info| info.attribute).collect(),
            rank: 0,
        });
    }
    let info = ATTRIBUTES.iter().find(|info| info.name == name)?;
    let candidates = std::slice::from_ref(&info.attribute);
    Some(EventColumn { name: info.name, candidates, attributes: candidates.to_vec(), rank: 0 })
}

impl EventColumn {
    /// The value of the cell for an event.
    pub fn value<'a>(&self, event: &Event<'a>) -> Option<Value<'a>> {
        self.candidates.iter().find_map(|attribute| event.value(*attribute))
    }
}

/// The value as plain text.
pub fn text(value: Value<'_>) -> Cow<'_, str> {
    match value {
        Value::Text(text) => text,
        Value::Integer(number) => Cow::Owned(number.to_string()),
        Value::Flag(flag) => Cow::Owned(flag.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_a_column() {
        for name in names() {
            assert_eq!(find(name).unwrap().name, name);
        }
        assert_eq!(all().len(), ATTRIBUTES.len());
        assert_eq!(default(OfImpersonated::Yes).len(), DEFAULT.len());
        let error = named(&["actor.mail".to_owned()]).unwrap_err().to_string();
        assert_eq!(error, "no column `actor.mail`; did you mean `actor.email`?");
    }
}
