//! A change of a connection, as a survey has it.

use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::scan::LineRef;
use crate::survey::EventIds;
use crate::survey::interner::{Id, NONE};

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
    /// The event's id; [`NONE`] where it has none, or ids are not asked for.
    pub event: Id,
    /// The vendor's action; these are numbers of the survey's names.
    pub action: Id,
    /// The connection; [`NONE`] for a portal link.
    pub connection: Id,
    /// The organization.
    pub organization: Id,
    /// The connection's kind.
    pub kind: Id,
    /// Who did it.
    pub actor: Id,
    /// From which address.
    pub ip: Id,
    /// Who acted in the actor's session.
    pub impersonator: Id,
    /// Why they did.
    pub reason: Id,
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
        self.impersonator != NONE || self.reason != NONE
    }
}
