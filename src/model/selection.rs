//! Selections: which events the flags of a command select.
//!
//! A selection is a list of clauses, one per flag, that all have to hold; the values of one flag
//! are alternatives.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::net::IpAddr;

use anyhow::{Result, anyhow, bail};
use foldhash::fast::RandomState;
use ipnet::IpNet;
use wildmatch::WildMatch;

use crate::model::attribute::Attribute;
use crate::model::event::Event;
use crate::model::event::Space;
use crate::model::expression::Expression;
use crate::model::fields::ShapeFacts;
use crate::model::time::Timestamp;
use crate::text::suggest;

/// Which events to keep.
#[derive(Debug, Default)]
pub struct Selection {
    /// All of these have to hold.
    pub clauses: Vec<Clause>,
    /// Keep the events for which not all hold.
    pub invert: bool,
}

/// One flag with its values.
#[derive(Debug)]
pub struct Clause {
    /// For messages: `--org acme`, a time as the instant it stands for.
    pub flag: String,
    /// What has to hold.
    pub test: Test,
}

/// Ids, each in its id space, with names of what they identify.
pub type NamedIds = BTreeMap<(Space, String), BTreeSet<String>>;

/// What has to hold.
#[derive(Debug)]
pub enum Test {
    /// One of the attributes matches one of the patterns.
    Matches(&'static [Attribute], Vec<Pattern>),
    /// Id or name of the organization matches one of the patterns, or its id is one of these: those of organizations
    /// with such a name in other events, each with its id space.
    Organization(Vec<Pattern>, HashSet<(Space, String), RandomState>),
    /// The same for the actor, or the event carries none.
    Actor(Vec<Pattern>, NoActor),
    /// The session was impersonated.
    Impersonated,
    /// The address is in one of the networks.
    Within(Vec<IpNet>),
    /// Not before.
    Since(Timestamp),
    /// Before.
    Until(Timestamp),
    /// The expression holds.
    Where(Box<Expression>),
    /// This does not hold.
    Not(Box<Self>),
}

/// Whether events without an actor are meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoActor {
    /// They are.
    Matches,
    /// They are not.
    Fails,
}

impl Selection {
    /// Whether the event is to be kept.
    pub fn matches(&self, event: &Event<'_>) -> bool {
        self.clauses.iter().all(|clause| clause.test.holds(event)) != self.invert
    }

    /// Whether the event would be kept at some time, so that only the times that flags give are left out of account.
    pub fn matches_at_some_time(&self, event: &Event<'_>) -> bool {
        let is_time = |clause: &Clause| matches!(clause.test, Test::Since(_) | Test::Until(_));
        let mut others = self.clauses.iter().filter(|clause| self.invert || !is_time(clause));
        others.all(|clause| clause.test.holds(event)) != self.invert
    }

    /// The patterns of organizations that may be names, as they do not begin like ids.
    pub fn organization_names(&self, ids: &[&str]) -> Vec<Pattern> {
        let organizations = self.clauses.iter().filter_map(Clause::organizations).flatten();
        organizations.filter(|pattern| is_name(pattern, ids)).cloned().collect()
    }

    /// Whether all clauses hold for the event except some about organizations.
    pub fn lacks_only_organization(&self, event: &Event<'_>) -> bool {
        let (of_organizations, others): (Vec<_>, Vec<_>) =
            self.clauses.iter().partition(|clause| clause.organizations().is_some());
        let holds = |clause: &&Clause| clause.test.holds(event);
        others.iter().all(holds) && !of_organizations.iter().all(holds)
    }

    /// Makes every clause about organizations hold as well for those of these ids that have a name which it matches.
    pub fn add_organizations(&mut self, ids: &NamedIds) {
        self.clauses.iter_mut().for_each(|clause| clause.test.add_organizations(ids));
    }

    /// The time that it selects, the end excluded; all time unless `--since` and `--until` bound it.
    pub fn period(&self) -> (Timestamp, Timestamp) {
        let mut period = (Timestamp::MIN, Timestamp::MAX);
        for clause in self.clauses.iter().filter(|_| !self.invert) {
            let (from, to) = clause.test.period();
            period = (period.0.max(from), period.1.min(to));
        }
        period
    }

    /// Why nobody can tell which events are selected, if one was read that is not kept as its vendor logged it.
    pub fn unjudged(&self) -> Option<String> {
        self.clauses.iter().find_map(|clause| clause.test.expression()?.unjudged(&clause.flag))
    }

