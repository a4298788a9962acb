//! What a log says about connections over time, worked out in the most obvious way.
//!
//! Every question goes over all changes again, so that nothing is carried from one to the next.
//! Where an event and its connection may be told apart (the event names another organization, or
//! gives no type), the row leaves the key out: either answer would do.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Map, Value, json};

use super::reading::normalize;
use super::time::nanoseconds;

/// A valid event of the log.
pub struct Entry {
    /// What it says, to tell whether two lines say the same.
    said: Value,
    /// The normalized event.
    event: Value,
    nanos: i128,
    redeliveries: u64,
}

/// The log, read.
pub struct History {
    /// Every valid event, in the order of the input.
    all: Vec<Entry>,
    /// How many of them came before.
    again: u64,
    /// Changes in the order they happened, each once.
    changes: Vec<Entry>,
    /// Portal links, each once.
    portals: Vec<Entry>,
    files: usize,
    lines: usize,
    out_of_order: usize,
}

const CHANGES: [&str; 4] = ["created", "enabled", "disabled", "deleted"];

fn entry(line: &str) -> Option<Entry> {
    let event = normalize(line)?.event;
    let nanos = nanoseconds(event["time"].as_str()?)?;
    Some(Entry { said: said(serde_json::from_str(line).ok()?, &event, nanos), event, nanos, redeliveries: 0 })
}

/// What a line says, however its time is written; of a Centure event neither whether it came in a wrapper
/// nor the version of its schema.
fn said(line: Value, event: &Value, nanos: i128) -> Value {
    let mut said = line;
    if event["source"] == "centure" {
        let wrapped = said.get_mut("event").map(Value::take);
        said = wrapped.unwrap_or(said);
        said["id"] = event["id"].clone();
        said["organization_id"] = event["organization"]["id"].clone();
        leave_out(&mut said, &["version"]);
    }
    said["occurred_at"] = nanos.to_string().into();
    said
}

/// Each event once, with how often it came again.
fn once(entries: impl Iterator<Item = Entry>) -> Vec<Entry> {
    let mut kept: Vec<Entry> = Vec::new();
    for entry in entries {
        match kept.iter_mut().find(|known| known.said == entry.said) {
            Some(known) => known.redeliveries += 1,
            None => kept.push(entry),
        }
    }
    kept
}

/// RFC 3339 in UTC; no digits of a second, or three, six or nine.
pub fn utc(nanos: i128) -> String {
    let nanos = i64::try_from(nanos).unwrap();
    DateTime::from_timestamp_nanos(nanos).to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

fn seconds(nanos: i128) -> u64 {
    u64::try_from(nanos / 1_000_000_000).unwrap()
}

impl Entry {
    fn operation(&self) -> &str {
        self.event["operation"].as_str().unwrap()
    }

    fn connection(&self) -> &str {
        self.event["connection"]["id"].as_str().unwrap()
    }

    fn is_change(&self) -> bool {
        CHANGES.contains(&self.operation()) && self.event["connection"]["id"].is_string()
    }

    /// Where the operation stands among those of the same time.
    fn rank(&self) -> usize {
        CHANGES.iter().position(|operation| *operation == self.operation()).unwrap()
    }

    fn is_removal(&self) -> bool {
        ["disabled", "deleted"].contains(&self.operation())
    }

    /// The state a connection is in after this event, if it can come to it.
    fn state(&self) -> &'static str {
        ["created", "active", "disabled", "deleted"][self.rank()]
    }

    fn actor(&self) -> Value {
        let actor = &self.event["actor"];
        let known = ["name", "email", "id"].map(|key| actor[key].clone());
        known.into_iter().find(|value| !value.is_null()).unwrap_or(Value::Null)
    }
}

impl History {
    /// Reads files, each a list of lines.
    pub fn read(files: &[Vec<&str>]) -> Self {
        let mut out_of_order = 0;
        for file in files {
            let times: Vec<i128> = file.iter().filter_map(|line| entry(line)).map(|it| it.nanos).collect();
            out_of_order += times.windows(2).filter(|pair| pair[1] < pair[0]).count();
        }
        let entries = || files.iter().flatten().filter_map(|line| entry(line));
        let mut changes = once(entries().filter(Entry::is_change));
        changes.sort_by_key(|change| {
            (change.nanos, change.rank(), change.connection().to_owned(), change.said.to_string())
        });
        let portals = once(entries().filter(|entry| entry.operation() == "portal-opened"));
        let lines = files.iter().map(Vec::len).sum();
        let again = once(entries()).iter().map(|entry| entry.redeliveries).sum();
        Self { all: entries().collect(), again, changes, portals, files: files.len(), lines, out_of_order }
    }

