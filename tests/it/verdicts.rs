//! Every format of a verdict on one with every severity and status, hostile texts included, on one
//! without a finding and on one with thousands.

use std::cmp::Ordering;
use std::io::Write;

use chrono_tz::Tz;
use roxmltree::{Document, Node};
use serde_json::{Value, json};
use ssoaudit::formats::RenderOptions;
use ssoaudit::formats::verdict::evidence::evidence;
use ssoaudit::formats::verdict::github::{MAX_SUMMARY_BYTES, step_summary};
use ssoaudit::formats::verdict::{
    Fingerprints, KnownFindings, VERDICT_FORMATS, VerdictOptions, sarif, schema,
};
use ssoaudit::model::hashed_file::HashedFile;
use ssoaudit::model::operation::Operation;
use ssoaudit::model::time;
use ssoaudit::model::time::Timestamp;
use ssoaudit::rules::fingerprint::Fingerprint;
use ssoaudit::rules::{Rule, RuleResult, Severity};
use ssoaudit::text::display::Charset;
use ssoaudit::verdict::{
    Finding, FindingKey, InputFacts, Outcome, PolicyInfo, Resolve, RuleOutcome, Run, Status, Verdict,
};
use unicode_width::UnicodeWidthStr;

use crate::support::harmless::assert_harmless;

const HOSTILE: &[&str] = &[
    "\u{1b}]8;;https://evil.example\u{7}click\u{1b}]8;;\u{7}",
    "]]><x/>&amp;",
    "%0A::error::x\r\n::error::y",
    "\u{202e}gpj.exe\u{9b}31m",
    "<script>alert(1)</script>",
    "a|b [c](https://evil.example) {0}",
    "=1+1",
    "NUL\0 and \u{fffe}\u{ffff}\u{7f}",
];

const FILE: &str = "logs/a b:c%20,d.ndjson";

