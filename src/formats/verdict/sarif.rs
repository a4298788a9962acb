//! A verdict as SARIF 2.1.0, within the limits of GitHub's code scanning.
//!
//! The worst findings come first, so that the least important ones are cut. Braces and links have a meaning in
//! messages, so they are escaped; values of the log must not become links.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::json::basis;
use super::{not_applicable_to, relative, status, tone};
use crate::parallel;
use crate::reports::sheet::Tone;
use crate::rules::{MAX_NAMED, Severity};
use crate::text::cut::{truncate, within};
use crate::text::escape::{escape_controls, write_json};
use crate::verdict::{Finding, Outcome, RuleOutcome, Status, Verdict};

/// The URL of the SARIF schema.
pub const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// How many results GitHub displays for a run.
pub const MAX_RESULTS: usize = 5_000;
/// How many tags GitHub accepts for a rule.
pub const MAX_TAGS: usize = 20;
/// The maximum length of a text in bytes. GitHub accepts 1,024 characters of a description, and [`MAX_RESULTS`] results
/// stay below its limit of 10 MB.
pub const MAX_BYTES: usize = 1_000;
/// The maximum number of notifications of a run. There may be a warning for every line of a policy.
const MAX_NOTIFICATIONS: usize = 100;

/// Prints the SARIF log, one result per line.
pub fn render(verdict: &Verdict, out: &mut dyn Write) -> io::Result<()> {
    let mut driver = json!({
        "name": env!("CARGO_PKG_NAME"),
        "version": env!("CARGO_PKG_VERSION"),
        "semanticVersion": env!("CARGO_PKG_VERSION"),
    });
    let home = env!("CARGO_PKG_REPOSITORY");
    if !home.is_empty() {
        driver["informationUri"] = home.into();
    }
    driver["rules"] = verdict.rules.iter().map(rule).collect();
    let invocation = json!({
        "executionSuccessful": verdict.outcome != Outcome::Incomplete,
        "exitCode": match verdict.outcome {
            Outcome::Passed => 0,
            Outcome::Failed => 1,
            Outcome::Incomplete => 2,
        },
        "toolExecutionNotifications": notifications(verdict),
        "properties": basis(verdict),
    });
    write!(out, "{{\n\"$schema\": \"{SCHEMA}\",\n\"version\": \"2.1.0\",\n\"runs\": [{{")?;
    out.write_all(b"\n\"tool\": ")?;
    write_json(&json!({ "driver": driver }), out)?;
    out.write_all(b",\n\"invocations\": ")?;
    write_json(&json!([invocation]), out)?;
    out.write_all(b",\n\"results\": [")?;
    let worst = &verdict.findings[..verdict.findings.len().min(MAX_RESULTS)];
    let each = |at: usize, out: &mut Vec<u8>| {
        out.extend_from_slice(if at == 0 { b"\n" } else { b",\n" });
        write_json(&result(verdict, &verdict.resolve(&worst[at])), out)
    };
    parallel::write(worst.len(), each, out)?;
    out.write_all(b"\n]\n}]\n}\n")
}

fn rule(outcome: &RuleOutcome) -> Value {
    let rule = outcome.rule;
    let parts = rule.parts("How to fix");
    let text = |(title, text): &(&str, &str)| format!("{title}: {text}");
    let markdown = |(title, text): &(&str, &str)| format!("### {title}\n\n{text}");
    let full = [rule.explain.means, rule.explain.why].join(" ");
    let mut descriptor = json!({
        "id": rule.id,
        "name": pascal(rule.id),
        "shortDescription": { "text": escaped(rule.about) },
        "fullDescription": { "text": escaped(full.trim()) },
        "help": {
            "text": parts.iter().map(text).collect::<Vec<_>>().join("\n\n"),
            "markdown": parts.iter().map(markdown).collect::<Vec<_>>().join("\n\n"),
        },
        "defaultConfiguration": { "enabled": outcome.is_on, "level": level(outcome.severity) },
        "properties": {
            "security-severity": score(outcome.severity),
            "precision": "high",
            "tags": tags(outcome),
        },
    });
    if let Some(address) = rule.custom.and_then(|custom| custom.references.first()) {
        descriptor["helpUri"] = address.as_str().into();
    }
    descriptor
}

/// The tags of a rule. The first control of each standard comes before the second ones, so that the limit cuts off no
/// standard.
fn tags(outcome: &RuleOutcome) -> Vec<String> {
    let mut tags = vec!["security".to_owned(), "sso".to_owned()];
    let controls = outcome.controls();
    let longest = controls.iter().map(|(_, ids)| ids.len()).max().unwrap_or(0);
    for at in 0..longest {
        let row = controls.iter().filter_map(|(standard, ids)| Some(format!("{standard}/{}", ids.get(at)?)));
        tags.extend(row);
    }
    tags.extend(outcome.rule.custom.iter().flat_map(|custom| custom.tags.iter().cloned()));
    tags.truncate(MAX_TAGS);
    tags
}

fn level(severity: Severity) -> &'static str {
    match tone(severity) {
        Tone::Bad => "error",
        Tone::Warn => "warning",
        Tone::Plain | Tone::Good => "note",
    }
}

fn score(severity: Severity) -> &'static str {
    match severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "3.0",
        Severity::Info => "0.0",
    }
}

