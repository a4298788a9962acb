//! A log, read: every event once, with what is known of it besides what it says.

use std::collections::BTreeMap;
use std::net::IpAddr;

use serde_json::Value;

use super::reading::{Normal, normalize};
use super::said::{contradicts, said};
use super::time::nanoseconds;

/// Ids are those of a vendor: another one may use the same for something else.
pub type Key = (&'static str, String);

/// An event, however often it came.
pub struct Entry {
    /// What it is about, by the ids of its vendor.
    keys: [Option<Key>; 2],
    actor: Option<String>,
    /// 0-based, and the 1-based line there, where it came first.
    pub file: usize,
    pub line: usize,
    pub nanos: i128,
    pub normal: Normal,
    /// All that it says, by path.
    said: BTreeMap<String, String>,
    pub redeliveries: u64,
    /// Another event has its id.
    pub is_conflicting: bool,
    /// It says something twice and not the same.
    pub contradicts: bool,
}

/// Operations that change connections, in the order in which they stand at one time.
pub const CHANGES: [&str; 4] = ["created", "enabled", "disabled", "deleted"];

/// Time, operation, all that a report may show, and at last what is left to tell events apart.
type PlaceInTime = (i128, usize, Vec<Option<String>>, (bool, u64, usize, usize));

/// A log, read.
pub struct Log {
    /// In the order of the input.
    pub entries: Vec<Entry>,
    pub now: i128,
    pub files: usize,
    pub lines: usize,
    /// Places of invalid lines.
    pub invalid: Vec<(usize, usize)>,
    pub out_of_order: usize,
    /// By file lines, valid, invalid, out of order, times of events.
    pub tallies: Vec<Tally>,
}

#[derive(Default)]
pub struct Tally {
    pub lines: usize,
    pub valid: usize,
    pub out_of_order: usize,
    pub times: Vec<i128>,
}

impl Log {
    pub fn read(files: &[Vec<String>], now: i128) -> Self {
        let mut log = Self {
            entries: Vec::new(),
            now,
            files: files.len(),
            lines: 0,
            invalid: Vec::new(),
            out_of_order: 0,
            tallies: Vec::new(),
        };
        for (file, lines) in files.iter().enumerate() {
            let mut tally = Tally { lines: lines.len(), ..Tally::default() };
            for (line, text) in lines.iter().enumerate() {
                match entry(text, file, line + 1) {
                    Some(entry) => {
                        tally.valid += 1;
                        tally.out_of_order +=
                            usize::from(tally.times.last().is_some_and(|last| *last > entry.nanos));
                        tally.times.push(entry.nanos);
                        log.add(entry);
                    }
                    None => log.invalid.push((file, line + 1)),
                }
            }
            log.lines += tally.lines;
            log.out_of_order += tally.out_of_order;
            log.tallies.push(tally);
        }
        log.find_conflicts();
        log
    }

    fn add(&mut self, entry: Entry) {
        match self.entries.iter_mut().find(|known| known.said == entry.said) {
            Some(known) => known.redeliveries += 1,
            None => self.entries.push(entry),
        }
    }

    fn find_conflicts(&mut self) {
        let ids: Vec<Option<(String, String)>> = self.entries.iter().map(Entry::identity).collect();
        for (entry, id) in self.entries.iter_mut().zip(&ids) {
            entry.is_conflicting = id.is_some() && ids.iter().filter(|other| *other == id).count() > 1;
        }
    }

    /// How many events have the id of another one, the first of each left aside.
    pub fn conflicts(&self) -> usize {
        let mut ids: Vec<_> = self.conflicting().iter().map(|entry| entry.identity()).collect();
        let all = ids.len();
        ids.sort();
        ids.dedup();
        all - ids.len()
    }

    pub fn conflicting(&self) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.is_conflicting).collect()
    }

    /// Changes of connections and domains and portal URLs as they happened.
    pub fn deeds(&self) -> Vec<&Entry> {
        let mut deeds: Vec<&Entry> = self.entries.iter().filter(|entry| entry.is_deed()).collect();
        deeds.sort_by_key(|entry| entry.place_in_time());
        deeds
    }

    /// Changes of connections as they happened.
    pub fn changes(&self) -> Vec<&Entry> {
        self.deeds().into_iter().filter(|entry| entry.is_change()).collect()
    }

    /// What an organization was called last.
    pub fn name_of(&self, organization: &Key) -> Value {
        self.latest(|entry| {
            (entry.organization().as_ref() == Some(organization)).then(|| entry.at(&["organization", "name"]))
        })
    }

    /// Name and e-mail address that an actor had last.
    pub fn actor_texts(&self, actor: &str) -> [Value; 2] {
        ["name", "email"].map(|what| {
            self.latest(|entry| (entry.at(&["actor", "id"]) == actor).then(|| entry.at(&["actor", what])))
        })
    }

    /// The last text, of two at one time the greater one.
    fn latest(&self, text: impl Fn(&Entry) -> Option<Value>) -> Value {
        let said =
            self.entries.iter().filter_map(|entry| Some((entry.nanos, text(entry)?.as_str()?.to_owned())));
        said.max().map_or(Value::Null, |(_, text)| text.into())
    }

    /// What to call an actor.
    pub fn actor(&self, entry: &Entry) -> Value {
        let id = entry.at(&["actor", "id"]);
        let Some(known) = id.as_str() else {
            return Value::Null;
        };
        let [name, email] = self.actor_texts(known);
        [name, email, id].into_iter().find(|text| !text.is_null()).unwrap_or(Value::Null)
    }

    pub fn actor_email(&self, entry: &Entry) -> Value {
        entry.actor().map_or(Value::Null, |actor| self.actor_texts(&actor)[1].clone())
    }

    pub fn begin_of(&self, source: &str) -> i128 {
        self.entries
            .iter()
            .filter(|entry| entry.source() == source)
            .map(|entry| entry.nanos)
            .min()
            .unwrap_or_default()
    }

    /// Until when a source's log goes: what is dated later than the present does not show that it goes
    /// beyond the others.
    pub fn end_of(&self, source: &str) -> i128 {
        let all = self.entries.iter().filter(|entry| entry.source() == source).map(|entry| entry.nanos);
        all.filter(|time| *time <= self.now).max().unwrap_or_default()
    }

    /// Whether an event is dated later than the present.
    pub fn is_late(&self, entry: &Entry) -> bool {
        entry.nanos > self.now
    }
}

