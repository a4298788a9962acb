//! Every way a JSON text can be right or wrong (`testdata/json/`), as a line, as a value and as a key, the
//! slow way and the fast way.

use std::collections::BTreeMap;

use serde_json::Value;
use ssoaudit::scan::LineReader;

use crate::support::both_ways::{quickly, slowly};
use crate::support::run::{fixture, ssoaudit_with_input};

/// A row of `testdata/json/documents.txt`, which says what its columns mean.
struct Case {
    row: usize,
    is_json: bool,
    serde_agrees: bool,
    line: Vec<String>,
    field: Vec<String>,
    document: Vec<u8>,
}

/// The rows of a table: number, columns, and the bytes after the bar.
fn rows(name: &str) -> Vec<(usize, Vec<String>, Vec<u8>)> {
    let text = String::from_utf8(fixture(name)).unwrap();
    let rows = text.lines().zip(1..).filter(|(row, _)| !row.is_empty() && !row.starts_with('#'));
    rows.map(|(row, number)| {
        let (columns, written) = row.split_once(" | ").unwrap_or_else(|| panic!("{name}:{number}: no bar"));
        (number, columns.split_whitespace().map(str::to_owned).collect(), bytes(written))
    })
    .collect()
}

/// The bytes that `⟨…⟩` stands for.
fn bytes(written: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = written;
    while let Some((plain, after)) = rest.split_once('⟨') {
        let (inside, after) = after.split_once("⟩").unwrap();
        bytes.extend(plain.as_bytes());
        match inside.split_once('×') {
            Some((times, text)) => bytes.extend(text.repeat(times.parse().unwrap()).into_bytes()),
            None if inside == "event" => bytes.extend(event(0)),
            None if inside == "pretty" => bytes.extend(pretty()),
            None => {
                bytes.extend(inside.split_whitespace().map(|byte| u8::from_str_radix(byte, 16).unwrap()));
            }
        }
        rest = after;
    }
    bytes.extend(rest.as_bytes());
    bytes
}

/// A valid event of the sample export, without its line end.
fn event(number: usize) -> Vec<u8> {
    fixture("sso-events.ndjson").split(|byte| *byte == b'\n').nth(number).unwrap().to_vec()
}

/// A valid event over several lines.
fn pretty() -> Vec<u8> {
    let event: Value = serde_json::from_slice(&event(0)).unwrap();
    serde_json::to_vec_pretty(&event).unwrap()
}

fn cases() -> Vec<Case> {
    let codes = |column: &str| -> Vec<String> {
        let named = column.split('+').filter(|code| !["valid", "blank"].contains(code));
        named.map(str::to_owned).collect()
    };
    let rows = rows("json/documents.txt").into_iter();
    rows.map(|(row, columns, document)| {
        let [rfc, serde, line, field] = columns.try_into().unwrap();
        let says = |word: &str, yes: &str, no: &str| {
            assert!([yes, no].contains(&word), "row {row}: {word}");
            word == yes
        };
        let (is_json, serde_agrees) = (says(&rfc, "yes", "no"), says(&serde, "same", "differs"));
        Case { row, is_json, serde_agrees, line: codes(&line), field: codes(&field), document }
    })
    .collect()
}

/// What `validate` says about lines, by their numbers.
fn codes(input: &[u8], more: &[&str]) -> BTreeMap<usize, Vec<String>> {
    let args = ["validate", "--max-diagnostics", "all", "--format", "ndjson"];
    let run = ssoaudit_with_input(&[&args, more].concat(), input);
    let mut codes = BTreeMap::<_, Vec<_>>::new();
    for value in run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        if let Some(line) = value["line"].as_u64() {
            codes.entry(line as usize).or_default().push(value["code"].as_str().unwrap().to_owned());
        }
    }
    codes
}

