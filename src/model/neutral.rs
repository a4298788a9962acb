//! Neutral words for what every vendor names differently: how an attempt ended, which way people sign in through a
//! connection, and what kind of actor caused an event.

/// How an attempt ended. A source that only logs what was done gives none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done.
    Success,
    /// It failed, so it changed nothing.
    Failure,
}

/// Which way people sign in through a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// An outside identity provider lets people in.
    Inbound,
    /// The vendor is the identity provider of an application.
    Outbound,
}

/// What kind of actor caused an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// A person.
    User,
    /// A program with credentials of its own, such as an API key.
    Service,
    /// The vendor's system itself.
    System,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 2] = [Self::Success, Self::Failure];

    /// Its name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

impl Direction {
    /// Every direction.
    pub const ALL: [Self; 2] = [Self::Inbound, Self::Outbound];

    /// Its name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

impl ActorKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::User, Self::Service, Self::System];

    /// Its name in output.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Service => "service",
            Self::System => "system",
        }
    }
}
