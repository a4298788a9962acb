//! The rules of `check`, one file each: what must not happen, judged over events and histories.
//!
//! A rule is a pure function: it sees what was collected and its settings, and says what it found.
//! Planned changes, suppressions and the verdict are none of its business.

mod actor_across_orgs;
mod bursts;
mod change_window;
mod conflicting_duplicate;
mod connection_altered;
mod connection_deleted;
mod connection_disabled;
mod contradictory_event;
mod deciding_names;
mod deleted_without_visit;
mod duplicate_deletion;
mod event_from_the_future;
pub mod fingerprint;
mod foreign_connection;
mod identity_changed;
mod impersonated_change;
mod impersonation_without_reason;
mod invalid_event;
mod judgement;
mod lists;
mod log_gap;
mod new_address;
mod not_on_roster;
mod org_left_without_sso;
mod outside_change_window;
mod portal_url_burst;
mod portal_without_change;
mod provider_swapped;
mod same_person;
mod scope;
mod settings;
mod subject;
mod unapproved_connection_type;
mod unknown_action;
pub mod words;

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::analysis::lifecycle::{State, Step};
use crate::analysis::reach::Reach;
use crate::analysis::roster::Roster;
use crate::model::event::{OPERATIONS, Operation};
use crate::model::time::Timestamp;
use crate::survey::Change;
use crate::survey::interner::{Id, NONE};
use crate::survey::{Noted, Sighting, Survey, What};

pub use change_window::{Freeze, Window};
pub use deciding_names::{DecidingNames, Patterns};
use judgement::Answer;
pub use judgement::{Judgement, Violation};
pub use lists::Lists;
pub use scope::{Coverage, Scope};
pub use settings::{Param, SCOPES, SCOPES_OF_LINKS, Value, Words};
pub use subject::{Burst, Renamed, Subject};

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
    /// Which of [`SCOPES`] can confine it.
    pub scopes: &'static [&'static str],
    /// Which planned changes cover what it finds about their change.
    pub covered_by: Plans,
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
    /// It is when the policy has this part: `roster`, `windows or freezes`, or `list`, one of the rule's
    /// own lists.
    With(&'static str),
}

/// Which planned changes cover what a rule finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plans {
    /// All: the rule is about what was done.
    All,
    /// Those that name the actor: the rule is about who did it, and the others announce nobody.
    WithActor,
    /// None: the rule is about the record, or about more than one change.
    None,
}

impl Plans {
    /// What to tell whoever writes a policy; nothing where it is as one expects.
    pub fn told(self) -> Option<&'static str> {
        match self {
            Self::All => None,
            Self::WithActor => Some("Only a planned change that names its actor covers what is found."),
            Self::None => Some("No planned change covers what is found."),
        }
    }
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
    /// The same names as they are to be shown.
    pub shown: &'a Survey,
    /// By change what it did; nothing for portal links.
    pub steps: &'a [Option<Step>],
    /// How far the log reaches.
    pub reach: &'a Reach,
    /// The same changes by sort and by actor.
    pub lists: &'a Lists,
    /// The rule's settings, every one of its [`Param`]s.
    pub params: &'a BTreeMap<&'static str, Value>,
    /// Which events it is about.
    pub scope: &'a Coverage,
    /// By which names the policy decides, be it in this rule or elsewhere.
    pub deciding: &'a DecidingNames,
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
    /// The time that is selected, to before its end.
    pub period: (Timestamp, Timestamp),
}

impl<'a> Case<'a> {
    /// The changes (portal links included) in the rule's scope, with their index, in time order.
    pub fn changes(&self) -> impl Iterator<Item = (usize, &'a Change)> {
        self.survey.changes.iter().enumerate().filter(|(_, change)| self.covers(change))
    }

    fn covers(&self, change: &Change) -> bool {
        self.covers_for(change.organization, change)
    }

    /// Whether a change is in the rule's scope as one of this organization, whatever its event names.
    fn covers_for(&self, organization: Id, change: &Change) -> bool {
        let Change { kind, action, is_selected, .. } = *change;
        is_selected && self.scope.covers(organization, kind, action)
    }

