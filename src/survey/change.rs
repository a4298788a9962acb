//! A change of a connection, as a survey has it.

use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::EventIds;
use crate::survey::ids::{
    ActionId, ActorId, ConnectionId, EventId, ImpersonatorId, IpId, KindId, OrganizationId, ReasonId,
};

/// A change of a connection, or a portal link, which may lead to one.
#[derive(Clone, Debug)]
pub struct Change {
    /// When it happened.
    pub time: Timestamp,
    /// What happened.
    pub operation: Operation,
    /// Whether the selection keeps it.
    pub is_selected: bool,
    /// Another event with its id says something else.
    pub is_conflicting: bool,
    /// How often it came again.
    pub redeliveries: u32,
    /// The event's id, if it has one and ids are asked for.
    pub event: Option<EventId>,
    /// The vendor's action.
    pub action: ActionId,
    /// The connection; a portal link has none.
    pub connection: Option<ConnectionId>,
    /// The organization.
    pub organization: Option<OrganizationId>,
    /// The connection's kind.
    pub kind: Option<KindId>,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// From which address.
    pub ip: Option<IpId>,
    /// Who acted in the actor's session.
    pub impersonator: Option<ImpersonatorId>,
    /// Why they did.
    pub reason: Option<ReasonId>,
    /// What tells it from other events: of its id, or of all that it says. Differs from run to run.
    pub key: u64,
    /// Its block, and its 1-based line there.
    pub place: LineRef,
}

impl Change {
    /// What nearly every event says.
    pub fn ids(&self) -> EventIds {
        let Self { action, organization, actor, kind, ip, .. } = *self;
        EventIds { action, organization, actor, kind, ip }
    }

    /// Somebody else than the actor drove the session.
    pub fn is_impersonated(&self) -> bool {
        self.impersonator.is_some() || self.reason.is_some()
    }
}