    fn begin(&self) -> i128 {
        self.all.iter().map(|entry| entry.nanos).min().unwrap_or_default()
    }

    fn end(&self) -> i128 {
        self.all.iter().map(|entry| entry.nanos).max().unwrap_or_default()
    }

    /// Until when it would be seen that what a change did to an organization is over: to the end of the log
    /// of Scalekit, which logs everything, where it knows the organization, or else of the change's source.
    fn until(&self, organization: &str, change: &Entry) -> i128 {
        let end_of = |source: &Value| {
            let its = self.all.iter().filter(|entry| entry.event["source"] == *source);
            its.map(|entry| entry.nanos).max().unwrap_or_default()
        };
        let scalekit = Value::from("scalekit");
        let is_known = self.changes.iter().chain(&self.portals).any(|entry| {
            entry.event["organization"]["id"] == organization && entry.event["source"] == scalekit
        });
        let end = end_of(&scalekit);
        if is_known && end >= change.nanos { end } else { end_of(&change.event["source"]) }
    }

    /// The changes of a connection.
    fn of(&self, connection: &str) -> Vec<&Entry> {
        self.changes.iter().filter(|change| change.connection() == connection).collect()
    }

    /// The state of a connection after so many changes of the log, as far as the log shows it.
    fn shown(&self, connection: &str, after: usize) -> Option<&'static str> {
        let before = self.changes[..after].iter().filter(|change| change.connection() == connection);
        state_after(before)
    }

    /// The same where a connection that only goes away was active since before the log.
    fn state(&self, connection: &str, after: usize) -> &'static str {
        let was_there = self.of(connection)[0].is_removal();
        self.shown(connection, after).unwrap_or(if was_there { "active" } else { "nothing" })
    }

    fn connections(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.changes.iter().map(Entry::connection).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The organization a connection belongs to.
    fn home(&self, connection: &str) -> &str {
        self.of(connection)[0].event["organization"]["id"].as_str().unwrap()
    }

    /// Ids of organizations that have a connection.
    fn organizations(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.connections().iter().map(|id| self.home(id)).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    }

    /// The latest name the log gives for an organization.
    fn name(&self, organization: &str) -> Value {
        let named = self.all.iter().filter(|entry| {
            let of_event = &entry.event["organization"];
            of_event["id"] == organization && !of_event["name"].is_null()
        });
        named
            .max_by_key(|entry| entry.nanos)
            .map_or(Value::Null, |it| it.event["organization"]["name"].clone())
    }

    /// Active connections of an organization after so many changes of the log.
    fn active(&self, organization: &str, after: usize) -> Vec<&str> {
        let ids = self.connections().into_iter();
        ids.filter(|id| self.home(id) == organization && self.state(id, after) == "active").collect()
    }

    /// What the latest of so many changes of the log that says it says about a connection.
    fn fact(&self, connection: &str, key: &str, after: usize) -> Value {
        let its = self.changes[..after].iter().filter(|change| change.connection() == connection);
        let said = its.rev().map(|change| &change.event["connection"][key]);
        said.into_iter().find(|value| !value.is_null()).cloned().unwrap_or(Value::Null)
    }

    /// The change that makes a connection of the organization active next.
    fn next_active(&self, organization: &str, from: usize) -> Option<&Entry> {
        let mut later = (from..self.changes.len()).filter(|at| {
            let change = &self.changes[*at];
            change.operation() == "enabled"
                && self.home(change.connection()) == organization
                && self.state(change.connection(), *at) != "active"
                && self.state(change.connection(), *at + 1) == "active"
        });
        later.next().map(|at| &self.changes[at])
    }

    fn is_recreated(&self, removed: &Entry, organization: &str, from: usize) -> bool {
        (from..self.changes.len()).any(|at| {
            let change = &self.changes[at];
            ["created", "enabled"].contains(&change.operation())
                && self.state(change.connection(), at + 1) != "unknown"
                && self.home(change.connection()) == organization
                && ["protocol", "provider"].iter().all(|key| {
                    self.fact(change.connection(), key, at + 1) == removed.event["connection"][*key]
                })
        })
    }

    /// Rows of `report removals`, the worst first.
    pub fn removals(&self) -> Vec<Value> {
        let mut rows: Vec<_> = (0..self.changes.len())
            .filter(|at| self.changes[*at].is_removal())
            .map(|at| self.removal(at))
            .collect();
        rows.sort_by_key(|(key, _)| key.clone());
        rows.into_iter().map(|(_, row)| row).collect()
    }

    fn removal(&self, at: usize) -> ((u8, i128, i128, String), Value) {
        let change = &self.changes[at];
        let id = change.connection();
        let organization = self.home(id);
        let left = self.active(organization, at + 1).len();
        let next = self.next_active(organization, at + 1);
        let exposed = left == 0 && self.state(id, at) == "active";
        let until = next.map_or(self.until(organization, change), |next| next.nanos);
        let length = until - change.nanos;
        let class = if exposed { u8::from(next.is_some()) } else { 2 };
        let key = (class, if exposed { -length } else { 0 }, change.nanos, id.to_owned());
        let event = &change.event;
        let mut row = json!({
            "time": utc(change.nanos),
            "organization_id": organization,
            "organization_name": self.name(organization),
            "connection_id": id,
            "connection_type": event["connection"]["type"],
            "protocol": event["connection"]["protocol"],
            "provider": event["connection"]["provider"],
            "operation": change.operation(),
            "actor": change.actor(),
            "actor_id": event["actor"]["id"],
            "actor_email": event["actor"]["email"],
            "impersonator": event["actor"]["impersonator"]["email"],
            "ip": event["ip"],
            "left_active": left,
            "replaced_by": next.map(Entry::connection),
            "replaced_after_seconds": next.map(|next| seconds(next.nanos - change.nanos)),
            "exposure_seconds": exposed.then(|| seconds(length)),
            "exposure_ends": next.filter(|_| exposed).map(|next| utc(next.nanos)),
            "still_exposed": exposed && next.is_none(),
            "recreated": self.is_recreated(change, organization, at + 1),
        });
        if event["connection"]["provider"].is_null() {
            leave_out(&mut row, &["connection_type", "protocol", "provider", "recreated"]);
        }
        (key, row)
    }

    /// Rows of `report connections`.
    pub fn connection_rows(&self) -> Vec<Value> {
        let mut ids = self.connections();
        ids.sort_by_key(|id| (self.home(id), *id));
        ids.into_iter().map(|id| self.connection_row(id)).collect()
    }

    fn connection_row(&self, id: &str) -> Value {
        let changes = self.of(id);
        let last = changes[changes.len() - 1];
        let first_created = changes.iter().find(|change| change.operation() == "created");
        let last_enabled = changes.iter().rev().find(|change| change.operation() == "enabled");
        let organization = self.home(id);
        json!({
            "connection_id": id,
            "organization_id": organization,
            "organization_name": self.name(organization),
            "connection_type": self.fact(id, "type", self.changes.len()),
            "protocol": self.fact(id, "protocol", self.changes.len()),
            "provider": self.fact(id, "provider", self.changes.len()),
            "state": state_after(changes.iter().copied()),
            "created": first_created.map(|change| utc(change.nanos)),
            "enabled": last_enabled.map(|change| utc(change.nanos)),
            "last_change": utc(last.nanos),
            "active_seconds": seconds(self.active_nanos(&changes)),
            "changes": changes.len(),
            "redeliveries": changes.iter().map(|change| change.redeliveries).sum::<u64>(),
            "odd": odd(&changes),
        })
    }

    fn active_nanos(&self, changes: &[&Entry]) -> i128 {
        let mut active = 0;
        let (mut is_active, mut since) = (changes[0].is_removal(), self.begin());
        for (at, change) in changes.iter().enumerate() {
            active += if is_active { change.nanos - since } else { 0 };
            let state = state_after(changes[..=at].iter().copied());
            (is_active, since) = (state == Some("active"), change.nanos);
        }
        let last = changes[changes.len() - 1];
        let end = self.until(self.home(last.connection()), last);
        active + if is_active { end - since } else { 0 }
    }

    /// Rows of the section `posture` at a moment, of which nothing is known but what happened by then.
    pub fn posture(&self, at: i128) -> Vec<Value> {
        let after = self.changes.iter().filter(|change| change.nanos <= at).count();
        let is_known = |id: &&str| self.shown(id, after).is_some();
        let active = |organization: &str, after: usize| -> Vec<&str> {
            self.active(organization, after).into_iter().filter(is_known).collect()
        };
        let row = |organization: &str| {
            let last = (0..after).rev().find(|before| !active(organization, *before).is_empty());
            let active = active(organization, after);
            let without = last.filter(|_| active.is_empty()).map(|last| utc(self.changes[last].nanos));
            json!({
                "organization_id": organization,
                "organization_name": self.name(organization),
                "active": active.len(),
                "connections": active,
                "without_since": without,
            })
        };
        let mut known = self.organizations();
        known.retain(|organization| {
            let ids = self.connections().into_iter().filter(|id| self.home(id) == *organization);
            ids.filter(is_known).count() > 0
        });
        known.into_iter().map(row).collect()
    }

    /// Rows of `report changes`.
    pub fn change_rows(&self) -> Vec<Value> {
        (0..self.changes.len()).map(|at| self.change_row(at)).collect()
    }

    fn change_row(&self, at: usize) -> Value {
        let change = &self.changes[at];
        let event = &change.event;
        let actor = &event["actor"];
        let organization = self.home(change.connection());
        let mut row = json!({
            "time": utc(change.nanos),
            "organization_id": organization,
            "organization_name": self.name(organization),
            "operation": change.operation(),
            "action": event["action"],
            "connection_id": change.connection(),
            "connection_type": event["connection"]["type"],
            "provider": event["connection"]["provider"],
            "protocol": event["connection"]["protocol"],
            "before": self.shown(change.connection(), at),
            "after": self.shown(change.connection(), at + 1),
            "actor": change.actor(),
            "actor_id": actor["id"],
            "actor_email": actor["email"],
            "ip": event["ip"],
            "since_portal_seconds": self.since_portal(change),
            "impersonator": actor["impersonator"]["email"],
            "impersonation_reason": actor["impersonator"]["reason"],
            "redeliveries": change.redeliveries,
        });
        if event["connection"]["provider"].is_null() {
            leave_out(&mut row, &["connection_type", "protocol", "provider"]);
        }
        if event["organization"]["id"] != organization {
            leave_out(&mut row, &["organization_id", "organization_name"]);
        }
        row
    }

    fn since_portal(&self, change: &Entry) -> Option<u64> {
        let actor = change.event["actor"]["id"].as_str()?;
        let earlier = self
            .portals
            .iter()
            .filter(|portal| portal.event["actor"]["id"] == actor && portal.nanos < change.nanos);
        earlier.map(|portal| portal.nanos).max().map(|portal| seconds(change.nanos - portal))
    }

    /// The object `input` of `summary`.
    pub fn input(&self) -> Value {
        let others = self.all.iter().filter(|entry| entry.operation() == "other").count();
        let known = (!self.all.is_empty()).then(|| [self.begin(), self.end()].map(utc));
        json!({
            "lines": self.lines,
            "valid": self.all.len(),
            "invalid": self.lines - self.all.len(),
            "other": others,
            "redeliveries": self.again,
            "out_of_order": self.out_of_order,
            "first": known.as_ref().map(|[first, _]| first),
            "last": known.as_ref().map(|[_, last]| last),
            "files": self.files,
        })
    }
}

