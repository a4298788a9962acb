//! Finds the entries of a policy that may match a finding. They are indexed by their patterns without wildcards, so
//! that a long list is not searched for every finding.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use crate::model::operation::Operation;
use crate::model::selection::Pattern;
use crate::model::time::Timestamp;
use crate::policy::{Planned, Suppression};
use crate::rules::PlanCoverage;
use crate::rules::fingerprint::Fingerprint;
use crate::survey::Party;

/// What entries of a policy are compared with: a finding, as far as it concerns them.
#[derive(Clone, Debug)]
pub struct Candidate<'a> {
    /// The id of its rule.
    pub rule: &'static str,
    /// Which planned changes cover the findings of that rule.
    pub plan_coverage: PlanCoverage,
    /// Its [fingerprint](crate::rules::fingerprint); `None` if nothing distinguishes it from others.
    pub fingerprint: Option<Fingerprint>,
    /// What it is about.
    pub facts: ChangeFacts<'a>,
}

/// What happened, as far as it concerns the entries of a policy.
#[derive(Clone, Debug)]
pub struct ChangeFacts<'a> {
    /// When it happened.
    pub time: Option<Timestamp>,
    /// The operation, if it is about a single change.
    pub operation: Option<Operation>,
    /// The organization, if it is about a single one.
    pub organization: Party<'a>,
    /// The organization that owns the connection, if it is not the one that the event names.
    pub other: Option<Party<'a>>,
    /// Id of the connection.
    pub connection: Option<&'a str>,
    /// Who did it.
    pub actor: Party<'a>,
}

/// The number of kinds of keys that entries are indexed by; the most selective kind comes first.
const KINDS: usize = 5;
const FINGERPRINT: usize = 0;
const CONNECTION: usize = 1;
const ORGANIZATION: usize = 2;
const ACTOR: usize = 3;
const RULE: usize = 4;

/// An index of entries. Each is found by one exact text that everything it matches must have.
pub(crate) struct Candidates {
    by_text: [HashMap<String, Vec<u32>, RandomState>; KINDS],
    /// Entries whose patterns all have wildcards.
    others: Vec<u32>,
}

impl Candidates {
    /// Indexes planned changes.
    pub(crate) fn of_planned<'p>(planned: impl Iterator<Item = &'p Planned>) -> Self {
        Self::of(planned.map(|planned| {
            let Planned { organization, connection, actor, .. } = planned;
            exact_pattern(connection.as_ref(), Some(organization), actor.as_ref())
        }))
    }

    /// Indexes suppressions.
    pub(crate) fn of_suppressions<'p>(suppressions: impl Iterator<Item = &'p Suppression>) -> Self {
        Self::of(suppressions.map(|suppression| {
            let Suppression { fingerprint, rule, organization, connection, actor, .. } = suppression;
            let fingerprint = fingerprint.map(|fingerprint| (FINGERPRINT, fingerprint.text()));
            let by_pattern = exact_pattern(connection.as_ref(), organization.as_ref(), actor.as_ref());
            fingerprint.or(by_pattern).or_else(|| Some((RULE, rule.clone()?)))
        }))
    }

    fn of(keys: impl Iterator<Item = Option<(usize, String)>>) -> Self {
        let (mut by_text, mut others): ([HashMap<String, Vec<u32>, _>; KINDS], _) = Default::default();
        for (at, key) in (0..).zip(keys) {
            match key {
                Some((kind, text)) => by_text[kind].entry(text).or_default().push(at),
                None => Vec::push(&mut others, at),
            }
        }
        Self { by_text, others }
    }

    /// Indices of all entries that may match a finding, possibly with duplicates.
    pub(crate) fn of_finding(&self, found: &Candidate<'_>) -> impl Iterator<Item = usize> {
        let fingerprint = found.fingerprint.map(Fingerprint::text).unwrap_or_default();
        let rule = self.by_text[RULE].get(found.rule).into_iter().flatten();
        let by_fingerprint = self.by_text[FINGERPRINT].get(&fingerprint).into_iter().flatten();
        self.matching(&found.facts).chain(rule.chain(by_fingerprint).map(|at| *at as usize))
    }

    /// Indices of all entries that may match a change, whether or not a rule reported it; possibly with duplicates.
    pub(crate) fn matching(&self, facts: &ChangeFacts<'_>) -> impl Iterator<Item = usize> {
        let entries = |kind: usize, text: Option<&str>| text.and_then(|text| self.entries(kind, text));
        let of_party = |kind: usize, party: &Party<'_>| {
            let names = party.names.iter().map(|name| Some(*name));
            let found = names.chain([party.id]).filter_map(|text| entries(kind, text));
            found.collect::<Vec<_>>().into_iter().flatten()
        };
        let named = entries(CONNECTION, facts.connection)
            .into_iter()
            .flatten()
            .chain(of_party(ORGANIZATION, &facts.organization))
            .chain(of_party(ACTOR, &facts.actor));
        named.chain(&self.others).map(|at| *at as usize)
    }

    fn entries(&self, kind: usize, text: &str) -> Option<&Vec<u32>> {
        let entries = &self.by_text[kind];
        if entries.is_empty() { None } else { entries.get(&text.to_ascii_lowercase()) }
    }
}

