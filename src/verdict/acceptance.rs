//! Decides whether a finding is accepted: by a planned change, a suppression or the baseline.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::model::selection::Pattern;
use crate::model::time::Timestamp;
use crate::policy::baseline::Baseline;
use crate::policy::{Planned, Policy, Suppression};
use crate::rules::PlanCoverage;
use crate::survey::Changes;
use crate::survey::Party;
use crate::verdict::Status;
use crate::verdict::candidates::Candidates;
use crate::verdict::candidates::{Candidate, ChangeFacts};
use crate::verdict::unmatched::Unmatched;
use crate::verdict::unmatched::Warning;

/// What a policy and a baseline accept, and which of their entries were used so far. Many threads look findings up
/// at once, so the marks are atomic.
pub struct Acceptance<'p> {
    policy: &'p Policy,
    baseline: Option<&'p Baseline>,
    now: Timestamp,
    planned: Vec<Entry<'p, Planned>>,
    planned_by: Candidates,
    /// The suppressions that have not expired.
    valid: Vec<Entry<'p, Suppression>>,
    valid_by: Candidates,
}

/// How much of the log rules were evaluated on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// The whole log.
    All,
    /// Only selected events, or only lines that unusual reading flags let through.
    Part,
}

struct Entry<'p, T> {
    entry: &'p T,
    /// Its index in the policy.
    index: u32,
    is_used: AtomicBool,
}

impl<'p> Acceptance<'p> {
    /// Prepares the look-up. A planned change applies if its period contains the time of the event; a suppression
    /// applies if it has not expired `now`.
    pub fn new(policy: &'p Policy, baseline: Option<&'p Baseline>, now: Timestamp) -> Self {
        let is_valid = move |entry: &Suppression| now < entry.expires;
        Self {
            policy,
            baseline,
            now,
            planned: Entry::all(&policy.planned, |_| true),
            planned_by: Candidates::of_planned(policy.planned.iter()),
            valid: Entry::all(&policy.suppressions, is_valid),
            valid_by: Candidates::of_suppressions(policy.suppressions.iter().filter(move |it| is_valid(it))),
        }
    }

    /// Whether nothing is accepted, so that every finding is open.
    pub fn is_empty(&self) -> bool {
        self.planned.is_empty() && self.valid.is_empty() && self.baseline.is_none()
    }

