//! What `check` says, before any format: every rule with what it judged, every finding with its
//! status, and whether all that fails the check.

pub mod acceptance;
pub(crate) mod candidates;
mod counts;
pub mod evaluate;
mod finding;
mod outcome;
mod run;
mod subject;
pub mod unmatched;

use clap::ValueEnum;

use crate::parallel;
use crate::rules::{Rule, Severity};

pub use counts::Counts;
pub use evaluate::{Options, check};
pub use finding::{Finding, FindingKey, Resolve, Status};
pub use outcome::Outcome;
pub use run::{InputFacts, PolicyInfo, Run};

/// A rule and what it judged.
#[derive(Clone)]
pub struct RuleOutcome {
    /// The rule.
    pub check: &'static Rule,
    /// Whether it was judged.
    pub is_on: bool,
    /// How bad its findings are under the policy.
    pub severity: Severity,
    /// Events it could judge.
    pub judged: u64,
    /// Events in its scope that lack what it needs.
    pub not_applicable: u64,
}

/// The severities, the worst first.
pub fn severities() -> impl Iterator<Item = Severity> {
    Severity::value_variants().iter().rev().copied()
}

/// What `check` says.
pub struct Verdict<'a> {
    /// Under what circumstances rules were judged.
    pub run: Run,
    /// Every rule, judged or not.
    pub rules: Vec<RuleOutcome>,
    /// What they found: open ones first, the worst first, then by rule, time and place.
    pub findings: Vec<FindingKey<'a>>,
    /// What it comes down to.
    pub outcome: Outcome,
    /// By rule.
    counts: Vec<Counts>,
    resolve: Resolve<'a>,
}

impl<'a> Verdict<'a> {
    /// Puts findings in order and decides.
    pub fn new(
        run: Run,
        rules: Vec<RuleOutcome>,
        findings: Vec<FindingKey<'a>>,
        resolve: Resolve<'a>,
    ) -> Self {
        let outcome = Outcome::Passed;
        let mut verdict = Self { run, rules, findings: Vec::new(), outcome, counts: Vec::new(), resolve };
        let count = || {
            let mut counts = vec![Counts::default(); verdict.rules.len()];
            findings.iter().for_each(|finding| counts[usize::from(finding.rule)].add(finding));
            counts
        };
        (verdict.counts, verdict.findings) = parallel::both(count, || verdict.in_order(&findings));
        verdict.outcome = verdict.decide();
        verdict
    }

    fn in_order(&self, findings: &[FindingKey<'a>]) -> Vec<FindingKey<'a>> {
        let ids: Vec<_> = self.rules.iter().map(|rule| rule.check.id).collect();
        let places: Vec<_> = ids.iter().map(|id| ids.iter().filter(|other| *other < id).count()).collect();
        let severities = Severity::Critical as usize + 1;
        // Groups are numbered in their order: the worst severity has the least number.
        let group = |finding: &FindingKey<'_>| {
            let lenience = severities - 1 - finding.severity as usize;
            (finding.status.rank() * severities + lenience) * places.len() + places[usize::from(finding.rule)]
        };
        // What a rule finds is mostly in the order of time.
        let order = together(findings, Status::NAMES.len() * severities * places.len(), group);
        let mut findings = parallel::map(&order, |index| findings[*index as usize]);
        for findings in findings.chunk_by_mut(|a, b| group(a) == group(b)) {
            parallel::sort_by(findings, |a, b| {
                a.time.cmp(&b.time).then_with(|| {
                    let [a, b] = [a, b].map(|finding| self.resolve(finding));
                    (a.place, a.fingerprint, a.message()).cmp(&(b.place, b.fingerprint, b.message()))
                })
            });
        }
        findings
    }

    /// The whole of a finding.
    pub fn resolve(&self, finding: &FindingKey<'a>) -> Finding<'a> {
        (self.resolve)(finding)
    }

    /// Whether a finding violates the policy.
    pub fn fails(&self, finding: &FindingKey<'_>) -> bool {
        finding.status == Status::Open && finding.severity >= self.run.fail_on
    }

    /// The rule that found something.
    pub fn rule_of(&self, finding: &Finding<'_>) -> &RuleOutcome {
        &self.rules[usize::from(finding.rule)]
    }

    /// How many findings there are.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.counts.iter().for_each(|rule| counts.merge(rule));
        counts
    }

    /// How many findings there are of every rule.
    pub fn counts_by_rule(&self) -> &[Counts] {
        &self.counts
    }

    /// The findings of every rule, in their order.
    pub fn by_rule(&self) -> Vec<Vec<&FindingKey<'a>>> {
        let mut findings: Vec<_> =
            self.counts.iter().map(|counts| Vec::with_capacity(counts.total() as usize)).collect();
        self.findings.iter().for_each(|finding| findings[usize::from(finding.rule)].push(finding));
        findings
    }
}

/// By place the index of what comes there when items of the same group come together, in the order of groups, which
/// are numbered; those of a group keep theirs.
fn together<T>(items: &[T], groups: usize, group: impl Fn(&T) -> usize) -> Vec<u32> {
    let mut places = vec![0_u32; groups];
    items.iter().for_each(|item| places[group(item)] += 1);
    let mut next = 0;
    places.iter_mut().for_each(|place| next += std::mem::replace(place, next));
    let mut order = vec![0; items.len()];
    for (index, item) in (0..).zip(items) {
        let place = &mut places[group(item)];
        order[*place as usize] = index;
        *place += 1;
    }
    order
}

impl RuleOutcome {
    /// Whether it was to be judged, but no event says what it needs.
    pub fn is_not_applicable(&self) -> bool {
        self.is_on && self.judged == 0 && self.not_applicable > 0
    }

    /// The controls it gives evidence for, with the key of their standard.
    pub fn controls(&self) -> [(&'static str, &'static [&'static str]); 3] {
        let controls = &self.check.controls;
        [("soc2", controls.soc2), ("iso27001", controls.iso27001), ("nist", controls.nist)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn groups_come_together_in_order(groups in prop::collection::vec(0..5_u8, 0..60)) {
            let mut expected: Vec<u32> = (0..groups.len() as u32).collect();
            expected.sort_by_key(|index| groups[*index as usize]);
            prop_assert_eq!(together(&groups, 5, |group| usize::from(*group)), expected);
        }
    }
}
