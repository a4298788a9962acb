//! The result of a rule: how many events it judged, and its violations.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::analysis::reach::Certainty;
use crate::rules::context::RuleContext;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::rules::wording;
use crate::survey::Change;
use crate::survey::ids::{ChangeId, Id, MessageId};
use crate::survey::interner::StringTable;
use crate::survey::{Anomaly, AnomalyKind, Survey};
use crate::text::plural::counted;

/// Something that a rule found.
#[derive(Clone, Copy, Debug)]
pub struct Violation {
    /// What it is about.
    pub subject: Subject,
    /// Id of its message in [`RuleResult::messages`].
    pub message: MessageId,
    /// Another change that the message mentions. Its connection, its actor and how much later it happened fill the
    /// blanks of the message.
    pub other: Option<ChangeId>,
    /// Whether the message continues a description of the change.
    pub has_change_prefix: bool,
    /// Overrides the rule's severity if the policy leaves that at its default.
    pub severity: Option<Severity>,
    /// How certain it is, if it is about a state.
    pub certainty: Option<Certainty>,
}

/// A placeholder in a message that is filled in for output. There may be as many violations as changes, and most of
/// their messages differ only in such details.
pub(super) const BLANK: char = '\0';

/// The highest severity of a violation that is only presumed.
const MAX_PRESUMED: Severity = Severity::Medium;

impl Violation {
    fn new(subject: Subject, message: MessageId) -> Self {
        Self { subject, message, other: None, has_change_prefix: false, severity: None, certainty: None }
    }

    /// Its severity, given that of its rule under the policy (`set`) and without one (`default`).
    pub fn severity(&self, set: Severity, default: Severity) -> Severity {
        let severity = self.severity.filter(|_| set == default).unwrap_or(set);
        match self.certainty {
            Some(Certainty::Presumed(_)) => severity.min(MAX_PRESUMED),
            _ => severity,
        }
    }
}

/// The result of a rule.
#[derive(Default)]
pub struct RuleResult {
    /// How many events it could judge.
    pub judged: u64,
    /// How many events in its scope lack something it needs, such as an actor.
    pub not_applicable: u64,
    /// The violations, in time order.
    pub violations: Vec<Violation>,
    /// The messages, which are sentences without a full stop. Most messages of a rule differ only in the description of
    /// the change, so each different rest is stored once.
    pub messages: StringTable<MessageId>,
    /// For the index of the last event of each correlation, the indices of the others.
    pub correlated: HashMap<u32, Vec<u32>>,
}

/// What a rule decides about one event.
pub(super) enum Decision<'m> {
    /// It lacks what the rule needs.
    NotApplicable,
    /// It is no violation.
    Fine,
    /// It is a violation; the text continues the description of the change.
    Violates(Cow<'m, str>),
    /// It is a violation; the text is the complete message.
    ViolatesWith(String),
}

impl<'m> Decision<'m> {
    /// A violation if there is a text to continue the description of the change.
    pub(super) fn of(violation: Option<impl Into<Cow<'m, str>>>) -> Self {
        violation.map_or(Self::Fine, Self::violates)
    }

    /// A violation, and the text that continues the description of the change.
    pub(super) fn violates(message: impl Into<Cow<'m, str>>) -> Self {
        Self::Violates(message.into())
    }
}