const fn check(id: &'static str, severity: Severity, nist: &'static [&'static str]) -> Rule {
    Rule::new(id, severity, |_| RuleResult::default())
        .about("when something is changed")
        .means("Something was changed.")
        .why("It matters.")
        .example("An example.")
        .fix("Undo it.")
        .soc2(&["CC6.1"])
        .iso27001(&["A.5.15"])
        .nist(nist)
}

const MANY: &[&str] = &[
    "AC-1", "AC-2", "AC-3", "AC-4", "AC-5", "AC-6", "AC-7", "AC-8", "AC-9", "AC-10", "AC-11", "AC-12",
    "AC-13", "AC-14", "AC-15", "AC-16", "AC-17", "AC-18", "AC-19", "AC-20", "AC-21", "AC-22",
];

/// By severity, the worst first; then one that is off and one that nothing could be said about.
static CHECKS: [Rule; 7] = [
    check("no-critical", Severity::Critical, &["AC-2"]),
    check("no-high", Severity::High, MANY),
    check("no-medium", Severity::Medium, &[]),
    check("no-low", Severity::Low, &[]),
    check("no-info", Severity::Info, &[]),
    check("is-off", Severity::High, &[]),
    check("lacks-actors", Severity::High, &[]),
];

fn at(text: &str) -> Timestamp {
    time::parse(text).unwrap().timestamp
}

fn finding(rule: usize, message: &'static str, status: Status) -> Finding<'static> {
    Finding {
        rule: rule as u16,
        severity: CHECKS[rule].severity,
        begins_with: None,
        message: message.into(),
        fingerprint: Fingerprint::of(&["f", &rule.to_string(), status.name()]),
        certainty: None,
        status,
        justification: match status {
            Status::Planned(_) => Some("CHG-7|"),
            Status::Suppressed(_) => Some("a test\u{1b}"),
            Status::Open | Status::Baseline => None,
        },
        is_in_baseline: status == Status::Baseline,
        time: Some(at("2025-01-15T10:30:00.5Z")),
        position: Some((FILE, 7)),
        next: None,
        others: Vec::new(),
        action: Some("sso.delete_connection"),
        organization: Some("org_1"),
        organization_name: Some("=Acme"),
        connection: Some("conn_1"),
        actor: Some("Zoë"),
        actor_id: Some("user_1"),
    }
}

fn verdict_of(findings: Vec<Finding<'static>>, has_baseline: bool) -> Verdict<'static> {
    verdict_by(run(has_baseline), findings)
}

fn run(has_baseline: bool) -> Run {
    let input = |name: &str| InputFacts {
        name: name.to_owned(),
        error: None,
        bytes: 123,
        sha256: Some("a".repeat(64)),
        lines: 10,
        valid: 9,
        invalid: 1,
        without_impersonators: 0,
        first: Some(at("2025-01-01T00:00:00Z")),
        last: None,
    };
    Run {
        policy: PolicyInfo {
            path: Some("ssoaudit.toml".to_owned()),
            sha256: "b".repeat(64),
            roster: None,
            rule_files: Vec::new(),
        },
        fail_on: Severity::Medium,
        now: at("2025-02-01T00:00:00Z"),
        baseline: has_baseline.then(|| HashedFile { path: "known.json".to_owned(), sha256: "c".repeat(64) }),
        inputs: vec![input("first log.ndjson"), input(FILE)],
        selection: Vec::new(),
        selected: 9,
        unknown_actions: 0,
        reading: Vec::new(),
        is_redacted: false,
        is_strict: false,
        needs_event: true,
        folder: None,
        warnings: vec!["A suppression expired: \u{1b}[31m".to_owned()],
    }
}

fn verdict_by(run: Run, findings: Vec<Finding<'static>>) -> Verdict<'static> {
    let rule = |(at, rule): (usize, &'static Rule)| RuleOutcome {
        rule,
        is_on: at != 5,
        severity: rule.severity,
        judged: if at < 5 { 100 } else { 0 },
        not_applicable: [0, 3, 0, 0, 0, 0, 9][at],
        unlogged: &[],
    };
    let brief = |(number, finding): (u32, &Finding<'static>)| {
        let Finding { rule, severity, status, is_in_baseline, .. } = *finding;
        FindingKey { rule, severity, status, is_in_baseline, number }
    };
    let briefs = (0..).zip(&findings).map(brief).collect();
    Verdict::new(run, CHECKS.iter().enumerate().map(rule).collect(), briefs, Findings(findings))
}

struct Findings(Vec<Finding<'static>>);

impl Resolve<'static> for Findings {
    fn finding(&self, key: &FindingKey) -> Finding<'static> {
        self.0[key.number as usize].clone()
    }

    fn compare_times(&self, a: &FindingKey, b: &FindingKey) -> Ordering {
        self.finding(a).time.cmp(&self.finding(b).time)
    }
}

fn told(verdict: &Verdict<'static>) -> Vec<Finding<'static>> {
    verdict.findings.iter().map(|brief| verdict.resolve(brief)).collect()
}

/// Every severity is open and known in every way, and every hostile text is a critical finding.
fn everything() -> Verdict<'static> {
    verdict_of(every_finding(), true)
}

fn every_finding() -> Vec<Finding<'static>> {
    let mut findings = Vec::new();
    for rule in 0..5 {
        findings.push(finding(rule, "conn_1 of org_1 was removed by Zoë", Status::Open));
        findings.push(finding(rule, "announced", Status::Planned(0)));
        findings.push(finding(rule, "accepted", Status::Suppressed(0)));
        findings.push(finding(rule, "old", Status::Baseline));
    }
    for (number, text) in HOSTILE.iter().enumerate() {
        let mut hostile = finding(0, text, Status::Open);
        hostile.fingerprint = Fingerprint::of(&["hostile", &number.to_string()]);
        hostile.organization_name = Some(text);
        hostile.actor = Some(text);
        findings.push(hostile);
    }
    let mut placeless = finding(2, "the log ends early", Status::Open);
    (placeless.position, placeless.time, placeless.organization) = (None, None, None);
    placeless.fingerprint = Fingerprint::of(&["placeless"]);
    findings.push(placeless);
    findings
}

/// An input could not be read, for a reason and of a name that somebody else chose.
fn incomplete() -> Verdict<'static> {
    let mut run = run(true);
    run.inputs[1].name = HOSTILE.concat();
    run.inputs[1].error = Some(HOSTILE.join(" "));
    verdict_by(run, every_finding())
}

/// Nothing but lines that are not allowed.
fn strict() -> Verdict<'static> {
    verdict_by(Run { is_strict: true, ..run(false) }, Vec::new())
}

fn nothing() -> Verdict<'static> {
    verdict_of(Vec::new(), false)
}

fn thousands() -> Verdict<'static> {
    let many = (0..6_000).map(|number| {
        // Text that does not compress well.
        let mut seed = number as u64 + 1;
        let noise = (0..340).map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from_u32(0x4E00 + (seed >> 40) as u32 % 0x5000).unwrap()
        });
        let mut finding = finding(number % 5, noise.collect::<String>().leak(), Status::Open);
        finding.fingerprint = Fingerprint::read(&format!("{number:032}")).unwrap();
        finding
    });
    verdict_of(many.collect(), false)
}

const LOOK: RenderOptions =
    RenderOptions { zone: Tz::UTC, width: Some(80), colors: false, charset: Charset::Unicode, header: true };

