//! What many changes have in common.

use crate::model::neutral::ActorKind;
use crate::model::operation::Operation;
use crate::model::scopes::Scopes;
use crate::model::state::State;
use crate::survey::Change;
use crate::survey::ids::{ActionId, KindId};

/// What many changes have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Traits {
    /// The vendor's action.
    pub action: ActionId,
    /// The connection's kind.
    pub kind: Option<KindId>,
    /// The scopes that they are in.
    pub scopes: Scopes,
    /// What happened.
    pub operation: Operation,
    /// What kind of actor did it.
    pub actor_kind: Option<ActorKind>,
    /// See [`Change::has_failed`].
    pub has_failed: bool,
    /// See [`Change::has_outcome`].
    pub has_outcome: bool,
    /// See [`Change::is_in_portal`].
    pub is_in_portal: bool,
    /// Whether they name an organization.
    pub has_organization: bool,
    /// Whether they have an actor.
    pub has_actor: bool,
    /// Whether they have an event id.
    pub has_event: bool,
    /// Whether an address was given, valid or not.
    pub may_have_ip: bool,
}

impl Traits {
    /// Those of a change.
    pub fn of(change: &Change) -> Self {
        let Change { action, kind, scopes, operation, actor_kind, .. } = *change;
        let Change { has_failed, has_outcome, is_in_portal, .. } = *change;
        Self {
            action,
            kind,
            scopes,
            operation,
            actor_kind,
            has_failed,
            has_outcome,
            is_in_portal,
            has_organization: change.organization.is_some(),
            has_actor: change.actor.is_some(),
            has_event: change.event.is_some(),
            may_have_ip: change.ip.is_some(),
        }
    }

    /// See [`Change::state`].
    pub fn state(&self) -> Option<State> {
        self.operation.state().filter(|_| !self.has_failed)
    }

    /// See [`Change::did`].
    pub fn did(&self, operation: Operation) -> bool {
        self.operation == operation && !self.has_failed
    }
}
