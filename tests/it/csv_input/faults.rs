//! Tables that are damaged or are none: what is wrong is said with its place, and takes nothing else with it.

use serde_json::Value;

use crate::support::run::{fixture, ssoaudit, ssoaudit_with_input};

const HEADER: &str = "time,source,operation,action,page\n";

/// A row of the table whose action is that name.
fn row(name: &str) -> String {
    format!("2025-03-03T09:12:44Z,okta,other,{name},/p\n")
}

/// The actions of the events, and the codes with places of what is wrong.
fn read(log: &[u8], args: &[&str]) -> (Vec<String>, Vec<(u64, u64, String)>) {
    let events = ssoaudit_with_input(
        &[&["filter", "--format", "csv", "--columns", "action", "--no-header"], args].concat(),
        log,
    );
    let found = ssoaudit_with_input(&[&["validate", "--format", "ndjson"], args].concat(), log);
    let found = found.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let places = found.filter(|it| it["code"].is_string()).map(|it| {
        let number = |key: &str| it[key].as_u64().unwrap();
        (number("line"), number("column"), it["code"].as_str().unwrap().to_owned())
    });
    (events.stdout.lines().map(str::to_owned).collect(), places.collect())
}

fn bad(line: u64, column: u64) -> (u64, u64, String) {
    (line, column, "bad-row".to_owned())
}

#[test]
fn a_wrong_row_takes_no_other_with_it() {
    let text = |middle: &str| [HEADER, &row("first"), middle, &row("last")].concat();
    for (middle, places) in [
        ("2025-03-03T09:12:44Z,okta,other,few\n", vec![bad(3, 1)]),
        ("2025-03-03T09:12:44Z,okta,other,many,/p,x\n", vec![bad(3, 1)]),
        ("2025-03-03T09:12:44Z,okta,other,\"junk\"x,/p\n", vec![bad(3, 33)]),
        ("2025-03-03T09:12:44Z,okta,other,\"open,/p\n", vec![bad(3, 33)]),
        // Its quote is closed by one that opens another cell.
        (
            "2025-03-03T09:12:44Z,okta,other,\"open,/p\n2025-03-03T09:12:44Z,okta,other,\"closed\",/p\n",
            vec![bad(3, 33)],
        ),
        // It has too few cells over two lines, and its second line is none.
        ("2025-03-03T09:12:44Z,okta,\"a\nb\",/p\n", vec![bad(3, 1), bad(4, 1)]),
        ("\"\"\"\n", vec![bad(3, 1)]),
    ] {
        let (actions, found) = read(text(middle).as_bytes(), &[]);
        let expected: &[&str] =
            if middle.contains("closed") { &["first", "closed", "last"] } else { &["first", "last"] };
        assert_eq!(
            (actions, found),
            (expected.iter().map(|it| (*it).to_owned()).collect(), places),
            "{middle}"
        );
    }
}

#[test]
fn a_quote_that_is_never_closed_hides_nothing() {
    let rows: String = (0..400).map(|number| row(&format!("row-{number}"))).collect();
    let log = format!("{HEADER}2025-03-03T09:12:44Z,okta,other,\"open,/p\n{rows}");
    for args in [&[][..], &["--max-line-bytes", "1000"], &["--max-line-bytes", "1000", "--block-bytes", "64"]]
    {
        let (actions, found) = read(log.as_bytes(), args);
        assert_eq!((actions.len(), found), (400, vec![bad(2, 33)]), "{args:?}");
    }
}

#[test]
fn rows_that_are_too_long_are_refused_alone() {
    let long = row(&"x".repeat(2000));
    let over_lines = row(&format!("\"{}\n\",\"{}\"", "y".repeat(900), "z\n".repeat(400)));
    let log = [HEADER, &row("first"), &long, &row("middle"), &over_lines, &row("last")].concat();
    for block in ["1", "700", "100000"] {
        let (actions, found) = read(log.as_bytes(), &["--max-line-bytes", "1000", "--block-bytes", block]);
        assert_eq!(actions, ["first", "middle", "last"], "{block}");
        assert_eq!(found[0], (3, 1, "line-too-long".to_owned()), "{block}");
        assert_eq!(found[1], bad(6, 3), "{block}");
    }
}

#[test]
fn a_row_that_is_not_utf8_has_a_place() {
    let log =
        [HEADER.as_bytes(), b"2025-03-03T09:12:44Z,okta,other,\"a\n\xFF\",/p\n", row("last").as_bytes()]
            .concat();
    let (actions, found) = read(&log, &[]);
    assert_eq!((actions, found), (vec!["last".to_owned()], vec![(3, 1, "not-utf8".to_owned())]));
}

#[test]
fn encodings_that_are_not_read_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.csv");
    let utf16: Vec<u8> = "\u{feff}time,action\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, encoding) in
        [(&utf16[..], "UTF-16"), (&utf16[2..], "UTF-16"), (b"time,action,\xE9\n", "WINDOWS-1252")]
    {
        std::fs::write(&path, bytes).unwrap();
        let run = ssoaudit(&["filter", path.to_str().unwrap()]);
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(&format!("`iconv -f {encoding} -t UTF-8")), "{}", run.stderr);
    }
    let columns = vec!["x"; 1001].join(",");
    for (text, told) in [
        (columns + "\n", "it has more than 1000 columns"),
        (format!("\"{}", "x".repeat(1 << 17)), "its header does not end within 64 KiB"),
    ] {
        std::fs::write(&path, text).unwrap();
        let run = ssoaudit(&["filter", path.to_str().unwrap()]);
        assert!(run.code == 2 && run.stderr.contains(told), "{}", run.stderr);
    }
}

#[test]
fn lines_stay_lines_whatever_their_first_one_is() {
    let lines = fixture("csv/events.ndjson");
    for first in [
        "action,occurred_at\"}",
        "\"action\":\"sso.view_settings\",\"occurredAt\":\"2025-01-06T08:04:06Z\"}",
        "sso.view_settings\",\"occurredAt\":\"2025-01-06T08:04:06Z\",\"actor\":{\"id\":1}}",
        "\"time\",\"action",
        "time;",
        "# exported, by action",
        "",
    ] {
        let log = [first.as_bytes(), b"\n", &lines].concat();
        let run = ssoaudit_with_input(&["filter", "--count", "--map", "When=time"], &log);
        assert_eq!((&*run.stdout, run.code), ("11\n", 0), "{first}: {}", run.stderr);
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("lines.csv");
    std::fs::write(&path, lines).unwrap();
    let run = ssoaudit(&["filter", "--count", path.to_str().unwrap()]);
    assert_eq!((&*run.stdout, &*run.stderr, run.code), ("11\n", "", 0));
}