fn known(are_listed: bool) -> KnownFindings {
    if are_listed { KnownFindings::Listed } else { KnownFindings::Counted }
}

fn render_with(format: &str, verdict: &Verdict, look: RenderOptions, show_known: bool) -> String {
    let format = VERDICT_FORMATS.iter().find(|known| known.name == format).unwrap();
    let mut out = Vec::new();
    let options = VerdictOptions {
        render: look,
        known: known(show_known),
        fingerprints: Fingerprints::Hidden,
        max_findings: usize::MAX,
    };
    format.render(verdict, &options, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn render(format: &str, verdict: &Verdict) -> String {
    render_with(format, verdict, LOOK, false)
}

fn json(format: &str, verdict: &Verdict) -> Value {
    serde_json::from_str(&render(format, verdict)).unwrap()
}

#[test]
fn an_open_finding_that_is_bad_enough_violates() {
    for (rule, status, outcome) in [
        (2, Status::Open, Outcome::Failed),
        (3, Status::Open, Outcome::Passed),
        (0, Status::Baseline, Outcome::Passed),
        (0, Status::Planned(0), Outcome::Passed),
        (0, Status::Suppressed(0), Outcome::Passed),
    ] {
        assert_eq!(verdict_of(vec![finding(rule, "x", status)], false).outcome, outcome);
    }
    let outcomes = [everything(), incomplete(), strict(), nothing()].map(|verdict| verdict.outcome);
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Incomplete, Outcome::Failed, Outcome::Passed]);
}

#[test]
fn findings_are_in_order() {
    let findings = told(&everything());
    let order: Vec<_> = findings
        .iter()
        .map(|found| (found.status.rank(), CHECKS[usize::from(found.rule)].severity))
        .collect();
    assert!(order.is_sorted_by_key(|(rank, severity)| (*rank, std::cmp::Reverse(*severity))));
    let reversed = verdict_of(every_finding().into_iter().rev().collect(), true);
    let prints = |findings: &[Finding]| -> Vec<_> {
        findings.iter().map(|found| (found.fingerprint, found.message.to_string())).collect()
    };
    assert_eq!(prints(&told(&reversed)), prints(&findings));
}

#[test]
fn the_verdict_in_one_line() {
    let line = "failed: 12 findings at or above medium (9 critical, 1 high, 2 medium); \
                2 below it, 5 planned, 5 suppressed, 5 in the baseline";
    assert_eq!(everything().line(), line);
    assert_eq!(nothing().line(), "passed: no finding at or above medium");
    let one = verdict_of(vec![finding(1, "x", Status::Open)], false);
    assert_eq!(one.line(), "failed: 1 finding at or above medium (1 high)");
    let rest = line.strip_prefix("failed: ").unwrap();
    assert_eq!(incomplete().line(), format!("incomplete: 1 input could not be read to its end; {rest}"));
    assert_eq!(strict().line(), "failed: 2 invalid lines (--strict); no finding at or above medium");
}

#[test]
fn every_format_is_harmless() {
    for verdict in [everything(), incomplete(), strict(), nothing()] {
        for format in VERDICT_FORMATS.iter() {
            // Separated values are as they stand in the log, but for formulas.
            if !["csv", "tsv", "parquet"].contains(&format.name) {
                assert_harmless(&render_with(format.name, &verdict, LOOK, true));
            }
        }
        assert_harmless(&step_summary(&verdict, KnownFindings::Listed, MAX_SUMMARY_BYTES));
        assert_harmless(&String::from_utf8(evidence(&verdict)).unwrap());
    }
}

