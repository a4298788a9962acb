//! Tables as Parquet: what other formats say, with a type for every column, whatever the input.

use std::fs;

use chrono_tz::Tz;
use clap::Parser;
use serde_json::{Map, Value, json};
use ssoaudit::cli::Cli;
use ssoaudit::cli::terminal::Terminal;
use ssoaudit::model::attribute::{ATTRIBUTES, Attribute};
use ssoaudit::model::time::{self, Timestamp};
use ssoaudit::{reports, sources};

use crate::support::parquet::{rows, schema};
use crate::support::run::{Run, command, every_reader, fixture, ssoaudit};

const SAMPLE: &str = "testdata/sso-events.ndjson";

/// A run that succeeds, with the bytes that it printed.
fn bytes(args: &[&str]) -> Vec<u8> {
    let output = command(args).output().unwrap();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code().is_some_and(|code| code < 2), "{args:?}: {stderr}");
    output.stdout
}

fn with_format<'a>(args: &[&'a str], format: &'a str) -> Vec<&'a str> {
    [args, &["--format", format]].concat()
}

fn document(args: &[&str]) -> Value {
    serde_json::from_slice(&bytes(&with_format(args, "json"))).unwrap()
}

fn objects(args: &[&str]) -> Vec<Value> {
    let lines = String::from_utf8(bytes(&with_format(args, "ndjson"))).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The same members, in any order, and times to the microsecond.
fn assert_same(rows: &[Value], expected: &[Value], what: &str) {
    assert_eq!(rows.len(), expected.len(), "{what}");
    for (row, expected) in rows.iter().zip(expected) {
        let mut expected = expected.clone();
        for value in expected.as_object_mut().unwrap().values_mut() {
            if let Some(cut) = value.as_str().and_then(to_the_microsecond) {
                *value = cut.into();
            }
        }
        assert_eq!(*row, expected, "{what}");
    }
}

/// A time as a column of times has it; `None` for another text.
fn to_the_microsecond(text: &str) -> Option<String> {
    let time = time::parse(text)?.timestamp;
    Some(Timestamp::from_epoch(time.epoch_micros(), 1_000_000)?.rfc3339(Tz::UTC))
}

#[test]
fn every_section_of_every_report_says_what_its_json_says() {
    let (mut tables, mut facts) = (0, 0);
    for report in reports::every() {
        let name =
            if report.name == reports::SUMMARY.name { vec!["summary"] } else { vec!["report", report.name] };
        for file in [SAMPLE, "testdata/scenario/events.ndjson"] {
            let args = [&name[..], &[file]].concat();
            let document = document(&args);
            let mut first = None;
            for (key, expected) in document.as_object().unwrap() {
                let is_table = document.get(format!("{key}_left_out")).is_some();
                if !is_table && (!expected.is_object() || expected.get("buckets").is_some()) {
                    continue;
                }
                let what = format!("{args:?} {key}");
                let section = [&args[..], &["--section", key]].concat();
                let run = ssoaudit(&with_format(&section, "parquet"));
                if run.code == 2 {
                    // The periods of a chart are an object as well.
                    assert!(
                        run.stderr.contains("a chart has no columns; name a section"),
                        "{what}: {}",
                        run.stderr
                    );
                    continue;
                }
                let told = rows(&bytes(&with_format(&section, "parquet")));
                if is_table {
                    tables += 1;
                    first.get_or_insert_with(|| told.clone());
                    assert_same(&told, expected.as_array().unwrap(), &what);
                } else {
                    facts += 1;
                    assert_same(&told, std::slice::from_ref(expected), &what);
                }
            }
            assert_same(&rows(&bytes(&with_format(&args, "parquet"))), &first.unwrap(), "the first table");
        }
    }
    assert!(tables > 30 && facts > 7, "{tables} {facts}");
}

#[test]
fn findings_and_diagnostics_are_those_of_json() {
    let check = ["check", "--now", "2025-04-05", SAMPLE];
    let findings = document(&check)["findings"].clone();
    assert_same(&rows(&bytes(&with_format(&check, "parquet"))), findings.as_array().unwrap(), "findings");

    let validate = ["validate", "--notices", "--max-diagnostics", "all", "testdata/diagnostics"];
    let diagnostics = objects(&validate).into_iter().filter(|it| it["schema"] == "ssoaudit.diagnostic.v1");
    let told = rows(&bytes(&with_format(&validate, "parquet")));
    let expected: Vec<_> = diagnostics
        .map(|it| {
            let columns = told[0].as_object().unwrap().keys();
            columns.map(|key| (key.clone(), it[key].clone())).collect::<Map<_, _>>().into()
        })
        .collect();
    assert_same(&told, &expected, "diagnostics");
}

#[test]
fn events_have_all_their_attributes() {
    let documented = sources::ALL.iter().map(|it| format!("testdata/sources/{}/documented.ndjson", it.name));
    let paths: Vec<_> = documented.chain([SAMPLE.to_owned()]).collect();
    let filter: Vec<_> = ["filter"].into_iter().chain(paths.iter().map(String::as_str)).collect();
    let told = rows(&bytes(&with_format(&filter, "parquet")));
    let events = objects(&[&filter[..], &["--normalize"]].concat());
    let mut typed = 0;
    assert_eq!(told.len(), events.len());
    for (row, event) in told.iter().zip(&events) {
        assert_eq!(row.as_object().unwrap().len(), ATTRIBUTES.len() + 1);
        for info in ATTRIBUTES {
            let value = event.pointer(&format!("/{}", info.name.replace('.', "/"))).unwrap_or(&Value::Null);
            typed += usize::from(value.is_boolean());
            if info.attribute == Attribute::Time {
                assert_eq!(row["time"], json!(to_the_microsecond(value.as_str().unwrap())));
                assert_eq!(row["time_text"], *value);
            } else {
                assert_eq!(row[info.name], *value, "{} of {event}", info.name);
            }
        }
    }
    assert!(typed > 20, "{typed}");
}

#[test]
fn columns_order_and_limits_are_those_of_csv() {
    for more in [
        &["--columns", "actor,ip,connection.enabled,epoch_ms,type"][..],
        &["--columns", "actor.email,id", "--sort", "-time", "--limit", "7"],
        &["--columns", "id,organization", "--limit", "3"],
        &["--columns", "id,action", "--sort", "time", "--org", "org_01J42CG81GAZRX9XJK5BRCEQR9"],
        &["--columns", "id,actor", "--org", "nobody"],
    ] {
        let args = [&["filter"], more, &[SAMPLE]].concat();
        let csv = bytes(&with_format(&args, "csv"));
        let mut csv = csv::Reader::from_reader(&csv[..]);
        let names: Vec<_> = csv.headers().unwrap().iter().map(str::to_owned).collect();
        let told = bytes(&with_format(&args, "parquet"));
        let mut records = csv.records();
        for row in rows(&told) {
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let cells = names
                .iter()
                .map(|name| Some(&row[name]).filter(|it| !it.is_null()).map_or(String::new(), text));
            assert_eq!(records.next().unwrap().unwrap(), cells.collect::<Vec<_>>());
        }
        assert!(records.next().is_none());
    }
}

#[test]
fn the_schema_does_not_depend_on_the_input() {
    let readers = every_reader().into_iter().filter(|args| args.contains(&"parquet"));
    let print = |args: &[&str], input: &[u8]| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.ndjson");
        fs::write(&path, input).unwrap();
        command(args).arg(&path).output().unwrap().stdout
    };
    let mut count = 0;
    for args in readers {
        let [sample, blank, broken] =
            [&fixture("sso-events.ndjson")[..], b"\n", b"no event\n"].map(|input| print(&args, input));
        assert!(schema(&sample).lines().count() > 3, "{args:?}");
        assert_eq!(schema(&sample), schema(&blank), "{args:?}");
        assert_eq!(schema(&sample), schema(&broken), "{args:?}");
        assert!(rows(&blank).is_empty() || args.contains(&"summary"), "{args:?}");
        count += 1;
    }
    assert_eq!(count, 3 + reports::every().count());
}

