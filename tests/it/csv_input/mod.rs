//! CSV and TSV as inputs: what is said of rows is what would be said of the same events in JSON.

mod columns;
mod faults;
mod laws;

use serde_json::Value;

use crate::support::run::{Run, fixture, ssoaudit, ssoaudit_with_input};

/// What is said of the events of a log but for where they are and how many bytes they have.
fn told(command: &[&str], log: &[u8]) -> (String, String, i32) {
    let Run { stdout, stderr, code } = ssoaudit_with_input(command, log);
    let said = stdout.lines().map(|line| {
        serde_json::from_str(line)
            .map_or_else(|_| without_places(line), |json| without_origin(json).to_string())
    });
    (said.collect::<Vec<_>>().join("\n"), stderr, code)
}

fn without_origin(mut event: Value) -> Value {
    if let Some(members) = event.as_object_mut() {
        ["origin", "line", "bytes"].iter().for_each(|key| drop(members.remove(*key)));
    }
    event
}

/// A line of a report without what depends on the form of the log.
fn without_places(line: &str) -> String {
    let mut text = line.to_owned();
    for key in ["\"line\":", "\"bytes\":"] {
        let parts: Vec<_> = text.split(key).map(str::to_owned).collect();
        let digits = |rest: &String| rest.trim_start_matches(|c: char| c.is_ascii_digit()).to_owned();
        text = parts[..1].iter().cloned().chain(parts[1..].iter().map(digits)).collect();
    }
    text
}

const COMMANDS: &[&[&str]] = &[
    &["filter", "--normalize"],
    &["filter", "--count", "--action", "deleted"],
    &["summary", "--format", "json"],
    &["report", "changes", "--format", "json"],
    &["report", "removals", "--format", "json"],
    &["report", "impersonation", "--format", "json"],
    &["check", "--now", "2025-04-05", "--format", "json"],
    &["count", "--by", "action", "--format", "json"],
];

/// The same events in other forms of CSV.
fn rewritten(delimiter: u8, header: &[&str], line_end: csv::Terminator) -> Vec<u8> {
    let events = fixture("csv/events.csv");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*events);
    let mut rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    rows[0] = csv::StringRecord::from(header);
    let mut writer =
        csv::WriterBuilder::new().delimiter(delimiter).terminator(line_end).from_writer(Vec::new());
    rows.iter().for_each(|row| writer.write_record(row).unwrap());
    writer.into_inner().unwrap()
}

const HEADER: &[&str] = &[
    "action",
    "occurred_at",
    "version",
    "actor_type",
    "actor_id",
    "actor_name",
    "actor_metadata",
    "targets",
    "context.location",
    "context.user_agent",
    "metadata",
];

#[test]
fn rows_give_what_lines_give() {
    let (csv, ndjson) = (fixture("csv/events.csv"), fixture("csv/events.ndjson"));
    for command in COMMANDS {
        let expected = told(command, &ndjson);
        assert!(expected.2 < 2 && !expected.0.is_empty(), "{command:?}: {}", expected.1);
        assert_eq!(told(command, &csv), expected, "{command:?}");
    }
}

#[test]
fn every_form_of_csv_gives_the_same_events() {
    let command = ["filter", "--normalize"];
    let expected = told(&command, &fixture("csv/events.ndjson"));
    let other_names = [
        "Action",
        "Occurred At",
        "VERSION",
        "actorType",
        "actor.id",
        "Actor Name",
        "Actor Metadata",
        "Targets",
        "ip address",
        "UserAgent",
        "Metadata",
    ];
    let plain = fixture("csv/events.csv");
    let gzip = {
        let mut member = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut member, &plain).unwrap();
        member.finish().unwrap()
    };
    for (form, bytes) in [
        ("semicolons", rewritten(b';', HEADER, csv::Terminator::Any(b'\n'))),
        ("tabs", rewritten(b'\t', HEADER, csv::Terminator::Any(b'\n'))),
        ("CRLF", rewritten(b',', HEADER, csv::Terminator::CRLF)),
        ("CR", rewritten(b',', HEADER, csv::Terminator::Any(b'\r'))),
        ("other names", rewritten(b',', &other_names, csv::Terminator::CRLF)),
        ("a mark", [b"\xEF\xBB\xBF", &plain[..]].concat()),
        ("no last line end", plain.trim_ascii_end().to_vec()),
        ("blank lines", [b"\n\r\n", &plain[..], b"\n,,,,,,,,,,\n \n"].concat()),
        ("gzip", gzip),
        ("zstd", zstd::encode_all(&plain[..], 1).unwrap()),
    ] {
        assert_eq!(told(&command, &bytes), expected, "{form}");
        for extension in ["csv", "tsv.gz", "CSV", "ndjson"] {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join(format!("export.{extension}"));
            std::fs::write(&path, &bytes).unwrap();
            let run = ssoaudit(&["filter", "--normalize", path.to_str().unwrap()]);
            assert_eq!(
                (run.stdout.lines().count(), &*run.stderr, run.code),
                (11, "", 0),
                "{form} as {extension}"
            );
        }
    }
}

