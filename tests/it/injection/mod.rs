//! Texts of an attacker in every field of a log, through every command and format: the output obeys
//! nothing of them where it is shown, and JSON gives them back as they were.
//!
//! `testdata/injection/payloads.json` has the texts, each with what it tries.

mod harmless;
mod log;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use serde_json::Value;
use ssoaudit::formats::table::is_binary;

use crate::mappings::{assert_valid, validators};
use crate::support::parquet;
use crate::support::run::{command, every_reader, fixture, ssoaudit_with_input};
use harmless::{assert_annotations, assert_harmless, assert_junit, assert_markdown, assert_separated};
use log::{FILE, Log, payloads};

/// What a run printed on both streams, and to the files it was told to write.
struct Printed {
    stdout: String,
    stderr: String,
}

fn print(log: &Log, args: &[&str]) -> Printed {
    let mut command = command(args);
    prepare(&mut command, log);
    let output = command.output().unwrap();
    let code = output.status.code();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(code.is_some_and(|code| code < 2), "{args:?}: {stderr}");
    Printed { stdout: String::from_utf8(output.stdout).unwrap(), stderr }
}

/// Which run it is, for when an assertion fails.
#[expect(clippy::print_stdout, reason = "tests print nothing unless they fail")]
fn tell(args: &[&str]) {
    println!("{args:?}");
}

fn prepare(command: &mut Command, log: &Log) {
    // A name at the beginning of a line is that of the file.
    command.current_dir(log.folder.path()).arg(FILE);
}

fn format_of<'a>(args: &[&'a str]) -> &'a str {
    let at = args.iter().position(|arg| *arg == "--format").unwrap();
    args[at + 1]
}

/// `filter` hands through what it was given.
fn is_exact(args: &[&str]) -> bool {
    args[0] == "filter" && !args.contains(&"--normalize") && format_of(args) == "ndjson"
}

/// Every command in every format that is text, with what makes it show most.
fn runs() -> Vec<Vec<&'static str>> {
    let mut runs = every_reader();
    runs.retain(|args| args.contains(&"--format") && !is_binary(format_of(args)));
    runs.push(vec!["filter", "--normalize", "--format", "json"]);
    runs.push(vec!["filter", "--normalize", "--format", "ndjson"]);
    for args in &mut runs {
        match args[0] {
            "validate" => args.push("--notices"),
            "check" => args.push("--show-known"),
            _ => {}
        }
    }
    runs
}

fn assert_format(args: &[&str], text: &str) {
    match format_of(args) {
        "csv" => return assert_separated(text, b','),
        "tsv" => return assert_separated(text, b'\t'),
        "markdown" => assert_markdown(text),
        "html" => crate::support::elements::assert_inert(text),
        "junit" => assert_junit(text),
        "github" => return assert_annotations(text),
        "json" | "sarif" => drop(serde_json::from_str::<Value>(text).unwrap()),
        "ndjson" | "ocsf" | "ecs" => {
            text.lines().for_each(|line| drop(serde_json::from_str::<Value>(line).unwrap()));
        }
        _ => {}
    }
    assert_harmless(text);
}

#[test]
fn nothing_obeys_a_text_of_the_log_and_json_gives_it_back() {
    let log = Log::new();
    for args in runs().into_iter().filter(|args| !is_exact(args)) {
        let printed = print(&log, &args);
        assert!(!printed.stdout.is_empty(), "{args:?}");
        tell(&args);
        assert_format(&args, &printed.stdout);
        assert_recovers(&args, &printed.stdout);
        assert_harmless(&printed.stderr);
    }
}