#[test]
fn types_are_those_that_values_have() {
    let of = |args: &[&str]| schema(&bytes(&[args, &["--format", "parquet", SAMPLE]].concat()));
    let events = of(&["filter"]);
    for line in [
        "OPTIONAL INT64 time (TIMESTAMP(MICROS,true));",
        "OPTIONAL BYTE_ARRAY time_text (STRING);",
        "OPTIONAL INT64 epoch_ms;",
        "OPTIONAL BYTE_ARRAY actor.email (STRING);",
        "OPTIONAL BOOLEAN connection.enabled;",
    ] {
        assert!(events.contains(line), "{line} in {events}");
    }
    let admins = of(&["report", "admins"]);
    for line in [
        "OPTIONAL DOUBLE off_hours;",
        "OPTIONAL group ip_list (LIST) {",
        "REQUIRED BYTE_ARRAY element (STRING);",
    ] {
        assert!(admins.contains(line), "{line} in {admins}");
    }
}

#[test]
fn what_makes_no_sense_is_refused_with_words() {
    for (args, expected) in [
        (&["filter", "--columns", "time,ip,time"][..], "there are two columns \"time\""),
        (
            &["filter", "--normalize"],
            "--normalize prints JSON; give --format ndjson or --format json with it, not parquet",
        ),
        (&["summary", "--section", "timeline"], "a chart has no columns; name a section that is a table"),
    ] {
        let Run { code, stderr, .. } = ssoaudit(&[args, &["--format", "parquet", SAMPLE]].concat());
        assert_eq!(code, 2);
        assert!(stderr.contains(expected), "{stderr}");
    }
    let run = ssoaudit(&["filter", "--count", "--format", "parquet", SAMPLE]);
    assert_eq!((run.stdout.as_str(), run.code), ("205\n", 0));
}

