//! The history of every connection, as far as the log shows it.

use crate::analysis::lifecycle;
use crate::analysis::lifecycle::{Gap, Gaps, Step};
use crate::analysis::reach::{Certainty, Reach};
use crate::model::operation::Operation;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::reports::ReportInput;
use crate::reports::sheet::Tone;
use crate::survey::ids::{ChangeId, ConnectionId, Id, KindId, OrganizationId};
use crate::survey::{Change, Changes};

/// The histories of all connections until a moment.
pub struct Histories {
    /// The present, or the requested moment.
    pub now: Timestamp,
    /// How far the log reaches until then.
    pub reach: Reach,
    /// The history of each connection.
    pub all: Vec<ConnectionHistory>,
    /// The periods in which organizations had no active connection.
    pub gaps: Vec<Gap>,
}

impl Histories {
    /// The histories until the requested moment, or the present.
    pub fn of(input: &ReportInput<'_>) -> Self {
        let (survey, options) = (input.survey, input.options);
        let now = options.at.map_or(options.now, |at| at.min(options.now));
        let log_begin = survey.range.map(|(first, _)| first);
        let walk = || {
            let ids = ConnectionId::first(survey.connections.len());
            let mut all: Vec<_> = ids.map(ConnectionHistory::without_change).collect();
            let mut gaps = Gaps::until(now);
            lifecycle::walk(survey, now, |step| {
                let change = survey.changes.at(step.change.index());
                gaps.add(&step, || change.time);
                let connection = change.connection.filter(|_| options.at.is_none() || change.time <= now);
                let Some(connection) = connection else {
                    return;
                };
                let history = &mut all[connection.index()];
                if history.changes == 0 && step.was_active {
                    history.active_since = log_begin;
                }
                history.add(&step, &change);
                if change.time <= now {
                    history.enter(step.after, change.time);
                }
            });
            (all, gaps.list)
        };
        let (reach, (mut all, gaps)) = parallel::both(|| Reach::of(survey, now), walk);
        parallel::change(&mut all, |history| history.end(&survey.changes, &reach, options.at));
        Self { now, reach, all, gaps }
    }
}

/// The history of a connection.
pub struct ConnectionHistory {
    /// The connection.
    pub connection: ConnectionId,
    /// Whether one of its changes is selected.
    pub is_displayed: bool,
    /// The organization it belongs to.
    pub owner: Option<OrganizationId>,
    /// Its kind, according to the latest change that names one.
    pub kind: Option<KindId>,
    /// Its state; `None` if all of its changes are dated later than the present.
    pub state: Option<State>,
    /// The certainty of the state.
    pub certainty: Certainty,
    /// Its first creation.
    pub created: Option<ChangeId>,
    /// Its last enabling.
    pub enabled: Option<ChangeId>,
    /// Its latest change.
    pub latest: Option<ChangeId>,
    active_since: Option<Timestamp>,
    active_nanos: u128,
    /// The number of its changes.
    pub changes: u64,
    /// The number of redeliveries of its changes.
    pub redeliveries: u64,
    /// The changes that do not fit the state before them.
    pub inconsistencies: Vec<&'static str>,
}

impl ConnectionHistory {
    const fn without_change(connection: ConnectionId) -> Self {
        Self {
            connection,
            is_displayed: false,
            owner: None,
            kind: None,
            state: None,
            certainty: Certainty::Certain,
            created: None,
            enabled: None,
            latest: None,
            active_since: None,
            active_nanos: 0,
            changes: 0,
            redeliveries: 0,
            inconsistencies: Vec::new(),
        }
    }

    fn add(&mut self, step: &Step, change: &Change) {
        let id = Some(ChangeId::new(step.change.index()));
        self.is_displayed |= change.scopes.is_selected();
        self.owner = step.owner;
        self.changes += 1;
        self.redeliveries += u64::from(change.redeliveries);
        self.latest = id;
        self.inconsistencies.extend(step.inconsistency());
        self.kind = change.kind.or(self.kind);
        match step.reported {
            State::Created => self.created = self.created.or(id),
            State::Active => self.enabled = id,
            State::Disabled | State::Deleted | State::Unknown => {}
        }
    }

    /// Records that it enters a state.
    fn enter(&mut self, state: State, time: Timestamp) {
        self.state = Some(state);
        if state == State::Active {
            self.active_since = self.active_since.or(Some(time));
        } else if let Some(since) = self.active_since.take() {
            self.active_nanos += time.nanos_since(since);
        }
    }

    /// Records the end of the log.
    fn end(&mut self, changes: &Changes, reach: &Reach, at: Option<Timestamp>) {
        let Some(change) = self.latest.map(|latest| changes.at(latest.index())) else {
            return;
        };
        let end = reach.until(self.owner, &change, &[Operation::Disabled]);
        self.active_nanos += self.active_since.map_or(0, |since| end.nanos_since(since));
        let certainty = reach.certainty(self.owner, change.action, (change.time, at.unwrap_or(end)));
        let is_unknown = self.state == Some(State::Unknown);
        self.certainty = if is_unknown { certainty.contradicted() } else { certainty };
    }

    /// How long it was active, as far as the log shows.
    pub fn active_seconds(&self) -> u64 {
        u64::try_from(self.active_nanos / 1_000_000_000).unwrap_or(u64::MAX)
    }

    /// The tone of its row.
    pub fn tone(&self) -> Tone {
        match self.state {
            _ if !self.inconsistencies.is_empty() => Tone::Bad,
            Some(State::Active) => Tone::Good,
            Some(State::Created) => Tone::Plain,
            Some(State::Disabled | State::Deleted | State::Unknown) | None => Tone::Warn,
        }
    }
}