#[test]
fn a_table_fits_and_ends_with_the_verdict() {
    let verdict = everything();
    for (width, ascii, show_known) in [(80, false, false), (80, true, true), (40, false, true)] {
        let charset = if ascii { Charset::Ascii } else { Charset::Unicode };
        let look = RenderOptions { width: Some(width), charset, ..LOOK };
        let text = render_with("table", &verdict, look, show_known);
        let (above, last) = text.trim_end().rsplit_once('\n').unwrap();
        assert_eq!(last, verdict.line());
        for line in above.lines() {
            assert!(line.width() <= width, "{line}");
        }
        assert!(!ascii || text.is_ascii(), "{text}");
        assert_eq!(text.contains("planned (CHG-7|)"), show_known, "{text}");
    }
    let text = render("table", &verdict);
    let rules: Vec<_> = text.lines().filter(|line| line.contains("  no-")).collect();
    assert_eq!(
        rules,
        [
            "CRITICAL  no-critical  9 open, 1 planned, 1 suppressed, 1 baseline",
            "HIGH  no-high  1 open, 1 planned, 1 suppressed, 1 baseline",
            "MEDIUM  no-medium  2 open, 1 planned, 1 suppressed, 1 baseline",
            "LOW  no-low  1 open, 1 planned, 1 suppressed, 1 baseline",
            "INFO  no-info  1 open, 1 planned, 1 suppressed, 1 baseline",
        ]
    );
    let entry = "  2025-01-15 10:30:00  logs/a b:c%20,d.ndjson:7\n    conn_1 of org_1 was removed by Zoë\n    \
                 named =Acme, actor id user_1\n";
    assert!(text.contains(entry), "{text}");
    assert!(text.contains("\n  lacks-actors (9 of 9 events)\n"), "{text}");
    assert!(text.contains("3 of 103 events lack what it needs"), "{text}");
    assert!(text.starts_with("warning: A suppression expired: \\u{1b}[31m\nTimes are in UTC.\n"), "{text}");
    let mut worse = finding(3, "x", Status::Open);
    worse.severity = Severity::Critical;
    assert!(render("table", &verdict_of(vec![worse], false)).contains(".ndjson:7  CRITICAL\n"));
    let text = render("table", &nothing());
    assert!(text.contains("Rules without a finding: 5; rules that are off: 1."), "{text}");
    assert!(text.ends_with("Nothing was found.\n\npassed: no finding at or above medium\n"), "{text}");
    let colored = render_with("table", &nothing(), RenderOptions { colors: true, ..LOOK }, false);
    assert!(colored.ends_with("\u{1b}[1m\u{1b}[32mpassed: no finding at or above medium\u{1b}[0m\n"));
}

#[test]
fn json_satisfies_its_schema_and_keeps_every_text() {
    let (check, manifest) = (schema::check(), schema::evidence());
    assert_eq!(
        (&check["title"], &manifest["title"]),
        (&json!("ssoaudit.check.v3"), &json!("ssoaudit.evidence.v2"))
    );
    let validator =
        |schema| jsonschema::draft202012::options().should_validate_formats(true).build(schema).unwrap();
    let (check, manifest) = (validator(&check), validator(&manifest));
    for verdict in [everything(), incomplete(), strict(), nothing()] {
        let value = json("json", &verdict);
        let proof: Value = serde_json::from_slice(&evidence(&verdict)).unwrap();
        for (validator, value) in [(&check, &value), (&manifest, &proof)] {
            if let Err(error) = validator.validate(value) {
                panic!("{error} in {value}");
            }
            for key in value.as_object().unwrap().keys() {
                let mut less = value.clone();
                less.as_object_mut().unwrap().remove(key);
                assert!(!validator.is_valid(&less), "without {key}");
            }
        }
    }
    let verdict = everything();
    let value = json("json", &verdict);
    assert_eq!((&value["verdict"], &value["fail_on"]), (&json!("failed"), &json!("medium")));
    let policy =
        json!({ "path": "ssoaudit.toml", "sha256": "b".repeat(64), "roster": null, "rule_files": [] });
    assert_eq!(value["policy"], policy);
    let one_each = json!({ "critical": 1, "high": 1, "medium": 1, "low": 1, "info": 1 });
    let open = json!({ "critical": 9, "high": 1, "medium": 2, "low": 1, "info": 1 });
    let counts = json!({ "open": open, "planned": one_each, "suppressed": one_each, "baseline": one_each });
    assert_eq!(value["counts"], counts);
    let findings = value["findings"].as_array().unwrap();
    for (number, text) in HOSTILE.iter().enumerate() {
        let fingerprint = Fingerprint::of(&["hostile", &number.to_string()]).to_string();
        let found = findings.iter().find(|found| found["fingerprint"] == fingerprint).unwrap();
        assert_eq!(
            *found,
            json!({
                "rule": "no-critical", "severity": "critical", "status": "open", "because": null,
                "message": text, "fingerprint": fingerprint,
                "time": "2025-01-15T10:30:00.500Z", "file": FILE, "line": 7, "next": null, "others": [],
                "action": "sso.delete_connection", "organization": "org_1", "organization_name": text,
                "connection": "conn_1", "actor": text, "actor_id": "user_1", "certainty": null,
            })
        );
    }
    assert_eq!(value["warnings"][0], "A suppression expired: \u{1b}[31m");
    assert_eq!(value["rules"][5]["on"], false);
    let lines: Vec<Value> =
        render("ndjson", &verdict).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(&lines, findings);
    assert_eq!(render("ndjson", &nothing()), "");
}

