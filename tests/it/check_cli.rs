//! `check` as a gate: the same verdict in every format and however the input is cut into files; what is
//! planned, accepted or known; what cannot be judged.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use proptest::prelude::*;
use serde_json::Value;
use ssoaudit::formats::verdict::VERDICT_FORMATS;
use ssoaudit::rules;

use crate::sarif;
use crate::support::run::{Run, command, fixture, ssoaudit, testdata};

pub const SAMPLE: &str = "testdata/sso-events.ndjson";
pub const NOW: [&str; 3] = ["check", "--now", "2025-04-05T00:00:00Z"];

pub fn check(more: &[&str]) -> Run {
    ssoaudit(&[&NOW, more].concat())
}

fn json(more: &[&str]) -> Value {
    let run = check(&[&["--format", "json"], more].concat());
    serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {}", run.stderr))
}

pub fn validated(schema: &str, json: &Value) {
    let schema: Value = serde_json::from_str(&ssoaudit(&["schema", schema]).stdout).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    if let Err(error) = validator.validate(json) {
        panic!("{error}");
    }
}

#[test]
fn the_verdict_is_the_same_in_every_format() {
    for (fail_on, code) in [("critical", 0), ("info", 1), ("HIGH", 1)] {
        for format in VERDICT_FORMATS.iter() {
            let run = check(&["--fail-on", fail_on, "--format", format.name, SAMPLE]);
            assert_eq!(run.code, code, "{} {fail_on}", format.name);
        }
    }
    let quiet = "testdata/checks/connection-disabled/fires.ndjson";
    for format in VERDICT_FORMATS.iter() {
        let run = check(&["--fail-on", "critical", "--format", format.name, quiet]);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", format.name);
    }
}

/// What is said of files, each with so many lines, besides where a line is.
fn told(files: &[Vec<&str>], threads: usize) -> Value {
    const EVERY_RULE: &str = "version = 1\nroster = \"roster.csv\"\n\
        [[windows]]\ndays = [\"mon\", \"tue\"]\nfrom = \"09:00\"\nto = \"17:00\"\n\
        [rules.log-gap]\nenabled = true\n[rules.portal-without-change]\nenabled = true\n\
        [rules.same-person]\nenabled = true\n\
        [rules.unapproved-connection-type]\nproviders = [\"okta\"]\n";
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    write("roster.csv", "organization,actor,role\n*,user_ann,admin\n");
    let policy = write("p.toml", EVERY_RULE);
    let files = files.iter().enumerate();
    let files: Vec<_> =
        files.map(|(number, lines)| write(&format!("{number}.ndjson"), &lines.join("\n"))).collect();
    let files = files.iter().map(String::as_str);
    let threads = threads.to_string();
    // Later than the fixtures.
    let flags =
        ["check", "--now", "2025-08-01", "--format", "json", "--policy", &policy, "--threads", &threads];
    let run = ssoaudit(&flags.into_iter().chain(files).collect::<Vec<_>>());
    let mut json: Value = serde_json::from_str(&run.stdout).unwrap();
    let findings = json["findings"].as_array_mut().unwrap();
    for finding in findings.iter_mut() {
        for place in ["file", "line", "next"] {
            finding[place] = Value::Null;
        }
    }
    findings.sort_by_key(ToString::to_string);
    json["inputs"] = Value::Null;
    json["policy"] = Value::Null;
    json
}

/// The story of the scenario, and everything that makes a rule fire.
static LINES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let fires = rules::ALL.iter().map(|check| format!("checks/{}/fires.ndjson", check.id));
    // A rule that needs what no source logs has none.
    let fires = fires.filter(|file| testdata(file).exists());
    let files = fires.chain(["scenario/events.ndjson".to_owned()]);
    let text = files.map(|file| String::from_utf8_lossy(&fixture(&file)).into_owned() + "\n");
    text.collect::<String>().lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect()
});
static EXPECTED: LazyLock<Value> = LazyLock::new(|| {
    let told = told(&[LINES.iter().map(String::as_str).collect()], 1);
    let fires = |rule: &&Value| rule["findings"].as_u64() > Some(0);
    let firing = told["rules"].as_array().unwrap().iter().filter(fires).count();
    assert!(firing >= 19, "{firing}");
    told
});

