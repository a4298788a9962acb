//! The language of a source's table: fields, what they expect of values, vocabularies.

use std::ops::Range;

use crate::json::Kind;
use crate::model::attribute::Attribute;
use crate::model::diagnostic::Code;
use crate::model::fields::FieldId;
use crate::model::neutral::Outcome;
use crate::sources::vocabulary::Vocabulary;

/// One documented field of a source.
#[derive(Debug)]
pub struct Field {
    /// Path from the event's root: `actor.id`, `targets[].name`, and `targets[type=organization].id` for those
    /// list elements whose discriminator `type` has that value.
    pub path: &'static str,
    /// Another accepted spelling of the path's last key.
    pub alias: Option<&'static str>,
    /// JSON type.
    pub kind: FieldKind,
    /// Present whenever the object it belongs to is.
    pub required: bool,
    /// Only events of the actions of these groups have it; those of all actions if there is none.
    pub groups: &'static [&'static str],
    /// Only events about SSO connections have it; in others its parent is not looked into.
    pub sso_only: bool,
    /// It may also stand beside a wrapped event, in the envelope.
    pub in_envelope: bool,
    /// It depends on how the event was delivered, so it is ignored when two deliveries are compared; the
    /// attribute that it gives is compared, whether the event itself or the delivery gives it.
    pub is_delivery_metadata: bool,
    /// Its value tells the elements of its list apart, by which other paths select elements, or actions. It has few
    /// values.
    pub is_discriminator: bool,
    /// Its value is this part of the text that the field of the same path before it gives.
    pub part: Option<Part>,
    /// The attribute of the normalized event it gives; earlier fields of the table are preferred.
    pub attribute: Option<Attribute>,
    /// What its value has to satisfy.
    pub expects: &'static [Expect],
    /// One line of documentation.
    pub about: &'static str,
}

/// Finds the part of a text that is a value by itself, if the text has it.
pub type Part = fn(&str) -> Option<Range<usize>>;

/// JSON type a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// A string.
    Text,
    /// A whole number.
    Integer,
    /// A string or a whole number, which is kept digit by digit.
    TextOrInteger,
    /// `true` or `false`.
    Flag,
    /// An object with the fields the table lists below it.
    Object,
    /// An object of which the table lists only some fields.
    OpenObject,
    /// Anything, as no document says what it is. Scalars are its values, also those in a list; of an object, the
    /// table lists some fields.
    Any,
    /// An object of strings, numbers and booleans within these limits; the table lists the usual ones.
    Metadata(&'static MetadataLimits),
    /// A list of objects.
    List,
}

/// What a vendor allows in a metadata object. An event that has more counts, with a warning.
#[derive(Debug, PartialEq, Eq)]
pub struct MetadataLimits {
    /// The most members of an object.
    pub max_keys: usize,
    /// The most characters of a key.
    pub max_key_chars: usize,
    /// The characters of a key besides ASCII letters and digits.
    pub key_symbols: &'static [char],
    /// The most characters of a string.
    pub max_value_chars: usize,
}

impl FieldKind {
    /// Whether a value of that type is one of this.
    pub fn is_of(self, kind: Kind) -> bool {
        match self {
            Self::Text => kind == Kind::Text,
            Self::Integer => kind == Kind::Number,
            Self::TextOrInteger => matches!(kind, Kind::Text | Kind::Number),
            Self::Flag => matches!(kind, Kind::True | Kind::False),
            Self::Object | Self::OpenObject | Self::Metadata(_) => kind == Kind::Object,
            Self::List => kind == Kind::Array,
            Self::Any => true,
        }
    }

    /// The type's name with its article, for messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "a string",
            Self::Integer => "an integer",
            Self::TextOrInteger => "a string or an integer",
            Self::Flag => "a boolean",
            Self::Object | Self::OpenObject | Self::Metadata(_) => "an object",
            Self::List => "an array of objects",
            Self::Any => "any value",
        }
    }
}

