//! The lists of a policy: windows, freezes, planned changes, suppressions.

use chrono_tz::Tz;

use crate::model::operation::{OPERATIONS, Operation};
use crate::model::selection::Pattern;
use crate::model::time::{MINUTES_PER_DAY, Timestamp};
use crate::policy::toml::{Entry, Section};
use crate::policy::{Planned, Suppression};
use crate::rules::Rule;
use crate::rules::fingerprint::Fingerprint;
use crate::rules::{Freeze, Window};

/// The names of days in a policy, Monday first.
pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// A policy document, and what its lists are read with.
#[derive(Clone, Copy)]
pub(super) struct PolicyLists<'a> {
    pub(super) document: Section<'a>,
    pub(super) zone: Tz,
    /// The rules that suppressions may name.
    pub(super) rules: &'a [&'static Rule],
}

impl<'a> PolicyLists<'a> {
    pub(super) fn windows(self) -> Vec<Window> {
        self.all("windows", &["days", "from", "to"], Self::window)
    }

    pub(super) fn freezes(self) -> Vec<Freeze> {
        self.all("freezes", &["reason", "from", "to"], Self::freeze)
    }

    pub(super) fn planned(self) -> Vec<Planned> {
        const KEYS: [&str; 7] =
            ["organization", "operation", "connection", "actor", "not-before", "expires", "ticket"];
        self.all("planned", &KEYS, Self::planned_change)
    }

    pub(super) fn suppressions(self) -> Vec<Suppression> {
        const KEYS: [&str; 7] =
            ["fingerprint", "rule", "organization", "connection", "actor", "reason", "expires"];
        self.all("suppressions", &KEYS, Self::suppression)
    }

    /// Reads every element of a list of tables and leaves out those with errors.
    fn all<T>(
        self,
        key: &str,
        element_keys: &[&str],
        read: impl Fn(Self, Section<'a>) -> Option<T>,
    ) -> Vec<T> {
        let expected = format!("a list of tables, each under [[{key}]]");
        let elements = self.document.get(key).and_then(|entry| entry.elements(&expected)).unwrap_or_default();
        let sections = elements.into_iter().filter_map(|element| element.section(element_keys));
        sections.filter_map(|section| read(self, section)).collect()
    }

    fn window(self, section: Section<'a>) -> Option<Window> {
        let [days, from, to] = ["days", "from", "to"].map(|key| section.required(key));
        let days = days.and_then(days_of);
        let from = from.and_then(|entry| match entry.minutes()? {
            MINUTES_PER_DAY => entry.refuse("a window cannot begin at 24:00; give 00:00 and the next day"),
            minutes => Some(minutes),
        });
        // The end of a day is the midnight after it.
        let to = to.and_then(|entry| entry.minutes().map(|minutes| minutes % MINUTES_PER_DAY));
        Some(Window { days: days?, from: from?, to: to? })
    }

    fn freeze(self, section: Section<'a>) -> Option<Freeze> {
        let reason = section.required("reason").and_then(Entry::text);
        let (from, to) = self.span(section, "from", "to")?;
        Some(Freeze { reason: reason?.to_owned(), from, to })
    }

    fn planned_change(self, section: Section<'a>) -> Option<Planned> {
        let organization = section.required("organization").and_then(Entry::text).map(Pattern::new);
        let operations: Vec<_> = operations().map(|operation| (operation.name(), operation)).collect();
        let operation =
            section.required("operation").and_then(|entry| entry.one_of("operation", &operations));
        let (connection, actor) = (section.pattern("connection"), section.pattern("actor"));
        let ticket = section.required("ticket").and_then(Entry::text);
        let (not_before, expires) = self.span(section, "not-before", "expires")?;
        Some(Planned {
            organization: organization?,
            operation: operation?,
            connection,
            actor,
            not_before,
            expires,
            ticket: ticket?.to_owned(),
            line: section.line(),
        })
    }

    fn suppression(self, section: Section<'a>) -> Option<Suppression> {
        let fingerprint = section.get("fingerprint").and_then(|entry| {
            let text = entry.text()?;
            let invalid = || format!("invalid fingerprint `{text}`; it has 32 hexadecimal digits");
            Fingerprint::read(text).or_else(|| entry.refuse(invalid()))
        });
        let rules: Vec<_> = self.rules.iter().map(|rule| (rule.id, rule.id)).collect();
        let rule = section.get("rule").and_then(|entry| entry.one_of("rule", &rules));
        if section.get("fingerprint").is_none() && section.get("rule").is_none() {
            section.error("it would suppress every rule; give a `fingerprint` or a `rule`");
        }
        let [organization, connection, actor] =
            ["organization", "connection", "actor"].map(|key| section.pattern(key));
        let reason = section.required("reason").and_then(Entry::text);
        let expires = section.required("expires").and_then(|entry| entry.time(self.zone));
        Some(Suppression {
            fingerprint,
            rule: rule.map(str::to_owned),
            organization,
            connection,
            actor,
            reason: reason?.to_owned(),
            expires: expires?,
            line: section.line(),
        })
    }

    /// Reads two times; the second must be later than the first.
    fn span(self, section: Section<'a>, from: &str, to: &str) -> Option<(Timestamp, Timestamp)> {
        let begin = section.required(from).and_then(|entry| entry.time(self.zone));
        let entry = section.required(to);
        let end = entry.and_then(|entry| entry.time(self.zone));
        let (begin, end, entry) = (begin?, end?, entry?);
        if end <= begin {
            return entry.refuse(format!("`{to}` is not after `{from}`"));
        }
        Some((begin, end))
    }
}

/// Reads a list of days into flags, Monday first.
fn days_of(entry: Entry<'_>) -> Option<[bool; 7]> {
    let elements = entry.elements("a list of days such as \"mon\"")?;
    if elements.is_empty() {
        return entry.refuse("`days` is empty");
    }
    let names: Vec<_> = DAYS.into_iter().zip(0..).collect();
    // All elements are read before any is used, so that every error is reported.
    let numbers: Vec<_> = elements.into_iter().map(|element| element.one_of("day", &names)).collect();
    let mut days = [false; 7];
    for number in numbers {
        days[number?] = true;
    }
    Some(days)
}

/// The operations that can be planned: changes and portal links.
pub(super) fn operations() -> impl Iterator<Item = Operation> {
    OPERATIONS.iter().map(|info| info.operation).filter(|operation| operation.is_change_or_link())
}
