//! What happened, in one word for every source.

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

/// Every operation with one line about it.
pub static OPERATIONS: &[(Operation, &str, &str)] = &[
    (Operation::Viewed, "viewed", "the SSO settings were looked at"),
    (Operation::PortalOpened, "portal-opened", "a link to the set-up portal was created"),
    (Operation::Created, "created", "an SSO connection was created"),
    (Operation::Enabled, "enabled", "an SSO connection was enabled"),
    (Operation::Disabled, "disabled", "an SSO connection was disabled"),
    (Operation::Deleted, "deleted", "an SSO connection was deleted"),
    (Operation::Other, "other", "an event that is not about SSO connections, or an unknown one"),
];

impl Operation {
    /// Its name on the command line and in output.
    pub fn name(self) -> &'static str {
        OPERATIONS[self as usize].1
    }
}
