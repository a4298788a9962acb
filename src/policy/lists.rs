//! The lists of a policy: windows, freezes, planned changes, suppressions.

use chrono_tz::Tz;

use crate::model::operation::{OPERATIONS, Operation};
use crate::model::selection::Pattern;
use crate::model::time::Timestamp;
use crate::policy::problems::Problems;
use crate::policy::toml::{Entry, Section};
use crate::policy::{Planned, Suppression};
use crate::rules::Rule;
use crate::rules::fingerprint::Fingerprint;
use crate::rules::{Freeze, Window};

/// Days as they are written, Monday first.
pub(super) const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const DAY_MINUTES: u32 = 24 * 60;

/// What lists are read with.
#[derive(Clone, Copy)]
pub(super) struct PolicyLists<'a> {
    pub(super) zone: Tz,
    pub(super) checks: &'a [&'static Rule],
    pub(super) problems: &'a Problems<'a>,
}

impl<'a> PolicyLists<'a> {
    /// Every element of a list of tables, those with problems left out.
    pub(super) fn all<T>(
        self,
        document: Section<'a>,
        key: &str,
        known: &[&str],
        read: impl Fn(Self, Section<'a>) -> Option<T>,
    ) -> Vec<T> {
        let Some(entry) = document.get(key) else {
            return Vec::new();
        };
        let elements = entry.elements(&format!("a list of tables, each under [[{key}]]")).unwrap_or_default();
        let sections = elements.into_iter().filter_map(|element: Entry<'a>| element.section(known));
        sections.filter_map(|section| read(self, section)).collect()
    }

    pub(super) fn window(self, section: Section<'a>) -> Option<Window> {
        let (days, from, to) = (section.needed("days"), section.needed("from"), section.needed("to"));
        let names: Vec<_> = DAYS.into_iter().zip(0..).collect();
        let days = days.and_then(|entry| {
            let elements = entry.elements("a list of days such as \"mon\"")?;
            if elements.is_empty() {
                return entry.refuse("`days` is empty");
            }
            let mut days = [false; 7];
            let mut is_right = true;
            for element in elements {
                match element.one_of("day", &names) {
                    Some(day) => days[day] = true,
                    None => is_right = false,
                }
            }
            is_right.then_some(days)
        });
        let from = from.and_then(|entry| {
            let minutes = entry.minutes()?;
            if minutes == DAY_MINUTES {
                return entry.refuse("a window cannot begin at 24:00; give 00:00 and the next day");
            }
            Some(minutes)
        });
        // The end of a day is the midnight after it.
        let to = to.and_then(|entry| entry.minutes().map(|minutes| minutes % DAY_MINUTES));
        Some(Window { days: days?, from: from?, to: to? })
    }

    pub(super) fn freeze(self, section: Section<'a>) -> Option<Freeze> {
        let reason = section.needed("reason").and_then(Entry::text);
        let (from, to) = self.span(section, "from", "to")?;
        Some(Freeze { reason: reason?.to_owned(), from, to })
    }

    pub(super) fn planned(self, section: Section<'a>) -> Option<Planned> {
        let organization = section.needed("organization").and_then(Entry::text).map(Pattern::new);
        let operations: Vec<_> = operations().map(|operation| (operation.name(), operation)).collect();
        let operation = section.needed("operation").and_then(|entry| entry.one_of("operation", &operations));
        let (connection, actor) = (section.pattern("connection"), section.pattern("actor"));
        let ticket = section.needed("ticket").and_then(Entry::text);
        let (not_before, expires) = self.span(section, "not-before", "expires")?;
        Some(Planned {
            organization: organization?,
            operation: operation?,
            connection,
            actor,
            not_before,
            expires,
            ticket: ticket?.to_owned(),
            line: self.problems.line(section.at),
        })
    }

    pub(super) fn suppression(self, section: Section<'a>) -> Option<Suppression> {
        let fingerprint = section.get("fingerprint").and_then(|entry| {
            let text = entry.text()?;
            let read = Fingerprint::read(text);
            read.or_else(|| {
                entry.refuse(format!("invalid fingerprint `{text}`; it has 32 hexadecimal digits"))
            })
        });
        let rules: Vec<_> = self.checks.iter().map(|check| (check.id, check.id)).collect();
        let rule = section.get("rule").and_then(|entry| entry.one_of("rule", &rules));
        if section.get("fingerprint").is_none() && section.get("rule").is_none() {
            self.problems.error(section.at, "it would suppress every rule; give a `fingerprint` or a `rule`");
        }
        let [organization, connection, actor] =
            ["organization", "connection", "actor"].map(|key| section.pattern(key));
        let reason = section.needed("reason").and_then(Entry::text);
        let expires = section.needed("expires").and_then(|entry| entry.time(self.zone));
        Some(Suppression {
            fingerprint,
            rule: rule.map(str::to_owned),
            organization,
            connection,
            actor,
            reason: reason?.to_owned(),
            expires: expires?,
            line: self.problems.line(section.at),
        })
    }

    /// A stretch of time that does not end before it begins.
    fn span(self, section: Section<'a>, from: &str, to: &str) -> Option<(Timestamp, Timestamp)> {
        let begin = section.needed(from).and_then(|entry| entry.time(self.zone));
        let entry = section.needed(to);
        let end = entry.and_then(|entry| entry.time(self.zone));
        let (begin, end, entry) = (begin?, end?, entry?);
        if end <= begin {
            return entry.refuse(format!("`{to}` is not after `{from}`"));
        }
        Some((begin, end))
    }
}

/// What can be planned: the changes, and portal links.
pub(super) fn operations() -> impl Iterator<Item = Operation> {
    OPERATIONS.iter().map(|info| info.operation).filter(|operation| operation.is_change_or_link())
}