/// The state of a connection after its changes. What is there cannot be created, and stays what it was; what is
/// gone cannot be enabled or disabled, and nothing is known until it is created or deleted again.
fn state_after<'a>(changes: impl Iterator<Item = &'a Entry>) -> Option<&'static str> {
    changes.fold(None, |before, change| match (before, change.operation()) {
        (Some("active" | "disabled"), "created") => before,
        (Some("deleted" | "unknown"), "enabled" | "disabled") => Some("unknown"),
        _ => Some(change.state()),
    })
}

/// What no connection should do, in words of our own: how they read is for the program to choose.
fn odd(changes: &[&Entry]) -> Vec<String> {
    let before = |at: usize| state_after(changes[..at].iter().copied()).unwrap();
    let pairs = (1..changes.len()).map(|at| (before(at), changes[at].operation()));
    let is_odd = |(before, operation): &(&str, &str)| match *operation {
        "created" => !["deleted", "unknown"].contains(before),
        "enabled" => ["active", "deleted", "unknown"].contains(before),
        "disabled" => ["disabled", "deleted", "unknown"].contains(before),
        _ => *before == "deleted",
    };
    pairs.filter(is_odd).map(|(before, operation)| format!("{operation} when {before}")).collect()
}

fn leave_out(row: &mut Value, keys: &[&str]) {
    let row: &mut Map<String, Value> = row.as_object_mut().unwrap();
    row.retain(|key, _| !keys.contains(&key.as_str()));
}
