//! Columns of rows: what a table, CSV or chosen JSON shows of an event.

use anyhow::{Result, anyhow};
use chrono_tz::Tz;

use crate::model::attribute::{ATTRIBUTES, Attribute, Value};
use crate::model::event::Event;
use crate::model::operation::Operation;
use crate::text::suggest;

/// A column of events.
#[derive(Clone, Debug)]
pub struct EventColumn {
    /// Name on the command line and in headers.
    pub name: &'static str,
    /// A cell shows the first of these attributes that the event has.
    pub best: &'static [Attribute],
    /// The attributes that it stands for in JSON.
    pub leaves: Vec<Attribute>,
}

/// A column that stands for several attributes, of which a cell shows the best.
struct Group {
    name: &'static str,
    prefix: &'static str,
    best: &'static [Attribute],
}

static GROUPS: &[Group] = &[
    Group {
        name: "actor",
        prefix: "actor.",
        best: &[Attribute::ActorName, Attribute::ActorEmail, Attribute::ActorId],
    },
    Group {
        name: "actor.impersonator",
        prefix: "actor.impersonator.",
        best: &[Attribute::ImpersonatorEmail, Attribute::ImpersonatorReason],
    },
    Group {
        name: "organization",
        prefix: "organization.",
        best: &[Attribute::OrganizationId, Attribute::OrganizationName],
    },
    Group {
        name: "connection",
        prefix: "connection.",
        best: &[Attribute::ConnectionId, Attribute::ConnectionName],
    },
    Group { name: "type", prefix: "connection.type", best: &[Attribute::ConnectionType] },
];

const DEFAULT: &[&str] = &["time", "action", "actor", "organization", "connection", "type", "ip"];

/// The columns of a table when none are named.
pub fn default() -> Vec<EventColumn> {
    DEFAULT.iter().filter_map(|name| find(name)).collect()
}

/// One column for every attribute.
pub fn all() -> Vec<EventColumn> {
    ATTRIBUTES.iter().filter_map(|info| find(info.name)).collect()
}

/// The columns of that name, or an error that names the nearest.
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
        let leaves = ATTRIBUTES.iter().filter(|info| info.name.starts_with(group.prefix));
        return Some(EventColumn {
            name: group.name,
            best: group.best,
            leaves: leaves.map(|info| info.attribute).collect(),
        });
    }
    let info = ATTRIBUTES.iter().find(|info| info.name == name)?;
    let best = std::slice::from_ref(&info.attribute);
    Some(EventColumn { name: info.name, best, leaves: best.to_vec() })
}

impl EventColumn {
    /// The value of the cell.
    pub fn value<'a>(&self, event: &Event<'a>) -> Option<Value<'a>> {
        self.best.iter().find_map(|attribute| event.value(*attribute))
    }

    /// The texts for aligned tables, the longest first. A narrow column takes a later one.
    pub fn forms(&self, event: &Event<'_>, zone: Tz) -> Vec<String> {
        match self.best {
            [Attribute::Time] => vec![event.time.to_the_second(zone), event.time.to_the_minute(zone)],
            [Attribute::Action] => action_forms(event),
            _ => vec![self.value(event).map_or(String::new(), |value| text(&value))],
        }
    }
}

/// `sso.delete_connection`, `delete_connection`, `deleted`. An action that is not about SSO keeps a mark instead of
/// its prefix, so that `organization.created` is not taken for `created`.
fn action_forms(event: &Event<'_>) -> Vec<String> {
    let full = event.text(Attribute::Action).unwrap_or_default().into_owned();
    let verb = full.rsplit('.').next().unwrap_or(&full);
    let verb = match event.operation {
        Operation::Other if verb.len() < full.len() => format!("….{verb}"),
        _ => verb.to_owned(),
    };
    vec![full, verb, event.operation.name().to_owned()]
}

/// The value as plain text.
pub fn text(value: &Value<'_>) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        Value::Integer(number) => number.to_string(),
        Value::Flag(flag) => flag.to_string(),
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
        assert_eq!(default().len(), DEFAULT.len());
        let error = named(&["actor.mail".to_owned()]).unwrap_err().to_string();
        assert_eq!(error, "no column `actor.mail`; did you mean `actor.email`?");
    }
}
