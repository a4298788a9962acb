//! What a rule says: how many events it judged, and what it found.

use std::borrow::Cow;

use crate::analysis::reach::Certainty;
use crate::rules::context::RuleContext;
use crate::rules::severity::Severity;
use crate::rules::subject::Subject;
use crate::rules::wording;
use crate::survey::Change;
use crate::survey::ids::{ChangeId, Id, MessageId};
use crate::survey::interner::StringTable;
use crate::survey::{Anomaly, AnomalyKind, Survey};

/// What a rule found.
#[derive(Clone, Copy, Debug)]
pub struct Violation {
    /// What it is about.
    pub subject: Subject,
    /// Number of its message in [`RuleResult::messages`].
    pub message: MessageId,
    /// Index of another change that the message tells of: its connection, who did it and how much later come where
    /// the message has a blank.
    pub other: Option<ChangeId>,
    /// The message goes on after what the change did.
    pub has_change_prefix: bool,
    /// How bad it is instead of the rule's severity, if the policy leaves that at its default.
    pub severity: Option<Severity>,
    /// How it is known, where it is about a state.
    pub certainty: Option<Certainty>,
}

/// Stands in a message for something that is filled in when it is told: there may be as many as changes.
pub(super) const BLANK: char = '\0';

/// How bad what is only presumed is at most.
const PRESUMED: Severity = Severity::Medium;

impl Violation {
    /// How bad it is, its rule being as bad as `set` under the policy and as bad as `default` without one.
    pub fn severity(&self, set: Severity, default: Severity) -> Severity {
        let severity = self.severity.filter(|_| set == default).unwrap_or(set);
        match self.certainty {
            Some(Certainty::Presumed(_)) => severity.min(PRESUMED),
            _ => severity,
        }
    }
}

/// What a rule says.
#[derive(Default)]
pub struct RuleResult {
    /// Events it could judge.
    pub judged: u64,
    /// Events in its scope that lack what it needs, such as an actor.
    pub not_applicable: u64,
    /// What it found, in time order.
    pub violations: Vec<Violation>,
    /// What happened, in a sentence without a full stop that names organization, connection, actor. Most
    /// of a rule's sentences differ only in what a change did: then it is here once.
    pub messages: StringTable<MessageId>,
}

/// What a rule says about one event.
pub(super) enum Decision {
    /// It lacks what the rule needs.
    NotApplicable,
    /// Nothing is wrong with it.
    Fine,
    /// It must not happen; what is to be said after what the change did.
    Violates(String),
    /// It must not happen; the whole message.
    ViolatesWith(String),
}

impl Decision {
    /// Bad if it is so; what is to be said is made only then.
    pub(super) fn bad_if(is_so: bool, message: impl FnOnce() -> String) -> Self {
        if is_so { Self::Violates(message()) } else { Self::Fine }
    }
}

impl RuleResult {
    /// What a rule says about changes, one by one.
    pub(super) fn of<'a>(
        changes: impl Iterator<Item = (usize, &'a Change)>,
        mut judge: impl FnMut(usize, &'a Change) -> Decision,
    ) -> Self {
        let mut result = Self::default();
        for (index, change) in changes {
            result.add(Subject::Change(index), judge(index, change));
        }
        result
    }

    /// What was noted of this sort, whatever it is.
    pub(super) fn of_noted(
        context: &RuleContext<'_>,
        what: AnomalyKind,
        message: impl Fn(&Anomaly) -> String,
    ) -> Self {
        let mut result = Self { judged: context.events(), ..Self::default() };
        for (index, anomaly) in context.anomaly(what) {
            result.find(Subject::Anomaly(index), message(anomaly));
        }
        result.find_unkept(context, what);
        result
    }

    /// Says so if there was more of a sort than is kept. It may be in the scope or not: a gate that is shut
    /// for nothing does less harm than one that is opened by a flood.
    pub(super) fn find_unkept(&mut self, context: &RuleContext<'_>, what: AnomalyKind) {
        let overflow = context.survey.notes.overflow[what as usize];
        if overflow > 0 {
            let lines = wording::plural(overflow, "more line");
            self.find(
                Subject::Unkept(what),
                format!("{lines} like those listed, too many to list one by one"),
            );
        }
    }

    pub(super) fn add(&mut self, subject: Subject, answer: Decision) {
        match answer {
            Decision::NotApplicable => self.not_applicable += 1,
            Decision::Fine => self.judged += 1,
            Decision::Violates(message) => {
                self.judged += 1;
                self.push(subject, &message, true);
            }
            Decision::ViolatesWith(message) => {
                self.judged += 1;
                self.find(subject, message);
            }
        }
    }

    pub(super) fn find(&mut self, subject: Subject, message: String) {
        self.push(subject, &message, false);
    }

    /// Finds something that is as bad as this, unless the policy sets another severity.
    pub(super) fn find_with(&mut self, subject: Subject, message: String, severity: Severity) {
        self.find(subject, message);
        if let Some(violation) = self.violations.last_mut() {
            violation.severity = Some(severity);
        }
    }

    /// Finds something about a state. What is only presumed is medium at most, whatever the policy sets.
    pub(super) fn find_state(&mut self, subject: Subject, message: String, certainty: Certainty) {
        match certainty {
            Certainty::Certain => self.find(subject, message),
            Certainty::Presumed(_) => self.find_with(subject, message, PRESUMED),
        }
        if let Some(violation) = self.violations.last_mut() {
            violation.certainty = Some(certainty);
        }
    }

    fn push(&mut self, subject: Subject, message: &str, has_change_prefix: bool) {
        let last = MessageId::first(self.messages.len()).next_back();
        let last = last.filter(|last| self.messages.text(*last) == message);
        let message = last.unwrap_or_else(|| self.messages.push(message));
        self.keep(subject, message, None, has_change_prefix);
    }

    /// Finds something about a change and another one, with the number of a message that goes on after what the
    /// first one did.
    pub(super) fn find_both(&mut self, subject: Subject, other: ChangeId, message: MessageId) {
        self.judged += 1;
        self.keep(subject, message, Some(other), true);
    }

    fn keep(
        &mut self,
        subject: Subject,
        message: MessageId,
        other: Option<ChangeId>,
        has_change_prefix: bool,
    ) {
        let (severity, certainty) = (None, None);
        self.violations.push(Violation { subject, message, other, has_change_prefix, severity, certainty });
    }

    /// The message of something that it found: numbers are of the survey, what is personal as it is to be shown.
    pub fn message<'s>(&'s self, found: &Violation, (survey, shown): (&Survey, &Survey)) -> Cow<'s, str> {
        let message = self.messages.text(found.message);
        let Some(other) = found.other.map(|other| &survey.changes[other.index()]) else {
            return Cow::Borrowed(message);
        };
        let later = found.subject.time(survey).map_or(0, |time| other.time.seconds_since(time));
        let connection = wording::connection(survey.connections.get(other.connection));
        let told = [connection, wording::actor(shown.actor(other.actor)), &wording::human_duration(later)];
        let parts = message.split(BLANK).zip(told.into_iter().chain([""]));
        Cow::Owned(parts.flat_map(|(part, told)| [part, told]).collect())
    }

    /// Puts what was found in time order; lines without a time come first.
    pub(super) fn sort(&mut self, survey: &Survey) {
        self.violations.sort_by_key(|violation| violation.subject.time(survey));
    }
}