    /// Whether an organization with a name is excluded.
    pub fn excludes_organization_names(&self, ids: &[&str]) -> bool {
        let excluding = self.clauses.iter().filter(|clause| matches!(clause.test, Test::Not(_)));
        let mut patterns = excluding.filter_map(Clause::organizations).flatten();
        patterns.any(|pattern| is_name(pattern, ids))
    }

    /// Its flags, times as instants.
    pub fn flags(&self) -> Vec<String> {
        self.flags_as(|clause| clause.flag.clone())
    }

    /// The same without values that may be personal.
    pub fn redacted_flags(&self) -> Vec<String> {
        self.flags_as(|clause| match clause.flag.split_once(' ') {
            Some((name, values)) if clause.test.is_personal() || values.contains('@') => format!("{name} …"),
            _ => clause.flag.clone(),
        })
    }

    fn flags_as(&self, display: impl Fn(&Clause) -> String) -> Vec<String> {
        let flags = self.clauses.iter().map(display);
        flags.chain(self.invert.then(|| "--invert-match".to_owned())).collect()
    }
}

/// Whether a pattern of organizations may be of names, as it does not begin like an id.
fn is_name(pattern: &Pattern, ids: &[&str]) -> bool {
    !ids.iter().any(|id| pattern.start().starts_with(id))
}

const ORGANIZATION: &[Attribute] = &[Attribute::OrganizationId, Attribute::OrganizationName];
const ACTOR: &[Attribute] = &[Attribute::ActorId, Attribute::ActorEmail, Attribute::ActorName];

impl Clause {
    /// What it looks for, if that is organizations.
    fn organizations(&self) -> Option<&[Pattern]> {
        self.test.organizations()
    }
}

impl Test {
    /// Whether what it looks for may be about a person.
    fn is_personal(&self) -> bool {
        match self {
            Self::Organization(..) | Self::Actor(..) | Self::Within(_) | Self::Where(_) => true,
            Self::Matches(attributes, _) => attributes.contains(&Attribute::ImpersonatorEmail),
            Self::Not(test) => test.is_personal(),
            _ => false,
        }
    }

    /// What it looks for, if that is organizations.
    fn organizations(&self) -> Option<&[Pattern]> {
        match self {
            Self::Organization(patterns, _) => Some(patterns),
            Self::Not(test) => test.organizations(),
            _ => None,
        }
    }

    /// Makes a test for organizations hold for these ids as well, or fail if it is negated.
    fn add_organizations(&mut self, ids: &NamedIds) {
        match self {
            Self::Organization(patterns, known) => {
                let is_match = |name: &String| patterns.iter().any(|pattern| pattern.matches(name));
                let matched = ids.iter().filter(|(_, names)| names.iter().any(is_match));
                known.extend(matched.map(|(id, _)| id.clone()));
            }
            Self::Not(test) => test.add_organizations(ids),
            _ => {}
        }
    }

    /// Its expression, if it is one.
    fn expression(&self) -> Option<&Expression> {
        if let Self::Where(expression) = self { Some(expression) } else { None }
    }

    /// The time in which it can hold, the end excluded.
    fn period(&self) -> (Timestamp, Timestamp) {
        match self {
            Self::Since(bound) => (*bound, Timestamp::MAX),
            Self::Until(bound) => (Timestamp::MIN, *bound),
            Self::Where(expression) => expression.period(),
            _ => (Timestamp::MIN, Timestamp::MAX),
        }
    }

    /// Whether it holds for all events of a shape with the same operation, or for none.
    pub fn is_about(&self, shape: ShapeFacts) -> bool {
        match self {
            Self::Matches(attributes, _) => attributes.iter().all(|attribute| match attribute {
                Attribute::Operation => true,
                // The table of a source may tell it by other values.
                Attribute::ConnectionProtocol | Attribute::ConnectionProvider => false,
                _ => shape.is_fixed(*attribute),
            }),
            Self::Not(test) => test.is_about(shape),
            _ => false,
        }
    }

    /// Whether it holds for the event.
    pub fn holds(&self, event: &Event<'_>) -> bool {
        match self {
            Self::Matches(attributes, patterns) => matches(event, attributes, patterns),
            Self::Organization(patterns, ids) => {
                matches(event, ORGANIZATION, patterns) || (!ids.is_empty() && is_one_of(event, ids))
            }
            Self::Actor(patterns, no_actor) => {
                (*no_actor == NoActor::Matches && !event.has_actor()) || matches(event, ACTOR, patterns)
            }
            Self::Impersonated => event.is_impersonated(),
            Self::Within(networks) => event
                .ip()
                .is_some_and(|ip| networks.iter().any(|network| network.contains(&ip.to_canonical()))),
            Self::Since(bound) => event.time >= *bound,
            Self::Until(bound) => event.time < *bound,
            Self::Where(expression) => expression.holds(event),
            Self::Not(test) => !test.holds(event),
        }
    }
}

