//! What rules are judged by, and what a policy knows of what they find.

use serde_json::{Value, json};

use super::history::utc;
use super::log::{Entry, Key, Log};
use super::names::{Named, concerns, excuses, in_force};
use super::policies::{Planned, Policy, RULES, SEVERITIES, Suppression};
use super::select::matches;
use super::selections::Selection;
use super::states::{States, certainty};

/// Everything that there is to judge.
pub struct Judge<'l> {
    pub log: &'l Log,
    pub states: States<'l>,
    /// Changes and portal URLs in time order.
    pub deeds: Vec<&'l Entry>,
    pub policy: &'l Policy,
    pub selection: &'l Selection,
}

/// What a rule finds.
#[derive(Clone)]
pub struct Found<'l> {
    pub rule: &'static str,
    pub time: Option<i128>,
    pub place: Option<(usize, usize)>,
    /// The place of the next event after a silence.
    pub next: Option<(usize, usize)>,
    /// The event that it is about, or that stands for others.
    pub entry: Option<&'l Entry>,
    /// What was done, if it is about one change.
    pub operation: Option<&'l str>,
    pub organization: Option<Key>,
    pub has_connection: bool,
    pub is_certain: Option<bool>,
}

impl<'l> Found<'l> {
    /// About a change.
    pub fn of(rule: &'static str, entry: &'l Entry) -> Self {
        Self { operation: Some(entry.operation()), ..Self::noted(rule, entry) }
    }

    /// About no event.
    pub fn of_nothing(rule: &'static str) -> Self {
        Self {
            rule,
            time: None,
            place: None,
            next: None,
            entry: None,
            operation: None,
            organization: None,
            has_connection: false,
            is_certain: None,
        }
    }

    /// About an event, whatever it did.
    pub fn noted(rule: &'static str, entry: &'l Entry) -> Self {
        Self {
            time: Some(entry.nanos),
            place: Some((entry.file, entry.line)),
            entry: Some(entry),
            organization: entry.organization(),
            has_connection: true,
            ..Self::of_nothing(rule)
        }
    }
}

impl<'l> Judge<'l> {
    pub fn new(log: &'l Log, policy: &'l Policy, selection: &'l Selection) -> Self {
        Self { log, states: States::of(log), deeds: log.deeds(), policy, selection }
    }

    /// Whether an event is in the scope of a rule as one of an organization.
    pub fn covers_for(&self, rule: &str, entry: &Entry, organization: Option<&Key>) -> bool {
        if !self.selection.selects(self.log, entry) {
            return false;
        }
        let Some(wanted) = self.policy.rules.get(rule) else {
            return true;
        };
        let names = |pattern: &&str| {
            organization.is_some_and(|key| {
                concerns(self.log, &Named::Organization(key.clone()), |text| matches(pattern, text))
            })
        };
        (wanted.organizations.is_empty() || wanted.organizations.iter().any(names))
            && (wanted.sources.is_empty() || wanted.sources.contains(&entry.source()))
    }

    pub fn covers(&self, rule: &str, entry: &Entry) -> bool {
        self.covers_for(rule, entry, entry.organization().as_ref())
    }

    pub fn setting(&self, rule: &str, key: &str, default: u64) -> i128 {
        i128::from(self.policy.setting(rule, key, default))
    }

    /// The finding as the program tells it, without its sentence.
    pub fn row(&self, found: &Found<'l>) -> Value {
        let (log, entry) = (self.log, found.entry);
        let mut severity = self.policy.severity(found.rule);
        if found.is_certain == Some(false) {
            let rank = |name: &str| SEVERITIES.iter().position(|severity| *severity == name);
            severity = if rank(severity) > rank("medium") { "medium" } else { severity };
        }
        let mut row = json!({
            "rule": found.rule,
            "severity": severity,
            "time": found.time.map(utc),
            "file": found.place.map(|(file, _)| format!("{file}.ndjson")),
            "line": found.place.map(|(_, line)| line),
            "next": found.next.map(|(file, line)| format!("{file}.ndjson:{line}")),
            "action": entry.map(Entry::action),
            "organization": found.organization.as_ref().map(|(_, id)| id),
            "organization_name": found.organization.as_ref().map_or(Value::Null, |key| log.name_of(key)),
            "connection": entry.filter(|_| found.has_connection).map_or(Value::Null, Entry::connection_id),
            "actor": entry.map_or(Value::Null, |entry| log.actor(entry)),
            "actor_id": entry.and_then(Entry::actor),
        });
        if let Some(is_certain) = found.is_certain {
            row["certainty"] = certainty(is_certain).into();
        }
        row["status"] = self.status(found).into();
        row
    }