proptest! {
    #![proptest_config(ProptestConfig { cases: 30, max_shrink_iters: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cuts_into_files_do_not_matter(
        order in Just((0..LINES.len()).collect::<Vec<_>>()).prop_shuffle(),
        file in prop::collection::vec(0..5_usize, LINES.len()),
        is_in_order in any::<bool>(),
        threads in 1..5_usize,
    ) {
        let mut files: [Vec<&str>; 5] = Default::default();
        let in_order = (0..LINES.len()).collect();
        for line in if is_in_order { in_order } else { order } {
            files[file[line]].push(&LINES[line]);
        }
        let told = told(&files, threads);
        prop_assert!(told == *EXPECTED, "{}", differences(&told, &EXPECTED));
    }
}

fn differences(told: &Value, expected: &Value) -> String {
    let only = |here: &Value, there: &Value| {
        let there = there["findings"].as_array().unwrap();
        let only = here["findings"].as_array().unwrap().iter().filter(|it| !there.contains(it));
        only.map(|it| format!("{it}\n")).collect::<String>()
    };
    let counts = [&told["counts"], &expected["counts"]];
    format!("told:\n{}expected:\n{}{counts:?}", only(told, expected), only(expected, told))
}

#[test]
fn json_and_evidence_satisfy_their_schemas() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("evidence.json");
    let path = path.to_str().unwrap();
    let (plain, findings) = (json(&[SAMPLE]), json(&["--evidence", path, SAMPLE]));
    for json in [&plain, &findings] {
        validated("ssoaudit.check.v3", json);
        assert_eq!(json["inputs"][0]["bytes"], fs::metadata(SAMPLE).unwrap().len());
    }
    let evidence = fs::read(path).unwrap();
    validated("ssoaudit.evidence.v2", &serde_json::from_slice(&evidence).unwrap());
    let text = String::from_utf8(evidence).unwrap();
    // As sha256sum prints it.
    let sha256 = "4563ba47f44eabe5dd9420f0c69608d3499a204b1cb9848ec9ba8347c46718b0";
    assert!(text.contains(sha256), "{text}");
    // It takes as long as reading, so nobody who does not ask for it has it.
    let [plain, sealed] = [plain, findings].map(|json| json["inputs"][0]["sha256"].clone());
    assert_eq!((plain, sealed), (Value::Null, sha256.into()));
}

fn with_policy(policy: &str, more: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ssoaudit.toml");
    fs::write(&path, policy).unwrap();
    check(&[&["--policy", path.to_str().unwrap()], more].concat())
}

const ONLY_DELETIONS: [&str; 5] = ["--org", "org_33590218846613072", "--action", "deleted", SAMPLE];

#[test]
fn what_is_planned_or_accepted_does_not_fail() {
    let policy = |entries: &str| format!("version = 1\n[rules.provider-swapped]\nenabled = false\n{entries}");
    let planned = "[[planned]]\norganization = \"org_33590218846613072\"\noperation = \"deleted\"\n\
        not-before = 2025-01-01\nexpires = 2025-05-01\nticket = \"CHG-7\"\n";
    let suppressed = "[[suppressions]]\nrule = \"connection-deleted\"\norganization = \"org_3359*\"\n\
        reason = \"moved to another tenant\"\nexpires = 2025-12-31\n";
    let expired = suppressed.replace("2025-12-31", "2025-04-05");
    assert_eq!(with_policy(&policy(""), &ONLY_DELETIONS).code, 1);
    for (entries, word) in [(planned, "2 planned"), (suppressed, "2 suppressed")] {
        let run = with_policy(&policy(entries), &ONLY_DELETIONS);
        assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
        assert!(run.stdout.trim_end().ends_with(word), "{}", run.stdout);
    }
    let run = with_policy(&policy(&expired), &ONLY_DELETIONS);
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("expired on"), "{}", run.stdout);
    // It holds by the time of the change, and what was used is no mistake.
    let over = planned.replace("2025-05-01", "2025-04-05");
    let run = with_policy(&policy(&over), &ONLY_DELETIONS);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""), "{}", run.stdout);
    assert!(!run.stdout.contains("warning"), "{}", run.stdout);
    let missed = over.replace("org_33590218846613072", "org_01*").replace("\"deleted\"", "\"created\"");
    let run = with_policy(&policy(&missed), &ONLY_DELETIONS);
    let expected = "the planned change (ticket CHG-7) was not used; it expired on 2025-04-05 00:00";
    assert!(run.stdout.contains(expected), "{}", run.stdout);
}

