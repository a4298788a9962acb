//! What lines of vendors mean whose events come in wrappers, with numbers as times, and from logs of attempts.

pub mod auth0;
pub mod github;
pub mod okta;
pub mod slack;

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use super::reading::{Invalid, Normal, Valid, collect, require, some_text, unless_hollow};
use super::time::{milliseconds, nanoseconds};

/// The first vendor that claims the line, its event taken out of what is around it.
pub fn normalize(root: &Value) -> Option<Valid<Normal>> {
    let event = unwrapped(root, &["event", "detail"]);
    if okta::looks_like(event) {
        return Some(okta::okta(event));
    }
    let entry = unwrapped(root, &["event", "detail", "data"]);
    if auth0::looks_like(entry) {
        return Some(auth0::auth0(root, entry));
    }
    if github::looks_like(event) {
        Some(github::github(event))
    } else {
        slack::looks_like(event).then(|| slack::slack(event))
    }
}

/// What is in the wrappers, of which one that is an event by itself wraps nothing.
fn unwrapped<'a>(root: &'a Value, keys: &[&str]) -> &'a Value {
    keys.iter().fold(root, |outer, key| {
        let inner = outer.get(key).filter(|inner| inner.is_object());
        inner.filter(|_| !is_complete(outer)).unwrap_or(outer)
    })
}

/// Whether an object is an event by itself.
fn is_complete(object: &Value) -> bool {
    let has_time = |keys: &[&str]| keys.iter().any(|key| object.get(key).is_some_and(is_time));
    let is_named = |key: &str| object.get(key).is_some_and(|name| name.as_str() != Some(""));
    super::reading::is_complete(object)
        || (okta::looks_like(object)
            && (is_named("eventType") || is_named("eventtype"))
            && has_time(&["published"]))
        || (auth0::looks_like(object) && is_named("type") && has_time(&["date", "time"]))
        || (github::looks_like(object) && is_named("action") && has_time(&github::TIMES))
        || (slack::looks_like(object) && is_named("action") && has_time(&["date_create"]))
}

fn is_time(value: &Value) -> bool {
    value.is_number() || value.as_str().is_some_and(|text| nanoseconds(text).is_some())
}

/// A member under one of two names; both at once are an error, null is nothing.
pub fn either<'a>(object: &'a Value, names: [&str; 2]) -> Valid<Option<&'a Value>> {
    match names.map(|name| object.get(name)) {
        [Some(_), Some(_)] => Err(Invalid),
        [one, other] => Ok(one.or(other).filter(|value| !value.is_null())),
    }
}

/// A text, which may be missing or null; what an object lacks that is missing itself is missing.
pub fn text<'a>(object: &'a Value, name: &str) -> Valid<Option<&'a str>> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_str().map(Some).ok_or(Invalid),
    }
}

/// A text that has to be there and to say something.
pub fn filled<'a>(object: &'a Value, name: &str) -> Valid<&'a str> {
    text(object, name)?.filter(|text| !text.is_empty()).ok_or(Invalid)
}

/// An object, which may be missing or null.
pub fn object<'a>(parent: &'a Value, name: &str) -> Valid<&'a Value> {
    match parent.get(name) {
        None | Some(Value::Null) => Ok(&Value::Null),
        Some(value) => require(value.is_object()).map(|()| value),
    }
}

/// What may be anything: its members count if it is an object.
pub fn open<'a>(parent: &'a Value, name: &str) -> &'a Value {
    parent.get(name).filter(|value| value.is_object()).unwrap_or(&Value::Null)
}

/// A list of objects, which may be missing or null.
pub fn list<'a>(parent: &'a Value, name: &str) -> Valid<&'a [Value]> {
    match parent.get(name) {
        None | Some(Value::Null) => Ok(&[]),
        Some(Value::Array(items)) => require(items.iter().all(Value::is_object)).map(|()| &items[..]),
        Some(_) => Err(Invalid),
    }
}

/// A text or whole number.
pub fn text_or_integer(object: &Value, name: &str) -> Valid<Option<String>> {
    match object.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(number @ Value::Number(_)) => {
            require(number.as_f64().is_some_and(|number| number.fract() == 0.0))?;
            Ok(Some(number.to_string()))
        }
        Some(_) => Err(Invalid),
    }
}