#[test]
fn the_line_of_a_row_is_the_json_of_its_event() {
    let log = ssoaudit(&["filter", "testdata/csv/events.csv"]);
    assert_eq!(log.stderr, "");
    let again = ssoaudit_with_input(&["filter"], log.stdout.as_bytes());
    assert_eq!(again.stdout, log.stdout);
    let command = ["filter", "--normalize"];
    assert_eq!(told(&command, log.stdout.as_bytes()), told(&command, &fixture("csv/events.ndjson")));
    let array = ssoaudit(&["filter", "--format", "json", "testdata/csv/events.csv"]);
    assert_eq!(serde_json::from_str::<Value>(&array.stdout).unwrap().as_array().unwrap().len(), 11);
}

#[test]
fn a_header_alone_is_an_empty_log() {
    for path in ["testdata/csv/header-only.csv", "/dev/null"] {
        let run = ssoaudit(&["filter", path]);
        assert_eq!((&*run.stdout, &*run.stderr, run.code), ("", "note: there is no event in the input\n", 0));
    }
}

#[test]
fn places_are_those_of_cells() {
    let log = "action,occurred_at,actor_type,actor_id,targets,context.location,Agent\n\
               \"sso.view_settings\",2025-01-06T08:04:06Z,user,user_1,\"[{\"\"type\"\":\"\"organization\"\",\n\
               \"\"id\"\":\"\"org_\"\"\"\"1\"\",\"\"name\"\":7}]\",,\n\
               sso.view_settings,yesterday,user,é_1,[],,\n\
               sso.view_settings,2025-01-06T08:04:06Z,user,,\"[{\"\"id\"\":}]\",,\n";
    let run =
        ssoaudit_with_input(&["validate", "--format", "ndjson"], log.replace("\"\"\"\"1", "1").as_bytes());
    let found: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let places: Vec<_> = found
        .iter()
        .filter(|it| it["code"].is_string())
        .map(|it| {
            (
                it["line"].as_u64().unwrap(),
                it["column"].as_u64().unwrap(),
                it["code"].as_str().unwrap(),
                it["path"].as_str().unwrap_or_default(),
            )
        })
        .collect();
    assert_eq!(
        places,
        [
            (3, 27, "wrong-type", "targets[0].name"),
            (3, 32, "missing-field", "context"),
            (4, 19, "bad-time", "occurred_at"),
            (4, 34, "odd-id", "actor_id"),
            (4, 38, "missing-field", "targets"),
            (4, 41, "missing-field", "context"),
            (5, 56, "not-json", "targets"),
        ],
        "{}",
        run.stdout
    );
}

#[test]
fn rows_print_as_they_arrive() {
    use std::io::{BufRead, BufReader, Write};
    use std::process::Stdio;

    let mut child = crate::support::run::command(&["filter", "--format", "csv", "--columns", "action"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
    stdin.write_all(b"time,source,operation,action\n2025-01-06T08:04:06Z,okta,other,first\n").unwrap();
    assert_eq!(printed.next().unwrap().unwrap(), "action");
    assert_eq!(printed.next().unwrap().unwrap(), "first");
    stdin.write_all(b"2025-01-06T08:04:06Z,okta,other,\"sec\nond\"\n").unwrap();
    assert_eq!(printed.next().unwrap().unwrap(), "\"sec");
    drop(stdin);
    assert_eq!(printed.map(Result::unwrap).collect::<Vec<_>>(), ["ond\""]);
    assert!(child.wait().unwrap().success());
}

#[test]
fn tables_in_a_directory_are_named_and_not_read() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.ndjson"), fixture("csv/events.ndjson")).unwrap();
    std::fs::write(folder.path().join("b.csv"), fixture("csv/events.csv")).unwrap();
    let path = folder.path().to_str().unwrap();
    let run = ssoaudit(&["filter", "--count", path]);
    assert_eq!((&*run.stdout, run.code), ("11\n", 0));
    assert_eq!(run.stderr, format!("warning: {path}: 1 file was skipped: b.csv\n"));
}

#[test]
fn an_impersonator_counts_without_an_actor() {
    let table = b"time,source,action,organization.id,connection.id,actor.email,impersonator_email
2025-06-01T08:00:00Z,centure,sso.delete_connection,org_a,conn_a,,ops@example.net
2025-06-01T09:00:00Z,centure,sso.delete_connection,org_a,conn_b,,
";
    for rule in ["impersonated-change", "impersonation-without-reason"] {
        let args = ["check", "--now", "2025-07-01", "--rule", rule, "--format", "json", "-"];
        let json: Value = serde_json::from_str(&ssoaudit_with_input(&args, table).stdout).unwrap();
        let findings = json["findings"].as_array().unwrap();
        let lines: Vec<_> = findings.iter().map(|it| &it["line"]).collect();
        assert_eq!(lines, [2], "{rule}");
        assert!(findings[0]["message"].as_str().unwrap().contains("impersonated by ops@example.net"));
        let judged = json["rules"].as_array().unwrap().iter().find(|it| it["id"] == rule).unwrap();
        assert_eq!([&judged["judged"], &judged["not_applicable"]], [1, 1], "{rule}");
    }
}
