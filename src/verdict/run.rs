//! The circumstances of an evaluation: policy, inputs, selection.

use std::path::PathBuf;

use crate::model::hashed_file::HashedFile;
use crate::model::time::Timestamp;
use crate::policy::Policy;
use crate::rules::Severity;
use crate::survey::input_facts::InputFacts;

/// The circumstances under which rules were evaluated.
#[derive(Clone, Debug)]
pub struct Run {
    /// The policy that was applied.
    pub policy: PolicyInfo,
    /// The lowest severity that fails the check.
    pub fail_on: Severity,
    /// The time taken as the present.
    pub now: Timestamp,
    /// The baseline that findings were compared with.
    pub baseline: Option<HashedFile>,
    /// The inputs by name.
    pub inputs: Vec<InputFacts>,
    /// The selection flags; rules were evaluated on selected events only.
    pub selection: Vec<String>,
    /// How many events are selected.
    pub selected: u64,
    /// How many of these have an undocumented action, so that no rule but `unknown-action` can judge them.
    pub unknown_actions: u64,
    /// The flags that changed how lines were read.
    pub reading: Vec<String>,
    /// Whether personal values are replaced by pseudonyms.
    pub is_redacted: bool,
    /// Whether any invalid line fails the check.
    pub is_strict: bool,
    /// Whether the check needs at least one event.
    pub needs_event: bool,
    /// The working directory. Tools that display findings beside files expect paths relative to it.
    pub folder: Option<PathBuf>,
    /// Warnings about the policy, such as expired entries, the rules and the inputs; a sentence each.
    pub warnings: Vec<String>,
}

/// Identifies the policy that was applied.
#[derive(Clone, Debug)]
pub struct PolicyInfo {
    /// The path it was read from; `None` for the defaults.
    pub path: Option<String>,
    /// SHA-256 of the file in hexadecimal; for the defaults, that of zero bytes.
    pub sha256: String,
    /// The file of its roster.
    pub roster: Option<HashedFile>,
    /// The files of custom rules.
    pub rule_files: Vec<HashedFile>,
}

impl PolicyInfo {
    /// Describes a policy.
    pub fn of(policy: &Policy) -> Self {
        Self {
            path: policy.path.clone(),
            sha256: policy.sha256.clone(),
            roster: policy.roster_file.clone(),
            rule_files: policy.custom.files.clone(),
        }
    }
}
