//! The removals in a log, and the exposure that each of them began.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::analysis::confirmations::{Confirmations, WINDOW_SECONDS};
use crate::analysis::lifecycle;
use crate::analysis::lifecycle::{Gap, Gaps, Step};
use crate::analysis::reach::{Certainty, Reach};
use crate::model::operation::Operation;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::ReportInput;
use crate::reports::sheet::Tone;
use crate::survey::ids::{ChangeId, Id, KindId, OrganizationId};
use crate::survey::{Change, Survey};

/// A selected deletion or disabling.
pub struct Removal {
    /// The change itself.
    pub change: Change,
    /// What it did.
    pub step: Step,
    /// The exposure that it began, if it removed the last active connection.
    pub exposure: Option<Exposure>,
    /// The certainty of the statements about the organization.
    pub certainty: Certainty,
    /// The change that made the next connection of the organization active.
    pub replaced_by: Option<ChangeId>,
    /// Whether a connection with the same protocol and provider was created or enabled later.
    pub is_recreated: bool,
}

/// A period in which an organization had no active connection.
#[derive(Clone, Copy)]
pub struct Exposure {
    /// When it ended, or until when the log shows that it lasted.
    pub until: Timestamp,
    /// Whether it ended within the log.
    pub is_over: bool,
    /// How long it lasted.
    pub seconds: u64,
}

impl Removal {
    /// Whether the organization is without SSO until the end of the log.
    pub fn is_ongoing(&self) -> bool {
        self.exposure.is_some_and(|exposure| !exposure.is_over)
    }

    /// Whether the statements about the organization are only presumed.
    pub fn is_presumed(&self) -> bool {
        self.certainty != Certainty::Certain
    }

    /// The tone of its row.
    pub fn tone(&self) -> Tone {
        match self.exposure {
            Some(exposure) if !exposure.is_over && !self.is_presumed() => Tone::Bad,
            Some(_) => Tone::Warn,
            None => Tone::Plain,
        }
    }
}

/// The selected removals, the worst first, and until when the log reaches.
pub fn removals(input: &ReportInput<'_>) -> (Vec<Removal>, Timestamp) {
    let survey = input.survey;
    let ((reach, confirmations), history) =
        parallel::both(|| (input.reach(), Confirmations::of(survey, WINDOW_SECONDS)), || History::of(input));
    let is_removal = |step: &Step| {
        matches!(step.reported, State::Disabled | State::Deleted)
            && survey.changes.at(step.change.index()).scopes.is_selected()
            && !confirmations.is_told_twice(survey, step.change.index())
    };
    let followed = followed(input, &history, is_removal);
    let mut removals = parallel::map(&followed, |Followed { step, replaced_by, is_recreated }| {
        let change = survey.changes.at(step.change.index());
        let gap = history.gap(step);
        let exposure = gap.map(|gap| exposure(survey, &reach, gap));
        let until = exposure.map_or(change.time, |exposure| exposure.until);
        let from = gap.map_or(change.time, |gap| survey.changes.at(gap.cause).time);
        let certainty = reach.certainty(step.owner, change.action, (from, until));
        let is_contradictory =
            step.has_unknown_state() || step.unknown > 0 || gap.is_some_and(|gap| gap.is_contradictory);
        Removal {
            change,
            step: *step,
            exposure,
            certainty: if is_contradictory { certainty.contradicted() } else { certainty },
            replaced_by: *replaced_by,
            is_recreated: *is_recreated,
        }
    });
    sort(survey, &mut removals);
    (removals, reach.end())
}

/// The steps of a log in time order.
struct History {
    steps: Vec<Step>,
    /// The kind of each step's connection, as far as it is known by then.
    kinds: Vec<Option<KindId>>,
    /// The gaps, by the change that began them.
    gaps: HashMap<usize, Gap, RandomState>,
}

impl History {
    /// The gap that a step began, or the event of another source about the same deletion.
    fn gap(&self, step: &Step) -> Option<&Gap> {
        let partner = || self.gaps.get(&step.partner?.index());
        self.gaps.get(&step.change.index()).or_else(partner)
    }

