//! What `check` says, before any format: every rule with what it judged, every finding with its
//! status, and whether all that fails the check.

pub mod acceptance;
pub(crate) mod candidates;
pub mod evaluate;
mod outcome;
pub mod unmatched;

use std::borrow::Cow;
use std::path::PathBuf;

use clap::ValueEnum;

use crate::analysis::reach::Certainty;
use crate::model::hashed_file::HashedFile;
use crate::model::operation::Operation;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::rules::fingerprint::Fingerprint;
use crate::rules::wording::ChangeDescription;
use crate::rules::{Rule, Severity};

pub use outcome::Outcome;

/// Under what circumstances rules were judged.
#[derive(Clone, Debug)]
pub struct Run {
    /// The policy.
    pub policy: PolicyInfo,
    /// The least severity that fails the check.
    pub fail_on: Severity,
    /// What was taken for the present.
    pub now: Timestamp,
    /// The baseline that findings were compared with.
    pub baseline: Option<HashedFile>,
    /// What was read, in the order it was given.
    pub inputs: Vec<InputFacts>,
    /// Flags of the selection; nothing else was judged.
    pub selection: Vec<String>,
    /// Events that it keeps.
    pub selected: u64,
    /// Those among them whose action no document names, so that no rule but `unknown-action` sees what they did.
    pub unknown_actions: u64,
    /// Flags that say how lines were read, if not as usual.
    pub reading: Vec<String>,
    /// Pseudonyms are shown for what is personal.
    pub is_redacted: bool,
    /// An invalid line violates the policy, whatever rules say.
    pub is_strict: bool,
    /// There has to be an event.
    pub needs_event: bool,
    /// The working directory: to those who look at findings beside its files, these are relative to it.
    pub folder: Option<PathBuf>,
    /// What a reader has to know, a sentence each: entries that expired, limits.
    pub warnings: Vec<String>,
}

/// Which policy was applied.
#[derive(Clone, Debug)]
pub struct PolicyInfo {
    /// Where it was read from; nothing for the defaults.
    pub path: Option<String>,
    /// SHA-256 of the file in hexadecimal; of no bytes for the defaults.
    pub sha256: String,
    /// Its roster.
    pub roster: Option<HashedFile>,
}

/// An input that was read.
#[derive(Clone, Debug)]
pub struct InputFacts {
    /// Its name as in places.
    pub name: String,
    /// Why it was not read to its end.
    pub error: Option<String>,
    /// Its size as it was read, compressed or not.
    pub bytes: u64,
    /// SHA-256 of those bytes in hexadecimal, if it was asked for and there was something to read.
    pub sha256: Option<String>,
    /// Lines, without blank ones.
    pub lines: u64,
    /// Lines that are valid events.
    pub valid: u64,
    /// Lines that are not.
    pub invalid: u64,
    /// The earliest event.
    pub first: Option<Timestamp>,
    /// The latest event.
    pub last: Option<Timestamp>,
}

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

/// A finding as far as the verdict depends on it. There can be as many as changes, and mostly people are
/// shown few of them: the rest is told when it is asked for.
#[derive(Clone, Copy, Debug)]
pub struct FindingKey<'a> {
    /// Index of the rule in [`Verdict::rules`].
    pub rule: u16,
    /// How bad it is.
    pub severity: Severity,
    /// Whether it is known already.
    pub status: Status<'a>,
    /// The baseline has it, whatever else is known.
    pub is_in_baseline: bool,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// Which of those of its rule it is.
    pub number: u32,
}

/// Tells the whole of a finding.
pub type Resolve<'a> = Box<dyn Fn(&FindingKey<'a>) -> Finding<'a> + Send + Sync + 'a>;

