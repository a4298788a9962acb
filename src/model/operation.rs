//! What happened, in one word for every source, and what such an event means.

use crate::model::state::State;

/// What happened, in one word for every source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
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
    /// Anything that is not about an SSO connection, and every unknown action.
    Other,
}

/// What events of an operation do to connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing: somebody looked at them, or it is about something else.
    Nothing,
    /// They may lead to a change: somebody was given a link.
    Link,
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
    /// Administrators only, as far as the event names somebody: sources that name nobody log changes of theirs, too.
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

const fn row(
    operation: Operation,
    name: &'static str,
    about: &'static str,
    effect: Effect,
    requires: Requires,
    emphasis: Emphasis,
) -> OperationInfo {
    OperationInfo { operation, name, about, effect, requires, emphasis, is_visit: false }
}

/// Every operation, in the order of the enumeration.
#[rustfmt::skip]
pub static OPERATIONS: &[OperationInfo] = &[
    OperationInfo { is_visit: true, ..row(Operation::Viewed, "viewed", "the SSO settings were looked at", Effect::Nothing, Requires::Member, Emphasis::Plain) },
    OperationInfo { is_visit: true, ..row(Operation::PortalOpened, "portal-opened", "a link to the set-up portal was created", Effect::Link, Requires::Admin, Emphasis::Notice) },
    row(Operation::Created, "created", "an SSO connection was created", Effect::State(State::Created), Requires::AdminIfNamed, Emphasis::Good),
    row(Operation::Enabled, "enabled", "an SSO connection was enabled", Effect::State(State::Active), Requires::AdminIfNamed, Emphasis::Good),
    row(Operation::Disabled, "disabled", "an SSO connection was disabled", Effect::State(State::Disabled), Requires::AdminIfNamed, Emphasis::Warning),
    row(Operation::Deleted, "deleted", "an SSO connection was deleted", Effect::State(State::Deleted), Requires::Admin, Emphasis::Bad),
    row(Operation::Other, "other", "an event that is not about SSO connections, or an unknown one", Effect::Nothing, Requires::Member, Emphasis::Plain),
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

    /// The state into which it brings a connection; nothing for operations that change none.
    #[inline]
    pub fn state(self) -> Option<State> {
        match self.info().effect {
            Effect::State(state) => Some(state),
            Effect::Nothing | Effect::Link => None,
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
    fn the_table_is_in_the_order_of_the_enumeration() {
        for (at, info) in OPERATIONS.iter().enumerate() {
            assert_eq!(info.operation as usize, at, "{}", info.name);
        }
    }
}