/// Whoever looks at a table sees them there, and whoever writes a file for a program on the screen.
#[test]
fn a_warning_of_the_policy_appears_once() {
    let suppression = "{ rule = \"log-gap\", reason = \"moved\", expires = 2025-12-31 }";
    let policy = format!(
        "version = 1\nsuppressions = [{suppression}, {suppression}]\n\
         rules.connection-deleted.connection-types = [\"OktaSALM\", \"OktaSALM\"]\n"
    );
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    for format in VERDICT_FORMATS.iter() {
        for to_file in [false, true] {
            let path = file(format.name);
            let target = if to_file { format!("{}={path}", format.name) } else { format.name.to_owned() };
            let run = with_policy(&policy, &["--format", &target, SAMPLE]);
            let written = || String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
            let out = if to_file { written() } else { run.stdout.clone() };
            let is_read = !to_file && ["table", "markdown"].contains(&format.name);
            for warning in ["(moved) was not used", "no document names connection type"] {
                let count = |text: &str| text.matches(warning).count();
                assert_eq!(count(&run.stderr), usize::from(!is_read), "{target}: {}", run.stderr);
                // Some have room for findings only.
                let has_no_room = ["ndjson", "csv", "tsv", "parquet", "github"].contains(&format.name);
                let out = out.replace("(moved)\n", "(moved) ").replace("document\n", "document ");
                assert_eq!(
                    count(&out.replace("\\(moved\\)", "(moved)")),
                    usize::from(!has_no_room),
                    "{target}: {out}"
                );
            }
        }
    }
}

#[test]
fn a_suppression_of_what_is_not_selected_is_not_missed() {
    let warnings = |expires: &str, more: &[&str]| {
        let policy = format!(
            "version = 1\n[[suppressions]]\nrule = \"log-gap\"\nreason = \"moved\"\nexpires = {expires}\n\
             [[suppressions]]\nfingerprint = \"{:032}\"\nreason = \"moved\"\nexpires = {expires}\n",
            0
        );
        with_policy(&policy, &[more, &["--format", "json", SAMPLE]].concat()).stderr
    };
    assert_eq!(warnings("2025-12-31", &[]).matches("was not used").count(), 2);
    for selection in [&["--org", "org_33590218846613072"][..], &["--since", "2025-01-01"]] {
        assert_eq!(warnings("2025-12-31", selection), "", "{selection:?}");
        assert_eq!(warnings("2025-04-05", selection).matches("expired on").count(), 2);
    }
}

#[test]
fn a_planned_change_that_no_rule_minds_is_used() {
    let warnings = |day: &str, operation: &str| {
        let policy = format!(
            "version = 1\n[[planned]]\norganization = \"org_01GZZS3P58HSEWZKKH42REJYT4\"\n\
            operation = {operation:?}\nnot-before = {day}\nexpires = 2025-06-01\nticket = \"CHG-8\"\n"
        );
        // The selection leaves it out; it happened all the same.
        with_policy(&policy, &[&ONLY_DELETIONS[..], &["--format", "json"]].concat()).stderr
    };
    assert_eq!(warnings("2025-01-08", "portal-opened"), "");
    for (day, operation) in [("2025-04-05", "portal-opened"), ("2025-01-08", "disabled")] {
        let warnings = warnings(day, operation);
        assert!(warnings.contains("the planned change (ticket CHG-8) was not used"), "{warnings}");
    }
}

