//! The input of a rule: the survey, its settings and its scope.

use chrono_tz::Tz;

use crate::analysis::confirmations::Confirmations;
use crate::analysis::lifecycle::Step;
use crate::analysis::reach::Reach;
use crate::analysis::roster::Roster;
use crate::model::attribute::Attribute;
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::rules::change_window::{Freeze, Window};
use crate::rules::classes::{Class, Classes};
use crate::rules::custom::Custom;
use crate::rules::deciding_names::DecidingNames;
use crate::rules::params::{Settings, Value};
use crate::rules::scope::{Coverage, ScopeFacts};
use crate::rules::survey_index::SurveyIndex;
use crate::sources::{self, Action, Source};
use crate::survey::ids::{Id, OrganizationId};
use crate::survey::{Anomaly, AnomalyKind, Change, ObservationClass, Survey, Traits};

/// The input of a rule.
pub struct RuleContext<'a> {
    /// What the rule has besides if a user wrote it.
    pub custom: Option<&'static Custom>,
    /// The survey of the log. Its changes are in time order.
    pub survey: &'a Survey,
    /// The survey with names as displayed, which are pseudonyms if requested.
    pub displayed: &'a Survey,
    /// The step of each change in its connection's lifecycle; `None` for portal links.
    pub steps: &'a [Option<Step>],
    /// The deletions that two sources log. Of the two events, rules judge the one that stands for both.
    pub confirmations: &'a Confirmations,
    /// How far the log reaches.
    pub reach: &'a Reach,
    /// What rules would otherwise have to go over the survey for.
    pub index: &'a SurveyIndex,
    /// The value of every [`Param`](crate::rules::Param) of the rule.
    pub params: &'a Settings,
    /// The events that the rule applies to.
    pub scope: &'a Coverage,
    /// The patterns by which any part of the policy decides.
    pub deciding: &'a DecidingNames,
    /// The roster, which says who may do what.
    pub roster: Option<&'a Roster>,
    /// When changes are allowed; without any window, always.
    pub windows: &'a [Window],
    /// When changes are not allowed.
    pub freezes: &'a [Freeze],
    /// The time zone of windows.
    pub zone: Tz,
    /// The time taken as the present.
    pub now: Timestamp,
    /// The selected period, with an exclusive end.
    pub period: (Timestamp, Timestamp),
}

impl<'a> RuleContext<'a> {
    /// Changes by what many of them have in common.
    pub fn classes(&self) -> &Classes {
        self.index.classes()
    }

    /// The changes (portal links included) in the rule's scope, with their index, in time order.
    pub fn changes(&self) -> impl Iterator<Item = (usize, Change)> {
        self.attempts_of(|class| !class.traits.has_failed)
    }

    /// The changes of some classes in the rule's scope, and attempts at one that failed, with their index, in time order.
    pub fn attempts_of(&self, is_wanted: impl Fn(&Class) -> bool) -> impl Iterator<Item = (usize, Change)> {
        self.indices_of(is_wanted).map(|index| (index, self.survey.changes.at(index)))
    }

    /// The indices of these changes and attempts, for rules that need not look at most of them.
    pub fn indices_of(&self, is_wanted: impl Fn(&Class) -> bool) -> impl Iterator<Item = usize> {
        self.covered(is_wanted).filter(|index| !self.is_told_twice(*index))
    }

    /// The same, and those for whose deletion another event stands.
    pub fn covered(&self, is_wanted: impl Fn(&Class) -> bool) -> impl Iterator<Item = usize> {
        // Unless it depends on their organizations, changes are in the scope if their class is.
        let is_by_class = self.scope.has_all_organizations();
        let is_wanted = |class: &Class| is_wanted(class) && (!is_by_class || self.covers_class(class));
        let indices = self.classes().indices_wanted(self.classes().map(is_wanted));
        indices.filter(move |index| is_by_class || self.covers(&self.survey.changes.at(*index)))
    }

    /// How many changes in the rule's scope, and attempts that failed, are of each class.
    pub fn class_counts(&self) -> Vec<u64> {
        let classes = self.classes();
        if self.scope.has_all_organizations() && self.confirmations.is_empty() {
            let covered = |(class, count)| if self.covers_class(class) { count } else { 0 };
            return classes.iter().map(covered).collect();
        }
        let mut counts = classes.map(|_| 0);
        self.indices_of(|_| true).for_each(|index| counts[classes.number(index)] += 1);
        counts
    }

    /// How many changes in the rule's scope, and attempts that failed, are of some classes.
    pub fn count_of(&self, is_wanted: impl Fn(&Class) -> bool) -> u64 {
        let wanted = self.classes().map(is_wanted).into_iter().zip(self.class_counts());
        wanted.filter(|(is_wanted, _)| *is_wanted).map(|(_, count)| count).sum()
    }

    /// Whether another event in the rule's scope stands for the same deletion.
    #[inline]
    pub fn is_told_twice(&self, index: usize) -> bool {
        let original = self.confirmations.original(self.survey, index);
        original.is_some_and(|original| self.covers(&self.survey.changes.at(original.index())))
    }

