//! Custom rules as their authors meet them: files, findings in every format, the policy, and what is refused.

use std::fs;
use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::support::run::{Run, ssoaudit, testdata};

const FIRES: &str = "examples/rules/github-saml-turned-off.fires.ndjson";
const RULE: &str = "examples/rules/github-saml-turned-off.yml";
const ID: &str = "saml-turned-off";

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).display().to_string()
}

/// A run of `check` in JSON.
fn check(args: &[&str]) -> (Run, Value) {
    let run = ssoaudit(&[&["check", "--format", "json", "--now", "2026-01-01"], args].concat());
    let json = serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}{}", run.stdout, run.stderr));
    (run, json)
}

/// The findings of a rule, each with what is told of it.
fn findings<'j>(json: &'j Value, id: &str) -> Vec<&'j Value> {
    json["findings"].as_array().unwrap().iter().filter(|finding| finding["rule"] == id).collect()
}

fn texts(findings: &[&Value], key: &str) -> Vec<String> {
    findings.iter().map(|finding| finding[key].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn an_event_is_judged_once() {
    let rule = "title: any\nlogsource: {product: workos}\ndetection:\n  s:\n    operation: disabled\n  condition: s\n";
    let failed = fs::read_to_string(testdata("checks/failed-attempts/fires.ndjson")).unwrap();
    let failed: String = failed.split_inclusive('\n').take(6).collect();
    let others = fs::read_to_string(testdata("sources/centure/documented.ndjson")).unwrap();
    let others: String = others.split_inclusive('\n').take(3).collect();
    let scope = "version = 1\n[rules.any]\nsources = [\"workos\", \"centure\"]\n";
    let files =
        folder(&[("any.yml", rule), ("log.ndjson", &[failed, others].concat()), ("policy.toml", scope)]);
    let args = ["--rules", &path(&files, "any.yml"), "--rule", "any"];
    let (policy, log) = (path(&files, "policy.toml"), path(&files, "log.ndjson"));
    for policy in [&[][..], &["--policy", &policy]] {
        let (_, json) = check(&[&args[..], policy, &[&log]].concat());
        let rules = json["rules"].as_array().unwrap();
        let judged = rules.iter().find(|rule| rule["id"] == "any").unwrap();
        assert_eq!((&judged["judged"], &judged["not_applicable"]), (&6.into(), &3.into()));
    }
}

#[test]
fn rules_pass_their_examples() {
    for (folder, expected) in [
        ("examples/rules", "10 files of rules: 10 passed, 0 failed, 0 without examples"),
        ("testdata/rules", "7 files of rules: 5 passed, 0 failed, 2 without examples"),
    ] {
        let run = ssoaudit(&["rules", "test", folder]);
        assert_eq!(
            (run.code, run.stdout.lines().last()),
            (0, Some(expected)),
            "{}{}",
            run.stdout,
            run.stderr
        );
    }
}

#[test]
fn an_example_that_does_not_do_what_it_should_is_told_with_its_line() {
    let rule = fs::read_to_string(RULE).unwrap();
    let fires = fs::read_to_string(FIRES).unwrap();
    let quiet = fs::read_to_string(FIRES.replace("fires", "quiet")).unwrap();
    let both = format!("{fires}{quiet}");
    let rules = folder(&[
        ("a.yml", &rule),
        ("a.fires-more.ndjson", &both),
        ("a.quiet.ndjson", &both),
        ("a.fires.ndjson", "{}\n"),
        ("b.yml", &rule.replace("name: saml", "name: other")),
    ]);
    let run = ssoaudit(&["rules", "test", &path(&rules, "")]);
    let told = run.stdout.replace(&path(&rules, ""), "");
    let expected = "\
FAIL  a.fires-more.ndjson:3: `saml-turned-off` should fire, and is quiet
FAIL  a.fires-more.ndjson:4: `saml-turned-off` should fire, and is quiet
FAIL  a.fires.ndjson: 1 line is not a valid event; `ssoaudit validate a.fires.ndjson` says why
FAIL  a.fires.ndjson:1: `saml-turned-off` should fire, and is quiet
FAIL  a.quiet.ndjson:1: `saml-turned-off` fires, and should be quiet
FAIL  a.quiet.ndjson:2: `saml-turned-off` fires, and should be quiet
none  b.yml (other-turned-off): no NAME.fires.ndjson or NAME.quiet.ndjson
2 files of rules: 0 passed, 1 failed, 1 without examples
";
    assert_eq!((run.code, &*told), (1, expected), "{}", run.stderr);
    fs::write(rules.path().join("a.yml"), "title: x").unwrap();
    assert_eq!(ssoaudit(&["rules", "test", &path(&rules, "a.yml")]).code, 2);
}

#[test]
fn a_rule_about_what_no_source_reads_says_so_of_its_examples() {
    let rule = fs::read_to_string(RULE).unwrap().replace("product: github", "product: aws");
    let fires = fs::read_to_string(FIRES).unwrap();
    let rules = folder(&[("a.yml", &rule), ("a.fires.ndjson", &fires)]);
    let run = ssoaudit(&["rules", "test", &path(&rules, "a.yml")]);
    let why = "`saml-turned-off` (about `aws`, which no source reads) should fire, and is quiet";
    assert!(run.code == 1 && run.stdout.contains(why), "{}{}", run.stdout, run.stderr);
}

#[test]
fn findings_are_like_those_of_other_rules() {
    let (run, json) = check(&["--rules", RULE, FIRES]);
    let found = findings(&json, ID);
    assert_eq!((run.code, found.len()), (1, 2));
    assert_eq!(texts(&found, "severity"), ["critical", "critical"]);
    assert_eq!(texts(&found, "organization"), ["7310001", "9001"]);
    assert_eq!(texts(&found, "actor"), ["stranger", "stranger"]);
    assert_eq!(
        [&found[0]["file"], &found[0]["line"]],
        [FIRES, "1"].map(|text| serde_json::from_str::<Value>(text).unwrap_or(text.into())).each_ref()
    );
    assert!(found[0]["message"].as_str().unwrap().starts_with("SAML was turned off: org.disable_saml for "));
    let rules = json["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == ID).unwrap();
    assert_eq!([&rule["judged"], &rule["not_applicable"], &rule["findings"]], [2, 0, 2]);
    assert_eq!(json["policy"]["rule_files"][0]["path"], RULE);
    // What was delivered again is one finding, whatever file it is in.
    let copy = folder(&[("copy.ndjson", &fs::read_to_string(FIRES).unwrap())]);
    let (_, twice) = check(&["--rules", RULE, &path(&copy, "copy.ndjson"), FIRES]);
    assert_eq!(texts(&findings(&twice, ID), "fingerprint"), texts(&found, "fingerprint"));
    // Pseudonyms hide who did it, in messages as well.
    let (redacted, _) = check(&["--rules", RULE, "--redact", FIRES]);
    assert!(!redacted.stdout.contains("stranger"), "{}", redacted.stdout);
}

#[test]
fn sarif_describes_the_rule() {
    let run = ssoaudit(&["check", "--format", "sarif", "--rules", RULE, FIRES]);
    let sarif: Value = serde_json::from_str(&run.stdout).unwrap();
    let rules = sarif["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let rule = rules.iter().find(|rule| rule["id"] == ID).unwrap();
    assert_eq!(rule["helpUri"], "https://example.com/runbooks/saml");
    let tags = rule["properties"]["tags"].as_array().unwrap();
    assert!(tags.contains(&"attack.defense-evasion".into()), "{tags:?}");
    let help = rule["help"]["text"].as_str().unwrap();
    assert!(help.contains("False positives: A move to another identity provider"), "{help}");
    assert!(rules.iter().filter(|rule| rule.get("helpUri").is_some()).count() == 1);
}

#[test]
fn a_policy_names_rules_and_sets_them() {
    let rule = fs::read_to_string(RULE).unwrap();
    let fires = fs::read_to_string(FIRES).unwrap();
    let counts = |more: &str, args: &[&str]| {
        let policy = format!("version = 1\nrule-files = [\"rules/*.yml\"]\n{more}");
        let files = folder(&[("ssoaudit.toml", &policy), ("rules/a.yml", &rule), ("log.ndjson", &fires)]);
        let (policy, log) = (path(&files, "ssoaudit.toml"), path(&files, "log.ndjson"));
        let (_, json) = check(&[&["--policy", &policy, &log], args].concat());
        let found = findings(&json, ID);
        (texts(&found, "severity").join(" "), texts(&found, "status").join(" "))
    };
    let pair = |one: &str, other: &str| (one.to_owned(), other.to_owned());
    assert_eq!(counts("", &[]), pair("critical critical", "open open"));
    assert_eq!(counts("[rules.saml-turned-off]\nseverity = \"low\"", &[]), pair("low low", "open open"));
    assert_eq!(counts("[rules.saml-turned-off]\nenabled = false", &[]), pair("", ""));
    let scope = "[rules.saml-turned-off]\norganizations = [\"9001\"]";
    assert_eq!(counts(scope, &[]), pair("critical", "open"));
    let suppression = "[[suppressions]]\nrule = \"saml-turned-off\"\norganization = \"9001\"\nreason = \"r\"\nexpires = \"2027-01-01\"";
    assert_eq!(counts(suppression, &[]), pair("critical critical", "open suppressed"));
    let planned = "[[planned]]\norganization = \"7310001\"\noperation = \"disabled\"\nnot-before = \"2025-01-01\"\nexpires = \"2026-01-01\"\nticket = \"T\"";
    assert_eq!(counts(planned, &[]), pair("critical critical", "open planned"));
    // The same file twice is one rule, and another one with the same id is refused.
    let (run, _) =
        check(&["--rules", RULE, "--rules", "./examples/rules/../rules/github-*turned-off.yml", FIRES]);
    assert_eq!(run.code, 1, "{}", run.stderr);
}

#[test]
fn a_baseline_knows_findings() {
    let files = folder(&[]);
    let baseline = path(&files, "known.json");
    ssoaudit(&["check", "--rules", RULE, FIRES, "--write-baseline", &baseline]);
    let (_, json) = check(&["--rules", RULE, "--baseline", &baseline, FIRES]);
    assert_eq!(texts(&findings(&json, ID), "status"), ["baseline", "baseline"]);
}

#[test]
fn rules_are_listed_and_explained() {
    let listed = ssoaudit(&["check", "--rules", "examples/rules", "--list-rules"]);
    assert!(
        listed.stdout.contains("saml-turned-off")
            && listed.stdout.contains("  critical  SAML was turned off\n")
    );
    // What only correlations are about has no findings of its own.
    assert!(!listed.stdout.contains("any-portal-url"), "{}", listed.stdout);
    let explained = ssoaudit(&["check", "--rules", RULE, "--explain", ID]);
    assert!(explained.stdout.contains("False positives\n  A move to another identity provider\n"));
    assert!(!explained.stdout.contains("Evidence"), "{}", explained.stdout);
}

#[test]
fn broken_rules_are_refused_with_their_places() {
    for path in files_in("bad-rules", "yml") {
        let run = ssoaudit(&["check", "--rules", &path, FIRES]);
        let expected = fs::read_to_string(Path::new(&path).with_extension("expect")).unwrap();
        assert_eq!((run.code, run.stderr), (2, expected), "{path}");
    }
    let same = folder(&[
        ("a.yml", &fs::read_to_string(RULE).unwrap()),
        ("b.yml", &fs::read_to_string(RULE).unwrap()),
    ]);
    let run = ssoaudit(&["check", "--rules", &path(&same, ""), FIRES]);
    let [a, b] = ["a.yml", "b.yml"].map(|name| path(&same, name));
    let expected = format!(
        "error: {b}:2:7: the id `saml-turned-off` is also that of a rule in {a}; give one of them another `name:`\n"
    );
    assert_eq!((run.code, run.stderr), (2, expected));
    let list = folder(&[("ssoaudit.toml", "version = 1\nrules = [\"*.yml\"]\nrule-files = [\"x/*.yml\"]\n")]);
    let run = ssoaudit(&["check", "--policy", &path(&list, "ssoaudit.toml"), FIRES]);
    assert!(
        run.stderr.contains(":2:9: `rules` is a list")
            && run.stderr.contains(":3:15: `x/*.yml` matches no file"),
        "{}",
        run.stderr
    );
}

fn files_in(folder: &str, extension: &str) -> Vec<String> {
    let entries = fs::read_dir(testdata(folder))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.filter(|name| name.ends_with(extension)).collect();
    names.sort();
    assert!(!names.is_empty());
    names.into_iter().map(|name| format!("testdata/{folder}/{name}")).collect()
}

#[test]
fn what_a_rule_cannot_judge_is_told() {
    let rules = ["testdata/rules/aws-saml-provider-changed.yml", "testdata/rules/okta-impersonation.yml"];
    let log = "testdata/rules/okta-impersonation.fires.ndjson";
    let (run, json) = check(&["--rules", rules[0], "--rules", rules[1], log]);
    let warnings = json["warnings"].to_string();
    assert!(warnings.contains("is about `aws`, which no source reads; it judged nothing"), "{warnings}");
    assert!(run.stderr.contains("is about `aws`"), "{}", run.stderr);
    assert_eq!(findings(&json, "an-impersonation-session-began").len(), 1);
    // A history keeps attributes only.
    let files = folder(&[]);
    let history = path(&files, "h.parquet");
    assert_eq!(ssoaudit(&["collect", log, "-o", &history]).code, 0);
    let (_, json) = check(&["--rules", rules[1], &history]);
    let warnings = json["warnings"].to_string();
    assert!(warnings.contains("did not judge events that come from there"), "{warnings}");
    let rule =
        json["rules"].as_array().unwrap().iter().find(|rule| rule["id"] == "an-impersonation-session-began");
    assert_eq!([&rule.unwrap()["judged"], &rule.unwrap()["not_applicable"]], [0, 1]);
    // A rule about attributes needs nothing else.
    let log = "examples/rules/centure-portal-url-from-outside.fires.ndjson";
    let other = path(&files, "other.parquet");
    assert_eq!(ssoaudit(&["collect", log, "-o", &other]).code, 0);
    let (_, json) = check(&["--rules", "examples/rules/centure-portal-url-from-outside.yml", &other]);
    assert_eq!(
        (findings(&json, "portal-url-from-outside").len(), json["warnings"].to_string()),
        (2, "[]".to_owned())
    );
}

#[test]
fn correlations_do_not_depend_on_how_the_log_is_read() {
    let log = fs::read_to_string("examples/rules/github-recovery-codes-guessed.fires.ndjson").unwrap();
    let lines: Vec<_> = log.lines().collect();
    let backwards: String = lines.iter().rev().map(|line| format!("{line}\n")).collect();
    let (first, others) = (format!("{}\n{}\n", lines[0], lines[0]), lines[1..].join("\n"));
    let files = folder(&[
        ("z/a.ndjson", &backwards),
        ("z/b.ndjson", &others),
        ("a.ndjson", &others),
        ("b.ndjson", &first),
    ]);
    let rule = "examples/rules/github-recovery-codes-guessed.yml";
    let told = |args: &[&str]| {
        let (_, json) = check(&[&["--rules", rule], args].concat());
        let found = findings(&json, "recovery-codes-guessed");
        (texts(&found, "fingerprint"), texts(&found, "message"))
    };
    let expected = told(&["examples/rules/github-recovery-codes-guessed.fires.ndjson"]);
    assert_eq!(expected.0.len(), 1);
    let message = &expected.1[0];
    assert!(
        message.contains(
            "3 events, of `recovery_code_failed` within 10m, completed by business.recovery_code_failed"
        ),
        "{message}"
    );
    assert!(message.contains("; before it: ZXhhbXBsZQ60000 at 2025-06-02 09:01:00"), "{message}");
    let [z, a, b] = ["z", "a.ndjson", "b.ndjson"].map(|name| path(&files, name));
    for args in
        [&[&*z, "--threads", "3", "--block-bytes", "64"][..], &[&a, &b], &[&b, &a, &z, "--threads", "1"]]
    {
        assert_eq!(told(args), expected, "{args:?}");
    }
}

#[test]
fn a_correlation_says_where_its_events_are() {
    let rule = "examples/rules/github-recovery-codes-guessed.yml";
    let log = "examples/rules/github-recovery-codes-guessed.fires.ndjson";
    let (_, json) = check(&["--rules", rule, log]);
    let found = findings(&json, "recovery-codes-guessed");
    let lines = [1, 2].map(|line| format!("{log}:{line}"));
    assert_eq!([&found[0]["others"], &found[0]["line"]], [&serde_json::json!(lines), &3.into()]);
    let text = ssoaudit(&["check", "--rules", rule, log]).stdout;
    assert!(text.contains(&format!("    the others are at {}\n", lines.join(", "))), "{text}");
    let sarif = ssoaudit(&["check", "--format", "sarif", "--rules", rule, log]).stdout;
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let result = results.iter().find(|result| result["ruleId"] == "recovery-codes-guessed").unwrap();
    let related = result["relatedLocations"].as_array().unwrap().iter();
    let lines = related.map(|it| it["physicalLocation"]["region"]["startLine"].as_u64().unwrap());
    assert_eq!(lines.collect::<Vec<_>>(), [1, 2]);
    // A history says where its events were read first.
    let files = folder(&[]);
    let history = path(&files, "h.parquet");
    assert_eq!(ssoaudit(&["collect", log, "-o", &history]).code, 0);
    let (_, of_history) = check(&["--rules", rule, &history]);
    assert_eq!(findings(&of_history, "recovery-codes-guessed")[0]["others"], found[0]["others"]);
}

/// Rules for logs that shippers flattened ask whether an object contains a word.
#[test]
fn an_object_has_the_values_in_it() {
    let log = "testdata/sources/okta/documented.ndjson";
    let first = fs::read_to_string(log).unwrap().lines().next().unwrap().to_owned();
    let fires = |selection: &str| {
        let rule = format!("title: x\nsigma-version: 3\ndetection:\n  a:\n    {selection}\n  condition: a\n");
        let files = folder(&[("rule.yml", &rule), ("log.ndjson", &first)]);
        let (run, json) = check(&["--rules", &path(&files, "rule.yml"), &path(&files, "log.ndjson")]);
        assert!(run.stderr.is_empty(), "{selection}: {}", run.stderr);
        !findings(&json, "x").is_empty()
    };
    for selection in [
        "target|contains: partner",
        "debugContext|contains: [nothing, '/idps']",
        "client.geographicalContext: Norway",
        "client|re: '^CHROME$'",
        "client|exists: true",
        "target|contains|all: [partner, IdentityProvider]",
        "target[any]:\n      type: IdentityProvider\n      displayName: Partner SAML",
    ] {
        assert!(fires(selection), "{selection}");
    }
    for selection in [
        "target|contains: displayName",
        "client.geographicalContext|contains: acme",
        "transaction.detail|contains: a",
        "client: null",
        "target[any]:\n      type: User\n      displayName: Partner SAML",
    ] {
        assert!(!fires(selection), "{selection}");
    }
}

/// Rules that ask for what is known of an action beforehand, for texts of a line, or for both; each with a twin of which
/// nothing is known beforehand.
#[test]
fn what_is_known_beforehand_changes_nothing() {
    let items = [
        "action: org.disable_saml",
        "action|contains: [delete, idp]",
        "action|re: '.*saml.*'",
        "eventtype|startswith: system.idp",
        "eventType: null",
        "type|endswith: .sso_disabled",
        "operation: [deleted, disabled]",
        "source: [okta, github]",
        "source|neq: okta",
        "actor.displayName|contains|all: [acme, ADMIN]",
        "target.displayName|cased: Partner SAML",
        "outcome.result|exists: true",
        "data.enabled: false",
        "org_id|gte: 7310001",
        "actor|fieldref: org",
        "nothing: here",
    ];
    let detection = |one: &str, other: &str| {
        format!(
            "detection:\n    a:\n        {one}\n    b:\n        {other}\n    never:\n        nothing|re: x^\n"
        )
    };
    let conditions = ["a and b", "a or b", "a and not b", "not a and b", "1 of a*", "not (a and b)"];
    let mut text = String::new();
    let mut count = 0;
    for (number, condition) in conditions.iter().enumerate() {
        for (at, one) in items.iter().enumerate() {
            let other = items[(at * 5 + number + 3) % items.len()];
            for (twin, condition) in
                [("x", (*condition).to_owned()), ("y", format!("({condition}) or never"))]
            {
                text += &format!(
                    "---\ntitle: {twin}{count}\n{}    condition: {condition}\n",
                    detection(one, other)
                );
            }
            count += 1;
        }
    }
    let rules = folder(&[("all.yml", &text)]);
    let (_, json) = check(&["--rules", &path(&rules, "all.yml"), "testdata/sources", "testdata/rules"]);
    let mut found = 0;
    for number in 0..count {
        let of = |twin: &str| {
            let findings = findings(&json, &format!("{twin}{number}"));
            findings.iter().map(|it| (it["file"].to_string(), it["line"].to_string())).collect::<Vec<_>>()
        };
        assert_eq!(of("x"), of("y"), "{number}");
        found += usize::from(!of("x").is_empty());
    }
    assert!(found > count / 2, "{found} of {count}");
}
