//! Event sources: one file per vendor, listed here. A vendor's name appears in its own file only.

mod action;
mod auth0;
mod centure;
mod composite;
mod cross_check;
mod detection;
mod event_lists;
mod event_texts;
mod github;
mod lookalike;
pub mod normalized;
mod okta;
mod root;
mod scalekit;
pub mod schema;
mod slack;
mod table;
mod tree;
mod unsupported;
mod vocabulary;
mod workos;
mod workos_connection_types;
mod wrapper;

use std::borrow::Cow;
use std::sync::LazyLock;

pub use action::{Action, Refine, Transfer};
pub use composite::Composite;
pub use cross_check::CrossCheck;
pub use detection::{ListedEvent, detect, has_event, listed_events};
pub use event_texts::event_texts;
use lookalike::is_lookalike;
pub use lookalike::lookalike;
pub use root::Root;
pub use table::{EpochUnit, Expect, Field, FieldKind, KnownNames, MetadataLimits, Part};
pub use tree::{Tree, Trees};
pub use unsupported::looks_like;
pub use vocabulary::{OTHER, Term, Vocabulary};
pub use wrapper::Wrapper;

use crate::json::NodeId;
use crate::model::attribute::Attribute;
use crate::model::event::{Restored, Space};
use crate::model::fields::{FieldId, Fields};
use crate::model::neutral::ActorKind;

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
    /// Whether an object is an event of this source, right or wrong, by its keys and the types of its values.
    pub detects: fn(&Root<'_>) -> bool,
    /// What a text of an event of this source says besides, by which it is recognized.
    pub mark: Option<Mark>,
    /// What may be around its events, the outermost first.
    pub wrappers: &'static [&'static Wrapper],
    /// The source that logs what this one does not; `None` if this one logs the whole life of a connection.
    pub complement: Option<&'static str>,
    /// Documented actions.
    pub actions: &'static [Action],
    /// What becomes of other actions, if the vendor documents far more than are listed.
    pub catch_all: Option<CatchAll>,
    /// How an action follows from several values, if one does not name it.
    pub composite: Option<Composite>,
    /// Tells the kind of the actor, where it depends on several values.
    pub actor_kind: Option<fn(&Fields<'_>) -> Option<ActorKind>>,
    /// Takes over what another source's table told of an event when it was read first. It only looks at fields that
    /// are discriminators.
    pub restore: Option<fn(&Fields<'_>) -> Restored>,
    /// Documented fields; parents before their children, preferred before others.
    pub fields: &'static [Field],
    /// The same fields as trees, one for each group of actions.
    pub trees: LazyLock<Trees>,
    /// The group whose fields an event of an unknown action may have.
    pub unknown_group: &'static str,
    /// Comparisons of values, which the table cannot express.
    pub cross_checks: &'static [CrossCheck],
}

/// A text by which events are recognized.
pub struct Mark {
    /// Its key in the object.
    pub key: &'static str,
    /// What it begins with.
    pub begins: &'static str,
}

/// Stands for the actions that a table does not list, as they are not about SSO.
pub struct CatchAll {
    /// The action that stands for them.
    pub action: Action,
    /// An action whose name contains one of these texts may be about SSO, so it is unknown if it is not listed.
    pub except: &'static [&'static str],
}

/// The sources that log events themselves.
pub fn logging() -> &'static [&'static Source] {
    &ALL[1..]
}

/// Every source. Order is precedence: the first that claims a line owns it. The first reads what was read before from
/// any of the others.
pub static ALL: &[&Source] = &[
    &normalized::SOURCE,
    &centure::SOURCE,
    &scalekit::SOURCE,
    &workos::SOURCE,
    &okta::SOURCE,
    &auth0::SOURCE,
    &github::SOURCE,
    &slack::SOURCE,
];

impl Source {
    /// The listed action of that name (ASCII case ignored).
    pub fn listed_action(&self, name: &str) -> Option<&'static Action> {
        self.actions.iter().find(|action| action.name.eq_ignore_ascii_case(name))
    }

    /// The action of that name, or the one that stands for those that are not listed.
    pub fn action(&'static self, name: &str) -> Option<&'static Action> {
        self.listed_action(name).or_else(|| {
            let CatchAll { action, except } = self.catch_all.as_ref()?;
            let lower = name.to_ascii_lowercase();
            let may_be_sso = except.iter().any(|text| lower.contains(text)) || is_lookalike(self.name, name);
            (!may_be_sso).then_some(action)
        })
    }

    /// Number of its id space.
    pub fn id_space(&self) -> Space {
        let first = ALL.iter().position(|source| source.ids == self.ids).unwrap_or(ALL.len());
        Space::try_from(first).expect("sources are few")
    }

    /// The member that names an event's action, and the name, if there is one.
    pub fn action_of<'a>(&self, event: &Root<'a>) -> Option<(NodeId, Cow<'a, str>)> {
        let names_action =
            |field: FieldId| self.fields[usize::from(field)].attribute == Some(Attribute::Action);
        let member =
            self.trees.of("").members.iter().find(|member| member.field.is_some_and(names_action))?;
        let id = [Some(member.key), member.alias].into_iter().flatten().find_map(|key| event.member(key))?;
        let name = event.document.string(id).filter(|name| !name.is_empty())?;
        let composite = self.composite.as_ref();
        let composed =
            composite.and_then(|composite| composite.action_at(self.fields, event.document, event.id));
        Some((id, composed.map_or(name, Cow::Borrowed)))
    }

    /// Whether an event of an action may give an attribute; an unknown action has none.
    pub fn gives(&self, action: Option<&Action>, attribute: Attribute) -> bool {
        let group = action.map_or(self.unknown_group, |action| action.group);
        self.fields.iter().filter(|field| field.is_of(group)).any(|field| field.attribute == Some(attribute))
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
    IN_PORTAL.iter().any(|(of, term)| *of == source && term.eq_ignore_ascii_case(actor_type))
}

/// The terms of such actors with their sources.
static IN_PORTAL: LazyLock<Vec<(&str, &str)>> = LazyLock::new(|| {
    let terms = ALL.iter().flat_map(|source| source.vocabularies().map(move |it| (source.name, it.terms)));
    let terms = terms.flat_map(|(source, terms)| terms.iter().map(move |term| (source, term)));
    terms.filter(|(_, term)| term.is_in_portal).map(|(source, term)| (source, term.name)).collect()
});

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::Operation;

    #[test]
    fn actions_say_what_their_values_may_make_of_them() {
        for action in ALL.iter().flat_map(|source| source.actions) {
            assert_eq!(action.refine.is_some(), !action.refinements.is_empty(), "{}", action.name);
            let covers_both = [Operation::DomainChanged, Operation::Impersonated];
            let is_covered = action.operations().any(|operation| covers_both.contains(&operation));
            assert!(is_covered || action.transfer.is_none(), "{}", action.name);
        }
    }
}
