//! What is known of findings already: announced, accepted, or there from the beginning.

use std::fmt;

use super::baseline::Baseline;
use super::{Planned, Policy, Suppression};
use crate::checks::Severity;
use crate::event::Operation;
use crate::select::Pattern;
use crate::time::Timestamp;

/// A finding, as far as a policy can know it.
#[derive(Clone, Debug)]
pub struct Found<'a> {
    /// Id of its rule.
    pub rule: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// See [`super::fingerprint`].
    pub fingerprint: String,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// What happened, if it is about a change.
    pub operation: Option<Operation>,
    /// Id and name.
    pub organization: [Option<&'a str>; 2],
    /// Id.
    pub connection: Option<&'a str>,
    /// Id, e-mail address and name.
    pub actor: [Option<&'a str>; 3],
}

/// What is known of a finding; of several the first one here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Status {
    /// Nothing.
    Open,
    /// The change was announced.
    Planned {
        /// Where it was approved.
        ticket: String,
    },
    /// It is accepted.
    Suppressed {
        /// Why.
        reason: String,
    },
    /// It was there from the beginning.
    Baseline,
}

/// What should be changed in a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// The policy's file.
    pub file: String,
    /// 1-based line there.
    pub line: usize,
    /// What is wrong with it.
    pub message: String,
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.file, self.line, self.message)
    }
}

/// By finding what is known of it; and which announcements and suppressions were not used or have
/// expired, in the order of the file.
///
/// An announcement holds by the time of the event, a suppression by `now`. Both are used by every
/// finding that they match, whatever is known of it besides. An announcement of what is still to
/// begin is not missed.
pub fn judge(
    policy: &Policy,
    baseline: Option<&Baseline>,
    now: Timestamp,
    found: &[Found<'_>],
) -> (Vec<Status>, Vec<Warning>) {
    let mut planned: Vec<_> = policy.planned.iter().map(|entry| (entry, false)).collect();
    let valid = policy.suppressions.iter().filter(|entry| now < entry.expires);
    let mut valid: Vec<_> = valid.map(|entry| (entry, false)).collect();
    let judge = |found: &Found<'_>| {
        let ticket = first(&mut planned, |entry| announces(entry, found)).map(|entry| &entry.ticket);
        let reason = first(&mut valid, |entry| accepts(entry, found)).map(|entry| &entry.reason);
        match (ticket, reason) {
            (Some(ticket), _) => Status::Planned { ticket: ticket.clone() },
            (None, Some(reason)) => Status::Suppressed { reason: reason.clone() },
            (None, None) if baseline.is_some_and(|baseline| baseline.contains(&found.fingerprint)) => {
                Status::Baseline
            }
            (None, None) => Status::Open,
        }
    };
    let statuses = found.iter().map(judge).collect();

    let date = |time: Timestamp| time.to_the_minute(policy.zone);
    let missed = planned.into_iter().filter(|(entry, is_used)| !is_used && entry.not_before <= now);
    let missed = missed.map(|(entry, _)| {
        let was_not_used = format!("the planned change (ticket {}) was not used", entry.ticket);
        let is_over = entry.expires <= now;
        let end = if is_over { format!("; it expired on {}", date(entry.expires)) } else { String::new() };
        (entry.line, format!("{was_not_used}{end}"))
    });
    let unused = valid.into_iter().filter(|(_, is_used)| !is_used);
    let unused = unused.map(|(entry, _)| (entry.line, format!("{} was not used", name(entry))));
    let expired = policy.suppressions.iter().filter(|entry| entry.expires <= now);
    let expired =
        expired.map(|entry| (entry.line, format!("{} expired on {}", name(entry), date(entry.expires))));
    let mut warnings: Vec<_> = missed.chain(unused).chain(expired).collect();
    warnings.sort();
    let file = policy.path.as_deref().unwrap_or("policy");
    let warning = |(line, message)| Warning { file: file.to_owned(), line, message };
    (statuses, warnings.into_iter().map(warning).collect())
}

/// The first entry that matches; every one that does is used.
fn first<'p, T>(entries: &mut [(&'p T, bool)], matches: impl Fn(&T) -> bool) -> Option<&'p T> {
    let mut first = None;
    for (entry, is_used) in entries.iter_mut().filter(|(entry, _)| matches(entry)) {
        *is_used = true;
        first = first.or(Some(*entry));
    }
    first
}

fn announces(planned: &Planned, found: &Found<'_>) -> bool {
    found.operation == Some(planned.operation)
        && found.time.is_some_and(|time| planned.not_before <= time && time < planned.expires)
        && any(&planned.organization, &found.organization)
        && concerns(planned.connection.as_ref(), &[found.connection])
        && concerns(planned.actor.as_ref(), &found.actor)
}

fn accepts(suppression: &Suppression, found: &Found<'_>) -> bool {
    let Suppression { fingerprint, rule, organization, connection, actor, .. } = suppression;
    fingerprint.as_ref().is_none_or(|fingerprint| *fingerprint == found.fingerprint)
        && rule.as_ref().is_none_or(|rule| rule == found.rule)
        && concerns(organization.as_ref(), &found.organization)
        && concerns(connection.as_ref(), &[found.connection])
        && concerns(actor.as_ref(), &found.actor)
}

/// Nothing asked for is about everything.
fn concerns(pattern: Option<&Pattern>, texts: &[Option<&str>]) -> bool {
    pattern.is_none_or(|pattern| any(pattern, texts))
}

fn any(pattern: &Pattern, texts: &[Option<&str>]) -> bool {
    texts.iter().flatten().any(|text| pattern.matches(text))
}

fn name(suppression: &Suppression) -> String {
    match (&suppression.rule, &suppression.fingerprint) {
        (Some(rule), _) => format!("the suppression of rule {rule} ({})", suppression.reason),
        (None, Some(fingerprint)) => {
            format!("the suppression of finding {fingerprint} ({})", suppression.reason)
        }
        (None, None) => format!("the suppression ({})", suppression.reason),
    }
}