#[test]
fn settings_that_cannot_work_are_refused_or_doubted() {
    let run = |settings: &str| with_policy(&format!("version = 1\n{settings}\n"), &ONLY_DELETIONS);
    for (settings, message) in [
        (
            "rules.portal-url-burst.connection-types = ['*SAML']",
            "ssoaudit.toml:2:24: `connection-types` cannot confine rule `portal-url-burst`",
        ),
        (
            "rules.portal-without-change.connection-types = ['*SAML']",
            "`connection-types` cannot confine rule `portal-without-change`; give organizations or sources",
        ),
        (
            "rules.invalid-event.organizations = ['acme']",
            "`organizations` cannot confine rule `invalid-event`",
        ),
        ("rules.log-gap.sources = ['centure']", "`sources` cannot confine rule `log-gap`"),
        ("rules.unapproved-connection-type.providers = ['otka']", "no provider `otka`; did you mean `okta`?"),
        ("rules.unapproved-connection-type.protocols = ['salm']", "no protocol `salm`; did you mean `saml`?"),
    ] {
        let run = run(settings);
        assert_eq!(run.code, 2, "{settings}");
        assert!(run.stderr.contains(message), "{}", run.stderr);
    }
    // Vendors add to their types, so that this one may be right.
    let run = run("rules.unapproved-connection-type.types = ['OktaSALM']");
    assert_eq!(run.code, 1);
    let doubt = "ssoaudit.toml:2: no document names connection type `OktaSALM`; did you mean `OktaSAML`?";
    assert!(run.stdout.contains(doubt), "{}", run.stdout);
}

#[test]
fn a_freeze_needs_no_windows() {
    let policy = |from: &str, to: &str| {
        format!(
            "version = 1\nfail-on = \"critical\"\n[rules.outside-change-window]\nseverity = \"critical\"\n\
            [[freezes]]\nreason = \"audit\"\nfrom = {from}\nto = {to}\n"
        )
    };
    let during = with_policy(&policy("2025-01-01", "2026-01-01"), &ONLY_DELETIONS);
    assert_eq!((during.code, during.stderr.as_str()), (1, ""));
    assert!(during.stdout.contains("during the freeze `audit`"), "{}", during.stdout);
    assert_eq!(with_policy(&policy("2024-01-01", "2025-01-01"), &ONLY_DELETIONS).code, 0);
}

#[test]
fn a_baseline_makes_what_is_there_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.json");
    let path = path.to_str().unwrap();
    assert_eq!(check(&["--write-baseline", path, SAMPLE]).code, 1);
    let run = check(&["--baseline", path, SAMPLE]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    // A new export has the same lines elsewhere.
    let text = String::from_utf8(fixture("sso-events.ndjson")).unwrap();
    let mut lines: Vec<_> = text.lines().rev().collect();
    let again = folder.path().join("again.ndjson");
    fs::write(&again, lines.join("\n")).unwrap();
    assert_eq!(check(&["--baseline", path, again.to_str().unwrap()]).code, 0);
    lines.push("not json");
    fs::write(&again, lines.join("\n")).unwrap();
    assert_eq!(check(&["--baseline", path, again.to_str().unwrap()]).code, 1);
}

#[test]
fn a_baseline_outlives_no_expiry() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.json");
    let path = path.to_str().unwrap();
    let suppressed = "version = 1\n[[suppressions]]\nrule = \"connection-deleted\"\n\
        reason = \"moved\"\nexpires = 2025-12-31\n";
    let written = |policy: &str, more: &[&str]| {
        if more.is_empty() {
            let _ = fs::remove_file(path);
        }
        let args = [&["--write-baseline", path, "--fail-on", "critical"], more, &ONLY_DELETIONS].concat();
        with_policy(policy, &args);
        fs::read_to_string(path).unwrap().matches("\"rule\":\"connection-deleted\"").count()
    };
    assert_eq!(written(suppressed, &[]), 0);
    assert_eq!(written("version = 1\n", &[]), 2);
    let refused = check(&[&["--write-baseline", path][..], &ONLY_DELETIONS].concat());
    assert!(
        refused.code == 2 && refused.stderr.contains("would forget what is not selected"),
        "{}",
        refused.stderr
    );
    // What was accepted for good stays so.
    assert_eq!(written(suppressed, &["--baseline", path]), 2);
}