#[test]
fn evidence_says_what_was_read_and_judged() {
    let verdict = everything();
    assert_eq!(evidence(&verdict), evidence(&everything()));
    let proof: Value = serde_json::from_slice(&evidence(&verdict)).unwrap();
    assert_eq!(proof["tool"], json!({ "name": "ssoaudit", "version": env!("CARGO_PKG_VERSION") }));
    let input = json!({
        "name": "first log.ndjson", "error": null, "bytes": 123, "sha256": "a".repeat(64), "lines": 10, "valid": 9,
        "invalid": 1, "first": "2025-01-01T00:00:00Z", "last": null,
    });
    assert_eq!(proof["inputs"][0], input);
    let rule = json!({
        "id": "no-critical", "about": "when something is changed", "severity": "critical", "on": true,
        "judged": 100, "not_applicable": 0, "unlogged": [], "findings": 12, "open": 9, "planned": 1, "suppressed": 1,
        "baseline": 1,
        "controls": { "soc2": ["CC6.1"], "iso27001": ["A.5.15"], "nist": ["AC-2"] },
    });
    assert_eq!(proof["rules"][0], rule);
    let baseline = json!({ "path": "known.json", "sha256": "c".repeat(64) });
    assert_eq!((&proof["baseline"], &proof["verdict"]), (&baseline, &json!("failed")));
}

#[test]
fn separated_values_read_back_without_formulas() {
    let verdict = everything();
    for (format, delimiter) in [("csv", b','), ("tsv", b'\t')] {
        let text = render(format, &verdict);
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let header = reader.headers().unwrap().clone();
        assert_eq!(&header[0], "severity");
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), verdict.findings.len());
        let column = |name: &str| header.iter().position(|known| known == name).unwrap();
        for (record, finding) in records.iter().zip(told(&verdict)) {
            let message = record[column("message")].trim_start_matches('\'');
            assert_eq!(message, finding.message());
            assert_eq!(&record[column("status")], finding.status.name());
            assert!(record.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{record:?}");
        }
    }
}

#[test]
fn markdown_stays_text() {
    for text in [
        render("markdown", &everything()),
        step_summary(&everything(), KnownFindings::Listed, MAX_SUMMARY_BYTES),
    ] {
        let text = text.replace("@<!-- -->", "").replace("#<!-- -->", "");
        assert!(!text.contains(['<', '@']) && !text.contains("](http"), "{text}");
        assert!(text.contains("9 critical, 1 high"), "{text}");
        let cells = |line: &str| line.replace("\\|", "").matches('|').count();
        let rows: Vec<_> = text.lines().filter(|line| line.starts_with("| critical | ")).collect();
        assert!(rows.len() >= 9 && rows.iter().all(|line| cells(line) == cells(rows[0])), "{text}");
    }
    for show_known in [true, false] {
        let page = render_with("markdown", &everything(), LOOK, show_known);
        for text in [page, step_summary(&everything(), known(show_known), MAX_SUMMARY_BYTES)] {
            assert_eq!(text.contains("CHG-7"), show_known, "{text}");
        }
    }
}

