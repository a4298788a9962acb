//! Numbers of what a survey has tables of. Each table has a type of its own, so that an actor's number cannot be
//! looked up among organizations.

use std::num::NonZeroU32;

/// A number in a table, counted from 0. An `Option` of it needs no more room.
pub trait Id: Copy + Ord + Send + Sync + 'static {
    /// The number of the row of that index.
    fn new(index: usize) -> Self;

    /// The index of its row.
    fn index(self) -> usize;

    /// The first so many numbers.
    fn first(count: usize) -> impl DoubleEndedIterator<Item = Self> + ExactSizeIterator {
        (0..count).map(Self::new)
    }
}

macro_rules! ids {
    ($($(#[$about:meta])* $name:ident)*) => {
        $(
            $(#[$about])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
            pub struct $name(NonZeroU32);

            impl Id for $name {
                #[inline]
                fn new(index: usize) -> Self {
                    let number = u32::try_from(index + 1).ok().and_then(NonZeroU32::new);
                    Self(number.expect("fewer than four billion rows fit into memory"))
                }

                #[inline]
                fn index(self) -> usize {
                    self.0.get() as usize - 1
                }
            }
        )*
    };
}

ids! {
    /// An action of a source.
    ActionId
    /// An organization.
    OrganizationId
    /// An actor.
    ActorId
    /// A connection. Several numbers may stand for the same one; only one of them is ever used.
    ConnectionId
    /// A kind of connection.
    KindId
    /// A vendor's connection type.
    TypeId
    /// An IP address.
    IpId
    /// A user agent.
    AgentId
    /// An impersonator.
    ImpersonatorId
    /// The reason of an impersonation.
    ReasonId
    /// A page.
    PageId
    /// The id that a source gave an event.
    EventId
    /// A name or an e-mail address of something that may be renamed.
    LabelId
    /// A change, in the order of time.
    ChangeId
    /// A visit or an observation, as a worker has it.
    SeenId
    /// A message of a rule.
    MessageId
}