#[test]
fn nothing_obeys_it_in_any_look_of_a_table() {
    let log = Log::new();
    let looks: [&[&str]; 4] = [
        &["--color", "always"],
        &["--color", "always", "--width", "20"],
        &["--width", "41"],
        &["--ascii", "--width", "33"],
    ];
    let first_columns = ["actor", "action", "page", "connection.type", "actor.impersonator", "user_agent"];
    for args in runs() {
        if !matches!(format_of(&args), "table" | "text") {
            continue;
        }
        for look in looks {
            let knows_ascii = ["summary", "report", "check"].contains(&args[0]);
            if look.contains(&"--ascii") && !knows_ascii {
                continue;
            }
            tell(&[&args, look].concat());
            let printed = print(&log, &[&args, look].concat());
            assert_harmless(&printed.stdout);
            assert!(!look.contains(&"--ascii") || printed.stdout.is_ascii());
        }
        if args[0] == "filter" {
            for column in first_columns {
                assert_harmless(&print(&log, &[&args[..], &["--columns", column]].concat()).stdout);
            }
        }
    }
}

/// Wherever a long word is broken, the line after it begins no command.
#[test]
fn no_width_turns_a_text_into_a_command() {
    let log = Log::of(|text| text.contains("a::") || text.contains("##"));
    for width in 16..=40 {
        let width = width.to_string();
        for args in [&["check", "--now", "2025-04-05"][..], &["summary", "--format", "table"]] {
            assert_harmless(&print(&log, &[args, &["--width", &width]].concat()).stdout);
        }
    }
}

#[test]
fn files_for_others_are_harmless_as_well() {
    let log = Log::new();
    let file = |name: &str| log.folder.path().join(name);
    let (evidence, baseline, summary) = (file("evidence"), file("baseline"), file("summary"));
    let mut check = command(&["check", "--now", "2025-04-05", "--format", "github"]);
    prepare(&mut check, &log);
    check.env("GITHUB_STEP_SUMMARY", &summary).env("GITHUB_ACTIONS", "true");
    check.arg("--evidence").arg(&evidence).arg("--write-baseline").arg(&baseline);
    assert_eq!(check.output().unwrap().status.code(), Some(1));
    for path in [evidence, baseline] {
        let text = fs::read_to_string(path).unwrap();
        serde_json::from_str::<Value>(&text).unwrap();
        assert_harmless(&text);
    }
    let text = fs::read_to_string(summary).unwrap();
    assert_markdown(&text);
    assert_harmless(&text);
}

/// Of a review, the pages are all that is written, and what the script reads of them is ours.
#[test]
fn pages_of_a_review_are_harmless_as_well() {
    let log = Log::new();
    let folder = log.folder.path().join("review");
    let mut all = command(&["report", "all", "--now", "2025-04-05", "--format", "html", "--output"]);
    all.arg(&folder);
    prepare(&mut all, &log);
    let output = all.output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{stderr}");
    assert_harmless(&stderr);
    for entry in fs::read_dir(&folder).unwrap() {
        let page = fs::read_to_string(entry.unwrap().path()).unwrap();
        crate::support::elements::assert_inert(&page);
        assert_harmless(&page);
    }
}

/// All texts in JSON, keys as well.
fn texts(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) => drop(found.insert(text.clone())),
        Value::Array(values) => values.iter().for_each(|value| texts(value, found)),
        Value::Object(members) => {
            found.extend(members.keys().cloned());
            members.values().for_each(|value| texts(value, found));
        }
        _ => {}
    }
}

/// JSON gives every text back, where all of them are shown: the first ten of a ranking are not, nor are
/// the names behind a number, and findings of validation have shortened quotations.
fn assert_recovers(args: &[&str], text: &str) {
    let shows_all = args[0] == "filter"
        || args[0] == "check"
        || ["changes", "removals", "connections", "admins"].contains(&args[1]);
    if !shows_all {
        return;
    }
    let documents: Vec<Value> = match format_of(args) {
        "ndjson" | "ocsf" | "ecs" => text.lines().map(|line| serde_json::from_str(line).unwrap()).collect(),
        "json" => vec![serde_json::from_str(text).unwrap()],
        _ => return,
    };
    let mut found = BTreeSet::new();
    documents.iter().for_each(|document| texts(document, &mut found));
    for (what, text) in payloads() {
        assert!(found.contains(&text), "{args:?} lacks {what}: {text:?}");
    }
}