#[test]
fn a_part_of_the_log_replaces_no_baseline() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("known.json");
    let name = path.to_str().unwrap();
    for before in [None, Some("{}")] {
        before.into_iter().for_each(|text| fs::write(&path, text).unwrap());
        for input in [&["testdata/missing.ndjson", SAMPLE][..], &["/dev/null"]] {
            let run = check(&[&["--write-baseline", name], input].concat());
            assert_eq!(run.code, 2);
            assert!(run.stderr.contains(&format!("{name} is not written")), "{}", run.stderr);
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), before);
        }
    }
}

#[test]
fn several_formats_at_once_and_the_page_of_the_job() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (sarif, junit, summary) = (file("a.sarif"), file("b.xml"), file("summary.md"));
    let (sarif_flag, junit_flag) = (format!("sarif={sarif}"), format!("junit={junit}"));
    let args = [&NOW[..], &["--format", "github", "--format", &sarif_flag, "--format", &junit_flag, SAMPLE]]
        .concat();
    let output = command(&args).env("GITHUB_STEP_SUMMARY", &summary).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8(output.stdout).unwrap().starts_with("::error "));
    let sarif = sarif::read(&fs::read_to_string(sarif).unwrap());
    assert!(!sarif.runs[0].results.is_empty());
    let junit = fs::read_to_string(junit).unwrap();
    roxmltree::Document::parse(&junit).unwrap();
    assert!(fs::read_to_string(summary).unwrap().starts_with('#'));
}

#[test]
fn people_are_shown_some_findings_and_programs_all() {
    let findings = json(&[SAMPLE])["findings"].as_array().unwrap().len();
    let shown = |format: &str, most: &str, mark: &str| {
        let run = check(&["--max-findings", most, "--format", format, SAMPLE]);
        assert_eq!(run.code, 1, "{format}");
        let left_out = run.stdout.lines().filter_map(|line| {
            let (_, rest) = line.split_once("… and ")?;
            let (count, _) = rest.split_once(" more; --max-findings shows more")?;
            Some(count.parse::<usize>().unwrap())
        });
        (run.stdout.matches(mark).count(), left_out.sum::<usize>())
    };
    let place = format!("{SAMPLE}:");
    for format in ["table", "junit"] {
        assert_eq!(shown(format, "all", &place), (findings, 0), "{format}");
        assert_eq!(shown(format, "100", &place), (findings, 0), "{format}");
        let (some, left_out) = shown(format, "1", &place);
        assert!(some < findings, "{format}");
        assert_eq!(some + left_out, findings, "{format}");
        assert_eq!(shown(format, "0", &place), (0, findings), "{format}");
    }
    assert_eq!(shown("ndjson", "1", "\"fingerprint\""), (findings, 0));
}

#[test]
fn what_cannot_be_judged_is_no_verdict() {
    for (args, message) in [
        (&["testdata/missing.ndjson"][..], "No such file"),
        (&["/dev/null"], "there is no event to judge"),
        (&["--policy", "testdata/missing.toml", SAMPLE], "testdata/missing.toml"),
        (&["--policy", "testdata/policy/bad/syntax.toml", SAMPLE], "testdata/policy/bad/syntax.toml:"),
        (&["--baseline", SAMPLE, SAMPLE], SAMPLE),
        (&["LICENSE-MIT"], "invalid lines were skipped, the first is LICENSE-MIT:1:1"),
        (&["testdata/roster.csv"], "testdata/roster.csv: no column is known to be the time or the action"),
    ] {
        let run = check(args);
        assert_eq!(run.code, 2, "{args:?}: {}", run.stderr);
        assert!(run.stderr.contains(message), "{args:?}: {}", run.stderr);
    }
    assert_eq!(check(&["--allow-empty", "/dev/null"]).code, 0);
}