#[inline]
fn matches(event: &Event<'_>, attributes: &[Attribute], patterns: &[Pattern]) -> bool {
    let any = |text: &str| patterns.iter().any(|pattern| pattern.matches(text));
    attributes.iter().any(|attribute| match attribute {
        Attribute::Action if event.action.is_some_and(any) => true,
        Attribute::Operation => any(event.operation.name()),
        Attribute::ConnectionProtocol => event.protocol.is_some_and(any),
        Attribute::ConnectionProvider => event.provider.is_some_and(any),
        _ => event.all(*attribute).any(|text| any(&text)),
    })
}

fn is_one_of(event: &Event<'_>, ids: &HashSet<(Space, String), RandomState>) -> bool {
    event.all(Attribute::OrganizationId).any(|id| ids.contains(&(event.ids, id.into_owned())))
}

/// A value to match: the whole text, ASCII case ignored, `*` for any text and `?` for any
/// character.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// Without wildcards.
    Exact(String),
    /// With wildcards, in lower case.
    Wild(WildMatch),
}

impl Pattern {
    /// Reads what a user typed.
    pub fn new(text: &str) -> Self {
        if text.contains(['*', '?']) {
            Self::Wild(WildMatch::new(&text.to_ascii_lowercase()))
        } else {
            Self::Exact(text.to_owned())
        }
    }

    /// As it was written, except for case.
    pub fn written(&self) -> String {
        match self {
            Self::Exact(exact) => exact.clone(),
            Self::Wild(wild) => wild.pattern(),
        }
    }

    /// How it begins, to its first wildcard.
    pub fn start(&self) -> String {
        match self {
            Self::Exact(exact) => exact.clone(),
            Self::Wild(wild) => wild.pattern().chars().take_while(|c| !matches!(c, '*' | '?')).collect(),
        }
    }

    /// Whether it matches the whole text.
    #[inline]
    pub fn matches(&self, text: &str) -> bool {
        match self {
            Self::Exact(exact) => exact.eq_ignore_ascii_case(text),
            Self::Wild(wild) => wild.matches(&text.to_ascii_lowercase()),
        }
    }
}

/// A warning about a value that matches no documented one.
pub fn undocumented(what: &str, value: &str, known: &[&str]) -> Option<String> {
    let pattern = Pattern::new(value);
    if known.iter().any(|name| pattern.matches(name)) {
        return None;
    }
    let otherwise = "`ssoaudit schema --list` shows the documented ones";
    let hint = suggest::hint(value, known.iter().copied(), otherwise);
    Some(format!("no document names {what} `{value}`; {hint}"))
}

/// Reads an address or a network such as `192.0.2.0/24`.
pub fn parse_network(text: &str) -> Result<IpNet> {
    if let Ok(address) = text.parse::<IpAddr>() {
        return Ok(address.to_canonical().into());
    }
    if let Ok(network) = text.parse::<IpNet>() {
        return Ok(network);
    }
    match text.split_once('/') {
        Some((address, prefix)) if address.parse::<IpAddr>().is_ok() => {
            let max = if address.contains(':') { 128 } else { 32 };
            bail!("invalid prefix length `{prefix}`; give 0 to {max}")
        }
        _ => Err(anyhow!("invalid IP address or network `{text}`; give 192.0.2.1 or 192.0.2.0/24")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_the_whole_text_without_case() {
        for (pattern, text, expected) in [
            ("acme", "ACME", true),
            ("acme", "acme corp", false),
            ("sso.*", "sso.delete_connection", true),
            ("SSO.?elete*", "sso.delete_connection", true),
            ("*", "", true),
            ("?", "", false),
            ("*@example.com", "Alice@Example.com", true),
            ("müller*", "Müller GmbH", true),
            ("[a]", "a", false),
        ] {
            assert_eq!(Pattern::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn networks_are_checked() {
        let within = |network, address: &str| {
            parse_network(network).unwrap().contains(&address.parse::<IpAddr>().unwrap())
        };
        assert!(within("192.0.2.1", "192.0.2.1"));
        assert!(within("192.0.2.77/24", "192.0.2.1"));
        assert!(!within("192.0.2.0/24", "192.0.3.1"));
        assert!(within("2001:db8::/32", "2001:db8::5"));
        for bad in ["192.0.2", "192.0.2.0/33", "::/129", "office", ""] {
            assert!(parse_network(bad).is_err(), "{bad}");
        }
    }
}