fn entry(text: &str, file: usize, line: usize) -> Option<Entry> {
    let normal = normalize(text)?;
    let nanos = nanoseconds(normal.event["time"].as_str()?)?;
    let root: Value = serde_json::from_str(text).ok()?;
    let said = said(&root, &normal, nanos);
    let contradicts = contradicts(&root, &normal);
    let mut entry = Entry {
        keys: [None, None],
        actor: normal.event["actor"]["id"].as_str().map(str::to_owned),
        file,
        line,
        nanos,
        normal,
        said,
        redeliveries: 0,
        is_conflicting: false,
        contradicts,
    };
    let connection =
        if entry.operation() == "portal-opened" { Value::Null } else { entry.at(&["connection", "id"]) };
    entry.keys = [entry.key(entry.at(&["organization", "id"])), entry.key(connection)];
    Some(entry)
}

impl Entry {
    /// What is there in the normalized event.
    pub fn at(&self, path: &[&str]) -> Value {
        path.iter().fold(&self.normal.event, |value, key| &value[*key]).clone()
    }

    pub fn text(&self, path: &[&str]) -> String {
        self.at(path).as_str().unwrap_or_default().to_owned()
    }

    pub fn source(&self) -> &'static str {
        let known = ["centure", "workos", "scalekit"];
        known.into_iter().find(|name| self.normal.event["source"] == *name).unwrap()
    }

    /// Whose ids it has: Centure passes on those of WorkOS.
    pub fn space(&self) -> &'static str {
        match self.source() {
            "centure" => "workos",
            other => other,
        }
    }

    fn key(&self, id: Value) -> Option<Key> {
        id.as_str().map(|id| (self.space(), id.to_owned()))
    }

    pub fn organization(&self) -> Option<Key> {
        self.keys[0].clone()
    }

    /// The connection; a portal URL is about none.
    pub fn connection(&self) -> Option<Key> {
        self.keys[1].clone()
    }

    pub fn connection_id(&self) -> Value {
        self.connection().map_or(Value::Null, |(_, id)| id.into())
    }

    pub fn organization_id(&self) -> Value {
        self.at(&["organization", "id"])
    }

    pub fn actor(&self) -> Option<String> {
        self.actor.clone()
    }

    /// The address, however it is spelt.
    pub fn ip(&self) -> Option<String> {
        let ip = self.text(&["ip"]).parse::<IpAddr>().ok()?;
        Some(ip.to_canonical().to_string())
    }

    pub fn impersonator(&self) -> Value {
        self.at(&["actor", "impersonator", "email"])
    }

    pub fn raw_reason(&self) -> Value {
        self.at(&["actor", "impersonator", "reason"])
    }

    /// The reason, if it says anything.
    pub fn reason(&self) -> Value {
        let raw = self.raw_reason();
        if raw.as_str().is_some_and(|text| text.chars().any(char::is_alphanumeric)) {
            raw
        } else {
            Value::Null
        }
    }

    /// Somebody else drove the session, as rules see it.
    pub fn is_impersonated(&self) -> bool {
        !self.impersonator().is_null() || !self.reason().is_null()
    }

    pub fn operation(&self) -> &str {
        self.normal.event["operation"].as_str().unwrap_or_default()
    }

    pub fn action(&self) -> String {
        self.text(&["action"])
    }

    pub fn is_change(&self) -> bool {
        CHANGES.contains(&self.operation())
    }

    pub fn is_deed(&self) -> bool {
        self.is_change() || ["portal-opened", "domain-changed"].contains(&self.operation())
    }

    pub fn is_removal(&self) -> bool {
        ["disabled", "deleted"].contains(&self.operation())
    }

    /// Type, protocol and provider.
    pub fn kind(&self) -> [Value; 3] {
        ["type", "protocol", "provider"].map(|what| self.at(&["connection", what]))
    }

    pub fn says_kind(&self) -> bool {
        self.kind().iter().any(|word| !word.is_null())
    }

    /// Source and id, if it has one.
    pub fn identity(&self) -> Option<(String, String)> {
        let id = self.at(&["id"]).as_str()?.to_owned();
        Some((self.source().to_owned(), id))
    }

    /// Where it stands among deeds.
    pub fn place_in_time(&self) -> PlaceInTime {
        let rank = ["portal-opened", "created", "enabled", "disabled", "deleted", "domain-changed"];
        let rank = rank.iter().position(|operation| *operation == self.operation()).unwrap_or(9);
        let text = |value: Value| value.as_str().map(str::to_owned);
        let mut texts = vec![text(self.connection_id()), text(self.organization_id()), self.actor()];
        texts.extend(self.kind().map(text));
        texts.extend([self.ip(), Some(format!("{}\0{}", self.action(), self.source()))]);
        texts.extend([text(self.impersonator()), text(self.reason()), text(self.at(&["id"]))]);
        // Only of changes a report shows how often they came.
        let again = if self.is_deed() { self.redeliveries } else { 0 };
        (self.nanos, rank, texts, (self.is_conflicting, again, self.file, self.line))
    }
}
