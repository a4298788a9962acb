//! What an organization wants to be told: which rules, how bad, where, when, and what is known already.
//!
//! Read from `ssoaudit.toml` by [`read`]; without a file the defaults apply.

pub mod baseline;
mod candidates;
mod deciding;
mod entries;
pub mod find;
pub mod fingerprint;
pub mod init;
pub mod known;
mod problems;
pub mod read;
mod rules;
mod scope;
mod section;
pub mod unmatched;

use std::collections::BTreeMap;
use std::path::Path;

use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use crate::analysis::roster::Roster;
use crate::checks::{Severity, Value};
use crate::model::event::Operation;
use crate::model::selection::Pattern;
use crate::model::time::Timestamp;
use crate::survey::hex;

pub use deciding::{DecidingNames, Patterns};
pub use problems::Refused;
pub use scope::{Coverage, Scope};

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
    /// By rule what is wanted of it; every rule is here.
    pub rules: BTreeMap<&'static str, RulePolicy>,
    /// Who may do what.
    pub roster: Option<Roster>,
    /// Where that was read from.
    pub roster_file: Option<Sealed>,
    /// When changes are allowed; at any time when there is none.
    pub windows: Vec<Window>,
    /// When they are not.
    pub freezes: Vec<Freeze>,
    /// Changes that were announced.
    pub planned: Vec<Planned>,
    /// Findings that are accepted.
    pub suppressions: Vec<Suppression>,
    /// What may be mistakes in it, each with its 1-based line.
    pub doubts: Vec<(usize, String)>,
}

/// A file that a verdict depends on, besides the inputs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Its name as it was given.
    pub path: String,
    /// SHA-256 of its bytes, unpacked, in hexadecimal.
    pub sha256: String,
}

impl Sealed {
    /// That of a file with these bytes.
    pub fn of(path: &Path, bytes: &[u8]) -> Self {
        Self { path: path.display().to_string(), sha256: hex(&Sha256::digest(bytes)) }
    }
}

/// What is wanted of a rule.
#[derive(Clone, Debug)]
pub struct RulePolicy {
    /// Whether it is judged.
    pub is_on: bool,
    /// How bad its findings are.
    pub severity: Severity,
    /// Its settings, every one of its params.
    pub params: BTreeMap<&'static str, Value>,
    /// Which events it is about.
    pub scope: Scope,
}

/// When changes are allowed, every week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Days, Monday first.
    pub days: [bool; 7],
    /// Minutes after midnight at which it opens.
    pub from: u32,
    /// Minutes after midnight at which it closes; not later on the same day means on the next day.
    pub to: u32,
}

/// When no change is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Freeze {
    /// What for.
    pub reason: String,
    /// When it begins.
    pub from: Timestamp,
    /// When it is over.
    pub to: Timestamp,
}

/// A change that was announced.
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
    /// Not before.
    pub not_before: Timestamp,
    /// Not at this time or later.
    pub expires: Timestamp,
    /// Where it was approved.
    pub ticket: String,
    /// 1-based line in the policy.
    pub line: usize,
}

/// Findings that are accepted: by fingerprint, or all of a rule that match.
#[derive(Clone, Debug)]
pub struct Suppression {
    /// Fingerprint of a finding.
    pub fingerprint: Option<fingerprint::Fingerprint>,
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
    /// Not at this time or later.
    pub expires: Timestamp,
    /// 1-based line in the policy.
    pub line: usize,
}

#[cfg(test)]
mod samples;
