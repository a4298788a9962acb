//! Histories: whatever they are cut into, and with whichever raw files they are read, everything that is said is what the
//! raw files say.

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use proptest::prelude::*;
use serde_json::Value;
use ssoaudit::columnar::{Reader, Writer};
use tempfile::TempDir;

use crate::normalized::{logs, telling_commands};
use crate::support::run::{Run, command, fixture, root, ssoaudit_with_input, testdata};
use crate::support::tools::not_checked;

/// Runs the program in a folder.
pub fn run_in(folder: &Path, args: &[&str]) -> Run {
    Run::of(command(args).current_dir(folder).output().unwrap())
}

/// Collects inputs into a history.
pub fn collect(folder: &Path, inputs: &[&str], history: &str) {
    let args = [&["collect", "-o", history], inputs].concat();
    let run = run_in(folder, &args);
    assert_eq!(run.code, 0, "{inputs:?}: {}", run.stderr);
}

/// The lines of all fixtures that are logs, valid or not.
pub fn lines() -> Vec<Vec<u8>> {
    let folders = ["checks", "sources", "scenario", "diagnostics", "inputs"];
    let paths = folders.iter().flat_map(|folder| logs(&testdata(folder)));
    let logs = paths.map(|path| fs::read(path).unwrap()).chain([fixture("sso-events.ndjson")]);
    logs.flat_map(|log| log.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect::<Vec<_>>())
        .collect()
}

/// Commands that say things of all events, without those that print events.
pub fn commands() -> Vec<Vec<&'static str>> {
    let mut all: Vec<_> = telling_commands().into_iter().filter(|args| args[0] != "filter").collect();
    all.push(vec!["check", "--now", "2025-04-05", "--evidence", "-"]);
    let key = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/roster.csv");
    all.push(vec!["check", "--now", "2025-04-05", "--format", "json", "--redact", "--redact-key-file", key]);
    all.push(vec!["report", "admins", "--format", "json", "--redact", "--redact-key-file", key]);
    all.push(vec!["report", "admins", "--format", "json", "--roster", key]);
    all.push(vec!["report", "removals", "--format", "json", "--org", "Halvorsen*"]);
    all.push(vec!["summary", "--format", "json", "--actor", "*@example.com", "--since", "2025-02-01"]);
    all
}

/// Holds that commands say the same of some inputs as of others.
pub fn assert_same(folder: &Path, commands: &[Vec<&str>], [inputs, others]: [&[&str]; 2]) {
    for args in commands {
        let [one, other] = [inputs, others].map(|inputs| run_in(folder, &[&args[..], inputs].concat()));
        for (line, of_others) in one.stdout.lines().zip(other.stdout.lines()) {
            assert_eq!(line, of_others, "{args:?} of {inputs:?} and {others:?}");
        }
        assert!(
            one.stdout == other.stdout && one.code == other.code,
            "{args:?}: {} {}",
            one.stderr,
            other.stderr
        );
    }
}

#[test]
fn every_command_says_the_same_of_a_history() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines();
    for (name, lines) in ["a.ndjson", "b.ndjson"].iter().zip(lines.chunks(lines.len() / 2 + 1)) {
        fs::write(folder.path().join(name), lines.concat()).unwrap();
    }
    let raw = ["a.ndjson", "b.ndjson"];
    collect(folder.path(), &raw, "h.parquet");
    assert_same(folder.path(), &commands(), [&raw, &["h.parquet"]]);
}

#[test]
fn an_invalid_object_over_lines_is_where_it_begins() {
    let folder = tempfile::tempdir().unwrap();
    let valid = String::from_utf8(fixture("inputs/events.ndjson")).unwrap();
    let log = format!("{valid}{{\n \"action\": \"sso.view_settings\",\n \"occurred_at\": 7\n}}\n{valid}");
    fs::write(folder.path().join("a.ndjson"), log).unwrap();
    collect(folder.path(), &["a.ndjson"], "h.parquet");
    let check = vec!["check", "--now", "2026-01-01", "--format", "json"];
    let found = run_in(folder.path(), &[&check[..], &["a.ndjson"]].concat()).stdout;
    assert!(found.contains("\"rule\":\"invalid-event\""), "{found}");
    assert_same(folder.path(), &[check], [&["a.ndjson"], &["h.parquet"]]);
}

