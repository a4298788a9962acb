//! What things were called, and when.

use super::log::{Entry, Key, Log};

/// Something that has an id, and texts by which people know it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Named {
    Organization(Key),
    Actor(String),
}

impl Named {
    pub fn id(&self) -> &str {
        match self {
            Self::Organization((_, id)) | Self::Actor(id) => id,
        }
    }

    /// What an event calls it, if it is about it.
    pub fn said_by(&self, entry: &Entry) -> Option<String> {
        let text = match self {
            Self::Organization(key) if entry.organization().as_ref() == Some(key) => {
                entry.at(&["organization", "name"])
            }
            Self::Actor(id) if entry.actor().as_deref() == Some(id) => entry.at(&["actor", "email"]),
            _ => return None,
        };
        text.as_str().map(str::to_owned)
    }
}

/// Every text that the log has for it.
pub fn all(log: &Log, named: &Named) -> Vec<String> {
    let mut texts: Vec<String> = log.entries.iter().filter_map(|entry| named.said_by(entry)).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// Every text that events about SSO have for it up to the present.
pub fn believed(log: &Log, named: &Named) -> Vec<String> {
    let entries = log.entries.iter().filter(|entry| entry.operation() != "other" && entry.nanos <= log.now);
    let mut texts: Vec<String> = entries.filter_map(|entry| named.said_by(entry)).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// What it may have been called at the time of an event: what events about SSO called it by then, but for texts
/// after whose last use another one came up by then.
pub fn in_force(log: &Log, named: &Named, time: i128) -> Vec<String> {
    let uses: Vec<(i128, String)> = log
        .entries
        .iter()
        .filter(|entry| entry.operation() != "other" && entry.nanos <= log.now)
        .filter_map(|entry| Some((entry.nanos, named.said_by(entry)?)))
        .collect();
    let by_then = uses.iter().filter(|(nanos, _)| *nanos <= time);
    let mut texts: Vec<String> = by_then.map(|(_, text)| text.clone()).collect();
    texts.sort();
    texts.dedup();
    let times = |text: &str| {
        uses.iter().filter(move |(_, said)| said == text).map(|(time, _)| *time).collect::<Vec<_>>()
    };
    let is_superseded = |text: &String| {
        let last = times(text).into_iter().max();
        texts.iter().any(|other| other != text && times(other).into_iter().min() > last)
    };
    texts.iter().filter(|text| !is_superseded(text)).cloned().collect()
}

/// Texts that an excuse for an event has to match, all of them, if it does not match the id.
pub fn to_excuse(log: &Log, named: &Named, entry: &Entry) -> Vec<String> {
    match named.said_by(entry) {
        // What is dated later than the present is excused by the id alone.
        _ if entry.nanos > log.now => Vec::new(),
        Some(text) => vec![text],
        None => in_force(log, named, entry.nanos),
    }
}

/// Whether an excuse is about it.
pub fn excuses(log: &Log, named: &Named, entry: &Entry, matches: impl Fn(&str) -> bool) -> bool {
    let texts = to_excuse(log, named, entry);
    matches(named.id()) || (!texts.is_empty() && texts.iter().all(|text| matches(text)))
}

/// Whether what puts events under a rule is about it.
pub fn concerns(log: &Log, named: &Named, matches: impl Fn(&str) -> bool) -> bool {
    matches(named.id()) || all(log, named).iter().any(|text| matches(text))
}
