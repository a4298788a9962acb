//! States of connections, and the times in which organizations had none that was active. Every question
//! goes over all changes again.

use super::log::{Entry, Key, Log};

/// The changes of a log in time order.
pub struct States<'l> {
    pub log: &'l Log,
    pub changes: Vec<&'l Entry>,
    /// What is later shows nothing of the time before the log.
    latest: i128,
}

/// A time in which an organization had no active connection.
pub struct Gap<'l> {
    /// The change that ended it, unless that is later than the present.
    pub end: Option<&'l Entry>,
    /// Until when it lasts.
    pub until: i128,
    pub is_certain: bool,
}

impl<'l> States<'l> {
    pub fn of(log: &'l Log) -> Self {
        Self { log, changes: log.changes(), latest: log.now }
    }

    /// As far as was known at a moment.
    pub fn known_at(&self, moment: i128) -> Self {
        let changes = self.changes.iter().copied().filter(|change| change.nanos <= moment).collect();
        Self { log: self.log, changes, latest: self.latest }
    }

    pub fn connections(&self) -> Vec<Key> {
        let mut keys: Vec<Key> = self.changes.iter().filter_map(|change| change.connection()).collect();
        keys.sort();
        keys.dedup();
        keys
    }

    /// The changes of a connection.
    pub fn of_connection(&self, connection: &Key) -> Vec<&'l Entry> {
        self.changes
            .iter()
            .copied()
            .filter(|change| change.connection().as_ref() == Some(connection))
            .collect()
    }

    /// The organization of its first event.
    pub fn owner(&self, connection: &Key) -> Key {
        self.of_connection(connection)[0].organization().unwrap()
    }

    pub fn owner_of(&self, change: &Entry) -> Key {
        self.owner(&change.connection().unwrap())
    }

    /// Organizations that have a connection.
    pub fn owners(&self) -> Vec<Key> {
        let mut owners: Vec<Key> =
            self.connections().iter().map(|connection| self.owner(connection)).collect();
        owners.sort();
        owners.dedup();
        owners
    }

    /// Connections of an organization.
    pub fn owned_by(&self, owner: &Key) -> Vec<Key> {
        self.connections().into_iter().filter(|connection| self.owner(connection) == *owner).collect()
    }

    /// The state after so many changes of the log, as far as the log shows it.
    pub fn state(&self, connection: &Key, after: usize) -> Option<&'static str> {
        let mut state = None;
        for change in
            self.changes[..after].iter().filter(|change| change.connection().as_ref() == Some(connection))
        {
            state = Some(match (state, change.operation()) {
                (Some(kept @ ("active" | "disabled")), "created") => kept,
                (Some("deleted" | "unknown"), "enabled" | "disabled") => "unknown",
                (_, "created") => "created",
                (_, "enabled") => "active",
                (_, "disabled") => "disabled",
                _ => "deleted",
            });
        }
        state
    }

    /// A connection that begins with going away was active since before the log.
    pub fn was_there(&self, connection: &Key) -> bool {
        let first = self.of_connection(connection)[0];
        first.is_removal() && first.nanos <= self.latest
    }

    pub fn is_active(&self, connection: &Key, after: usize) -> bool {
        self.state(connection, after).map_or(self.was_there(connection), |state| state == "active")
    }

    pub fn active(&self, owner: &Key, after: usize) -> Vec<String> {
        let owned = self.owned_by(owner).into_iter();
        owned.filter(|connection| self.is_active(connection, after)).map(|(_, id)| id).collect()
    }

    /// Whether the change of that index made its connection active.
    pub fn activates(&self, at: usize) -> bool {
        let connection = self.changes[at].connection().unwrap();
        !self.is_active(&connection, at) && self.is_active(&connection, at + 1)
    }

    /// The next change that makes a connection of the owner active.
    pub fn next_active(&self, owner: &Key, from: usize) -> Option<&'l Entry> {
        (from..self.changes.len())
            .find(|at| self.activates(*at) && self.owner_of(self.changes[*at]) == *owner)
            .map(|at| self.changes[at])
    }

    /// The time without an active connection that the change of that index began, if it did.
    pub fn gap(&self, at: usize) -> Option<Gap<'l>> {
        let change = self.changes[at];
        let connection = change.connection()?;
        let owner = self.owner(&connection);
        let takes = self.is_active(&connection, at) && !self.is_active(&connection, at + 1);
        if !takes || !self.active(&owner, at + 1).is_empty() {
            return None;
        }
        // What has not begun yet is none.
        if self.log.is_late(change) {
            return None;
        }
        let end = self.next_active(&owner, at + 1);
        let end = end.filter(|end| end.nanos <= self.log.now);
        // Only one source has ids of each vendor, so that of the change would log the end, or none.
        let until = end.map_or(self.log.end_of(change.source()), |end| end.nanos);
        // What has not come yet makes nothing doubtful.
        let so_far = self.changes.iter().filter(|change| !self.log.is_late(change)).count();
        let last = end
            .map_or(so_far, |end| self.changes.iter().position(|other| std::ptr::eq(*other, end)).unwrap());
        let is_unknown = |after: usize| {
            self.owned_by(&owner).iter().any(|connection| self.state(connection, after) == Some("unknown"))
        };
        let is_certain = is_certain(&owner) && !(at + 1..=last).any(is_unknown);
        Some(Gap { end, until, is_certain })
    }

    /// What does not fit the state before it.
    pub fn oddities(&self, connection: &Key) -> Vec<String> {
        let its =
            (0..self.changes.len()).filter(|at| self.changes[*at].connection().as_ref() == Some(connection));
        its.filter(|at| self.is_odd(*at)).map(|at| self.changes[at].operation().to_owned()).collect()
    }

    pub fn is_odd(&self, at: usize) -> bool {
        let change = self.changes[at];
        match (self.state(&change.connection().unwrap(), at), change.operation()) {
            (Some(before), "created") => before != "deleted" && before != "unknown",
            (Some(before), "enabled") => ["active", "deleted", "unknown"].contains(&before),
            (Some(before), "disabled") => ["disabled", "deleted", "unknown"].contains(&before),
            (before, _) => before == Some("deleted"),
        }
    }

    /// Whether another event deleted the connection before, and none created it again.
    pub fn is_deleted_again(&self, at: usize) -> bool {
        let change = self.changes[at];
        let mut earlier: Option<&Entry> = None;
        for other in self.changes[..at].iter().filter(|other| other.connection() == change.connection()) {
            match other.operation() {
                "deleted" => earlier = Some(other),
                "created" => earlier = None,
                _ => {}
            }
        }
        // Another version of the same event is a conflict and no second deletion.
        let is_other =
            |earlier: &Entry| earlier.identity().is_none() || earlier.identity() != change.identity();
        change.operation() == "deleted" && earlier.is_some_and(is_other)
    }

    /// The kind that a connection was last said to have, up to a change and with it.
    pub fn kind_by(&self, connection: &Key, at: usize) -> [serde_json::Value; 3] {
        let said =
            self.changes[..=at].iter().filter(|change| change.connection().as_ref() == Some(connection));
        said.rev().find(|change| change.says_kind()).map_or_else(Default::default, |change| change.kind())
    }
}

/// A source that logs creations and enablings knows the organizations of its vendor; Centure, the only one
/// that has those of WorkOS, logs neither.
pub fn is_certain(organization: &Key) -> bool {
    organization.0 == "scalekit"
}

pub fn certainty(is_certain: bool) -> &'static str {
    if is_certain { "certain" } else { "presumed" }
}
