//! Columns shared by several reports, so that they mean the same in all of them, and the cells of some.

use crate::analysis::reach::{Certainty, Doubt};
use crate::reports::sheet::{Cell, Column, Kind};
use crate::survey::Survey;
use crate::survey::ids::KindId;

/// When it happened.
pub const TIME: Column = Column::new("time", "Time", Kind::Time, "when it happened");

/// The actor, by their best name.
pub const ACTOR: Column = Column::new(
    "actor",
    "Actor",
    Kind::Text,
    "name, e-mail address or id of who did it; empty where the source does not say",
);
/// The actor's id.
pub const ACTOR_ID: Column = Column::new("actor_id", "Actor id", Kind::Id, "id of who did it");
/// The actor's e-mail address.
pub const ACTOR_EMAIL: Column =
    Column::new("actor_email", "E-mail", Kind::Text, "their latest e-mail address");
/// The impersonator, who acted in the actor's session.
pub const IMPERSONATOR: Column =
    Column::new("impersonator", "Impersonator", Kind::Text, "who acted in the actor's session");

/// The organization concerned.
pub const ORGANIZATION_ID: Column =
    Column::new("organization_id", "Organization", Kind::Id, "id of the organization");
/// The organization's name.
pub const ORGANIZATION_NAME: Column =
    Column::new("organization_name", "Name", Kind::Text, "the organization's latest name");
/// The organization that a connection belongs to.
pub const OWNER_ID: Column = ORGANIZATION_ID.about("organization of the connection's first event");

/// The connection's id.
pub const CONNECTION_ID: Column =
    Column::new("connection_id", "Connection", Kind::Id, "id of the connection");
/// The connection's name.
pub const CONNECTION_NAME: Column =
    Column::new("connection_name", "Connection name", Kind::Text, "the connection's latest name");
/// The connection's type in the vendor's terms.
pub const CONNECTION_TYPE: Column =
    Column::new("connection_type", "Type", Kind::Text, "the vendor's connection type");
/// The connection's protocol.
pub const PROTOCOL: Column = Column::new("protocol", "Protocol", Kind::Text, "neutral protocol");
/// The connection's identity provider.
pub const PROVIDER: Column = Column::new("provider", "Provider", Kind::Text, "neutral identity provider");

/// The IP address.
pub const IP: Column = Column::new("ip", "IP", Kind::Text, "address it came from");

/// A count of events.
pub const EVENTS: Column = Column::new("events", "Events", Kind::Number, "how many events");
/// When the first event happened.
pub const FIRST: Column = Column::new("first", "First", Kind::Time, "when first seen");
/// When the last event happened.
pub const LAST: Column = Column::new("last", "Last", Kind::Time, "when last seen");
/// A count of organizations.
pub const ORGANIZATIONS: Column =
    Column::new("organizations", "Organizations", Kind::Number, "how many organizations");

/// How certain a stated state is.
pub const CERTAINTY: Column = Column::new(
    "certainty",
    "Certainty",
    Kind::Text,
    "`certain`, or `presumed` where nothing says otherwise but the log might not show it",
);
/// Why a state is only presumed.
pub const CERTAINTY_REASON: Column =
    Column::new("certainty_reason", "Because", Kind::Text, "why it is only presumed").rank(18);

/// The cell of [`CONNECTION_TYPE`] for a kind of connections.
pub fn connection_type(survey: &Survey, kind: Option<KindId>) -> Cell<'_> {
    survey.kinds.kind(kind).and_then(|kind| survey.kinds.types.names.get(kind.name)).into()
}

/// The cell of [`PROTOCOL`] for a kind of connections.
pub fn protocol(survey: &Survey, kind: Option<KindId>) -> Cell<'static> {
    survey.kinds.kind(kind).and_then(|kind| kind.protocol).into()
}

/// The cell of [`PROVIDER`] for a kind of connections.
pub fn provider(survey: &Survey, kind: Option<KindId>) -> Cell<'static> {
    survey.kinds.kind(kind).and_then(|kind| kind.provider).into()
}

/// The cell of [`CERTAINTY_REASON`].
pub fn certainty_reason(certainty: Certainty) -> Cell<'static> {
    certainty.doubt().map(Doubt::reason).into()
}
