//! Judges a log by one rule, through the library as a command does: from files to what is violated.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value as Json;
use ssoaudit::analysis::roster;
use ssoaudit::input::{Input, Meter, Place};
use ssoaudit::model::scopes::ScopeId;
use ssoaudit::model::selection::Pattern;
use ssoaudit::model::time::{Timestamp, parse, parse_age, parse_zone};
use ssoaudit::policy::{Policy, RulePolicy};
use ssoaudit::reader::Reading;
use ssoaudit::rules::{self, Freeze, ParamKind, Rule, Scope, Value, Window};
use ssoaudit::scan::{HistoryForm, ScanJob, Settings as Scan};
use ssoaudit::survey::collect::collect;
use ssoaudit::survey::{Plan, Wants};
use ssoaudit::verdict::{self, Options};

/// A line of a log with its number there.
pub type Line<'a> = (usize, &'a [u8]);

/// What a rule is judged with, from its fixtures.
pub struct Settings {
    rule: RulePolicy,
    roster: Option<PathBuf>,
    windows: Vec<Window>,
    freezes: Vec<Freeze>,
    zone: chrono_tz::Tz,
    now: Timestamp,
}

/// What a rule says about a log, in an order of its own.
#[derive(Debug, PartialEq)]
pub struct Verdict {
    pub judged: u64,
    pub not_applicable: u64,
    /// By the number of its line, 0 for the log as a whole, what happened.
    pub violations: Vec<(usize, String)>,
}

impl Settings {
    /// The defaults of a rule, but for what `settings.json`, or that of the fixture where it has its own,
    /// and `roster.csv` in the folder say.
    pub fn read(check: &Rule, folder: &std::path::Path, fixture: &str) -> Self {
        let read = |name: &str| std::fs::read_to_string(folder.join(name)).ok();
        let text = read(&format!("{fixture}.json")).or_else(|| read("settings.json"));
        let text = text.unwrap_or("{}".to_owned());
        let json: Json = serde_json::from_str(&text).unwrap();
        let known = ["params", "scope", "windows", "freezes", "zone", "now"];
        for key in json.as_object().unwrap().keys() {
            assert!(known.contains(&key.as_str()), "{}: {key}", check.id);
        }
        let mut params: BTreeMap<_, _> =
            check.params.iter().filter_map(|param| Some((param.key, param.default()?))).collect();
        for (key, value) in json["params"].as_object().into_iter().flatten() {
            let param = check.params.iter().find(|param| param.key == key).unwrap();
            let value = match param.kind {
                ParamKind::Count(_) => Value::Count(value.as_u64().unwrap()),
                ParamKind::Age(_) | ParamKind::OptionalAge(_) => {
                    Value::Age(parse_age(value.as_str().unwrap()).unwrap() as u64)
                }
                ParamKind::Terms(_) => Value::List(texts(value)),
            };
            params.insert(param.key, value);
        }
        let time = |value: &Json| parse(value.as_str().unwrap()).unwrap().timestamp;
        let patterns = |key: &str| texts(&json["scope"][key]).iter().map(|text| Pattern::new(text)).collect();
        let roster = folder.join("roster.csv");
        let scope = Scope {
            organizations: patterns("organizations"),
            lines: Vec::new(),
            connection_types: patterns("connection_types"),
            sources: texts(&json["scope"]["sources"]),
            condition: ScopeId::SELECTION,
        };
        Self {
            rule: RulePolicy { is_on: true, severity: check.severity, params, scope },
            roster: roster.exists().then_some(roster),
            windows: list(&json["windows"]).map(window).collect(),
            freezes: list(&json["freezes"])
                .map(|freeze| Freeze {
                    reason: freeze["reason"].as_str().unwrap().to_owned(),
                    from: time(&freeze["from"]),
                    to: time(&freeze["to"]),
                })
                .collect(),
            zone: parse_zone(json["zone"].as_str().unwrap_or("UTC")).unwrap(),
            now: json.get("now").map_or_else(|| parse("2026-01-01T00:00:00Z").unwrap().timestamp, time),
        }
    }
}

