//! What a violation is about.

use std::cmp::Ordering;

use crate::model::time::Timestamp;
use crate::survey::ids::{ActorId, LabelId, OrganizationId};
use crate::survey::{AnomalyKind, Survey, Use};

/// What a violation is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// Index of a change or portal link.
    Change(usize),
    /// Index of a change, and the organization that it affects, which may not be the one its event names.
    OrganizationChange(u32, Option<OrganizationId>),
    /// Several changes.
    Burst(Burst),
    /// Index of an event that is no change and shares its id with another event.
    Conflicting(usize),
    /// Index of an anomaly.
    Anomaly(usize),
    /// The anomalies of a kind, of which there are too many to keep.
    Overflow(AnomalyKind),
    /// Index of a silence, a time without an event of the log or of a part of it.
    Silence(usize),
    /// A renaming.
    Renamed(Renamed),
    /// Index of the latest event about a certificate.
    Certificate(u32),
    /// Index of an event that a custom rule matches.
    Matched(u32),
    /// Indices of the first and the last of several events that a custom rule correlates, and their number.
    Correlated(u32, u32, u32),
    /// The matches of a list of a custom rule, of which there are too many to keep.
    Unlisted(u16),
}

/// A renaming: the log has a new name for an organization or an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Renamed {
    /// An organization, and its later name.
    Organization(OrganizationId, LabelId),
    /// An actor, and their later e-mail address.
    Actor(ActorId, LabelId),
}

impl Renamed {
    /// The uses of the earlier name and of the later name.
    pub fn uses(self, survey: &Survey) -> Option<[&Use; 2]> {
        let (uses, name) = match self {
            Self::Organization(id, name) => (survey.organization_labels.used(Some(id), 0), name),
            Self::Actor(id, name) => (survey.actor_labels.used(Some(id), 1), name),
        };
        uses.windows(2).find(|pair| pair[1].text == name).map(|pair| [pair[0], pair[1]])
    }
}

/// Changes or portal links by one actor within a short time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Burst {
    /// Index of the first one in the scope.
    pub first: u32,
    /// Index of the last one.
    pub last: u32,
    /// The number of changes.
    pub size: u32,
    /// The organization, if all changes are about the same one.
    pub organization: Option<OrganizationId>,
}

impl Burst {
    /// The burst of `all` these changes; `first` is the first one in the scope.
    pub(super) fn of(survey: &Survey, first: usize, all: &[usize]) -> Self {
        let organization = survey.changes.at(first).organization;
        let is_one = all.iter().all(|at| survey.changes.at(*at).organization == organization);
        Self {
            first: first as u32,
            last: all.last().map_or(first, |last| *last) as u32,
            size: all.len() as u32,
            organization: organization.filter(|_| is_one),
        }
    }
}

impl Subject {
    /// Index of the change that it is about; for a burst, the first one in the scope.
    pub fn change(self) -> Option<usize> {
        match self {
            Self::Change(index) => Some(index),
            Self::OrganizationChange(index, _) | Self::Burst(Burst { first: index, .. }) => {
                Some(index as usize)
            }
            Self::Conflicting(_)
            | Self::Anomaly(_)
            | Self::Overflow(_)
            | Self::Silence(_)
            | Self::Renamed(_)
            | Self::Certificate(_)
            | Self::Matched(_)
            | Self::Correlated(..)
            | Self::Unlisted(_) => None,
        }
    }

    /// When it happened; an invalid line may have no time.
    pub fn time(self, survey: &Survey) -> Option<Timestamp> {
        match self {
            Self::Conflicting(index) => Some(survey.conflicting[index].time),
            Self::Anomaly(index) => survey.anomalies.kept[index].time,
            Self::Overflow(_) | Self::Unlisted(_) => None,
            Self::Silence(index) => Some(survey.silences[index].from.0),
            Self::Renamed(renamed) => renamed.uses(survey).map(|[_, later]| later.first.0),
            Self::Matched(index) | Self::Correlated(_, index, _) => {
                Some(survey.matches.kept[index as usize].event.time)
            }
            Self::Certificate(index) => Some(survey.certificates[index as usize].time),
            Self::Change(_) | Self::OrganizationChange(..) | Self::Burst(_) => {
                self.change().map(|index| survey.changes.at(index).time)
            }
        }
    }

    /// Compares when two subjects happened.
    pub fn compare_times(self, other: Self, survey: &Survey) -> Ordering {
        match (self.change(), other.change()) {
            (Some(a), Some(b)) => survey.changes.compare_times(a, b),
            _ => self.time(survey).cmp(&other.time(survey)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::Operation;
    use crate::rules::testing::{at, change};
    use crate::survey::Change;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn times_are_compared_without_being_read(steps in prop::collection::vec(0..2_i64, 1..20)) {
            let mut survey = Survey::default();
            let mut time = 0;
            for step in &steps {
                time += step;
                let change = change(&mut survey, "centure", Operation::Deleted);
                survey.changes.push(Change { time: at(time), ..change });
            }
            for (a, b) in (0..steps.len()).flat_map(|a| (0..steps.len()).map(move |b| (a, b))) {
                let [a, b] = [a, b].map(Subject::Change);
                prop_assert_eq!(a.compare_times(b, &survey), a.time(&survey).cmp(&b.time(&survey)));
            }
        }
    }

    #[test]
    fn subjects_are_small() {
        // There can be as many subjects as changes.
        assert_eq!(size_of::<Subject>(), 24);
        assert_eq!(size_of::<crate::rules::outcome::Violation>(), 40);
    }
}
