//! The normalized event (`ssoaudit.event.v2`) and the list of its attributes. Knows no vendor.
//!
//! An event is a view: it points into the line it was read from, and an attribute is looked up
//! when somebody asks for it. Columns, the normalized JSON and its schema all come from
//! [`ATTRIBUTES`].

use std::borrow::Cow;
use std::collections::HashSet;
use std::net::IpAddr;

use chrono_tz::Tz;

use crate::model::attribute::{ATTRIBUTES, Attribute, Value, is_ip};
use crate::model::content::{ContentDigest, digest};
use crate::model::fields::{FieldId, Fields};
use crate::model::neutral::{ActorKind, Direction, Outcome};
use crate::model::operation::Operation;
use crate::model::redact::Redactor;
use crate::model::time::Timestamp;
use crate::text::hex::unhex;

/// Name and version of the normalized event's JSON.
pub const SCHEMA: &str = "ssoaudit.event.v2";

/// Number of an id space: what has the same id in two of them is not the same.
pub type Space = u8;

/// One valid event, borrowed from its line.
#[derive(Clone, Copy)]
pub struct Event<'a> {
    /// When it happened.
    pub time: Timestamp,
    /// What happened.
    pub operation: Operation,
    /// How the attempt ended, if the source logs attempts.
    pub outcome: Option<Outcome>,
    /// Neutral protocol of the connection.
    pub protocol: Option<&'static str>,
    /// Neutral identity provider of the connection.
    pub provider: Option<&'static str>,
    /// What kind of actor caused it.
    pub actor_kind: Option<ActorKind>,
    /// Which way people sign in through the connection, if the action says so.
    pub direction: Option<Direction>,
    /// Name of the source.
    pub source: &'static str,
    /// The name of the action, if several values name it together.
    pub action: Option<&'static str>,
    /// The space of its ids: the same id in another one is something else.
    pub ids: Space,
    /// What the line holds.
    pub fields: Fields<'a>,
    /// What is known of it since it was read first; `None` if this is the first time.
    pub retained: Option<Retained<'a>>,
    /// Replaces personal texts by pseudonyms, if they are to be hidden.
    pub redactor: Option<&'a Redactor>,
}

/// What is known of an event since it was read first.
#[derive(Clone, Copy, Debug)]
pub enum Retained<'a> {
    /// Fields of its line keep it.
    Fields(&'static RetainedFields),
    /// The row of a history keeps it.
    Row(&'a RetainedRow<'a>),
}

/// What a row of a history keeps of an event.
#[derive(Clone, Copy, Debug)]
pub struct RetainedRow<'a> {
    /// Where it was read first.
    pub input: &'a str,
    /// Line in that input, counted from 1.
    pub line: u64,
    /// Which of several events on that line that say the same it is, counted from 0.
    pub copy: u32,
    /// Digest of its content.
    pub digest: ContentDigest,
    /// The hash of each attribute as [`attribute_hash`](crate::model::reported::attribute_hash) computes it, 0 where it has
    /// none.
    pub hashes: &'a [u64; ATTRIBUTES.len()],
}

/// The fields of a line that keep what is known of an event since it was read first.
#[derive(Debug)]
pub struct RetainedFields {
    /// Name of the input it was read from.
    pub input: FieldId,
    /// Line in that input.
    pub line: FieldId,
    /// Which of several events on that line that say the same it is, counted from 0.
    pub copy: FieldId,
    /// Digest of its content.
    pub digest: FieldId,
    /// Codes of diagnostics.
    pub code: FieldId,
    /// Messages of diagnostics.
    pub message: FieldId,
}

/// Where an event was read first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin<'a> {
    /// Name of the input.
    pub input: Cow<'a, str>,
    /// Line in the input, counted from 1.
    pub line: u64,
    /// Which of several events on that line that say the same it is, counted from 0.
    pub copy: u32,
}

