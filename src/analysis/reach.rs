//! How far the log reaches: until when each source would have logged something, and so how certain it is that
//! what is not in the log did not happen.
//!
//! Each source is judged by itself: the log ends where the log of that source ends, and whether a state is
//! certain depends on the sources that have events about the organization.

use std::borrow::Cow;

use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::sources::{self, Action, Source};
use crate::survey::Change;
use crate::survey::ids::{ActionId, Id, OrganizationId};
use crate::survey::{Span, Survey};

/// What the sources in the log would have logged.
pub struct Reach {
    /// For each source in [`sources::ALL`], the range of its log.
    spans: Vec<Span>,
    /// For each source, a bit set of the operations it logs.
    logged: Vec<u32>,
    /// For each action, its source.
    sources: Vec<usize>,
    /// For each organization, a bit set of the sources with a change or portal link about it.
    sources_about: Vec<u64>,
}

/// How certain a statement about a state is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// A source with events about the organization, whose log covers the time, logs whatever would have
    /// changed the state. Still, a connection that was set up before the log began and not touched since is
    /// in no log.
    Certain,
    /// Nothing contradicts the state, but a change of it might not be in the log.
    Presumed(Doubt),
}

/// Why a state is only presumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// No source that has events about the organization logs that connections are created and enabled. The
    /// source is given by its index in [`sources::ALL`]: there can be as many doubts as findings, so they are
    /// small.
    NotLogged(u8),
    /// The logs of the sources that do begin later or end earlier.
    OutOfReach,
    /// A connection of the organization was enabled or disabled after it was deleted.
    Contradictory,
}

/// Operations that may change a state unnoticed if a source does not log them. Creating a connection does not make it
/// active, or is logged as the first time that it becomes so.
const ACTIVATING: [Operation; 1] = [Operation::Enabled];

/// The span of a log without events.
const NOTHING: Span = (Timestamp::MAX, Timestamp::MIN);

impl Reach {
    /// The reach of a survey up to `now`. An event with a later time has a wrong time, and proves nothing.
    pub fn of(survey: &Survey, now: Timestamp) -> Self {
        let span = |source: &&Source| survey.ranges.of(source.name).unwrap_or(NOTHING);
        let spans = sources::ALL.iter().map(span).map(|(begin, end)| (begin, end.min(now))).collect();
        let logged = |source: &&Source| bits(source.actions.iter().flat_map(Action::operations));
        let logged = sources::ALL.iter().map(logged).collect();
        let index_of = |name: &str| sources::ALL.iter().position(|source| source.name == name);
        let index_of = |name: &str| index_of(name).expect("every event is of a source that is listed");
        let sources: Vec<_> = survey.action_facts.iter().map(|(source, _)| index_of(source)).collect();
        let mut sources_about = vec![0; survey.organizations.names.len()];
        survey.changes.iter().filter(|change| change.time <= now).for_each(|change| {
            if let Some(sources_about) = change.organization.map(|id| &mut sources_about[id.index()]) {
                *sources_about |= 1 << sources[change.action.index()];
            }
        });
        Self { spans, logged, sources, sources_about }
    }

    /// The reach of a survey whose sources log every operation.
    #[cfg(test)]
    pub fn unlimited(survey: &Survey) -> Self {
        let reach = Self::of(survey, Timestamp::MAX);
        Self { logged: vec![u32::MAX; reach.logged.len()], ..reach }
    }

    /// The range of the log of an action's source.
    pub fn span(&self, action: ActionId) -> Span {
        self.spans[self.sources[action.index()]]
    }

    /// The other sources in the log that share the ids of an action's source and log an operation, with the ranges of
    /// their logs.
    pub fn others_logging(
        &self,
        action: ActionId,
        operation: Operation,
    ) -> impl Iterator<Item = (&'static Source, Span)> {
        let own = self.sources[action.index()];
        let wanted = bits([operation].into_iter());
        let all = sources::ALL.iter().copied().zip(self.spans.iter().copied()).enumerate();
        let others = all.filter(move |(index, (source, (begin, end)))| {
            let shares_ids = source.ids == sources::ALL[own].ids;
            *index != own && shares_ids && self.logged[*index] & wanted != 0 && begin <= end
        });
        others.map(|(_, other)| other)
    }

    /// The end of the log of any source.
    pub fn end(&self) -> Timestamp {
        self.spans.iter().map(|span| span.1).max().unwrap_or(Timestamp::MIN)
    }

    /// Whether the source of an action logs one of these operations.
    pub fn logs(&self, action: ActionId, operations: &[Operation]) -> bool {
        self.logged[self.sources[action.index()]] & bits(operations.iter().copied()) != 0
    }

    /// Whether a source that has events in the log logs one of these operations. Of no operations, and of a log without
    /// events, nothing can be missing.
    pub fn is_logged(&self, operations: &[Operation]) -> bool {
        let wanted = bits(operations.iter().copied());
        let is_logged = |source: &usize| self.logged[*source] & wanted != 0;
        wanted == 0 || self.sources.is_empty() || self.sources.iter().any(is_logged)
    }

    /// Until when one of these operations in an organization would have been logged: the latest end of the
    /// logs that contain such operations and have events about the organization.
    pub fn watched(
        &self,
        organization: Option<OrganizationId>,
        operations: &[Operation],
    ) -> Option<Timestamp> {
        let wanted = bits(operations.iter().copied());
        let watching =
            self.sources_about(organization).filter(|(source, _)| self.logged[*source] & wanted != 0);
        watching.map(|(_, span)| span.1).max()
    }

