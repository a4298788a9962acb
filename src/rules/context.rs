//! What a rule judges.

use std::collections::BTreeMap;

use chrono_tz::Tz;

use crate::analysis::lifecycle::Step;
use crate::analysis::reach::Reach;
use crate::analysis::roster::Roster;
use crate::model::operation::{OPERATIONS, Operation};
use crate::model::time::Timestamp;
use crate::rules::change_index::ChangeIndex;
use crate::rules::change_window::{Freeze, Window};
use crate::rules::deciding_names::DecidingNames;
use crate::rules::params::Value;
use crate::rules::scope::Coverage;
use crate::survey::interner::{Id, NONE};
use crate::survey::{Anomaly, AnomalyKind, Change, Observation, Survey};

/// What a rule judges.
pub struct RuleContext<'a> {
    /// What was collected; changes are in time order.
    pub survey: &'a Survey,
    /// The same names as they are to be shown.
    pub shown: &'a Survey,
    /// By change what it did; nothing for portal links.
    pub steps: &'a [Option<Step>],
    /// How far the log reaches.
    pub reach: &'a Reach,
    /// The same changes by sort and by actor.
    pub lists: &'a ChangeIndex,
    /// The rule's settings, every one of its [`Param`](crate::rules::Param)s.
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

impl<'a> RuleContext<'a> {
    /// The changes (portal links included) in the rule's scope, with their index, in time order.
    pub fn changes(&self) -> impl Iterator<Item = (usize, &'a Change)> {
        self.survey.changes.iter().enumerate().filter(|(_, change)| self.covers(change))
    }

    /// Whether a change is in the scope of the rule.
    pub fn covers(&self, change: &Change) -> bool {
        self.in_scope_as(change.organization, change)
    }

    /// Whether a change is in the rule's scope as one of this organization, whatever its event names.
    pub fn in_scope_as(&self, organization: Id, change: &Change) -> bool {
        let Change { kind, action, is_selected, .. } = *change;
        is_selected && self.scope.covers(organization, kind, action)
    }

    /// The organization whose connection a change is about: the owner, or the one that the event names
    /// where none is known.
    pub fn owner_of(&self, index: usize, change: &Change) -> Id {
        self.steps[index].map(|step| step.owner).filter(|owner| *owner != NONE).unwrap_or(change.organization)
    }

    /// The anomalies of a kind in the rule's scope, with their index.
    pub fn anomalies(&self, kind: AnomalyKind) -> impl Iterator<Item = (usize, &'a Anomaly)> {
        let (survey, scope) = (self.survey, self.scope);
        let anomalies = survey.notes.kept.iter().enumerate().filter(move |(_, anomaly)| anomaly.what == kind);
        anomalies.filter(move |(_, anomaly)| scope.covers(anomaly.organization, anomaly.kind, anomaly.action))
    }

    /// The changes of a connection's state in the rule's scope, with their index, in time order.
    pub fn state_changes(&self) -> impl Iterator<Item = (usize, &'a Change)> {
        self.changes().filter(|(_, change)| change.operation.state().is_some())
    }

    /// How many changes of a connection's state are in the rule's scope.
    pub fn count_state_changes(&self) -> u64 {
        if !self.scope.is_everything() {
            return self.state_changes().count() as u64;
        }
        let operations = OPERATIONS.iter().map(|info| info.operation);
        let changing = operations.filter(|operation| operation.state().is_some());
        changing.map(|operation| self.lists.selected(operation)).sum()
    }

    /// The changes of one sort in the rule's scope, with their index, in time order.
    pub fn changes_that(&self, operation: Operation) -> impl Iterator<Item = (usize, &'a Change)> {
        let changes = &self.survey.changes;
        let its = self
            .lists
            .by_operation(operation)
            .iter()
            .map(|index| (*index as usize, &changes[*index as usize]));
        its.filter(|(_, change)| self.covers(change))
    }

    /// The events in the rule's scope that are no change, as far as they have an actor or an address.
    pub fn observations(&self) -> impl Iterator<Item = &'a Observation> {
        let (survey, scope) = (self.survey, self.scope);
        let is_change = self.actions_of(Operation::is_change_or_link);
        let is_other = move |seen: &&Observation| seen.is_selected && !is_change[seen.action as usize];
        let observations = survey.observations.iter().filter(is_other);
        observations.filter(move |seen| scope.covers(seen.organization, NONE, seen.action))
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
        (self.changes().count() + self.observations().count()) as u64
    }

    /// By action whether its source logs one of these operations.
    pub fn sources_logging(&self, operations: &[Operation]) -> Vec<bool> {
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
    pub fn texts(&self, key: &str) -> &[String] {
        match self.params.get(key) {
            Some(Value::List(texts)) => texts,
            _ => &[],
        }
    }
}
