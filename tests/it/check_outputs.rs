//! What `check` leaves behind: outputs that take no other's place, evidence of what decided, and pages of jobs
//! that say why.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::check_cli::{NOW, SAMPLE, check, validated};
use crate::support::run::{command, ssoaudit};

#[test]
fn files_are_told_by_their_path_in_the_working_directory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().canonicalize().unwrap().join("logs/night.ndjson");
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::copy(crate::support::run::testdata("sso-events.ndjson"), &path).unwrap();
    let print = |format: &str| {
        let args = [&NOW[..], &["--format", format, path.to_str().unwrap()]].concat();
        let output = command(&args).current_dir(folder.path()).env_remove("GITHUB_STEP_SUMMARY").output();
        String::from_utf8(output.unwrap().stdout).unwrap()
    };
    let log: Value = serde_json::from_str(&print("sarif")).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    assert!(results.len() > 10);
    for result in results {
        let location = &result["locations"][0]["physicalLocation"]["artifactLocation"];
        assert_eq!(location["uri"], "logs/night.ndjson");
    }
    let annotations = print("github");
    assert!(annotations.contains(" file=logs/night.ndjson,line="), "{annotations}");
}

#[test]
fn evidence_says_all_that_decided() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let [policy, roster, known, manifest] = ["p.toml", "r.csv", "known.json", "e.json"].map(path);
    fs::write(&policy, "version = 1\nroster = \"r.csv\"\n").unwrap();
    check(&["--write-baseline", &known, SAMPLE]);
    let evidence = |people: &str, more: &[&str]| -> Value {
        fs::write(&roster, format!("organization,actor,role\n{people}")).unwrap();
        let flags = ["--policy", &policy, "--baseline", &known, "--evidence", &manifest, SAMPLE];
        check(&[more, &flags].concat());
        let evidence: Value = serde_json::from_slice(&fs::read(&manifest).unwrap()).unwrap();
        validated("ssoaudit.evidence.v2", &evidence);
        evidence
    };
    let ann = evidence("*,ann,admin\n", &["--since", "2025-03-27T18:00"]);
    // As sha256sum prints it.
    let sha256 = "554b0d1037a4edd2a308ec698df30cf7e61344cf44ef9a89baf5dbb4d6cc60f6";
    assert_eq!(ann["policy"]["roster"]["sha256"], sha256);
    assert!(ann["baseline"]["path"].as_str().unwrap().ends_with("known.json"));
    assert_eq!((&ann["reading"], &ann["redacted"]), (&json!([]), &Value::Bool(false)));
    let bob = evidence("*,bob,admin\n", &["--since", "2025-03-27T18:00"]);
    assert_ne!(ann["policy"]["roster"], bob["policy"]["roster"]);
    let flags = [
        "--since",
        "2025-03-27T18:00",
        "--tz",
        "Asia/Tokyo",
        "--source",
        "centure",
        "--redact",
        "--org",
        "org_*",
    ];
    let there = evidence("*,ann,admin\n", &flags);
    assert_eq!(there["selection"], json!(["--org …", "--since 2025-03-27T18:00:00+09:00"]));
    assert_eq!(ann["selection"], json!(["--since 2025-03-27T18:00:00Z"]));
    assert_eq!((&there["reading"][0], &there["redacted"]), (&"--source centure".into(), &Value::Bool(true)));
}

#[test]
fn a_failed_output_costs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (evidence, known) = (path("e.json"), path("b.json"));
    let flags = ["--format", "github", "--format", "table=/dev/full", "--evidence", &evidence];
    let args = [&NOW[..], &flags, &["--write-baseline", &known, SAMPLE]].concat();
    let mut command = command(&args);
    command.env("GITHUB_STEP_SUMMARY", path("none/summary.md"));
    let output = command.output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(Path::new(&evidence).exists() && Path::new(&known).exists());
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("/dev/full") && stderr.contains("none/summary.md"), "{stderr}");
}