/// Prints the rows of a query as JSON.
const DUCKDB: &str = "import duckdb, json, sys; print(json.dumps(duckdb.sql(sys.argv[1]).fetchall()))";

/// The query below a heading of `docs/scale.md`, which reads `history.parquet`.
pub fn query(heading: &str) -> String {
    let page = fs::read_to_string(root().join("docs/scale.md")).unwrap();
    let below = page.split_once(&format!("\n### {heading}\n")).unwrap().1;
    below.split_once("```sql\n").unwrap().1.split_once("```").unwrap().0.to_owned()
}

/// A folder with a history, and what `summary` counts in it: events by source and action.
pub fn counted() -> (TempDir, Value) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.ndjson"), fixture("sso-events.ndjson")).unwrap();
    collect(folder.path(), &["a.ndjson"], "history.parquet");
    let summary = run_in(folder.path(), &["summary", "--top", "1000", "--format", "json", "a.ndjson"]);
    let summary: Value = serde_json::from_str(&summary.stdout).unwrap();
    let actions = summary["actions"].as_array().unwrap().iter();
    let mut rows: Vec<_> = actions.map(|it| [&it["source"], &it["action"], &it["events"]]).collect();
    rows.sort_by_key(|[source, action, _]| (source.as_str().unwrap(), action.as_str().unwrap()));
    let rows = serde_json::json!(rows);
    (folder, rows)
}

#[test]
fn duckdb_counts_what_summary_counts() {
    let (folder, counted) = counted();
    let python = std::env::var("SSOAUDIT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let duckdb =
        Command::new(python).args(["-c", DUCKDB, &query("DuckDB")]).current_dir(folder.path()).output();
    let Some(rows) = duckdb.ok().filter(|output| output.status.success()) else {
        return not_checked("duckdb", "that another program reads a history as it is meant");
    };
    assert_eq!(serde_json::from_slice::<Value>(&rows.stdout).unwrap(), counted);
}

/// A history of the sample export in a folder of its own.
fn sample() -> (TempDir, Vec<u8>) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.ndjson"), fixture("sso-events.ndjson")).unwrap();
    collect(folder.path(), &["a.ndjson"], "h.parquet");
    let bytes = fs::read(folder.path().join("h.parquet")).unwrap();
    (folder, bytes)
}

/// Holds that a file is refused with its name, whatever is read of it.
fn assert_refused(folder: &Path, bytes: &[u8], what: &str) {
    fs::write(folder.join("h.parquet"), bytes).unwrap();
    let Run { stdout, stderr, code } = run_in(folder, &["check", "--format", "json", "h.parquet"]);
    assert_eq!(code, 2, "{what}: {stdout}");
    assert!(stderr.starts_with("error: h.parquet: "), "{what}: {stderr}");
    assert!(!stdout.contains("\"verdict\": \"passed\""), "{what}");
}

#[test]
fn a_damaged_history_is_an_error() {
    let (folder, bytes) = sample();
    for place in 0..1000 {
        // The first bytes say what the file is.
        let at = 4 + place * (bytes.len() - 4) / 1000;
        let mut flipped = bytes.clone();
        flipped[at] ^= 1 << (place % 8);
        assert_refused(folder.path(), &flipped, &format!("byte {at}"));
        if place % 10 == 0 {
            assert_refused(folder.path(), &bytes[..at], &format!("the first {at} bytes"));
        }
    }
}

#[test]
fn a_history_of_a_later_version_is_refused_with_words() {
    let (folder, bytes) = sample();
    let mut reader = Reader::open(Cursor::new(bytes)).unwrap();
    let columns: Vec<_> = (0..reader.schema().columns().len()).collect();
    let key_values = |version: &str| {
        let later =
            |(key, value): &(String, String)| (key.clone(), value.replacen("\"version\":1", version, 1));
        reader.key_values().iter().map(later).collect::<Vec<_>>()
    };
    let [later, broken] = ["\"version\":2,\"unheard\":[]", "\"version\":1,\"inputs\":7"].map(key_values);
    let values = reader.read(0, &columns).unwrap();
    for (key_values, message) in [
        (later, "it is a history of version 2, and this version of ssoaudit reads up to 1; use a newer one"),
        (broken, "its metadata is not that of a history"),
        (
            Vec::new(),
            "it has columns, but they are not those of a history; give the exports, or a history that `ssoaudit collect` made of them",
        ),
    ] {
        let mut writer = Writer::new(Vec::new(), reader.schema().clone()).unwrap();
        writer.row_group(&values).unwrap();
        fs::write(folder.path().join("h.parquet"), writer.finish(&key_values).unwrap()).unwrap();
        let run = run_in(folder.path(), &["summary", "h.parquet"]);
        assert_eq!((run.stderr.trim_end(), run.code), (&*format!("error: h.parquet: {message}"), 2));
    }
}

