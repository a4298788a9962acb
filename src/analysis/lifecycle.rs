//! The lifecycle of every connection and organization: goes through the changes in time order, and finds what
//! each of them did.
//!
//! States follow from changes alone. A connection whose state is first changed by disabling or deleting it was active
//! before the log began, because sources need not log creations, and every log begins somewhere. It belongs to the
//! organization that its events name first. A change that is impossible, such as creating an active connection, is
//! odd and leaves the state as it is. Enabling or disabling a deleted connection is a contradiction: its
//! state is unknown until a creation or a deletion says otherwise. Where two sources log the same deletion, the second
//! event confirms the first one and is not odd.

use crate::analysis::confirmations::{Confirmations, WINDOW_SECONDS};
use crate::model::event::Space;
use crate::model::operation::Operation;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::sources::{self, Source, normalized};
use crate::survey::Survey;
use crate::survey::ids::{ChangeId, ConnectionId, Id, OrganizationId};

/// The state after a change. Disorder and replays report changes that are impossible: an active or disabled
/// connection cannot be created again, and a deleted one cannot be enabled or disabled. In the latter case,
/// either the deletion is wrong or a creation is missing, so the state is unknown until the next creation or
/// deletion.
fn state_after(before: Option<State>, reported: State) -> State {
    match (before, reported) {
        (Some(kept @ (State::Active | State::Disabled)), State::Created) => kept,
        (Some(State::Deleted | State::Unknown), State::Active | State::Disabled) => State::Unknown,
        _ => reported,
    }
}

/// What a change did.
#[derive(Clone, Copy, Debug)]
pub struct Step {
    /// The change.
    pub change: ChangeId,
    /// The state before it, if the log shows it.
    pub before: Option<State>,
    /// The state that the operation reports.
    pub reported: State,
    /// The state after it: the reported one, unless the change is impossible.
    pub after: State,
    /// Whether the connection was active before, possibly since before the log began.
    pub was_active: bool,
    /// The organization that owns the connection.
    pub owner: Option<OrganizationId>,
    /// Number of the connections that count together with it: those of the owner, or those in its id space that have
    /// none, as nobody knows whose these are.
    pub group: u32,
    /// How many active connections the owner has left after it.
    pub left: u32,
    /// How many connections of the owner have an unknown state after it. Each of them may be active.
    pub unknown: u32,
    /// The event of another source about the same deletion.
    pub partner: Option<ChangeId>,
}

impl Step {
    /// Whether it took away the last active connection of the organization.
    pub fn removes_last_active(&self) -> bool {
        self.was_active && self.after != State::Active && self.left == 0
    }

    /// Whether the state of the connection before or after it is unknown.
    pub fn has_unknown_state(&self) -> bool {
        self.before == Some(State::Unknown) || self.after == State::Unknown
    }

    /// Whether it made a connection active.
    pub fn activates(&self) -> bool {
        !self.was_active && self.after == State::Active
    }

    /// Whether it confirms a deletion that another source logged before.
    pub fn confirms(&self) -> bool {
        self.before == Some(State::Deleted) && self.partner.is_some_and(|partner| partner < self.change)
    }

    /// What is impossible about it, such as `enabled while active`.
    pub fn inconsistency(&self) -> Option<&'static str> {
        match (self.before?, self.reported) {
            (State::Created, State::Created) => Some("created while created"),
            (State::Active, State::Created) => Some("created while active"),
            (State::Disabled, State::Created) => Some("created while disabled"),
            (State::Active, State::Active) => Some("enabled while active"),
            (State::Deleted, State::Active) => Some("enabled while deleted"),
            (State::Disabled, State::Disabled) => Some("disabled while disabled"),
            (State::Deleted, State::Disabled) => Some("disabled while deleted"),
            (State::Deleted, State::Deleted) if self.confirms() => None,
            (State::Deleted, State::Deleted) => Some("deleted while deleted"),
            (State::Unknown, State::Active) => Some("enabled while unknown"),
            (State::Unknown, State::Disabled) => Some("disabled while unknown"),
            _ => None,
        }
    }
}