/// The key of an entry: its first pattern without wildcards, in lower case.
fn exact_pattern(
    connection: Option<&Pattern>,
    organization: Option<&Pattern>,
    actor: Option<&Pattern>,
) -> Option<(usize, String)> {
    let exact = |(kind, pattern): (usize, Option<&Pattern>)| match pattern? {
        Pattern::Exact(text) => Some((kind, text.to_ascii_lowercase())),
        Pattern::Wild(_) => None,
    };
    [(CONNECTION, connection), (ORGANIZATION, organization), (ACTOR, actor)].into_iter().find_map(exact)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::read::parse;
    use crate::policy::testing::CHECKS;
    use crate::rules::PlanCoverage;
    use std::path::Path;

    #[test]
    fn few_entries_of_a_long_list_are_candidates() {
        const MANY: usize = 2_000;
        let mut text = "version = 1\n".to_owned();
        for at in 0..MANY {
            for by in [
                format!("fingerprint = \"{at:032x}\""),
                format!("rule = \"too-many-changes\"\norganization = \"org_{at}\""),
                format!("rule = \"too-many-changes\"\norganization = \"*\"\nconnection = \"conn_{at}\""),
                format!("rule = \"too-many-changes\"\nactor = \"USER_{at}\""),
            ] {
                text += &format!("[[suppressions]]\nreason = \"r\"\nexpires = \"2026-01-01\"\n{by}\n");
            }
            text += &format!("[[planned]]\norganization = \"Org_{at}\"\noperation = \"deleted\"\n");
            text += "ticket = \"t\"\nnot-before = \"2025-01-01\"\nexpires = \"2026-01-01\"\n";
        }
        let policy = parse("p", &text, Path::new(""), CHECKS).unwrap();
        let found = Candidate {
            rule: "too-many-changes",
            plan_coverage: PlanCoverage::All,
            fingerprint: Fingerprint::read(&format!("{:032X}", 7)),
            facts: ChangeFacts {
                time: None,
                operation: None,
                organization: Party { id: Some("ORG_7"), names: Vec::new() },
                other: None,
                connection: Some("conn_7"),
                actor: Party { id: Some("user_7"), names: Vec::new() },
            },
        };
        let mut suppressions: Vec<_> =
            Candidates::of_suppressions(policy.suppressions.iter()).of_finding(&found).collect();
        suppressions.sort_unstable();
        assert_eq!(suppressions, [28, 29, 30, 31]);
        assert!(Candidates::of_planned(policy.planned.iter()).of_finding(&found).eq([7]));
    }
}