/// Fails with every row that is not as the table says.
#[track_caller]
fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "{} rows:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn the_table_agrees_with_an_independent_parser() {
    let cases = cases();
    assert!(cases.len() > 400, "{} documents", cases.len());
    let mut wrong = Vec::new();
    for Case { row, is_json, serde_agrees, line, field, document } in &cases {
        let read = serde_json::from_slice::<Value>(document).map(|_| ());
        if (read.is_ok() == *is_json) != *serde_agrees {
            wrong.push(format!("{row}: serde_json: {read:?}"));
        }
        // Whoever refuses what is JSON as no JSON has to say so in the table.
        let refuses = |codes: &[String]| codes.iter().any(|code| code == "not-json" || code == "not-utf8");
        if *is_json && *serde_agrees && (refuses(line) || refuses(field)) {
            wrong.push(format!("{row}: valid, but {line:?}, {field:?}"));
        }
        if !*is_json && (line.is_empty() && !document.trim_ascii().is_empty() || field.is_empty()) {
            wrong.push(format!("{row}: not JSON, but not refused"));
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_document_is_a_line() {
    let cases = cases();
    let event = event(0);
    // Events between them: a document costs no line but its own.
    let mut input = Vec::new();
    for case in &cases {
        input.extend([&event[..], b"\n", &case.document, b"\n"].concat());
    }
    input.extend(&event);
    let mut found = codes(&input, &["--notices"]);
    let mut wrong = Vec::new();
    for (index, Case { row, line, .. }) in cases.iter().enumerate() {
        let found = found.remove(&(2 * index + 2)).unwrap_or_default();
        if found != *line {
            wrong.push(format!("{row}: found {found:?}, expected {line:?}"));
        }
    }
    assert_none(&wrong);
    assert!(found.is_empty(), "{found:?}");
    let events = [&event[..], b"\n"].concat().repeat(cases.len() + 1);
    let filtered = ssoaudit_with_input(&["filter"], &input);
    assert!(filtered.stdout.as_bytes() == events, "{}", filtered.stdout);
}

/// Where a document may stand in an event.
struct Hole {
    before: Vec<u8>,
    after: Vec<u8>,
    /// Only a string may stand there: it is a key, or the value of a field of that type.
    only_strings: bool,
}

impl Hole {
    fn line(&self, document: &[u8]) -> Vec<u8> {
        [&self.before, document, &self.after].concat()
    }

    fn may_hold(&self, document: &[u8]) -> bool {
        !self.only_strings || document.starts_with(b"\"")
    }
}

fn holes() -> Vec<Hole> {
    let hole = |number: usize, at: &str, with: &str| {
        let event = String::from_utf8(event(number)).unwrap();
        let (before, after) = event.split_once(at).unwrap_or_else(|| panic!("{at} in {event}"));
        let (put_before, put_after) = with.split_once('?').unwrap();
        Hole {
            before: format!("{before}{put_before}").into_bytes(),
            after: format!("{put_after}{after}\n").into_bytes(),
            only_strings: !with.contains("note"),
        }
    };
    vec![
        hole(0, "{\"action\"", "{\"note\":?,\"action\""),
        hole(0, "\"context\":", "\"note\":?,\"context\":"),
        hole(2, "\"display_name\"", "\"note\":?,\"display_name\""),
        hole(2, "created\"}", "created\",\"note\":?}"),
        hole(0, "{\"action\"", "{?:1,\"action\""),
        hole(0, "\"Zoë Lindqvist\"", "?"),
    ]
}

/// What teaches the fast path that a string, a number or a boolean stands there.
const LESSONS: [&[u8]; 3] = [b"\"x\"", b"0", b"true"];

/// Whether the fast path, once it knows the shape, has to read the document and not decline: a string
/// without an escape, a number or a boolean.
fn is_of_a_kind_with(document: &[u8], lesson: &[u8]) -> bool {
    let kind = |first: u8| match first {
        b'"' => 's',
        b't' | b'f' => 'b',
        b'-' | b'0'..=b'9' => 'n',
        _ => '?',
    };
    let is_plain = !document.contains(&b'\\') && document.trim_ascii() == document && document.len() <= 500;
    is_plain && document.first().is_some_and(|first| kind(*first) == kind(lesson[0]) && *first != b'?')
}

/// What is wrong with what is said about lines that have a document in that hole, after a lesson for the
/// fast path.
fn wrong_in(hole: &Hole, lesson: &[u8], cases: &[&Case]) -> Vec<String> {
    let mut wrong = Vec::new();
    // Twice, for what is learned from the first.
    let lines = cases.iter().flat_map(|case| [case, case]);
    let lesson_line = hole.line(lesson);
    let input: Vec<u8> =
        lesson_line.iter().copied().chain(lines.clone().flat_map(|case| hole.line(&case.document))).collect();
    let valid = lines.clone().filter(|case| case.field.is_empty());
    let kept: Vec<u8> =
        lesson_line.iter().copied().chain(valid.flat_map(|case| hole.line(&case.document))).collect();

    let mut found = codes(&input, &[]);
    for (case, line) in lines.zip(2..) {
        let mut found = found.remove(&line).unwrap_or_default();
        // The name of an actor has a limit.
        found.retain(|code| code != "over-limit");
        if found != case.field {
            wrong.push(format!("{}: found {found:?}, expected {:?}", case.row, case.field));
        }
    }
    assert!(found.is_empty(), "{found:?}");
    let filtered = ssoaudit_with_input(&["filter", "--threads", "1"], &input);
    if filtered.stdout.as_bytes() != kept {
        wrong.push("filter does not print the valid lines".to_owned());
    }
    wrong
}

#[test]
fn a_file_is_more_than_its_lines() {
    let mut wrong = Vec::new();
    let files = rows("json/files.txt").into_iter();
    // However it is cut into blocks.
    for ((row, columns, file), block) in files.flat_map(|row| [(row.clone(), "1000"), (row, "524288")]) {
        let args = ["validate", "--notices", "--format", "ndjson", "--block-bytes", block];
        let run = ssoaudit_with_input(&args, &file);
        let (mut found, mut events) = (Vec::new(), 0);
        for value in run.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
            match value["code"].as_str() {
                Some(code) => found.push(format!("{}:{} {code}", value["line"], value["column"])),
                None => events += value["valid"].as_u64().unwrap(),
            }
        }
        let found = if found.is_empty() { "clean".to_owned() } else { found.join(" ") };
        let (found, expected) = (format!("{events} {found}"), columns.join(" "));
        if found != expected {
            wrong.push(format!("{row} in blocks of {block}: found {found}, expected {expected}"));
        }
    }
    assert_none(&wrong);
}

#[test]
fn a_document_is_a_value_or_a_key_of_an_event() {
    let cases = cases();
    for hole in &holes() {
        for lesson in LESSONS.iter().filter(|lesson| hole.may_hold(lesson)) {
            let is_first = hole.before.starts_with(b"{\"note") && *lesson == b"0";
            // A million brackets are too many wherever they stand.
            let has_place =
                |case: &&Case| hole.may_hold(&case.document) && (is_first || case.document.len() < 100_000);
            let cases: Vec<_> = cases.iter().filter(has_place).collect();
            let wrong = wrong_in(hole, lesson, &cases);
            assert!(
                wrong.is_empty(),
                "after {} in {}:\n{}",
                String::from_utf8_lossy(lesson),
                String::from_utf8_lossy(&hole.line(b"?")),
                wrong.join("\n")
            );
        }
    }
}

#[test]
fn the_fast_way_says_the_same() {
    let cases = cases();
    let mut quick = 0;
    for hole in &holes() {
        let is_key = hole.after.starts_with(b":");
        for case in cases.iter().filter(|case| hole.may_hold(&case.document) && case.document.len() < 3000) {
            let line = hole.line(&case.document);
            let expected = slowly(&line);
            for lesson in LESSONS.iter().filter(|lesson| hole.may_hold(lesson)) {
                let mut bench = LineReader::default();
                quickly(&hole.line(lesson), &mut bench);
                assert_eq!(quickly(&line, &mut bench), expected, "row {}", case.row);
                let is_quick = bench.hits() > 0;
                let has_to_be = !is_key && case.field.is_empty() && is_of_a_kind_with(&case.document, lesson);
                assert!(is_quick || !has_to_be, "row {} went the slow way", case.row);
                assert!(!is_quick || case.field.is_empty(), "row {} went the fast way", case.row);
                quick += usize::from(is_quick);
            }
        }
    }
    assert!(quick > 200, "{quick} lines went the fast way");
}

#[test]
fn a_file_in_utf_16_is_told_so() {
    for mark in [b"\xFF\xFE", b"\xFE\xFF"] {
        let run = ssoaudit_with_input(&["validate", "--format", "text"], &[mark, &b"{\0}\0"[..]].concat());
        assert!(run.stdout.contains("`iconv -f UTF-16 -t UTF-8` converts"), "{}", run.stdout);
    }
}