    /// Whether a change is in the scope of the rule.
    #[inline]
    pub fn covers(&self, change: &Change) -> bool {
        self.in_scope_as(change.organization, change)
    }

    /// Whether changes of a class are in the rule's scope, if that does not depend on their organizations.
    pub fn covers_class(&self, Class { traits, .. }: &Class) -> bool {
        let Traits { scopes, kind, action, .. } = *traits;
        self.scope.covers(&ScopeFacts { scopes, organization: None, kind, action: Some(action) })
    }

    /// Whether a change is in the rule's scope if attributed to this organization.
    #[inline]
    pub fn in_scope_as(&self, organization: Option<OrganizationId>, change: &Change) -> bool {
        let Change { kind, action, scopes, .. } = *change;
        self.scope.covers(&ScopeFacts { scopes, organization, kind, action: Some(action) })
    }

    /// The organization that owns the connection of a change, or the one that the event names if the owner is unknown.
    pub fn owner_of(&self, index: usize, change: &Change) -> Option<OrganizationId> {
        self.steps[index].and_then(|step| step.owner).or(change.organization)
    }

    /// The anomalies of a kind in the rule's scope, with their index.
    pub fn anomalies(&self, kind: AnomalyKind) -> impl Iterator<Item = (usize, &'a Anomaly)> {
        let (survey, scope) = (self.survey, self.scope);
        let anomalies =
            survey.anomalies.kept.iter().enumerate().filter(move |(_, anomaly)| anomaly.kind == kind);
        anomalies.filter(move |(_, anomaly)| {
            let Anomaly { scopes, organization, connection_kind: kind, action, .. } = **anomaly;
            scope.covers(&ScopeFacts { scopes, organization, kind, action })
        })
    }

    /// The changes of a connection's state in the rule's scope, with their index, in time order.
    pub fn state_changes(&self) -> impl Iterator<Item = (usize, Change)> {
        self.attempts_of(|class| class.traits.state().is_some())
    }

    /// The changes by one operation in the rule's scope, with their index, in time order.
    pub fn changes_that(&self, operation: Operation) -> impl Iterator<Item = (usize, Change)> {
        self.attempts_of(move |class| class.traits.did(operation))
    }

    /// How many observations of each class are in the rule's scope: events with an actor or an address that are neither
    /// changes nor portal links.
    pub fn observed(&self) -> Vec<(ObservationClass, u64)> {
        let is_change = self.actions_of(Operation::is_change_or_link);
        let is_covered = |class: &ObservationClass, organization: Option<OrganizationId>| {
            let ObservationClass { scopes, action, .. } = *class;
            let facts = ScopeFacts { scopes, organization, kind: None, action: Some(action) };
            !is_change[action.index()] && self.scope.covers(&facts)
        };
        if !self.scope.has_all_organizations() {
            return self.survey.observations.counts(is_covered);
        }
        self.index.observed().iter().filter(|(class, _)| is_covered(class, None)).copied().collect()
    }

    /// For each action, whether `is_such` holds for its operation.
    pub fn actions_of(&self, is_such: impl Fn(Operation) -> bool) -> Vec<bool> {
        self.survey.action_facts.iter().map(|(_, operation)| is_such(*operation)).collect()
    }

    /// How many events are known to be in the rule's scope.
    pub fn events(&self) -> u64 {
        if self.scope.is_everything() {
            return self.survey.selected;
        }
        let observed = self.observed().into_iter().map(|(_, count)| count).sum::<u64>();
        self.count_of(|class| !class.traits.has_failed) + observed
    }

    /// For each action, whether its source logs one of these operations.
    pub fn sources_logging(&self, operations: &[Operation]) -> Vec<bool> {
        self.survey.actions.names.ids().map(|action| self.reach.logs(action, operations)).collect()
    }

    /// For each action, whether its events may give an attribute.
    pub fn actions_giving(&self, attribute: Attribute) -> Vec<bool> {
        let actions = self.documented_actions().into_iter();
        actions.map(|(source, action)| source.is_some_and(|it| it.gives(action, attribute))).collect()
    }

    /// For each action, its source and what the source's table says of it; nothing of an unknown one.
    pub fn documented_actions(&self) -> Vec<(Option<&'static Source>, Option<&'static Action>)> {
        let facts = self.survey.actions.names.ids().zip(&self.survey.action_facts);
        let documented = facts.map(|(id, (name, _))| {
            let source = sources::ALL.iter().copied().find(|source| source.name == *name);
            (source, source.and_then(|source| source.action(self.survey.action(id)?)))
        });
        documented.collect()
    }

    /// A setting that is a number.
    pub fn count(&self, key: &str) -> u64 {
        match self.params.get(key) {
            Some(Value::Count(count)) => *count,
            _ => 0,
        }
    }

    /// A setting that is a duration, in seconds.
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
