//! The verdict of `check`, independent of formats: the outcome of every rule, every finding with its status, and
//! whether the check fails.

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

use crate::model::operation::Operation;
use crate::parallel;
use crate::rules::{Rule, Severity};

pub use crate::survey::input_facts::InputFacts;
pub use counts::Counts;
pub use evaluate::{Options, check};
pub use finding::{Finding, FindingKey, Resolve, Status};
pub use outcome::Outcome;
pub use run::{PolicyInfo, Run};

/// A rule, and how many events it was evaluated on.
#[derive(Clone)]
pub struct RuleOutcome {
    /// The rule.
    pub rule: &'static Rule,
    /// Whether the policy turns it on.
    pub is_on: bool,
    /// The severity that the policy gives it.
    pub severity: Severity,
    /// How many events it could judge.
    pub judged: u64,
    /// How many events in its scope lack what it needs.
    pub not_applicable: u64,
    /// The operations of the events that it finds, if no source in the inputs logs one of them; otherwise empty.
    pub unlogged: &'static [Operation],
}

/// So many findings are counted at once.
const CHUNK: usize = 1 << 15;

fn counts_by_rule(rules: usize, findings: &[FindingKey]) -> Vec<Counts> {
    let mut all = vec![Counts::default(); rules];
    let chunks: Vec<_> = findings.chunks(CHUNK).collect();
    let of_chunks = parallel::map(&chunks, |chunk| {
        let mut counts = vec![Counts::default(); rules];
        chunk.iter().for_each(|finding| counts[usize::from(finding.rule)].add(finding));
        counts
    });
    for counts in of_chunks {
        all.iter_mut().zip(&counts).for_each(|(sum, counts)| sum.merge(counts));
    }
    all
}

/// All severities, the highest first.
pub fn severities() -> impl Iterator<Item = Severity> {
    Severity::value_variants().iter().rev().copied()
}

/// The result of `check`.
pub struct Verdict<'a> {
    /// The circumstances of the evaluation.
    pub run: Run,
    /// Every rule, whether on or off.
    pub rules: Vec<RuleOutcome>,
    /// All findings, open ones first, then by severity from the highest, rule, time and position.
    pub findings: Vec<FindingKey>,
    /// Whether the check passed.
    pub outcome: Outcome,
    /// The counts of findings for each rule.
    counts: Vec<Counts>,
    resolve: Box<dyn Resolve<'a> + 'a>,
}

impl<'a> Verdict<'a> {
    /// Sorts the findings and decides the outcome.
    pub fn new(
        run: Run,
        rules: Vec<RuleOutcome>,
        findings: Vec<FindingKey>,
        resolve: impl Resolve<'a> + 'a,
    ) -> Self {
        let (outcome, resolve) = (Outcome::Passed, Box::new(resolve));
        let mut verdict = Self { run, rules, findings: Vec::new(), outcome, counts: Vec::new(), resolve };
        verdict.counts = counts_by_rule(verdict.rules.len(), &findings);
        verdict.findings = verdict.in_order(findings);
        verdict.outcome = verdict.decide();
        verdict
    }

    fn in_order(&self, mut findings: Vec<FindingKey>) -> Vec<FindingKey> {
        let ids: Vec<_> = self.rules.iter().map(|rule| rule.rule.id).collect();
        let ranks: Vec<_> = ids.iter().map(|id| ids.iter().filter(|other| *other < id).count()).collect();
        let severities = Severity::Critical as usize + 1;
        // Groups are numbered in output order, so the highest severity gets the lowest number.
        let group = |finding: &FindingKey| {
            let lenience = severities - 1 - finding.severity as usize;
            (finding.status.rank() * severities + lenience) * ranks.len() + ranks[usize::from(finding.rule)]
        };
        // They come rule by rule, of higher severities first, and in time order within a rule: they are nearly sorted.
        parallel::sort_stably_by(&mut findings, |a, b| group(a).cmp(&group(b)));
        for findings in findings.chunk_by_mut(|a, b| group(a) == group(b)) {
            parallel::sort_if_needed(findings, |a, b| {
                self.resolve.compare_times(a, b).then_with(|| {
                    let [a, b] = [a, b].map(|finding| self.resolve(finding));
                    (a.position, a.fingerprint, a.message()).cmp(&(b.position, b.fingerprint, b.message()))
                })
            });
        }
        findings
    }

    /// Computes the full finding of a key.
    pub fn resolve(&self, finding: &FindingKey) -> Finding<'a> {
        self.resolve.finding(finding)
    }

    /// Whether a finding fails the check.
    pub fn fails(&self, finding: &FindingKey) -> bool {
        finding.status == Status::Open && finding.severity >= self.run.fail_on
    }

    /// The rule of a finding.
    pub fn rule_of(&self, finding: &Finding<'_>) -> &RuleOutcome {
        &self.rules[usize::from(finding.rule)]
    }

    /// The counts of all findings.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        self.counts.iter().for_each(|rule| counts.merge(rule));
        counts
    }

    /// The counts of findings for each rule.
    pub fn counts_by_rule(&self) -> &[Counts] {
        &self.counts
    }

    /// The findings of each rule, in order, in slices with the same kind of status and the same severity.
    pub fn by_rule(&self) -> Vec<Vec<&[FindingKey]>> {
        let mut rules = vec![Vec::new(); self.rules.len()];
        let mut rest = &*self.findings;
        while let Some(first) = rest.first() {
            let group = |finding: &FindingKey| (finding.rule, finding.status.rank(), finding.severity);
            let (slice, others) =
                rest.split_at(rest.partition_point(|finding| group(finding) == group(first)));
            rules[usize::from(first.rule)].push(slice);
            rest = others;
        }
        rules
    }
}

impl RuleOutcome {
    /// Whether it is on, but no event in its scope can have what it needs.
    pub fn is_not_applicable(&self) -> bool {
        self.is_on && (self.is_unlogged() || self.judged == 0 && self.not_applicable > 0)
    }

    /// Whether no source can have what it finds.
    pub fn is_unlogged(&self) -> bool {
        !self.unlogged.is_empty() || self.rule.unread_product().is_some()
    }

    /// Why no source in the inputs can have what it finds, as a clause.
    pub fn why_unlogged(&self) -> Option<String> {
        let names: Vec<_> = self.unlogged.iter().map(|operation| format!("`{}`", operation.name())).collect();
        if let Some(product) = self.rule.unread_product() {
            return self.is_on.then(|| format!("no source reads `{product}`"));
        }
        let is_told = self.is_on && !names.is_empty();
        is_told.then(|| format!("no source in these inputs logs {}", names.join(" or ")))
    }

    /// The controls it gives evidence for, by the key of their standard.
    pub fn controls(&self) -> [(&'static str, &'static [&'static str]); 3] {
        let controls = &self.rule.controls;
        [("soc2", controls.soc2), ("iso27001", controls.iso27001), ("nist", controls.nist)]
    }
}