#[test]
fn why_nothing_could_be_judged_is_annotated() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("summary.md");
    fs::write(&page, "before").unwrap();
    let policy = folder.path().join("p.toml");
    fs::write(&policy, "version = 1\nfail-no = \"high\"\n").unwrap();
    let args = [&NOW[..], &["--format", "github", "--policy", policy.to_str().unwrap(), SAMPLE]].concat();
    let output = command(&args).env("GITHUB_STEP_SUMMARY", &page).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert!(stdout.starts_with("::error title=ssoaudit::") && stdout.contains("p.toml:2:1: "), "{stdout}");
    let page = fs::read_to_string(&page).unwrap();
    assert!(
        page.starts_with("before\n\n# ssoaudit: could not judge\n") && page.contains("p.toml:2:1: "),
        "{page}"
    );
}

#[test]
fn a_page_is_added_to_nothing_that_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str, text: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    };
    let log = path("log.ndjson", &crate::support::run::fixture("sso-events.ndjson"));
    let policy = path("p.toml", b"version = 1\nroster = \"r.csv\"\n");
    let roster = path("r.csv", b"organization,actor,role\n*,ann,admin\n");
    let known = path("known.json", b"{\"schema\": \"ssoaudit.baseline.v2\", \"findings\": []}");
    for page in [&log, &policy, &roster, &known] {
        let before = fs::read(page).unwrap();
        let [log, policy, known] = [&log, &policy, &known].map(|path| path.to_str().unwrap());
        let flags = ["--format", "github", "--policy", policy, "--baseline", known, log];
        let args = [&NOW[..], &flags].concat();
        let output = command(&args).env("GITHUB_STEP_SUMMARY", page).output().unwrap();
        assert_eq!((output.status.code(), fs::read(page).unwrap() == before), (Some(2), true), "{page:?}");
        assert!(
            String::from_utf8(output.stdout)
                .unwrap()
                .starts_with("::error title=ssoaudit::$GITHUB_STEP_SUMMARY")
        );
    }
}

#[test]
fn a_page_keeps_within_what_is_left_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("summary.md");
    fs::write(&page, vec![b'x'; 914_000]).unwrap();
    let args = [&NOW[..], &["--format", "github", SAMPLE]].concat();
    let output = command(&args).env("GITHUB_STEP_SUMMARY", &page).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let text = fs::read_to_string(&page).unwrap();
    assert!(text.len() <= 1_048_576 && text.contains("further findings are not shown"), "{}", text.len());
}

#[test]
fn a_shared_baseline_names_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let [all, part] =
        ["all.json", "part.json"].map(|name| folder.path().join(name).to_str().unwrap().to_owned());
    check(&["--write-baseline", &all, SAMPLE]);
    let flags = ["--redact", "--action", "deleted", "--baseline", &all, "--write-baseline", &part, SAMPLE];
    check(&flags);
    let [all, part] = [all, part].map(|path| fs::read_to_string(path).unwrap());
    assert_eq!(all.lines().count(), part.lines().count());
    assert!(all.contains("Daniel Okafor") && !part.contains("Daniel Okafor"), "{part}");
}