    /// Marks planned changes as used if a matching change happened, even if no rule reported it. `changes` are in
    /// time order; `facts` describes the change at an index.
    pub fn mark_fulfilled_plans<'a>(&self, changes: &Changes, facts: impl Fn(usize) -> ChangeFacts<'a>) {
        let before = |time: Timestamp| changes.before(time);
        let begin = self.planned.iter().map(|planned| planned.entry.not_before).min();
        let end = self.planned.iter().map(|planned| planned.entry.expires).max();
        let (Some(begin), Some(end)) = (begin, end) else {
            return;
        };
        for (at, change) in changes.iter().enumerate().take(before(end)).skip(before(begin)) {
            if self.planned.iter().any(|planned| planned.entry.operation == change.operation) {
                let facts = facts(at);
                first(&self.planned, self.planned_by.matching(&facts), |entry| plan_matches(entry, &facts));
            }
        }
    }

    /// The status of a finding. Every entry that matches is marked as used, also where another one decides.
    pub fn status(&self, found: &Candidate<'_>) -> Status {
        let planned = first(&self.planned, self.planned_by.of_finding(found), |entry| covers(entry, found));
        let suppression = first(&self.valid, self.valid_by.of_finding(found), |entry| accepts(entry, found));
        match (planned, suppression) {
            (Some(planned), _) => Status::Planned(planned),
            (None, Some(suppression)) => Status::Suppressed(suppression),
            (None, None) if self.is_in_baseline(found) => Status::Baseline,
            (None, None) => Status::Open,
        }
    }

    /// Whether the baseline contains a finding, whatever its status.
    pub fn is_in_baseline(&self, found: &Candidate<'_>) -> bool {
        found.fingerprint.is_some_and(|found| self.baseline.is_some_and(|baseline| baseline.contains(found)))
    }

    /// Warnings in the order of the file: possible mistakes in the policy, expired suppressions, and unused entries
    /// with those of their patterns that match nothing in the log. There is no warning about planned changes whose
    /// period has not begun, and, if only a part of the log was covered, none about suppressions whose patterns match.
    pub fn warnings(&self, unmatched: &Unmatched, coverage: Coverage) -> Vec<Warning> {
        let Self { policy, now, planned, valid, .. } = self;
        let date = |time: Timestamp| time.to_the_minute(policy.zone);
        let unused_planned = unused(planned).filter(|entry| entry.not_before <= *now).map(|entry| {
            let Planned { organization, connection, actor, expires, ticket, line, .. } = entry;
            let over =
                if expires <= now { format!("; it expired on {}", date(*expires)) } else { String::new() };
            let why = unmatched.describe([Some(organization), connection.as_ref(), actor.as_ref()]);
            let why = why.map_or(String::new(), |why| format!("; {why}"));
            (*line, format!("the planned change (ticket {ticket}) was not used{over}{why}"))
        });
        let unused_valid = unused(valid).filter_map(|entry| {
            let patterns = [&entry.organization, &entry.connection, &entry.actor];
            let why = unmatched.describe(patterns.map(Option::as_ref));
            let is_reported = coverage == Coverage::All || why.is_some();
            let why = why.map_or(String::new(), |why| format!("; {why}"));
            is_reported.then(|| (entry.line, format!("{} was not used{why}", name(entry))))
        });
        let expired = policy.suppressions.iter().filter(|entry| entry.expires <= *now);
        let expired =
            expired.map(|entry| (entry.line, format!("{} expired on {}", name(entry), date(entry.expires))));
        let mistakes = policy.warnings.iter().cloned();
        let mut warnings: Vec<_> =
            unused_planned.chain(unused_valid).chain(expired).chain(mistakes).collect();
        warnings.sort();
        // Entries on one line can have the same warning.
        warnings.dedup();
        let file = policy.path.as_deref().unwrap_or("policy");
        let warning = |(line, message)| Warning { file: file.to_owned(), line, message };
        warnings.into_iter().map(warning).collect()
    }
}

/// The ticket or the reason in the policy that accepts a finding.
pub fn justification(policy: &Policy, status: Status) -> Option<&str> {
    match status {
        Status::Planned(index) => policy.planned.get(index as usize).map(|planned| &*planned.ticket),
        Status::Suppressed(index) => policy.suppressions.get(index as usize).map(|it| &*it.reason),
        Status::Open | Status::Baseline => None,
    }
}

impl<'p, T> Entry<'p, T> {
    /// The entries of a policy that are such.
    fn all(entries: &'p [T], is_such: impl Fn(&T) -> bool) -> Vec<Self> {
        let such = (0..).zip(entries).filter(|(_, entry)| is_such(entry));
        such.map(|(index, entry)| Self { entry, index, is_used: AtomicBool::new(false) }).collect()
    }
}

/// Marks every candidate that matches as used, and returns the index in the policy of the one that comes first in the file.
fn first<T>(
    entries: &[Entry<'_, T>],
    candidates: impl Iterator<Item = usize>,
    matches: impl Fn(&T) -> bool,
) -> Option<u32> {
    let matching = candidates.filter(|at| matches(entries[*at].entry));
    let used = matching.inspect(|at| entries[*at].is_used.store(true, Ordering::Relaxed));
    used.min().map(|at| entries[at].index)
}

fn unused<'p, T>(entries: &[Entry<'p, T>]) -> impl Iterator<Item = &'p T> {
    entries.iter().filter(|entry| !entry.is_used.load(Ordering::Relaxed)).map(|entry| entry.entry)
}

