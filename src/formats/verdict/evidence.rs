//! The evidence manifest for auditors: inputs, rules, policy and verdict. It depends on nothing else, so that the same
//! input gives the same bytes.

use serde_json::{Map, Value, json};

use super::json::{basis, input, rule};
use crate::text::escape;
use crate::verdict::Verdict;

/// Name and version of the manifest.
pub const SCHEMA: &str = "ssoaudit.evidence.v2";

/// The manifest as JSON.
pub fn evidence(verdict: &Verdict) -> Vec<u8> {
    let run = &verdict.run;
    let counts = verdict.counts_by_rule();
    let tool = json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") });
    let mut manifest = Map::new();
    let mut add = |key: &str, value: Value| manifest.insert(key.to_owned(), value);
    add("schema", SCHEMA.into());
    add("tool", tool);
    add("verdict", verdict.outcome.name().into());
    basis(verdict).into_iter().for_each(|(key, value)| drop(add(&key, value)));
    add("inputs", run.inputs.iter().map(input).collect());
    add("rules", verdict.rules.iter().zip(counts).map(|(outcome, counts)| rule(outcome, counts)).collect());
    add("errors", verdict.errors().into());
    add("warnings", run.warnings.as_slice().into());
    let manifest = Value::Object(manifest);
    escape::json(&format!("{manifest:#}\n")).into_owned().into_bytes()
}
