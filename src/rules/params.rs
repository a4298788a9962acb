//! What a policy can set of a rule.

use crate::sources;

/// Keys that confine a rule to some events.
pub const SCOPES: &[&str] = &["organizations", "connection-types", "sources"];
/// The same for rules about portal links, which have no connection and so no type of one.
pub const SCOPES_OF_LINKS: &[&str] = &["organizations", "sources"];

/// A setting of a rule.
#[derive(Debug)]
pub struct Param {
    /// Key in the policy.
    pub key: &'static str,
    /// Value unless the policy says otherwise.
    pub default: Value,
    /// One line about it.
    pub about: &'static str,
}

/// Value of a setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A number.
    Count(u64),
    /// Seconds, written as `24h` or `30m`.
    Age(u64),
    /// Texts with `*` and `?`.
    List(&'static [&'static str]),
    /// No texts; those of a policy stand for words of this sort.
    Words(Words),
    /// The same from a policy.
    OwnList(Vec<String>),
}

/// Words that are documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Words {
    /// Vendors' connection types.
    ConnectionTypes,
    /// Neutral protocols.
    Protocols,
    /// Neutral identity providers.
    Providers,
}

impl Words {
    /// What one of them is.
    pub fn noun(self) -> &'static str {
        match self {
            Self::ConnectionTypes => "connection type",
            Self::Protocols => "protocol",
            Self::Providers => "provider",
        }
    }

    /// All of them, each once.
    pub fn known(self) -> Vec<&'static str> {
        let mut known: Vec<_> = match self {
            Self::ConnectionTypes => sources::connection_types().collect(),
            Self::Protocols => sources::protocols().collect(),
            Self::Providers => sources::providers().collect(),
        };
        let mut seen = std::collections::HashSet::new();
        known.retain(|word| seen.insert(*word));
        known
    }

    /// There are no others: they are ours, and vendors do not add to them.
    pub fn are_all_known(self) -> bool {
        self != Self::ConnectionTypes
    }
}
