//! Ids of rows in the tables of a survey. Each table has an id type of its own, so that an actor's id cannot
//! be looked up among organizations.

use std::num::NonZeroU32;

/// The id of a row. An `Option` of it takes no more memory.
pub trait Id: Copy + Ord + Send + Sync + 'static {
    /// The id of the row of that index.
    fn new(index: usize) -> Self;

    /// The index of its row.
    fn index(self) -> usize;

    /// The ids of the first `count` rows.
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
    /// A connection. Several rows may be about the same one, but only one of them is referred to.
    ConnectionId
    /// A kind of connection.
    KindId
    /// A vendor's connection type.
    TypeId
    /// A vendor's type of certificate.
    CertificateTypeId
    /// An IP address.
    IpId
    /// A user agent.
    AgentId
    /// An impersonator.
    ImpersonatorId
    /// The reason for an impersonation.
    ReasonId
    /// A page.
    PageId
    /// The id that a source gave an event.
    EventId
    /// A name or an e-mail address of something that may be renamed.
    LabelId
    /// A change, in time order.
    ChangeId
    /// A visit or an observation of a worker.
    SeenId
    /// A part of the log of which a worker keeps runs.
    PartId
    /// A message of a rule.
    MessageId
}
