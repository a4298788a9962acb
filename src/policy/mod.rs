//! What an organization wants to be checked: by which rules, how severe, where and when, and what it accepts.
//!
//! Read from `ssoaudit.toml` by [`read`]; without a file the defaults apply.

pub mod baseline;
mod lists;
pub mod locate;
mod problems;
pub mod read;
mod rules;
pub mod template;
mod toml;

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::analysis::roster::Roster;
use crate::model::hashed_file::HashedFile;
use crate::model::operation::Operation;
use crate::model::selection::Pattern;
use crate::model::time::Timestamp;
use crate::rules::fingerprint::Fingerprint;
use crate::rules::{DecidingNames, Freeze, Scope, Window};
use crate::rules::{Severity, Value};

pub use problems::InvalidFile;

/// A policy.
#[derive(Debug)]
pub struct Policy {
    /// Where it was read from, for messages; nothing for the defaults.
    pub path: Option<String>,
    /// SHA-256 of the file in hexadecimal; of no bytes for the defaults.
    pub sha256: String,
    /// Zone of windows and of times without one.
    pub zone: Tz,
    /// The least severity that fails the verdict.
    pub fail_on: Severity,
    /// The settings of every rule, by its id.
    pub rules: BTreeMap<&'static str, RulePolicy>,
    /// Who may do what.
    pub roster: Option<Roster>,
    /// Where that was read from.
    pub roster_file: Option<HashedFile>,
    /// When changes are allowed; at any time when there is none.
    pub windows: Vec<Window>,
    /// When they are not.
    pub freezes: Vec<Freeze>,
    /// Planned changes.
    pub planned: Vec<Planned>,
    /// Accepted findings.
    pub suppressions: Vec<Suppression>,
    /// What may be mistakes in it, each with its 1-based line.
    pub warnings: Vec<(usize, String)>,
}

impl Policy {
    /// By how many seconds an event may be later than the present.
    pub fn skew_seconds(&self) -> u64 {
        match self.rules.values().find_map(|rule| rule.params.get("skew")) {
            Some(Value::Age(seconds)) => *seconds,
            _ => 0,
        }
    }

    /// The names by which it decides.
    pub fn deciding_names(&self) -> DecidingNames {
        let mut names = DecidingNames::default();
        for planned in &self.planned {
            names.organizations.add(&planned.organization, "a planned change");
            names.actors.extend(&planned.actor, "a planned change");
        }
        for suppression in &self.suppressions {
            names.organizations.extend(&suppression.organization, "a suppression");
            names.actors.extend(&suppression.actor, "a suppression");
        }
        self.rules.values().for_each(|rule| names.add_scope(&rule.scope));
        self.roster.iter().for_each(|roster| names.add_roster(roster));
        names
    }
}

/// The settings of a rule.
#[derive(Clone, Debug)]
pub struct RulePolicy {
    /// Whether it is on.
    pub is_on: bool,
    /// The severity of its findings.
    pub severity: Severity,
    /// The value of every one of its parameters.
    pub params: BTreeMap<&'static str, Value>,
    /// The events that it is about.
    pub scope: Scope,
}

/// A planned change.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Organization id or name.
    pub organization: Pattern,
    /// What will be done.
    pub operation: Operation,
    /// Connection id.
    pub connection: Option<Pattern>,
    /// Actor id or e-mail address.
    pub actor: Option<Pattern>,
    /// When it may be made.
    pub not_before: Timestamp,
    /// Up to before when it may be made.
    pub expires: Timestamp,
    /// Where it was approved.
    pub ticket: String,
    /// 1-based line in the policy.
    pub line: usize,
}

/// Accepts findings: one by its fingerprint, or all of a rule that match.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Fingerprint of a finding.
    pub fingerprint: Option<Fingerprint>,
    /// Id of a rule.
    pub rule: Option<String>,
    /// Organization id or name.
    pub organization: Option<Pattern>,
    /// Connection id.
    pub connection: Option<Pattern>,
    /// Actor id or e-mail address.
    pub actor: Option<Pattern>,
    /// Why they are accepted.
    pub reason: String,
    /// Up to before when they are accepted.
    pub expires: Timestamp,
    /// 1-based line in the policy.
    pub line: usize,
}

#[cfg(test)]
pub(crate) mod testing;