impl Settings {
    /// A policy that has nothing but the rule.
    fn policy(&self, rule: &Rule) -> Policy {
        let mut policy = Policy::default_for(rules::ALL);
        policy.rules.values_mut().for_each(|rule| rule.is_on = false);
        policy.rules.insert(rule.id, self.rule.clone());
        Policy {
            roster: self.roster.as_deref().map(|path| roster::read(path).unwrap().0),
            windows: self.windows.clone(),
            freezes: self.freezes.clone(),
            zone: self.zone,
            ..policy
        }
    }
}

fn list(value: &Json) -> impl Iterator<Item = &Json> {
    value.as_array().into_iter().flatten()
}

fn texts(value: &Json) -> Vec<String> {
    list(value).map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// `{"days": [0, 4], "from": "09:00", "to": "17:00"}`, Monday being 0.
fn window(json: &Json) -> Window {
    let minutes = |key: &str| {
        let (hours, minutes) = json[key].as_str().unwrap().split_once(':').unwrap();
        60 * hours.parse::<u32>().unwrap() + minutes.parse::<u32>().unwrap()
    };
    let mut days = [false; 7];
    list(&json["days"]).for_each(|day| days[day.as_u64().unwrap() as usize] = true);
    Window { days, from: minutes("from"), to: minutes("to") }
}

/// Judges files by a rule.
pub fn judge(rule: &Rule, files: &[Vec<Line<'_>>], settings: &Settings) -> Verdict {
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<_> = files.iter().enumerate().map(|file| input(folder.path(), file)).collect();
    let policy = settings.policy(rule);
    let latest = settings.now.later_by(policy.skew_seconds());
    let silences = policy.silence_limits();
    let wants = Wants { counts: true, changes: true, anomalies: Some(latest), silences, ..Wants::NOTHING };
    let plan = Plan { wants, now: Some(settings.now), ..Plan::default() };
    // Small blocks, so that a log has several.
    let reading = Reading { max_line_bytes: 1 << 20, ..Reading::default() };
    let scan = Scan { threads: 2, block_bytes: 4096, reading, histories: HistoryForm::Lines };
    let job = ScanJob { inputs: &inputs, settings: scan, meter: &Meter::default() };
    let mut collected = collect(&job, plan, |_| {}).unwrap();
    assert!(collected.inputs.iter().all(|input| input.error.is_none()));
    let options = Options {
        fail_on: None,
        now: settings.now,
        period: (Timestamp::MIN, Timestamp::MAX),
        baseline: None,
        inputs: Vec::new(),
        lines: &collected.lines,
        selection: Vec::new(),
        reading: Vec::new(),
        is_strict: false,
        needs_event: false,
        folder: None,
        redacted: None,
    };
    let verdict = verdict::check(&mut collected.survey, &policy, options);
    let mut found = verdict.findings.clone();
    found.sort_by_key(|key| key.number);
    assert!(
        found.iter().map(|key| verdict.resolve(key).time).is_sorted(),
        "{} finds in the order of time",
        rule.id
    );
    let number = |(name, line): (&str, u64)| {
        let file = name.strip_suffix(".ndjson").unwrap().parse::<usize>().unwrap();
        files[file][line as usize - 1].0
    };
    let resolved = found.iter().map(|key| verdict.resolve(key));
    let mut violations: Vec<_> =
        resolved.map(|finding| (finding.position.map_or(0, number), finding.message())).collect();
    violations.sort();
    let outcome = verdict.rules.iter().find(|outcome| outcome.rule.id == rule.id).unwrap();
    Verdict { judged: outcome.judged, not_applicable: outcome.not_applicable, violations }
}

fn input(folder: &Path, (number, lines): (usize, &Vec<Line<'_>>)) -> Input {
    let name = format!("{number}.ndjson");
    let path = folder.join(&name);
    let lines: Vec<_> = lines.iter().map(|(_, line)| *line).collect();
    std::fs::write(&path, lines.join(&b'\n')).unwrap();
    Input { name, place: Place::File(path) }
}