#[test]
fn a_terminal_gets_none() {
    let terminal =
        Terminal { stdin: false, stdout: true, stderr: false, width: Some(80), color: Some(false) };
    let run = |args: &[&str]| {
        let args = [&["ssoaudit"], args, &[SAMPLE]].concat();
        Cli::parse_from(args).command.run(terminal).map(drop).map_err(|error| error.to_string())
    };
    let refused = "parquet is not text, so a terminal cannot show it; write it to a file or into a pipe";
    for args in [&["filter"][..], &["validate"], &["summary"], &["report", "changes"], &["check"]] {
        let args = with_format(args, "parquet");
        assert_eq!(run(&args).unwrap_err(), refused, "{args:?}");
    }
    assert_eq!(run(&["filter", "--format", "parquet", "--output", "-"]).unwrap_err(), refused);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    run(&["filter", "--format", "parquet", "--output", path.to_str().unwrap()]).unwrap();
    assert_eq!(rows(&fs::read(&path).unwrap()).len(), 205);
}

/// Its columns are not all that judging an event needs.
#[test]
fn it_is_no_history() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("events.parquet");
    fs::write(&path, bytes(&["filter", "--format", "parquet", SAMPLE])).unwrap();
    let run = ssoaudit(&["summary", path.to_str().unwrap()]);
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("they are not those of a history; give the exports"), "{}", run.stderr);
}

#[test]
fn a_file_has_several_row_groups_if_there_are_many_rows() {
    let many = fixture("sso-events.ndjson").repeat(700);
    let run = command(&["filter", "--format", "parquet", "--columns", "time,id"]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("many.ndjson");
    fs::write(&path, many).unwrap();
    let mut run = run;
    let told = run.arg(&path).output().unwrap().stdout;
    let one = rows(&bytes(&["filter", "--format", "parquet", "--columns", "time,id", SAMPLE]));
    let told = rows(&told);
    assert_eq!(told.len(), 700 * one.len());
    assert!(told.chunks(one.len()).all(|rows| rows == one));
}