#[test]
fn nothing_that_was_kept_is_replaced_by_less() {
    let (folder, bytes) = sample();
    let export = fs::read(folder.path().join("a.ndjson")).unwrap();
    fs::write(folder.path().join("b.ndjson"), fixture("inputs/events.ndjson")).unwrap();
    for (args, message) in [
        (
            ["b.ndjson", "-o", "a.ndjson"],
            "a.ndjson is there already and is no history; write to another file",
        ),
        (["a.ndjson", "-o", "a.ndjson"], "a.ndjson is the input a.ndjson; write to another file"),
        (
            ["b.ndjson", "-o", "h.parquet"],
            "h.parquet has the events of a.ndjson, which is not among the inputs; name h.parquet as an input too, or \
             write to another file",
        ),
    ] {
        let run = run_in(folder.path(), &[&["collect"][..], &args].concat());
        assert_eq!((run.stderr.trim_end(), run.code), (&*format!("error: {message}"), 2));
    }
    assert!(fs::read(folder.path().join("h.parquet")).unwrap() == bytes);
    assert!(fs::read(folder.path().join("a.ndjson")).unwrap() == export);
    // The same inputs again are no less.
    collect(folder.path(), &["a.ndjson"], "h.parquet");
}

#[test]
fn invalid_lines_of_a_history_count() {
    let folder = tempfile::tempdir().unwrap();
    let log = [&fixture("inputs/events.ndjson")[..], b"garbage\n"].concat();
    fs::write(folder.path().join("a.ndjson"), log).unwrap();
    collect(folder.path(), &["a.ndjson"], "h.parquet");
    for args in [&["filter", "--count"][..], &["summary"], &["report", "changes"], &["check"]] {
        for input in ["a.ndjson", "h.parquet"] {
            let run = run_in(folder.path(), &[args, &["--strict", input]].concat());
            assert_eq!(run.code, 1, "{args:?} {input}: {}", run.stderr);
            assert!(
                args[0] == "check" || run.stderr.starts_with("warning: 1 invalid line"),
                "{}",
                run.stderr
            );
        }
    }
}

#[test]
fn a_history_in_a_pipe_is_refused_with_words() {
    let (_, bytes) = sample();
    let run = ssoaudit_with_input(&["summary"], &bytes);
    let message = "error: <stdin>: it is Parquet, which is read only by its name; write it to a file first";
    assert_eq!((run.stderr.trim_end(), run.code), (message, 2));
}

#[test]
fn what_cannot_be_read_leaves_the_history_as_it_was() {
    let (folder, bytes) = sample();
    fs::write(folder.path().join("bad.ndjson"), "{}\n{}\n").unwrap();
    for input in ["missing.ndjson", "bad.ndjson"] {
        let run = run_in(folder.path(), &["collect", "h.parquet", input, "-o", "h.parquet"]);
        assert_eq!(run.code, 2, "{}", run.stderr);
        assert!(run.stderr.contains("nothing is written to h.parquet"), "{}", run.stderr);
        assert!(fs::read(folder.path().join("h.parquet")).unwrap() == bytes);
    }
}

/// Kills a run that adds to a history at a hundred moments.
#[cfg(unix)]
#[test]
fn a_history_is_whole_whenever_its_successor_is_killed() {
    let (folder, bytes) = sample();
    fs::write(folder.path().join("b.ndjson"), fixture("sso-events.ndjson").repeat(100)).unwrap();
    let mut killed = 0;
    for moment in 0..100 {
        let args = ["collect", "h.parquet", "b.ndjson", "-o", "h.parquet"];
        let mut child = command(&args).current_dir(folder.path()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(moment));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        let run = run_in(folder.path(), &["filter", "--count", "h.parquet"]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        if fs::read(folder.path().join("h.parquet")).unwrap() != bytes {
            fs::write(folder.path().join("h.parquet"), &bytes).unwrap();
        }
    }
    assert!(killed > 10, "{killed} runs were killed");
    let names: BTreeSet<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["a.ndjson", "b.ndjson", "h.parquet"].map(Into::into).into());
}