#[cfg(unix)]
#[test]
fn a_written_file_is_as_private_as_others() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("evidence.json");
    let script = format!(
        "umask 077; exec {} check --format json={} testdata/sso-events.ndjson",
        env!("CARGO_BIN_EXE_ssoaudit"),
        file.display()
    );
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", &script]).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_long_name_hides_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.ndjson");
    let portal = |name: &str, second: usize| {
        format!(
            r#"{{"action":"sso.create_management_portal_url","occurredAt":"2025-03-01T10:00:{second:02}Z","version":1,"actor":{{"type":"user","id":"user_1","name":"A","metadata":{{"impersonator_email":"x@example.org","impersonator_reason":"r"}}}},"targets":[{{"type":"organization","id":"org_1","name":"{name}"}}],"context":{{"location":"192.0.2.1","userAgent":"U"}},"metadata":{{"source":"/x"}}}}"#
        )
    };
    let long = "y".repeat(1_000_000);
    let lines: Vec<_> = (0..20).map(|at| portal(if at == 0 { &long } else { "A" }, at)).collect();
    fs::write(&log, lines.join("\n")).unwrap();
    let page = folder.path().join("summary.md");
    let args = [&NOW[..], &["--format", "github", log.to_str().unwrap()]].concat();
    let output = command(&args).env("GITHUB_STEP_SUMMARY", &page).output().unwrap();
    assert!(output.stdout.len() < 100_000, "{}", output.stdout.len());
    let page = fs::read_to_string(&page).unwrap();
    assert_eq!(page.matches("| impersonated-change | 2025").count(), 20, "{page}");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_reason_to_judge_by_the_defaults() {
    let folder = tempfile::tempdir().unwrap();
    let sample = crate::support::run::testdata("sso-events.ndjson");
    std::os::unix::fs::symlink("gone.toml", folder.path().join("ssoaudit.toml")).unwrap();
    let args = [&NOW[..], &[sample.to_str().unwrap()]].concat();
    let output = command(&args).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().contains("cannot read policy ssoaudit.toml"));
}

#[test]
fn no_output_takes_the_place_of_another_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.json").to_str().unwrap().to_owned();
    let other_name = folder.path().join(".").join("a.json").to_str().unwrap().to_owned();
    let to_file = format!("json={file}");
    let twice = check(&["--format", &to_file, "--evidence", &other_name, SAMPLE]);
    assert_eq!(twice.code, 2);
    assert!(twice.stderr.contains("would be written twice"), "{}", twice.stderr);
    assert!(!Path::new(&file).exists());
    fs::write(&file, "version = 1\n").unwrap();
    let policy = check(&["--policy", &file, "--format", &to_file, SAMPLE]);
    assert_eq!((policy.code, fs::read_to_string(&file).unwrap().as_str()), (2, "version = 1\n"));
    assert!(policy.stderr.contains("is the policy"), "{}", policy.stderr);
    let beside = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let roster = beside("roster.csv", "organization,actor,role\n*,ann,admin\n");
    let policy = beside("p.toml", "version = 1\nroster = \"roster.csv\"\n");
    let key = beside("key", "abc");
    let known = beside("known.json", "{\"schema\": \"ssoaudit.baseline.v2\", \"findings\": []}");
    let reads = ["--policy", &policy, "--redact", "--redact-key-file", &key, "--baseline", &known, SAMPLE];
    for (file, what) in [
        (&policy, "policy"),
        (&roster, "roster of the policy"),
        (&key, "key of --redact"),
        (&known, "baseline"),
    ] {
        let before = fs::read_to_string(file).unwrap();
        for flag in
            [&["--format", &format!("json={file}")][..], &["--evidence", file], &["--write-baseline", file]]
        {
            if flag[0] == "--write-baseline" && what == "baseline" {
                continue;
            }
            let run = check(&[flag, &reads].concat());
            assert_eq!((run.code, fs::read_to_string(file).unwrap()), (2, before.clone()), "{flag:?}");
            assert!(run.stderr.contains(&format!("is the {what}; write to another file")), "{}", run.stderr);
        }
    }
    let redact = ["--redact", "--redact-key-file", &key, "--output", &key, SAMPLE];
    let authorization = ["report", "authorization", "--roster", &roster, "--output", &roster, SAMPLE];
    for command in [
        &[&["filter"], &redact[..]].concat()[..],
        &[&["summary"], &redact[..]].concat(),
        &[&["report", "access"], &redact[..]].concat(),
        &authorization,
    ] {
        let run = ssoaudit(command);
        assert_eq!(run.code, 2, "{command:?}");
        assert!(run.stderr.contains("; write to another file"), "{}", run.stderr);
    }
    assert_eq!(fs::read_to_string(&key).unwrap(), "abc");
    // A baseline is read before, so that it can be brought up to date.
    let accept = |more: &[&str]| check(&[&["--write-baseline", &file], more, &[SAMPLE]].concat()).code;
    assert_eq!((accept(&[]), accept(&["--baseline", &file])), (1, 0));
}
