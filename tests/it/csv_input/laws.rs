//! Laws: what `filter` writes as CSV it reads again, and block sizes, threads and damage change nothing they should not.

use std::io::Write;

use proptest::prelude::*;
use serde_json::{Value, json};
use ssoaudit::input::{Input, Place};

use super::told;
use crate::normalized::logs;
use crate::support::cuts::transcript;
use crate::support::run::{fixture, ssoaudit_with_input, testdata};

/// The events of every fixture that is a log.
fn valid_events() -> Vec<u8> {
    let folders = ["checks", "sources", "scenario"].into_iter().flat_map(|folder| logs(&testdata(folder)));
    let mut log = fixture("sso-events.ndjson");
    folders.for_each(|path| log.extend([&std::fs::read(path).unwrap()[..], b"\n"].concat()));
    ssoaudit_with_input(&["filter", "--format", "ndjson"], &log).stdout.into_bytes()
}

fn written(format: &str, log: &[u8]) -> Vec<u8> {
    let run = ssoaudit_with_input(&["filter", "--format", format], log);
    assert_eq!((&*run.stderr, run.code), ("", 0));
    run.stdout.into_bytes()
}

#[test]
fn what_filter_writes_it_reads() {
    let log = valid_events();
    for format in ["csv", "tsv"] {
        let table = written(format, &log);
        assert_eq!(written(format, &table), table, "{format}");
        let columns = "--columns=time,source,action,operation,actor.name,connection.id,ip";
        let some = ssoaudit_with_input(&["filter", "--format", format, columns], &log).stdout;
        let again = ssoaudit_with_input(&["filter", "--format", format, columns], some.as_bytes());
        assert_eq!((again.stdout, &*again.stderr), (some, ""), "{format}");
    }
}

#[test]
fn findings_are_those_of_the_log_that_was_written_as_csv() {
    let log = fixture("sso-events.ndjson");
    let table = written("csv", &log);
    for command in [
        &["check", "--now", "2025-04-05", "--format", "json"][..],
        &["report", "removals", "--format", "json"],
    ] {
        assert_eq!(told(command, &table), told(command, &log), "{command:?}");
    }
}

/// Texts with everything that means something in CSV, in JSON or to a spreadsheet.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[\"',;\t\r\n\\\\{}é株😀 a=+@-]{0,12}", "\\PC{0,8}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_text_survives(names in prop::collection::vec((text(), text()), 1..6), is_tab in any::<bool>()) {
        let event = |(name, page): &(String, String)| json!({
            "schema": "ssoaudit.event.v2", "source": "okta", "time": "2025-03-03T09:12:44Z", "action": "a",
            "operation": "other", "actor": {"name": name}, "page": page,
        });
        let log: String = names.iter().map(|names| format!("{}\n", event(names))).collect();
        let format = if is_tab { "tsv" } else { "csv" };
        let table = written(format, log.as_bytes());
        let columns = ["filter", "--format", "ndjson", "--columns", "actor.name,page"];
        let [expected, found] = [log.as_bytes(), &table].map(|log| ssoaudit_with_input(&columns, log));
        prop_assert_eq!(&*found.stderr, "");
        let values = |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
        prop_assert_eq!(values(&found.stdout), values(&expected.stdout));
    }
}

/// Rows of a table, most of them damaged.
fn damaged() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        4 => Just("2025-03-03T09:12:44Z,okta,a,other\n"),
        2 => Just("2025-03-03T09:12:44Z,okta,\"é,\"\"\nx\",other\r\n"),
        1 => Just("\""), 1 => Just("\"\""), 1 => Just(","), 1 => Just("\n"), 1 => Just("\r"), 1 => Just("x"),
        1 => Just("\",\""), 1 => Just(" "),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

fn transcript_of(text: &str, threads: usize, block: usize) -> Vec<String> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"time,source,action,operation\n").unwrap();
    file.write_all(text.as_bytes()).unwrap();
    let input = Input { name: "-".to_owned(), place: Place::File(file.path().to_owned()) };
    transcript(&[input], threads, block).0
}

proptest! {
    #[test]
    fn blocks_and_threads_change_nothing(text in damaged(), block in 1..200_usize, threads in 1..4_usize) {
        prop_assert_eq!(transcript_of(&text, threads, block), transcript_of(&text, 1, 1 << 16));
    }

    #[test]
    fn damage_hides_no_row_after_it(text in damaged(), rows in 1..5_usize) {
        let clean: String = (0..rows).map(|row| format!("2025-03-03T09:12:44Z,okta,clean-{row},other\n")).collect();
        let read = transcript_of(&format!("{text}\n{clean}"), 1, 1 << 16).join("\n");
        for row in 0..rows {
            prop_assert!(read.contains(&format!("clean-{row} ")), "{}", read);
        }
    }
}
