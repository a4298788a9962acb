//! The attributes of the normalized event. Columns, the normalized JSON and its schema all come from this list.

use std::borrow::Cow;
use std::net::IpAddr;

/// One property of the normalized event; [`ATTRIBUTES`] says what each one holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Attribute {
    /// Name of the source.
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
    /// How the attempt ended.
    Outcome,
    /// Neutral kind of actor.
    ActorKind,
    /// Vendor's kind of actor.
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
    /// Which way people sign in through the connection.
    ConnectionDirection,
    /// Whether the connection is enabled.
    ConnectionEnabled,
    /// Vendor's status.
    ConnectionStatus,
    /// Vendor's type of certificate.
    CertificateType,
    /// When the certificate expires, as written.
    CertificateExpires,
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

/// An attribute that every event has.
const fn always(attribute: Attribute, name: &'static str, about: &'static str) -> AttributeInfo {
    AttributeInfo { attribute, name, kind: ValueKind::Text, always: true, about }
}

/// An attribute that an event may lack.
const fn optional(attribute: Attribute, name: &'static str, about: &'static str) -> AttributeInfo {
    AttributeInfo { always: false, ..always(attribute, name, about) }
}

impl AttributeInfo {
    const fn of_kind(self, kind: ValueKind) -> Self {
        Self { kind, ..self }
    }
}

/// Every attribute, in the order of the enum, which is the order of the normalized JSON.
#[rustfmt::skip]
pub static ATTRIBUTES: &[AttributeInfo] = &[
    always(Attribute::Source, "source", "the source that logged the event"),
    optional(Attribute::Id, "id", "event id, where the source gives one"),
    always(Attribute::Time, "time", "when it happened, as the vendor wrote it; a number as a date-time in UTC"),
    always(Attribute::EpochMs, "epoch_ms", "the same in milliseconds since 1970-01-01T00:00:00Z").of_kind(ValueKind::Integer),
    always(Attribute::Action, "action", "the vendor's name for what happened"),
    always(Attribute::Operation, "operation", "the neutral word for it"),
    optional(Attribute::Outcome, "outcome", "success or failure of an attempt; null when the source only logs what was done"),
    optional(Attribute::ActorKind, "actor.kind", "neutral kind of actor: user, service or system"),
    optional(Attribute::ActorType, "actor.type", "the vendor's kind of actor"),
    optional(Attribute::ActorId, "actor.id", "id of who did it"),
    optional(Attribute::ActorName, "actor.name", "name of who did it"),
    optional(Attribute::ActorEmail, "actor.email", "e-mail address of who did it"),
    optional(Attribute::ImpersonatorEmail, "actor.impersonator.email", "who acted in the actor's session"),
    optional(Attribute::ImpersonatorReason, "actor.impersonator.reason", "why they did"),
    optional(Attribute::OrganizationId, "organization.id", "id of the organization concerned"),
    optional(Attribute::OrganizationName, "organization.name", "its name"),
    optional(Attribute::ConnectionId, "connection.id", "id of the SSO connection"),
    optional(Attribute::ConnectionName, "connection.name", "its name"),
    optional(Attribute::ConnectionType, "connection.type", "the vendor's connection type"),
    optional(Attribute::ConnectionProtocol, "connection.protocol", "neutral protocol: saml, oidc, oauth, …"),
    optional(Attribute::ConnectionProvider, "connection.provider", "neutral identity provider: okta, google, microsoft, custom, …; other for one that no document names"),
    optional(Attribute::ConnectionDirection, "connection.direction", "inbound if an outside identity provider lets people in, outbound if the vendor is the identity provider of an application"),
    optional(Attribute::ConnectionEnabled, "connection.enabled", "whether users can log in through it").of_kind(ValueKind::Flag),
    optional(Attribute::ConnectionStatus, "connection.status", "how far along its set-up is"),
    optional(Attribute::CertificateType, "certificate.type", "the vendor's type of the connection's certificate that the event is about"),
    optional(Attribute::CertificateExpires, "certificate.expires", "when that certificate expires, as the vendor wrote it"),
    optional(Attribute::EnvironmentId, "environment_id", "id of the vendor's environment"),
    optional(Attribute::Ip, "ip", "IP address it came from; null when the source gives none"),
    optional(Attribute::UserAgent, "user_agent", "user agent it came from"),
    optional(Attribute::Page, "page", "page of the application it was done on"),
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

/// Whether the text of [`Attribute::Ip`] is an address; sources may give a location instead.
pub fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}