/// The scalars of a member that may be anything.
pub fn scalars(object: &Value, name: &str) -> Vec<String> {
    let written = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        _ => None,
    };
    match object.get(name) {
        Some(Value::Array(items)) => items.iter().filter_map(written).collect(),
        Some(value) => written(value).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The first text that says something.
pub fn first<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> Value {
    some_text(texts.into_iter().flatten().find(|text| !text.is_empty()))
}

/// A moment, and how it is shown.
pub struct When {
    pub text: String,
    nanos: i128,
}

/// A date-time.
pub fn date_time(text: &str) -> Valid<When> {
    Ok(When { nanos: nanoseconds(text).ok_or(Invalid)?, text: text.to_owned() })
}

/// So many units since 1970 as a number or in digits, or a date-time; null is nothing.
pub fn epoch(value: &Value, per_second: i128) -> Valid<Option<When>> {
    let units = match value {
        Value::Null => return Ok(None),
        Value::String(text) if nanoseconds(text).is_some() => return date_time(text).map(Some),
        Value::String(text) => text.strip_suffix(".0").unwrap_or(text).parse::<i128>().ok(),
        Value::Number(number) => {
            let float = number.as_f64().filter(|float| float.fract() == 0.0);
            number.as_i64().map(i128::from).or(float.map(|float| float as i128))
        }
        _ => None,
    };
    let nanos = units.ok_or(Invalid)? * (1_000_000_000 / per_second);
    let seconds = i64::try_from(nanos.div_euclid(1_000_000_000)).map_err(|_| Invalid)?;
    require((-62_167_219_200..=253_402_300_799).contains(&seconds))?;
    let rest = u32::try_from(nanos.rem_euclid(1_000_000_000)).map_err(|_| Invalid)?;
    let moment = DateTime::from_timestamp(seconds, rest).ok_or(Invalid)?;
    Ok(Some(When { text: moment.to_rfc3339_opts(SecondsFormat::AutoSi, true), nanos }))
}

/// What is found out about an event; everything else is null.
#[derive(Default)]
pub struct Found {
    pub id: Value,
    pub outcome: Option<&'static str>,
    pub actor: Value,
    pub organization: Value,
    /// The ids and the names of all organizations that the event names.
    pub organizations: [Vec<String>; 2],
    pub connection: Value,
    /// Of what the vendor is the identity provider itself.
    pub is_outbound: bool,
    pub environment: Value,
    /// As they may be addresses, the best first.
    pub ips: Vec<String>,
    pub user_agent: Value,
    pub is_documented: bool,
}

impl Found {
    pub fn normal(self, source: &str, when: &When, [action, operation]: [&str; 2]) -> Normal {
        let ip = self.ips.iter().find(|ip| ip.parse::<std::net::IpAddr>().is_ok());
        let mut connection = with(
            &["id", "name", "type", "protocol", "provider", "direction", "enabled", "status"],
            self.connection,
        );
        if self.is_outbound {
            connection["direction"] = "outbound".into();
        } else if ["id", "name", "type"].iter().any(|name| !connection[name].is_null()) {
            connection["direction"] = "inbound".into();
        }
        let filled =
            |texts: Vec<String>| texts.into_iter().filter(|text| !text.is_empty()).collect::<Vec<_>>();
        let [organization_ids, names] = self.organizations.map(filled);
        let organizations = [organization_ids.clone(), names].concat();
        let event = json!({
            "schema": "ssoaudit.event.v2", "source": source, "id": self.id,
            "time": when.text, "epoch_ms": milliseconds(when.nanos),
            "action": action, "operation": operation, "outcome": self.outcome,
            "actor": unless_hollow(with(&["kind", "type", "id", "name", "email", "impersonator"], self.actor)),
            "organization": unless_hollow(with(&["id", "name"], self.organization)),
            "connection": unless_hollow(connection),
            "certificate": null,
            "environment_id": self.environment, "ip": ip, "user_agent": self.user_agent, "page": null,
        });
        let mut normal = Normal {
            is_documented: self.is_documented,
            is_ambiguous: false,
            organizations,
            organization_ids,
            connections: Vec::new(),
            connection_types: Vec::new(),
            event,
        };
        collect(&mut normal.organizations, &normal.event["organization"]["id"]);
        collect(&mut normal.organization_ids, &normal.event["organization"]["id"]);
        collect(&mut normal.organizations, &normal.event["organization"]["name"]);
        collect(&mut normal.connections, &normal.event["connection"]["id"]);
        collect(&mut normal.connection_types, &normal.event["connection"]["type"]);
        normal
    }
}

fn with(names: &[&str], object: Value) -> Value {
    let mut object = if object.is_null() { json!({}) } else { object };
    for name in names {
        object.as_object_mut().unwrap().entry(*name).or_insert(Value::Null);
    }
    object
}
