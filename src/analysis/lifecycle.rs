//! The life of every connection and organization: changes in time order, and what each of them did.
//!
//! States follow from the changes alone. A connection whose first change is that it was disabled or
//! deleted was active since before the log began: sources need not log creations, and logs begin
//! somewhere. It belongs to the organization of its first change. What a connection cannot come to, such as
//! being created while active, is odd and leaves its state as it is. What is enabled or disabled after it was
//! deleted contradicts itself: its state is unknown until a creation or a deletion says otherwise.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::state::State;
use crate::model::time::Timestamp;
use crate::survey::ids::{ChangeId, ConnectionId, Id, OrganizationId};
use crate::survey::{Change, Survey};

/// The state after a change, the state before being known or not. Disorder and replays tell of what cannot be:
/// what is active or disabled is not created again, and what is deleted is not there to be enabled or disabled.
/// Either the deletion is wrong or a creation is missing, so nothing is known until a creation says that it is
/// there, or a deletion that it is not.
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
    /// Index of the change.
    pub change: usize,
    /// The state before, as far as the log shows.
    pub before: Option<State>,
    /// The state that the operation stands for.
    pub reported: State,
    /// The state after: the reported one, unless the connection cannot come to it.
    pub after: State,
    /// The connection was active before, be it from before the log began.
    pub was_active: bool,
    /// The organization the connection belongs to.
    pub owner: Option<OrganizationId>,
    /// Active connections the owner has left after it.
    pub left: u32,
    /// Connections of the owner whose state is unknown after it: each of them may be active.
    pub unknown: u32,
}

impl Step {
    /// It took the last active connection of its organization away.
    pub fn removes_last_active(&self) -> bool {
        self.was_active && self.after != State::Active && self.left == 0
    }

    /// The state of its connection before or after it is unknown.
    pub fn has_unknown_state(&self) -> bool {
        self.before == Some(State::Unknown) || self.after == State::Unknown
    }

    /// It made a connection active.
    pub fn activates(&self) -> bool {
        !self.was_active && self.after == State::Active
    }

    /// What is odd about it: `enabled while active`.
    pub fn inconsistency(&self) -> Option<&'static str> {
        match (self.before?, self.reported) {
            (State::Created, State::Created) => Some("created while created"),
            (State::Active, State::Created) => Some("created while active"),
            (State::Disabled, State::Created) => Some("created while disabled"),
            (State::Active, State::Active) => Some("enabled while active"),
            (State::Deleted, State::Active) => Some("enabled while deleted"),
            (State::Disabled, State::Disabled) => Some("disabled while disabled"),
            (State::Deleted, State::Disabled) => Some("disabled while deleted"),
            (State::Deleted, State::Deleted) => Some("deleted while deleted"),
            (State::Unknown, State::Active) => Some("enabled while unknown"),
            (State::Unknown, State::Disabled) => Some("disabled while unknown"),
            _ => None,
        }
    }
}

/// A connection at the moment before the first change.
#[derive(Clone, Copy)]
pub struct Origin {
    /// The organization it belongs to; nothing also for a number that no change has.
    pub owner: Option<OrganizationId>,
    /// It was active since before the log began.
    pub was_active: bool,
}

/// By connection what the log shows of the time before it began; what is later than the present shows nothing.
pub fn origins(survey: &Survey, now: Timestamp) -> Vec<Origin> {
    let mut origins = vec![Origin { owner: None, was_active: false }; survey.connections.len()];
    // Backwards, so that the first one stays without asking whether there is one.
    for (connection, change) in survey.changes.iter().rev().filter_map(with_connection) {
        origins[connection.index()] = Origin {
            owner: change.organization,
            was_active: change.time <= now
                && matches!(change.operation, Operation::Disabled | Operation::Deleted),
        };
    }
    origins
}

fn with_connection(change: &Change) -> Option<(ConnectionId, &Change)> {
    Some((change.connection?, change))
}

/// Goes through the changes and hands over what each one did.
pub fn walk(survey: &Survey, now: Timestamp, each: impl FnMut(Step)) {
    walk_some(survey, &origins(survey, now), |_| true, each);
}

