//! The settings of a rule in a policy.

use std::collections::BTreeMap;

use crate::sources;

/// The keys that restrict a rule to some events.
pub const SCOPES: &[&str] = &["organizations", "connection-types", "sources", "where"];
/// The same for rules about portal links and organizations, which have no connection and hence no connection type.
pub const SCOPES_WITHOUT_CONNECTION: &[&str] = &["organizations", "sources", "where"];

/// A setting of a rule.
#[derive(Clone, Copy, Debug)]
pub struct Param {
    /// Its key in the policy.
    pub key: &'static str,
    /// Its kind, and its default.
    pub kind: ParamKind,
    /// One line about it.
    pub about: &'static str,
}

/// The kind of a setting, with its default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParamKind {
    /// A number.
    Count(u64),
    /// Seconds, written as `24h` or `30m`.
    Age(u64),
    /// The same without a default; the number is an example.
    OptionalAge(u64),
    /// A list of patterns for documented terms; empty by default.
    Terms(TermKind),
}

/// The value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Count(u64),
    /// Seconds.
    Age(u64),
    /// Patterns, which may have `*` and `?`.
    List(Vec<String>),
}

/// The value of every setting of a rule that has one, by its key.
pub type Settings = BTreeMap<&'static str, Value>;

impl Param {
    /// A number.
    pub const fn count(key: &'static str, default: u64, about: &'static str) -> Self {
        Self { key, kind: ParamKind::Count(default), about }
    }

    /// A duration; the default is in seconds.
    pub const fn age(key: &'static str, default: u64, about: &'static str) -> Self {
        Self { key, kind: ParamKind::Age(default), about }
    }

    /// A duration without a default; the example is in seconds.
    pub const fn optional_age(key: &'static str, example: u64, about: &'static str) -> Self {
        Self { key, kind: ParamKind::OptionalAge(example), about }
    }

    /// A list of patterns for documented terms.
    pub const fn terms(key: &'static str, kind: TermKind, about: &'static str) -> Self {
        Self { key, kind: ParamKind::Terms(kind), about }
    }

    /// Its default value, if it has one.
    pub fn default(self) -> Option<Value> {
        match self.kind {
            ParamKind::Count(count) => Some(Value::Count(count)),
            ParamKind::Age(seconds) => Some(Value::Age(seconds)),
            ParamKind::OptionalAge(_) => None,
            ParamKind::Terms(_) => Some(Value::List(Vec::new())),
        }
    }
}

/// Terms that sources document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TermKind {
    /// Vendors' connection types.
    ConnectionType,
    /// Neutral protocols.
    Protocol,
    /// Neutral identity providers.
    Provider,
}

impl TermKind {
    /// What one such term is called.
    pub fn noun(self) -> &'static str {
        match self {
            Self::ConnectionType => "connection type",
            Self::Protocol => "protocol",
            Self::Provider => "provider",
        }
    }

    /// All documented terms, without duplicates.
    pub fn documented(self) -> Vec<&'static str> {
        let mut terms: Vec<_> = match self {
            Self::ConnectionType => sources::connection_types().collect(),
            Self::Protocol => sources::protocols().collect(),
            Self::Provider => sources::providers().collect(),
        };
        let mut seen = std::collections::HashSet::new();
        terms.retain(|term| seen.insert(*term));
        terms
    }

    /// Whether no other terms can exist. Neutral terms are ours, so vendors cannot add any.
    pub fn is_closed(self) -> bool {
        self != Self::ConnectionType
    }
}
