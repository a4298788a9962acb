//! The examples beside a file of custom rules: which events it has to find, and which not.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::input::{Input, Meter, Place};
use crate::model::diagnostic::Level;
use crate::model::time::Timestamp;
use crate::policy::Policy;
use crate::reader::{Digests, Parts, Reading};
use crate::rules::Rule;
use crate::scan::{HistoryForm, ScanJob, Settings};
use crate::survey::collect::collect;
use crate::survey::{Plan, Wants};
use crate::text::plural::counted;
use crate::verdict::{self, InputFacts, Options};

/// What an example did not do.
pub struct Failure {
    /// The file, and the line if it is about one.
    pub place: String,
    /// What is wrong.
    pub why: String,
}

/// The examples beside a file.
pub struct Examples {
    fires: Vec<PathBuf>,
    quiet: Vec<PathBuf>,
}

/// What rules find in a log.
struct Found {
    /// The lines that are not blank.
    lines: BTreeSet<u64>,
    /// How many lines are not.
    invalid: u64,
    /// The rule and the line of each finding.
    findings: Vec<(&'static Rule, u64)>,
}

/// Examples are small.
const SETTINGS: Settings = Settings {
    threads: 1,
    block_bytes: 1 << 16,
    reading: Reading {
        source: None,
        least: Level::Warning,
        max_line_bytes: 1 << 24,
        parts: Parts::ALL,
        digests: Digests::Unwanted,
        mappings: &[],
    },
    histories: HistoryForm::Lines,
};

impl Examples {
    /// The examples beside a file.
    pub fn of(file: &str) -> Result<Self> {
        let path = Path::new(file);
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let stem = path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
        let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
        let mut names: Vec<_> =
            entries.flatten().filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        let those = |begin: &str| {
            let is_one = |name: &&String| {
                let rest = name.strip_prefix(stem).and_then(|rest| rest.strip_suffix(".ndjson"));
                let rest = rest.and_then(|rest| rest.strip_prefix(begin));
                rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            };
            names.iter().filter(is_one).map(|name| path.with_file_name(name)).collect()
        };
        Ok(Self { fires: those(".fires"), quiet: those(".quiet") })
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fires.is_empty() && self.quiet.is_empty()
    }

    /// How many logs of each kind there are, in words.
    pub fn described(&self) -> String {
        let [fires, quiet] = [&self.fires, &self.quiet].map(|files| counted(files.len() as u64, "log"));
        format!("{fires} in which it fires, {quiet} in which it is quiet")
    }

    /// What they do not do that they should.
    pub fn failures(&self, file: &str, policy: &Policy) -> Result<Vec<Failure>> {
        let mut failures = Vec::new();
        for log in &self.fires {
            let found = find(policy, file, log)?;
            failures.extend(found.unfit(log));
            failures.extend(found.missing(log, &rules_of(policy, file)));
        }
        for log in &self.quiet {
            let found = find(policy, file, log)?;
            failures.extend(found.unfit(log));
            failures.extend(found.findings.iter().map(|(rule, line)| Failure {
                place: format!("{}:{line}", log.display()),
                why: format!("`{}` fires, and should be quiet", rule.id),
            }));
        }
        Ok(failures)
    }
}

/// What the rules of a file find in a log.
fn find(policy: &Policy, file: &str, log: &Path) -> Result<Found> {
    let inputs = [Input { name: log.display().to_string(), place: Place::File(log.to_owned()) }];
    let meter = Meter::of_each();
    let job = ScanJob { inputs: &inputs, settings: SETTINGS, meter: &meter };
    let wants = Wants { changes: true, anomalies: Some(Timestamp::MAX), ..Wants::default() };
    let plan = Plan { wants, matcher: policy.custom.matcher.clone(), ..Plan::default() };
    let mut collected = collect(&job, plan, |_| {})?;
    let options = Options {
        fail_on: None,
        now: Timestamp::MAX,
        period: (Timestamp::MIN, Timestamp::MAX),
        baseline: None,
        inputs: collected.inputs.iter().map(InputFacts::of).collect(),
        lines: &collected.lines,
        selection: Vec::new(),
        reading: Vec::new(),
        is_strict: false,
        needs_event: true,
        folder: None,
        redacted: None,
    };
    let verdict = verdict::check(&mut collected.survey, policy, options);
    let findings = verdict.findings.iter().filter_map(|key| {
        let finding = verdict.resolve(key);
        let rule = verdict.rule_of(&finding).rule;
        let is_ours = rule.custom.is_some_and(|custom| custom.file == file);
        is_ours.then_some((rule, finding.position.map_or(0, |(_, line)| line)))
    });
    let input = verdict.run.inputs.first();
    let text = fs::read_to_string(log).with_context(|| log.display().to_string())?;
    let lines = (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty());
    Ok(Found {
        findings: findings.collect(),
        invalid: input.map_or(0, |input| input.invalid),
        lines: lines.map(|(number, _)| number).collect(),
    })
}

/// The rules of a file.
fn rules_of(policy: &Policy, file: &str) -> Vec<&'static Rule> {
    let is_of = |rule: &&&'static Rule| rule.custom.is_some_and(|custom| custom.file == file);
    policy.catalog.iter().filter(is_of).copied().collect()
}

/// A rule that found nothing, and why if it cannot find anything.
fn silent_rule(rule: &Rule) -> String {
    match rule.unread_product() {
        Some(product) => format!("`{}` (about `{product}`, which no source reads)", rule.id),
        None => format!("`{}`", rule.id),
    }
}

impl Found {
    /// A failure if lines are no events, as nothing can be said of these.
    fn unfit(&self, log: &Path) -> Option<Failure> {
        let name = log.display();
        let why = match self.invalid {
            0 if self.lines.is_empty() => "it has no event".to_owned(),
            0 => return None,
            1 => format!("1 line is not a valid event; `ssoaudit validate {name}` says why"),
            more => format!("{more} lines are not valid events; `ssoaudit validate {name}` says why"),
        };
        Some(Failure { place: name.to_string(), why })
    }

    /// The events that no rule finds, or the rules that find nothing if they find several events together.
    fn missing(&self, log: &Path, rules: &[&'static Rule]) -> Vec<Failure> {
        let is_correlated = |rule: &Rule| rule.custom.is_some_and(|custom| custom.correlation.is_some());
        if rules.iter().any(|rule| is_correlated(rule)) {
            let silent =
                rules.iter().filter(|rule| !self.findings.iter().any(|(other, _)| other.id == rule.id));
            let failure = |rule: &&'static Rule| Failure {
                place: format!("{}:1", log.display()),
                why: silent_rule(rule) + " should fire, and is quiet",
            };
            return silent.map(failure).collect();
        }
        let found: BTreeSet<_> = self.findings.iter().map(|(_, line)| *line).collect();
        let ids: Vec<_> = rules.iter().map(|rule| silent_rule(rule)).collect();
        let failure = |line: &u64| Failure {
            place: format!("{}:{line}", log.display()),
            why: format!("{} should fire, and is quiet", ids.join(" or ")),
        };
        self.lines.difference(&found).map(failure).collect()
    }
}