impl RuleResult {
    /// Makes a decision about each change.
    pub(super) fn of<'m>(
        changes: impl Iterator<Item = (usize, Change)>,
        mut decide: impl FnMut(usize, Change) -> Decision<'m>,
    ) -> Self {
        let mut result = Self::default();
        changes.for_each(|(index, change)| result.add(Subject::Change(index), decide(index, change)));
        result
    }

    /// Reports every anomaly of a kind.
    pub(super) fn of_anomalies(
        context: &RuleContext<'_>,
        kind: AnomalyKind,
        message: impl Fn(&Anomaly) -> String,
    ) -> Self {
        let mut result = Self { judged: context.events(), ..Self::default() };
        for (index, anomaly) in context.anomalies(kind) {
            result.find(Subject::Anomaly(index), &message(anomaly));
        }
        result.find_overflow(context, kind);
        result
    }

    /// Reports that there were more anomalies of a kind than are kept. The scope is ignored on purpose: failing without
    /// a reason is safer than letting a flood hide a violation.
    pub(super) fn find_overflow(&mut self, context: &RuleContext<'_>, kind: AnomalyKind) {
        let overflow = context.survey.anomalies.overflow[kind as usize];
        if overflow > 0 {
            let lines = counted(overflow, "more line");
            let message = format!("{lines} like those listed, too many to list one by one");
            self.find(Subject::Overflow(kind), &message);
        }
    }

    /// Adds the decision about an event.
    pub(super) fn add(&mut self, subject: Subject, decision: Decision<'_>) {
        match decision {
            Decision::NotApplicable => self.not_applicable += 1,
            Decision::Fine => self.judged += 1,
            Decision::Violates(message) => {
                self.judged += 1;
                self.find(subject, &message).has_change_prefix = true;
            }
            Decision::ViolatesWith(message) => {
                self.judged += 1;
                self.find(subject, &message);
            }
        }
    }

    /// Adds a violation.
    pub(super) fn find(&mut self, subject: Subject, message: &str) -> &mut Violation {
        // Most messages of a rule follow an equal one. Many are empty, and some implementations of `memcmp` take very long
        // to find that two empty texts are equal.
        let is_equal = |last: &str| last.len() == message.len() && (message.is_empty() || last == message);
        let last = MessageId::first(self.messages.len()).next_back();
        let last = last.filter(|last| is_equal(self.messages.text(*last)));
        let message = last.unwrap_or_else(|| self.messages.push(message));
        self.violations.push(Violation::new(subject, message));
        self.violations.last_mut().expect("it was just added")
    }

    /// Adds a violation about a state.
    pub(super) fn find_state(&mut self, subject: Subject, message: &str, certainty: Certainty) {
        self.find(subject, message).certainty = Some(certainty);
    }

    /// Adds a violation by two changes. The message continues the description of the first change and has blanks for
    /// the other one.
    pub(super) fn find_both(&mut self, subject: Subject, other: ChangeId, message: MessageId) {
        self.judged += 1;
        self.violations.push(Violation {
            other: Some(other),
            has_change_prefix: true,
            ..Violation::new(subject, message)
        });
    }

    /// Renders the message of a violation. Ids refer to the first survey; the second one has the names as displayed.
    pub fn message<'s>(
        &'s self,
        violation: &Violation,
        (survey, displayed): (&Survey, &Survey),
    ) -> Cow<'s, str> {
        let message = self.messages.text(violation.message);
        let Some(other) = violation.other.map(|other| survey.changes.at(other.index())) else {
            return Cow::Borrowed(message);
        };
        let later = violation.subject.time(survey).map_or(0, |time| other.time.seconds_since(time));
        let connection = wording::connection(survey.connections.get(other.connection));
        let filled =
            [connection, wording::actor(displayed.actor(other.actor)), &wording::human_duration(later)];
        let length = message.len() + filled.iter().map(|text| text.len()).sum::<usize>();
        let mut text = String::with_capacity(length);
        for (part, filled) in message.split(BLANK).zip(filled.into_iter().chain([""])) {
            text.push_str(part);
            text.push_str(filled);
        }
        Cow::Owned(text)
    }

    /// The indices of the other events that a custom rule correlates with the last one, in time order.
    pub fn others(&self, subject: Subject) -> &[u32] {
        match subject {
            Subject::Correlated(_, last, _) => self.correlated.get(&last).map_or(&[], Vec::as_slice),
            _ => &[],
        }
    }

    /// Sorts the violations by time; lines without a time come first.
    pub(super) fn sort(&mut self, survey: &Survey) {
        self.violations.sort_by(|a, b| a.subject.compare_times(b.subject, survey));
    }
}