const FILES: usize = 3;
const HISTORIES: usize = 2;

/// Commands that are quick, and say something of every part of a log.
const TELLING: &[&[&str]] = &[
    &["summary", "--format", "json"],
    &["report", "changes", "--format", "csv"],
    &["report", "access", "--format", "json"],
    &["check", "--now", "2025-04-05", "--format", "json"],
    &["check", "--now", "2025-07-05", "--format", "ndjson", "--policy", SILENCES],
];
const SILENCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/policy/log-gap.toml");

/// Writes every line into some of the files, and returns their names.
fn write_files(folder: &Path, files: &[BTreeSet<usize>]) -> Vec<String> {
    let lines = lines();
    let write = |file: usize| {
        let its = lines.iter().zip(files).filter(|(_, files)| files.contains(&file));
        let name = format!("{file}.ndjson");
        fs::write(folder.join(&name), its.flat_map(|(line, _)| line.clone()).collect::<Vec<_>>()).unwrap();
        name
    };
    (0..FILES).map(write).collect()
}

/// Collects some files into a history, unless there are none, and returns its name.
fn collect_some(folder: &Path, files: &[&str], number: usize) -> Option<String> {
    let name = format!("{number}.parquet");
    if files.is_empty() {
        return None;
    }
    collect(folder, files, &name);
    Some(name)
}

fn assert_told(folder: &Path, raw: &[String], inputs: &[String]) {
    let commands: Vec<_> = TELLING.iter().map(|args| args.to_vec()).collect();
    let [raw, inputs] = [raw, inputs].map(|names| names.iter().map(String::as_str).collect::<Vec<_>>());
    assert_same(folder, &commands, [&raw, &inputs]);
}

/// For each line, the files that it is in.
fn files() -> impl Strategy<Value = Vec<BTreeSet<usize>>> {
    prop::collection::vec(prop::collection::btree_set(0..FILES, 1..=2), lines().len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 0, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_in_any_order_says_the_same(
        files in files(),
        // The history that each file is in; the last number stands for a file that is read raw.
        uses in prop::collection::vec(0..=HISTORIES, FILES),
        is_backwards in any::<bool>(),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let raw = write_files(folder.path(), &files);
        let used = |history: usize| raw.iter().zip(&uses).filter(move |(_, of)| **of == history).map(|(name, _)| name);
        let mut inputs: Vec<String> = used(HISTORIES).cloned().collect();
        for history in 0..HISTORIES {
            let its: Vec<_> = used(history).map(String::as_str).collect();
            inputs.extend(collect_some(folder.path(), &its, history));
        }
        if is_backwards {
            inputs.reverse();
        }
        assert_told(folder.path(), &raw, &inputs);
    }

    #[test]
    fn what_is_collected_again_is_there_once(
        files in files(),
        // The histories that each file is in.
        uses in prop::collection::vec(prop::collection::btree_set(0..HISTORIES, 1..=HISTORIES), FILES),
        is_raw in prop::collection::vec(any::<bool>(), FILES),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let raw = write_files(folder.path(), &files);
        let mut inputs = Vec::new();
        for history in 0..HISTORIES {
            let its: Vec<_> = raw.iter().zip(&uses).filter(|(_, of)| of.contains(&history)).map(|(name, _)| name.as_str()).collect();
            inputs.extend(collect_some(folder.path(), &its, history));
        }
        inputs.extend(raw.iter().zip(is_raw).filter(|(_, is_raw)| *is_raw).map(|(name, _)| name.clone()));
        let names: Vec<_> = inputs.iter().map(String::as_str).collect();
        collect(folder.path(), &names, "all.parquet");
        collect(folder.path(), &["all.parquet", names[0]], "all.parquet");
        let of_raw: Vec<_> = raw.iter().map(String::as_str).collect();
        collect(folder.path(), &of_raw, "raw.parquet");
        let [of_histories, of_raw] = ["all.parquet", "raw.parquet"].map(|name| fs::read(folder.path().join(name)).unwrap());
        prop_assert!(of_histories == of_raw, "the file depends on what was read first");
        assert_told(folder.path(), &raw, &["all.parquet".to_owned()]);
    }
}
