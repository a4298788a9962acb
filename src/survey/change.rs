//! Changes of connections.

use crate::model::neutral::ActorKind;
use crate::model::operation::Operation;
use crate::model::scopes::Scopes;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::EventIds;
use crate::survey::ids::{
    ActionId, ActorId, ConnectionId, EventId, ImpersonatorId, IpId, KindId, OrganizationId, ReasonId,
};

/// A change of a connection, or a portal link, which may lead to one.
#[derive(Clone, Copy, Debug)]
pub struct Change {
    /// When it happened.
    pub time: Timestamp,
    /// What happened.
    pub operation: Operation,
    /// Whether it was an attempt that failed, so that it changed nothing.
    pub has_failed: bool,
    /// Whether the event says how the attempt ended. Sources that only log what was done say nothing.
    pub has_outcome: bool,
    /// Whether it was made in the portal that portal links lead to. Known only of changes that give something, and of
    /// alterations.
    pub is_in_portal: bool,
    /// The scopes that it is in.
    pub scopes: Scopes,
    /// Another event has the same id but different content.
    pub is_conflicting: bool,
    /// How often the event was delivered again.
    pub redeliveries: u32,
    /// The event's id, if it has one and [`Wants::anomalies`](crate::survey::Wants::anomalies) is set.
    pub event: Option<EventId>,
    /// The vendor's action.
    pub action: ActionId,
    /// The connection. A portal link has none.
    pub connection: Option<ConnectionId>,
    /// The organization.
    pub organization: Option<OrganizationId>,
    /// The connection's kind.
    pub kind: Option<KindId>,
    /// Who did it.
    pub actor: Option<ActorId>,
    /// What kind of actor did it.
    pub actor_kind: Option<ActorKind>,
    /// The address it came from.
    pub ip: Option<IpId>,
    /// Who acted in the actor's session.
    pub impersonator: Option<ImpersonatorId>,
    /// Why they acted in it.
    pub reason: Option<ReasonId>,
    /// Where it is in the input.
    pub place: LineRef,
}

impl Change {
    /// The ids that nearly every event has.
    pub fn ids(&self) -> EventIds {
        let Self { action, organization, actor, kind, ip, .. } = *self;
        EventIds { action, organization, actor, kind, ip }
    }

    /// The state into which it brought the connection; `None` if it changed none.
    pub fn state(&self) -> Option<State> {
        self.operation.state().filter(|_| !self.has_failed)
    }

    /// Whether it did this.
    pub fn did(&self, operation: Operation) -> bool {
        self.operation == operation && !self.has_failed
    }

    /// Whether somebody else acted in the actor's session.
    pub fn is_impersonated(&self) -> bool {
        self.impersonator.is_some() || self.reason.is_some()
    }
}