/// What reads results must not take for the whole what is a part of it, nor for good what fails.
#[test]
fn every_format_says_what_the_exit_code_says() {
    let quiet = "testdata/checks/connection-disabled/fires.ndjson";
    let folder = tempfile::tempdir().unwrap();
    let spoilt = folder.path().join("spoilt.ndjson");
    fs::write(&spoilt, [&fs::read(quiet).unwrap()[..], b"not json\n"].concat()).unwrap();
    let evidence = folder.path().join("evidence.json").to_str().unwrap().to_owned();
    let cases = [
        (&["testdata/missing.ndjson", quiet][..], 2, "incomplete"),
        (&["testdata/missing.ndjson", SAMPLE], 2, "incomplete"),
        (&["--strict", spoilt.to_str().unwrap()], 1, "failed"),
        (&[spoilt.to_str().unwrap()], 0, "passed"),
    ];
    for (args, code, word) in cases {
        for format in VERDICT_FORMATS.iter() {
            let flags = ["--fail-on", "critical", "--evidence", &evidence, "--format", format.name];
            let run = check(&[&flags, args].concat());
            assert_eq!(run.code, code, "{} {args:?}", format.name);
            match format.name {
                // Nothing but findings.
                "ndjson" | "csv" | "tsv" | "parquet" => {}
                "sarif" => {
                    let told = &sarif::read(&run.stdout).runs[0].invocations[0];
                    assert_eq!((told.exit_code, told.execution_successful), (code, code < 2));
                }
                other => assert!(run.stdout.contains(word), "{other} {args:?}: {}", run.stdout),
            }
            let evidence: Value = serde_json::from_slice(&fs::read(&evidence).unwrap()).unwrap();
            validated("ssoaudit.evidence.v2", &evidence);
            assert_eq!(evidence["verdict"], word);
            let mut inputs = evidence["inputs"].as_array().unwrap().iter();
            let is_told =
                inputs.any(|input| input["error"].as_str().is_some_and(|why| why.contains("No such file")));
            assert_eq!(is_told, code == 2);
        }
    }
}

#[test]
fn a_policy_is_found_upward_and_init_writes_one() {
    let folder = tempfile::tempdir().unwrap();
    let below = folder.path().join("a/b");
    fs::create_dir_all(&below).unwrap();
    let run_in = |at: &Path, args: &[&str]| command(args).current_dir(at).output().unwrap();
    assert!(run_in(folder.path(), &["init"]).status.success());
    let again = run_in(folder.path(), &["init"]);
    assert_eq!(again.status.code(), Some(2));
    for folder in [&["init", "."][..], &["init", "--force", "."]] {
        let error = String::from_utf8(run_in(&below, folder).stderr).unwrap();
        assert_eq!(error, "error: . is a directory; name the file, such as ssoaudit.toml\n");
    }
    let sample = crate::support::run::testdata("sso-events.ndjson");
    let args = [&NOW[..], &["--format", "json", sample.to_str().unwrap()]].concat();
    let output = run_in(&below, &args);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(json["policy"]["path"].as_str().unwrap().ends_with("ssoaudit.toml"), "{}", json["policy"]);
    // It says nothing but the defaults.
    let defaults: Value = serde_json::from_slice(&run_in(Path::new("/"), &args).stdout).unwrap();
    assert_eq!(json["findings"], defaults["findings"]);
}