fn covers(planned: &Planned, found: &Candidate<'_>) -> bool {
    let may_cover = match found.plan_coverage {
        PlanCoverage::All => true,
        PlanCoverage::WithActor => planned.actor.is_some(),
        PlanCoverage::None => false,
    };
    may_cover && plan_matches(planned, &found.facts)
}

fn plan_matches(planned: &Planned, facts: &ChangeFacts<'_>) -> bool {
    facts.operation == Some(planned.operation)
        && facts.time.is_some_and(|time| planned.not_before <= time && time < planned.expires)
        && any(&planned.organization, &facts.organization)
        && facts.other.as_ref().is_none_or(|other| any(&planned.organization, other))
        && matches_connection(planned.connection.as_ref(), facts.connection)
        && matches_party(planned.actor.as_ref(), &facts.actor)
}

fn accepts(suppression: &Suppression, found: &Candidate<'_>) -> bool {
    let Suppression { fingerprint, rule, organization, connection, actor, .. } = suppression;
    fingerprint.is_none_or(|fingerprint| found.fingerprint == Some(fingerprint))
        && rule.as_ref().is_none_or(|rule| rule == found.rule)
        && matches_party(organization.as_ref(), &found.facts.organization)
        && matches_connection(connection.as_ref(), found.facts.connection)
        && matches_party(actor.as_ref(), &found.facts.actor)
}

/// Whether a pattern matches; an absent one always does.
fn matches_party(pattern: Option<&Pattern>, party: &Party<'_>) -> bool {
    pattern.is_none_or(|pattern| any(pattern, party))
}

fn matches_connection(pattern: Option<&Pattern>, connection: Option<&str>) -> bool {
    pattern.is_none_or(|pattern| connection.is_some_and(|id| pattern.matches(id)))
}