#[test]
fn sarif_has_what_code_scanning_needs() {
    let verdict = everything();
    let log = json("sarif", &verdict);
    assert_eq!((&log["$schema"], &log["version"]), (&json!(sarif::SCHEMA), &json!("2.1.0")));
    assert!(sarif::SCHEMA.starts_with("https://"));
    let run = &log["runs"][0];
    let driver = &run["tool"]["driver"];
    assert_eq!(
        (&driver["name"], &driver["version"]),
        (&json!("ssoaudit"), &json!(env!("CARGO_PKG_VERSION")))
    );
    assert_eq!(driver.get("informationUri").is_some(), !env!("CARGO_PKG_REPOSITORY").is_empty());
    let rules = driver["rules"].as_array().unwrap();
    assert_eq!(rules.len(), CHECKS.len());
    let critical = json!({
        "id": "no-critical",
        "name": "NoCritical",
        "shortDescription": { "text": "when something is changed" },
        "fullDescription": { "text": "Something was changed. It matters." },
        "help": {
            "text": "What it means: Something was changed.\n\nWhy it matters: It matters.\n\n\
                     Example: An example.\n\nHow to fix: Undo it.",
            "markdown": "### What it means\n\nSomething was changed.\n\n### Why it matters\n\nIt matters.\n\n\
                         ### Example\n\nAn example.\n\n### How to fix\n\nUndo it.",
        },
        "defaultConfiguration": { "enabled": true, "level": "error" },
        "properties": {
            "security-severity": "9.5",
            "precision": "high",
            "tags": ["security", "sso", "soc2/CC6.1", "iso27001/A.5.15", "nist/AC-2"],
        },
    });
    assert_eq!(rules[0], critical);
    assert_eq!(rules[1]["properties"]["tags"].as_array().unwrap().len(), 20);
    assert_eq!(rules[5]["defaultConfiguration"]["enabled"], false);
    let scores: Vec<_> = rules.iter().map(|rule| rule["properties"]["security-severity"].as_str()).collect();
    assert_eq!(scores[..5], [Some("9.5"), Some("8.0"), Some("5.5"), Some("3.0"), Some("0.0")]);
    let invocation = &run["invocations"][0];
    assert_eq!((&invocation["executionSuccessful"], &invocation["exitCode"]), (&json!(true), &json!(1)));
    let unread = &json("sarif", &incomplete())["runs"][0]["invocations"][0];
    assert_eq!((&unread["executionSuccessful"], &unread["exitCode"]), (&json!(false), &json!(2)));
    assert_eq!(unread["toolExecutionNotifications"][0]["level"], "error");
    let notifications = invocation["toolExecutionNotifications"].as_array().unwrap();
    let levels: Vec<_> = notifications.iter().map(|it| it["level"].as_str().unwrap()).collect();
    assert_eq!(levels, ["warning", "note", "note"]);
    assert_eq!(notifications[0]["message"]["text"], "A suppression expired: \\u{{1b}}[31m");
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), verdict.findings.len());
    for (result, finding) in results.iter().zip(told(&verdict)) {
        let index = result["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!((index, &result["ruleId"]), (usize::from(finding.rule), &rules[index]["id"]));
        let level = ["error", "error", "warning", "note", "note"][usize::from(finding.rule)];
        assert_eq!(result["level"], level);
        let message = result["message"]["text"].as_str().unwrap();
        assert_harmless(message);
        assert!(
            !message.is_empty() && !message.contains("[c](") && !message.replace("{{0}}", "").contains("{0}")
        );
        let locations = result["locations"].as_array().unwrap();
        assert_eq!(locations.len(), 1);
        let place = &locations[0]["physicalLocation"];
        let expected = match finding.position {
            Some(_) => ("logs/a%20b%3Ac%2520%2Cd.ndjson", 7),
            None => ("first%20log.ndjson", 1),
        };
        assert_eq!(place["artifactLocation"], json!({ "uri": expected.0 }));
        assert_eq!(place["region"], json!({ "startLine": expected.1 }));
        assert_eq!(result["partialFingerprints"]["ssoaudit/v2"], finding.fingerprint.to_string());
        let accepted =
            |why: &str| json!([{ "kind": "external", "status": "accepted", "justification": why }]);
        let (suppressions, baseline) = match finding.status {
            Status::Open => (json!([]), "new"),
            Status::Baseline => (json!([]), "unchanged"),
            Status::Planned(_) => (accepted("planned (CHG-7|)"), "new"),
            Status::Suppressed(_) => (accepted("suppressed (a test\\u{1b})"), "new"),
        };
        assert_eq!((&result["suppressions"], &result["baselineState"]), (&suppressions, &json!(baseline)));
    }
    let log = json("sarif", &nothing());
    assert_eq!(log["runs"][0]["results"], json!([]));
    assert_eq!(log["runs"][0]["invocations"][0]["exitCode"], 0);
    let without = verdict_of(vec![finding(0, "x", Status::Open)], false);
    assert_eq!(json("sarif", &without)["runs"][0]["results"][0].get("baselineState"), None);
}

#[test]
fn sarif_keeps_to_its_standard() {
    let without_baseline = verdict_of(vec![finding(0, "x", Status::Open)], false);
    for verdict in [everything(), nothing(), thousands(), without_baseline] {
        let log = crate::sarif::read(&render("sarif", &verdict));
        let results: usize = log.runs.iter().map(|run| run.results.len()).sum();
        assert_eq!((log.runs.len(), results), (1, verdict.findings.len().min(sarif::MAX_RESULTS)));
    }
}

#[test]
fn files_become_relative_uris() {
    for (file, uri) in [
        ("a.ndjson", "a.ndjson"),
        ("./logs/a.ndjson", "logs/a.ndjson"),
        ("/var/log/a.ndjson", "var/log/a.ndjson"),
        ("logs\\a.ndjson", if cfg!(windows) { "logs/a.ndjson" } else { "logs%5Ca.ndjson" }),
        ("//host/a", "host/a"),
        ("https://x/a", "https%3A//x/a"),
        ("Zoë?#", "Zo%C3%AB%3F%23"),
        ("<stdin>", "stdin"),
    ] {
        assert_eq!(sarif::uri(file), uri);
    }
}

