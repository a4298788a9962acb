//! Collects a survey with a progress bar, for `summary`, `report` and `check`.

use anyhow::Result;

use crate::cli::input_status::InputStatus;
use crate::cli::progress::Progress;
use crate::cli::terminal::Terminal;
use crate::scan::ScanJob;
use crate::survey::Plan;
use crate::survey::collect::{self, Collected};

/// Collects what the plan wants, and reports inputs that cannot be used as they are found.
pub fn collect(job: &ScanJob<'_>, plan: Plan, terminal: Terminal) -> Result<(Collected, InputStatus)> {
    let mut progress = Progress::new(job.inputs, terminal);
    let mut status = InputStatus::default();
    let collected = collect::collect(job, plan, |step| match step {
        collect::Progress::Block => progress.update(job.meter),
        collect::Progress::InputEnd(summary) => {
            status.block(summary.index, summary.counts, summary.first_error.clone());
            status.end(&job.inputs[summary.index], summary.error.clone(), &mut progress);
        }
    })?;
    progress.clear();
    Ok((collected, status))
}