fn any(pattern: &Pattern, party: &Party<'_>) -> bool {
    party.is(|text| pattern.matches(text))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::operation::Operation;
    use crate::policy::read::parse;
    use crate::policy::testing::CHECKS;
    use crate::rules::fingerprint::Fingerprint;
    use std::path::Path;

    const POLICY: &str = r#"version = 1
timezone = "Europe/Berlin"
[[planned]]
organization = "acme"
operation = "disabled"
not-before = "2025-11-02T20:00:00Z"
expires = "2025-11-03T06:00:00Z"
ticket = "CHG-1"
[[planned]]
organization = "acme*"
operation = "disabled"
connection = "conn_1"
actor = "*@example.com"
not-before = "2025-11-01T00:00:00Z"
expires = "2025-11-10T00:00:00Z"
ticket = "CHG-2"
[[suppressions]]
fingerprint = "00000000000000000000000000000001"
reason = "by fingerprint"
expires = "2025-12-01T00:00:00Z"
[[suppressions]]
rule = "org-left-without-sso"
organization = "Acme Inc"
actor = "user_1"
reason = "by rule"
expires = "2025-12-02T00:00:00Z"
"#;

    fn at(text: &str) -> Timestamp {
        crate::model::time::parse(text).unwrap().timestamp
    }

    fn policy(text: &str) -> Policy {
        parse("ssoaudit.toml", text, Path::new(""), CHECKS).unwrap()
    }

    fn found(facts: ChangeFacts<'_>) -> Candidate<'_> {
        let fingerprint = Fingerprint::read(&"f".repeat(32));
        Candidate { rule: "org-left-without-sso", plan_coverage: PlanCoverage::All, fingerprint, facts }
    }

    fn party<'a>([id, name]: [Option<&'a str>; 2]) -> Party<'a> {
        Party { id, names: name.into_iter().collect() }
    }

    fn facts() -> ChangeFacts<'static> {
        ChangeFacts {
            time: Some(at("2025-11-02T21:00:00Z")),
            operation: Some(Operation::Disabled),
            organization: party([Some("org_1"), Some("ACME")]),
            other: None,
            connection: Some("conn_7"),
            actor: party([Some("user_1"), None]),
        }
    }

    fn status(now: &str, found: Candidate<'_>) -> String {
        let mut baseline = Baseline::default();
        baseline.add(Fingerprint::read(&format!("{:032}", 2)).unwrap(), "r", "m");
        let policy = policy(POLICY);
        let status = Acceptance::new(&policy, Some(&baseline), at(now)).status(&found);
        justification(&policy, status).unwrap_or(status.name()).to_owned()
    }

    /// Looking up candidates finds the same entry as going through all of them.
    #[test]
    fn every_entry_that_matches_is_a_candidate() {
        let say = |key: &str, value: &str| match value {
            "" => String::new(),
            _ => format!("{key} = \"{value}\"\n"),
        };
        let mut text = "version = 1\n".to_owned();
        for organization in ["", "org_1", "ORG_*", "Acme", "other"] {
            for connection in ["", "Conn_7", "conn_*"] {
                for actor in ["", "USER_1", "*@example.com", "ann@example.com"] {
                    let patterns = say("connection", connection) + &say("actor", actor);
                    for (rule, fingerprint) in [
                        ("", "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"),
                        ("org-left-without-sso", ""),
                        ("too-many-changes", ""),
                    ] {
                        text += "[[suppressions]]\nreason = \"r\"\nexpires = \"2026-01-01\"\n";
                        text += &(say("rule", rule) + &say("fingerprint", fingerprint));
                        text += &(say("organization", organization) + &patterns);
                    }
                    if !organization.is_empty() {
                        text += "[[planned]]\noperation = \"disabled\"\nticket = \"t\"\n";
                        text += "not-before = \"2025-11-01\"\nexpires = \"2025-12-01\"\n";
                        text += &(say("organization", organization) + &patterns);
                    }
                }
            }
        }
        let policy = policy(&text);
        let acceptance = Acceptance::new(&policy, None, at("2025-11-02T00:00:00Z"));
        let deeds = [
            facts(),
            ChangeFacts { actor: party([Some("user_2"), Some("Ann@example.com")]), ..facts() },
            ChangeFacts {
                organization: Party::default(),
                connection: None,
                actor: Party::default(),
                ..facts()
            },
        ];
        for facts in deeds {
            for found in [found(facts.clone()), Candidate { fingerprint: None, ..found(facts.clone()) }] {
                let sorted = |candidates: &mut dyn Iterator<Item = usize>| -> Vec<usize> {
                    let mut all: Vec<_> = candidates.collect();
                    all.sort();
                    all.dedup();
                    all
                };
                let all = 0..acceptance.valid.len();
                let accepting = |at: &usize| accepts(acceptance.valid[*at].entry, &found);
                let candidates = &mut acceptance.valid_by.of_finding(&found).filter(accepting);
                assert_eq!(sorted(candidates), all.filter(accepting).collect::<Vec<_>>());
                let all = 0..acceptance.planned.len();
                let covering = |at: &usize| covers(acceptance.planned[*at].entry, &found);
                let candidates = &mut acceptance.planned_by.of_finding(&found).filter(covering);
                assert_eq!(sorted(candidates), all.filter(covering).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn announcements_hold_from_their_first_moment_to_before_their_last() {
        let of = |time: &str| {
            status("2030-01-01T00:00:00Z", found(ChangeFacts { time: Some(at(time)), ..facts() }))
        };
        assert_eq!(of("2025-11-02T19:59:59.999999999Z"), "open");
        assert_eq!(of("2025-11-02T20:00:00Z"), "CHG-1");
        assert_eq!(of("2025-11-03T05:59:59.999999999Z"), "CHG-1");
        assert_eq!(of("2025-11-03T06:00:00Z"), "open");
    }

    #[test]
    fn announcements_are_of_the_same_change() {
        let now = "2025-11-02T00:00:00Z";
        for (facts, expected) in [
            (facts(), "CHG-1"),
            (ChangeFacts { organization: party([Some("Acme"), None]), ..facts() }, "CHG-1"),
            (ChangeFacts { organization: party([Some("acme2"), None]), ..facts() }, "open"),
            (ChangeFacts { organization: party([None, None]), ..facts() }, "open"),
            (ChangeFacts { operation: Some(Operation::Deleted), ..facts() }, "open"),
            (ChangeFacts { operation: None, ..facts() }, "open"),
            (ChangeFacts { time: None, ..facts() }, "open"),
            (
                ChangeFacts {
                    organization: party([Some("acme2"), None]),
                    connection: Some("CONN_1"),
                    actor: party([Some("user_2"), Some("ann@example.com")]),
                    ..facts()
                },
                "CHG-2",
            ),
            (
                ChangeFacts {
                    organization: party([Some("acme2"), None]),
                    connection: None,
                    actor: party([None, Some("ann@example.com")]),
                    ..facts()
                },
                "open",
            ),
            (
                ChangeFacts {
                    organization: party([Some("acme2"), None]),
                    connection: Some("conn_1"),
                    actor: party([Some("user_ann"), None]),
                    ..facts()
                },
                "open",
            ),
        ] {
            assert_eq!(status(now, found(facts.clone())), expected, "{facts:?}");
        }
    }

    #[test]
    fn an_announcement_is_of_both_organizations() {
        let of = |other| {
            status("2025-11-02T00:00:00Z", found(ChangeFacts { other: Some(party(other)), ..facts() }))
        };
        assert_eq!(of([Some("org_2"), Some("acme")]), "CHG-1");
        assert_eq!(of([Some("org_2"), None]), "open");
        assert_eq!(of([None, None]), "open");
    }

    #[test]
    fn some_rules_ask_for_an_actor_and_some_for_nothing() {
        let by_ann = ChangeFacts {
            organization: party([Some("acme2"), None]),
            connection: Some("conn_1"),
            actor: party([None, Some("ann@example.com")]),
            ..facts()
        };
        for (plan_coverage, without, with) in [
            (PlanCoverage::All, "CHG-1", "CHG-2"),
            (PlanCoverage::WithActor, "open", "CHG-2"),
            (PlanCoverage::None, "open", "open"),
        ] {
            let of = |facts: ChangeFacts<'_>| {
                status("2025-11-02T00:00:00Z", Candidate { plan_coverage, ..found(facts) })
            };
            assert_eq!([of(facts()), of(by_ann.clone())], [without, with], "{plan_coverage:?}");
        }
    }

    #[test]
    fn suppressions_hold_until_they_expire() {
        let by_fingerprint = Candidate {
            rule: "too-many-changes",
            plan_coverage: PlanCoverage::All,
            fingerprint: Fingerprint::read(&format!("{:032}", 1)),
            facts: ChangeFacts { operation: None, ..facts() },
        };
        let by_rule =
            found(ChangeFacts { operation: None, organization: party([None, Some("acme inc")]), ..facts() });
        for (now, found, expected) in [
            ("2025-11-30T23:59:59.999999999Z", &by_fingerprint, "by fingerprint"),
            ("2025-12-01T00:00:00Z", &by_fingerprint, "open"),
            ("2025-12-01T23:59:59.999999999Z", &by_rule, "by rule"),
            ("2025-12-02T00:00:00Z", &by_rule, "open"),
            ("2025-01-01T00:00:00Z", &Candidate { rule: "too-many-changes", ..by_rule.clone() }, "open"),
            (
                "2025-01-01T00:00:00Z",
                &found(ChangeFacts { actor: party([Some("user_2"), None]), ..by_rule.facts.clone() }),
                "open",
            ),
            (
                "2025-01-01T00:00:00Z",
                &found(ChangeFacts { organization: party([Some("Acme"), None]), ..by_rule.facts.clone() }),
                "open",
            ),
        ] {
            assert_eq!(status(now, found.clone()), expected, "{now} {found:?}");
        }
    }

    #[test]
    fn an_announcement_outranks_a_suppression_and_that_the_baseline() {
        let now = "2025-11-02T00:00:00Z";
        let first = Fingerprint::read(&format!("{:032}", 1)).unwrap();
        let everything = Candidate { fingerprint: Some(first), ..found(facts()) };
        assert_eq!(status(now, everything.clone()), "CHG-1");
        assert_eq!(
            status(now, Candidate { facts: ChangeFacts { operation: None, ..facts() }, ..everything }),
            "by fingerprint"
        );
        let old = Candidate {
            fingerprint: Fingerprint::read(&format!("{:032}", 2)),
            ..found(ChangeFacts { operation: None, ..facts() })
        };
        assert_eq!(status(now, old.clone()), "baseline");
        let old = Candidate {
            facts: ChangeFacts { organization: party([None, Some("Acme Inc")]), ..old.facts },
            ..old
        };
        assert_eq!(status(now, old.clone()), "by rule");
        assert_eq!(status("2026-01-01T00:00:00Z", old.clone()), "baseline");
        let policy = policy(POLICY);
        let acceptance = Acceptance::new(&policy, None, at("2026-01-01T00:00:00Z"));
        assert_eq!(acceptance.status(&old), Status::Open);
    }

    #[test]
    fn what_was_not_used_or_has_expired_is_told_in_the_order_of_the_file() {
        let warnings_of = |now: &str, found: &[Candidate<'_>], coverage: Coverage| -> Vec<String> {
            let policy = policy(POLICY);
            let acceptance = Acceptance::new(&policy, None, at(now));
            for found in found {
                acceptance.status(found);
            }
            acceptance.warnings(&Unmatched::default(), coverage).iter().map(Warning::to_string).collect()
        };
        let warnings = |now: &str, found: &[Candidate<'_>]| warnings_of(now, found, Coverage::All);
        let first = "ssoaudit.toml:3: the planned change (ticket CHG-1) was not used";
        let second = "ssoaudit.toml:9: the planned change (ticket CHG-2) was not used";
        let third =
            "ssoaudit.toml:17: the suppression of finding 00000000000000000000000000000001 (by fingerprint)";
        let fourth = "ssoaudit.toml:21: the suppression of rule org-left-without-sso (by rule)";
        assert_eq!(
            warnings("2025-11-02T20:00:00Z", &[]),
            [first, second, &format!("{third} was not used"), &format!("{fourth} was not used")]
        );
        assert_eq!(
            warnings("2025-11-02T19:59:59Z", &[]),
            [second, &format!("{third} was not used"), &format!("{fourth} was not used")]
        );
        assert_eq!(
            warnings("2025-12-01T00:00:00Z", &[found(facts())]),
            [
                // The first one was used, so its expiry causes no warning.
                format!("{second}; it expired on 2025-11-10 01:00+01:00"),
                format!("{third} expired on 2025-12-01 01:00+01:00"),
                format!("{fourth} was not used"),
            ]
        );
        // The other entries may be about events outside of the part that was covered.
        assert_eq!(warnings_of("2025-11-02T20:00:00Z", &[], Coverage::Part), [first, second]);
        assert_eq!(
            warnings_of("2025-12-01T00:00:00Z", &[], Coverage::Part)[2],
            format!("{third} expired on 2025-12-01 01:00+01:00")
        );
        // It matches both planned changes and both suppressions, so none of them is unused.
        let everything = Candidate {
            fingerprint: Fingerprint::read(&format!("{:032}", 1)),
            ..found(ChangeFacts {
                organization: party([Some("acme"), Some("Acme Inc")]),
                connection: Some("conn_1"),
                actor: party([Some("user_1"), Some("ann@example.com")]),
                ..facts()
            })
        };
        assert_eq!(warnings("2025-11-02T20:00:00Z", &[everything]), [""; 0]);
    }
}