#[test]
fn a_silence_before_the_selected_time_is_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.ndjson");
    let event = |day: &str| {
        format!(
            r#"{{"action":"sso.view_settings","occurredAt":"2025-03-{day}T10:00:00Z","version":1,"actor":{{"type":"user","id":"user_1","name":"A","metadata":{{}}}},"targets":[{{"type":"organization","id":"org_1"}}],"context":{{"location":"192.0.2.1","userAgent":"U"}},"metadata":{{"source":"/x"}}}}"#
        )
    };
    // Silent from the 1st to the 10th and from the 11th to the 20th.
    fs::write(&log, ["01", "10", "11", "20", "21"].map(event).join("\n")).unwrap();
    let policy = "version = 1\n[rules.log-gap]\nenabled = true\nmax = \"36h\"\n";
    let count = |flags: &[&str]| {
        let run = with_policy(policy, &[flags, &["--format", "ndjson", log.to_str().unwrap()]].concat());
        run.stdout.matches("\"log-gap\"").count()
    };
    for (flags, expected) in [
        (&[][..], 2),
        (&["--since", "2025-03-10T10:00:00Z"], 1),
        (&["--since", "2025-03-10T09:59:59Z"], 2),
        (&["--until", "2025-03-11T10:00:00Z"], 1),
        (&["--until", "2025-03-11T10:00:01Z"], 2),
        (&["--since", "2025-03-20T11:00:00Z"], 0),
        (&["--since", "2025-03-20T11:00:00Z", "--invert-match"], 2),
    ] {
        assert_eq!(count(flags), expected, "{flags:?}");
    }
}

/// Of several values of `--org`, each selects or excludes the organizations that it means.
#[test]
fn names_that_are_excluded_do_not_exclude_others() {
    let id = "org_01J42CG81GAZRX9XJK5BRCEQR9";
    let count = |org: &str| {
        let run = ssoaudit(&["filter", "--count", "--org", org, SAMPLE]);
        assert_eq!((run.stderr.as_str(), run.code), ("", 0));
        run.stdout.trim().parse::<u64>().unwrap()
    };
    let (named, other) = (count("Cobalt Ridge*"), count("org_33590218846613072"));
    assert!(named > 0 && other > 0);
    for (org, expected) in [
        ("Cobalt Ridge*,org_33590218846613072,!org_nobody", named + other),
        ("Cobalt Ridge*,!org_33590218846613072", named),
        ("org_33590218846613072,!Cobalt Ridge*", other),
        (&*format!("Cobalt Ridge*,org_33590218846613072,!{id}"), other),
        ("Cobalt Ridge*,!cobalt ridge analytics*", 0),
    ] {
        let run = ssoaudit(&["filter", "--count", "--org", org, SAMPLE]);
        assert_eq!(run.stdout.trim(), expected.to_string(), "{org}");
    }
}

/// An organization's deletions do not say its name.
#[test]
fn an_organization_is_selected_whole_by_its_name() {
    let id = "org_01J42CG81GAZRX9XJK5BRCEQR9";
    for command in
        [&["check", "--now", "2025-04-05"][..], &["report", "removals"], &["report", "access"], &["summary"]]
    {
        let print = |org: &str, more: &[&str]| {
            let run = ssoaudit(&[command, &["--format", "json", "--org", org, SAMPLE], more].concat());
            run.stdout.replace(&format!("--org {org}"), "")
        };
        assert_eq!(print("Cobalt Ridge*", &[]), print(id, &[]), "{command:?}");
        assert_eq!(
            print("cobalt ridge analytics? inc.", &["--invert-match"]),
            print(id, &["--invert-match"])
        );
        assert_ne!(print(id, &[]), print("org_01*", &[]));
    }
    let sample = fixture("sso-events.ndjson");
    for command in ["summary", "check"] {
        let run =
            crate::support::run::ssoaudit_with_input(&[command, "--org", "Cobalt Ridge*", "-"], &sample);
        assert!(run.stderr.starts_with("error: <stdin> can be read once only, "), "{}", run.stderr);
        assert_eq!((run.code, run.stdout.as_str()), (2, ""));
    }
    // What cannot be read at all is told as ever, and hides nothing of the rest.
    let beside = check(&["--org", "Cobalt Ridge*", SAMPLE, "none.ndjson"]);
    assert!(beside.code == 2 && beside.stdout.contains("org-left-without-sso  1 open"), "{}", beside.stdout);
}