#[test]
fn sarif_keeps_the_worst_within_the_limits() {
    let text = render("sarif", &thousands());
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    gzip.write_all(text.as_bytes()).unwrap();
    let compressed = gzip.finish().unwrap().len();
    assert!(compressed < 10_000_000, "{compressed}");
    let log: Value = serde_json::from_str(&text).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert_eq!(results.len(), 5_000);
    assert!(
        results.iter().all(|result| result["message"]["text"].as_str().unwrap().chars().count() <= 1_000)
    );
    // The 1,200 of the least severity and none of the others went.
    let indices = results.iter().map(|result| result["ruleIndex"].as_u64().unwrap());
    assert!(indices.clone().is_sorted() && indices.filter(|index| *index == 4).count() == 200);
    let notification = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0];
    assert_eq!(notification["descriptor"]["id"], "results-left-out");
    assert_eq!(
        notification["message"]["text"],
        "1000 further findings were left out; the worst 5000 are shown"
    );
}

fn child<'a>(node: Node<'a, 'a>, name: &str) -> Option<Node<'a, 'a>> {
    node.children().find(|child| child.has_tag_name(name))
}

#[test]
fn junit_has_a_case_for_every_rule() {
    let verdict = everything();
    assert!(!render("junit", &verdict).contains("CHG-7"));
    let xml = render_with("junit", &verdict, LOOK, true);
    let document = Document::parse(&xml).unwrap();
    let root = document.root_element();
    assert_eq!((root.tag_name().name(), root.attribute("failures")), ("testsuites", Some("3")));
    let suite = child(root, "testsuite").unwrap();
    let numbers = ["name", "tests", "failures", "errors", "skipped"].map(|name| suite.attribute(name));
    assert_eq!(numbers, [Some("ssoaudit"), Some("7"), Some("3"), Some("0"), Some("2")]);
    let cases: Vec<_> = suite.children().filter(|child| child.has_tag_name("testcase")).collect();
    let names: Vec<_> = cases.iter().map(|case| case.attribute("name").unwrap()).collect();
    assert_eq!(names, CHECKS.iter().map(|check| check.id).collect::<Vec<_>>());
    let failures: Vec<_> = cases.iter().map(|case| child(*case, "failure").is_some()).collect();
    assert_eq!(failures, [true, true, true, false, false, false, false]);
    let failure = child(cases[0], "failure").unwrap();
    assert_eq!(failure.attribute("type"), Some("critical"));
    let message = "9 open, 1 planned, 1 suppressed, 1 baseline: when something is changed";
    assert_eq!(failure.attribute("message"), Some(message));
    let text = failure.text().unwrap();
    assert_eq!(text.trim().lines().count(), 9, "{text}");
    let line = "2025-01-15T10:30:00.500Z critical: ]]><x/>&amp; (logs/a b:c%20,d.ndjson:7)";
    assert!(text.lines().any(|found| found.trim() == line), "{text}");
    assert!(text.contains("NUL\\u{0} and \\u{fffe}\\u{ffff}\\u{7f}"), "{text}");
    let known = child(cases[0], "system-out").unwrap().text().unwrap();
    assert!(known.contains("announced (logs/a b:c%20,d.ndjson:7) [planned (CHG-7|)]"), "{known}");
    assert_eq!(known.trim().lines().count(), 3);
    let low = child(cases[3], "system-out").unwrap().text().unwrap();
    assert_eq!(low.trim().lines().count(), 4);
    let why: Vec<_> =
        cases.iter().map(|case| child(*case, "skipped").and_then(|skip| skip.attribute("message"))).collect();
    assert_eq!(why[4..], [None, Some("the rule is off"), Some("no event says what the rule needs")]);
    assert!(child(suite, "system-out").unwrap().text().unwrap().contains(&verdict.line()));
    for (verdict, kind) in [(incomplete(), "error"), (strict(), "failure")] {
        let text = render("junit", &verdict);
        let document = Document::parse(&text).unwrap();
        let mut cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        let inputs = cases.find(|case| case.attribute("name") == Some("inputs")).unwrap();
        let told = child(inputs, kind).unwrap();
        assert_eq!(told.attribute("message"), Some(verdict.line().as_str()));
        let is_named = told.text().is_some_and(|text| text.contains("could not be read to its end: "));
        assert_eq!(is_named, kind == "error");
    }
    let clean = render("junit", &nothing());
    assert!(!clean.contains("<failure"));
    Document::parse(&clean).unwrap();
}

