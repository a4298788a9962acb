//! The language of a source's table: actions, what they do, and which fields their events have.

use crate::model::fields::Fields;
use crate::model::neutral::{Direction, Outcome};
use crate::model::operation::Operation;

/// A documented action of a source.
#[derive(Debug)]
pub struct Action {
    /// The vendor's name.
    pub name: &'static str,
    /// The neutral operation; `Other` for everything that is not about SSO connections.
    pub operation: Operation,
    /// Discriminator of the list element without which the event is not complete.
    pub needs: Option<&'static str>,
    /// The group of fields that its events have; see [`Field::groups`](crate::sources::Field::groups).
    pub group: &'static str,
    /// The outcome that the action itself names.
    pub outcome: Option<Outcome>,
    /// It is about connections of an application to the vendor as its identity provider.
    pub direction: Option<Direction>,
    /// The neutral protocol of the connections that it is about, if its name tells.
    pub protocol: Option<&'static str>,
    /// Tells the operation where it depends on values; `operation` stands for what the fields are then.
    pub refine: Option<Refine>,
    /// The further operations that `refine` may tell.
    pub refinements: &'static [Operation],
    /// Whether it gives or takes away what its operation is about, if the operation covers both.
    pub transfer: Option<Transfer>,
    /// One line of documentation.
    pub about: &'static str,
}

/// What an action does with what its operation is about: a domain of an organization, or access to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// Somebody has it, or can use it, from then on.
    Gives,
    /// Somebody has it no longer.
    Takes,
}

/// Tells the operation of an event from its values.
pub type Refine = fn(&Fields<'_>) -> Operation;

impl Action {
    /// An action about SSO.
    pub const fn new(name: &'static str, operation: Operation, about: &'static str) -> Self {
        Self {
            name,
            operation,
            needs: None,
            group: "",
            outcome: None,
            direction: None,
            protocol: None,
            refine: None,
            refinements: &[],
            transfer: None,
            about,
        }
    }

    /// An action that is not about SSO.
    pub const fn other(name: &'static str, about: &'static str) -> Self {
        Self::new(name, Operation::Other, about)
    }

    /// Not complete without a list element of this discriminator.
    pub const fn needs(self, discriminator: &'static str) -> Self {
        Self { needs: Some(discriminator), ..self }
    }

    /// Its events have the fields of this group.
    pub const fn group(self, group: &'static str) -> Self {
        Self { group, ..self }
    }

    /// An attempt that succeeded.
    pub const fn succeeded(self) -> Self {
        Self { outcome: Some(Outcome::Success), ..self }
    }

    /// An attempt that failed.
    pub const fn failed(self) -> Self {
        Self { outcome: Some(Outcome::Failure), ..self }
    }

    /// About a connection of an application to the vendor as its identity provider.
    pub const fn outbound(self) -> Self {
        Self { direction: Some(Direction::Outbound), ..self }
    }

    /// About connections of this protocol.
    pub const fn protocol(self, protocol: &'static str) -> Self {
        Self { protocol: Some(protocol), ..self }
    }

    /// The operation of an event with these values.
    #[inline]
    pub fn operation_of(&self, fields: &Fields<'_>) -> Operation {
        self.refine.map_or(self.operation, |refine| refine(fields))
    }

    /// Its operation depends on values.
    pub const fn refined_by(self, refine: Refine) -> Self {
        Self { refine: Some(refine), ..self }
    }

    /// Values may make it one of these operations.
    pub const fn may_be(self, refinements: &'static [Operation]) -> Self {
        Self { refinements, ..self }
    }

    /// It gives an organization a domain, or verifies one, or gives somebody access.
    pub const fn gives(self) -> Self {
        Self { transfer: Some(Transfer::Gives), ..self }
    }

    /// It takes a domain from an organization, or access from somebody.
    pub const fn takes(self) -> Self {
        Self { transfer: Some(Transfer::Takes), ..self }
    }

    /// Every operation that its events may have.
    pub fn operations(&self) -> impl Iterator<Item = Operation> {
        std::iter::once(self.operation).chain(self.refinements.iter().copied())
    }
}
