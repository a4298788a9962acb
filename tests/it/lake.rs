//! `lake`: files for a custom source of Amazon Security Lake. Their rows are the lines of `filter --format ocsf`, every
//! file is of one day and sorted by time, and running it again changes nothing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::mappings::{assert_valid, validators};
use crate::support::parquet::{rows, schema};
use crate::support::run::{Run, command, fixture, ssoaudit, testdata};
use crate::support::tools::not_checked;

const WHERE: [&str; 4] = ["--region", "eu-central-1", "--account-id", "123456789012"];
const SAMPLE: &str = "testdata/sso-events.ndjson";

/// Runs it on some inputs.
fn run(folder: &Path, args: &[&str]) -> Run {
    let args = [&["lake", "--output", folder.to_str().unwrap()], &WHERE[..], args].concat();
    Run::of(command(&args).output().unwrap())
}

/// The files by their paths below the folder, which nothing else is in.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let walk = walkdir::WalkDir::new(folder).into_iter().map(Result::unwrap);
    let files = walk.filter(|entry| entry.file_type().is_file());
    let path = |path: &Path| path.strip_prefix(folder).unwrap().to_str().unwrap().to_owned();
    files.map(|entry| (path(entry.path()), fs::read(entry.path()).unwrap())).collect()
}

/// The files that a run writes to a new folder.
fn written(args: &[&str]) -> BTreeMap<String, Vec<u8>> {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path(), args);
    assert_eq!(run.code, 0, "{args:?}: {}", run.stderr);
    files(folder.path())
}

/// What a row says: where JSON has no member, columns have one without a value, and what no field has is JSON.
fn event(row: Value) -> Value {
    fn without_nothing(value: Value) -> Value {
        let Value::Object(members) = value else { return value };
        let members = members.into_iter().map(|(name, value)| (name, without_nothing(value)));
        let is_some = |value: &Value| !value.is_null() && value.as_object().is_none_or(|it| !it.is_empty());
        members.filter(|(_, value)| is_some(value)).collect::<Map<_, _>>().into()
    }
    let mut event = without_nothing(row);
    if let Some(unmapped) = event.get_mut("unmapped") {
        *unmapped = serde_json::from_str(unmapped.as_str().unwrap()).unwrap();
    }
    event
}

/// Events in an order of their own.
fn sorted(events: impl Iterator<Item = Value>) -> Vec<String> {
    fn in_order(value: Value) -> Value {
        let Value::Object(members) = value else { return value };
        let members: BTreeMap<_, _> = members.into_iter().map(|(name, it)| (name, in_order(it))).collect();
        members.into_iter().collect::<Map<_, _>>().into()
    }
    let mut events: Vec<_> = events.map(|event| in_order(event).to_string()).collect();
    events.sort();
    events
}

fn documented() -> Vec<String> {
    let sources = ssoaudit::sources::ALL.iter();
    let documented = sources.map(|it| format!("testdata/sources/{}/documented.ndjson", it.name));
    documented.chain([SAMPLE.to_owned()]).collect()
}

#[test]
fn rows_are_the_lines_of_ocsf() {
    let paths = documented();
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    let lines = ssoaudit(&[&["filter", "--format", "ocsf"], &paths[..]].concat()).stdout;
    let lines = lines.lines().map(|line| serde_json::from_str(line).unwrap());
    let files = written(&paths);
    let told = files.values().flat_map(|file| rows(file)).map(event);
    assert_eq!(sorted(told), sorted(lines));

    let (_, validator) = &validators()[0];
    let schemas: Vec<_> = files.values().map(|file| schema(file)).collect();
    assert!(schemas.windows(2).all(|pair| pair[0] == pair[1]));
    for (path, file) in &files {
        let events: Vec<_> = rows(file).into_iter().map(event).collect();
        events.iter().for_each(|event| assert_valid(validator, event));
        let times: Vec<_> = events.iter().map(|event| event["time"].as_i64().unwrap()).collect();
        assert!(times.is_sorted(), "{path}");
        let day = chrono::DateTime::from_timestamp_millis(times[0]).unwrap().format("%Y%m%d");
        let day = format!("region=eu-central-1/accountId=123456789012/eventDay={day}/");
        assert!(path.starts_with(&day), "{path}");
        assert!(times.iter().all(|time| time.div_euclid(86_400_000) == times[0].div_euclid(86_400_000)));
    }
}

