//! The baseline that a check writes.

use crate::policy::baseline::Baseline;
use crate::verdict::{FindingKey, Status, Verdict};

/// The new baseline. It has no planned or suppressed findings: they are accepted for a limited time, and a baseline
/// would accept them forever. Findings that were not evaluated keep their entries.
pub fn new_baseline(verdict: &Verdict<'_>, previous: Option<&Baseline>) -> Baseline {
    let run = &verdict.run;
    let is_all = run.selection.is_empty() && run.reading.is_empty() && run.selected > 0;
    let mut accepted = previous.filter(|_| !is_all).cloned().unwrap_or_default();
    if run.is_redacted {
        accepted.hide_messages();
    }
    let lasting = |key: &&FindingKey| key.status == Status::Open || key.is_in_baseline;
    for finding in verdict.findings.iter().filter(lasting).map(|key| verdict.resolve(key)) {
        accepted.add(finding.fingerprint, verdict.rule_of(&finding).rule.id, &finding.message());
    }
    accepted
}
