//! A verdict as JSON: one object, or one finding per line. [`super::schema`] describes them. Parsed texts equal those
//! of the log; characters that would control a terminal are escaped.

use std::io::{self, Write};

use chrono_tz::Tz;
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::formats::json_objects;
use crate::formats::verdict::fields::FIELDS;
use crate::model::hashed_file::HashedFile;
use crate::model::time::Timestamp;
use crate::parallel;
use crate::rules::Severity;
use crate::text::escape;
use crate::verdict::{Counts, FindingKey, InputFacts, RuleOutcome, Status, Verdict, severities};

/// Name and version of the object.
pub const SCHEMA: &str = "ssoaudit.check.v3";

/// Writes one object, with each finding, rule, warning and input on a line of its own.
pub fn document(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let run = &verdict.run;
    let counts = by_status_and_severity(&verdict.counts());
    let head = [("schema", SCHEMA.into()), ("verdict", verdict.outcome.name().into())];
    let head = head.into_iter().map(|(key, value): (&str, Value)| (key.to_owned(), value));
    let mut before = "{\n";
    for (key, value) in head.chain(basis(verdict)).chain([("counts".to_owned(), counts)]) {
        write!(out, "{before}  {}: {}", json!(key), escape::json(&value.to_string()))?;
        before = ",\n";
    }
    let counts = verdict.counts_by_rule();
    array("rules", verdict.rules.iter().zip(counts).map(|(outcome, counts)| rule(outcome, counts)), out)?;
    out.write_all(b",\n  \"findings\": [")?;
    let (first, others) = verdict.findings.split_at(verdict.findings.len().min(1));
    findings(verdict, first, ["\n    ", ""], out)?;
    findings(verdict, others, [",\n    ", ""], out)?;
    out.write_all(if first.is_empty() { b"]" } else { b"\n  ]" })?;
    array("errors", verdict.errors().iter(), out)?;
    array("warnings", run.warnings.iter(), out)?;
    array("inputs", run.inputs.iter().map(input), out)?;
    out.write_all(b"\n}\n")
}

/// Writes one finding per line.
pub fn lines(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    findings(verdict, &verdict.findings, ["", "\n"], out)
}

/// Writes findings, each between the same texts.
fn findings<'a>(
    verdict: &Verdict<'a>,
    findings: &[FindingKey],
    [before, after]: [&str; 2],
    out: &mut dyn Write,
) -> io::Result<()> {
    let keys = json_objects::keys(None, FIELDS.iter().map(|field| field.column.key))?;
    let each = |at: usize, out: &mut Vec<u8>| {
        out.extend_from_slice(before.as_bytes());
        let finding = verdict.resolve(&findings[at]);
        json_objects::object(&keys, &FIELDS.each_ref().map(|field| (field.value)(verdict, &finding)), out)?;
        out.extend_from_slice(after.as_bytes());
        Ok(())
    };
    parallel::write(findings.len(), each, out)
}

fn array<T: Serialize>(key: &str, items: impl Iterator<Item = T>, out: &mut dyn Write) -> io::Result<()> {
    write!(out, ",\n  \"{key}\": [")?;
    let mut before = "\n    ";
    for item in items {
        write!(out, "{before}{}", escape::json(&serde_json::to_string(&item)?))?;
        before = ",\n    ";
    }
    out.write_all(if before.starts_with(',') { b"\n  ]" } else { b"]" })
}

/// A time for programs.
pub fn time(time: Timestamp) -> String {
    time.rfc3339(Tz::UTC)
}

/// What the verdict depends on besides the inputs.
pub fn basis(verdict: &Verdict) -> Map<String, Value> {
    let run = &verdict.run;
    let sealed = |file: &HashedFile| json!({ "path": file.path, "sha256": file.sha256 });
    let policy = &run.policy;
    let roster = policy.roster.as_ref().map(sealed);
    let rule_files: Vec<_> = policy.rule_files.iter().map(sealed).collect();
    let basis: [(&str, Value); 10] = [
        (
            "policy",
            json!({ "path": policy.path, "sha256": policy.sha256, "roster": roster, "rule_files": rule_files }),
        ),
        ("fail_on", run.fail_on.name().into()),
        ("now", time(run.now).into()),
        ("baseline", run.baseline.as_ref().map(sealed).into()),
        ("selection", run.selection.as_slice().into()),
        ("selected", run.selected.into()),
        ("unknown_actions", run.unknown_actions.into()),
        ("reading", run.reading.as_slice().into()),
        ("strict", run.is_strict.into()),
        ("redacted", run.is_redacted.into()),
    ];
    basis.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn by_status_and_severity(counts: &Counts) -> Value {
    let by_severity = |rank| -> Map<_, _> {
        let count = |severity: Severity| (severity.name().to_owned(), counts.of(rank, severity).into());
        severities().map(count).collect()
    };
    let statuses = Status::NAMES.iter().enumerate();
    statuses.map(|(rank, name)| ((*name).to_owned(), Value::Object(by_severity(rank)))).collect()
}

/// A rule with the number of events that it judged, and its findings counted by status.
pub fn rule(outcome: &RuleOutcome, counts: &Counts) -> Value {
    let controls: Map<_, _> =
        outcome.controls().iter().map(|(standard, ids)| ((*standard).to_owned(), json!(ids))).collect();
    let mut rule = json!({
        "id": outcome.rule.id,
        "about": outcome.rule.about,
        "severity": outcome.severity.name(),
        "on": outcome.is_on,
        "judged": outcome.judged,
        "not_applicable": outcome.not_applicable,
        "unlogged": outcome.unlogged.iter().map(|operation| operation.name()).collect::<Vec<_>>(),
        "findings": counts.total(),
    });
    for (rank, name) in Status::NAMES.iter().enumerate() {
        rule[name] = counts.with_status(rank).into();
    }
    rule["controls"] = controls.into();
    rule
}

/// An input.
pub fn input(input: &InputFacts) -> Value {
    json!({
        "name": input.name,
        "error": input.error,
        "bytes": input.bytes,
        "sha256": input.sha256,
        "lines": input.lines,
        "valid": input.valid,
        "invalid": input.invalid,
        "first": input.first.map(time),
        "last": input.last.map(time),
    })
}
