//! What readers numbered each for itself gets the numbers of the survey.

use crate::survey::Change;
use crate::survey::EventIds;
use crate::survey::arrivals::Counted;
use crate::survey::interner::{Id, IdMap, NONE};
use crate::survey::labels::Labelled;
use crate::survey::{Anomaly, Observation, Said, Visit};

/// What the numbers of a reader became.
pub struct IdMaps<'s> {
    pub actions: IdMap,
    /// With their names.
    pub organizations: Labelled<1>,
    /// With their names and e-mail addresses.
    pub actors: Labelled<2>,
    pub kinds: IdMap,
    pub ips: IdMap,
    pub agents: IdMap,
    pub impersonators: IdMap,
    pub words: IdMap,
    /// What is to be added to numbers of its connections and event ids.
    pub connections: Id,
    pub ids: Id,
    /// Which of the same connections stands for all of them, by their new numbers.
    pub same: &'s [Id],
}

impl IdMaps<'_> {
    pub fn change(&self, change: &Change) -> Change {
        let EventIds { action, organization, actor, kind, ip } = self.event_ids(&change.ids());
        Change {
            event: shifted(change.event, self.ids),
            action,
            connection: self.connection(change.connection),
            organization,
            kind,
            actor,
            ip,
            impersonator: self.impersonators.of(change.impersonator),
            reason: self.words.of(change.reason),
            ..*change
        }
    }

    pub fn noted(&self, noted: Anomaly) -> Anomaly {
        Anomaly {
            action: self.actions.of(noted.action),
            organization: self.organizations.things.of(noted.organization),
            connection: self.connection(noted.connection),
            kind: self.kinds.of(noted.kind),
            actor: self.actors.things.of(noted.actor),
            said: self.said(noted.organization, noted.actor),
            ..noted
        }
    }

    /// The names that combinations of an organization and an actor have themselves.
    pub fn said(&self, organization: Id, actor: Id) -> Said {
        Said {
            organization_name: self.organizations.text(organization, 0),
            email: self.actors.text(actor, 1),
        }
    }

    pub fn counted(&self, counted: &Counted) -> Counted {
        Counted { ids: self.event_ids(&counted.ids), ..*counted }
    }

    fn event_ids(&self, ids: &EventIds) -> EventIds {
        EventIds {
            action: self.actions.of(ids.action),
            organization: self.organizations.things.of(ids.organization),
            actor: self.actors.things.of(ids.actor),
            kind: self.kinds.of(ids.kind),
            ip: self.ips.of(ids.ip),
        }
    }

    pub fn visit(&self, visit: &Visit) -> Visit {
        Visit {
            actor: self.actors.things.of(visit.actor),
            organization: self.organizations.things.of(visit.organization),
            ip: self.ips.of(visit.ip),
            agent: self.agents.of(visit.agent),
            page: self.words.of(visit.page),
            impersonator: self.impersonators.of(visit.impersonator),
            reason: self.words.of(visit.reason),
            ..*visit
        }
    }

    pub fn observation(&self, observation: &Observation) -> Observation {
        Observation {
            action: self.actions.of(observation.action),
            actor: self.actors.things.of(observation.actor),
            organization: self.organizations.things.of(observation.organization),
            ip: self.ips.of(observation.ip),
            ..*observation
        }
    }

    fn connection(&self, id: Id) -> Id {
        self.same.get(shifted(id, self.connections) as usize).copied().unwrap_or(NONE)
    }
}

fn shifted(id: Id, by: Id) -> Id {
    if id == NONE { NONE } else { id + by }
}