    /// The organization whose connection a change is about: the owner, or the one that the event names
    /// where none is known.
    fn hit(&self, index: usize, change: &Change) -> Id {
        self.steps[index].map(|step| step.owner).filter(|owner| *owner != NONE).unwrap_or(change.organization)
    }

    /// What was noted of this sort in the rule's scope, with its index.
    pub fn noted(&self, what: What) -> impl Iterator<Item = (usize, &'a Noted)> {
        let (survey, scope) = (self.survey, self.scope);
        let noted = survey.notes.kept.iter().enumerate().filter(move |(_, noted)| noted.what == what);
        noted.filter(move |(_, noted)| scope.covers(noted.organization, noted.kind, noted.action))
    }

    /// The changes of a connection's state in the rule's scope, with their index, in time order.
    pub fn state_changes(&self) -> impl Iterator<Item = (usize, &'a Change)> {
        self.changes().filter(|(_, change)| State::after(change.operation).is_some())
    }

    /// How many changes of a connection's state are in the rule's scope.
    pub fn count_state_changes(&self) -> u64 {
        if !self.scope.is_everything() {
            return self.state_changes().count() as u64;
        }
        let operations = OPERATIONS.iter().map(|(operation, ..)| *operation);
        let changing = operations.filter(|operation| State::after(*operation).is_some());
        changing.map(|operation| self.lists.selected(operation)).sum()
    }

    /// The changes of one sort in the rule's scope, with their index, in time order.
    pub fn changes_that(&self, operation: Operation) -> impl Iterator<Item = (usize, &'a Change)> {
        let changes = &self.survey.changes;
        let its = self.lists.that(operation).iter().map(|index| (*index as usize, &changes[*index as usize]));
        its.filter(|(_, change)| self.covers(change))
    }

    /// The events in the rule's scope that are no change, as far as they have an actor or an address.
    pub fn sightings(&self) -> impl Iterator<Item = &'a Sighting> {
        let (survey, scope) = (self.survey, self.scope);
        let is_change =
            self.actions_of(|operation| !matches!(operation, Operation::Viewed | Operation::Other));
        let is_other = move |seen: &&Sighting| seen.is_selected && !is_change[seen.action as usize];
        let sightings = survey.sightings.iter().filter(is_other);
        sightings.filter(move |seen| scope.covers(seen.organization, NONE, seen.action))
    }

    /// By action whether it stands for such an operation.
    pub fn actions_of(&self, is_such: impl Fn(Operation) -> bool) -> Vec<bool> {
        self.survey.action_facts.iter().map(|(_, operation)| is_such(*operation)).collect()
    }

    /// How many events are in the rule's scope, as far as it can be told.
    pub fn events(&self) -> u64 {
        if self.scope.is_everything() {
            return self.survey.selected;
        }
        (self.changes().count() + self.sightings().count()) as u64
    }

    /// By action whether its source logs one of these operations.
    pub fn logging(&self, operations: &[Operation]) -> Vec<bool> {
        (0..).zip(&self.survey.action_facts).map(|(action, _)| self.reach.logs(action, operations)).collect()
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
}

/// Every rule, the worst first, then by name.
pub static ALL: &[&Check] = &[
    &org_left_without_sso::CHECK,
    &conflicting_duplicate::CHECK,
    &connection_altered::CHECK,
    &foreign_connection::CHECK,
    &impersonated_change::CHECK,
    &invalid_event::CHECK,
    &not_on_roster::CHECK,
    &actor_across_orgs::CHECK,
    &connection_deleted::CHECK,
    &contradictory_event::CHECK,
    &deleted_without_visit::CHECK,
    &duplicate_deletion::CHECK,
    &event_from_the_future::CHECK,
    &identity_changed::CHECK,
    &impersonation_without_reason::CHECK,
    &log_gap::CHECK,
    &outside_change_window::CHECK,
    &portal_url_burst::CHECK,
    &provider_swapped::CHECK,
    &same_person::CHECK,
    &unapproved_connection_type::CHECK,
    &connection_disabled::CHECK,
    &new_address::CHECK,
    &portal_without_change::CHECK,
    &unknown_action::CHECK,
];
