//! Operations: what events do, in one word for every source, and what follows from it.

use crate::model::state::State;

/// What happened, in one word for every source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Somebody looked at the SSO settings.
    Viewed,
    /// Somebody was given a link to the page where connections are set up.
    PortalOpened,
    /// A connection was created.
    Created,
    /// A connection was enabled.
    Enabled,
    /// A connection was disabled.
    Disabled,
    /// A connection was deleted.
    Deleted,
    /// The configuration of a connection was changed.
    Updated,
    /// A certificate or secret of a connection was added, replaced or removed.
    KeyChanged,
    /// A certificate of a connection will expire; nobody did anything.
    KeyExpiring,
    /// SSO became mandatory for an organization.
    Enforced,
    /// SSO became optional for an organization.
    Relaxed,
    /// A domain of an organization was added, verified, changed or removed.
    DomainChanged,
    /// A connection was attached to an organization or a part of it.
    Assigned,
    /// A connection was detached from an organization or a part of it.
    Unassigned,
    /// Somebody was let into, or entered, another's session or the whole organization.
    Impersonated,
    /// Anything that is not about SSO, and every unknown action.
    Other,
}

/// What events of an operation do to connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: somebody looked at them, or it is about something else.
    Nothing,
    /// They may lead to a change: somebody was given a link.
    Link,
    /// They change something else than the state of a connection.
    Alteration,
    /// They bring one into this state.
    State(State),
}

/// Who may cause events of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requires {
    /// Any member of an organization.
    Member,
    /// Administrators only.
    Admin,
    /// Administrators only, if the event names somebody: sources that name nobody log their changes as well.
    AdminIfNamed,
}

/// How much events of an operation stand out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    /// Not at all.
    Plain,
    /// They are worth knowing.
    Notice,
    /// They give something.
    Good,
    /// They take something for a while.
    Warning,
    /// They take something away.
    Bad,
}

/// An operation's entry in the table.
pub struct OperationInfo {
    /// Which one.
    pub operation: Operation,
    /// Its name on the command line and in output.
    pub name: &'static str,
    /// One line about it.
    pub about: &'static str,
    /// What it does to connections.
    pub effect: Effect,
    /// Who may do it.
    pub requires: Requires,
    /// How much it stands out.
    pub emphasis: Emphasis,
    /// Whoever does it has seen the SSO settings of the organization.
    pub is_visit: bool,
}

/// An operation that does nothing to connections, is open to every member and does not stand out.
const fn info(operation: Operation, name: &'static str, about: &'static str) -> OperationInfo {
    OperationInfo {
        operation,
        name,
        about,
        effect: Effect::Nothing,
        requires: Requires::Member,
        emphasis: Emphasis::Plain,
        is_visit: false,
    }
}

impl OperationInfo {
    const fn effect(self, effect: Effect) -> Self {
        Self { effect, ..self }
    }

    const fn requires(self, requires: Requires) -> Self {
        Self { requires, ..self }
    }

    const fn emphasis(self, emphasis: Emphasis) -> Self {
        Self { emphasis, ..self }
    }

    const fn visit(self) -> Self {
        Self { is_visit: true, ..self }
    }
}

/// Every operation, in the order of the enumeration.
#[rustfmt::skip]
pub static OPERATIONS: &[OperationInfo] = &[
    info(Operation::Viewed, "viewed", "the SSO settings were looked at")
        .visit(),
    info(Operation::PortalOpened, "portal-opened", "a link to the set-up portal was created")
        .effect(Effect::Link).requires(Requires::Admin).emphasis(Emphasis::Notice).visit(),
    info(Operation::Created, "created", "an SSO connection was created")
        .effect(Effect::State(State::Created)).requires(Requires::AdminIfNamed).emphasis(Emphasis::Good),
    info(Operation::Enabled, "enabled", "an SSO connection was enabled")
        .effect(Effect::State(State::Active)).requires(Requires::AdminIfNamed).emphasis(Emphasis::Good),
    info(Operation::Disabled, "disabled", "an SSO connection was disabled")
        .effect(Effect::State(State::Disabled)).requires(Requires::AdminIfNamed).emphasis(Emphasis::Warning),
    info(Operation::Deleted, "deleted", "an SSO connection was deleted")
        .effect(Effect::State(State::Deleted)).requires(Requires::Admin).emphasis(Emphasis::Bad),
    info(Operation::Updated, "updated", "the configuration of an SSO connection was changed")
        .effect(Effect::Alteration).requires(Requires::AdminIfNamed).emphasis(Emphasis::Notice),
    info(Operation::KeyChanged, "key-changed", "a certificate or secret of an SSO connection was changed")
        .effect(Effect::Alteration).requires(Requires::AdminIfNamed).emphasis(Emphasis::Notice),
    info(Operation::KeyExpiring, "key-expiring", "a certificate of an SSO connection will expire")
        .emphasis(Emphasis::Warning),
    info(Operation::Enforced, "enforced", "SSO became mandatory for an organization")
        .effect(Effect::Alteration).requires(Requires::AdminIfNamed).emphasis(Emphasis::Good),
    info(Operation::Relaxed, "relaxed", "SSO became optional for an organization")
        .effect(Effect::Alteration).requires(Requires::AdminIfNamed).emphasis(Emphasis::Bad),
    info(Operation::DomainChanged, "domain-changed", "a domain of an organization was added, verified, changed or removed")
        .effect(Effect::Alteration).requires(Requires::AdminIfNamed).emphasis(Emphasis::Notice),
    info(Operation::Assigned, "assigned", "an SSO connection was attached to an organization or a part of it")
        .effect(Effect::Alteration).requires(Requires::AdminIfNamed).emphasis(Emphasis::Notice),
    info(Operation::Unassigned, "unassigned", "an SSO connection was detached from an organization or a part of it")
        .effect(Effect::Alteration).requires(Requires::AdminIfNamed).emphasis(Emphasis::Warning),
    info(Operation::Impersonated, "impersonated", "somebody was let into another's session or the organization")
        .emphasis(Emphasis::Warning),
    info(Operation::Other, "other", "an event that is not about SSO, or an unknown one"),
];

impl Operation {
    /// What there is to know about it.
    #[inline]
    pub fn info(self) -> &'static OperationInfo {
        &OPERATIONS[self as usize]
    }

    /// Its name on the command line and in output.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// The state into which it brings a connection; `None` if it changes none.
    #[inline]
    pub fn state(self) -> Option<State> {
        match self.info().effect {
            Effect::State(state) => Some(state),
            Effect::Nothing | Effect::Link | Effect::Alteration => None,
        }
    }

    /// It changes a connection, or may lead to a change.
    #[inline]
    pub fn is_change_or_link(self) -> bool {
        self.info().effect != Effect::Nothing
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_did_to_a_connection_changes_none() {
        for operation in
            [Operation::KeyExpiring, Operation::Impersonated, Operation::Viewed, Operation::Other]
        {
            assert!(!operation.is_change_or_link(), "{}", operation.name());
        }
        for operation in [Operation::Updated, Operation::DomainChanged, Operation::Relaxed] {
            assert!(operation.is_change_or_link() && operation.state().is_none(), "{}", operation.name());
        }
    }

    #[test]
    fn the_table_is_in_the_order_of_the_enumeration() {
        for (at, info) in OPERATIONS.iter().enumerate() {
            assert_eq!(info.operation as usize, at, "{}", info.name);
        }
    }
}