#[test]
fn a_selection_that_keeps_nothing_passes_nothing() {
    for selection in [["--org", "nobody"], ["--since", "2030-01-01"], ["--action", "created"]] {
        let judge = |more: &[&str]| check(&[&selection, more, &[SAMPLE]].concat());
        let expected = if selection[0] == "--action" { [0, 0] } else { [2, 0] };
        assert_eq!([judge(&[]).code, judge(&["--allow-empty"]).code], expected, "{selection:?}");
        for format in ["table", "junit", "github", "markdown"] {
            let run = judge(&["--format", format]);
            let says_why = run.stdout.contains("the selection keeps no event, so there is none to judge");
            assert_eq!(says_why, expected[0] == 2, "{format}: {}", run.stdout);
        }
    }
}

#[test]
fn a_baseline_forgets_nothing_that_was_not_judged() {
    let folder = tempfile::tempdir().unwrap();
    let known = folder.path().join("known.json").to_str().unwrap().to_owned();
    let again = ["--baseline", &known, "--write-baseline", &known];
    check(&["--write-baseline", &known, SAMPLE]);
    let all = fs::read_to_string(&known).unwrap();
    assert_eq!(check(&[&again[..], &["--since", "2025-03-01", SAMPLE]].concat()).code, 0);
    assert_eq!(fs::read_to_string(&known).unwrap(), all);
    assert_eq!(check(&[&again[..], &["--allow-empty", "/dev/null"]].concat()).code, 0);
    assert_eq!(fs::read_to_string(&known).unwrap(), all);
    // What is gone from the whole log is.
    assert_eq!(check(&[&again[..], &["testdata/inputs/events.ndjson"]].concat()).code, 1);
    assert_ne!(fs::read_to_string(&known).unwrap(), all);
}

#[test]
fn a_closed_pipe_keeps_the_verdict() {
    let mut child = command(&[&NOW[..], &["--format", "ndjson", SAMPLE]].concat()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn a_rule_is_judged_alone() {
    let all = json(&[SAMPLE]);
    let alone = json(&["--rule", "connection-deleted,impersonated-change", SAMPLE]);
    let of = |json: &Value, rules: &[&str]| -> Vec<Value> {
        let findings = json["findings"].as_array().unwrap().iter();
        findings.filter(|it| rules.contains(&it["rule"].as_str().unwrap())).cloned().collect()
    };
    let rules = ["connection-deleted", "impersonated-change"];
    assert_eq!(of(&all, &rules), *alone["findings"].as_array().unwrap());
    assert_eq!(
        alone["selection"],
        serde_json::json!(["--rule connection-deleted", "--rule impersonated-change"])
    );
    for (id, expected) in [
        ("connection-delete", "error: no rule `connection-delete`; did you mean `connection-deleted`?\n"),
        (
            "not-on-roster",
            "error: rule `not-on-roster` is off; enable it in a policy, which `ssoaudit init` writes\n",
        ),
    ] {
        let refused = check(&["--rule", id, SAMPLE]);
        assert_eq!((refused.code, refused.stderr.as_str()), (2, expected));
    }
}

#[test]
fn a_finding_is_accepted_by_the_fingerprint_that_is_shown() {
    let run = check(&["--rule", "impersonated-change", "--fingerprints", SAMPLE]);
    let fingerprints: Vec<_> =
        run.stdout.lines().filter_map(|line| line.trim().strip_prefix("fingerprint ")).collect();
    assert!(!fingerprints.is_empty(), "{}", run.stdout);
    let hint = run.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    let named = hint.split_once("[[suppressions]] fingerprint = \"").unwrap().1.split('"').next().unwrap();
    assert!(fingerprints.contains(&named));
    let folder = tempfile::tempdir().unwrap();
    let policy = folder.path().join("ssoaudit.toml");
    let entries = fingerprints.iter().map(|fingerprint| {
        format!("[[suppressions]]\nfingerprint = \"{fingerprint}\"\nreason = \"x\"\nexpires = 2030-01-01\n")
    });
    fs::write(&policy, format!("version = 1\n{}", entries.collect::<String>())).unwrap();
    let policy = ["--policy", policy.to_str().unwrap()];
    let accepted = check(&[&policy[..], &["--rule", "impersonated-change", SAMPLE]].concat());
    assert_eq!(accepted.code, 0, "{}", accepted.stdout);
    assert!(!accepted.stdout.contains("To accept a finding"));
}
