//! An event that an expression is judged for.

use std::borrow::Cow;
use std::cell::{Cell, OnceCell};

use super::field;
use crate::json::{Document, Node};
use crate::model::attribute::Attribute;
use crate::model::event::Event;

/// An event, with what was found out about it so far.
pub struct Judged<'e> {
    /// The event.
    pub event: &'e Event<'e>,
    nodes: OnceCell<Vec<Node>>,
    lacks_fields: Cell<bool>,
}

impl<'e> Judged<'e> {
    /// An event of which nothing is known yet.
    pub fn new(event: &'e Event<'e>) -> Self {
        Self { event, nodes: OnceCell::new(), lacks_fields: Cell::new(false) }
    }

    /// Whether it was asked for fields that are not kept.
    pub fn lacks_fields(&self) -> bool {
        self.lacks_fields.get()
    }

    /// What the vendor logged; nothing if only its attributes are kept.
    pub fn document(&self) -> Document<'_> {
        if self.event.retained.is_some() {
            self.lacks_fields.set(true);
            return Document { text: "", nodes: &[] };
        }
        let text = self.event.fields.text;
        Document { text, nodes: self.nodes.get_or_init(|| field::nodes(text)) }
    }

    /// Whether the connection is enabled, if the event says so.
    pub fn enabled(&self) -> Option<bool> {
        self.event.fields.best(Attribute::ConnectionEnabled).map(|text| text == "true")
    }

    /// Whether one of the texts of an attribute is accepted; `""` is its text if there is none.
    #[inline]
    pub fn any_text(&self, attribute: Attribute, mut accept: impl FnMut(&str) -> bool) -> bool {
        let event = self.event;
        let told = match attribute {
            Attribute::Source => Some(event.source),
            Attribute::Operation => Some(event.operation.name()),
            Attribute::Outcome => event.outcome.map(|it| it.name()),
            Attribute::ActorKind => event.actor_kind.map(|it| it.name()),
            Attribute::ConnectionProtocol => event.protocol,
            Attribute::ConnectionProvider => event.provider,
            Attribute::ConnectionDirection => event.direction().map(|it| it.name()),
            Attribute::Action if event.action.is_some_and(&mut accept) => return true,
            Attribute::Ip => return any_or_nothing(event.fields.primary(attribute), accept),
            _ => return any_or_nothing(event.fields.all(attribute), accept),
        };
        accept(told.unwrap_or_default())
    }
}

/// Whether one of the texts is accepted, or `""` if there is none.
#[inline]
fn any_or_nothing<'t>(
    texts: impl Iterator<Item = Cow<'t, str>>,
    mut accept: impl FnMut(&str) -> bool,
) -> bool {
    let mut is_empty = true;
    for text in texts {
        is_empty = false;
        if accept(&text) {
            return true;
        }
    }
    is_empty && accept("")
}
