//! States of connections, and the times in which organizations had none that was active. Every question
//! goes over all changes again.

use super::log::{Entry, Key, Log};

/// The changes of a log in time order.
pub struct States<'l> {
    pub log: &'l Log,
    pub changes: Vec<&'l Entry>,
    /// What is later shows nothing of the time before the log.
    latest: i128,
    /// The moment that is asked for, or the present.
    now: i128,
}

/// A time in which an organization had no active connection.
pub struct Gap<'l> {
    pub begin: i128,
    /// The change that ended it, unless that is later than the present.
    pub end: Option<&'l Entry>,
    /// Until when it lasts.
    pub until: i128,
    pub is_certain: bool,
}

impl<'l> States<'l> {
    pub fn of(log: &'l Log) -> Self {
        Self { log, changes: log.changes(), latest: log.now, now: log.now }
    }

    /// As far as was known at a moment.
    pub fn known_at(&self, moment: i128) -> Self {
        let changes = self.changes.iter().copied().filter(|change| change.nanos <= moment).collect();
        Self { log: self.log, changes, latest: self.latest, now: moment.min(self.log.now) }
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
        let until = end.map_or_else(|| self.until(&owner, change), |end| end.nanos);
        // What has not come yet makes nothing doubtful.
        let so_far = self.changes.iter().filter(|change| !self.log.is_late(change)).count();
        let last = end
            .map_or(so_far, |end| self.changes.iter().position(|other| std::ptr::eq(*other, end)).unwrap());
        let is_unknown = |after: usize| {
            self.owned_by(&owner).iter().any(|connection| self.state(connection, after) == Some("unknown"))
        };
        let is_certain = self.is_certain(&owner, change.nanos, until) && !(at + 1..=last).any(is_unknown);
        Some(Gap { begin: change.nanos, end, until, is_certain })
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
            (before, _) => before == Some("deleted") && !self.confirms(at),
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
        change.operation() == "deleted" && earlier.is_some_and(is_other) && !self.confirms(at)
    }

    /// The sources that have changes or portal URLs of an organization.
    fn sources_about(&self, organization: &Key) -> Vec<&'static str> {
        let deeds = self.log.deeds().into_iter().filter(|deed| deed.nanos <= self.now);
        let its = deeds.filter(|deed| deed.organization().as_ref() == Some(organization));
        let mut sources: Vec<_> = its.map(Entry::source).collect();
        sources.sort_unstable();
        sources.dedup();
        sources
    }

    /// Those of them that log enablings: all but Centure.
    fn logging_enablings(&self, organization: &Key) -> Vec<&'static str> {
        self.sources_about(organization).into_iter().filter(|source| *source != "centure").collect()
    }

    fn end_of(&self, source: &str) -> i128 {
        self.log.end_of(source).min(self.now)
    }

    /// Until when an enabling in an organization would be in the log.
    pub fn seen_until(&self, organization: &Key) -> Option<i128> {
        self.logging_enablings(organization).into_iter().map(|source| self.end_of(source)).max()
    }

    /// Until when the end of what a change began would be in the log.
    pub fn until(&self, organization: &Key, change: &Entry) -> i128 {
        let end = self.seen_until(organization).filter(|end| *end >= change.nanos);
        end.unwrap_or(self.end_of(change.source()))
    }

    /// Whether a source that logs enablings knows the organization, and its log covers the time.
    pub fn is_certain(&self, organization: &Key, from: i128, to: i128) -> bool {
        self.logging_enablings(organization)
            .into_iter()
            .any(|source| self.log.begin_of(source) <= from.min(to) && from.max(to) <= self.end_of(source))
    }

    /// The event of the other source about the same deletion: not more than ten minutes apart, nothing else of the
    /// connection between, each in one pair, the earlier ones first.
    pub fn partner(&self, at: usize) -> Option<usize> {
        let connection = self.changes[at].connection();
        let its = (0..self.changes.len()).filter(|at| self.changes[*at].connection() == connection);
        let mut since: Vec<usize> = Vec::new();
        let mut pairs: Vec<(usize, usize)> = Vec::new();
        for one in its {
            let change = self.changes[one];
            if change.operation() != "deleted" {
                since.clear();
                continue;
            }
            let is_paired = |other: &usize| pairs.iter().any(|(a, b)| a == other || b == other);
            let fits = |other: &&usize| {
                let other = self.changes[**other];
                other.source() != change.source()
                    && other.organization() == change.organization()
                    && change.nanos - other.nanos <= 600 * super::histories::SECOND
            };
            let version = since.iter().copied().find(|other| {
                change.identity().is_some() && self.changes[*other].identity() == change.identity()
            });
            let free = since.iter().filter(fits).copied().find(|other| !is_paired(other));
            match version {
                // Another version of an event belongs to its pair.
                Some(version) => {
                    let its = pairs.iter().find(|(a, b)| *a == version || *b == version).copied();
                    pairs.extend(its.map(|(a, b)| (if a == version { b } else { a }, one)));
                }
                None => pairs.extend(free.map(|free| (free, one))),
            }
            if version.is_none()
                && let Some(free) = free
            {
                let id = self.changes[free].identity();
                let versions = since
                    .iter()
                    .copied()
                    .filter(|other| *other != free && id.is_some() && self.changes[*other].identity() == id);
                pairs.extend(versions.map(|version| (version, one)));
            }
            since.push(one);
        }
        let pair = pairs.into_iter().find(|(a, b)| *a == at || *b == at);
        pair.map(|(a, b)| if a == at { b } else { a })
    }

    /// Whether a deletion confirms an earlier one.
    fn confirms(&self, at: usize) -> bool {
        self.changes[at].operation() == "deleted" && self.partner(at).is_some_and(|partner| partner < at)
    }

    /// The event that tells of a deletion instead of this one: the one that says more about who did it, or the
    /// earlier one.
    pub fn told_by(&self, at: usize) -> Option<&'l Entry> {
        let partner = self.partner(at).filter(|_| self.changes[at].operation() == "deleted")?;
        let says = |at: usize| {
            let change = self.changes[at];
            let email = self.log.actor_email(change);
            (change.is_impersonated(), change.ip().is_some(), !email.is_null(), change.actor().is_some())
        };
        let is_more = says(partner) > says(at) || (says(partner) == says(at) && partner < at);
        is_more.then(|| self.changes[partner])
    }

    /// The kind that a connection was last said to have, up to a change and with it.
    pub fn kind_by(&self, connection: &Key, at: usize) -> [serde_json::Value; 3] {
        let said =
            self.changes[..=at].iter().filter(|change| change.connection().as_ref() == Some(connection));
        said.rev().find(|change| change.says_kind()).map_or_else(Default::default, |change| change.kind())
    }
}

pub fn certainty(is_certain: bool) -> &'static str {
    if is_certain { "certain" } else { "presumed" }
}
