//! Fingerprints: what tells a finding from others in every export and every version of a log.
//!
//! They follow from the rule and the event alone, never from where a line is.

use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use crate::checks::Subject;
use crate::history::Change;
use crate::names::NONE;
use crate::survey::{Noted, Survey, What, hex};
use crate::time::Timestamp;

/// Hexadecimal digits of a fingerprint.
pub const DIGITS: usize = 32;

/// Of what a rule found.
pub fn of(rule: &str, survey: &Survey, subject: Subject) -> String {
    match subject {
        Subject::Change(index) => of_change(rule, survey, &survey.changes[index]),
        Subject::Noted(index) => of_noted(rule, &survey.noted[index]),
        Subject::Log(time) => of_log(rule, time),
    }
}

/// Of a change or portal link: by its event id, or else by what it says happened.
pub fn of_change(rule: &str, survey: &Survey, change: &Change) -> String {
    if let Some(id) = survey.ids.get(change.event) {
        let source = survey.action_facts.get(change.action as usize).map_or("", |facts| facts.0);
        return digest(&[rule, source, id]);
    }
    let target = if change.connection == NONE {
        survey.organizations.names.text(change.organization)
    } else {
        survey.connections.text(change.connection)
    };
    let action = survey.actions.names.text(change.action);
    let actor = survey.actors.names.text(change.actor);
    digest(&[rule, action, &change.time.rfc3339(Tz::UTC), actor, target])
}

/// Of a line or event that is of interest by itself.
pub fn of_noted(rule: &str, noted: &Noted) -> String {
    let what = match noted.what {
        What::Invalid => "invalid",
        What::Contradiction => "contradiction",
        What::Conflict => "conflict",
        What::Future => "future",
    };
    digest(&[rule, what, &noted.key])
}

/// Of a log as a whole, at a time.
pub fn of_log(rule: &str, time: Timestamp) -> String {
    digest(&[rule, &time.rfc3339(Tz::UTC)])
}

/// A fingerprint as a user wrote it; nothing if it is none.
pub fn read(text: &str) -> Option<String> {
    let is_fingerprint = text.len() == DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_fingerprint.then(|| text.to_ascii_lowercase())
}

fn digest(parts: &[&str]) -> String {
    let mut digest = hex(&Sha256::digest(parts.join("\0")));
    digest.truncate(DIGITS);
    digest
}
