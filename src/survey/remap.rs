//! Translates the ids of each worker to those of the survey.

use crate::survey::arrivals::Counted;
use crate::survey::ids::{
    ActionId, ActorId, AgentId, CertificateTypeId, ConnectionId, EventId, Id, ImpersonatorId, IpId, KindId,
    OrganizationId, PageId, ReasonId,
};
use crate::survey::interner::IdMap;
use crate::survey::labels::LabelledMap;
use crate::survey::{
    Anomaly, CertificateNotice, Change, EventIds, Match, NamesInEvent, ObservationClass, Part, Visit,
};

/// The ids of the survey for those of a worker.
pub struct IdMaps<'s> {
    pub actions: IdMap<ActionId>,
    /// Organizations with their names.
    pub organizations: LabelledMap<OrganizationId, 1>,
    /// Actors with their names and e-mail addresses.
    pub actors: LabelledMap<ActorId, 2>,
    pub kinds: IdMap<KindId>,
    pub certificate_types: IdMap<CertificateTypeId>,
    pub ips: IdMap<IpId>,
    pub agents: IdMap<AgentId>,
    pub impersonators: IdMap<ImpersonatorId>,
    pub reasons: IdMap<ReasonId>,
    pub pages: IdMap<PageId>,
    /// How many connections of other workers precede its own.
    pub connections_before: usize,
    /// How many rows of other workers precede its own in the table of event ids.
    pub events_before: usize,
    /// The connections of all workers.
    pub connections: &'s [ConnectionId],
}

impl IdMaps<'_> {
    pub fn change(&self, change: &Change) -> Change {
        let EventIds { action, organization, actor, kind, ip } = self.event_ids(&change.ids());
        Change {
            event: self.event(change.event),
            action,
            connection: self.connection(change.connection),
            organization,
            kind,
            actor,
            ip,
            impersonator: self.impersonators.of(change.impersonator),
            reason: self.reasons.of(change.reason),
            ..*change
        }
    }

    /// The notice; `None` only if its connection is not one of this worker's.
    pub fn certificate(&self, notice: &CertificateNotice) -> Option<CertificateNotice> {
        Some(CertificateNotice {
            action: self.action(notice.action),
            certificate_type: self.certificate_types.of(notice.certificate_type),
            connection: self.connection(Some(notice.connection))?,
            organization: self.organizations.ids.of(notice.organization),
            actor: self.actors.ids.of(notice.actor),
            ..*notice
        })
    }

    pub fn anomaly(&self, anomaly: Anomaly) -> Anomaly {
        Anomaly {
            action: self.actions.of(anomaly.action),
            organization: self.organizations.ids.of(anomaly.organization),
            connection: self.connection(anomaly.connection),
            connection_kind: self.kinds.of(anomaly.connection_kind),
            actor: self.actors.ids.of(anomaly.actor),
            names: self.names_in_event(anomaly.organization, anomaly.actor),
            ..anomaly
        }
    }

    pub fn found(&self, found: Match) -> Match {
        let names = self.names_in_event(found.event.organization, found.event.actor);
        Match { event: self.change(&found.event), names, ..found }
    }

    /// The part of the log; `None` only if its organization is not one of this worker's.
    pub fn part(&self, part: Part) -> Option<Part> {
        match part {
            Part::Organization(source, id) => {
                Some(Part::Organization(source, self.organizations.ids.of(id)?))
            }
            _ => Some(part),
        }
    }

    /// The names that an event itself carries, by the worker's ids of its organization and its actor.
    pub fn names_in_event(
        &self,
        organization: Option<OrganizationId>,
        actor: Option<ActorId>,
    ) -> NamesInEvent {
        NamesInEvent {
            organization_name: self.organizations.label(organization, 0),
            email: self.actors.label(actor, 1),
        }
    }

    pub fn counted(&self, counted: &Counted) -> Counted {
        Counted { ids: self.event_ids(&counted.ids), ..*counted }
    }

    fn event_ids(&self, ids: &EventIds) -> EventIds {
        EventIds {
            action: self.action(ids.action),
            organization: self.organizations.ids.of(ids.organization),
            actor: self.actors.ids.of(ids.actor),
            kind: self.kinds.of(ids.kind),
            ip: self.ips.of(ids.ip),
        }
    }

    pub fn visit(&self, visit: &Visit) -> Visit {
        Visit {
            actor: self.actors.ids.of(visit.actor),
            organization: self.organizations.ids.of(visit.organization),
            ip: self.ips.of(visit.ip),
            agent: self.agents.of(visit.agent),
            page: self.pages.of(visit.page),
            impersonator: self.impersonators.of(visit.impersonator),
            reason: self.reasons.of(visit.reason),
            ..*visit
        }
    }

    pub fn observation_class(&self, class: &ObservationClass) -> ObservationClass {
        ObservationClass { action: self.action(class.action), ..*class }
    }

    /// Every action of a worker has an id in the survey.
    fn action(&self, id: ActionId) -> ActionId {
        self.actions.of(id).unwrap_or(id)
    }

    pub fn event(&self, id: Option<EventId>) -> Option<EventId> {
        id.map(|id| EventId::new(id.index() + self.events_before))
    }

    pub fn connection(&self, id: Option<ConnectionId>) -> Option<ConnectionId> {
        self.connections.get(id?.index() + self.connections_before).copied()
    }
}
