//! Event sources: one file per vendor, listed here. A vendor's name appears in its own file only.

mod action;
mod centure;
mod cross_check;
mod detection;
mod event_lists;
mod lookalike;
mod scalekit;
pub mod schema;
mod table;
mod tree;
mod unsupported;
mod workos;
mod workos_connection_types;

use std::borrow::Cow;
use std::sync::LazyLock;

pub use action::{Action, Refine};
pub use cross_check::CrossCheck;
pub use detection::{Root, detect, has_event, listed_events};
pub use lookalike::lookalike;
pub use table::{EpochUnit, Expect, Field, FieldKind, MetadataLimits, OTHER, Term, Vocabulary};
pub use tree::{Tree, Trees};
pub use unsupported::looks_like;

use crate::json::{Document, NodeId};
use crate::model::attribute::Attribute;
use crate::model::event::Space;

/// A vendor's event format, as data.
pub struct Source {
    /// Name on the command line and in output.
    pub name: &'static str,
    /// What to call it in a sentence.
    pub title: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// The space of its ids of actors, organizations and connections. Sources share one only where it is
    /// documented that their ids are the same: elsewhere the same id may be something else.
    pub ids: &'static str,
    /// Whether an object is an event of this source, right or wrong.
    pub detects: fn(&Root<'_>) -> bool,
    /// Keys of members that may hold the event with further members beside it.
    pub wrappers: &'static [&'static str],
    /// The source that logs what this one does not; `None` if this one logs the whole life of a connection.
    pub complement: Option<&'static str>,
    /// Documented actions.
    pub actions: &'static [Action],
    /// Documented fields; parents before their children, preferred before others.
    pub fields: &'static [Field],
    /// The same fields as trees, one for each group of actions.
    pub trees: LazyLock<Trees>,
    /// The group whose fields an event of an unknown action may have.
    pub unknown_group: &'static str,
    /// Comparisons of values, which the table cannot express.
    pub cross_checks: &'static [CrossCheck],
}

/// Every source. Order is precedence: the first that claims a line owns it.
pub static ALL: &[&Source] = &[&centure::SOURCE, &scalekit::SOURCE, &workos::SOURCE];

impl Source {
    /// The documented action of that name (ASCII case ignored).
    pub fn action(&self, name: &str) -> Option<&'static Action> {
        self.actions.iter().find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// Number of its id space.
    pub fn id_space(&self) -> Space {
        let first = ALL.iter().position(|source| source.ids == self.ids).unwrap_or(ALL.len());
        Space::try_from(first).expect("sources are few")
    }

    /// The member that names the event's action, and the name, if there is one.
    pub fn action_of<'a>(&self, document: Document<'a>, event: NodeId) -> Option<(NodeId, Cow<'a, str>)> {
        let key = self.fields.iter().find(|field| field.attribute == Some(Attribute::Action))?.key();
        let id = document.member(event, key)?;
        let name = document.string(id).filter(|name| !name.is_empty())?;
        Some((id, name))
    }

    /// The tree of the fields that events of an action may have; an unknown action has none.
    pub fn tree_of(&self, action: Option<&Action>) -> &Tree {
        self.trees.of(action.map_or(self.unknown_group, |action| action.group))
    }

    /// Every vocabulary of the source.
    pub fn vocabularies(&self) -> impl Iterator<Item = &'static Vocabulary> {
        self.fields.iter().flat_map(|field| field.expects).filter_map(|expect| match expect {
            Expect::OneOf(vocabulary) => Some(*vocabulary),
            _ => None,
        })
    }
}

/// Whether an actor of this type, in a source's terms, acts in the portal that portal links lead to.
pub fn is_in_portal(source: &str, actor_type: &str) -> bool {
    let source = ALL.iter().find(|it| it.name == source);
    let vocabularies = source.into_iter().flat_map(|source| source.vocabularies());
    let mut terms = vocabularies.flat_map(|vocabulary| vocabulary.terms).filter(|term| term.is_in_portal);
    terms.any(|term| term.name.eq_ignore_ascii_case(actor_type))
}

/// The documented connection types of every source.
pub fn connection_types() -> impl Iterator<Item = &'static str> {
    terms().filter(|term| term.protocol.is_some()).map(|term| term.name)
}

/// The prefixes of the ids of organizations.
pub fn organization_prefixes() -> Vec<&'static str> {
    let fields = ALL.iter().flat_map(|source| source.fields);
    let expects = fields
        .filter(|field| field.attribute == Some(Attribute::OrganizationId))
        .flat_map(|field| field.expects);
    let prefixes = expects.filter_map(|expect| match expect {
        Expect::Prefix(prefix, _) => Some(*prefix),
        _ => None,
    });
    prefixes.collect()
}

/// The neutral protocols of every source.
pub fn protocols() -> impl Iterator<Item = &'static str> {
    terms().filter_map(|term| term.protocol)
}

/// The neutral identity providers of every source, and [`OTHER`] for those that no document names.
pub fn providers() -> impl Iterator<Item = &'static str> {
    terms().filter_map(|term| term.provider).chain([OTHER])
}

fn terms() -> impl Iterator<Item = &'static Term> {
    ALL.iter().flat_map(|source| source.vocabularies()).flat_map(|vocabulary| vocabulary.terms)
}
