//! The rules of `check`, one file each: what must not happen, judged over events and histories.
//!
//! A rule is a pure function: it sees what was collected and its settings, and says what it found.
//! Planned changes, suppressions and the verdict are none of its business.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::history::{Change, Step};
use crate::names::Id;
use crate::policy::{Freeze, Scope, Window};
use crate::roster::Roster;
use crate::survey::{Noted, Survey};
use crate::time::Timestamp;

/// How bad a finding of a rule is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it when there is time.
    Low,
    /// Look at it soon.
    Medium,
    /// Look at it today.
    High,
    /// Look at it now.
    Critical,
}

/// A rule.
pub struct Check {
    /// Name in kebab-case; it names what must not happen.
    pub id: &'static str,
    /// When it fires, in one line.
    pub about: &'static str,
    /// How bad a finding is unless the policy says otherwise.
    pub severity: Severity,
    /// Whether it is on unless the policy says otherwise.
    pub default: Default,
    /// What the policy can set.
    pub params: &'static [Param],
    /// What it means, why it matters, an example, how to fix.
    pub explain: Explain,
    /// The controls it gives evidence for.
    pub controls: Controls,
    /// Judges.
    pub judge: for<'a> fn(&Case<'a>) -> Judgement,
}

/// Whether a rule is on unless the policy says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Default {
    /// It is.
    On,
    /// It is not.
    Off,
    /// It is when the policy has this part: `roster`, `windows`.
    With(&'static str),
}

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
    Texts(&'static [&'static str]),
    /// The same from a policy.
    OwnTexts(Vec<String>),
}

/// What there is to know about a rule, each part some sentences.
pub struct Explain {
    /// What it means when it fires.
    pub means: &'static str,
    /// Why that matters.
    pub why: &'static str,
    /// An example.
    pub example: &'static str,
    /// What to do.
    pub fix: &'static str,
}

/// Controls that a rule gives evidence for.
pub struct Controls {
    /// SOC 2 common criteria: `CC6.1`.
    pub soc2: &'static [&'static str],
    /// ISO/IEC 27001:2022, Annex A: `A.5.15`.
    pub iso27001: &'static [&'static str],
    /// NIST SP 800-53 r5: `AC-2`.
    pub nist: &'static [&'static str],
}

/// What a rule judges.
pub struct Case<'a> {
    /// What was collected; changes are in time order.
    pub survey: &'a Survey,
    /// By change what it did; nothing for portal links.
    pub steps: &'a [Option<Step>],
    /// The rule's settings, every one of its [`Param`]s.
    pub params: &'a BTreeMap<&'static str, Value>,
    /// Which events it is about.
    pub scope: &'a Scope,
    /// Who may do what.
    pub roster: Option<&'a Roster>,
    /// When changes are allowed; at any time when there is none.
    pub windows: &'a [Window],
    /// When they are not.
    pub freezes: &'a [Freeze],
    /// Zone of windows.
    pub zone: Tz,
    /// What is taken for the present.
    pub now: Timestamp,
}

/// What a rule found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// What it is about.
    pub subject: Subject,
    /// What happened, in a sentence without a full stop that names organization, connection, actor.
    pub message: String,
}

/// What a violation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Index of a change or portal link.
    Change(usize),
    /// Index of what was noted of a line or event.
    Noted(usize),
    /// The log as a whole, at a time.
    Log(Timestamp),
}

/// What a rule says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Judgement {
    /// Events it could judge.
    pub judged: u64,
    /// Events in its scope that lack what it needs, such as an actor.
    pub not_applicable: u64,
    /// What it found, in time order.
    pub violations: Vec<Violation>,
}

impl<'a> Case<'a> {
    /// The changes (portal links included) in the rule's scope, with their index, in time order.
    pub fn changes(&self) -> impl Iterator<Item = (usize, &'a Change)> {
        let (survey, scope) = (self.survey, self.scope);
        let changes = survey.changes.iter().enumerate().filter(|(_, change)| change.is_selected);
        changes
            .filter(move |(_, change)| scope.covers(survey, change.organization, change.kind, change.action))
    }

    /// What was noted of lines and events in the rule's scope, with its index.
    pub fn noted(&self) -> impl Iterator<Item = (usize, &'a Noted)> {
        let (survey, scope) = (self.survey, self.scope);
        let noted = survey.noted.iter().enumerate();
        noted.filter(move |(_, noted)| scope.covers(survey, noted.organization, noted.kind, noted.action))
    }

    /// A setting that is a number.
    pub fn count(&self, key: &str) -> u64 {
        match self.params.get(key) {
            Some(Value::Count(count)) => *count,
            _ => 0,
        }
    }

    /// A setting that is an age, in seconds.
    pub fn age(&self, key: &str) -> u64 {
        match self.params.get(key) {
            Some(Value::Age(seconds)) => *seconds,
            _ => 0,
        }
    }

    /// A setting that is a list of texts.
    pub fn texts(&self, key: &str) -> Vec<&str> {
        match self.params.get(key) {
            Some(Value::Texts(texts)) => texts.to_vec(),
            Some(Value::OwnTexts(texts)) => texts.iter().map(String::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// What to call an organization in a message: id, and name if there is one.
    pub fn organization(&self, id: Id) -> String {
        let key = self.survey.organizations.names.text(id);
        match self.survey.organization_name(id) {
            Some(name) if name != key => format!("{key} ({name})"),
            _ => key.to_owned(),
        }
    }

    /// What to call an actor in a message.
    pub fn actor(&self, id: Id) -> String {
        self.survey.actor(id).unwrap_or("somebody the source does not name").to_owned()
    }
}

/// Every rule, the worst first, then by name.
pub static ALL: &[&Check] = &[];
