//! Who an event is about: their displayed names and, for decisions, their id or the names they had at the
//! time.

use super::{NamesInEvent, Survey};
use crate::model::time::Timestamp;
use crate::survey::ids::{ActorId, OrganizationId};

/// The organization or the actor of an event, as far as decisions may depend on it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Party<'a> {
    /// The id, or the text that stands for it.
    pub id: Option<&'a str>,
    /// The name of an organization or the e-mail address of an actor: the one that the event carries, or else
    /// all that may have been in force at its time.
    pub names: Vec<&'a str>,
}

impl Party<'_> {
    /// Whether the id or the names match. If there are several names, all of them have to: an exception that
    /// holds for one of them may be meant for somebody else.
    pub fn is(&self, matches: impl Fn(&str) -> bool) -> bool {
        self.id.is_some_and(&matches)
            || (!self.names.is_empty() && self.names.iter().all(|name| matches(name)))
    }
}

/// The time of an event, and the present.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// When it happened.
    pub time: Timestamp,
    /// The present.
    pub now: Timestamp,
}

impl Moment {
    /// The name that the event carries, or else the names in force at its time. Names do not count in events
    /// that are later than the present.
    fn names<'a>(
        self,
        name: Option<&'a str>,
        in_force: impl FnOnce(Timestamp) -> Vec<&'a str>,
    ) -> Vec<&'a str> {
        if self.time > self.now {
            Vec::new()
        } else {
            name.map_or_else(|| in_force(self.time), |name| vec![name])
        }
    }
}

impl Survey {
    /// The names in the change of that index, if its organization or actor has several.
    pub fn names_in_change(&self, change: usize) -> NamesInEvent {
        self.names_in_changes.get(&change).copied().unwrap_or(NamesInEvent::NONE)
    }

    /// The names in the conflicting event of that index.
    pub fn names_in_conflicting(&self, index: usize) -> NamesInEvent {
        self.names_in_conflicting.get(index).copied().unwrap_or(NamesInEvent::NONE)
    }

    /// The organization of an event that carries these names.
    pub fn organization_at(
        &self,
        id: Option<OrganizationId>,
        names: NamesInEvent,
        moment: Moment,
    ) -> Party<'_> {
        let labels = &self.organization_labels;
        let names = moment.names(labels.text(names.organization_name), |time| labels.in_force(id, 0, time));
        Party { id: self.organizations.names.get(id), names }
    }

    /// The actor of an event that carries these names.
    pub fn actor_at(&self, id: Option<ActorId>, names: NamesInEvent, moment: Moment) -> Party<'_> {
        let labels = &self.actor_labels;
        let names = moment.names(labels.text(names.email), |time| labels.in_force(id, 1, time));
        Party { id: self.actors.names.get(id), names }
    }

    /// The displayed name of an actor: the name, the e-mail address or the id.
    pub fn actor(&self, id: impl Into<Option<ActorId>>) -> Option<&str> {
        let id = id.into();
        let [name, email] = self.actor_labels.get(id);
        name.or(email).or_else(|| self.actors.names.get(id))
    }

    /// The latest e-mail address of an actor.
    pub fn actor_email(&self, id: impl Into<Option<ActorId>>) -> Option<&str> {
        let [_, email] = self.actor_labels.get(id);
        email
    }

    /// The latest name of an organization.
    pub fn organization_name(&self, id: impl Into<Option<OrganizationId>>) -> Option<&str> {
        let [name] = self.organization_labels.get(id);
        name
    }

    /// The id of an organization, and every name it has in the log.
    pub fn organization_texts(&self, id: Option<OrganizationId>) -> impl Iterator<Item = &str> {
        self.organizations.names.get(id).into_iter().chain(self.organization_labels.all(id, 0))
    }

    /// The id of an actor, and every e-mail address they have in the log.
    pub fn actor_ids_and_emails(&self, id: Option<ActorId>) -> impl Iterator<Item = &str> {
        self.actors.names.get(id).into_iter().chain(self.actor_labels.all(id, 1))
    }
}
