//! What the values of a row stand for that its source's table told when its event was read first.

use crate::columnar::StringArray;
use crate::model::attribute::Attribute;
use crate::model::event::{Event, Space};
use crate::model::fields::Fields;
use crate::model::neutral::{ActorKind, Direction, Outcome};
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::scan::rows::attribute_set::COUNT;
use crate::sources::normalized::{
    actor_kind_named, direction_named, operation_named, outcome_named, protocol_named, provider_named,
    source_named,
};

/// What the values of columns stand for, by the codes of their rows.
#[derive(Default)]
pub struct ToldColumns {
    sources: Vec<Option<(&'static str, Space)>>,
    operations: Vec<Option<Operation>>,
    outcomes: Vec<Option<Outcome>>,
    actor_kinds: Vec<Option<ActorKind>>,
    directions: Vec<Option<Direction>>,
    protocols: Vec<Option<&'static str>>,
    providers: Vec<Option<&'static str>>,
}

impl ToldColumns {
    /// Takes the values of a column.
    pub fn add(&mut self, attribute: Attribute, texts: &StringArray) {
        match attribute {
            Attribute::Source => {
                let space = |text: &str| source_named(text).map(|source| (source.name, source.id_space()));
                self.sources = texts.iter().map(space).collect();
            }
            Attribute::Operation => self.operations = all(texts, operation_named),
            Attribute::Outcome => self.outcomes = all(texts, outcome_named),
            Attribute::ActorKind => self.actor_kinds = all(texts, actor_kind_named),
            Attribute::ConnectionDirection => self.directions = all(texts, direction_named),
            Attribute::ConnectionProtocol => self.protocols = all(texts, protocol_named),
            Attribute::ConnectionProvider => self.providers = all(texts, provider_named),
            _ => {}
        }
    }

    /// The event of a row; `None` if a name in it is not known.
    #[inline]
    pub fn event<'e>(&self, time: Timestamp, codes: &[u32; COUNT], fields: Fields<'e>) -> Option<Event<'e>> {
        let code = |attribute: Attribute| codes[attribute as usize];
        let (source, ids) = told(&self.sources, code(Attribute::Source))??;
        Some(Event {
            time,
            operation: told(&self.operations, code(Attribute::Operation))??,
            outcome: told(&self.outcomes, code(Attribute::Outcome))?,
            protocol: told(&self.protocols, code(Attribute::ConnectionProtocol))?,
            provider: told(&self.providers, code(Attribute::ConnectionProvider))?,
            actor_kind: told(&self.actor_kinds, code(Attribute::ActorKind))?,
            direction: told(&self.directions, code(Attribute::ConnectionDirection))?,
            source,
            action: None,
            ids,
            fields,
            retained: None,
            redactor: None,
        })
    }
}

fn all<T>(texts: &StringArray, named: impl Fn(&str) -> Option<T>) -> Vec<Option<T>> {
    texts.iter().map(named).collect()
}

/// What the value of that code stands for, which is nothing if there is no value; `None` if it is not known.
fn told<T: Copy>(column: &[Option<T>], code: u32) -> Option<Option<T>> {
    match column.get(code as usize) {
        Some(known) => known.map(Some),
        None => Some(None),
    }
}
