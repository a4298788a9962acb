//! Judges a log by one rule, through the library as a command does: from files to what is violated.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;

use serde_json::Value as Json;
use ssoaudit::analysis::lifecycle;
use ssoaudit::analysis::reach::Reach;
use ssoaudit::analysis::roster;
use ssoaudit::analysis::roster::Roster;
use ssoaudit::input::{Input, Meter, Place};
use ssoaudit::model::selection::Pattern;
use ssoaudit::model::time::{Timestamp, parse, parse_age, parse_zone};
use ssoaudit::reader::Reading;
use ssoaudit::rules::{ChangeIndex, Rule, RuleContext, RuleResult, Subject, Value, Violation};
use ssoaudit::rules::{DecidingNames, Freeze, Scope, Window};
use ssoaudit::scan::Fold;
use ssoaudit::scan::order::ScanItem;
use ssoaudit::scan::{BlockId, LineRef, Record, Settings as Scan, scan_with_state};
use ssoaudit::survey::{Arrivals, Arrived, Plan, Survey, Wants, WorkerSurvey};

/// A line of a log with its number there.
pub type Line<'a> = (usize, &'a [u8]);

/// What a rule is judged with, from its fixtures.
pub struct Settings {
    params: BTreeMap<&'static str, Value>,
    scope: Scope,
    roster: Option<Roster>,
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
            check.params.iter().map(|param| (param.key, param.default())).collect();
        for (key, value) in json["params"].as_object().into_iter().flatten() {
            let param = check.params.iter().find(|param| param.key == key).unwrap();
            let value = match param.default() {
                Value::Count(_) => Value::Count(value.as_u64().unwrap()),
                Value::Age(_) => Value::Age(parse_age(value.as_str().unwrap()).unwrap() as u64),
                Value::List(_) => Value::List(texts(value)),
            };
            params.insert(param.key, value);
        }
        let time = |value: &Json| parse(value.as_str().unwrap()).unwrap().timestamp;
        let patterns = |key: &str| texts(&json["scope"][key]).iter().map(|text| Pattern::new(text)).collect();
        let roster = folder.join("roster.csv");
        Self {
            params,
            scope: Scope {
                organizations: patterns("organizations"),
                lines: Vec::new(),
                connection_types: patterns("connection_types"),
                sources: texts(&json["scope"]["sources"]),
            },
            roster: roster.exists().then(|| roster::read(&roster).unwrap().0),
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

#[derive(Default)]
struct Part(Arrived);

impl Fold for Part {
    fn weight(&self) -> usize {
        0
    }
}

/// Judges files by a rule.
pub fn judge(check: &Rule, files: &[Vec<Line<'_>>], settings: &Settings) -> Verdict {
    let skew = match settings.params.get("skew") {
        Some(Value::Age(skew)) => *skew as i64,
        _ => 0,
    };
    let latest = Timestamp { seconds: settings.now.seconds + skew, ..settings.now };
    let (survey, bases) = survey(files, latest, settings.now);
    let Settings { params, scope, roster, windows, freezes, zone, now } = settings;
    let (zone, now, roster) = (*zone, *now, roster.as_ref());
    let (lists, steps) = (ChangeIndex::of(&survey), lifecycle::steps(&survey, now));
    let reach = &Reach::of(&survey, now);
    let (survey, steps, lists) = (&survey, &steps, &lists);
    let mut deciding = DecidingNames::default();
    deciding.add_scope(scope);
    roster.iter().for_each(|roster| deciding.add_roster(roster));
    let (scope, deciding) = (&scope.over(survey), &deciding);
    let (shown, period) = (survey, (Timestamp::MIN, Timestamp::MAX));
    let case = RuleContext {
        survey,
        displayed: shown,
        steps,
        reach,
        change_index: lists,
        params,
        scope,
        deciding,
        roster,
        windows,
        freezes,
        zone,
        now,
        period,
    };
    let judgement = (check.judge)(&case);
    let RuleResult { judged, not_applicable, ref violations, .. } = judgement;
    let time = |violation: &Violation| violation.subject.time(survey);
    assert!(violations.iter().map(time).is_sorted(), "{}", check.id);
    let line = |subject: Subject| {
        let LineRef { block, line } = match (subject, subject.change()) {
            (Subject::Conflicting(index), _) => survey.conflicting[index].place,
            (Subject::Anomaly(index), _) => survey.notes.kept[index].place,
            (Subject::Renamed(renamed), _) => renamed.uses(survey).unwrap()[1].first.1,
            (_, Some(index)) => survey.changes[index].place,
            (_, None) => return 0,
        };
        let input = block.input as usize;
        let line = bases[input][block.number as usize] + u64::from(line);
        files[input][line as usize - 1].0
    };
    let told = violations.iter().map(|found| {
        let deed = match found.subject {
            Subject::Change(index) if found.has_change_prefix => case.describe_change(&survey.changes[index]),
            _ => String::new(),
        };
        (line(found.subject), format!("{deed}{}", judgement.message(found, (survey, case.displayed))))
    });
    let mut violations: Vec<_> = told.collect();
    violations.sort();
    Verdict { judged, not_applicable, violations }
}

/// What is collected of the files, and by file and block how many lines are before it.
fn survey(files: &[Vec<Line<'_>>], latest: Timestamp, now: Timestamp) -> (Survey, Vec<Vec<u64>>) {
    let folder = tempfile::tempdir().unwrap();
    let inputs: Vec<_> = files
        .iter()
        .enumerate()
        .map(|(number, lines)| {
            let name = format!("{number}.ndjson");
            let path = folder.path().join(&name);
            let lines: Vec<_> = lines.iter().map(|(_, line)| *line).collect();
            std::fs::write(&path, lines.join(&b'\n')).unwrap();
            Input { name, place: Place::File(path) }
        })
        .collect();
    let wants = Wants { counts: true, changes: true, visits: false, notes: Some(latest) };
    let plan = Arc::new(Plan { wants, now: Some(now), ..Plan::default() });
    let each =
        move |gathered: &mut WorkerSurvey, block: BlockId, part: &mut Part, record: &mut Record<'_>| {
            let place = LineRef { block, line: record.line as u32 };
            let Some(event) = &record.event else {
                return gathered.note_line(record.raw, &record.findings, place, &plan);
            };
            gathered.add((event, &record.findings), place, &mut part.0, &plan);
        };
    // Small blocks, so that a log has several.
    let reading = Reading { max_line_bytes: 1 << 20, ..Reading::default() };
    let scan = Scan { threads: 2, block_bytes: 4096, reading };
    let mut bases = vec![Vec::new(); inputs.len()];
    let mut arrivals = Arrivals::default();
    let take = |piece: ScanItem<Part>| {
        match piece {
            ScanItem::Block { input, line_base, value, .. } => {
                arrivals.take(value.0);
                bases[input].push(line_base);
            }
            ScanItem::End { error, .. } => assert_eq!(error, None),
        }
        Ok(ControlFlow::Continue(()))
    };
    let gathered = scan_with_state(&inputs, scan, &Meter::default(), each, take).unwrap();
    (Survey::new(gathered, arrivals), bases)
}
