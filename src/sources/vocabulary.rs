//! The language of a source's table: documented values of fields, and what they stand for.

use crate::model::diagnostic::Code;
use crate::model::neutral::{ActorKind, Outcome};

/// The documented values of a field. Vendors add to them, so an unknown one is no error.
#[derive(Debug)]
pub struct Vocabulary {
    /// What a value is, for messages: `connection type`.
    pub noun: &'static str,
    /// Given for a value that is not listed.
    pub code: &'static Code,
    /// The values; compared without regard to ASCII case.
    pub terms: &'static [Term],
    /// Neutral protocol and identity provider of a value that is not listed: [`OTHER`] if it names one that its
    /// spelling does not tell, `None` if it names none.
    pub classify_unknown: fn(&str) -> [Option<&'static str>; 2],
}

/// One documented value.
#[derive(Debug)]
pub struct Term {
    /// As the vendor writes it.
    pub name: &'static str,
    /// The neutral protocol it stands for.
    pub protocol: Option<&'static str>,
    /// The neutral identity provider it stands for.
    pub provider: Option<&'static str>,
    /// The outcome it stands for.
    pub outcome: Option<Outcome>,
    /// The kind of actor it stands for.
    pub actor_kind: Option<ActorKind>,
    /// It stands for an actor in the portal that portal links lead to.
    pub is_in_portal: bool,
}

impl Vocabulary {
    /// The documented value that equals `name` but for ASCII case.
    #[inline]
    pub fn term(&self, name: &str) -> Option<&'static Term> {
        let of_length = || self.terms.iter().filter(|term| term.name.len() == name.len());
        // Values nearly always come as documented, and comparing bytes is cheaper.
        of_length()
            .find(|term| term.name == name)
            .or_else(|| of_length().find(|term| term.name.eq_ignore_ascii_case(name)))
    }
}

impl Term {
    /// A value that names neither a protocol nor a provider.
    pub const fn plain(name: &'static str) -> Self {
        Self { name, protocol: None, provider: None, outcome: None, actor_kind: None, is_in_portal: false }
    }

    /// A value that names a protocol.
    pub const fn protocol(name: &'static str, protocol: &'static str) -> Self {
        Self { protocol: Some(protocol), ..Self::plain(name) }
    }

    /// A value that names an identity provider.
    pub const fn provider(name: &'static str, provider: &'static str) -> Self {
        Self { provider: Some(provider), ..Self::plain(name) }
    }

    /// A value that names an outcome.
    pub const fn outcome(name: &'static str, outcome: Outcome) -> Self {
        Self { outcome: Some(outcome), ..Self::plain(name) }
    }

    /// A value that names a kind of actor.
    pub const fn actor(name: &'static str, kind: ActorKind) -> Self {
        Self { actor_kind: Some(kind), ..Self::plain(name) }
    }

    /// A value that names a kind of actor in the portal that portal links lead to.
    pub const fn actor_in_portal(name: &'static str, kind: ActorKind) -> Self {
        Self { is_in_portal: true, ..Self::actor(name, kind) }
    }

    /// Classifies unlisted values of a field that names neither a protocol nor a provider.
    pub fn none(_: &str) -> [Option<&'static str>; 2] {
        [None; 2]
    }
}

/// The neutral name of a protocol or provider that is named, but not known.
pub const OTHER: &str = "other";
