//! The names that a policy's decisions depend on. Changing such a name could gain an exemption or escape a rule.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::analysis::roster::Roster;
use crate::model::selection::Pattern;
use crate::rules::scope::Scope;

/// The patterns of a policy for ids or names.
#[derive(Default)]
pub struct DecidingNames {
    /// Patterns for organizations.
    pub organizations: Patterns,
    /// Patterns for actors.
    pub actors: Patterns,
}

/// Patterns, each with the part of the policy that contains it.
#[derive(Default)]
pub struct Patterns {
    /// Patterns without a wildcard, in ASCII lower case.
    exact: HashMap<String, &'static str, RandomState>,
    wild: Vec<(Pattern, &'static str)>,
}

impl DecidingNames {
    /// Adds the organizations of a rule's scope.
    pub fn add_scope(&mut self, scope: &Scope) {
        self.organizations.extend(&scope.organizations, "the scope of a rule");
    }

    /// Adds the organizations and actors of a roster.
    pub fn add_roster(&mut self, roster: &Roster) {
        roster.organizations().for_each(|pattern| self.organizations.add(&pattern, "the roster"));
        roster.actors().for_each(|pattern| self.actors.add(&pattern, "the roster"));
    }
}

impl Patterns {
    /// Adds a pattern of a part of the policy.
    pub fn add(&mut self, pattern: &Pattern, part: &'static str) {
        match pattern {
            Pattern::Exact(text) => {
                self.exact.entry(text.to_ascii_lowercase()).or_insert(part);
            }
            Pattern::Wild(_) => self.wild.push((pattern.clone(), part)),
        }
    }

    /// Adds several patterns of a part of the policy.
    pub fn extend<'p>(&mut self, patterns: impl IntoIterator<Item = &'p Pattern>, part: &'static str) {
        patterns.into_iter().for_each(|pattern| self.add(pattern, part));
    }

    /// A part of the policy with a pattern that matches only one of two names, if there is one. Patterns that match the
    /// id do not count, as they hold under both names.
    pub fn distinguishing(&self, id: &str, one: &str, other: &str) -> Option<&'static str> {
        let [one_lower, other_lower] = [one, other].map(str::to_ascii_lowercase);
        if one_lower == other_lower {
            return None;
        }
        let exact = self.exact.get(&one_lower).or_else(|| self.exact.get(&other_lower)).copied();
        let by_name = |(pattern, _): &&(Pattern, _)| {
            !pattern.matches(id) && pattern.matches(one) != pattern.matches(other)
        };
        exact.or_else(|| self.wild.iter().find(by_name).map(|(_, part)| *part))
    }
}
