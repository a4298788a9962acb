//! The neutral event (`ssoaudit.event.v1`) and the list of its attributes. Knows no vendor.
//!
//! An event is a view: it points into the line it was read from, and an attribute is looked up
//! when somebody asks for it. Columns, the normalised JSON and its schema all come from
//! [`ATTRIBUTES`].

use std::borrow::Cow;
use std::net::IpAddr;

use crate::model::fields::Fields;
use crate::model::redact::Redactor;
use crate::model::time::Timestamp;

/// Name and version of the neutral event's JSON.
pub const SCHEMA: &str = "ssoaudit.event.v1";

/// Number of an id space: what has the same id in two of them is not the same.
pub type Space = u8;

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

/// One property of the neutral event.
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
    /// Dotted name: a column's name, and the path in the normalised JSON.
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

/// Every attribute, in the order of the enum, which is the order of the normalised JSON.
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

/// One valid event, borrowed from its line.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    /// When it happened.
    pub time: Timestamp,
    /// What happened.
    pub operation: Operation,
    /// Neutral protocol of the connection.
    pub protocol: Option<&'static str>,
    /// Neutral identity provider of the connection.
    pub provider: Option<&'static str>,
    /// Name of the source.
    pub source: &'static str,
    /// The space of its ids: the same id in another one is something else.
    pub ids: Space,
    /// What the line holds.
    pub fields: Fields<'a>,
    /// Who gives pseudonyms for what is personal, if that is not to be shown.
    pub redactor: Option<&'a Redactor>,
}

impl<'a> Event<'a> {
    /// The attribute's value, or `None` where the source or the event has none.
    pub fn value(&self, attribute: Attribute) -> Option<Value<'a>> {
        match attribute {
            Attribute::EpochMs => Some(Value::Integer(self.time.epoch_ms())),
            Attribute::ConnectionEnabled => {
                self.fields.best(attribute).map(|text| Value::Flag(text == "true"))
            }
            _ => self.text(attribute).map(Value::Text),
        }
    }

    /// The attribute's text; `None` also for attributes that are no text.
    pub fn text(&self, attribute: Attribute) -> Option<Cow<'a, str>> {
        match attribute {
            Attribute::Source => Some(Cow::Borrowed(self.source)),
            Attribute::Operation => Some(Cow::Borrowed(self.operation.name())),
            Attribute::ConnectionProtocol => self.protocol.map(Cow::Borrowed),
            Attribute::ConnectionProvider => self.provider.map(Cow::Borrowed),
            Attribute::Ip => {
                self.shown(attribute, self.fields.leading(Attribute::Ip).find(|text| is_ip(text)))
            }
            _ => self.best(attribute),
        }
    }

    /// The best non-empty text for the attribute, whatever it is; see [`Fields::best`].
    #[inline(always)]
    pub fn best(&self, attribute: Attribute) -> Option<Cow<'a, str>> {
        self.shown(attribute, self.fields.best(attribute))
    }

    /// The same of several attributes as bytes, where all of them are plainly written and shown so.
    #[inline(always)]
    pub fn plain<const N: usize>(&self, attributes: [Attribute; N]) -> Option<[&'a [u8]; N]> {
        let mut texts: [&[u8]; N] = [&[]; N];
        for (text, attribute) in texts.iter_mut().zip(attributes) {
            *text = self.fields.plain(attribute)?;
        }
        self.redactor.is_none().then_some(texts)
    }

    #[inline]
    fn shown(&self, attribute: Attribute, text: Option<Cow<'a, str>>) -> Option<Cow<'a, str>> {
        match self.redactor {
            Some(redactor) => text.map(|text| redactor.shown(attribute, text)),
            None => text,
        }
    }

    /// Every text the line gives for the attribute; an event can have several targets.
    pub fn all(&self, attribute: Attribute) -> impl Iterator<Item = Cow<'a, str>> {
        self.fields.all(attribute)
    }

    /// The address it came from.
    pub fn ip(&self) -> Option<IpAddr> {
        self.all(Attribute::Ip).find_map(|text| text.parse().ok())
    }

    /// Done in a session that somebody else than the actor drove.
    pub fn is_impersonated(&self) -> bool {
        self.has(Attribute::ImpersonatorEmail) || self.has(Attribute::ImpersonatorReason)
    }

    fn has(&self, attribute: Attribute) -> bool {
        self.fields.best(attribute).is_some()
    }

    /// The source says who did it.
    pub fn has_actor(&self) -> bool {
        [Attribute::ActorId, Attribute::ActorName, Attribute::ActorEmail]
            .iter()
            .any(|attribute| self.has(*attribute))
    }
}

/// Whether the text of [`Attribute::Ip`] is an address; sources may give a place instead.
pub fn is_ip(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}