    fn of(input: &ReportInput<'_>) -> Self {
        let (survey, now) = (input.survey, input.options.now);
        let (mut steps, mut kinds, mut gaps) = (Vec::new(), Vec::new(), Gaps::until(now));
        let mut latest_kinds: Vec<Option<KindId>> = vec![None; survey.connections.len()];
        lifecycle::walk(survey, now, |step| {
            let change = survey.changes.at(step.change.index());
            gaps.add(&step, || change.time);
            steps.push(step);
            kinds.push(change.connection.and_then(|connection| {
                let latest_kind = &mut latest_kinds[connection.index()];
                *latest_kind = change.kind.or(*latest_kind);
                *latest_kind
            }));
        });
        Self { steps, kinds, gaps: gaps.list.into_iter().map(|gap| (gap.cause, gap)).collect() }
    }
}

/// A removal with what followed it in its organization.
struct Followed {
    step: Step,
    replaced_by: Option<ChangeId>,
    is_recreated: bool,
}

/// The steps that are removals, the latest first.
fn followed(input: &ReportInput<'_>, history: &History, is_removal: impl Fn(&Step) -> bool) -> Vec<Followed> {
    let survey = input.survey;
    let technologies = technologies(survey);
    let mut later = Later::of(survey);
    let mut followed = Vec::new();
    // Backwards, so that later changes are known.
    for (step, kind) in history.steps.iter().zip(&history.kinds).rev() {
        let technology = kind.and_then(|kind| technologies[kind.index()]);
        if is_removal(step) {
            let (replaced_by, is_recreated) = later.about(step, technology);
            followed.push(Followed { step: *step, replaced_by, is_recreated });
        }
        // Changes dated later than the present have not happened yet.
        if survey.changes.at(step.change.index()).time <= input.options.now {
            later.add(step, technology);
        }
    }
    followed
}

/// For each kind of connections, the first kind that has its protocol and provider, by which a replacement is recognized;
/// `None` if neither is known.
fn technologies(survey: &Survey) -> Vec<Option<KindId>> {
    let mut first = HashMap::<_, _, RandomState>::default();
    let technology = |id| {
        let kind = survey.kinds.kind(id)?;
        kind.protocol.or(kind.provider)?;
        Some(*first.entry((kind.protocol, kind.provider)).or_insert(id))
    };
    KindId::first(survey.kinds.len()).map(technology).collect()
}

/// What happened after a removal, collected backwards in time.
struct Later {
    /// For each organization, the next change that made a connection active; at last for connections without one.
    activated: Vec<Option<ChangeId>>,
    /// The organizations with the technologies of connections that they created or enabled.
    added: HashSet<(Option<OrganizationId>, KindId), RandomState>,
}

impl Later {
    fn of(survey: &Survey) -> Self {
        Self { activated: vec![None; survey.organizations.names.len() + 1], added: HashSet::default() }
    }

    fn add(&mut self, step: &Step, technology: Option<KindId>) {
        if matches!(step.reported, State::Created | State::Active) && step.after != State::Unknown {
            self.added.extend(technology.map(|technology| (step.owner, technology)));
        }
        if step.activates() {
            let without = self.activated.len() - 1;
            self.activated[step.owner.map_or(without, Id::index)] = Some(ChangeId::new(step.change.index()));
        }
    }

    /// What made a connection of the organization active after a step, and whether one of that technology came.
    fn about(&self, step: &Step, technology: Option<KindId>) -> (Option<ChangeId>, bool) {
        let without = self.activated.len() - 1;
        let is_recreated =
            technology.is_some_and(|technology| self.added.contains(&(step.owner, technology)));
        (self.activated[step.owner.map_or(without, Id::index)], is_recreated)
    }
}

fn exposure(survey: &Survey, reach: &Reach, gap: &Gap) -> Exposure {
    let cause = survey.changes.at(gap.cause);
    let end = gap.end.map(|end| survey.changes.at(end).time);
    let until = end.unwrap_or_else(|| reach.until(gap.organization, &cause, &[Operation::Enabled]));
    Exposure { until, is_over: end.is_some(), seconds: until.seconds_since(cause.time) }
}

/// Sorts ongoing exposures first, then by length from the longest; ties by time and connection.
fn sort(survey: &Survey, removals: &mut [Removal]) {
    let key = |removal: &Removal| {
        let longest = Reverse(removal.exposure.map(|exposure| exposure.seconds));
        (!removal.is_ongoing(), longest, removal.change.time)
    };
    let among_equals =
        |removal: &Removal| (survey.connections.get(removal.change.connection), removal.step.change.index());
    parallel::sort_by(removals, |a, b| {
        key(a).cmp(&key(b)).then_with(|| among_equals(a).cmp(&among_equals(b)))
    });
}