/// What the log says about connections before their first change. There can be as many connections as changes.
#[derive(Default)]
pub struct Origins {
    /// The organization that the first event names that names any.
    owners: Vec<Option<OrganizationId>>,
    /// Whether each was active before the log began, as what changed its state first took it away.
    were_active: Vec<bool>,
    /// The id space of each; empty if all have owners.
    spaces: Vec<Space>,
    organizations: usize,
}

impl Origins {
    /// The origins of the connections of a survey. Events later than `now` say nothing.
    pub fn of(survey: &Survey, now: Timestamp) -> Self {
        let count = survey.connections.len();
        let (mut owners, mut were_active) = (vec![None; count], vec![false; count]);
        let is_removal = |it: Operation| matches!(it, Operation::Disabled | Operation::Deleted);
        // Backwards, so that what comes first for a connection is written last.
        survey.changes.iter().rev().filter(|change| !change.has_failed).for_each(|change| {
            if let Some(connection) = change.connection {
                let owner = &mut owners[connection.index()];
                *owner = change.organization.or(*owner);
                if change.state().is_some() {
                    were_active[connection.index()] = change.time <= now && is_removal(change.operation);
                }
            }
        });
        let mut spaces = Vec::new();
        if owners.iter().any(Option::is_none) {
            let space_of =
                |(source, _): &(&str, Operation)| normalized::source_named(source).map(Source::id_space);
            let of_actions: Vec<_> = survey.action_facts.iter().map(space_of).collect();
            spaces.resize(count, 0);
            survey.changes.iter().for_each(|change| {
                if let (Some(connection), Some(space)) =
                    (change.connection, of_actions[change.action.index()])
                {
                    spaces[connection.index()] = space;
                }
            });
        }
        Self { owners, were_active, spaces, organizations: survey.organizations.names.len() }
    }

    fn group(&self, connection: usize) -> usize {
        let unowned = || self.organizations + self.spaces.get(connection).copied().map_or(0, usize::from);
        self.owners[connection].map_or_else(unowned, Id::index)
    }

    /// The organization that owns a connection.
    #[inline]
    pub fn owner(&self, connection: ConnectionId) -> Option<OrganizationId> {
        self.owners.get(connection.index()).copied().flatten()
    }
}

/// Goes through the changes, and passes what each of them did to `each`.
pub fn walk(survey: &Survey, now: Timestamp, each: impl FnMut(Step)) {
    let confirmations = Confirmations::of(survey, WINDOW_SECONDS);
    walk_owners(survey, (&Origins::of(survey, now), &confirmations), |_| true, each);
}

/// Like [`walk`], for all changes of the connections of some organizations.
pub fn walk_owners(
    survey: &Survey,
    (origins, confirmations): (&Origins, &Confirmations),
    is_wanted: impl Fn(Option<OrganizationId>) -> bool,
    mut each: impl FnMut(Step),
) {
    let Origins { owners, were_active, organizations, .. } = origins;
    let mut states = vec![None; owners.len()];
    let mut left = vec![0_u32; organizations + sources::ALL.len() + 1];
    let mut unknown = left.clone();
    for (connection, _) in were_active.iter().enumerate().filter(|(_, was_active)| **was_active) {
        left[origins.group(connection)] += 1;
    }
    let reports = survey.changes.iter().enumerate().filter_map(|(index, change)| {
        let (connection, reported) = (change.connection?, change.state()?);
        let owner = owners[connection.index()];
        is_wanted(owner).then_some((index, connection, owner, reported))
    });
    reports.for_each(|(index, connection, owner, reported)| {
        let state = &mut states[connection.index()];
        let before = *state;
        let after = state_after(before, reported);
        *state = Some(after);
        let was_active = before.map_or(were_active[connection.index()], |state| state == State::Active);
        let group = origins.group(connection.index());
        left[group] = left[group] + u32::from(after == State::Active) - u32::from(was_active);
        let was_unknown = before == Some(State::Unknown);
        unknown[group] = unknown[group] + u32::from(after == State::Unknown) - u32::from(was_unknown);
        let (left, unknown, group) = (left[group], unknown[group], group as u32);
        let (change, partner) = (ChangeId::new(index), confirmations.partner(index));
        each(Step { change, before, reported, after, was_active, owner, group, left, unknown, partner });
    });
}