/// What the table of an event's source told when it was read first.
#[derive(Clone, Copy, Debug)]
pub struct Restored {
    /// Name of the source.
    pub source: &'static str,
    /// The space of its ids.
    pub ids: Space,
    /// What happened.
    pub operation: Operation,
    /// How the attempt ended.
    pub outcome: Option<Outcome>,
    /// What kind of actor caused it.
    pub actor_kind: Option<ActorKind>,
    /// Which way people sign in through the connection.
    pub direction: Option<Direction>,
    /// Neutral protocol of the connection.
    pub protocol: Option<&'static str>,
    /// Neutral identity provider of the connection.
    pub provider: Option<&'static str>,
    /// Where the rest is.
    pub retained: &'static RetainedFields,
}

impl<'a> Event<'a> {
    /// The event as its source's table told it when it was read first.
    #[inline]
    pub fn restored(self, restored: &Restored) -> Self {
        let Restored { source, ids, operation, outcome, actor_kind, direction, protocol, provider, retained } =
            *restored;
        let retained = Some(Retained::Fields(retained));
        Self { source, ids, operation, outcome, actor_kind, direction, protocol, provider, retained, ..self }
    }

    /// Where it was read first, if that was elsewhere.
    #[inline]
    pub fn origin(&self) -> Option<Origin<'a>> {
        match self.retained? {
            Retained::Fields(retained) => self.retained_origin(retained),
            Retained::Row(row) => {
                Some(Origin { input: Cow::Borrowed(row.input), line: row.line, copy: row.copy })
            }
        }
    }

    fn retained_origin(&self, retained: &RetainedFields) -> Option<Origin<'a>> {
        let text = |field: FieldId| self.fields.text(field, 0);
        let copy = text(retained.copy).and_then(|copy| copy.parse().ok()).unwrap_or(0);
        Some(Origin { input: text(retained.input)?, line: text(retained.line)?.parse().ok()?, copy })
    }

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
            Attribute::Action => self.action().into(),
            Attribute::Time => Some(self.time_text(self.best(attribute).unwrap_or_default())),
            Attribute::Operation => Some(Cow::Borrowed(self.operation.name())),
            Attribute::ConnectionProtocol => self.protocol.map(Cow::Borrowed),
            Attribute::ConnectionProvider => self.provider.map(Cow::Borrowed),
            Attribute::ConnectionDirection => self.direction().map(|it| Cow::Borrowed(it.name())),
            Attribute::Outcome => self.outcome.map(|it| Cow::Borrowed(it.name())),
            Attribute::ActorKind => self.actor_kind.map(|it| Cow::Borrowed(it.name())),
            Attribute::Ip => {
                self.redacted(attribute, self.fields.primary(Attribute::Ip).find(|text| is_ip(text)))
            }
            _ => self.best(attribute),
        }
    }

    /// The vendor's name of what happened.
    #[inline(always)]
    pub fn action(&self) -> Cow<'a, str> {
        self.action.map_or_else(|| self.best(Attribute::Action).unwrap_or_default(), Cow::Borrowed)
    }

    /// The digest of what the event says, which is the same in every process, pseudonyms or not. `None` if the line does
    /// not retain it and the reading did not want digests. `form` receives the canonical form, if it is needed.
    #[inline]
    pub fn digest(&self, form: &mut String) -> Option<ContentDigest> {
        let Fields { text, spans, index, .. } = self.fields;
        match self.retained {
            Some(Retained::Row(row)) => return Some(row.digest),
            Some(Retained::Fields(retained)) => {
                let digest = self.fields.text(retained.digest, 0).and_then(|digits| unhex(&digits));
                if digest.is_some() {
                    return digest;
                }
            }
            None => {}
        }
        index.canonical.as_ref()?.write(text, spans, form);
        Some(digest(self.time, form))
    }

    /// The best non-empty text for the attribute; see [`Fields::best`].
    #[inline(always)]
    pub fn best(&self, attribute: Attribute) -> Option<Cow<'a, str>> {
        self.redacted(attribute, self.fields.best(attribute))
    }

    #[inline]
    fn redacted(&self, attribute: Attribute, text: Option<Cow<'a, str>>) -> Option<Cow<'a, str>> {
        match self.redactor {
            Some(redactor) => text.map(|text| redactor.redact(attribute, text)),
            None => text,
        }
    }

    /// Every text the line gives for the attribute; an event can have several targets.
    pub fn all(&self, attribute: Attribute) -> impl Iterator<Item = Cow<'a, str>> {
        self.fields.all(attribute)
    }

    /// The different texts for an attribute by which it is selected and reported, the displayed one first; `None` if there
    /// are none but that.
    pub fn further_texts(&self, attribute: Attribute) -> Option<Vec<Cow<'a, str>>> {
        let count = self.fields.count(attribute);
        // Most attributes have one text or none, which is displayed unless it is no address or names an action in part.
        let is_displayed = match attribute {
            Attribute::Ip => count == 0 || self.text(attribute).is_some(),
            Attribute::Action => self.action.is_none(),
            _ => true,
        };
        if is_displayed && count < 2 {
            return None;
        }
        let texts = self.texts(attribute);
        let is_other = || texts.first().is_some_and(|first| self.text(attribute).as_ref() != Some(first));
        (texts.len() > 1 || is_other()).then_some(texts)
    }

    /// The different texts for an attribute by which it is selected and reported, the displayed one first. Of attributes
    /// that tables tell, there are none.
    fn texts(&self, attribute: Attribute) -> Vec<Cow<'a, str>> {
        let all: Vec<_> = match attribute {
            Attribute::Action => {
                let action = self.action();
                let others = self.all(attribute).filter(|text| *text != action);
                std::iter::once(action.clone()).chain(others).collect()
            }
            // An address of another target is not that of the event.
            Attribute::Ip => self.fields.primary(attribute).collect(),
            Attribute::Time | Attribute::ConnectionEnabled | Attribute::ConnectionProvider => Vec::new(),
            _ => self.all(attribute).collect(),
        };
        let mut texts: Vec<_> =
            all.into_iter().filter_map(|text| self.redacted(attribute, Some(text))).collect();
        let mut seen = HashSet::new();
        texts.retain(|text| seen.insert(text.clone()));
        texts
    }

    /// The address it came from.
    pub fn ip(&self) -> Option<IpAddr> {
        self.fields.primary(Attribute::Ip).find_map(|text| text.parse().ok())
    }

    /// Whether it was an attempt that failed, so that it changed nothing.
    #[inline]
    pub fn has_failed(&self) -> bool {
        self.outcome == Some(Outcome::Failure)
    }

    /// A time as written; one that is a number would be hard to read, and is written as a date-time, as is one that is
    /// not kept as it was written.
    fn time_text(&self, text: Cow<'a, str>) -> Cow<'a, str> {
        let is_date_time = text.contains(':');
        if is_date_time { text } else { Cow::Owned(self.time.rfc3339(Tz::UTC)) }
    }

    /// Which way people sign in through the connection, if the event is about one: sources log what happens to
    /// connections by which people are let in, unless an action says otherwise.
    pub fn direction(&self) -> Option<Direction> {
        const CONNECTION: [Attribute; 3] =
            [Attribute::ConnectionId, Attribute::ConnectionName, Attribute::ConnectionType];
        let names_one = || CONNECTION.iter().any(|attribute| self.has(*attribute));
        self.direction.or_else(|| names_one().then_some(Direction::Inbound))
    }

    /// Whether somebody else acted in the actor's session.
    pub fn is_impersonated(&self) -> bool {
        self.has(Attribute::ImpersonatorEmail) || self.has(Attribute::ImpersonatorReason)
    }

    fn has(&self, attribute: Attribute) -> bool {
        self.fields.best(attribute).is_some()
    }

    /// Whether the event names its actor.
    pub fn has_actor(&self) -> bool {
        [Attribute::ActorId, Attribute::ActorName, Attribute::ActorEmail]
            .iter()
            .any(|attribute| self.has(*attribute))
    }
}