/// The same for those connections whose owners are wanted.
pub fn walk_some(
    survey: &Survey,
    origins: &[Origin],
    is_wanted: impl Fn(Option<OrganizationId>) -> bool,
    mut each: impl FnMut(Step),
) {
    let mut states = vec![None; origins.len()];
    // The last place is for connections whose organization no event names.
    let mut left = vec![0_u32; survey.organizations.names.len() + 1];
    let mut unknown = left.clone();
    let place_of = |owner: Option<OrganizationId>| owner.map_or(survey.organizations.names.len(), Id::index);
    for origin in origins.iter().filter(|origin| origin.was_active) {
        left[place_of(origin.owner)] += 1;
    }
    for (index, change) in survey.changes.iter().enumerate() {
        let Some(connection) = change.connection else {
            continue;
        };
        let Origin { owner, was_active } = origins[connection.index()];
        if !is_wanted(owner) {
            continue;
        }
        let Some(reported) = change.operation.state() else {
            continue;
        };
        let state = &mut states[connection.index()];
        let before = *state;
        let after = state_after(before, reported);
        *state = Some(after);
        let was_active = before.map_or(was_active, |state| state == State::Active);
        let place = place_of(owner);
        left[place] = left[place] + u32::from(after == State::Active) - u32::from(was_active);
        let was_unknown = before == Some(State::Unknown);
        unknown[place] = unknown[place] + u32::from(after == State::Unknown) - u32::from(was_unknown);
        let (left, unknown) = (left[place], unknown[place]);
        each(Step { change: index, before, reported, after, was_active, owner, left, unknown });
    }
}

/// By change what it did; nothing for what changes no connection's state.
pub fn steps(survey: &Survey, now: Timestamp) -> Vec<Option<Step>> {
    let mut steps = vec![None; survey.changes.len()];
    walk(survey, now, |step| steps[step.change] = Some(step));
    steps
}

/// By change whether it deletes a connection that another event deleted already, without one that
/// created it again. Another event with the same id is a conflict, not a second deletion.
pub fn deleted_again(survey: &Survey) -> Vec<bool> {
    // By connection which event deleted it, if it was not created again.
    let mut last: Vec<Option<ChangeId>> = vec![None; survey.connections.len()];
    let again = ChangeId::first(survey.changes.len()).zip(&survey.changes).map(|(id, change)| {
        match (change.operation, change.connection) {
            (Operation::Deleted, Some(connection)) => {
                let earlier = last[connection.index()].replace(id);
                earlier.is_some_and(|earlier| survey.changes[earlier.index()].key != change.key)
            }
            (Operation::Created, Some(connection)) => {
                last[connection.index()] = None;
                false
            }
            _ => false,
        }
    });
    again.collect()
}

/// Whether an organization is another one than the owner. Its name does not matter: people choose names,
/// and every event that names an organization gives its id.
pub fn is_foreign(organization: Option<OrganizationId>, owner: Option<OrganizationId>) -> bool {
    organization != owner && organization.is_some() && owner.is_some()
}

/// A time in which an organization had no active connection, after it had one.
#[derive(Clone, Copy, Debug)]
pub struct Gap {
    /// The organization.
    pub organization: Option<OrganizationId>,
    /// The change that took the last connection away.
    pub cause: usize,
    /// The change that ended it, if one did.
    pub end: Option<usize>,
    /// A connection of the organization was in an unknown state meanwhile: it may have been active.
    pub is_contradictory: bool,
}

/// Gaps as they appear in a [`walk`].
pub struct Gaps {
    /// Every gap, in the order of its causes.
    pub list: Vec<Gap>,
    open: HashMap<Option<OrganizationId>, usize, RandomState>,
    now: Timestamp,
}

impl Gaps {
    /// None so far. What is later than the present will neither begin nor end one.
    pub fn until(now: Timestamp) -> Self {
        Self { list: Vec::new(), open: HashMap::default(), now }
    }

    /// Takes in the next step, the time of its change being given.
    pub fn add(&mut self, step: &Step, time: Timestamp) {
        if time > self.now {
            return;
        }
        let is_contradictory = step.unknown > 0;
        if step.removes_last_active() {
            self.open.insert(step.owner, self.list.len());
            let (organization, cause) = (step.owner, step.change);
            self.list.push(Gap { organization, cause, end: None, is_contradictory });
        } else if step.activates()
            && let Some(gap) = self.open.remove(&step.owner)
        {
            self.list[gap].end = Some(step.change);
        } else if is_contradictory && let Some(gap) = self.open.get(&step.owner) {
            self.list[*gap].is_contradictory = true;
        }
    }
}