/// What a value has to satisfy.
#[derive(Debug)]
pub enum Expect {
    /// Not `""`.
    NotEmpty,
    /// A date-time.
    Time,
    /// A time as the number of such units since 1970-01-01T00:00:00Z. What converts logs may write a date-time
    /// instead.
    Epoch(EpochUnit),
    /// Any value; the function says which outcome it tells, if it tells one.
    Outcome(fn(&str) -> Option<Outcome>),
    /// Digits only.
    Digits,
    /// An id with this prefix, or the code is given.
    Prefix(&'static str, &'static Code),
    /// At most so many characters (Unicode code points), or the code is given.
    AtMost(usize, &'static Code),
    /// One of the documented values, or the vocabulary's code is given.
    OneOf(&'static Vocabulary),
    /// One of the tool's own names.
    Known(&'static KnownNames),
    /// So many hexadecimal digits in lower case.
    Hexadecimal(usize),
}

/// KnownNames that the tool itself gives. A value that is none of them was written by another version of it, or is wrong.
#[derive(Debug)]
pub struct KnownNames {
    /// What a value is, for messages.
    pub noun: &'static str,
    /// The names.
    pub names: fn() -> Vec<&'static str>,
}

/// The unit of a time that is a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EpochUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
}

impl Field {
    /// A string field.
    pub const fn text(path: &'static str, about: &'static str) -> Self {
        Self::new(path, FieldKind::Text, about)
    }

    /// A field of any type.
    pub const fn new(path: &'static str, kind: FieldKind, about: &'static str) -> Self {
        Self {
            path,
            alias: None,
            kind,
            required: false,
            groups: &[],
            sso_only: false,
            in_envelope: false,
            is_delivery_metadata: false,
            is_discriminator: false,
            part: None,
            attribute: None,
            expects: &[],
            about,
        }
    }

    /// Present whenever its object is.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Only in events of the actions of these groups.
    pub const fn only_in(mut self, groups: &'static [&'static str]) -> Self {
        self.groups = groups;
        self
    }

    /// Only in events about SSO connections.
    pub const fn sso_only(mut self) -> Self {
        self.sso_only = true;
        self
    }

    /// May also stand beside a wrapped event.
    pub const fn in_envelope(mut self) -> Self {
        self.in_envelope = true;
        self
    }

    /// Also spelled `key`.
    pub const fn alias(mut self, key: &'static str) -> Self {
        self.alias = Some(key);
        self
    }

    /// Depends on how the event was delivered.
    pub const fn delivery_metadata(mut self) -> Self {
        self.is_delivery_metadata = true;
        self
    }

    /// Tells the elements of its list apart, or actions.
    pub const fn discriminator(mut self) -> Self {
        self.is_discriminator = true;
        self
    }

    /// Its value is a part of the text that the field of the same path before it gives.
    pub const fn part(mut self, part: Part) -> Self {
        self.part = Some(part);
        self
    }

    /// Gives this attribute of the normalized event.
    pub const fn maps_to(mut self, attribute: Attribute) -> Self {
        self.attribute = Some(attribute);
        self
    }

    /// What its value has to satisfy.
    pub const fn expects(mut self, expects: &'static [Expect]) -> Self {
        self.expects = expects;
        self
    }

    /// Whether events of a group of actions may have it.
    pub fn is_of(&self, group: &str) -> bool {
        self.groups.is_empty() || self.groups.contains(&group)
    }

    /// The last key of the path, without list brackets.
    pub fn key(&self) -> &'static str {
        let last = self.path.rsplit('.').next().unwrap_or(self.path);
        last.split('[').next().unwrap_or(last)
    }
}

/// The index of the field with that path; fails to compile where there is none.
pub const fn id_of(fields: &[Field], path: &str) -> FieldId {
    let mut id = 0;
    while id < fields.len() {
        if equal(fields[id].path.as_bytes(), path.as_bytes()) {
            return id as FieldId;
        }
        id += 1;
    }
    panic!("no field has this path")
}

/// The index of the field with that path in the events of a group; fails to compile where there is none.
pub const fn id_in(fields: &[Field], path: &str, group: &str) -> FieldId {
    let mut id = 0;
    while id < fields.len() {
        let Field { path: other, groups, .. } = &fields[id];
        let mut at = 0;
        while at < groups.len() {
            if equal(groups[at].as_bytes(), group.as_bytes()) && equal(other.as_bytes(), path.as_bytes()) {
                return id as FieldId;
            }
            at += 1;
        }
        id += 1;
    }
    panic!("no field of the group has this path")
}

const fn equal(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}