    /// Until when one of these operations, which end what a change began, would have been logged. If no log
    /// would show it, or those that would end before the change, this is the end of the log of the change's
    /// own source.
    pub fn until(
        &self,
        organization: Option<OrganizationId>,
        change: &Change,
        operations: &[Operation],
    ) -> Timestamp {
        let watched = self.watched(organization, operations).filter(|end| *end >= change.time);
        watched.unwrap_or(self.span(change.action).1)
    }

    /// How certain it is that a state of an organization lasted for a time. `action` is that of the change
    /// which the statement is about.
    pub fn certainty(
        &self,
        organization: Option<OrganizationId>,
        action: ActionId,
        (from, to): Span,
    ) -> Certainty {
        let own = (self.sources[action.index()], self.span(action));
        // Without an organization, only the source of the change itself has events about it.
        let has_no_organization = organization.is_none();
        let candidates = || self.sources_about(organization).chain(has_no_organization.then_some(own));
        let covers = |(_, (begin, end)): (_, Span)| begin <= from.min(to) && from.max(to) <= end;
        if candidates().filter(|(source, _)| self.logs_activations(*source)).any(covers) {
            return Certainty::Certain;
        }
        let silent = candidates()
            .chain([own])
            .map(|(source, _)| source)
            .find(|source| !self.logs_activations(*source));
        let is_logged = candidates().any(|(source, _)| self.logs_activations(source));
        Certainty::Presumed(match silent.filter(|_| !is_logged) {
            Some(source) => Doubt::NotLogged(source as u8),
            None => Doubt::OutOfReach,
        })
    }

    fn logs_activations(&self, source: usize) -> bool {
        let activating = bits(ACTIVATING.into_iter());
        self.logged[source] & activating == activating
    }

    /// The sources that have events about an organization, with the ranges of their logs.
    fn sources_about(&self, organization: Option<OrganizationId>) -> impl Iterator<Item = (usize, Span)> {
        let sources_about = organization.map_or(0, |id| self.sources_about[id.index()]);
        self.spans.iter().copied().enumerate().filter(move |(source, _)| sources_about >> source & 1 == 1)
    }
}

/// A bit set of operations.
fn bits(operations: impl Iterator<Item = Operation>) -> u32 {
    operations.fold(0, |bits, operation| bits | 1 << operation as u32)
}

impl Certainty {
    /// The certainty that is left if events contradict each other.
    pub fn contradicted(self) -> Self {
        match self {
            Self::Certain => Self::Presumed(Doubt::Contradictory),
            presumed => presumed,
        }
    }

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Presumed(_) => "presumed",
        }
    }

    /// Why the state is only presumed.
    pub fn doubt(self) -> Option<Doubt> {
        match self {
            Self::Certain => None,
            Self::Presumed(doubt) => Some(doubt),
        }
    }
}

impl Doubt {
    /// The reason, as a sentence without a full stop.
    pub fn reason(self) -> Cow<'static, str> {
        match self {
            Self::NotLogged(source) => format!("{} does not log new connections", title(source)).into(),
            Self::OutOfReach => "the log that would show it does not cover that time".into(),
            Self::Contradictory => "a connection was enabled or disabled after it was deleted".into(),
        }
    }

    /// The reason, and what to do about it.
    pub fn advice(self) -> Cow<'static, str> {
        match self {
            Self::NotLogged(source) => match sources::ALL[usize::from(source)].complement {
                Some(add) => format!("{}; add {add}", self.reason()).into(),
                None => self.reason(),
            },
            Self::OutOfReach | Self::Contradictory => self.reason(),
        }
    }
}

fn title(source: u8) -> &'static str {
    sources::ALL[usize::from(source)].title
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp { seconds, nanos: 0 }
    }

    /// The first source logs everything from 10 to 20, the second one only deletions from 0 to 30. The first
    /// has events about organization 0, both about 1, the second about 2. Each action has the index of its
    /// source.
    fn reach() -> Reach {
        let activating = bits([Operation::Created, Operation::Enabled, Operation::Deleted].into_iter());
        Reach {
            spans: vec![(at(10), at(20)), (at(0), at(30))],
            logged: vec![activating, bits([Operation::Deleted].into_iter())],
            sources: vec![0, 1],
            sources_about: vec![0b01, 0b11, 0b10],
        }
    }

    fn certainty(organization: impl Into<Option<usize>>, action: usize, from: i64, to: i64) -> Certainty {
        let organization = organization.into().map(OrganizationId::new);
        reach().certainty(organization, ActionId::new(action), (at(from), at(to)))
    }

    #[test]
    fn a_state_is_certain_only_while_a_log_would_show_another_one() {
        assert_eq!(certainty(0, 0, 10, 20), Certainty::Certain, "both ends are in the log");
        for (from, to) in [(9, 20), (10, 21), (25, 30)] {
            assert_eq!(certainty(0, 0, from, to), Certainty::Presumed(Doubt::OutOfReach), "{from} to {to}");
        }
    }

    #[test]
    fn a_state_is_presumed_if_its_sources_log_no_activations() {
        assert_eq!(certainty(2, 1, 10, 20), Certainty::Presumed(Doubt::NotLogged(1)));
        // Another source with events about the organization counts as well, as far as its log goes.
        assert_eq!(certainty(1, 1, 12, 18), Certainty::Certain);
        assert_eq!(certainty(1, 1, 12, 25), Certainty::Presumed(Doubt::OutOfReach));
        assert_eq!(certainty(0, 1, 25, 26), Certainty::Presumed(Doubt::OutOfReach));
    }

    #[test]
    fn without_an_organization_only_the_source_of_the_change_counts() {
        assert_eq!(certainty(None, 0, 10, 20), Certainty::Certain);
        assert_eq!(certainty(None, 1, 10, 20), Certainty::Presumed(Doubt::NotLogged(1)));
    }
}