#[test]
fn columns_are_nested() {
    let files = written(&[SAMPLE]);
    let schema = schema(files.values().next().unwrap());
    for lines in [
        "  REQUIRED group metadata {\n    OPTIONAL BYTE_ARRAY version (STRING);\n    OPTIONAL group profiles (LIST) {",
        "    REQUIRED group product {\n      OPTIONAL BYTE_ARRAY name (STRING);",
        "  OPTIONAL INT64 time;\n  OPTIONAL INT64 category_uid;",
        "      OPTIONAL INT64 type_id;",
        "      OPTIONAL BOOLEAN enabled;",
        "  OPTIONAL BYTE_ARRAY unmapped (STRING);\n}",
    ] {
        assert!(schema.contains(lines), "{lines} in {schema}");
    }
}

#[test]
fn neither_threads_nor_blocks_nor_names_matter() {
    let expected = written(&[SAMPLE]);
    for (threads, block) in [("1", "1000"), ("2", "5000"), ("7", "524288")] {
        assert!(written(&["--threads", threads, "--block-bytes", block, SAMPLE]) == expected);
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.ndjson");
    fs::copy(testdata("sso-events.ndjson"), &copy).unwrap();
    assert!(written(&[copy.to_str().unwrap()]) == expected);
    assert!(written(&[copy.to_str().unwrap(), SAMPLE]) == expected, "the same export twice");
}

/// An export in two parts, which have days in common.
fn parts() -> (TempDir, [String; 2]) {
    let folder = tempfile::tempdir().unwrap();
    let text = fixture("sso-events.ndjson");
    let lines: Vec<_> = text.split_inclusive(|byte| *byte == b'\n').collect();
    let part = |name: &str, first: usize| {
        let path = folder.path().join(name);
        fs::write(&path, lines.iter().skip(first).step_by(2).copied().collect::<Vec<_>>().concat()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let parts = [part("a.ndjson", 0), part("b.ndjson", 1)];
    (folder, parts)
}

fn events(files: &BTreeMap<String, Vec<u8>>) -> Vec<String> {
    sorted(files.values().flat_map(|file| rows(file)).map(event))
}

#[test]
fn exports_add_up_and_none_is_there_twice() {
    let (_parts, [a, b]) = parts();
    let folder = tempfile::tempdir().unwrap();
    for part in [&a, &b] {
        assert_eq!(run(folder.path(), &[part]).code, 0);
    }
    let both = files(folder.path());
    assert_eq!(events(&both), events(&written(&[SAMPLE])));
    assert!(both == written(&[&a, &b]));
    assert_eq!(run(folder.path(), &[&b, &a]).code, 0);
    assert!(files(folder.path()) == both);
}

#[test]
fn a_history_that_grew_replaces_its_files() {
    let (parts, [a, b]) = parts();
    let history = parts.path().join("history.parquet");
    let history = history.to_str().unwrap();
    let folder = tempfile::tempdir().unwrap();
    for inputs in [&[a.as_str()][..], &[history, &b]] {
        assert_eq!(ssoaudit(&[&["collect"], inputs, &["--output", history]].concat()).code, 0);
        assert_eq!(run(folder.path(), &[history]).code, 0);
    }
    assert_eq!(events(&files(folder.path())), events(&written(&[SAMPLE])));
}

#[test]
fn what_is_selected_is_written_and_an_empty_result_says_why() {
    let of_org = written(&["--org", "org_01J42CG81GAZRX9XJK5BRCEQR9", SAMPLE]);
    let count = ssoaudit(&["filter", "--count", "--org", "org_01J42CG81GAZRX9XJK5BRCEQR9", SAMPLE]).stdout;
    assert_eq!(events(&of_org).len().to_string(), count.trim());
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path(), &["--org", "nobody", SAMPLE]);
    assert_eq!((run.code, files(folder.path()).len()), (0, 0));
    assert!(run.stderr.contains("--org nobody"), "{}", run.stderr);
}

#[test]
fn pseudonyms_stand_for_what_is_personal() {
    let shown = events(&written(&["--redact", SAMPLE])).join("\n");
    for personal in ["priya.raghunathan@example.com", "Priya Raghunathan", "198.51.100.190"] {
        assert!(events(&written(&[SAMPLE])).join("\n").contains(personal), "{personal}");
        assert!(!shown.contains(personal), "{personal}");
    }
}

#[test]
fn nothing_is_written_of_what_cannot_be_read_to_its_end() {
    let (parts, [a, _]) = parts();
    let broken = parts.path().join("broken.ndjson.gz");
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    std::io::Write::write_all(&mut gzip, &fixture("sso-events.ndjson")).unwrap();
    let gzip = gzip.finish().unwrap();
    fs::write(&broken, &gzip[..gzip.len() / 2]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path(), &[broken.to_str().unwrap(), &a, "testdata/missing.ndjson"]);
    assert_eq!(run.code, 2);
    assert!(
        run.stderr.contains("broken.ndjson.gz: ") && run.stderr.contains("missing.ndjson: "),
        "{}",
        run.stderr
    );
    assert!(files(folder.path()) == written(&[&a]));
}

#[test]
fn what_is_no_region_or_account_is_refused() {
    for (flag, value, told) in [
        ("--region", "../eu", "give one such as eu-central-1"),
        ("--region", "", "give one such as eu-central-1"),
        ("--account-id", "12345678901", "give the twelve digits of an account, or `external_` and"),
        ("--account-id", "external_", "give the twelve digits of an account, or `external_` and"),
        ("--account-id", "external_a/b", "give the twelve digits of an account, or `external_` and"),
    ] {
        let mut place = WHERE;
        let at = place.iter().position(|it| *it == flag).unwrap();
        place[at + 1] = value;
        let run = ssoaudit(&[&["lake", "--output", "target/no-lake"], &place[..], &[SAMPLE]].concat());
        assert_eq!(run.code, 2);
        assert!(run.stderr.contains(told), "{}", run.stderr);
    }
    assert!(!Path::new("target/no-lake").exists());
}

/// Another program that reads the whole folder as one table.
const DUCKDB: &str = r#"
import duckdb, json
rows = duckdb.sql('''select "eventDay"::text, metadata.product.name, entity.org.uid, metadata.profiles[1], count(*)
    from read_parquet('**/*.parquet', hive_partitioning = true) group by all order by all''').fetchall()
print(json.dumps(rows))
"#;

#[test]
fn duckdb_reads_the_folder_as_one_table() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(run(folder.path(), &[SAMPLE]).code, 0);
    let python = std::env::var("SSOAUDIT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let duckdb = Command::new(python).args(["-c", DUCKDB]).current_dir(folder.path()).output();
    let Some(counted) = duckdb.ok().filter(|output| output.status.success()) else {
        return not_checked("duckdb", "that another program reads files of a lake as they are meant");
    };
    let counted: Vec<(String, String, Option<String>, String, u64)> =
        serde_json::from_slice(&counted.stdout).unwrap();
    let lines = ssoaudit(&["filter", "--format", "ocsf", SAMPLE]).stdout;
    let mut expected: BTreeMap<_, u64> = BTreeMap::new();
    for line in lines.lines() {
        let event: Value = serde_json::from_str(line).unwrap();
        let day = chrono::DateTime::from_timestamp_millis(event["time"].as_i64().unwrap()).unwrap();
        let text = |pointer: &str| event.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let product = text("/metadata/product/name").unwrap();
        let key = (day.format("%Y%m%d").to_string(), product, text("/entity/org/uid"), "host".to_owned());
        *expected.entry(key).or_default() += 1;
    }
    let mut counted: Vec<_> = counted.into_iter().map(|(a, b, c, d, count)| ((a, b, c, d), count)).collect();
    counted.sort();
    assert_eq!(counted, expected.into_iter().collect::<Vec<_>>());
}
