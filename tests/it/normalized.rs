//! Normalized events are read again: everything that is said of a log is said of its normalized events, too.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::run::{Run, every_reader, fixture, ssoaudit_with_input, testdata};

/// The valid events of all fixtures that are logs.
fn valid_events() -> Vec<u8> {
    let mut log = fixture("sso-events.ndjson");
    for folder in ["checks", "sources", "scenario", "diagnostics"] {
        for path in logs(&testdata(folder)) {
            log.extend(fs::read(path).unwrap());
            log.push(b'\n');
        }
    }
    ssoaudit_with_input(&["filter", "--format", "ndjson"], &log).stdout.into_bytes()
}

/// The logs in a folder, without normalized events: these are where they were read first, in whichever files they are.
pub fn logs(folder: &Path) -> Vec<PathBuf> {
    let mut found: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    let nested = |path: PathBuf| if path.is_dir() { logs(&path) } else { vec![path] };
    let all = found.into_iter().flat_map(nested);
    let is_normalized =
        |path: &PathBuf| ["normalized", "bad-value"].iter().any(|name| path.to_string_lossy().contains(name));
    all.filter(|path| path.extension().is_some_and(|it| it == "ndjson") && !is_normalized(path)).collect()
}

fn normalize(log: &[u8]) -> Vec<u8> {
    let run = ssoaudit_with_input(&["filter", "--normalize", "--format", "ndjson"], log);
    assert_eq!((run.stderr.as_str(), run.code), ("", 0));
    run.stdout.into_bytes()
}

/// What a command prints, without the number of bytes that it read.
fn said(args: &[&str], log: &[u8]) -> (String, String, i32) {
    let Run { stdout, stderr, code } = ssoaudit_with_input(args, log);
    let bytes = log.len().to_string();
    let grouped = grouped(&bytes);
    let digest = ssoaudit::text::hex::hex(&<sha2::Sha256 as sha2::Digest>::digest(log));
    let without =
        |text: String| text.replace(&bytes, "BYTES").replace(&grouped, "BYTES").replace(&digest, "DIGEST");
    (without(crate::support::run::undated(&stdout)), without(stderr), code)
}

/// A number with its digits in groups of three.
fn grouped(digits: &str) -> String {
    let ends = digits.char_indices().map(|(at, digit)| (digits.len() - at, digit));
    ends.flat_map(|(left, digit)| {
        (left % 3 == 0 && left < digits.len()).then_some(',').into_iter().chain([digit])
    })
    .collect()
}

/// Every command that says something of events but `validate`; reports in one format, as the others print the same.
pub fn telling_commands() -> Vec<Vec<&'static str>> {
    let is_told = |args: &Vec<&str>| match args[0] {
        "validate" => false,
        "summary" | "report" => args.last() == Some(&"json"),
        _ => true,
    };
    every_reader().into_iter().filter(is_told).collect()
}

#[test]
fn every_command_says_the_same_of_normalized_events() {
    let log = valid_events();
    let normalized = normalize(&log);
    assert!(log.len() > 500_000 && normalized.split(|byte| *byte == b'\n').count() > 1_000);
    for args in telling_commands() {
        let prints_lines = args[..2] == ["filter", "--format"] && args[2].ends_with("json");
        if !prints_lines {
            let [first, again] = [&log, &normalized].map(|log| said(&args, log));
            assert_eq!(first.2, again.2, "{args:?}");
            for (one, other) in
                first.0.lines().zip(again.0.lines()).chain(first.1.lines().zip(again.1.lines()))
            {
                assert_eq!(one, other, "{args:?}");
            }
            assert!(first == again, "{args:?}: one is longer");
        }
    }
    assert!(normalize(&normalized) == normalized, "normalized events are those of their normalized events");
}

#[test]
fn findings_point_to_where_events_were_read_first() {
    let normalized = normalize(&fixture("sso-events.ndjson"));
    let text = String::from_utf8(normalized).unwrap().replace("<stdin>", "exports/january.ndjson");
    let backwards: String = text.lines().rev().flat_map(|line| [line, "\n"]).collect();
    let places = |log: &str| {
        let run = ssoaudit_with_input(&["check", "--format", "json"], log.as_bytes());
        let verdict: Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = verdict["findings"].as_array().unwrap().iter();
        let place = |finding: &Value| {
            [&finding["file"], &finding["line"], &finding["fingerprint"]].map(Value::to_string)
        };
        findings.map(place).collect::<Vec<_>>()
    };
    let expected = places(&String::from_utf8(fixture("sso-events.ndjson")).unwrap());
    let expected: Vec<_> = expected
        .into_iter()
        .map(|[_, line, id]| ["\"exports/january.ndjson\"".to_owned(), line, id])
        .collect();
    assert!(expected.len() > 5);
    assert_eq!(places(&text), expected);
    assert_eq!(places(&backwards), expected);
}
