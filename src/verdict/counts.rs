//! Counts of findings.

use super::finding::FindingKey;
use crate::rules::Severity;

/// Counts of findings by status and severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([[u64; 5]; 4]);

impl Counts {
    pub(super) fn add(&mut self, finding: &FindingKey) {
        self.0[finding.status.rank()][finding.severity as usize] += 1;
    }

    pub(super) fn merge(&mut self, other: &Self) {
        for (ours, theirs) in self.0.iter_mut().flatten().zip(other.0.iter().flatten()) {
            *ours += theirs;
        }
    }

    /// The count for the status of this rank and a severity.
    pub fn of(&self, status: usize, severity: Severity) -> u64 {
        self.0[status][severity as usize]
    }

    /// The count for the status of this rank.
    pub fn with_status(&self, status: usize) -> u64 {
        self.0[status].iter().sum()
    }

    /// The count of open findings.
    pub fn open(&self) -> u64 {
        self.with_status(0)
    }

    /// The count of all findings.
    pub fn total(&self) -> u64 {
        self.0.iter().flatten().sum()
    }
}
