//! Surveys of several readers become one: texts are numbered anew, the rest is added up.

use super::{Noted, Survey, Visit};
use crate::event::Operation;
use crate::history::Change;
use crate::names::{Counter, Id, NONE, Renumbered};

impl Survey {
    /// Adds what another reader collected.
    pub fn merge(&mut self, mut other: Self) {
        other.end_quarter();
        let new = New {
            actions: self.merge_actions(other.actions, &other.action_facts),
            organizations: self.organizations.merge(other.organizations),
            actors: self.actors.merge(other.actors),
            kinds: self.kinds.merge(other.kinds),
            ips: self.ips.merge(other.ips),
            agents: self.agents.merge(other.agents),
            words: self.words.merge(other.words),
            connections: self.connections.merge(other.connections),
            ids: self.ids.merge(other.ids),
        };
        self.organization_labels.merge(other.organization_labels, &new.organizations);
        self.actor_labels.merge(other.actor_labels, &new.actors);
        for (quarter, count) in other.quarters {
            *self.quarters.entry(quarter).or_default() += count;
        }
        self.changes.extend(other.changes.into_iter().map(|change| new.change(change)));
        self.visits.extend(other.visits.into_iter().map(|visit| new.visit(visit)));
        for noted in other.noted {
            self.keep(new.noted(noted));
        }
        for (ours, theirs) in self.unkept.iter_mut().zip(other.unkept) {
            *ours += theirs;
        }
        self.clock.merge(other.clock);
        self.again.extend(other.again);
        self.conflicting.extend(other.conflicting);
        self.range = match (self.range, other.range) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (ours, theirs) => ours.or(theirs),
        };
        self.redeliveries += other.redeliveries;
        self.other += other.other;
        self.selected += other.selected;
        self.impersonated += other.impersonated;
    }

    fn merge_actions(&mut self, actions: Counter, facts: &[(&'static str, Operation)]) -> Renumbered {
        let new = self.actions.merge(actions);
        for (id, facts) in (0..).zip(facts) {
            if new.of(id) as usize == self.action_facts.len() {
                self.action_facts.push(*facts);
            }
        }
        new
    }
}

/// What the numbers of a merged survey became.
struct New {
    actions: Renumbered,
    organizations: Renumbered,
    actors: Renumbered,
    kinds: Vec<Id>,
    ips: Renumbered,
    agents: Renumbered,
    words: Renumbered,
    connections: Renumbered,
    ids: Renumbered,
}

impl New {
    fn change(&self, change: Change) -> Change {
        Change {
            event: self.ids.of(change.event),
            action: self.actions.of(change.action),
            connection: self.connections.of(change.connection),
            organization: self.organizations.of(change.organization),
            kind: self.kinds.get(change.kind as usize).copied().unwrap_or(NONE),
            actor: self.actors.of(change.actor),
            ip: self.ips.of(change.ip),
            impersonator: self.words.of(change.impersonator),
            reason: self.words.of(change.reason),
            ..change
        }
    }

    fn noted(&self, noted: Noted) -> Noted {
        Noted {
            action: self.actions.of(noted.action),
            organization: self.organizations.of(noted.organization),
            connection: self.connections.of(noted.connection),
            kind: self.kinds.get(noted.kind as usize).copied().unwrap_or(NONE),
            actor: self.actors.of(noted.actor),
            ..noted
        }
    }

    fn visit(&self, visit: Visit) -> Visit {
        Visit {
            action: self.actions.of(visit.action),
            actor: self.actors.of(visit.actor),
            organization: self.organizations.of(visit.organization),
            ip: self.ips.of(visit.ip),
            agent: self.agents.of(visit.agent),
            page: self.words.of(visit.page),
            impersonator: self.words.of(visit.impersonator),
            reason: self.words.of(visit.reason),
            ..visit
        }
    }
}
