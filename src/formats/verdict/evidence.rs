//! The manifest for auditors: what was read, which rules judged it under which policy, and what
//! came of it. It depends on nothing but the verdict, so the same input gives the same bytes.

use serde_json::{Value, json};

use super::json::{input, policy, rule, time};
use crate::formats::escape;
use crate::verdict::{Verdict, severity_name};

/// Name and version of the manifest.
pub const SCHEMA: &str = "ssoaudit.evidence.v1";

/// The manifest as JSON.
pub fn evidence(verdict: &Verdict) -> Vec<u8> {
    let run = &verdict.run;
    let counts = verdict.counts_by_rule();
    let manifest = json!({
        "schema": SCHEMA,
        "tool": { "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") },
        "now": time(run.now),
        "policy": policy(verdict),
        "selection": run.selection,
        "strict": run.is_strict,
        "fail_on": severity_name(run.fail_on),
        "verdict": verdict.outcome.name(),
        "baseline": run.has_baseline,
        "inputs": run.inputs.iter().map(input).collect::<Value>(),
        "rules": verdict.rules.iter().zip(counts).map(|(outcome, counts)| rule(outcome, counts)).collect::<Value>(),
        "errors": verdict.errors(),
        "warnings": run.warnings,
    });
    escape::json(&format!("{manifest:#}\n")).into_owned().into_bytes()
}