#[test]
fn a_rule_is_not_applicable_if_nothing_it_looks_for_can_be_in_the_log() {
    let mut verdict = nothing();
    let why = "no source in these inputs logs `relaxed`";
    for told in ["table", "junit"].map(|format| render(format, &verdict)) {
        assert!(!told.contains(why), "{told}");
    }
    verdict.rules[0].unlogged = &[Operation::Relaxed];
    // It has no count beside it, as all of them are none that count.
    (verdict.rules[0].judged, verdict.rules[0].not_applicable) = (0, 0);
    let table = render("table", &verdict);
    assert!(table.contains(&format!("  no-critical ({why})\n")), "{table}");
    assert!(table.contains("Rules without a finding: 4; rules that are off: 1."), "{table}");
    let text = render("junit", &verdict);
    assert!(text.contains(&format!("<skipped message=\"{why}\"/>")), "{text}");
    assert_eq!(json("json", &verdict)["rules"][0]["unlogged"], json!(["relaxed"]));
    let notes = json("sarif", &verdict)["runs"][0]["invocations"][0]["toolExecutionNotifications"].take();
    let note = json!({
        "level": "note",
        "descriptor": { "id": "not-applicable" },
        "message": { "text": "Not applicable to any event: no source in these inputs logs `relaxed`" },
        "associatedRule": { "id": "no-critical", "index": 0 },
    });
    assert!(notes.as_array().unwrap().contains(&note), "{notes}");
    let page = step_summary(&verdict, KnownFindings::Listed, MAX_SUMMARY_BYTES);
    assert!(page.contains("| no-critical | any event: no source in these inputs logs"), "{page}");
    // A rule that is off is not told twice.
    verdict.rules[0].is_on = false;
    assert!(!render("table", &verdict).contains(why));
}

#[test]
fn annotations_are_one_command_each() {
    let text = render("github", &everything());
    let lines: Vec<_> = text.lines().collect();
    let head = "::error file=logs/a b%3Ac%2520%2Cd.ndjson,line=7,title=critical%3A no-critical::";
    assert_eq!(lines.iter().filter(|line| line.starts_with(head)).count(), 9);
    assert!(text.contains(&format!("{head}%250A::error::x\\r\\n::error::y%0Awhen something is changed\n")));
    assert!(text.contains("::warning title=medium%3A no-medium::the log ends early%0A"));
    let commands = |kind: &str| lines.iter().filter(|line| line.starts_with(&format!("::{kind} "))).count();
    assert_eq!((commands("error"), commands("warning"), commands("notice")), (10, 2, 2));
    assert_eq!(lines.len(), 17);
    assert_eq!(*lines.last().unwrap(), everything().line());
    assert_eq!(
        render("github", &nothing()),
        "Checked against the policy ssoaudit.toml.\npassed: no finding at or above medium\n"
    );
    let text = render("github", &incomplete());
    assert!(text.starts_with("::error title=ssoaudit::"), "{text}");
    assert_eq!(text.lines().filter(|line| line.starts_with("::error ")).count(), 10);
    let text = render("github", &thousands());
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 33);
    assert_eq!(lines[30], "5970 further findings are not annotated: GitHub shows 10 of a kind.");
}

#[test]
fn a_summary_of_a_step_fits() {
    let verdict = thousands();
    let text = step_summary(&verdict, KnownFindings::Listed, MAX_SUMMARY_BYTES);
    assert!(text.len() < MAX_SUMMARY_BYTES && text.len() > MAX_SUMMARY_BYTES / 2, "{}", text.len());
    let shown = text.lines().filter(|line| line.contains("| open | no-")).count();
    assert!(text.contains(&format!("\n{} further findings are not shown.\n", 6_000 - shown)));
    assert!(text.starts_with("# ssoaudit: failed\n\nfailed: 3600 findings at or above medium \\("));
    let text = step_summary(&incomplete(), KnownFindings::Listed, MAX_SUMMARY_BYTES);
    assert!(text.starts_with("# ssoaudit: incomplete\n\nincomplete: 1 input could not"), "{text}");
    assert!(text.contains("\nError: "), "{text}");
    let text = step_summary(&nothing(), KnownFindings::Listed, MAX_SUMMARY_BYTES);
    assert!(text.starts_with("# ssoaudit: passed\n\npassed: no finding at or above medium\n"), "{text}");
}

#[test]
fn thousands_are_printed_in_every_format() {
    let verdict = thousands();
    assert_eq!(render("ndjson", &verdict).lines().count(), 6_000);
    assert_eq!(json("json", &verdict)["findings"].as_array().unwrap().len(), 6_000);
    assert_eq!(render("csv", &verdict).lines().count(), 6_001);
    assert!(render("table", &verdict).ends_with(&format!("{}\n", verdict.line())));
    Document::parse(&render("junit", &verdict)).unwrap();
}
