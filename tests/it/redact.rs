//! `--redact`: nothing personal of the sample is in any result, the same person has the same pseudonym
//! everywhere, and what is selected, allowed or violated stays the same.

use std::collections::BTreeSet;
use std::fs;

use serde_json::Value;
use ssoaudit::formats::rows::ROW_FORMATS;
use ssoaudit::formats::verdict::VERDICT_FORMATS;
use ssoaudit::reports;

use crate::support::parquet;
use crate::support::run::{Run, command, fixture, ssoaudit};

const SAMPLE: &str = "testdata/sso-events.ndjson";

/// Names, addresses and user agents of the sample that nothing else contains.
fn personal() -> BTreeSet<String> {
    let text = String::from_utf8(fixture("sso-events.ndjson")).unwrap();
    let mut texts = BTreeSet::new();
    for line in text.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let actor = &event["actor"];
        let metadata = &actor["metadata"];
        let target = &event["targets"][0];
        let context = &event["context"];
        let user_agent =
            if context["userAgent"].is_null() { &context["user_agent"] } else { &context["userAgent"] };
        let organization = if target["type"] == "organization" { &target["name"] } else { &Value::Null };
        for value in [
            &actor["name"],
            &metadata["email"],
            &metadata["impersonator_email"],
            organization,
            &context["location"],
            user_agent,
        ] {
            texts.extend(
                value.as_str().filter(|text| text.len() > 6 && *text != "unknown").map(str::to_owned),
            );
        }
    }
    assert!(texts.len() > 30);
    texts
}

fn assert_redacted(args: &[&str], personal: &BTreeSet<String>) {
    let output = command(args).output().unwrap();
    assert!(output.status.code().is_some_and(|code| code < 2), "{args:?}: {output:?}");
    let shown = match args.contains(&"parquet") {
        true => Value::from(parquet::rows(&output.stdout)).to_string(),
        false => String::from_utf8(output.stdout).unwrap(),
    };
    for text in personal {
        assert!(!shown.contains(text.as_str()), "{args:?} shows {text}");
    }
}

#[test]
fn nothing_personal_is_in_any_result() {
    let personal = personal();
    for format in ROW_FORMATS.iter() {
        assert_redacted(&["filter", "--redact", "--format", format.name(), SAMPLE], &personal);
    }
    assert_redacted(
        &["filter", "--redact", "--columns", "actor,ip,user_agent,organization.name", SAMPLE],
        &personal,
    );
    for report in reports::every() {
        for format in ["json", "table", "html", "csv", "parquet"] {
            let command =
                if report.name == "summary" { vec!["summary"] } else { vec!["report", report.name] };
            assert_redacted(&[&command[..], &["--redact", "--format", format, SAMPLE]].concat(), &personal);
        }
    }
    for format in VERDICT_FORMATS.iter() {
        let args =
            ["check", "--now", "2025-04-05", "--redact", "--show-known", "--format", format.name, SAMPLE];
        assert_redacted(&args, &personal);
    }
}