fn result(verdict: &Verdict, finding: &Finding) -> Value {
    let mut result = json!({
        "ruleId": verdict.rule_of(finding).rule.id,
        "ruleIndex": finding.rule,
        "level": level(finding.severity),
        "message": { "text": escaped(&finding.message()) },
        "locations": [location(verdict, position(verdict, finding))],
        // GitHub identifies results by the second fingerprint only.
        "partialFingerprints": {
            "ssoaudit/v2": finding.fingerprint,
            "primaryLocationLineHash": finding.fingerprint,
        },
    });
    let next = finding.next.iter().map(|place| ("the next event", *place));
    let others = finding.others.iter().take(MAX_NAMED).map(|place| ("an event before it", *place));
    let related = next.chain(others).map(|(what, place)| {
        let mut related = location(verdict, place);
        related["message"] = json!({ "text": what });
        related
    });
    let related: Vec<_> = related.collect();
    if !related.is_empty() {
        result["relatedLocations"] = related.into();
    }
    // If any result has `suppressions`, all must have them.
    let is_accepted = matches!(finding.status, Status::Planned(_) | Status::Suppressed(_));
    result["suppressions"] = match is_accepted {
        true => {
            let justification = within(&escape_controls(&status(finding)), MAX_BYTES).into_owned();
            json!([{ "kind": "external", "status": "accepted", "justification": justification }])
        }
        false => json!([]),
    };
    if verdict.run.baseline.is_some() {
        result["baselineState"] = if finding.is_in_baseline { "unchanged" } else { "new" }.into();
    }
    result
}

fn location(verdict: &Verdict, (file, line): (&str, u64)) -> Value {
    json!({
        "physicalLocation": {
            "artifactLocation": { "uri": uri(relative(verdict, file)) },
            "region": { "startLine": line.max(1) },
        },
    })
}

/// The position of a result, which every result needs. A finding without one gets the beginning of the first input, or
/// of the policy.
pub fn position<'a>(verdict: &'a Verdict<'_>, finding: &Finding<'a>) -> (&'a str, u64) {
    if let Some((file, line)) = finding.position {
        return (file, line);
    }
    let run = &verdict.run;
    let input = run.inputs.first().map(|input| input.name.as_str());
    (input.or(run.policy.path.as_deref()).unwrap_or("ssoaudit.toml"), 1)
}

fn notification(level: &str, id: &str, text: &str) -> Value {
    json!({
        "level": level,
        "descriptor": { "id": id },
        "message": { "text": escaped(text) },
    })
}

fn notifications(verdict: &Verdict) -> Vec<Value> {
    let left_out = verdict.findings.len().saturating_sub(MAX_RESULTS);
    let text = format!("{left_out} further findings were left out; the worst {MAX_RESULTS} are shown");
    let left_out = (left_out > 0).then(|| notification("warning", "results-left-out", &text));
    let errors = verdict.errors();
    let errors = errors.iter().map(|error| notification("error", "error", error));
    let warnings = verdict.run.warnings.iter().map(|warning| notification("warning", "warning", warning));
    let mut all: Vec<_> = left_out.into_iter().chain(errors).chain(warnings).collect();
    let more = all.len().saturating_sub(MAX_NOTIFICATIONS);
    if more > 0 {
        all.truncate(MAX_NOTIFICATIONS - 1);
        let text = format!("{} further errors and warnings were left out", more + 1);
        all.push(notification("warning", "notifications-left-out", &text));
    }
    all.extend(verdict.rules.iter().zip(0..).filter_map(|(rule, index)| not_applicable_note(rule, index)));
    all
}

/// Says that a rule could not judge everything.
fn not_applicable_note(outcome: &RuleOutcome, index: usize) -> Option<Value> {
    let text = not_applicable_to(outcome)?;
    let mut note = notification("note", "not-applicable", &format!("Not applicable to {text}"));
    note["associatedRule"] = json!({ "id": outcome.rule.id, "index": index });
    Some(note)
}

/// The relative URI of a file: without scheme or root, and only unreserved characters and slashes.
pub fn uri(file: &str) -> String {
    let path = if cfg!(windows) { file.replace('\\', "/") } else { file.to_owned() };
    let mut path = path.trim_start_matches('/');
    while let Some(rest) = path.strip_prefix("./") {
        path = rest.trim_start_matches('/');
    }
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(byte.into());
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    if uri.is_empty() || file == "<stdin>" { "stdin".to_owned() } else { uri }
}

/// A text as a message: escaped, cut to the maximum length, and without placeholders and links.
fn escaped(text: &str) -> String {
    let text = escape_controls(text);
    let may_link = text.contains("](");
    let (mut escaped, mut cut) = (String::new(), 0);
    for c in text.chars() {
        match c {
            '{' | '}' => escaped.extend([c, c]),
            '\\' | '[' | ']' if may_link => escaped.extend(['\\', c]),
            c => escaped.push(c),
        }
        // The length includes escapes, and none of them is cut in two.
        if escaped.len() > MAX_BYTES {
            truncate(&mut escaped, cut);
            escaped.push('…');
            break;
        }
        if escaped.len() <= MAX_BYTES - '…'.len_utf8() {
            cut = escaped.len();
        }
    }
    escaped
}

/// `no-removal` as `NoRemoval`.
fn pascal(id: &str) -> String {
    let word = |word: &str| {
        let (first, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        format!("{}{rest}", first.to_uppercase())
    };
    id.split('-').map(word).collect()
}
