//! Event sources: one file per vendor, listed here. A vendor's name appears in its own file only.

mod centure;
mod connection_types;
mod field;
mod foreign;
mod scalekit;
mod tree;

use std::sync::LazyLock;

pub use field::{Action, Expect, Field, FieldKind, OTHER, Term, Vocabulary};
pub use foreign::resembles;
pub use tree::Tree;

use crate::event::{Attribute, Operation};
use crate::fields::{FieldId, Fields};
use crate::json::{Document, Kind, NodeId};
use crate::sink::Sink;

/// A vendor's event format, as data.
pub struct Source {
    /// Name on the command line and in output.
    pub name: &'static str,
    /// What to call it in a sentence.
    pub title: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// Whether an object is an event of this source, right or wrong.
    pub claims: fn(&Root<'_>) -> bool,
    /// Key of a member that may hold the event with further members beside it.
    pub wrapper: Option<&'static str>,
    /// Where to find what it does not log; nothing where it logs the whole life of a connection.
    pub complement: Option<&'static str>,
    /// Documented actions.
    pub actions: &'static [Action],
    /// Documented fields; parents before their children, preferred before others.
    pub fields: &'static [Field],
    /// The same fields as a tree.
    pub tree: LazyLock<Tree>,
    /// What the table cannot say.
    pub cross_checks: &'static [CrossCheck],
}

/// What two values have to say together.
pub struct CrossCheck {
    /// The only fields that it looks at. Where a line has none of them, it finds nothing.
    pub fields: [FieldId; 2],
    /// Whether values plainly agree as they are written; about such it finds nothing. With one field
    /// given twice, which is about its several values, a single one agrees with itself or never does.
    pub agree: fn(&str, &str) -> bool,
    /// A line that lacks one of the fields has nothing to compare, and it finds nothing.
    pub needs_both: bool,
    /// Adds what is wrong.
    pub check: fn(&Fields<'_>, Operation, &mut Sink<'_>),
}

/// Every source. Order is precedence: the first that claims a line owns it.
pub static ALL: &[&Source] = &[&centure::SOURCE, &scalekit::SOURCE];

impl Source {
    /// The documented action of that name (ASCII case ignored).
    pub fn action(&self, name: &str) -> Option<&'static Action> {
        self.actions.iter().find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// Where the event is in an object: the object itself, or the member that wraps it.
    pub fn event_root(&self, document: Document<'_>) -> NodeId {
        let wrapped = self.wrapper.and_then(|key| document.member(0, key));
        match wrapped {
            Some(event) if document.nodes[event].kind == Kind::Object => event,
            _ => 0,
        }
    }

    /// Every vocabulary of the source.
    pub fn vocabularies(&self) -> impl Iterator<Item = &'static Vocabulary> {
        self.fields.iter().flat_map(|field| field.expects).filter_map(|expect| match expect {
            Expect::OneOf(vocabulary) => Some(*vocabulary),
            _ => None,
        })
    }
}

/// The documented connection types of every source.
pub fn connection_types() -> impl Iterator<Item = &'static str> {
    terms().filter(|term| term.protocol.is_some()).map(|term| term.name)
}

/// How ids of organizations begin.
pub fn organization_prefixes() -> Vec<&'static str> {
    let fields = ALL.iter().flat_map(|source| source.fields);
    let expects =
        fields.filter(|field| field.means == Some(Attribute::OrganizationId)).flat_map(|field| field.expects);
    let prefixes = expects.filter_map(|expect| match expect {
        Expect::Prefix(prefix, _) => Some(*prefix),
        _ => None,
    });
    prefixes.collect()
}

/// The neutral protocols that any of them stands for.
pub fn protocols() -> impl Iterator<Item = &'static str> {
    terms().filter_map(|term| term.protocol)
}

/// The neutral identity providers, [`OTHER`] for those that no document names among them.
pub fn providers() -> impl Iterator<Item = &'static str> {
    terms().filter_map(|term| term.provider).chain([OTHER])
}

fn terms() -> impl Iterator<Item = &'static Term> {
    ALL.iter().flat_map(|source| source.vocabularies()).flat_map(|words| words.terms)
}

/// The source that claims the object.
pub fn claim(document: Document<'_>) -> Option<&'static Source> {
    ALL.iter().copied().find(|source| {
        let event = source.event_root(document);
        (source.claims)(&Root { document, event })
    })
}

/// The keys of an event by which sources recognise their own.
pub struct Root<'a> {
    document: Document<'a>,
    event: NodeId,
}

impl Root<'_> {
    /// Has one of these keys, whatever its value.
    pub fn has(&self, keys: &[&str]) -> bool {
        keys.iter().any(|key| self.document.member(self.event, key).is_some())
    }

    /// Has this key with an object or array as its value.
    pub fn nests(&self, key: &str) -> bool {
        self.document
            .member(self.event, key)
            .is_some_and(|id| matches!(self.document.nodes[id].kind, Kind::Object | Kind::Array))
    }
}
