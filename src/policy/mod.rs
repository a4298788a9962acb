//! Policies: which rules to check, how severe they are, what they cover, and which findings are accepted.
//!
//! [`read`] reads them from `ssoaudit.toml`; without that file the defaults apply.

pub mod baseline;
mod conditions;
mod lists;
pub mod locate;
mod problems;
pub mod read;
mod rules;
pub mod template;
mod toml;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Result, bail};
use chrono_tz::Tz;

use crate::analysis::roster::Roster;
use crate::model::hashed_file::HashedFile;
use crate::model::operation::Operation;
use crate::model::scopes::Condition;
use crate::model::selection::Pattern;
use crate::model::time::Timestamp;
use crate::rules::fingerprint::Fingerprint;
use crate::rules::{DecidingNames, Freeze, Scope, Window};
use crate::rules::{Rule, Settings, Severity, Value};
use crate::sigma::CustomRules;
use crate::survey::SilenceLimits;
use crate::text::suggest;

pub use problems::InvalidFile;

/// The policy of `check`.
#[derive(Debug)]
pub struct Policy {
    /// The path it was read from, for messages; `None` for the defaults.
    pub path: Option<String>,
    /// SHA-256 of the file in hexadecimal; for the defaults, that of zero bytes.
    pub sha256: String,
    /// The time zone of windows, and of times written without an offset.
    pub zone: Tz,
    /// The lowest severity that fails the verdict.
    pub fail_on: Severity,
    /// Every rule, custom ones after built-in ones.
    pub catalog: Vec<&'static Rule>,
    /// The custom rules.
    pub custom: CustomRules,
    /// The conditions of the rules that are on.
    pub conditions: Arc<[Condition]>,
    /// The settings of every rule, by its id.
    pub rules: BTreeMap<&'static str, RulePolicy>,
    /// The roster, which says who may do what.
    pub roster: Option<Roster>,
    /// The file that the roster was read from.
    pub roster_file: Option<HashedFile>,
    /// When changes are allowed; without any window, always.
    pub windows: Vec<Window>,
    /// When no changes are allowed.
    pub freezes: Vec<Freeze>,
    /// Planned changes, whose findings are accepted.
    pub planned: Vec<Planned>,
    /// Suppressions, which accept findings.
    pub suppressions: Vec<Suppression>,
    /// Possible mistakes in the policy, each with its 1-based line.
    pub warnings: Vec<(usize, String)>,
}

impl Policy {
    /// Turns off every rule but those with these ids; without any id, none. An error names an id that is none, or a rule
    /// that is off.
    pub fn confine_to(&mut self, ids: &[String]) -> Result<()> {
        for id in ids {
            match self.rules.get(id.as_str()) {
                None => bail!(suggest::unknown("rule", id, self.rules.keys().copied())),
                Some(rule) if !rule.is_on => {
                    bail!("rule `{id}` is off; enable it in a policy, which `ssoaudit init` writes")
                }
                Some(_) => {}
            }
        }
        let is_out = |id: &str| !ids.is_empty() && !ids.iter().any(|named| named == id);
        self.rules.iter_mut().filter(|(id, _)| is_out(id)).for_each(|(_, rule)| rule.is_on = false);
        Ok(())
    }

    /// How many seconds an event may lie in the future.
    pub fn skew_seconds(&self) -> u64 {
        match self.rules.values().find_map(|rule| rule.params.get("skew")) {
            Some(Value::Age(seconds)) => *seconds,
            _ => 0,
        }
    }

    /// Which silences its rules judge, if any.
    pub fn silence_limits(&self) -> Option<SilenceLimits> {
        let rules = self.catalog.iter().map(|rule| (rule, &self.rules[rule.id]));
        let mut on = rules.filter(|(_, settings)| settings.is_on);
        on.find_map(|(rule, settings)| rule.silences.map(|limits| limits(&settings.params)))
    }

    /// The names and patterns that decide what the policy applies to.
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
    /// Whether the rule is on.
    pub is_on: bool,
    /// The severity of its findings.
    pub severity: Severity,
    /// The value of each of its parameters.
    pub params: Settings,
    /// The events it applies to.
    pub scope: Scope,
}

/// A planned change.
#[derive(Clone, Debug)]
pub struct Planned {
    /// Organization id or name.
    pub organization: Pattern,
    /// The planned operation.
    pub operation: Operation,
    /// Connection id.
    pub connection: Option<Pattern>,
    /// Actor id or e-mail address.
    pub actor: Option<Pattern>,
    /// The first moment at which it may happen.
    pub not_before: Timestamp,
    /// The end of its period, exclusive.
    pub expires: Timestamp,
    /// The ticket that approves it.
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
    /// Why the findings are accepted.
    pub reason: String,
    /// The end of its validity, exclusive.
    pub expires: Timestamp,
    /// 1-based line in the policy.
    pub line: usize,
}

#[cfg(test)]
pub(crate) mod testing;