/// For each change, what it did, or `None` if it does not change the state of a connection.
pub fn steps(survey: &Survey, now: Timestamp, confirmations: &Confirmations) -> Vec<Option<Step>> {
    let mut steps = vec![None; survey.changes.len()];
    let origins = Origins::of(survey, now);
    walk_owners(survey, (&origins, confirmations), |_| true, |step| steps[step.change.index()] = Some(step));
    steps
}

/// For each connection, its state at `now`; `None` if the log does not show it.
pub fn states_at(survey: &Survey, now: Timestamp) -> Vec<Option<State>> {
    let mut states = vec![None; survey.connections.len()];
    walk(survey, now, |step| {
        let change = survey.changes.at(step.change.index());
        if let Some(connection) = change.connection.filter(|_| change.time <= now) {
            states[connection.index()] = Some(step.after);
        }
    });
    states
}

/// For each change, whether it deletes a connection that another event deleted already and none created
/// again. Another event with the same id is a conflict, and the event of another source about the same deletion
/// confirms it: neither is a second deletion. `candidates` are at least all changes that create or delete a
/// connection, by index, in time order.
pub fn deleted_again(
    survey: &Survey,
    confirmations: &Confirmations,
    candidates: impl Iterator<Item = usize>,
) -> Vec<bool> {
    let mut again = vec![false; survey.changes.len()];
    // For each connection, the change that deleted it, unless it was created again.
    let mut last: Vec<Option<ChangeId>> = vec![None; survey.connections.len()];
    for index in candidates {
        let (id, change) = (ChangeId::new(index), survey.changes.at(index));
        match (change.operation, change.connection) {
            _ if change.has_failed => {}
            (Operation::Deleted, Some(connection)) => {
                let earlier = last[connection.index()].replace(id);
                let key = |id: ChangeId| survey.changes.key(id.index());
                let confirms = confirmations.partner(index).is_some_and(|partner| partner < id);
                again[index] = earlier.is_some_and(|earlier| !confirms && key(earlier) != key(id));
            }
            (Operation::Created, Some(connection)) => last[connection.index()] = None,
            _ => {}
        }
    }
    again
}

/// Whether an organization is another one than the owner. Only ids count: people choose names, and every
/// event that names an organization has its id.
pub fn is_foreign(organization: Option<OrganizationId>, owner: Option<OrganizationId>) -> bool {
    organization != owner && organization.is_some() && owner.is_some()
}

/// A time in which an organization had no active connection after it had had one.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    /// The organization.
    pub organization: Option<OrganizationId>,
    /// The change that took away the last active connection.
    pub cause: usize,
    /// The change that ended the gap, if one did.
    pub end: Option<usize>,
    /// Whether a connection of the organization was in an unknown state during the gap. It may have been
    /// active.
    pub is_contradictory: bool,
}

/// Collects gaps during a [`walk`].
pub struct Gaps {
    /// Every gap, in the order of the causes.
    pub list: Vec<Gap>,
    /// For each group of connections, one more than the number of its open gap.
    open: Vec<usize>,
    now: Timestamp,
}

impl Gaps {
    /// Starts without gaps. Changes later than `now` neither begin nor end one.
    pub fn until(now: Timestamp) -> Self {
        Self { list: Vec::new(), open: Vec::new(), now }
    }

    /// Adds the next step. The time of its change is asked for only if it matters.
    pub fn add(&mut self, step: &Step, time: impl FnOnce() -> Timestamp) {
        let group = step.group as usize;
        let open = self.open.get(group).and_then(|open| open.checked_sub(1));
        let (removes_last_active, is_contradictory) = (step.removes_last_active(), step.unknown > 0);
        if (open.is_none() && !removes_last_active) || time() > self.now {
            return;
        }
        if removes_last_active {
            let (organization, cause) = (step.owner, step.change.index());
            self.list.push(Gap { organization, cause, end: None, is_contradictory });
            if group >= self.open.len() {
                self.open.resize((group + 1).next_power_of_two(), 0);
            }
            self.open[group] = self.list.len();
        } else if let Some(gap) = open.and_then(|gap| self.list.get_mut(gap)) {
            if step.activates() {
                (gap.end, self.open[group]) = (Some(step.change.index()), 0);
            } else {
                gap.is_contradictory |= is_contradictory;
            }
        }
    }
}
