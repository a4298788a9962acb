//! The plain program that the real one must agree with.
//!
//! The oracle reads a line into a [`Value`], checks it field by field in the order a person would,
//! and builds the normalized event by hand. It knows no tables, no shapes and no threads, and it was
//! written from the facts about the vendors, not from the code it checks. Where the two disagree,
//! one of them has misread the facts.
//!
//! `agreement` asks `check`, `summary` and every report about generated histories: `events` and `histories`
//! make them, `policies` and `selections` what they are judged and shown by; `log` reads them, `states`,
//! `names` and `rules` say what follows, and `sheet_*` how that is told. Whatever nobody has laid down is left
//! out of what is expected, with a comment that says so.

mod agreement;
mod bursts;
pub mod corpus;
mod dice;
mod events;
mod histories;
pub mod history;
mod judge;
mod lifecycles;
mod log;
mod names;
mod policies;
mod reading;
pub mod rows;
mod rules;
mod said;
mod select;
mod selections;
mod sheet_counts;
mod sheet_people;
mod sheet_states;
mod silences;
mod spelling;
mod states;
pub mod time;
mod told;
mod twists;
mod vendor_events;
mod vendors;
mod workos;

use proptest::prelude::*;
use serde_json::Value;

use self::corpus::{corpus, flags};
use self::reading::{normalize, texts};
use self::select::{Flags, selects};
use crate::support::run;

proptest! {
    // Each case starts a process, so there are few; `PROPTEST_CASES` asks for more. A failing
    // corpus is printed in full, so nothing is kept in the tree.
    #![proptest_config(ProptestConfig {
        cases: 64,
        max_shrink_iters: 1024,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn generated_lines_agree(lines in corpus(), flags in flags()) {
        let lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
        agreement(&lines, &flags, usize::MAX).map_err(TestCaseError::fail)?;
    }
}

#[test]
fn documented_lines_are_valid_and_agree() {
    let vendors = ["centure", "scalekit", "workos", "okta", "auth0", "github", "slack"];
    let documented = vendors.map(|vendor| format!("sources/{vendor}/documented.ndjson"));
    for name in documented.iter().map(String::as_str).chain(["sso-events.ndjson"]) {
        let bytes = run::fixture(name);
        let lines = split(&bytes);
        for line in &lines {
            let text = std::str::from_utf8(line).unwrap();
            assert!(normalize(text).is_some(), "{name}: the oracle refuses {text}");
        }
        agreement(&lines, &Flags::default(), usize::MAX)
            .unwrap_or_else(|message| panic!("{name}: {message}"));
    }
}

#[test]
fn lines_with_diagnostics_agree() {
    let mut paths: Vec<_> = std::fs::read_dir(run::testdata("diagnostics"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "ndjson"))
        // The oracle reads no normalized events and no tables.
        .filter(|path| !["bad-value.ndjson", "bad-row.ndjson"].iter().any(|name| path.ends_with(name)))
        .collect();
    paths.sort();
    assert!(!paths.is_empty(), "there are fixtures");
    for path in paths {
        let bytes = std::fs::read(&path).unwrap();
        // A line that is no UTF-8 is no text for the oracle to have an opinion on.
        let lines: Vec<&[u8]> =
            split(&bytes).into_iter().filter(|line| std::str::from_utf8(line).is_ok()).collect();
        agreement(&lines, &Flags::default(), 8192)
            .unwrap_or_else(|message| panic!("{}: {message}", path.display()));
    }
}

fn split(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).collect()
}

// ---------------------------------------------------------------------------------------------
// Comparing

/// Runs the binary over the lines and compares what it prints with the oracle's events. The error
/// is the first disagreement.
fn agreement(lines: &[&[u8]], flags: &Flags, longest: usize) -> Result<(), String> {
    let expected = lines
        .iter()
        .filter(|line| line.len() <= longest)
        .flat_map(|line| texts(std::str::from_utf8(line).unwrap()))
        .filter_map(|line| Some((line, normalize(line)?)));
    let is_log = expected.clone().next().is_some();
    let mut expected =
        expected.filter(|(_, normal)| selects(normal, flags)).map(|(line, normal)| (line, normal.event));

    let mut args = flags.args();
    if longest != usize::MAX {
        args.extend(["--max-line-bytes".to_owned(), longest.to_string()]);
    }
    let mut printed = printed_events(&args, lines, is_log).into_iter();
    loop {
        let (line, event, got) = match (expected.next(), printed.next()) {
            (None, None) => return Ok(()),
            (Some((line, event)), Some(got)) if is_as_expected(line, event.clone(), &got) => continue,
            (Some((line, event)), got) => (line, event, got.unwrap_or_default()),
            (None, Some(got)) => ("(none left)", Value::Null, got),
        };
        return Err(format!(
            "the binary and the oracle disagree\nargs: {args:?}\nline: {line}\nexpected: {event}\ngot: {got}"
        ));
    }
}

/// Whether the event is what is expected. `Value` does not keep how a number is written, so one that counts
/// as a text is of the same value, and written like that in the line.
fn is_as_expected(line: &str, mut expected: Value, got: &Value) -> bool {
    let of_metadata = [
        "/actor/id",
        "/actor/email",
        "/actor/impersonator/email",
        "/actor/impersonator/reason",
        "/organization/id",
        "/organization/name",
        "/connection/id",
    ];
    let number = |text: &str| text.parse::<f64>().ok();
    for path in of_metadata {
        if let (Some(text), Some(Value::String(written))) = (expected.pointer_mut(path), got.pointer(path))
            && text.as_str().is_some_and(|text| {
                let is_string = line.contains(&format!("\"{text}\""));
                !is_string && number(text).is_some() && number(text) == number(written)
            })
            && line.contains(written)
        {
            *text = written.as_str().into();
        }
    }
    expected == *got
}

/// What the binary prints, parsed line by line; lines of which none is an event are an error.
fn printed_events(args: &[String], lines: &[&[u8]], is_log: bool) -> Vec<Value> {
    let mut all = vec!["filter", "--normalize", "--format", "ndjson"];
    all.extend(args.iter().map(String::as_str));
    let mut input = lines.join(&b'\n');
    input.push(b'\n');
    let run = run::ssoaudit_with_input(&all, &input);
    let is_empty = input.trim_ascii().is_empty();
    assert_eq!(run.code, if is_log || is_empty { 0 } else { 2 }, "{all:?}: {}", run.stderr);
    run.stdout.lines().map(|line| run::attributes_only(serde_json::from_str(line).unwrap())).collect()
}

// ---------------------------------------------------------------------------------------------
// The oracle: reading