    fn status(&self, found: &Found<'l>) -> &'static str {
        let (_, _, _, plan_coverage) = *RULES.iter().find(|(id, ..)| *id == found.rule).unwrap();
        let is_planned = |planned: &Planned| {
            let may = match plan_coverage {
                'a' => true,
                'w' => planned.actor.is_some(),
                _ => false,
            };
            may && self.announces(planned, found)
        };
        if self.policy.planned.iter().any(is_planned) {
            return "planned";
        }
        if self.policy.suppressions.iter().any(|suppression| self.accepts(suppression, found)) {
            return "suppressed";
        }
        "open"
    }

    fn announces(&self, planned: &Planned, found: &Found<'l>) -> bool {
        let (Some(entry), Some(time)) = (found.entry, found.time) else {
            return false;
        };
        let connection = entry.connection();
        // The owner and the organization that the event names have to be those of the plan.
        let owner =
            connection.as_ref().filter(|_| entry.is_change()).map(|connection| self.states.owner(connection));
        let organizations = [found.organization.clone(), entry.organization(), owner];
        found.operation == Some(planned.operation)
            && planned.not_before <= time
            && time < planned.expires
            && found.organization.is_some()
            && organizations.into_iter().flatten().all(|key| self.is_about(planned.organization, &key, entry))
            && planned.connection.is_none_or(|pattern| self.is_of_connection(pattern, found))
            && planned.actor.is_none_or(|pattern| self.is_by(pattern, found))
    }

    fn accepts(&self, suppression: &Suppression, found: &Found<'l>) -> bool {
        let is_about = |pattern: &str| match (found.entry, &found.organization) {
            (Some(entry), Some(key)) => self.is_about(pattern, key, entry),
            // A silence of an organization begins at a time, and what it was called then counts.
            (None, Some(key)) => {
                let named = Named::Organization(key.clone());
                let names = found.time.map_or_else(Vec::new, |time| in_force(self.log, &named, time));
                let is_called_so = !names.is_empty() && names.iter().all(|name| matches(pattern, name));
                matches(pattern, named.id()) || is_called_so
            }
            _ => false,
        };
        suppression.rule == found.rule
            && self.log.now < suppression.expires
            && suppression.organization.is_none_or(is_about)
            && suppression.connection.is_none_or(|pattern| self.is_of_connection(pattern, found))
            && suppression.actor.is_none_or(|pattern| self.is_by(pattern, found))
    }

    fn is_about(&self, pattern: &str, key: &Key, entry: &Entry) -> bool {
        excuses(self.log, &Named::Organization(key.clone()), entry, |text| matches(pattern, text))
    }

    fn is_of_connection(&self, pattern: &str, found: &Found<'l>) -> bool {
        let id = found.entry.filter(|_| found.has_connection).map_or(Value::Null, Entry::connection_id);
        id.as_str().is_some_and(|id| matches(pattern, id))
    }

    fn is_by(&self, pattern: &str, found: &Found<'l>) -> bool {
        let Some((entry, actor)) = found.entry.and_then(|entry| Some((entry, entry.actor()?))) else {
            return false;
        };
        excuses(self.log, &Named::Actor(actor), entry, |text| matches(pattern, text))
    }

    /// What the roster says of a deed of administrators.
    pub fn verdict(&self, entry: &Entry) -> &'static str {
        let role = self.role(entry);
        let is_foreign = entry.is_change() && self.is_foreign(entry);
        match role {
            Some(None) => "not on the roster",
            Some(Some("member")) => "wrong role",
            _ if is_foreign => "not the owner",
            None => "unknown actor",
            Some(_) if entry.is_impersonated() => "impersonated",
            Some(_) => "allowed",
        }
    }

    /// The strongest role of whoever did it; nothing where that is not known.
    fn role(&self, entry: &Entry) -> Option<Option<&'static str>> {
        let actor = Named::Actor(entry.actor()?);
        let organization = entry.organization().map(Named::Organization);
        let gives = |[at, who, _]: &&[&'static str; 3]| {
            let is_there = |named: &Named| excuses(self.log, named, entry, |text| matches(at, text));
            let is_theirs = excuses(self.log, &actor, entry, |text| matches(who, text));
            (*at == "*" || organization.as_ref().is_some_and(is_there)) && is_theirs
        };
        let roles: Vec<&'static str> =
            self.policy.roster.iter().filter(gives).map(|[_, _, role]| *role).collect();
        Some(roles.iter().copied().find(|role| *role == "admin").or(roles.first().copied()))
    }

    /// The role of whoever did something, by ids and by the names in force at the time. If something had several names,
    /// the weakest role counts.
    pub fn role_in_force(&self, entry: &Entry) -> Option<&'static str> {
        let names = |named: &Named| match entry.nanos <= self.log.now {
            true => in_force(self.log, named, entry.nanos),
            false => Vec::new(),
        };
        let rank = |role: &Option<&str>| ["member", "admin"].iter().position(|name| Some(*name) == *role);
        let strongest = |roles: Vec<Option<&'static str>>| roles.into_iter().max_by_key(rank).flatten();
        let weakest = |roles: Vec<Option<&'static str>>| roles.into_iter().min_by_key(rank).flatten();
        let actor = Named::Actor(entry.actor()?);
        let role = |organization: Option<&str>, actor: &str| {
            let is_there = |at: &str| at == "*" || organization.is_some_and(|text| matches(at, text));
            let rows = self.policy.roster.iter().filter(|[at, who, _]| is_there(at) && matches(who, actor));
            strongest(rows.map(|[_, _, role]| Some(*role)).collect())
        };
        let in_organization = |organization: Option<&str>| {
            let by_name = names(&actor).iter().map(|name| role(organization, name)).collect();
            strongest(vec![role(organization, actor.id()), weakest(by_name)])
        };
        let organization = entry.organization().map(Named::Organization);
        let called = organization.as_ref().map_or_else(Vec::new, names);
        let by_name = called.iter().map(|name| in_organization(Some(name))).collect();
        strongest(vec![in_organization(organization.as_ref().map(Named::id)), weakest(by_name)])
    }

    /// Whether a change names another organization than the owner.
    pub fn is_foreign(&self, entry: &Entry) -> bool {
        entry.organization().is_some_and(|organization| organization != self.states.owner_of(entry))
    }
}