#[test]
fn pseudonyms_follow_from_the_key() {
    let folder = tempfile::tempdir().unwrap();
    let key = |name: &str| {
        let path = folder.path().join(name);
        fs::write(&path, name).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let (a, b) = (key("a"), key("b"));
    let filter = |key: &str| {
        let args = [
            "filter",
            "--redact",
            "--redact-key-file",
            key,
            "--columns",
            "actor.email",
            "--format",
            "csv",
            SAMPLE,
        ];
        ssoaudit(&args).stdout
    };
    assert_eq!(filter(&a), filter(&a));
    assert_ne!(filter(&a), filter(&b));
    let known: BTreeSet<String> = filter(&a).lines().map(str::to_owned).collect();
    let summary =
        ssoaudit(&["summary", "--redact", "--redact-key-file", &a, "--format", "json", SAMPLE]).stdout;
    let summary: Value = serde_json::from_str(&summary).unwrap();
    let actors = summary["actors"].as_array().unwrap();
    // Not every source has e-mail addresses.
    for email in actors.iter().filter_map(|actor| actor["actor_email"].as_str()) {
        assert!(known.contains(email), "{email}");
    }
    let refused = ssoaudit(&["filter", "--redact-key-file", &a, SAMPLE]);
    assert_eq!(refused.code, 2);
}

#[test]
fn a_key_is_the_same_however_it_is_given() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    fs::write(&path, "secret\n").unwrap();
    let args = ["filter", "--redact", "--columns", "actor.email", "--format", "csv", SAMPLE];
    let shown = |args: &[&str], key: &str| {
        let output = command(args).env("SSOAUDIT_REDACT_KEY", key).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let of_file = shown(&[&args[..], &["--redact-key-file", path.to_str().unwrap()]].concat(), "other");
    assert_eq!(of_file.0, Some(0));
    for key in ["secret", "secret\n", " secret\r\n"] {
        assert_eq!(shown(&args, key), of_file, "{key:?}");
    }
    assert_eq!(shown(&args, " \n").0, Some(2));
    assert_ne!(shown(&args, "secre t"), of_file);
}

#[test]
fn what_is_decided_stays_the_same() {
    let count = |more: &[&str]| {
        ssoaudit(&[&["filter", "--actor", "Daniel Okafor", "--format", "csv", SAMPLE], more].concat())
    };
    assert_eq!(count(&["--redact"]).stdout.lines().count(), count(&[]).stdout.lines().count());
    let verdicts = |more: &[&str]| {
        let args = [
            "report",
            "authorization",
            "--roster",
            "testdata/roster.csv",
            "--section",
            "totals",
            "--format",
            "json",
            SAMPLE,
        ];
        let json: Value = serde_json::from_str(&ssoaudit(&[&args[..], more].concat()).stdout).unwrap();
        json["totals"].clone()
    };
    assert_eq!(verdicts(&["--redact"]), verdicts(&[]));
    let fingerprints = |more: &[&str]| -> Vec<Value> {
        let args = ["check", "--now", "2025-04-05", "--format", "json", SAMPLE];
        let json: Value = serde_json::from_str(&ssoaudit(&[&args[..], more].concat()).stdout).unwrap();
        json["findings"].as_array().unwrap().iter().map(|finding| finding["fingerprint"].clone()).collect()
    };
    assert_eq!(fingerprints(&["--redact"]), fingerprints(&[]));
}

/// A line of somebody whose id is their address, who calls a connection by their name and looks at the
/// settings of another organization; a page and a reason hold addresses.
const MAIL: &str = r#"{"action":"sso.delete_connection","occurredAt":"2025-01-22T14:34:17.934Z","version":1,"actor":{"type":"user","id":"ann@example.com","name":"Ann Berg","metadata":{"first_name":"Ann","last_name":"Berg","email":"ann@example.com","impersonator_email":"ann@example.com","impersonator_reason":"ask ann@example.com"}},"targets":[{"type":"sso_connection","id":"conn_1","name":"Ann Berg private SSO","metadata":{"connection_id":"conn_1","connection_type":"AzureSAML","organization_id":"org_1"}}],"context":{"location":"192.0.2.1","userAgent":"Mozilla/5.0"},"metadata":{"source":"/organizations/ann@example.com/sso"}}
{"action":"sso.delete_connection","occurredAt":"ann@example.com","version":1}
"#;

#[test]
fn patterns_and_baselines_know_what_the_log_says() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let scope = file(
        "scope.toml",
        "version = 1\n[rules.connection-deleted]\norganizations = [\"Halvorsen*\"]\n\
         [rules.org-left-without-sso]\nenabled = false\n[[suppressions]]\nrule = \"impersonated-change\"\n\
         actor = \"*@example.com\"\nreason = \"x\"\nexpires = 2030-01-01\n",
    );
    let mail = file("mail.ndjson", MAIL);
    let known = file("known.json", "");
    let check = |more: &[&str]| {
        let run = ssoaudit(&[&["check", "--now", "2025-04-05", "--format", "json"], more].concat());
        let json: Value = serde_json::from_str(&run.stdout).unwrap();
        (json["counts"].clone(), json["verdict"].clone(), run)
    };
    let same = |args: &[&str]| {
        let (plain, redacted) = (check(args), check(&[args, &["--redact"]].concat()));
        assert_eq!((&plain.0, &plain.1), (&redacted.0, &redacted.1), "{args:?}");
        redacted
    };
    same(&["--policy", &scope, SAMPLE]);
    let flags = ["--policy", &scope, "--write-baseline", &known, &mail];
    assert_eq!(check(&flags).2.code, 1);
    let (.., run) = same(&["--policy", &scope, "--baseline", &known, &mail]);
    assert_eq!(run.code, 0, "{}", run.stdout);
    let (.., run) = same(&["--org", "org_1", "--actor", "ann@example.com", &mail]);
    let commands: [&[&str]; 5] = [
        &["filter"],
        &["filter", "--columns", "page,connection.name,impersonator_reason"],
        &["summary"],
        &["report", "access"],
        &["report", "admins"],
    ];
    let shared = commands.map(|command| ssoaudit(&[command, &["--redact", &mail]].concat()));
    for told in shared.into_iter().chain([run]).flat_map(|run| [run.stdout, run.stderr]) {
        assert!(!told.contains("ann@") && !told.contains("Ann"), "{told}");
    }
}

