//! The state of a connection.

/// State of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It exists and was not enabled yet.
    Created,
    /// Users can log in through it.
    Active,
    /// It was disabled.
    Disabled,
    /// It was deleted.
    Deleted,
    /// It was enabled or disabled after it was deleted, so nobody knows whether it exists.
    Unknown,
}

impl State {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
            Self::Unknown => "unknown",
        }
    }
}