#[test]
fn the_neutral_event_has_every_field_as_it_was() {
    let log = Log::new();
    let stdout = print(&log, &["filter", "--normalize", "--format", "ndjson"]).stdout;
    let events: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(events.len(), log.expected.len());
    for (event, expected) in events.iter().zip(&log.expected) {
        for (pointer, text) in expected {
            assert_eq!(event.pointer(pointer), Some(&Value::from(text.as_str())), "{pointer} of {event}");
        }
    }
    for format in ["csv", "tsv"] {
        let args = ["filter", "--columns", "actor.name,user_agent,page", "--no-header", "--format", format];
        let delimiter = if format == "csv" { b',' } else { b'\t' };
        let text = print(&log, &args).stdout;
        let mut reader =
            csv::ReaderBuilder::new().has_headers(false).delimiter(delimiter).from_reader(text.as_bytes());
        let records: Vec<_> = reader.records().map(Result::unwrap).collect();
        assert_eq!(records.len(), log.expected.len());
        for (record, expected) in records.iter().zip(&log.expected) {
            for (at, pointer) in ["/actor/name", "/user_agent", "/page"].into_iter().enumerate() {
                let text = expected.iter().find(|(it, _)| *it == pointer).map_or("", |(_, text)| text);
                let is_formula =
                    text.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n']);
                let cell = if is_formula { format!("'{text}") } else { text.to_owned() };
                assert_eq!(record[at], cell);
            }
        }
    }
}

#[test]
fn lines_satisfy_the_schemas_of_others_whatever_the_texts() {
    let log = Log::new();
    for (format, validator) in validators() {
        for line in print(&log, &["filter", "--format", format]).stdout.lines() {
            assert_valid(&validator, &serde_json::from_str(line).unwrap());
        }
    }
}

/// What is exact stays exact, and can therefore hold a command: the original lines of `filter`, anywhere in
/// them; CSV and TSV also where a line begins, as a cell may. In a job they belong into a file.
#[test]
fn originals_and_separated_values_stay_exact() {
    let log = Log::new();
    let lines = print(&log, &["filter", "--format", "ndjson"]).stdout;
    assert_eq!(lines, log.valid);
    assert!(lines.contains("##[error]"));
    let array: Value = serde_json::from_str(&print(&log, &["filter", "--format", "json"]).stdout).unwrap();
    let values: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(array, Value::from(values), "an array has the same, harmless");
    assert!(!lines.lines().any(|line| line.starts_with("::")), "JSON begins with a brace");
    let csv = print(&log, &["filter", "--format", "csv", "--columns", "actor"]).stdout;
    assert!(csv.lines().any(|line| line.starts_with("::error::")), "{csv}");
}

/// Values are no text that anything obeys, and nothing is done to them, not even to what would be a formula elsewhere.
#[test]
fn columns_have_every_text_as_it_was() {
    let log = Log::new();
    let mut readers = every_reader();
    readers.retain(|args| args.contains(&"parquet"));
    for args in readers {
        let mut command = command(&args);
        prepare(&mut command, &log);
        let output = command.output().unwrap();
        assert_harmless(&String::from_utf8(output.stderr).unwrap());
        let mut found = BTreeSet::new();
        parquet::rows(&output.stdout).iter().for_each(|row| texts(row, &mut found));
        if args[0] == "filter" {
            for (what, text) in payloads() {
                assert!(found.contains(&text), "{args:?} lacks {what}: {text:?}");
            }
        }
    }
}

/// A return between the tokens of a line would let a terminal write over it.
#[test]
fn an_array_has_no_white_space_that_a_terminal_obeys() {
    let event = fixture("sources/centure/documented.ndjson");
    let event = std::str::from_utf8(&event).unwrap().lines().next().unwrap();
    let spread = event.replacen('{', "{\r\t ", 1).replacen("\":", "\"\t:\r", 2);
    let run = ssoaudit_with_input(&["filter", "--format", "json"], format!(" {spread}\t\r\n").as_bytes());
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_harmless(&run.stdout);
    let [told]: [Value; 1] = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(told, serde_json::from_str::<Value>(event).unwrap());
}