/// Two deletions differ only by who acted in Ann's session: which is the first does not depend on pseudonyms.
#[test]
fn pseudonyms_decide_no_order() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let plain = MAIL.lines().next().unwrap();
    let by = |who: &str| {
        let line = plain.replacen('{', &format!("{{\"id\":\"cen_{who}\","), 1);
        let email = |who: &str| format!(r#""impersonator_email":"{who}@example.com""#);
        let deletion = line.replace(&email("ann"), &email(who));
        let portal = deletion.replace("delete_connection", "create_management_portal_url");
        format!("{deletion}\n{}\n", portal.replace("cen_", "por_"))
    };
    let log = file("log.ndjson", &["a", "b", "c", "d"].map(by).concat());
    let check = |more: &[&str]| {
        let run = ssoaudit(&[&["check", "--now", "2025-04-05", "--format", "json", &log], more].concat());
        let json: Value = serde_json::from_str(&run.stdout).unwrap();
        let finding = |finding: &Value| [&finding["rule"], &finding["fingerprint"]].map(Value::to_string);
        json["findings"].as_array().unwrap().iter().map(finding).collect::<Vec<_>>()
    };
    let expected = check(&[]);
    assert!(expected.iter().any(|[rule, _]| rule.contains("duplicate-deletion")), "{expected:?}");
    for key in 0..6 {
        let key = file("key", &key.to_string());
        assert_eq!(check(&["--redact", "--redact-key-file", &key]), expected);
    }
}

/// Somebody who is given a result has to know that its names are nobody's.
#[test]
fn every_result_says_so_or_is_accompanied_by_a_note() {
    const NOTICE: &str = "ersonal values are shown as pseudonyms";
    const SAMPLE: &str = "testdata/sso-events.ndjson";
    for (command, with_note) in [
        (&["filter"][..], &["table", "ndjson", "json", "csv", "markdown", "ocsf", "ecs"][..]),
        (&["count", "--by", "actor"], &["csv", "tsv", "ndjson"]),
        (&["summary"], &["csv", "tsv", "ndjson"]),
        (&["report", "removals"], &["csv", "tsv", "ndjson"]),
        (&["check", "--now", "2025-04-05"], &["csv", "tsv", "ndjson"]),
    ] {
        for format in
            ["table", "ndjson", "json", "csv", "tsv", "markdown", "html", "sarif", "junit", "github"]
        {
            let is_refused = |run: &Run| run.code == 2 && run.stderr.contains("invalid value");
            let plain = ssoaudit(&[command, &["--format", format, SAMPLE]].concat());
            if is_refused(&plain) {
                continue;
            }
            assert!(!plain.stdout.contains(NOTICE) && !plain.stderr.contains(NOTICE));
            let run = ssoaudit(&[command, &["--redact", "--format", format, SAMPLE]].concat());
            assert!(
                run.stderr.starts_with("note: personal values are"),
                "{command:?} {format}: {}",
                run.stderr
            );
            let is_told = run.stdout.contains(NOTICE) || run.stdout.contains("\"redacted\":true");
            let is_told = is_told || run.stdout.contains("\"redacted\": true");
            assert!(is_told || command == ["filter"] || with_note.contains(&format), "{command:?} {format}");
        }
    }
}