/// Something that a rule found; texts stay where they are kept.
#[derive(Clone, Debug)]
pub struct Finding<'a> {
    /// Index of the rule in [`Verdict::rules`].
    pub rule: u16,
    /// How bad it is.
    pub severity: Severity,
    /// The operation that the message begins with, if the rest of it goes on from there.
    pub begins_with: Option<Operation>,
    /// What happened, or the rest of it; see [`Self::message`].
    pub message: Cow<'a, str>,
    /// How it is known, where it is about a state.
    pub certainty: Option<Certainty>,
    /// The same in every run over an export that has it.
    pub fingerprint: Fingerprint,
    /// Whether it is known already.
    pub status: Status<'a>,
    /// The baseline has it, whatever else is known.
    pub is_in_baseline: bool,
    /// When it happened.
    pub time: Option<Timestamp>,
    /// Name of its file, and its 1-based line there.
    pub place: Option<(&'a str, u64)>,
    /// The vendor's action.
    pub action: Option<&'a str>,
    /// Id of the organization.
    pub organization: Option<&'a str>,
    /// Name of the organization.
    pub organization_name: Option<&'a str>,
    /// Id of the connection.
    pub connection: Option<&'a str>,
    /// What to call who did it.
    pub actor: Option<&'a str>,
    /// Id of who did it.
    pub actor_id: Option<&'a str>,
}

impl<'a> Finding<'a> {
    /// What happened, in a sentence without a full stop. It is put together when it is asked for: the
    /// sentences of all findings would need more memory than the findings.
    pub fn message(&self) -> Cow<'a, str> {
        let Some(operation) = self.begins_with else {
            return self.message.clone();
        };
        let Self { connection, organization, organization_name, actor, .. } = *self;
        let description = ChangeDescription { operation, connection, organization, organization_name, actor };
        Cow::Owned(description.followed_by(&self.message))
    }
}

/// Whether a finding is known already; only open ones can violate the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status<'a> {
    /// It is not.
    Open,
    /// It was announced.
    Planned {
        /// Where it was approved.
        ticket: &'a str,
    },
    /// It is accepted.
    Suppressed {
        /// Why.
        reason: &'a str,
    },
    /// The baseline has it.
    Baseline,
}

impl<'a> Status<'a> {
    /// The names of all, in their order.
    pub const NAMES: [&'static str; 4] = ["open", "planned", "suppressed", "baseline"];

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::NAMES[self.rank()]
    }

    /// Why it is what it is: a ticket, or a reason.
    pub fn because(self) -> Option<&'a str> {
        match self {
            Self::Planned { ticket: because } | Self::Suppressed { reason: because } => Some(because),
            Self::Open | Self::Baseline => None,
        }
    }

    /// Its place in [`Self::NAMES`].
    pub fn rank(self) -> usize {
        match self {
            Self::Open => 0,
            Self::Planned { .. } => 1,
            Self::Suppressed { .. } => 2,
            Self::Baseline => 3,
        }
    }
}

/// The severities, the worst first.
pub fn severities() -> impl Iterator<Item = Severity> {
    Severity::value_variants().iter().rev().copied()
}

/// The name of a severity, as on the command line.
pub fn severity_name(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Low => "low",
        Severity::Medium => "medium",
        Severity::High => "high",
        Severity::Critical => "critical",
    }
}

/// How many findings there are by status and severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([[u64; 5]; 4]);

impl Counts {
    fn add(&mut self, finding: &FindingKey<'_>) {
        self.0[finding.status.rank()][finding.severity as usize] += 1;
    }

    fn merge(&mut self, other: &Self) {
        for (ours, theirs) in self.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            *ours += theirs;
        }
    }

    /// How many have the status of that rank and the severity.
    pub fn of(&self, status: usize, severity: Severity) -> u64 {
        self.0[status][severity as usize]
    }

    /// How many have the status of that rank.
    pub fn with_status(&self, status: usize) -> u64 {
        self.0[status].iter().sum()
    }

    /// How many are open.
    pub fn open(&self) -> u64 {
        self.with_status(0)
    }

    /// How many there are.
    pub fn total(&self) -> u64 {
        self.0.iter().flatten().sum()
    }
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
