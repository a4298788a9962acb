//! What readers numbered each for itself gets the numbers of the survey.

use super::{Noted, Sighting, Visit};
use crate::history::Change;
use crate::names::{Id, NONE, Renumbered};

/// What the numbers of a reader became.
pub struct New<'s> {
    pub actions: Renumbered,
    pub organizations: Renumbered,
    pub actors: Renumbered,
    pub kinds: Renumbered,
    pub ips: Renumbered,
    pub agents: Renumbered,
    pub impersonators: Renumbered,
    pub words: Renumbered,
    /// What is to be added to numbers of its connections and event ids.
    pub connections: Id,
    pub ids: Id,
    /// Which of the same connections stands for all of them, by their new numbers.
    pub same: &'s [Id],
}

impl New<'_> {
    pub fn change(&self, change: &Change) -> Change {
        Change {
            event: shifted(change.event, self.ids),
            action: self.actions.of(change.action),
            connection: self.connection(change.connection),
            organization: self.organizations.of(change.organization),
            kind: self.kinds.of(change.kind),
            actor: self.actors.of(change.actor),
            ip: self.ips.of(change.ip),
            impersonator: self.impersonators.of(change.impersonator),
            reason: self.words.of(change.reason),
            ..*change
        }
    }

    pub fn noted(&self, noted: Noted) -> Noted {
        Noted {
            action: self.actions.of(noted.action),
            organization: self.organizations.of(noted.organization),
            connection: self.connection(noted.connection),
            kind: self.kinds.of(noted.kind),
            actor: self.actors.of(noted.actor),
            ..noted
        }
    }

    pub fn visit(&self, visit: &Visit) -> Visit {
        Visit {
            actor: self.actors.of(visit.actor),
            organization: self.organizations.of(visit.organization),
            ip: self.ips.of(visit.ip),
            agent: self.agents.of(visit.agent),
            page: self.words.of(visit.page),
            impersonator: self.impersonators.of(visit.impersonator),
            reason: self.words.of(visit.reason),
            ..*visit
        }
    }

    pub fn sighting(&self, sighting: &Sighting) -> Sighting {
        Sighting {
            action: self.actions.of(sighting.action),
            actor: self.actors.of(sighting.actor),
            organization: self.organizations.of(sighting.organization),
            ip: self.ips.of(sighting.ip),
            ..*sighting
        }
    }

    fn connection(&self, id: Id) -> Id {
        self.same.get(shifted(id, self.connections) as usize).copied().unwrap_or(NONE)
    }
}

fn shifted(id: Id, by: Id) -> Id {
    if id == NONE { NONE } else { id + by }
}
