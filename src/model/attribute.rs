//! The attributes of the normalized event. Columns, the normalized JSON and its schema all come from this list.

use std::borrow::Cow;
use std::net::IpAddr;

/// One property of the normalized event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// See [`ATTRIBUTES`] for what each one holds.
    Source,
    /// Event id.
    Id,
    /// Time as written.
    Time,
    /// Time in milliseconds.
    EpochMs,
    /// Vendor's action.
    Action,
    /// Neutral operation.
    Operation,
    /// Kind of actor.
    ActorType,
    /// Actor id.
    ActorId,
    /// Actor name.
    ActorName,
    /// Actor e-mail.
    ActorEmail,
    /// Impersonator e-mail.
    ImpersonatorEmail,
    /// Impersonation reason.
    ImpersonatorReason,
    /// Organization id.
    OrganizationId,
    /// Organization name.
    OrganizationName,
    /// Connection id.
    ConnectionId,
    /// Connection name.
    ConnectionName,
    /// Vendor's connection type.
    ConnectionType,
    /// Neutral protocol.
    ConnectionProtocol,
    /// Neutral provider.
    ConnectionProvider,
    /// Whether the connection is enabled.
    ConnectionEnabled,
    /// Vendor's status.
    ConnectionStatus,
    /// Environment id.
    EnvironmentId,
    /// Address.
    Ip,
    /// User agent.
    UserAgent,
    /// Page route.
    Page,
}

/// JSON type of an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValueKind {
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// `true` or `false`.
    Flag,
}

/// An attribute's entry in the table.
pub struct AttributeInfo {
    /// Which one.
    pub attribute: Attribute,
    /// Dotted name: a column's name, and the path in the normalized JSON.
    pub name: &'static str,
    /// JSON type, when it is not null.
    pub kind: ValueKind,
    /// Every event has it.
    pub always: bool,
    /// One line about it.
    pub about: &'static str,
}

const fn row(
    attribute: Attribute,
    name: &'static str,
    kind: ValueKind,
    always: bool,
    about: &'static str,
) -> AttributeInfo {
    AttributeInfo { attribute, name, kind, always, about }
}

/// Every attribute, in the order of the enum, which is the order of the normalized JSON.
#[rustfmt::skip]
pub static ATTRIBUTES: &[AttributeInfo] = &[
    row(Attribute::Source, "source", ValueKind::Text, true, "the source that logged the event"),
    row(Attribute::Id, "id", ValueKind::Text, false, "event id, where the source gives one"),
    row(Attribute::Time, "time", ValueKind::Text, true, "when it happened, as the vendor wrote it"),
    row(Attribute::EpochMs, "epoch_ms", ValueKind::Integer, true, "the same in milliseconds since 1970-01-01T00:00:00Z"),
    row(Attribute::Action, "action", ValueKind::Text, true, "the vendor's name of what happened"),
    row(Attribute::Operation, "operation", ValueKind::Text, true, "the neutral word for it"),
    row(Attribute::ActorType, "actor.type", ValueKind::Text, false, "kind of actor"),
    row(Attribute::ActorId, "actor.id", ValueKind::Text, false, "id of who did it"),
    row(Attribute::ActorName, "actor.name", ValueKind::Text, false, "name of who did it"),
    row(Attribute::ActorEmail, "actor.email", ValueKind::Text, false, "e-mail address of who did it"),
    row(Attribute::ImpersonatorEmail, "actor.impersonator.email", ValueKind::Text, false, "who acted in the actor's session"),
    row(Attribute::ImpersonatorReason, "actor.impersonator.reason", ValueKind::Text, false, "why they did"),
    row(Attribute::OrganizationId, "organization.id", ValueKind::Text, false, "id of the organization concerned"),
    row(Attribute::OrganizationName, "organization.name", ValueKind::Text, false, "its name"),
    row(Attribute::ConnectionId, "connection.id", ValueKind::Text, false, "id of the SSO connection"),
    row(Attribute::ConnectionName, "connection.name", ValueKind::Text, false, "its name"),
    row(Attribute::ConnectionType, "connection.type", ValueKind::Text, false, "the vendor's connection type"),
    row(Attribute::ConnectionProtocol, "connection.protocol", ValueKind::Text, false, "neutral protocol: saml, oidc, oauth, …"),
    row(Attribute::ConnectionProvider, "connection.provider", ValueKind::Text, false, "neutral identity provider: okta, google, microsoft, custom, …; other for one that no document names"),
    row(Attribute::ConnectionEnabled, "connection.enabled", ValueKind::Flag, false, "whether users can log in through it"),
    row(Attribute::ConnectionStatus, "connection.status", ValueKind::Text, false, "how far its set-up is"),
    row(Attribute::EnvironmentId, "environment_id", ValueKind::Text, false, "id of the vendor's environment"),
    row(Attribute::Ip, "ip", ValueKind::Text, false, "IP address it came from; null when the source gives none"),
    row(Attribute::UserAgent, "user_agent", ValueKind::Text, false, "user agent it came from"),
    row(Attribute::Page, "page", ValueKind::Text, false, "page of the application it was done on"),
];

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A string.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// `true` or `false`.
    Flag(bool),
}

/// Whether the text of [`Attribute::Ip`] is an address; sources may give a place instead.
pub fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}
